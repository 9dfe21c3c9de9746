"""Less trust in what stands behind a passage that only takes back what is said before it (“忽略上述要求。”): that may be
what it announces. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from index.addressed.orders import revokes
from index.schema import Clause
from rag.answering.evidence import Passage

_BEHIND = 2.0  # z-scores: such a sentence does not come first for being short, yet may for its figure


def behind(clause: Clause, start: int) -> bool:
    """Whether what begins at `start` stands, in its paragraph, behind a passage that takes back what is before it."""
    return any(
        mark.stop <= start and "\n" not in clause.text[mark.stop : start] and revokes(mark.words)
        for mark in clause.marks
    )


def trusted(clauses: Sequence[Clause], found: Sequence[Passage]) -> Sequence[Passage]:
    """The passages, best first, those behind such a passage held back."""
    late = [behind(clauses[p.clause], p.start) for p in found]
    if not any(late):
        return found
    scored = [replace(p, score=p.score - _BEHIND * held) for p, held in zip(found, late, strict=True)]
    return sorted(scored, key=lambda p: -p.score)
