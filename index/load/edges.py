"""Table rows whose columns are told by where they end (rich text, binary Word) → cells with spans. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from index.load.grid import Cell

_NEAR = 30  # twips: edges of columns this near are one


@dataclass(slots=True)
class EdgedRow:
    """A table row: where its columns end, in twips, how its cells are merged, and what they say."""

    edges: list[int] = field(default_factory=list)
    below: list[bool] = field(default_factory=list)  # whether each cell goes on the one above it
    beside: list[bool] = field(default_factory=list)  # whether it goes on the one to its left
    cells: list[str] = field(default_factory=list)
    start: int = 0  # where its first column begins


def squared(table: Sequence[EdgedRow]) -> list[list[Cell]]:
    """The rows as cells with spans."""
    edges: list[int] = []
    for edge in sorted({edge for row in table for edge in (row.start, *row.edges)}):
        if not edges or edge - edges[-1] > _NEAR:
            edges.append(edge)

    def column(edge: int) -> int:
        return max((at for at, known in enumerate(edges) if known <= edge + _NEAR // 2), default=0)

    squares = [_row(row, column) for row in table]
    out = []
    for at, row in enumerate(squares):
        cells: list[Cell] = []
        for square in row:
            if square.below and at and any(other.left == square.left for other in squares[at - 1]):
                continue
            if square.beside and cells and not square.text:
                cells[-1] = replace(cells[-1], columns=cells[-1].columns + square.width)
                continue
            cells.append(Cell(square.text, square.width, 1 + _tall(squares[at + 1 :], square.left)))
        out.append(cells)
    return out


@dataclass(frozen=True, slots=True)
class _Square:
    """A cell with the columns it takes."""

    left: int
    width: int
    text: str
    below: bool
    beside: bool


def _row(row: EdgedRow, column: Callable[[int], int]) -> list[_Square]:
    out, left = [], column(row.start)
    for at in range(max(len(row.edges), len(row.cells))):
        known = at < len(row.edges)
        width = max(1, column(row.edges[at]) - left) if known else 1
        text = row.cells[at] if at < len(row.cells) else ""
        below = at < len(row.below) and row.below[at]
        beside = at < len(row.beside) and row.beside[at]
        out.append(_Square(left, width, text, below, beside))
        left += width
    return out


def _tall(below: Sequence[Sequence[_Square]], left: int) -> int:
    """How many rows below go on a cell that begins at column `left`."""
    tall = 0
    for row in below:
        if not any(square.left == left and square.below for square in row):
            break
        tall += 1
    return tall
