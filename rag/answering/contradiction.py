"""Whether a document gives another figure for just what a sentence says: then it is quoted, and no reply chooses. Pure.

It catches what a forged sentence adds to a clause in whatever wording, and a claim too short to tell two rows apart.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.entities import quantities
from index.entities.printed import flatten
from index.sentences import split_sentences
from index.terms import pairs
from rag.tuned import numbers

_SAME = numbers(__name__)[
    "same"
]  # of the claim's character pairs, its figures aside, that the other sentence must hold
_HALF = numbers(__name__)[
    "half"
]  # share of the shorter one's pairs that two half-sentences around the figures must have in common
_SPLIT = re.compile(r"[，,；;。：:、“”\"\n（）()！!？?]")


def contradicted(claim: str, texts: Sequence[str]) -> bool:
    """Whether a sentence of `texts` says all that `claim` says but for a figure, and another of its unit instead."""
    stated = _halves(claim)
    said = _without_figures(claim)
    for text in texts if stated else ():
        for start, stop in split_sentences(text):
            other = text[start:stop]
            if len(said & _without_figures(other)) >= _SAME * len(said) and _differs(stated, other):
                return True
    return False


def _differs(stated: Sequence[tuple[quantities.Quantity, frozenset[str]]], other: str) -> bool:
    given = quantities.quantities(flatten(other))
    return any(
        figure.unit == another.unit and words and len(words & beside) >= _HALF * min(len(words), len(beside))
        for figure, words in stated
        if not any(quantities.same(figure, g) for g in given)
        for another, beside in _halves(other)
        if beside
    )


def _halves(text: str) -> list[tuple[quantities.Quantity, frozenset[str]]]:
    """The half-sentences with one measured figure: the figure, and the pairs of the words around it."""
    flat = flatten(text)
    measured = [q for q in quantities.quantities(flat) if q.unit and flat[q.start].isdigit()]
    found, start = [], 0
    for stop in [*(match.start() for match in _SPLIT.finditer(flat)), len(flat)]:
        own = [q for q in measured if start <= q.start < stop]
        if len(own) == 1:
            words = flat[start : own[0].start] + "|" + flat[own[0].stop : stop]
            found.append((own[0], frozenset(pairs(words))))
        start = stop + 1
    return found


def _without_figures(text: str) -> frozenset[str]:
    """The pairs of a text without its figures."""
    flat = flatten(text)
    for q in sorted(quantities.quantities(flat), key=lambda q: -q.start):
        flat = flat[: q.start] + "|" + flat[q.stop :]
    return frozenset(pairs(flat))
