"""Chinese numerals → numbers, by cn2an. Pure."""

from __future__ import annotations

import re
from functools import lru_cache

CHINESE = "零〇一二两三四五六七八九十百千"  # the characters of a numeral
_ZERO = re.compile("[〇○Ｏ]")
_DIGITS = "零一二三四五六七八九"


def digits(text: str) -> str | None:
    """二〇二三 → 2023, numeral by numeral; None where another character stands."""
    plain = _ZERO.sub("零", text)
    return "".join(str(_DIGITS.index(c)) for c in plain) if all(c in _DIGITS for c in plain) else None


@lru_cache(4096)
def chinese(text: str) -> float | None:
    """二十三 → 23, 三点五 → 3.5, 两百 → 200; None for what is no number."""
    import cn2an

    try:
        found: float = cn2an.cn2an(_ZERO.sub("零", text).replace("两", "二"), "smart")
        return found
    except (ValueError, KeyError):  # it looks “一一十一” up in its own table before it finds it wrong
        return None
