"""Binary Word documents (.doc, and .wps, which is the same inside): paragraphs with their automatic numbers, tables,
footnotes; fields by their results, deleted and hidden text left out.
"""

from __future__ import annotations

import struct
from typing import Any

from index.load import notes
from index.load.edges import EdgedRow, squared
from index.load.grid import told
from index.load.numbers import FORMS, numeral
from index.load.radicals import unified
from index.load.wordfile import Level, WordFile
from index.schema import Line, Reading

_BULLET, _NONE = 23, 255
_ILVL, _ILFO, _OUTLINE, _ROW_END, _ROW, _IN_TABLE = 0x260A, 0x460B, 0x2640, 0x2417, 0xD608, 0x2416
_DEEPEST = 6  # heading levels
_TC = 20  # bytes a cell's definition takes


def read(data: bytes) -> Reading:
    """Lines numbered from 1, a line a paragraph or a table row; UnreadableContent says why a file cannot be read."""
    file = WordFile(data)
    walk = _Walk(file)
    walk.run(file.text)
    walk.end_table()
    walk.lines += [(note, None) for note in walk.notes.rest()]
    told = len(walk.lines)
    walk.end_boxes(sorted(walk.boxes))
    if len(walk.lines) > told:
        walk.gaps.append("有文本框的位置不明，其文字列于文末")
    lines = [Line(unified(row), number, level=level) for number, (row, level) in enumerate(walk.lines, 1)]
    return Reading(lines, tuple(dict.fromkeys(walk.gaps)))


class _Walk:
    """Goes through the paragraphs of the main text."""

    def __init__(self, file: WordFile) -> None:
        self.file = file
        self.lines: list[tuple[str, int | None]] = []
        self.gaps: list[str] = []
        self.counts: dict[int, dict[int, int]] = {}  # list → level → count
        self.begun: set[int] = set()  # uses of lists whose own starts have been taken
        self.row = EdgedRow()
        self.table: list[EdgedRow] = []
        self.cell: list[str] = []
        self.notes_at = {cp: span for ends in (False, True) for cp, span in file.notes_at(ends)}
        self.noted: list[str] = []  # by the paragraph being read
        self.notes = notes.Waiting()
        self.boxes: dict[int, list[range]] = {}  # by where they hang in the text
        for cp, span in file.boxes_at():
            self.boxes.setdefault(cp, []).append(span)
        self.hanging: list[int] = []

    def run(self, span: range) -> None:
        text = self.file.read(span)
        begin = 0
        for at, character in enumerate(text):
            if character in "\r\x07\x0c":
                self._paragraph(self._content(text[begin:at], begin), at, character)
                begin = at + 1
        if begin < len(text):
            self._paragraph(self._content(text[begin:], begin), len(text) - 1, "\r")

    def _content(self, text: str, begin: int) -> str:
        """A paragraph's text; the notes it refers to are told behind it."""
        for at, character in enumerate(text):
            span = self.notes_at.get(begin + at)
            if character == "\x02" and span is not None:
                rows = _plain(self.file.read(span)).split("\n")
                self.noted += [notes.told(" ".join(row.split())) for row in rows if row.strip()]
        self.hanging = [cp for cp in self.boxes if begin <= cp <= begin + len(text)]
        if "\x01" in text or text.count("\x08") > len(self.hanging):
            self.gaps.append("文中有图片或图形，其内容未收录")
        return text

    def _paragraph(self, text: str, at: int, mark: str) -> None:
        found = self.file.paragraph(at)
        text = _fields(text)
        if mark == "\x07" and found.get(_ROW_END) == b"\1":
            self._end_row(found.get(_ROW, b""))
            return
        label = self._label(found) if text.strip() else ""
        if mark == "\x07" or (found.get(_IN_TABLE) == b"\1" and mark == "\r"):
            noted, self.noted = self.noted, []
            self.cell.append(" ".join((label + text).split()) + notes.within(noted))
            if mark == "\x07":
                self.row.cells.append(" ".join(piece for piece in self.cell if piece))
                self.cell = []
            return
        self.end_table()
        first, *more = (label + text).split("\n")
        self.lines += [(first, _level(found) if first.strip() else None), *((row, None) for row in more)]
        noted, self.noted = self.noted, []
        self.end_boxes(self.hanging)
        self.lines += [(note, None) for note in self.notes.behind(text, noted)]

    def end_boxes(self, places: list[int]) -> None:
        """Tell the text boxes that hang at these places."""
        for span in [span for cp in places for span in self.boxes.pop(cp, ())]:
            self.lines += [(row.strip(), None) for row in _plain(self.file.read(span)).split("\n") if row.strip()]
        self.hanging = []

    def _end_row(self, definition: bytes) -> None:
        if definition:
            count = definition[0]
            edges = (
                list(struct.unpack_from(f"<{count + 1}h", definition, 1)) if len(definition) >= 3 + 2 * count else []
            )
            self.row.start, self.row.edges = (edges[0], edges[1:]) if edges else (0, [])
            for n in range(count):
                place = 1 + 2 * (count + 1) + _TC * n
                flags = struct.unpack_from("<H", definition, place)[0] if place + 2 <= len(definition) else 0
                self.row.below.append(flags & 0x60 == 0x20)
                self.row.beside.append(bool(flags & 0x3))
        self.table.append(self.row)
        self.row = EdgedRow()

    def end_table(self) -> None:
        """Tell the table begun, if any."""
        if self.table or self.row.cells:
            table = [*self.table, *([self.row] if self.row.cells else [])]
            self.lines += [(line, None) for line in told(squared(table))]
            self.row, self.table = EdgedRow(), []

    def _label(self, found: dict[int, Any]) -> str:
        """The paragraph's automatic number, counted on."""
        use = struct.unpack("<h", found[_ILFO])[0] if len(found.get(_ILFO, b"")) == 2 else 0
        if not 0 < use <= len(self.file.overrides):
            return ""
        override = self.file.overrides[use - 1]
        levels = self.file.lists.get(override.list_id, {}) | override.levels
        depth = found.get(_ILVL, b"\0")[0]
        level = levels.get(depth)
        if level is None:
            return ""
        counts = self.counts.setdefault(override.list_id, {})
        if use not in self.begun:
            self.begun.add(use)
            for at, start in override.starts.items():
                counts[at] = start - 1
        counts[depth] = counts.get(depth, level.start - 1) + 1
        for deeper in [at for at in counts if at > depth and (at not in levels or depth < levels[at].restart)]:
            del counts[deeper]
        return _drawn(level, levels, counts)


def _drawn(level: Level, levels: dict[int, Level], counts: dict[int, int]) -> str:
    if level.form in (_BULLET, _NONE) or not level.pattern:
        return ""
    out = ""
    for character in level.pattern:
        if ord(character) < 9:
            at = ord(character)
            one = levels.get(at, level)
            value = counts.get(at, one.start)
            form = "decimal" if level.legal else FORMS.get(one.form, "decimal")
            out += f"{value:02d}" if one.form == 22 else numeral(value, form)
        else:
            out += character
    return out + level.follow


def _level(found: dict[Any, Any]) -> int | None:
    """The heading level that its style or its own outline level gives a paragraph."""
    outline = found.get(_OUTLINE)
    if outline:
        return outline[0] + 1 if outline[0] < _DEEPEST else None
    kind = found.get("kind")
    return kind if kind is not None and kind <= _DEEPEST else None


def _fields(text: str) -> str:
    """The visible characters of a text: of a field the result, of controls those that stand for something."""
    if not any(character < " " for character in text):
        return text
    out: list[str] = []
    fields: list[bool] = []  # of the fields around, whether their result has begun
    for character in text:
        if character == "\x13":
            fields.append(False)
        elif character == "\x14":
            if fields:
                fields[-1] = True
        elif character == "\x15":
            if fields:
                fields.pop()
        elif all(fields):
            out.append(
                {"\x0b": "\n", "\x0e": "\n", "\t": " ", "\x1e": "-"}.get(
                    character, character if character >= " " else ""
                )
            )
    return "".join(out)


def _plain(text: str) -> str:
    """Text of notes and boxes, a line a paragraph."""
    return "\n".join(_fields(row) for row in text.replace("\x07", "\r").replace("\x0c", "\r").split("\r"))
