"""The parts of an xlsx → its sheets: shared strings, formats, cells, merged ranges; what is hidden or not computed.

Read from the parts themselves: openpyxl gives either values or formulas, so a formula without a stored value looks like
an empty cell, and a merged range of a whole sheet is filled cell by cell.
"""

from __future__ import annotations

import io
import re
from typing import Any

from index.errors import UnreadableContent
from index.load import formats
from index.load.elements import below, beside
from index.load.package import Package
from index.load.spreadsheets import Sheet

_PLACE = re.compile(r"([A-Z]{1,3})(\d{1,7})")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


def sheets(data: bytes) -> list[Sheet]:
    """The worksheets of a workbook in order."""
    package = Package(data, "XLSX")
    home = "xl/workbook.xml"
    if not package.has(home):
        raise UnreadableContent("不是 Excel 工作簿，请用 Excel 或 WPS 另存为 .xlsx")
    book = package.xml(home)
    targets = _targets(package, home)
    strings = _strings(package, targets)
    forms = _forms(package, targets)
    since_1904 = any(part.get("date1904") in ("1", "true") for part in book.iter("workbookPr"))
    found = []
    for sheet in book.iter("sheet"):
        kind, part = targets.get(sheet.get("id") or "", ("", ""))
        if kind != "worksheet" or not package.has(part):
            continue
        reader = _Reader(strings, forms, since_1904)
        one = reader.read(package.read(part), sheet.get("name") or "")
        one.hidden = sheet.get("state") in ("hidden", "veryHidden")
        one.pictured = any(kind == "drawing" for kind, _ in _targets(package, part).values())
        found.append(one)
    return found


def _targets(package: Package, part: str) -> dict[str, tuple[str, str]]:
    """What a part refers to: id → (kind, part)."""
    folder, _, name = part.rpartition("/")
    relations = f"{folder}/_rels/{name}.rels"
    if not package.has(relations):
        return {}
    return {
        each.get("Id"): ((each.get("Type") or "").rsplit("/", 1)[-1], beside(part, each.get("Target") or ""))
        for each in package.xml(relations).iter("Relationship")
        if each.get("TargetMode") != "External"
    }


def _strings(package: Package, targets: dict[str, tuple[str, str]]) -> list[str]:
    part = next((part for kind, part in targets.values() if kind == "sharedStrings"), "xl/sharedStrings.xml")
    return [_rich(each) for each in below(package.xml(part), "si")] if package.has(part) else []


def _rich(element: Any) -> str:
    """The text of a cell without the readings (注音) printed above it."""
    whole = "".join(
        t.text or "" for t in element.iter("t") if not any(above.tag == "rPh" for above in t.iterancestors())
    )
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), whole)


def _forms(package: Package, targets: dict[str, tuple[str, str]]) -> list[str]:
    """The number format of each cell style."""
    part = next((part for kind, part in targets.values() if kind == "styles"), "xl/styles.xml")
    if not package.has(part):
        return []
    styles = package.xml(part)
    own = {form.get("numFmtId"): form.get("formatCode") or "" for form in styles.iter("numFmt")}
    uses = next(styles.iter("cellXfs"), ())
    ids = [use.get("numFmtId") or "0" for use in uses]
    return [own.get(key) or formats.BUILTIN.get(int(key) if key.isdigit() else 0, "General") for key in ids]


class _Reader:
    """Reads one worksheet part, row by row, so that a large one does not stand in memory as a tree."""

    def __init__(self, strings: list[str], forms: list[str], since_1904: bool) -> None:
        self.strings, self.forms, self.since_1904 = strings, forms, since_1904

    def read(self, data: bytes, name: str) -> Sheet:
        from lxml import etree

        sheet = Sheet(name)
        row = -1
        events = etree.iterparse(
            io.BytesIO(data), events=("start", "end"), resolve_entities=False, no_network=True, load_dtd=False
        )
        for event, element in events:
            tag = element.tag.rsplit("}", 1)[-1] if isinstance(element.tag, str) else ""
            if event == "start":
                if tag == "row":
                    row = int(element.get("r")) - 1 if (element.get("r") or "").isdigit() else row + 1
                    self.column = -1
                    if element.get("hidden") in ("1", "true"):
                        sheet.hidden_rows.add(row)
                continue
            if tag == "c":
                self._cell(element, row, sheet)
            elif tag == "row":
                element.clear()
            elif tag == "col" and element.get("hidden") in ("1", "true"):
                first, last = int(element.get("min")), min(int(element.get("max")), 16_384)
                sheet.hidden_columns |= set(range(first - 1, last))
            elif tag == "mergeCell" and (span := _span(element.get("ref") or "")):
                sheet.merged.append(span)
        return sheet

    def _cell(self, element: Any, row: int, sheet: Sheet) -> None:
        match = _PLACE.fullmatch(element.get("r") or "")
        self.column = _column(match[1]) if match else self.column + 1
        parts = {child.tag.rsplit("}", 1)[-1]: child for child in element if isinstance(child.tag, str)}
        value = parts["v"].text if "v" in parts else None
        kind = element.get("t") or "n"
        if kind == "inlineStr" and "is" in parts:
            shown = "".join(t.text or "" for t in parts["is"].iter() if isinstance(t.tag, str) and t.tag.endswith("}t"))
        elif value is None:
            sheet.uncounted += "f" in parts
            return
        elif kind == "s":
            shown = self.strings[int(value)]
        elif kind == "b":
            shown = "TRUE" if value == "1" else "FALSE"
        elif kind == "n":
            shown = self._number(value, element.get("s"))
        else:  # str, e, d: as stored
            shown = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), value)
        if shown:
            sheet.cells[row, self.column] = shown

    def _number(self, value: str, style: str | None) -> str:
        form = self.forms[int(style)] if style and style.isdigit() and int(style) < len(self.forms) else "General"
        number = float(value)
        if form in ("General", "@", ""):
            return formats.general(number)
        return formats.shown(number, form, self.since_1904)


def _column(letters: str) -> int:
    at = 0
    for letter in letters:
        at = at * 26 + ord(letter) - 64
    return at - 1


def _span(ref: str) -> tuple[int, int, int, int] | None:
    """A3:B7 → first row, first column, rows, columns."""
    ends = [end for part in ref.replace("$", "").split(":") if (end := _PLACE.fullmatch(part)) is not None]
    if len(ends) != 2 or ref.count(":") != 1:
        return None
    (left, top), (right, bottom) = ((_column(end[1]), int(end[2]) - 1) for end in ends)
    return top, left, bottom - top + 1, right - left + 1
