"""Tables that are set in columns without rulings. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from index.load.paged.sheet import around
from index.load.paged.strips import Strip
from index.load.paged.table import Table, TableLine
from index.load.paged.wrapped import cell_text
from index.markers import marker

_LEAST_ALIGNED = 3  # rows


def aligned(found: Sequence[Sequence[Strip]]) -> list[Table | list[Strip]]:
    """Lines in turn, with the tables among them that are set in columns without rulings."""
    out: list[Table | list[Strip]] = []
    place = 0
    while place < len(found):
        size = _aligned_size(found, place)
        if size:
            out.append(_aligned_table(found[place : place + size]))
            place += size
        else:
            out.append(list(found[place]))
            place += 1
    return out


def _aligned_size(found: Sequence[Sequence[Strip]], place: int) -> int:
    """How many lines from `place` on are rows of one table: several cells each, in columns that never overlap."""
    if len(found[place]) < 2:
        return 0
    end = place
    full = 0
    while end < len(found):
        row = found[end]
        if len(row) < 2 and not (end > place and _inside(row, found[place:end]) and _close(found[end - 1], row)):
            break
        if len(_bands([*found[place:end], row])) < max(len(r) for r in [*found[place:end], row]):
            break
        full += len(row) > 1
        end += 1
    bands = _bands(found[place:end])
    if full < _LEAST_ALIGNED or len(bands) < 2:
        return 0
    usual = [row for row in found[place:end] if len(row) == len(bands)]
    if len(bands) == 2 and (_listed(usual) or _running(usual, bands)):
        return 0
    return end - place if len(usual) * 2 >= full and (len(bands) > 2 or len(usual) > _LEAST_ALIGNED) else 0


def _listed(found: Sequence[Sequence[Strip]]) -> bool:
    """Numbers with their items, no cells."""
    return all(marker(row[0].text + "项") is not None or not row[0].text[-1:].isalnum() for row in found)


def _running(found: Sequence[Sequence[Strip]], bands: Sequence[tuple[float, float]]) -> bool:
    """Lines of running text that fill both columns."""
    return all(
        median(row[place].right - row[place].left for row in found) > 0.75 * (right - left)
        for place, (left, right) in enumerate(bands)
    ) if found else False


def _inside(row: Sequence[Strip], above: Sequence[Sequence[Strip]]) -> bool:
    """Whether a lone piece lies within one of the columns above it: the rest of a wrapped cell."""
    return any(left - 1 <= row[0].left and row[0].right <= right + 1 for left, right in _bands(above)[1:])


def _close(above: Sequence[Strip], row: Sequence[Strip]) -> bool:
    return row[0].base - above[0].base < 1.9 * row[0].size


def _bands(found: Sequence[Sequence[Strip]]) -> list[tuple[float, float]]:
    """The columns: stretches that text takes in any row, apart from one another."""
    bands: list[tuple[float, float]] = []
    for left, right in sorted((strip.left, strip.right) for row in found for strip in row):
        if bands and left <= bands[-1][1] + 1:
            bands[-1] = bands[-1][0], max(bands[-1][1], right)
        else:
            bands.append((left, right))
    return bands


def _aligned_table(found: Sequence[Sequence[Strip]]) -> Table:
    bands = _bands(found)
    groups: list[list[Sequence[Strip]]] = []
    for row in found:
        if groups and len(row) < 2:
            groups[-1].append(row)
        else:
            groups.append([row])
    lines = []
    for group in groups:
        cells = []
        for left, right in bands:
            inside = [[s for s in row if left - 1 <= s.left and s.right <= right + 1] for row in group]
            cells.append(cell_text([row for row in inside if row], right - left))
        strips = [strip for row in group for strip in row]
        lines.append(TableLine(tuple(cells), around([s.box for s in strips]), any(s.doubtful for s in strips)))
    box = around([line.box for line in lines])
    return Table(box, tuple(left for left, _ in bands), tuple(lines), 1)
