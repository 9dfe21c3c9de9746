"""The first clauses of a ranking read beside a question: of each its most promising window, best clauses first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from index.schema import Clause, Document
from rag.reading.cuts import windows
from rag.reading.inputs import Pair
from rag.reading.passages import address
from rag.reading.reader import Reader

_SECOND = 3  # of so many first clauses that are longer than a window a second one is read


@dataclass(frozen=True, slots=True)
class Read:
    """One window of a clause as a reader sees it."""

    clause: int  # row
    start: int  # the window within the clause's text
    stop: int
    answers: float  # log-odds, as Reading.answers
    span: tuple[int, int]  # [start, stop) within the clause's text: the words that answer, if the window does
    sure: float  # as Reading.sure


Promise = Callable[[int, int, int], float]  # (clause row, start, stop) → how promising a window is


def read(
    reader: Reader,
    question: str,
    rows: Sequence[int],
    clauses: Sequence[Clause],
    document_of: Callable[[Clause], Document],
    year_of: Callable[[int, int], str | None],
    promise: Promise,
    depth: int,
) -> list[Read]:
    """Read `depth` windows of these clause rows, best first; one entry a window, the most likely to answer first.

    `year_of` tells the target year that governs a place (clause row, offset), None where none does.
    """
    chosen: list[tuple[int, int, int]] = []
    for place, row in enumerate(rows):
        cut = windows(clauses[row].text)
        best = sorted(cut, key=lambda span: -promise(row, *span))
        chosen += [(row, *span) for span in best[: 2 if place < _SECOND else 1]]
        if len(chosen) >= depth:
            break
    chosen = chosen[:depth]
    pairs = [
        _pair(question, clauses[row], document_of(clauses[row]), year_of(row, start), (start, stop))
        for row, start, stop in chosen
    ]
    found = [
        Read(row, start, stop, said.answers, (start + said.span[0], start + said.span[1]), said.sure)
        for (row, start, stop), said in zip(chosen, reader.read(pairs) if pairs else (), strict=True)
    ]
    return sorted(found, key=lambda own: -own.answers)


def _pair(question: str, clause: Clause, document: Document, year: str | None, window: tuple[int, int]) -> Pair:
    """The question beside a window, which is read by itself: the year that governs it, which a sentence before it may
    tell, goes with the address."""
    body = clause.text[slice(*window)]
    head = address(document, clause)
    return Pair(question, f"{head} > 到{year}年" if year and year not in body else head, body)


def by_clause(reads: Sequence[Read]) -> dict[int, float]:
    """Clause row → the log-odds of its best window."""
    found: dict[int, float] = {}
    for own in reads:
        found[own.clause] = max(own.answers, found.get(own.clause, own.answers))
    return found
