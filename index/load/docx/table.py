"""The tables of Word → cells with spans, as index.load.grid tells them: a row whose cell holds a table of its own becomes
a row for each row of that one, with the cells beside it merged over them. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from index.load import grid
from index.load.docx.names import COMPATIBLE, W, chosen, integer, switch, value

MOST_COLUMNS = 63  # of a table in Word
_CARRIED = 2_000_000  # characters that merged cells may tell again over a whole document; no honest one has as many


@dataclass(frozen=True, slots=True)
class Rows:
    """A table as its rows, each its cells from left to right, those that are covered left out."""

    cells: list[list[grid.Cell]]

    @property
    def rows(self) -> list[list[str]]:
        """The words of each row's own cells."""
        return [[cell.text for cell in row] for row in self.cells]


Part = str | Rows  # of a cell: a run of its paragraphs, or a table in it


@dataclass(frozen=True, slots=True)
class Cell:
    """A w:tc and where it stands."""

    element: Any
    span: int
    column: int
    merged: str | None  # "restart" where it opens a merge downwards, "continue" where it is in one
    across: bool  # it is merged into the cell before it, in the old way


@dataclass(slots=True)
class Carried:
    """How much may still be told again in a document."""

    left: int = _CARRIED

    def again(self, text: str, times: int) -> bool:
        """Whether a text may be told so many times more."""
        self.left -= len(text) * times
        return self.left >= 0


class Squares:
    """The rows of a table, added from the top."""

    def __init__(self, carried: Carried) -> None:
        self._carried = carried
        self._open: dict[int, tuple[int, int]] = {}  # column → row and place of the cell merged downwards from there
        self.rows: list[list[grid.Cell]] = []

    def covers(self, cell: Cell) -> bool:
        """Whether a cell goes on one above, and has no words of its own."""
        return cell.merged == "continue" and cell.column in self._open

    def add(self, row: Sequence[tuple[Cell, Sequence[Part]]]) -> None:
        """A row's cells with their parts; of several where tables stand in them."""
        plain = [" ".join(part for part in parts if isinstance(part, str)) for _, parts in row]
        split = [
            (at, text)
            for at, (_, parts) in enumerate(row)
            if any(isinstance(part, Rows) for part in parts)
            for part in parts
            for text in ([part] if isinstance(part, str) else [" ".join(filter(None, own)) for own in part.rows])
        ]
        nested = {at for at, _ in split}
        lines: list[tuple[int | None, str]] = [*split] or [(None, "")]
        first = len(self.rows)
        out: list[list[grid.Cell]] = [[] for _ in lines]
        column = 0
        for at, (cell, _) in enumerate(row):
            if cell.column > column:
                out[0].append(grid.Cell("", cell.column - column, len(lines)))
            column = cell.column + cell.span
            if cell.across and out[0] and not plain[at]:
                out[0][-1] = replace(out[0][-1], columns=out[0][-1].columns + cell.span)
            elif self.covers(cell):
                self._extend(cell, len(lines), out[0])
            elif at in nested:
                for line, (owner, text) in zip(out, lines, strict=True):
                    line.append(grid.Cell(text if owner == at else plain[at], cell.span))
            else:
                self._open.pop(cell.column, None)
                if cell.merged is not None:
                    self._open[cell.column] = (first, len(out[0]))
                tall = len(lines) if self._carried.again(plain[at], len(lines) - 1) else 1
                out[0].append(grid.Cell(plain[at], cell.span, tall))
        self.rows += out

    def _extend(self, cell: Cell, lines: int, row: list[grid.Cell]) -> None:
        """Let the cell above reach over so many rows more."""
        at, place = self._open[cell.column]
        above = self.rows[at][place]
        if at + above.rows == len(self.rows) and self._carried.again(above.text, lines):
            self.rows[at][place] = replace(above, rows=above.rows + lines)
        else:
            row.append(grid.Cell("", cell.span, lines))


def single(table: Any) -> bool:
    """Whether a table has one column only: a frame around paragraphs."""
    return all(sum(1 for _ in cells(row)) <= 1 for row in rows(table))


def rows(table: Any) -> Iterator[Any]:
    """The w:tr that are drawn: not those deleted, nor hidden."""
    for row in _inner(table, f"{W}tr"):
        properties = row.find(f"{W}trPr")
        deleted = properties is not None and properties.find(f"{W}del") is not None
        if not deleted and not switch(row, "trPr/hidden"):
            yield row


def cells(row: Any) -> Iterator[Cell]:
    """The cells of a row that are not deleted, and where they stand."""
    column = _span(value(row, "trPr/gridBefore"), 0)
    for element in _inner(row, f"{W}tc"):
        properties = element.find(f"{W}tcPr")
        if properties is not None and properties.find(f"{W}cellDel") is not None:
            continue
        merge = None if properties is None else properties.find(f"{W}vMerge")
        merged = None if merge is None else merge.get(f"{W}val", "continue")
        across = None if properties is None else properties.find(f"{W}hMerge")
        span = min(_span(value(properties, "gridSpan"), 1), max(1, MOST_COLUMNS - column))
        yield Cell(
            element, span, column, merged, across is not None and across.get(f"{W}val", "continue") == "continue"
        )
        column += span


def _span(text: str | None, least: int) -> int:
    return min(max(integer(text) or least, least), MOST_COLUMNS)


def _inner(element: Any, tag: str) -> Iterator[Any]:
    """The rows of a table or the cells of a row, whatever they are wrapped in."""
    for child in element:
        if child.tag == tag:
            yield child
        elif child.tag == f"{COMPATIBLE}AlternateContent":
            for branch in chosen(child):
                yield from [branch] if branch.tag == tag else _inner(branch, tag)
        elif child.tag not in (f"{W}del", f"{W}moveFrom", f"{W}tbl", f"{W}p"):
            yield from _inner(child, tag)
