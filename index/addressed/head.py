"""How likely a sentence speaks to a reader, a machine or an answerer: a logistic regression over character n-grams. Pure.

The weights stand in weights.json, made by rag.training.addressed from invented sentences and from policy text. A list of
phrases loses against whoever writes the next one; what such sentences share is that they speak of answering, quoting or
reading this very text, in words that policy uses of its own objects.
"""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path

from index.addressed.orders import plain

WEIGHTS = Path(__file__).with_name("weights.json")
LONGEST = 3  # characters of an n-gram
_FIGURE = re.compile(r"\d+(?:[.,]\d+)*|[一二三四五六七八九十百千万亿两]{2,}")
_BETWEEN = re.compile(r"(?<=[一-鿿])[\s·.•‧\-_*]+(?=[一-鿿])")  # 请·回·答
_WHOLE = 600  # characters looked at; what is longer says what it is in its beginning


def score(sentence: str) -> float:
    """The log-odds that a sentence is addressed; 0 is even."""
    return of_plain(plain(sentence))


def of_plain(text: str) -> float:
    """The log-odds that a sentence is addressed, of its form as index.addressed.orders.plain makes it."""
    weights, bias = _weights()
    found = grams(text)
    return bias + sum(weights.get(gram, 0.0) for gram in found) / max(1, sum(g in weights for g in found)) ** 0.5


def grams(text: str) -> set[str]:
    """The n-grams of a plain text, figures as one sign, its beginning and end marked."""
    text = "^" + "".join(_FIGURE.sub("0", _BETWEEN.sub("", text[:_WHOLE])).split()) + "$"
    return {text[at : at + size] for size in range(1, LONGEST + 1) for at in range(len(text) - size + 1)}


@cache
def _weights() -> tuple[dict[str, float], float]:
    told = json.loads(WEIGHTS.read_text(encoding="utf-8"))
    return told["weights"], told["bias"]
