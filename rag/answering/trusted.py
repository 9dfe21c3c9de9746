"""Passages as evidence: without what orders whoever answers, and with less trust in what stands behind an order.
Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from index.schema import Clause
from rag.answering import instructions
from rag.answering.evidence import Passage

_BEHIND = 2.0  # standard scores: a sentence behind an order does not come first for being short, yet may for its figure


def trusted(clauses: Sequence[Clause], found: Sequence[Passage]) -> Sequence[Passage]:
    """The passages without orders, best first, those behind an order held back."""
    kept = without_orders(clauses, found)
    late = [instructions.behind(clauses[p.clause].text, p.stop) for p in kept]
    if not any(late):
        return kept
    scored = [replace(p, score=p.score - _BEHIND * behind) for p, behind in zip(kept, late, strict=True)]
    return sorted(scored, key=lambda p: -p.score)


def without_orders(clauses: Sequence[Clause], found: Sequence[Passage]) -> Sequence[Passage]:
    """The passages, each cut to its longest stretch that is no order; all as they are where nothing else is said."""
    kept = []
    for passage in found:
        if (span := instructions.stating(clauses[passage.clause].text, passage.start, passage.stop)) is not None:
            kept.append(replace(passage, start=span[0], stop=span[1]))
    return kept or found
