"""Claims → an answer: sentences numbered to citations, each citation a verbatim span of its clause. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from index.schema import Clause, Document
from rag.schema import Citation, Sentence, Status


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence to be shown and the span of the clause it rests on."""

    text: str
    clause: Clause
    start: int
    stop: int
    origin: str  # as Sentence.origin


def compose(
    claims: Sequence[Claim], document_of: Callable[[Clause], Document], status_of: Callable[[Document], Status]
) -> tuple[tuple[Sentence, ...], tuple[Citation, ...]]:
    """Number the citations in order of first use; claims whose spans touch in one clause share a citation."""
    spans: list[tuple[Clause, int, int]] = []
    numbers: list[int] = []
    for claim in claims:
        numbers.append(_place(spans, claim))
    sentences = tuple(
        Sentence(claim.text, (number,), claim.origin) for claim, number in zip(claims, numbers, strict=True)
    )  # fmt: skip
    citations = tuple(
        Citation(n, clause, document_of(clause), status_of(document_of(clause)), clause.text[start:stop])
        for n, (clause, start, stop) in enumerate(spans, 1)
    )
    return sentences, citations


def _place(spans: list[tuple[Clause, int, int]], claim: Claim) -> int:
    """The number of the citation that covers `claim`, widened or added as needed."""
    for place, (clause, start, stop) in enumerate(spans):
        if clause.clause_id != claim.clause.clause_id:
            continue
        gap = clause.text[min(stop, claim.stop) : max(start, claim.start)]
        if not gap.strip():
            spans[place] = (clause, min(start, claim.start), max(stop, claim.stop))
            return place + 1
    spans.append((claim.clause, claim.start, claim.stop))
    return len(spans)
