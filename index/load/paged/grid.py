"""Rulings → tables: a grid of cells, merged ones known by the ruling that is missing between them. Pure."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from index.load.paged.sheet import Box, Glyph, Ruling

_SNAP = 3.0  # points: two rulings that near are one
_LEAST = 5.0  # points: a row or column narrower than that is the double line of a border
_MOST = 4000  # rulings on a page, and
_MOST_PAIRS = 400_000  # pairs of them that may cross: a page with more is a drawing


@dataclass(frozen=True, slots=True)
class Grid:
    """A table's cells. `owner[row][column]` is the cell, as (row, column) of its top left corner."""

    xs: tuple[float, ...]  # columns + 1
    ys: tuple[float, ...]  # rows + 1
    owner: tuple[tuple[tuple[int, int], ...], ...]

    @property
    def box(self) -> Box:
        return Box(self.xs[0], self.ys[0], self.xs[-1], self.ys[-1])

    @property
    def columns(self) -> int:
        return len(self.xs) - 1

    def cell(self, x: float, y: float) -> tuple[int, int] | None:
        """The cell that a point lies in."""
        column, row = bisect_right(self.xs, x) - 1, bisect_right(self.ys, y) - 1
        if 0 <= column < self.columns and 0 <= row < len(self.owner):
            return self.owner[row][column]
        return None


def grids(across: Sequence[Ruling], down: Sequence[Ruling]) -> list[Grid]:
    """Every table of a page that rulings make, top to bottom; a frame around one cell or column is none."""
    if not 2 <= len(across) <= _MOST or not 1 <= len(down) <= _MOST:
        return []
    rows, columns = _merged(across), _merged(down)
    if len(rows) * len(columns) > _MOST_PAIRS:
        return []
    found = [_grid(a, d) for a, d in _crossing(rows, columns)]
    return sorted((grid for grid in found if grid is not None), key=lambda grid: (grid.ys[0], grid.xs[0]))


def split(
    grids_: Sequence[Grid], glyphs: Iterable[Glyph]
) -> tuple[list[dict[tuple[int, int], list[Glyph]]], list[Glyph]]:
    """The glyphs in each grid's cells, and those in none."""
    within: list[dict[tuple[int, int], list[Glyph]]] = [{} for _ in grids_]
    rest: list[Glyph] = []
    for glyph in glyphs:
        x, y = glyph.middle
        for grid, cells in zip(grids_, within, strict=True):
            place = grid.cell(x, y)
            if place is not None:
                cells.setdefault(place, []).append(glyph)
                break
        else:
            rest.append(glyph)
    return within, rest


def _merged(rulings: Sequence[Ruling]) -> list[Ruling]:
    """Rulings at (nearly) one place that touch are one."""
    groups: list[list[Ruling]] = []
    for ruling in sorted(rulings):
        if groups and ruling.at - groups[-1][0].at <= _SNAP:
            groups[-1].append(ruling)
        else:
            groups.append([ruling])
    merged: list[Ruling] = []
    for group in groups:
        at = sum(r.at for r in group) / len(group)
        first, *rest = sorted(group, key=lambda r: r.begin)
        begin, end = first.begin, first.end
        for ruling in rest:
            if ruling.begin <= end + _SNAP:
                end = max(end, ruling.end)
                continue
            merged.append(Ruling(at, begin, end))
            begin, end = ruling.begin, ruling.end
        merged.append(Ruling(at, begin, end))
    return [ruling for ruling in merged if ruling.end - ruling.begin > _LEAST]


def _crossing(across: Sequence[Ruling], down: Sequence[Ruling]) -> list[tuple[list[Ruling], list[Ruling]]]:
    """Rulings that cross or touch one another, directly or through others."""
    parent = list(range(len(across) + len(down)))

    def root(place: int) -> int:
        while parent[place] != place:
            parent[place] = parent[parent[place]]
            place = parent[place]
        return place

    for i, h in enumerate(across):
        for j, v in enumerate(down, len(across)):
            if h.begin - _SNAP <= v.at <= h.end + _SNAP and v.begin - _SNAP <= h.at <= v.end + _SNAP:
                parent[root(i)] = root(j)
    groups: dict[int, tuple[list[Ruling], list[Ruling]]] = {}
    for i, h in enumerate(across):
        groups.setdefault(root(i), ([], []))[0].append(h)
    for j, v in enumerate(down, len(across)):
        groups.setdefault(root(j), ([], []))[1].append(v)
    return list(groups.values())


def _grid(across: Sequence[Ruling], down: Sequence[Ruling]) -> Grid | None:
    if len(across) < 2 or not down:
        return None
    # A table may be open at its sides: its outermost places are where the rulings end.
    xs = _places([*(v.at for v in down), min(h.begin for h in across), max(h.end for h in across)])
    ys = _places([*(h.at for h in across), min(v.begin for v in down), max(v.end for v in down)])
    rows, columns = len(ys) - 1, len(xs) - 1
    if columns < 2 or rows < 1 or rows * columns > 40_000:
        return None
    owner = [[(row, column) for column in range(columns)] for row in range(rows)]
    beside, below = [_at(down, x) for x in xs], [_at(across, y) for y in ys]
    walls = [[_covers(beside[c], (ys[r] + ys[r + 1]) / 2) for c in range(columns + 1)] for r in range(rows)]
    floors = [[_covers(below[r], (xs[c] + xs[c + 1]) / 2) for c in range(columns)] for r in range(rows + 1)]
    for row in range(rows):
        for column in range(columns):
            if column and not walls[row][column]:
                owner[row][column] = owner[row][column - 1]
            elif row and not floors[row][column] and _same_walls(walls, row, column):
                owner[row][column] = owner[row - 1][column]
    grid = Grid(tuple(xs), tuple(ys), tuple(tuple(row) for row in owner))
    return grid if any(len(set(row)) > 1 for row in grid.owner) else None


def _same_walls(walls: Sequence[Sequence[bool]], row: int, column: int) -> bool:
    """Whether the cell above begins at the same wall and ends at the same one, so that both make one rectangle."""

    def end(line: Sequence[bool]) -> int:
        return next((c for c in range(column + 1, len(line)) if line[c]), len(line))

    return (column == 0 or walls[row - 1][column]) and end(walls[row - 1]) == end(walls[row])


def _places(values: Iterable[float]) -> list[float]:
    places: list[float] = []
    for value in sorted(values):
        if not places or value - places[-1] > _LEAST:
            places.append(value)
    return places


def _at(rulings: Sequence[Ruling], place: float) -> list[Ruling]:
    return [ruling for ruling in rulings if abs(ruling.at - place) <= _LEAST]


def _covers(rulings: Sequence[Ruling], along: float) -> bool:
    return any(r.begin - _SNAP <= along <= r.end + _SNAP for r in rulings)
