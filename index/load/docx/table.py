"""The cells of a table → whole rows: what is merged down is told in each row, what is merged across once, and a row
whose cell holds a table of its own becomes a row for each row of that one, with the cells beside it. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from index.load.docx.names import COMPATIBLE, W, chosen, integer, switch, value

MOST_COLUMNS = 63  # of a table in Word
_CARRIED = 2_000_000  # characters that may be told again over a whole document; no honest one has as many


@dataclass(frozen=True, slots=True)
class Rows:
    """A table as its rows, each its cells from left to right; a merged cell is followed by empty ones."""

    rows: list[list[str]]


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

    def again(self, text: str) -> str:
        self.left -= len(text)
        return text if self.left >= 0 else ""


@dataclass(slots=True)
class Merges:
    """The cells of a table that are merged downwards, by their column."""

    carried: Carried
    _open: dict[int, str] = field(default_factory=dict)

    def continued(self, cell: Cell) -> str | None:
        """The text of the cell that this one goes on from; None where it has its own."""
        if cell.merged == "continue" and cell.column in self._open:
            return self.carried.again(self._open[cell.column])
        self._open.pop(cell.column, None)
        return None

    def opened(self, cell: Cell, text: str) -> None:
        if cell.merged is not None:
            self._open[cell.column] = text


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


def whole(found: Sequence[tuple[Cell, Sequence[Part]]], carried: Carried) -> list[list[str]]:
    """The rows that one row of a table makes: one, or one for each part of the cells that hold tables."""
    plain = [" ".join(part for part in parts if isinstance(part, str)) for _, parts in found]
    nested = [at for at, (_, parts) in enumerate(found) if any(isinstance(part, Rows) for part in parts)]
    if not nested:
        return [_line(found, plain)]
    out: list[list[str]] = []
    for at in nested:
        for part in found[at][1]:
            for text in [part] if isinstance(part, str) else [" ".join(filter(None, row)) for row in part.rows]:
                beside = plain if not out else [carried.again(other) for other in plain]
                out.append(_line(found, [*beside[:at], text, *beside[at + 1 :]]))
    return out or [_line(found, plain)]


def _line(found: Sequence[tuple[Cell, Sequence[Part]]], texts: Sequence[str]) -> list[str]:
    line: list[str] = []
    for (cell, _), text in zip(found, texts, strict=True):
        line += [""] * (cell.column - len(line))
        line += [text, *[""] * (cell.span - 1)]
    return line


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
