"""Chinese text → terms for BM25: overlapping character pairs, which need no dictionary and never miss a new place name.
Pure."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_RUN = re.compile(r"[a-z0-9]+(?:\.[0-9]+)?%?|[㐀-鿿〇]+")
_CHINESE = re.compile("[㐀-鿿]")
_REMEMBERED = 4096  # texts whose pairs are kept: a question looks at the same few hundred from several sides
_SPACED_DIGITS = re.compile(r"(?<=[\d.])\s+(?=[\d.%])")


def normalise(text: str) -> str:
    """NFKC, lower case; blanks inside a number are closed, as PDF extraction leaves “9． 83%”."""
    return _SPACED_DIGITS.sub("", unicodedata.normalize("NFKC", text).lower())


def compact(text: str) -> str:
    """NFKC without any white space: the form in which two texts are compared for being the same words."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def _runs(text: str) -> list[str]:
    # Blanks between Chinese characters and figures are typesetting, not word ends.
    return _RUN.findall(re.sub(r"\s+", "", normalise(text)) if _mostly_chinese(text) else normalise(text))


def _mostly_chinese(text: str) -> bool:
    return len(_CHINESE.findall(text)) * 3 > len(text)


def pairs(text: str) -> list[str]:
    """Overlapping character pairs of each Chinese run (a lone character stands for itself); other runs whole."""
    return list(told(text))


@lru_cache(_REMEMBERED)
def told(text: str) -> tuple[str, ...]:
    """The character pairs of `pairs` as a tuple, worked out once for as long as a text is remembered."""
    terms: list[str] = []
    for run in _runs(text):
        if (run[0] < "㐀" and run[0] != "〇") or len(run) == 1:
            terms.append(run)
        else:
            terms.extend(run[i : i + 2] for i in range(len(run) - 1))
    return tuple(terms)
