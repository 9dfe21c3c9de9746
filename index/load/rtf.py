"""Rich text: paragraphs with the numbers stored before them, tables, footnotes; hidden and deleted text left out.

Bytes are read in the code page of their font, else of the file (936 for simplified Chinese); \\u characters as they
are.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from index.errors import UnreadableContent
from index.load import notes
from index.load.edges import EdgedRow, squared
from index.load.grid import told
from index.load.numbers import FORMS, numeral
from index.load.radicals import unified
from index.schema import Line, Reading

_TOKEN = re.compile(rb"\\([a-zA-Z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z])|([{}])|([^\\{}\r\n]+)", re.S)
_CHARSETS = {128: "cp932", 129: "cp949", 134: "gb18030", 136: "cp950"}
_PAGES = {936: "gb18030", 950: "cp950", 932: "cp932", 949: "cp949", 65001: "utf-8", 54936: "gb18030"}
_SKIPPED = {  # groups without text of the document
    "colortbl", "info", "header", "headerl", "headerr", "headerf", "footer", "footerl", "footerr", "footerf", "nonshppict",
    "nonesttables", "ftnsep", "ftnsepc", "ftncn", "aftnsep", "aftnsepc", "aftncn", "sp", "shprslt", "tc", "xe", "upr",
    "atrfstart", "themedata", "template",
}  # fmt: skip
# Destinations that an older reader may leave out, but hold text (or how it is numbered).
_STARRED = {"listtable", "listoverridetable", "shpinst", "ud", "shppict", "footnote", "fldrslt"}
_GROUPS = {
    "fonttbl": "font",
    "listtable": "list",
    "listoverridetable": "list",
    "stylesheet": "style",
    "footnote": "note",
    "shptxt": "box",
    "listtext": "label",
    "pntext": "label",
}
_CHARACTERS = {
    "tab": " ", "emdash": "—", "endash": "–", "lquote": "‘", "rquote": "’", "ldblquote": "“", "rdblquote": "”", "bullet": "•",
    "emspace": "\u3000", "enspace": " ", "qmspace": " ", "line": "\n", "nestcell": " ", "nestrow": " ",
}  # fmt: skip
_SYMBOLS = {b"~": "\xa0", b"_": "-", b"\\": "\\", b"{": "{", b"}": "}"}
_HEADING = re.compile(r"^(?:heading|标题)\s*([1-6]);?$", re.I)
_DEEPEST = 6  # heading levels


@dataclass(frozen=True, slots=True)
class _Group:
    """What holds until a group's closing brace."""

    to: str = "body"  # where its text goes: body, note, box, label, style, font
    skipped: bool = False
    font: int | None = None
    skip: int = 1  # bytes that stand in for a \\u character
    hidden: bool = False
    deleted: bool = False


def read(data: bytes) -> Reading:
    """Lines numbered from 1, a line a paragraph or a table row; UnreadableContent when the bytes are no rich text."""
    if not data.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"{\\rtf"):
        raise UnreadableContent("不是 RTF 文件，请用 Word 或 WPS 另存为 .docx")
    reader = _Reader()
    reader.run(data)
    lines = [Line(unified(row), number, level=level) for number, (row, level) in enumerate(reader.lines, 1)]
    return Reading(lines, tuple(dict.fromkeys(reader.gaps)))


class _Reader:
    """Goes through the tokens once."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, int | None]] = []
        self.gaps: list[str] = []
        self.group = _Group()
        self.stack: list[_Group] = []
        self.first, self.starred = False, False  # a group's first word is to come; behind \\*
        self.page = "gb18030"
        self.fonts: dict[int, str] = {}
        self.default_font = 0
        self.levels: dict[int, int] = {}  # of heading styles
        self.bytes = bytearray()  # still to be decoded
        self.pending, self.high = 0, 0  # bytes to skip behind \\u; the first half of a surrogate pair
        self.texts: dict[str, list[str]] = {
            name: [] for name in ("body", "note", "box", "label", "style", "font", "list")
        }
        self.boxes: list[str] = []  # the lines of text boxes, told below the paragraph they hang on
        self.noted: list[str] = []  # by the paragraph being read
        self.notes = notes.Waiting()
        self.style, self.in_table = 0, False
        self.level: int | None = None
        self.row = EdgedRow()
        self.flags: set[str] = set()
        self.table: list[EdgedRow] = []
        self.forms: list[str] = []  # of the levels of the list being read
        self.lists: dict[int, list[str]] = {}
        self.uses: dict[int, int] = {}  # \\ls → list
        self.list_id, self.use, self.depth = 0, 0, 0

    def run(self, data: bytes) -> None:
        place = 0
        while (match := _TOKEN.search(data, place)) is not None:
            place = match.end()
            if match[1]:
                place = self._word(match[1].decode("ascii"), int(match[2]) if match[2] else None, place)
            elif match[3]:
                self._raw(bytes((int(match[3], 16),)))
            elif match[4]:
                self._symbol(match[4])
            elif match[5] == b"{":
                self._flush()
                self.stack.append(self.group)
                self.first, self.starred = True, False
            elif match[5]:
                self._close()
            else:
                self._raw(match[6])
        self._flush()
        if any(piece.strip() for piece in self.texts["body"]):
            self._paragraph()
        self._end_table()
        self.lines += [(note, None) for note in self.notes.rest()]
        if self.stack:
            self.gaps.append("文件不完整，后面的内容可能缺失")

    def _raw(self, raw: bytes) -> None:
        taken = min(self.pending, len(raw))
        self.pending -= taken
        self.bytes += raw[taken:]
        self.first = False

    def _flush(self) -> None:
        """Decode the bytes at hand in the code page that holds for them."""
        raw, self.bytes = bytes(self.bytes), bytearray()
        if not raw or self.group.skipped:
            return
        font = self.group.font if self.group.font is not None else self.default_font
        named = self.fonts.get(font)
        for encoding in dict.fromkeys((named or self.page, self.page)):
            try:
                self._add(raw.decode(encoding))
                return
            except UnicodeDecodeError:
                continue
        self.gaps.append("有无法识别的字符")
        self._add(raw.decode(named or self.page, "replace"))

    def _add(self, text: str) -> None:
        if not (self.group.skipped or self.group.hidden or self.group.deleted):
            self.texts[self.group.to].append(text)

    def _symbol(self, symbol: bytes) -> None:
        self._flush()
        if symbol == b"*":
            self.starred = True
        elif self.pending:
            self.pending -= 1
        elif symbol in (b"\n", b"\r"):
            self._end_paragraph()
        else:
            self._add(_SYMBOLS.get(symbol, ""))

    def _close(self) -> None:
        self._flush()
        ended = self.group
        self.group = self.stack.pop() if self.stack else _Group()
        self.first = False
        if ended.to == "style":
            if found := _HEADING.match("".join(self.texts["style"]).strip()):
                self.levels.setdefault(self.style, int(found[1]))
            self.texts["style"] = []
        elif ended.to in ("note", "box") and self.group.to != ended.to:
            whole, self.texts[ended.to] = "".join(self.texts[ended.to]).strip(), []
            rows = [row for row in whole.split("\n") if row.strip()]
            if ended.to == "note":
                self.noted += map(notes.told, rows)
            else:
                self.boxes += rows

    def _word(self, word: str, value: int | None, place: int) -> int:
        """Act on a control word; the place behind it, and behind the binary data it announces."""
        self._flush()
        first, self.first = self.first, False
        if word == "bin":
            return place + max(value or 0, 0)
        if word == "u":
            self._unicode(value or 0)
            return place
        self.pending = 0
        if first:
            self._begin(word)
        if word == "ud":
            self.group = replace(self.group, skipped=False)
        if self.group.to == "font":
            self._font(word, value)
        elif self.group.skipped:
            pass
        elif word == "pict":
            self.gaps.append("文中有图片，图片内容未收录")
            self.group = replace(self.group, skipped=True)
        elif self.group.to == "style":
            self._styled(word, value)
        elif self.group.to == "list":
            self._listed(word, value or 0)
        elif not self._character(word, value):
            self._layout(word, value)
        return place

    def _begin(self, word: str) -> None:
        """A group's first word says what the group is."""
        if word in _SKIPPED or (self.starred and word not in _STARRED):
            self.group = replace(self.group, skipped=True)
        elif word in _GROUPS:
            if word == "footnote" and self.group.to == "body":
                self.texts["note"] = []
            self.group = replace(self.group, to=_GROUPS[word], hidden=False)
            self.starred = False

    def _unicode(self, value: int) -> None:
        code = value % 65536
        if 0xD800 <= code < 0xDC00:
            self.high = code
        elif 0xDC00 <= code < 0xE000:
            self._add(chr(0x10000 + ((self.high - 0xD800) << 10) + code - 0xDC00) if self.high else "\ufffd")
            self.high = 0
        else:
            self._add(chr(code))
        self.pending = self.group.skip

    def _font(self, word: str, value: int | None) -> None:
        if word == "f":
            self.style = value or 0
        elif word == "fcharset" and value in _CHARSETS:
            self.fonts[self.style] = _CHARSETS[value]

    def _styled(self, word: str, value: int | None) -> None:
        if word == "s":
            self.style = value or 0
        elif word == "outlinelevel" and value is not None and value < _DEEPEST:
            self.levels[self.style] = value + 1

    def _listed(self, word: str, value: int) -> None:
        """How lists number their levels, and which \\ls stands for which list."""
        if word in ("list", "listoverride"):
            self.forms = []
        elif word in ("levelnfc", "levelnfcn") and (word == "levelnfc" or not self.forms):
            self.forms.append(FORMS.get(value, ""))
        elif word == "listid":
            self.list_id = value
            self.lists.setdefault(value, self.forms)
        elif word == "ls":
            self.uses[value] = self.list_id

    def _character(self, word: str, value: int | None) -> bool:
        """Whether the word is one of characters and their forms."""
        if word in _CHARACTERS:
            self._add(_CHARACTERS[word])
        elif word == "ansicpg":
            self.page = _PAGES.get(value or 0, f"cp{value}" if value in (1250, 1251, 1252, 1253, 874) else "gb18030")
        elif word == "deff":
            self.default_font = value or 0
        elif word == "f":
            self.group = replace(self.group, font=value)
        elif word == "uc":
            self.group = replace(self.group, skip=max(value or 0, 0) if value is not None else 1)
        elif word == "plain":
            self.group = replace(self.group, hidden=False, deleted=False, font=None)
        elif word in ("v", "deleted"):
            self.group = (
                replace(self.group, hidden=value != 0) if word == "v" else replace(self.group, deleted=value != 0)
            )
        else:
            return False
        return True

    def _layout(self, word: str, value: int | None) -> None:
        """Words of paragraphs and tables."""
        if word in ("par", "sect"):
            self._end_paragraph()
        elif word == "pard":
            if self.group.to == "body":
                self.in_table, self.level, self.use, self.depth = False, self.levels.get(0), 0, 0
        elif word == "ls":
            self.use = value or 0
        elif word == "ilvl":
            self.depth = value or 0
        elif word == "intbl":
            self.in_table = True
        elif word == "s":
            self.level = self.levels.get(value or 0)
        elif word == "outlinelevel" and value is not None:
            self.level = value + 1 if value < _DEEPEST else None
        elif word == "trowd":
            self.row.edges, self.row.below, self.row.beside, self.row.start, self.flags = [], [], [], 0, set()
        elif word == "trleft":
            self.row.start = value or 0
        elif word in ("clvmgf", "clvmrg", "clmgf", "clmrg"):
            self.flags.add(word)
        elif word == "cellx":
            self.row.edges.append(value or 0)
            self.row.below.append("clvmrg" in self.flags)
            self.row.beside.append("clmrg" in self.flags)
            self.flags = set()
        elif word == "cell" and self.group.to == "body":
            noted, self.noted = self.noted, []
            words = " ".join((self._label() + "".join(self.texts["body"])).split())
            self.row.cells.append(words + notes.within(noted))
            self.texts["body"] = []
        elif word == "row" and self.group.to == "body":
            self.table.append(self.row)
            self.row = EdgedRow([*self.row.edges], [*self.row.below], [*self.row.beside], [], self.row.start)

    def _label(self) -> str:
        """The number drawn before the paragraph; "" where it is a bullet."""
        label, self.texts["label"] = "".join(self.texts["label"]), []
        forms = self.lists.get(self.uses.get(self.use, 0), [])
        form = forms[self.depth] if self.depth < len(forms) else ""
        if form and re.search(r"\d", label):  # some writers store figures where Word draws 第一条
            label = re.sub(r"\d{1,4}", lambda match: numeral(int(match[0]), form), label)
        return label.lstrip() if any(character.isalnum() for character in label) else ""

    def _end_paragraph(self) -> None:
        if self.group.to == "body" and not self.in_table:
            self._paragraph()
        elif self.group.to in ("body", "note", "box"):
            self._add(" " if self.group.to == "body" else "\n")

    def _paragraph(self) -> None:
        self._end_table()
        text, self.texts["body"] = "".join(self.texts["body"]), []
        label = self._label() if text.strip() else ""
        first, *more = (label + text).split("\n")
        self.lines += [(first, self.level if first.strip() else None), *((row, None) for row in more)]
        noted, self.noted = self.noted, []
        self._add_boxes()
        self.lines += [(note, None) for note in self.notes.behind(text, noted)]

    def _add_boxes(self) -> None:
        self.lines += [(row, None) for row in self.boxes]
        self.boxes = []

    def _end_table(self) -> None:
        if self.table:
            table, self.table = self.table, []
            self.lines += [(line, None) for line in told(squared(table))]
            self.row = EdgedRow()
            self._add_boxes()
