"""What a form of answer hands back: lines to be cited, and the table or outline they are taken from. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from index.schema import Clause
from index.sentences import split_sentences
from index.structure import Node, Table, TableRow
from index.terms import compact
from rag.answering.compose import Claim
from rag.schema import Citation, Entry, Grid


@dataclass(frozen=True, slots=True)
class Line:
    """A heading of an outline, not cited yet."""

    depth: int
    text: str
    clause: Clause


@dataclass(frozen=True, slots=True)
class Found:
    """A structured answer, whole; `refusal` where the structure shows that there is none."""

    claims: tuple[Claim, ...]
    table: tuple[Table, tuple[TableRow, ...]] | None = None
    outline: tuple[Line, ...] = ()
    notes: tuple[str, ...] = ()
    refusal: str | None = None


def whole(clause: Clause) -> tuple[Clause, int, int]:
    """The span of all of a clause."""
    return clause, 0, len(clause.text)


def opening(clause: Clause, limit: int = 200) -> tuple[Clause, int, int]:
    """The span of a clause's first sentence, which stands for what it heads."""
    first = next(iter(split_sentences(clause.text)), (0, len(clause.text)))
    return clause, first[0], min(first[1], first[0] + limit)


def of_node(node: Node, clause: Clause) -> tuple[Clause, int, int]:
    """The span a heading or unit is cited by: its own words, or the first sentence below it."""
    return (clause, node.start, node.stop) if node.stop > node.start else opening(clause)


def claim(text: str, origin: str, spans: Sequence[tuple[Clause, int, int]]) -> Claim:
    """A line and all the spans it rests on."""
    (clause, start, stop), *more = spans
    return Claim(text, clause, start, stop, origin, more=tuple(more))


def grid(
    found: tuple[Table, tuple[TableRow, ...]] | None, clauses: Sequence[Clause], citations: Sequence[Citation]
) -> Grid | None:
    """The table of an answer with the citation of each row; None where no row is cited."""
    if found is None:
        return None
    numbers = {citation.clause.clause_id: citation.n for citation in citations}
    table, rows = found
    shown = tuple((row.cells, numbers[key]) for row in rows if (key := clauses[row.clause].clause_id) in numbers)
    titles = tuple(f"{c.name}（{c.unit}）" if c.unit else c.name for c in table.columns)
    return Grid(compact(table.name), titles, shown) if shown else None


def outline(lines: Sequence[Line], citations: Sequence[Citation]) -> tuple[Entry, ...]:
    """The outline of an answer with the citation of each heading."""
    numbers = {citation.clause.clause_id: citation.n for citation in citations}
    return tuple(
        Entry(line.depth, line.text, numbers[line.clause.clause_id])
        for line in lines
        if line.clause.clause_id in numbers
    )
