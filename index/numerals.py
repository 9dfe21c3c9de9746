"""Chinese numerals → numbers, by cn2an. Pure."""

from __future__ import annotations

import re


def chinese(text: str) -> float | None:
    """二十三 → 23, 三点五 → 3.5, 两百 → 200; None for what is no number."""
    import cn2an

    try:
        return cn2an.cn2an(re.sub("[〇○Ｏ]", "零", text).replace("两", "二"), "smart")
    except (ValueError, KeyError):  # it looks “一一十一” up in its own table before it finds it wrong
        return None
