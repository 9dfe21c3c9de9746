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
    also: tuple[Clause, int, int] | None = None  # a second span it rests on: where its document's title is printed
    more: tuple[tuple[Clause, int, int], ...] = ()  # further spans, of what is worked out from several


def compose(
    claims: Sequence[Claim], document_of: Callable[[Clause], Document], status_of: Callable[[Document], Status]
) -> tuple[tuple[Sentence, ...], tuple[Citation, ...]]:
    """Number the citations in order of first use; claims whose spans touch in one clause share a citation."""
    spans: list[tuple[Clause, int, int]] = []
    sentences = tuple(
        Sentence(claim.text, tuple(dict.fromkeys(_place(spans, *span) for span in _spans(claim))), claim.origin)
        for claim in claims
    )
    citations = tuple(
        Citation(n, clause, document_of(clause), status_of(document_of(clause)), clause.printed[start:stop])
        for n, (clause, start, stop) in enumerate(spans, 1)
    )
    return sentences, citations


def _spans(claim: Claim) -> list[tuple[Clause, int, int]]:
    return [(claim.clause, claim.start, claim.stop), *([claim.also] if claim.also else []), *claim.more]


def _place(spans: list[tuple[Clause, int, int]], wanted: Clause, begin: int, end: int) -> int:
    """The number of the citation that covers this span, widened or added as needed."""
    for place, (clause, start, stop) in enumerate(spans):
        if clause.clause_id != wanted.clause_id:
            continue
        gap = clause.text[min(stop, end) : max(start, begin)]
        if not gap.strip():
            spans[place] = (clause, min(start, begin), max(stop, end))
            return place + 1
    spans.append((wanted, begin, end))
    return len(spans)
