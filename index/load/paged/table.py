"""A table of a page: rows of cells with their words, whether drawn by rulings or only set in columns. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from index.load.paged.grid import Grid
from index.load.paged.sheet import Box, Boxed, Glyph, around
from index.load.paged.strips import Strip, rows
from index.load.paged.wrapped import cell_text


@dataclass(frozen=True, slots=True)
class TableLine:
    """A row. A cell that reaches down over several rows is told in each, one that reaches over columns in the first."""

    cells: tuple[str, ...]
    box: Box
    doubtful: bool = False
    spans: bool = False  # one cell reaches over all columns
    carried: frozenset[int] = frozenset()  # columns whose cell began in a row above

    @property
    def text(self) -> str:
        return "\t".join(self.cells)


@dataclass(frozen=True, slots=True)
class Table(Boxed):
    """Where the columns are and what the rows say."""

    box: Box
    xs: tuple[float, ...]
    lines: tuple[TableLine, ...]
    head: int  # rows down to the last that heads the columns; before them may be some that reach over all columns


def ruled(grid: Grid, glyphs: Mapping[tuple[int, int], Sequence[Glyph]]) -> Table | None:
    """The table of a grid; None where fewer than two cells hold text or all text stands in one column."""
    written = {cell: rows(found) for cell, found in glyphs.items() if any(g.text.strip() for g in found)}
    if len(written) < 2 or len({column for _, column in written}) < 2:
        return None
    extents = _extents(grid)
    inset = _inset(grid, extents, written)
    words = {
        cell: cell_text(found, grid.xs[extents[cell][1]] - grid.xs[cell[1]] - 2 * inset)
        for cell, found in written.items()
    }
    used = [c for c in range(grid.columns) if any(owners[c][1] == c for owners in grid.owner)]
    head, lines = _head(grid, extents), []
    for row, owners in enumerate(grid.owner):
        cells = tuple(words.get(owners[c], "") if owners[c][1] == c else "" for c in used)
        if not any(cells):
            head -= row < head
            continue
        box = Box(grid.xs[0], grid.ys[row], grid.xs[-1], grid.ys[row + 1])
        doubtful = any(g.doubtful for owner in set(owners) for g in glyphs.get(owner, ()))
        carried = frozenset(place for place, c in enumerate(used) if owners[c][0] < row)
        lines.append(TableLine(cells, box, doubtful, len(set(owners)) == 1, carried))
    return Table(grid.box, tuple(grid.xs[c] for c in used), tuple(lines), head)


def _extents(grid: Grid) -> dict[tuple[int, int], tuple[int, int]]:
    """(first row below, first column right) of every cell."""
    extents: dict[tuple[int, int], tuple[int, int]] = {}
    for row, owners in enumerate(grid.owner):
        for column, owner in enumerate(owners):
            below, right = extents.get(owner, (0, 0))
            extents[owner] = max(below, row + 1), max(right, column + 1)
    return extents


def _inset(
    grid: Grid, extents: Mapping[tuple[int, int], tuple[int, int]], written: Mapping[tuple[int, int], list[list[Strip]]]
) -> float:
    """The least distance text keeps from its cell's sides."""
    gaps = [
        gap
        for cell, found in written.items()
        for row in found
        for gap in (row[0].left - grid.xs[cell[1]], grid.xs[extents[cell][1]] - row[-1].right)
    ]
    return max(0.0, min(gaps, default=0.0))


def _head(grid: Grid, extents: Mapping[tuple[int, int], tuple[int, int]]) -> int:
    """Rows down to the last that heads the columns: the first that does not reach over all of them, and those below it
    where a cell of it reaches over several columns."""
    begin = next(row for row, owners in enumerate(grid.owner) if len(set(owners)) > 1)
    first = set(grid.owner[begin])
    wide = [cell for cell in first if extents[cell][1] - cell[1] > 1]
    if not wide or len(grid.owner) - begin < 3:
        return begin + 1
    return max([begin + 2, *(extents[cell][0] for cell in first)])


def spread(top: Sequence[TableLine]) -> TableLine:
    """The rows of a head made one: what stands over several columns is told with each of them."""
    names: list[list[str]] = [[] for _ in top[0].cells]
    for line in top:
        over = ""
        for column, names_above in enumerate(names):
            over = line.cells[column] or ("" if column in line.carried or line is top[-1] else over)
            if over and over not in names_above:
                names_above.append(over)
    doubtful = any(line.doubtful for line in top)
    return TableLine(tuple("".join(parts) for parts in names), around([line.box for line in top]), doubtful)


def columns_agree(first: Sequence[float], second: Sequence[float]) -> bool:
    """Whether two tables have the same columns: as many, at the same places but for a shift of both."""
    if len(first) != len(second):
        return False
    shift = second[0] - first[0]
    return all(abs((b - a) - shift) < 8 for a, b in zip(first, second, strict=True))
