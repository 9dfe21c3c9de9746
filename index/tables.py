"""Lists printed cell by cell (序号, task, units, deadline) → one entry a row. Pure.

Text extraction leaves each cell on lines of its own, rows run over page breaks with the header printed again, and
some rows come out flattened on one line. The running number in the first column is what holds: a row starts where the
next number stands. Where cells are set apart by tabs, each line is a row, numbered or not.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from index.cells import cells, is_deadline, take_group, units, usual_width
from index.columns import aligned
from index.duties import is_organ
from index.entities.doc_nos import is_doc_no
from index.grids import follows, grid_columns
from index.layout import Row
from index.markers import cells_apart, marker
from index.schema import Line

_HEAD = re.compile(r"^序\s*号(?:\s|$)")
_HEAD_SPLIT = ("序", "号")
_HEAD_WORDS = re.compile(
    r"序号|重点|工作|任务|事项|项目|名称|责任|牵头|配合|实施|单位|部门|完成|时限|时间|类型|类别|内容|措施|备注|目标"
)
_UNIT_COLUMN = re.compile(r"(责任|牵头|配合|实施|主管|承办|负责)\s*(单\s*位|部\s*门)")
_NOTE = re.compile(r"^(?:备\s*)?注\s*[：:]")
_SUM = re.compile(r"^[合小总]\s*计(?:\s|$)")
_MEASURE = re.compile(r"^(?:公里|平方|千瓦|[万亿吨米个座户%])")  # what stands behind a figure, not a row number
_NUMERIC = re.compile(r"^[\d.\s—–%％\-]+$")
_MAX_HEAD = 16  # rows a header may be spread over
_GROUPS = ("一、", "（一）")


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row; `cells` in printed order, wrapped lines of a cell rejoined."""

    number: int | None  # None for a sum or a note
    cells: tuple[str, ...]
    line: Line
    group: str | None = None  # the group it stands in, such as 一、航道工程 806 307
    group_line: Line | None = None  # where the group's own line stands, in the first row below it
    in_cell: bool = False  # the group is named in this row's first cell
    units: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()  # as printed, where a cell may take several
    by_column: tuple[str, ...] = ()  # a text for each of its table's columns; empty where they could not be told apart


@dataclass(frozen=True, slots=True)
class Table:
    """A list: its header, its rows, the repeated headers dropped, and how many rows of text it took."""

    head: str
    line: Line
    rows: tuple[TableRow, ...]
    dropped: tuple[Line, ...]
    size: int
    columns: tuple[str, ...] = ()  # their names, units and all; empty where they could not be told apart
    goes_on: bool = False  # the rest of the list before it, whose column names are not printed again

    @property
    def role(self) -> str | None:
        """What the unit column is called; None where there is none."""
        return unit_column(self.head)

    @property
    def regions(self) -> tuple[str, ...]:
        """The provinces that columns are headed with."""
        bare = _HEAD_WORDS.sub(" ", "".join(self.head.split()))
        return tuple(
            re.findall(r"(?<![一-鿿])[一-鿿]{2,3}?(?:省|自治区|市)|(?<=[省市区])[一-鿿]{2,3}?(?:省|自治区|市)", bare)
        )


def unit_column(head: str) -> str | None:
    match = _UNIT_COLUMN.search("".join(head.split()))
    return match[0] if match else None


def begins(found: Sequence[Row], place: int, before: Table | None = None) -> bool:
    """Whether a list starts at `place`: 序号, alone or with other column names, and a row 1 soon after; or tabs; or the
    next row of the list `before`."""
    text = found[place].text
    following = found[place + 1].text if place + 1 < len(found) else ""
    if _is_grid(found, place) or _goes_on(found[place], before):
        return True
    if not (_HEAD.match(text) or (text == _HEAD_SPLIT[0] and following == _HEAD_SPLIT[1])):
        return False
    return _head_end(found, place) is not None


def read(found: Sequence[Row], place: int, before: Table | None = None) -> Table:
    """The list that starts at `place`; `before` is the one that was read before it."""
    if before is not None and _goes_on(found[place], before):
        return _read_grid(found, place, before)
    if _is_grid(found, place):
        return _read_grid(found, place)
    end = _head_end(found, place) or place + 1
    head = [row.text for row in found[place:end]]
    reader = _Reader(found, head, unit_column(" ".join(head)) is not None)
    size = reader.run(end) - place
    columns, rows = aligned(head, reader.rows)
    return Table(" ".join(head), found[place].line, rows, tuple(reader.dropped), size, columns)


class _Reader:
    """Reads rows until the list ends."""

    def __init__(self, found: Sequence[Row], head: Sequence[str], with_units: bool) -> None:
        self.found, self.head, self.with_units = found, head, with_units
        self.rows: list[TableRow] = []
        self.dropped: list[Line] = []
        self.number = 0
        self.group: str | None = None
        self.group_line: Line | None = None
        self.current: list[Row] = []
        self.width = 0
        self.flat = True  # each row so far stood on one line

    def run(self, at: int) -> int:
        """Read from `at`; the place behind the list."""
        begin = at
        while at < len(self.found):
            row, following = self.found[at], self._at(at + 1)
            if self._is_head(at) and not self._restarts(at + len(self.head)):
                self.dropped += [r.line for r in self.found[at : at + len(self.head)]]
                at += len(self.head)
                continue
            if begins(self.found, at) or self._ends(at):
                break  # begins: another header, or this one before a new row 1
            if _SUM.match(row.text) and self.number == 0 and not self.current:
                self.rows.append(TableRow(None, (row.text,), row.line))
            elif _starts(row, self.number + 1, following):
                self._flush(begin, at)
                self.number += 1
                self.current.append(row)
            elif self._is_group(row, following):
                self._flush(begin, at)
                self.group, self.group_line = row.text, row.line
                self.number = 0 if _starts(following, 1, None) else self.number
            elif _NOTE.match(row.text):
                self._flush(begin, at)
                self.rows.append(TableRow(None, (row.text,), row.line))
                if not self._is_head(at + 1) and not _starts(following, self.number + 1, self._at(at + 2)):
                    return at + 1
            else:
                self.current.append(row)
            at += 1
        self._flush(begin, at)
        return at

    def _flush(self, begin: int, end: int) -> None:
        if not self.current:
            return
        self.width = self.width or usual_width([row.text for row in self.found[begin : begin + 200]])
        first, lines = self.current[0].text, [row.text for row in self.current]
        self.flat = self.flat and len(lines) == 1 and " " in first
        named, taken = take_group(lines[1:]) if first.isdigit() else (None, 0)
        if named is not None:
            self.group, self.group_line = named, None
            row = (first, named, *cells(lines[1 + taken :], self.width, self.with_units))
        elif first.isdigit() and len(lines) > 1:
            row = (first, *cells(lines[1:], self.width, self.with_units))
        else:
            row = tuple(cells(lines, self.width, self.with_units))
        charged = units((first, *row[2:]) if named is not None else row) if self.with_units else ()
        line, in_cell = self.current[0].line, named is not None
        self.rows.append(
            TableRow(self.number or None, row, line, self.group, self.group_line, in_cell, charged, tuple(lines))
        )
        self.group_line = None
        self.current = []

    def _at(self, place: int) -> Row | None:
        return self.found[place] if place < len(self.found) else None

    def _is_head(self, at: int) -> bool:
        return [row.text for row in self.found[at : at + len(self.head)]] == list(self.head)

    def _restarts(self, at: int) -> bool:
        """Behind a header: whether numbering begins anew, so that this is another list with the same columns."""
        row = self._at(at)
        return self.number > 1 and row is not None and _starts(row, 1, self._at(at + 1))

    def _is_group(self, row: Row, following: Row | None) -> bool:
        """一、航道工程 806 307: a group heading between two rows."""
        mark = marker(row.text)
        if mark is None or mark.kind not in _GROUPS or following is None or len(row.text) > 40:
            return False
        return _starts(following, self.number + 1, None) or _starts(following, 1, None)

    def _ends(self, at: int) -> bool:
        """A list ends where another list's title stands before its header, or where prose sets in again."""
        row = self.found[at]
        for k in (at + 1, at + 2):
            another = k < len(self.found) and begins(self.found, k)
            if another and (not self._is_head(k) or self._restarts(k + len(self.head))):
                return not is_organ(row.text) and len(row.text) > 4 and not is_deadline(row.text)
        mark = marker(row.text)
        if mark is not None and self.number > 0:
            if mark.kind in ("编", "分编", "章", "节", "条", "附件"):
                return True
            if mark.kind in _GROUPS and len(self.current) > 1 and not self._is_group(row, self._at(at + 1)):
                return True
        if self.flat and len(self.rows) > 1 and len(self.current) == 1 and "。" in row.text:
            return True  # every row so far took one line, this one is none
        bare = "".join(row.text.split())
        return is_doc_no(bare) or (row.width > 78 and "。" in row.text and not row.text[0].isdigit())


def _head_end(found: Sequence[Row], place: int) -> int | None:
    """The first row behind a header: row number 1, or a sum or group line before it; None if none comes."""
    for at in range(place + 1, min(place + _MAX_HEAD, len(found))):
        text = found[at].text
        if re.match(r"^1(?:\s|$)", text) or _SUM.match(text):
            return at
        mark = marker(text)
        if mark is not None and mark.kind in _GROUPS and at + 1 < len(found) and _starts(found[at + 1], 1, None):
            return at
        if re.search(r"[。；]", text):
            return None
    return None


def _starts(row: Row | None, number: int, following: Row | None) -> bool:
    """Whether `row` opens the row with this running number: alone on its line, or before its first cell."""
    match = re.match(rf"^{number}(?:\s+(\S.*))?$", row.text) if row is not None else None
    if match is None:
        return False
    rest = match[1] if match[1] is not None else following.text if following is not None else ""
    # 12 月底前 is a deadline; a lone figure before another figure is an amount, not a row number.
    if match[1] is None and (_MEASURE.match(rest) or _NUMERIC.match(rest)):
        return False
    return not re.match(r"^(?:[年月日]|公里|平方米|万?千瓦)", rest)


def _is_grid(found: Sequence[Row], place: int) -> bool:
    """Cells set apart by tabs, in this line and the next; or the names of columns above the heading of the first rows."""
    if place + 1 >= len(found) or not cells_apart(found[place].text):
        return False
    row, below = found[place], found[place + 1]
    if _HEAD.match(row.text) and place + 2 < len(found) and "\t" not in below.text:  # 序号 …, 一、…, 1 …
        first, mark = found[place + 2], marker(below.text)
        return mark is not None and mark.kind in _GROUPS and _tabs(first) == _tabs(row) and first.text[:2] == "1\t"
    return row.text.count("\t") == below.text.count("\t") or _tabs(row) == _tabs(below)


def _goes_on(row: Row, before: Table | None) -> bool:
    """Whether a line is the next row of a list that a heading has interrupted: as many cells, the next number."""
    if before is None or not before.columns:
        return False
    last = next((own.by_column[0] for own in reversed(before.rows) if own.by_column), "" if before.rows else "0")
    return follows(row.line.text.split("\t"), last, len(before.columns))


def _tabs(row: Row) -> int:
    """The line's own tabs; those around empty cells at its ends are stripped from the row's text."""
    return row.line.text.count("\t")


def _read_grid(found: Sequence[Row], place: int, before: Table | None = None) -> Table:
    """`before`: the list that these are further rows of; without it the first line names the columns."""
    tabs = _tabs(found[place])
    begin = place + 1 if before is None else place
    end = place + 1
    while end < len(found) and ("\t" in found[end].text or _tabs(found[end]) == tabs):
        end += 1
    indented = found[place].line.text.startswith("\t")  # a paragraph's indent rather than an empty cell

    def split(row: Row) -> list[str]:
        whole = row.line.text if _tabs(row) == tabs and not indented else row.text
        return [part.strip() for part in whole.split("\t")]

    lines: list[
        tuple[Row, list[str], Row | None, bool]
    ] = []  # a row, its cells, the row above that heads it, whether first below it
    group: Row | None = None
    opened = False  # no row stands below the group yet
    for at in range(begin, end):
        parts = split(found[at])
        if tabs > 1 and parts[0] and not any(parts[1:]) and at + 1 < end and any(split(found[at + 1])[1:]):
            group, opened = found[at], True  # one cell over all columns heads the rows below it
        else:
            lines.append((found[at], parts, group, opened))
            opened = False
    notes = {
        at for at, (_, parts, _, _) in enumerate(lines) if sum(map(bool, parts)) == 1 and any(map(_NOTE.match, parts))
    }
    told = [parts for at, (_, parts, _, _) in enumerate(lines) if at not in notes]
    columns, by_column = grid_columns(split(found[place]) if before is None else before.columns, told)
    named = len(told) - len(by_column)  # further lines of column names
    column = next((i for i, name in enumerate(columns) if unit_column(name)), None)
    cells_of = iter(by_column)
    rows: list[TableRow] = []
    for at, (row, parts, above, first) in enumerate(lines[named:], named):
        own = () if at in notes else next(cells_of)
        number = int(parts[0]) if parts[0].isdigit() and len(parts[0]) < 5 else len(rows) + 1
        units = own[column] if own and column is not None else ""
        charged = tuple(unit for unit in re.split(r"[、，,；;\s]+", units) if unit)
        line = above.line if above is not None and first else None
        rows.append(
            TableRow(
                None if at in notes else number,
                tuple(filter(None, parts)),
                row.line,
                None if above is None else above.text,
                line,
                units=charged,
                by_column=own,
            )
        )
    if before is not None:
        return Table(before.head, found[place].line, tuple(rows), (), end - place, columns, goes_on=True)
    head = " ".join(row.text.replace("\t", " ") for row in (found[place], *(row for row, *_ in lines[:named])))
    return Table(head, found[place].line, tuple(rows), (), end - place, columns)
