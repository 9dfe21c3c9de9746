"""Spreadsheets: xlsx, xls (by xlrd), ods and csv. Every sheet is its name as a heading and the lines of its table.

Cells are as displayed: formulas by the values stored with them, dates and percentages by their formats. What a reader
of the sheet does not see (hidden sheets, rows, columns) is left out and named as a gap.
"""

from __future__ import annotations

import csv as rows_of_text
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from index.errors import UnreadableContent
from index.load import text
from index.load.grid import Cell, told
from index.load.radicals import unified
from index.schema import Line, Reading

_DEFAULT = re.compile(r"^(?:sheet|工作表|表格?)\s*\d*$", re.I)
_LARGEST = 2_000_000  # cells; more is no table that anybody reads


@dataclass(slots=True)
class Sheet:
    """One sheet as its file has it; rows and columns from 0."""

    name: str
    cells: dict[tuple[int, int], str] = field(default_factory=dict)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)  # first row, first column, rows, columns
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    hidden: bool = False
    uncounted: int = 0  # formulas without a stored value
    pictured: bool = False


def xlsx(data: bytes) -> Reading:
    """An Excel workbook; UnreadableContent when it unpacks to too much."""
    from index.load import workbook

    return reading(workbook.sheets(data))


def xls(data: bytes) -> Reading:
    """A binary Excel workbook (also WPS .et); UnreadableContent when it is locked or of another kind."""
    import xlrd

    try:
        book = xlrd.open_workbook(file_contents=_stream(data), formatting_info=True, logfile=_Silent())
    except (xlrd.XLRDError, OSError) as error:
        locked = "password" in str(error).lower() or "encrypt" in str(error).lower()
        advice = (
            "有密码保护，请去掉密码后另存"
            if locked
            else "不是 Excel 97—2003 工作簿或已损坏，请用 Excel 或 WPS 另存为 .xlsx"
        )
        raise UnreadableContent(advice) from error
    return reading([_of_xls(book, sheet) for sheet in book.sheets()])


def _stream(data: bytes) -> bytes:
    """The workbook within a compound file, by olefile: xlrd goes round for ever in one whose sectors lead back."""
    import olefile

    if not olefile.isOleFile(data):
        return data
    with olefile.OleFileIO(data) as ole:
        name = next((each for each in ("Workbook", "Book") if ole.exists(each)), None)
        if name is None:
            raise OSError("no workbook in it")
        found = ole.openstream(name).read()
        if len(found) != ole.get_size(name):
            raise ValueError("a workbook cut short")
        return found


class _Silent:
    """A log that nobody reads."""

    def write(self, words: str) -> None:
        pass


def _of_xls(book: Any, sheet: Any) -> Sheet:
    from index.load import formats

    found = Sheet(sheet.name, hidden=sheet.visibility != 0)
    forms = [book.format_map[xf.format_key] for xf in book.xf_list]
    for row in range(sheet.nrows):
        for column, cell in enumerate(sheet.row(row)):
            if cell.ctype in (2, 3):
                form = forms[cell.xf_index] if cell.xf_index is not None else None
                known = formats.BUILTIN.get(form.format_key) if form is not None and form.format_key < 164 else None
                form_text = known or (form.format_str if form is not None else "General")
                found.cells[row, column] = formats.shown(cell.value, form_text, bool(book.datemode))
            elif cell.ctype == 4:
                found.cells[row, column] = "TRUE" if cell.value else "FALSE"
            elif cell.ctype == 5:
                found.cells[row, column] = _error(cell.value)
            elif cell.ctype == 1:
                found.cells[row, column] = cell.value
    found.merged = [(top, left, bottom - top, right - left) for top, bottom, left, right in sheet.merged_cells]
    found.hidden_rows = {row for row, info in sheet.rowinfo_map.items() if info.hidden}
    found.hidden_columns = {column for column, info in sheet.colinfo_map.items() if info.hidden}
    return found


def _error(code: int) -> str:
    import xlrd

    return xlrd.error_text_from_code.get(code, "#N/A")


def ods(data: bytes) -> Reading:
    """An OpenDocument spreadsheet."""
    from index.load import odt

    return reading(odt.sheets(data))


def csv(data: bytes) -> Reading:
    """Values apart by commas, semicolons or tabs: one table without a name."""
    rows = text.decode(data).splitlines()
    first = next((row for row in rows if row.strip()), "")
    mark = max(",\t;，", key=first.count)
    found = Sheet("")
    for at, row in enumerate(rows_of_text.reader(rows, delimiter=mark if first.count(mark) else ",")):
        for column, value in enumerate(row):
            found.cells[at, column] = value
    return reading([found])


def reading(sheets: Sequence[Sheet]) -> Reading:
    """The lines of a workbook. Where one sheet alone is shown and begins with a title, that is the document's and
    stands first; a name that says nothing (Sheet1) is left out."""
    seen = [sheet for sheet in sheets if not sheet.hidden and any(value.strip() for value in sheet.cells.values())]
    gaps = [f"隐藏的工作表“{sheet.name}”未收录" for sheet in sheets if sheet.hidden and sheet.cells]
    rows: list[tuple[str, int | None]] = []
    for sheet in seen:
        lines = _lines(sheet)
        gaps += _gaps(sheet)
        at = next((at for at, line in enumerate(lines) if line), len(lines))
        titled = len(seen) == 1 and at < len(lines) and "\t" not in lines[at]
        if titled:
            rows.append((lines[at], None))
            lines = lines[at + 1 :]
        named = sheet.name.strip() and not (_DEFAULT.match(sheet.name.strip()) and len(seen) == 1)
        if named and not (titled and sheet.name.strip() in rows[-1][0]):
            rows.append((sheet.name.strip(), 2))
        rows += [(line, None) for line in lines]
        rows.append(("", None))
    told = [Line(unified(row), number, level=level) for number, (row, level) in enumerate(rows[:-1], 1)]
    return Reading(told, tuple(gaps))


def _gaps(sheet: Sheet) -> Iterable[str]:
    where = f"工作表“{sheet.name}”" if sheet.name else "表格"
    rows = {row for row, column in sheet.cells if row in sheet.hidden_rows}
    columns = {column for row, column in sheet.cells if column in sheet.hidden_columns}
    if rows:
        yield f"{where}有 {len(rows)} 行被隐藏，未收录"
    if columns:
        yield f"{where}有 {len(columns)} 列被隐藏，未收录"
    if sheet.uncounted:
        yield f"{where}有 {sheet.uncounted} 个公式没有保存结果，未收录；请用 Excel 或 WPS 打开后重新保存"
    if sheet.pictured:
        yield f"{where}有图片或图形，其内容未收录"


def _lines(sheet: Sheet) -> list[str]:
    """The lines of a sheet's table, hidden rows and columns left out."""
    values = {
        place: value
        for place, value in sheet.cells.items()
        if value.strip() and place[0] not in sheet.hidden_rows and place[1] not in sheet.hidden_columns
    }
    if not values:
        return []
    if len(values) > _LARGEST:
        raise UnreadableContent(f"工作表“{sheet.name}”有 {len(values)} 个单元格，过大，请拆分后再放入")
    rows = [row for row in range(max(row for row, _ in values) + 1) if row not in sheet.hidden_rows]
    columns = sorted({column for _, column in values})
    spans = {(top, left): (height, width) for top, left, height, width in sheet.merged if (top, left) in values}
    covered = _covered(spans, rows, columns)
    by_row: dict[int, dict[int, str]] = {}
    for (row, column), value in values.items():
        by_row.setdefault(row, {})[column] = value
    table: list[list[Cell]] = []
    place = {row: at for at, row in enumerate(rows)}
    for row in rows:
        own = by_row.get(row, {})
        cells = []
        for column in columns:
            if (row, column) in covered:
                continue
            height, width = spans.get((row, column), (1, 1))
            tall = sum(1 for at in range(place[row], min(len(rows), place[row] + height)) if rows[at] < row + height)
            wide = sum(1 for other in columns if column <= other < column + width)
            cells.append(Cell(own.get(column, ""), max(wide, 1), max(tall, 1)))
        table.append(cells)
    return told(table)


def _covered(
    spans: dict[tuple[int, int], tuple[int, int]], rows: list[int], columns: list[int]
) -> set[tuple[int, int]]:
    """Squares that a merged cell covers beside its first."""
    known, covered = set(rows), set()
    last = rows[-1]
    for (top, left), (height, width) in spans.items():
        for row in range(top, min(top + height, last + 1)):
            if row in known:
                covered |= {
                    (row, column)
                    for column in columns
                    if left <= column < left + width and (row, column) != (top, left)
                }
        if len(covered) > _LARGEST:
            raise UnreadableContent("合并的单元格过多，请另存后再放入")
    return covered
