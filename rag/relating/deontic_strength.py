"""Deontic strength, how strictly a half-sentence asks: 探索建立 against 建立, 鼓励 against 应当. Pure.

Two half-sentences are compared where they ask for the same thing in the same words but those of strength.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from index.entities.modality import ASKED_FOR, DUTY, PERMITTED, STRENGTH, TENTATIVE, deontic_strength
from index.terms import pairs
from rag.relating.indicators import Weigh, words_apart_from_figures
from rag.tuned import numbers

SAME = numbers(__name__)[
    "same"
]  # weighted share of each half-sentence's pairs that the other holds, words of strength aside
FEWEST = 6  # character pairs that a half-sentence has, words of strength aside; less names no matter
_HALF = re.compile(r"[^，,；;。：:！!？?\n、]+(?:、[^，,；;。：:！!？?\n、]+)*")
_SETTING = re.compile(  # says where or by what, and asks nothing
    r"^.{0,2}(?:在|对|以|结合).*(?:下|中|上|内|时|方面|领域|基础)$|^.{0,2}(?:围绕|按照|依托|聚焦|针对|根据|通过|利用)"
)
_NUMBERED = re.compile(r"^(?:[（(][一二三四五六七八九十]+[)）]|[一二三四五六七八九十]+、|\d+[.．、])\s*")


@dataclass(frozen=True, slots=True)
class Half:
    """A half-sentence: its span, the pairs that say what it asks for, and how strictly it asks."""

    start: int
    stop: int
    terms: frozenset[str]
    last: str  # the pair it ends with: of what is asked for
    strength: int


def unlike(ours: str, theirs: str, weigh: Weigh) -> Iterator[tuple[Half, Half]]:
    """Half-sentences of two texts that ask for the same thing with different deontic strength."""
    mine, other = list(_halves(ours)), list(_halves(theirs))
    for half in mine:
        alike = [h for h in other if _same(half, h, weigh)]
        if not alike or not all(_differ(half.strength, h.strength) for h in alike):
            continue
        nearest = max(alike, key=lambda h: sum(map(weigh, half.terms & h.terms)))
        if all(
            _differ(h.strength, nearest.strength) for h in mine if _same(h, nearest, weigh)
        ):  # not said here both ways
            yield half, nearest


def _differ(a: int, b: int) -> bool:
    """A trial and anything done outright, a duty and a leave; what is supported is often what is also built."""
    if a == b or ASKED_FOR in (a, b):
        return False
    return TENTATIVE in (a, b) or {a, b} == {PERMITTED, DUTY}


def _halves(text: str) -> Iterator[Half]:
    for match in _HALF.finditer(text):
        words = _NUMBERED.sub("", "".join(match[0].split()))
        terms = frozenset(pairs(words_apart_from_figures(STRENGTH.sub("，", words))))
        if len(terms) >= FEWEST and not _SETTING.search(words):
            yield Half(*match.span(), terms, pairs(words)[-1], deontic_strength(words))


def _same(a: Half, b: Half, weigh: Weigh) -> bool:
    """Whether two half-sentences ask for one thing: most of their words and what one ends with are the other's too."""
    common = [weight for weight in map(weigh, a.terms & b.terms) if weight > 0]
    if len(common) < FEWEST - 1 or not (a.last in b.terms or b.last in a.terms or a.last == b.last):
        return False
    weight = sum(common)
    return all(weight >= SAME * sum(map(weigh, own.terms)) for own in (a, b))
