"""A table's cells → its lines: merged cells carried, columns without text out, the header on one line. Pure.

Readers of every format hand their tables over as rows of cells with spans. A row of several cells is one line, its
cells apart by tabs, all lines of a table with as many; a row of one cell (a title, a group, a note) is a line without
tabs.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_COLUMNS = 400  # more are the leftovers of formatting, or a trap
_CELLS = 4_000_000  # that merged cells may grow a table to
_HEAD = 4  # rows a header may take
_FIGURE = re.compile(r"[¥￥$+\-−]?\d[\d,.]*\s*[%％‰]?|\d{4}[年/-].*")
_LABEL = re.compile(
    r"(?:填[报表制]|编制|制表|报送|统计|主管|单位|日期|时间|年度|金额单位|计量单位|期间|部门)[^：:]{0,8}[：:]"
)
_NOTE = re.compile(r"(?:备\s*)?注\s*[：:]|说\s*明\s*[：:]")


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell as its file has it."""

    text: str
    columns: int = 1  # it spans
    rows: int = 1


@dataclass(frozen=True, slots=True)
class _Piece:
    """What one cell shows in one square of the grid."""

    text: str
    origin: tuple[int, int]  # row and column of the cell's first square
    width: int
    height: int


_NOTHING = _Piece("", (-1, -1), 1, 1)


def told(table: Sequence[Sequence[Cell]], marked: int | None = None, whole: bool = False) -> list[str]:
    """The lines of a table, "" for a row without text; `marked`: rows that the file itself marks as its header;
    `whole`: a group's line keeps the table's tabs, so that what stands above and below it is one table."""
    squares = _squares(table)
    width = max((len(row) for row in squares), default=0)
    kept = [column for column in range(width) if any(len(row) > column and row[column].text for row in squares)]
    rows = [[row[column] if column < len(row) else _NOTHING for column in kept] for row in squares]
    if len(kept) < 2:
        return ["".join(piece.text for piece in row if piece.origin[0] == at) for at, row in enumerate(rows)]
    lines: list[str] = []
    head, begun, broken, blank = "", False, False, False
    at = 0
    while at < len(rows):
        row = rows[at]
        shown = _shown(row, at)
        if not shown:
            lines.append("")
            blank = True
        elif len(shown) == 1 and begun and whole:
            lines.append("\t".join(_row(row, at)))
        elif len(shown) == 1 or (not begun and _above(rows, at)):
            lines.append("\u3000".join(piece.text for piece in shown))
            broken = begun and not _NOTE.match(shown[0].text)
        elif not begun or (blank and broken and _names(row)):
            size = _head_size(rows, at, marked)
            head = "\t".join(_column_names(rows[at : at + size]))
            lines.append(head)
            lines += [""] * (size - 1)
            at += size - 1
            begun, broken, blank = True, False, False
        else:
            if broken:
                lines.append(head)  # said again below a group's line, since each stretch of rows is a table of its own
            line = "\t".join(_row(row, at))
            if line != head:  # the header printed again on another page
                lines.append(line)
            broken = blank = False
        at += 1
    return lines


def _squares(table: Sequence[Sequence[Cell]]) -> list[list[_Piece]]:
    """Each row's pieces by column, with merged cells in every square that they cover."""
    found: list[list[_Piece]] = []
    hanging: dict[int, tuple[int, _Piece]] = {}  # column → rows still to cover, and by what
    total = 0
    for at, cells in enumerate(table):
        row: list[_Piece] = []
        later: dict[int, tuple[int, _Piece]] = {}
        for cell in cells:
            _carry_down(row, hanging, later)
            room = _COLUMNS - len(row)
            if room <= 0:
                break
            width = max(1, min(cell.columns, room))
            height = max(1, min(cell.rows, len(table) - at))
            piece = _Piece(" ".join(cell.text.split()), (at, len(row)), width, height)
            for _ in range(width):
                if height > 1:
                    later[len(row)] = (height - 1, piece)
                row.append(piece)
        _carry_down(row, hanging, later)
        for column in sorted(hanging):  # beyond a short row's end
            row += [_NOTHING] * (column - len(row))
            _carry_down(row, hanging, later)
        hanging = later
        total += len(row)
        if total > _CELLS:
            raise ValueError("a table grown by merged cells")
        found.append(row)
    return found


def _carry_down(
    row: list[_Piece], hanging: dict[int, tuple[int, _Piece]], later: dict[int, tuple[int, _Piece]]
) -> None:
    """Add to the row what hangs into its next columns from above; what reaches further down is put into `later`."""
    while (above := hanging.pop(column := len(row), None)) is not None:
        row.append(above[1])
        if above[0] > 1:
            later[column] = (above[0] - 1, above[1])


def _shown(row: Sequence[_Piece], at: int) -> list[_Piece]:
    """The row's own cells with text; those carried down from above count only beside one of its own."""
    own = {piece.origin: piece for piece in row if piece.text}
    return list(own.values()) if any(origin[0] == at for origin in own) else []


def _above(rows: Sequence[Sequence[_Piece]], at: int) -> bool:
    """A row above the header (填报单位：… 单位：万元): few cells where the next rows have many."""
    here = len(_shown(rows[at], at))
    below = [len(_shown(row, at + n)) for n, row in enumerate(rows[at + 1 : at + 4], 1)]
    shown = _shown(rows[at], at)
    if shown and all(_LABEL.match(piece.text) for piece in shown):
        return bool(below)
    merged = any(piece.width > 1 or piece.height > 1 for piece in rows[at] if piece.text)
    return bool(below) and here * 2 <= max(below) and not merged


def _names(row: Sequence[_Piece]) -> bool:
    """Whether it may be a header: every column named, none by a figure."""
    return all(piece.text and not _FIGURE.fullmatch(piece.text) for piece in row)


def _head_size(rows: Sequence[Sequence[_Piece]], at: int, marked: int | None) -> int:
    """Rows of the header that begins at `at`: those marked, or those its merged cells reach over."""
    if marked is not None and marked > at:
        return min(marked - at, _HEAD)
    deep = max((piece.height for piece in rows[at] if piece.text), default=1)
    groups = any(piece.width > 1 and piece.text for piece in rows[at])
    if not groups:
        return 1
    size = deep if 1 < deep <= _HEAD else 2
    below = rows[at + 1 : at + size]
    return size if len(below) == size - 1 and all(_named_below(row) for row in below) else 1


def _named_below(row: Sequence[_Piece]) -> bool:
    return any(piece.text for piece in row) and not any(_FIGURE.fullmatch(piece.text) for piece in row if piece.text)


def _column_names(rows: Sequence[Sequence[_Piece]]) -> list[str]:
    """Each column's names from the top down, in one."""
    names = []
    for column in range(len(rows[0])):
        stacked = dict.fromkeys(row[column].text for row in rows if row[column].text)
        names.append("".join(stacked))
    return names


def _row(row: Sequence[_Piece], at: int) -> list[str]:
    """The texts of a row: a cell over several columns stands in each, but a label at the row's beginning (合计) in the first."""
    texts, label = [], next((piece.origin for piece in row if piece.text), None)
    for column, piece in enumerate(row):
        again = column > 0 and row[column - 1].origin == piece.origin
        texts.append("" if again and piece.origin == label else piece.text)
    return texts
