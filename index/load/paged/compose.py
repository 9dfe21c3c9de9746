"""Pages → lines in reading order: tables as rows of cells, whole over page ends; heads and page numbers left out.
Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from index.load.paged import columns, grid, margins
from index.load.paged.aligned import aligned
from index.load.paged.sheet import Affine, Box, Sheet, around, moved
from index.load.paged.strips import Strip, row_text, rows
from index.load.paged.table import Table, TableLine, columns_agree, ruled, spread
from index.load.radicals import unified
from index.schema import Line

Row = Sequence[Strip]
_COMPARED = 30  # rows that tell what every row of a table has


@dataclass(frozen=True, slots=True)
class Layout:
    """What of a page is kept while its file is read: its lines and tables."""

    number: int
    width: float
    height: float
    rows: tuple[Row, ...]
    tables: tuple[Table, ...]
    back: Affine
    scanned: bool


@dataclass(frozen=True, slots=True)
class _Placed:
    """A line on its page, or a table's."""

    page: int
    text: str
    box: Box
    doubtful: bool


def layout(sheet: Sheet) -> Layout:
    """The lines and ruled tables of a page."""
    found = grid.grids(sheet.across, sheet.down)
    within, rest = grid.split(found, sheet.glyphs)
    tables = []
    for place, cells in zip(found, within, strict=True):
        table = ruled(place, cells)
        if table is not None:
            tables.append(table)
        else:
            rest += [glyph for glyphs in cells.values() for glyph in glyphs]
    lines = tuple(row for row in rows(rest) if row)
    return Layout(sheet.number, sheet.width, sheet.height, lines, tuple(tables), sheet.back, sheet.scanned)


def lines(pages: Sequence[Layout]) -> list[Line]:
    """The lines of a file, numbered within each page, each with its box as shares of the page."""
    kept = margins.without([margins.Face(page.width, page.height, page.rows, page.scanned) for page in pages])
    placed: list[_Placed] = []
    open_table: list[tuple[int, Table]] = []  # parts of one table, the last of them at the end of the last page
    for page, text in zip(pages, kept, strict=True):
        items = _items(page, text)
        for place, item in enumerate(items):
            goes_on = (
                place == 0 and open_table and isinstance(item, Table) and columns_agree(open_table[-1][1].xs, item.xs)
            )
            if not goes_on:
                placed += _table(open_table)
                open_table = []
            if isinstance(item, Table):
                open_table.append((page.number, item))
            else:
                box = around([strip.box for strip in item])
                placed.append(_Placed(page.number, row_text(item), box, any(strip.doubtful for strip in item)))
    placed += _table(open_table)
    return list(_numbered(placed, {page.number: page for page in pages}))


def _top(item: Strip | Table) -> float:
    """Where an item begins; of a strip, where its letters do."""
    return item.top if isinstance(item, Table) else item.base - 0.88 * item.size


def _items(page: Layout, text: Sequence[Row]) -> list[Row | Table]:
    """Lines and tables of a page in reading order."""
    row_of = {id(strip): place for place, row in enumerate(text) for strip in row}
    items: list[Row | Table] = []
    whole: list[Strip | Table] = [*(strip for row in text for strip in row), *page.tables]
    for block in columns.ordered(whole):
        run: dict[int, list[Strip]] = {}
        for item in sorted(block, key=_top):
            if isinstance(item, Table):
                items += aligned([sorted(row, key=lambda s: s.left) for row in run.values()])
                items.append(item)
                run = {}
            else:
                run.setdefault(row_of[id(item)], []).append(item)
        items += aligned([sorted(row, key=lambda s: s.left) for row in run.values()])
    return items


def _table(parts: Sequence[tuple[int, Table]]) -> list[_Placed]:
    """The rows of one table, that may go on over several pages, its repeated head told once."""
    if not parts:
        return []
    number, first = parts[0]
    top = [line for line in first.lines[: first.head] if line.spans]
    head = [line for line in first.lines[: first.head] if not line.spans]
    body = [(number, line) for line in first.lines[first.head :]]
    for number, table in parts[1:]:
        following = list(table.lines)
        for line in [*top, *head]:
            if following and _same(line, following[0]):
                following.pop(0)
        for place, line in enumerate(following):
            before = body[-1][1] if body else None
            if place == 0 and before is not None and _rest(line, [row for _, row in body[-_COMPARED:]]):
                body[-1] = body[-1][0], _whole(before, line)
            else:
                body.append((number, _carried(line, before)))
    last = max((place for place, (_, line) in enumerate(body) if not line.spans), default=-1)
    told = [_row(parts[0][0], line, alone=True) for line in top]
    if head:
        told.append(_row(parts[0][0], spread(head) if len(head) > 1 else head[0]))
    return told + [_row(page, line, alone=line.spans and place > last) for place, (page, line) in enumerate(body)]


def _row(page: int, line: TableLine, alone: bool = False) -> _Placed:
    """`alone`: what reaches over all columns above or below the rows is a line, not a row."""
    return _Placed(page, " ".join(filter(None, line.cells)) if alone else line.text, line.box, line.doubtful)


def _same(one: TableLine, other: TableLine) -> bool:
    return re.sub(r"\s", "", one.text) == re.sub(r"\s", "", other.text)


def _rest(line: TableLine, body: Sequence[TableLine]) -> bool:
    """Whether the first row of a page is the rest of the last row of the page before: it lacks what every row has."""
    if line.spans or all(line.cells):
        return False
    last, others = body[-1], [row for row in body if not row.spans] or body
    always = [column for column in range(len(line.cells)) if all(row.cells[column] for row in others)]
    if not [column for column in always or [0] if not line.cells[column]]:
        return False
    led = next(place for place, cell in enumerate(line.cells) if cell)
    carried = set(last.carried) | {c for row in others for c in row.carried}
    if led and all(line.cells[led:]) and set(range(led)) <= carried:
        return False  # the cells that are empty reach down from the page before
    return all(last.cells[column] for column, cell in enumerate(line.cells) if cell)


def _whole(line: TableLine, rest: TableLine) -> TableLine:
    cells = tuple(_glued(a, b) for a, b in zip(line.cells, rest.cells, strict=True))
    return replace(line, cells=cells, doubtful=line.doubtful or rest.doubtful)


def _glued(first: str, second: str) -> str:
    latin = re.search(r"[A-Za-z]$", first) and re.match(r"[A-Za-z]", second)
    return first + (" " if latin else "") + second


def _carried(line: TableLine, before: TableLine | None) -> TableLine:
    """A row whose first cells are empty because they reach down from the page before gets their words."""
    led = next((place for place, cell in enumerate(line.cells) if cell), 0)
    if before is None or not led or line.spans or before.spans or not set(range(led)) <= before.carried:
        return line
    return replace(line, cells=before.cells[:led] + line.cells[led:], carried=before.carried)


def _numbered(placed: Iterable[_Placed], pages: dict[int, Layout]) -> Iterable[Line]:
    page, number = None, 0
    for item in placed:
        number = number + 1 if item.page == page else 1
        page = item.page
        on = pages[page]
        whole = moved(item.box, on.back)
        box = (
            _share(whole.left, on.width),
            _share(whole.top, on.height),
            _share(whole.right, on.width),
            _share(whole.bottom, on.height),
        )
        yield Line(unified(item.text), number, page, None, box, item.doubtful)


def _share(value: float, whole: float) -> float:
    return round(min(max(value / whole, 0.0), 1.0), 4) if whole > 0 else 0.0
