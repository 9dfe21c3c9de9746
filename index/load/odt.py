"""OpenDocument text (and the sheets of an OpenDocument spreadsheet): paragraphs with the numbers drawn before them.

Text deleted under change tracking is left out, what is inserted is in; headers, footers and comments are not text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from index.errors import UnreadableContent
from index.load import notes
from index.load.elements import below
from index.load.grid import Cell, told
from index.load.numbers import numeral
from index.load.package import Package
from index.load.radicals import unified
from index.load.spreadsheets import Sheet
from index.schema import Line, Reading

_FORMS = {
    "1": "decimal", "a": "lowerLetter", "A": "upperLetter", "i": "lowerRoman", "I": "upperRoman", "一, 二, 三, ...": "chinese",
    "一": "chinese", "壹, 貳, 參, ...": "financial", "壹, 贰, 叁, ...": "financial", "①, ②, ③, ...": "circled", "①": "circled",
    "甲, 乙, 丙, ...": "stems", "子, 丑, 寅, ...": "branches", "１, ２, ３, ...": "fullwidth", "〇, 一, 二, ...": "digits",
}  # fmt: skip
_SKIPPED = {"tracked-changes", "annotation", "annotation-end", "forms", "sequence-decls", "user-field-decls", "variable-decls",
            "ruby-text", "tracked-change", "desc", "title"}  # fmt: skip
_REPEATED = 2_000  # times that an empty cell or row is taken, of the million a sheet may be filled up with


@dataclass(frozen=True, slots=True)
class _Level:
    """How a list numbers one level."""

    form: str  # "" for bullets and none
    before: str
    after: str
    shown: int  # levels it shows, its own included
    start: int
    pattern: str | None  # 第%1%条, where the file gives one
    gap: str  # between number and text


@dataclass(slots=True)
class _List:
    """Where the numbering of one list stands."""

    levels: dict[int, _Level]
    counts: dict[int, int] = field(default_factory=dict)


def read(data: bytes) -> Reading:
    """Lines numbered from 1, a line a paragraph or a table row; UnreadableContent when the file is of another kind."""
    package = _opened(data)
    content = package.xml("content.xml")
    body = next(content.iter("text"), None) if content.tag == "document-content" else None
    if body is None:
        raise UnreadableContent("不是 OpenDocument 文字文档，请另存为 .docx 或 .odt")
    walk = _Walk([content, *([package.xml("styles.xml")] if package.has("styles.xml") else [])])
    walk.blocks(body)
    walk.close()
    rows = [Line(unified(row), number, level=level) for number, (row, level) in enumerate(walk.lines, 1)]
    return Reading(rows, ("文中有图片，图片内容未收录",) if walk.pictured else ())


def sheets(data: bytes) -> list[Sheet]:
    """The sheets of an OpenDocument spreadsheet; cells show the text stored with them."""
    content = _opened(data).xml("content.xml")
    found = []
    hidden = {
        style.get("name")
        for style in content.iter("style")
        for one in below(style, "table-properties")
        if one.get("display") == "false"
    }
    for table in content.iter("table"):
        if table.getparent().tag != "spreadsheet":
            continue
        sheet = Sheet(table.get("name") or "", hidden=table.get("style-name") in hidden)
        row = 0
        for each in table.iter("table-row"):
            times = _times(each, "number-rows-repeated")
            for at in range(row, row + min(times, _REPEATED)):
                _sheet_row(each, at, sheet)
                if each.get("visibility") in ("collapse", "filter"):
                    sheet.hidden_rows.add(at)
            row += times
        column = 0
        for each in table.iter("table-column"):
            times = _times(each, "number-columns-repeated")
            if each.get("visibility") in ("collapse", "filter"):
                sheet.hidden_columns |= set(range(column, column + min(times, 16_384)))
            column += times
        found.append(sheet)
    return found


def _sheet_row(row: Any, at: int, sheet: Sheet) -> None:
    column = 0
    for cell in below(row, "table-cell", "covered-table-cell"):
        times = _times(cell, "number-columns-repeated")
        shown = " ".join("".join(p.itertext()) for p in below(cell, "p"))
        if shown and cell.tag == "table-cell":
            for place in range(column, column + min(times, _REPEATED)):
                sheet.cells[at, place] = shown
            height, width = _times(cell, "number-rows-spanned"), _times(cell, "number-columns-spanned")
            if height > 1 or width > 1:
                sheet.merged.append((at, column, height, width))
        column += times


def _opened(data: bytes) -> Package:
    package = Package(data, "OpenDocument 文件")
    if not package.has("content.xml"):
        raise UnreadableContent("不是 OpenDocument 文件，或已损坏")
    if package.has("META-INF/manifest.xml") and b"encryption-data" in package.read("META-INF/manifest.xml"):
        raise UnreadableContent("文件有密码保护，请去掉密码后另存")
    return package


class _Walk:
    """The lines of a document, and where each of its lists stands."""

    def __init__(self, roots: list[Any]) -> None:
        self._in_cell = False
        self.lines: list[tuple[str, int | None]] = []
        self.pictured = False
        self._lists = {s.get("name"): dict(_levels(s)) for root in roots for s in root.iter("list-style")}
        outline = next((s for root in roots for s in root.iter("outline-style")), None)
        self._outline = _List(dict(_levels(outline)) if outline is not None else {})
        self._states: dict[str, _List] = {}  # by the id of a list, and by its style for lists that go on
        self._noted: list[str] = []  # by the paragraph being read
        self._notes = notes.Waiting()

    def blocks(self, parent: Any) -> None:
        for element in parent:
            if not isinstance(element.tag, str) or element.tag in _SKIPPED:
                continue
            if element.tag in ("p", "h"):
                self._paragraph(element, None)
            elif element.tag == "list":
                self._list(element, 0, None)
            elif element.tag == "table":
                self._table(element)
            elif element.tag in (
                "section",
                "index-body",
                "table-of-content",
                "frame",
                "text-box",
                "g",
                "index-title",
                "text",
            ):
                self.blocks(element)
            elif element.tag == "image":
                self.pictured = True

    def close(self) -> None:
        """Tell the notes on a head that no sentence follows."""
        self.lines += [(note, None) for note in self._notes.rest()]

    def _paragraph(self, element: Any, state: tuple[_List, int] | None) -> None:
        level = None
        if element.tag == "h":
            level = max(1, min(int(element.get("outline-level") or 1), 9))
        pieces: list[str] = []
        frames: list[Any] = []
        self._inline(element, pieces, frames)
        noted, self._noted = self._noted, []
        text = "".join(pieces) + (notes.within(noted) if self._in_cell else "")
        label = ""
        if state is not None and element.get("is-list-header") != "true":
            label = self._label(*state)
        elif level is not None and self._outline.levels and element.get("is-list-header") != "true":
            label = self._label(self._outline, level - 1) if text.strip() else ""
        if text.strip():
            first, *more = text.split("\n")
            self.lines += [
                (label + first, level if level is None or level < 7 else None),
                *((row, None) for row in more),
            ]
        else:
            self.lines.append(("", None))
        for frame in frames:  # a text box stands below the paragraph it hangs on
            self.blocks(frame)
        if not self._in_cell:
            self.lines += [(note, None) for note in self._notes.behind(text, noted)]

    def _inline(self, element: Any, pieces: list[str], frames: list[Any]) -> None:
        pieces.append(_collapsed(element.text))
        for child in element:
            tag = child.tag if isinstance(child.tag, str) else ""
            if tag == "s":
                pieces.append(" " * min(_times(child, "c"), 100))
            elif tag == "tab":
                pieces.append(" ")
            elif tag == "line-break":
                pieces.append("\n")
            elif tag == "note":
                self._note(child)
            elif tag in ("frame", "custom-shape", "rect", "g"):
                self.pictured = self.pictured or any(True for _ in child.iter("image"))
                frames += list(child.iter("text-box")) or ([child] if tag != "frame" else [])
            elif tag not in _SKIPPED and tag:
                self._inline(child, pieces, frames)
            pieces.append(_collapsed(child.tail))

    def _note(self, note: Any) -> None:
        body = next(below(note, "note-body"), None)
        for paragraph in () if body is None else body.iter("p", "h"):
            own: list[str] = []
            self._inline(paragraph, own, [])
            if text := "".join(own).strip():
                self._noted.append(notes.told(text))

    def _list(self, element: Any, depth: int, state: _List | None) -> None:
        if state is None or (element.get("style-name") in self._lists and depth == 0):
            state = self._begun(element)
        elif element.get("style-name") in self._lists:  # a deeper list of another style
            state.levels = state.levels | {
                k: v for k, v in self._lists[element.get("style-name")].items() if k >= depth
            }
        for item in element:
            if not isinstance(item.tag, str) or item.tag not in ("list-item", "list-header"):
                continue
            if (start := item.get("start-value")) and start.isdigit():
                state.counts[depth] = int(start) - 1
            numbered = item.tag == "list-item"
            for child in item:
                if child.tag in ("p", "h"):
                    self._paragraph(child, (state, depth) if numbered else None)
                    numbered = False
                elif child.tag == "list":
                    self._list(child, depth + 1, state)
                    numbered = False
                elif child.tag == "table":
                    self._table(child)

    def _begun(self, element: Any) -> _List:
        """A list's numbering: new, or that of the list it goes on."""
        style = element.get("style-name") or ""
        earlier = self._states.get("#" + (element.get("continue-list") or "")) if element.get("continue-list") else None
        if earlier is None and element.get("continue-numbering") == "true":
            earlier = self._states.get(style)
        state = earlier or _List(dict(self._lists.get(style, {})))
        self._states[style] = state
        if element.get("id"):
            self._states["#" + element.get("id")] = state
        return state

    def _label(self, state: _List, depth: int) -> str:
        level = state.levels.get(depth)
        if level is None:
            return ""
        state.counts[depth] = state.counts.get(depth, level.start - 1) + 1
        for deeper in [other for other in state.counts if other > depth]:
            del state.counts[deeper]
        if not level.form:
            return level.before + level.after

        def value(at: int) -> str:
            other = state.levels.get(at, level)
            return numeral(state.counts.get(at, other.start), other.form or "decimal")

        if level.pattern is not None:
            return re.sub(r"%(\d+)%", lambda match: value(int(match[1]) - 1), level.pattern) + level.gap
        values = [value(at) for at in range(max(0, depth - level.shown + 1), depth + 1)]
        return level.before + ".".join(values) + level.after + level.gap

    def _table(self, table: Any) -> None:
        rows = []
        for row in _rows(table):
            for _ in range(min(_times(row, "number-rows-repeated"), 50)):
                rows.append([self._cell(cell) for cell in below(row, "table-cell") for _ in range(_repeats(cell))])
        self.lines += [(line, None) for line in told(rows)]

    def _cell(self, cell: Any) -> Cell:
        inner = _Walk.__new__(_Walk)
        inner.lines, inner.pictured, inner._in_cell, inner._noted = [], False, True, []
        inner._lists, inner._outline, inner._states = self._lists, self._outline, self._states
        inner.blocks(cell)
        text = " ".join(row.replace("\t", " ").strip() for row, _ in inner.lines if row.strip())
        self.pictured = self.pictured or inner.pictured
        return Cell(text, _times(cell, "number-columns-spanned"), _times(cell, "number-rows-spanned"))


def _rows(table: Any) -> Iterator[Any]:
    for part in table:
        if part.tag == "table-row":
            yield part
        elif part.tag in ("table-header-rows", "table-rows", "table-row-group"):
            yield from _rows(part)


def _repeats(cell: Any) -> int:
    return min(_times(cell, "number-columns-repeated"), 50)


def _levels(style: Any) -> Iterator[tuple[int, _Level]]:
    kinds = ("list-level-style-number", "outline-level-style", "list-level-style-bullet", "list-level-style-image")
    for each in below(style, *kinds):
        numbered = each.tag in ("list-level-style-number", "outline-level-style")
        form = (each.get("num-format") or "").strip() if numbered else ""
        yield (
            int(each.get("level") or 1) - 1,
            _Level(
                _FORMS.get(form, "decimal") if form else "",
                (each.get("num-prefix") or "") if numbered else "",
                (each.get("num-suffix") or "") if numbered else "",
                _times(each, "display-levels"),
                _first(each),
                each.get("num-list-format") if form else None,
                _gap(each),
            ),
        )


def _gap(level: Any) -> str:
    kinds = [one.get("label-followed-by") for one in level.iter("list-level-label-alignment")]
    return " " if kinds and kinds[0] in ("listtab", "space") else ""


def _first(level: Any) -> int:
    start = level.get("start-value") or "1"
    return int(start) if start.isdigit() else 1


def _times(element: Any, name: str) -> int:
    value = element.get(name) or "1"
    return max(1, int(value)) if value.isdigit() and len(value) < 10 else 1


def _collapsed(text: str | None) -> str:
    """White space as ODF draws it: a run of it is one blank."""
    return re.sub(r"[ \t\r\n]+", " ", text) if text else ""
