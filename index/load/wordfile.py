"""The binary Word format (Word 97 and later, also WPS): text by its pieces, properties of paragraphs and characters,
styles, lists. Structures and names after Microsoft's [MS-DOC].
"""

from __future__ import annotations

import struct
from bisect import bisect_right
from dataclasses import dataclass, field
from typing import Any

from index.errors import UnreadableContent

_WORD_97 = 0xC1  # the version of its header from which the structures below hold
_LARGEST = 64 * 2**20  # bytes of one stream; text beyond is no document
_FIELDS = 0x9A  # where the pairs of position and length begin
_STYLES, _NOTE_REFS, _NOTES, _CHARACTERS, _PARAGRAPHS, _PIECES = 1, 2, 3, 12, 13, 33
_SHAPES, _END_REFS, _ENDS, _BOXES, _LISTS, _OVERRIDES = 40, 46, 47, 56, 73, 74
_DEEPEST = 12  # styles based on styles
_ADVICE = "请用 Word 或 WPS 另存为 .docx"


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text: characters [begin, end) stand at byte `at` of the stream, one or two bytes each."""

    begin: int
    end: int
    at: int
    wide: int


@dataclass(frozen=True, slots=True)
class Level:
    """How a list numbers one level."""

    start: int
    form: int  # nfc
    pattern: str  # the characters below U+0009 stand for the number of that level
    follow: str  # between number and text
    legal: bool = False  # all levels in figures
    restart: int = 9  # begins anew behind a level smaller than this; 9: any above it


@dataclass(slots=True)
class Style:
    """What a paragraph style says of numbering and outline."""

    base: int
    kind: int  # sti: 1 … 9 are the headings
    properties: dict[int, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Override:
    """A use of a list (LFO): its list, and where its levels start anew or look otherwise."""

    list_id: int
    starts: dict[int, int]
    levels: dict[int, Level]


class WordFile:
    """An opened file. UnreadableContent where it is locked, older than Word 97, or no Word file; any other error is
    damage."""

    def __init__(self, data: bytes) -> None:
        import olefile

        if not data.startswith(olefile.MAGIC):
            raise UnreadableContent(f"不是 Word 文档，或已损坏；{_ADVICE}")
        with olefile.OleFileIO(data) as ole:
            if not ole.exists("WordDocument"):
                raise UnreadableContent(f"里面没有 Word 文档；{_ADVICE}")
            self.main = ole.openstream("WordDocument").read(_LARGEST)
            identity, version = struct.unpack_from("<HH", self.main, 0)
            flags = struct.unpack_from("<H", self.main, 0x0A)[0]
            if identity != 0xA5EC or version < _WORD_97:
                raise UnreadableContent(f"是 Word 95 或更早的文档；{_ADVICE}")
            if flags & 0x0100:
                raise UnreadableContent("文件有密码保护，请去掉密码后另存")
            self.table = ole.openstream("1Table" if flags & 0x0200 else "0Table").read(_LARGEST)
        counts = struct.unpack_from("<8i", self.main, 0x4C)
        text, notes, heads, macros, comments, ends, boxes, _ = counts
        if any(count < 0 for count in counts):
            raise ValueError("counts")
        self.text = range(text)
        self.notes = range(text, text + notes)
        at = text + notes + heads + macros + comments
        self.ends = range(at, at + ends)
        self.boxes = range(at + ends, at + ends + boxes)
        self.pieces = self._pieces()
        self.paragraphs = self._runs(_PARAGRAPHS, self._paragraph)
        self.characters = self._runs(_CHARACTERS, self._character)
        self.styles = self._styles()
        self.lists = _lists(self.table, *self._field(_LISTS))
        self.overrides = _overrides(self.table, *self._field(_OVERRIDES))

    def _field(self, index: int) -> tuple[int, int]:
        """Position and length, in the table stream, of one of the structures that the header names."""
        place = _FIELDS + 8 * index
        return struct.unpack_from("<II", self.main, place) if place + 8 <= len(self.main) else (0, 0)

    def _pieces(self) -> list[Piece]:
        at, size = self._field(_PIECES)
        data = self.table[at : at + size]
        place = 0
        while place < len(data) and data[place] == 1:
            place += 3 + struct.unpack_from("<H", data, place + 1)[0]
        if place >= len(data) or data[place] != 2:
            raise ValueError("piece table")
        size = struct.unpack_from("<I", data, place + 1)[0]
        plc = data[place + 5 : place + 5 + size]
        count = (len(plc) - 4) // 12
        bounds = struct.unpack_from(f"<{count + 1}I", plc, 0)
        pieces = []
        for n in range(count):
            where = struct.unpack_from("<I", plc, 4 * (count + 1) + 8 * n + 2)[0]
            wide = 1 if where & 0x40000000 else 2
            begin = (where & 0x3FFFFFFF) // (2 if wide == 1 else 1)
            if bounds[n + 1] > bounds[n]:
                pieces.append(Piece(bounds[n], bounds[n + 1], begin, wide))
        return pieces

    def read(self, span: range) -> str:
        """The characters of a span, those deleted under change tracking or hidden as U+0000; a control each, as
        stored."""
        out = []
        for piece in self.pieces:
            begin, end = max(piece.begin, span.start), min(piece.end, span.stop)
            if begin >= end:
                continue
            at = piece.at + (begin - piece.begin) * piece.wide
            raw = self.main[at : at + (end - begin) * piece.wide]
            if len(raw) < (end - begin) * piece.wide:
                raise ValueError("text cut off")
            text = raw.decode("cp1252", "replace") if piece.wide == 1 else raw.decode("utf-16-le", "surrogatepass")
            if len(text) != end - begin and piece.wide == 2:  # characters beyond the basic plane count two
                text = "".join(chr(unit) for unit in struct.unpack(f"<{len(raw) // 2}H", raw))
            out.append(self._seen(text, at, piece.wide))
        return "".join(out)

    def _seen(self, text: str, at: int, wide: int) -> str:
        bounds, hidden = self.characters
        place = max(bisect_right(bounds, at) - 1, 0)
        while place < len(hidden) and bounds[place] < at + len(text) * wide:
            if hidden[place]:
                first = max(0, (bounds[place] - at) // wide)
                last = min(len(text), (bounds[place + 1] - at) // wide)
                text = text[:first] + "\0" * (last - first) + text[last:]
            place += 1
        return text

    def place(self, cp: int) -> int:
        """The byte of the stream at which a character stands."""
        for piece in self.pieces:
            if piece.begin <= cp < piece.end:
                return piece.at + (cp - piece.begin) * piece.wide
        return -1

    def paragraph(self, cp: int) -> dict[int, Any]:
        """The properties of the paragraph that ends at character `cp`, its style's among them; 0 is the style."""
        bounds, runs = self.paragraphs
        at = bisect_right(bounds, self.place(cp)) - 1
        own = runs[at] if 0 <= at < len(runs) else {}
        style = own.get(0, 0)
        found: dict[int, Any] = {}
        for _ in range(_DEEPEST):
            one = self.styles.get(style)
            if one is None:
                break
            kind: dict[Any, Any] = {"kind": one.kind} if 1 <= one.kind <= 9 else {}
            found = kind | one.properties | found
            style = one.base
        return found | own

    def _runs(self, index: int, read: Any) -> tuple[list[int], list[Any]]:
        """Properties over stretches of the stream: their bounds, and for each stretch what `read` makes of it."""
        at, size = self._field(index)
        count = max(0, (size - 4) // 8)
        pages = struct.unpack_from(f"<{count}I", self.table, at + 4 * (count + 1)) if count else ()
        found: list[tuple[int, int, Any]] = []
        for number in pages:
            page = self.main[(number & 0x3FFFFF) * 512 :][:512]
            if len(page) < 512:
                continue
            runs = page[511]
            bounds = struct.unpack_from(f"<{runs + 1}I", page, 0)
            found += [(bounds[n], bounds[n + 1], read(page, 4 * (runs + 1), n)) for n in range(runs)]
        found.sort(key=lambda run: run[0])
        places: list[int] = []
        values: list[Any] = []
        for begin, end, value in found:
            if places and places[-1] < begin:
                values.append(type(value)())
                places.append(begin)
            elif not places:
                places.append(begin)
            values.append(value)
            places.append(end)
        return places, values

    @staticmethod
    def _paragraph(page: bytes, base: int, n: int) -> dict[int, Any]:
        place = 2 * page[base + 13 * n]
        if not place:
            return {}
        size = 2 * page[place] - 1 if page[place] else 2 * page[place + 1]
        place += 1 if page[place] else 2
        return {0: struct.unpack_from("<H", page, place)[0]} | properties(page[place + 2 : place + size])

    @staticmethod
    def _character(page: bytes, base: int, n: int) -> bool:
        """Whether the stretch is deleted or hidden."""
        place = 2 * page[base + n]
        if not place:
            return False
        found = properties(page[place + 1 : place + 1 + page[place]])
        return found.get(0x0800) in (b"\1", b"\x81") or found.get(0x083C) == b"\1"

    def _styles(self) -> dict[int, Style]:
        at, size = self._field(_STYLES)
        data = self.table[at : at + size]
        if len(data) < 6:
            return {}
        head, count, base = struct.unpack_from("<HHH", data, 0)
        place, found = 2 + head, {}
        for n in range(count):
            if place + 2 > len(data):
                break
            size = struct.unpack_from("<H", data, place)[0]
            if size:
                found[n] = _style(data[place + 2 : place + 2 + size], base)
            place += 2 + size + size % 2
        return found

    def notes_at(self, ends: bool) -> list[tuple[int, range]]:
        """Footnotes (or endnotes): where each is referred to, and the span of its text."""
        refs, texts = (_END_REFS, _ENDS) if ends else (_NOTE_REFS, _NOTES)
        at, size = self._field(refs)
        count = max(0, (size - 4) // 6)
        where = struct.unpack_from(f"<{count}I", self.table, at) if count else ()
        at, size = self._field(texts)
        bounds = struct.unpack_from(f"<{size // 4}I", self.table, at) if size >= 4 else ()
        base = self.ends.start if ends else self.notes.start
        return [
            (cp, range(base + bounds[n], base + bounds[n + 1])) for n, cp in enumerate(where) if n + 1 < len(bounds)
        ]

    def boxes_at(self) -> list[tuple[int, range]]:
        """Text boxes: where each hangs in the text (-1 where that is not said), and the span of its text."""
        at, size = self._field(_SHAPES)
        count = max(0, (size - 4) // 30)
        places = struct.unpack_from(f"<{count}I", self.table, at) if count else ()
        shapes = {
            struct.unpack_from("<i", self.table, at + 4 * (count + 1) + 26 * n)[0]: cp for n, cp in enumerate(places)
        }
        at, size = self._field(_BOXES)
        count = max(0, (size - 4) // 26)
        bounds = struct.unpack_from(f"<{count + 1}I", self.table, at) if count else ()
        found = []
        for n in range(count):
            shape = struct.unpack_from("<i", self.table, at + 4 * (count + 1) + 22 * n + 14)[0]
            begin, end = (min(self.boxes.start + cp, self.boxes.stop) for cp in bounds[n : n + 2])
            if begin < end:
                found.append((shapes.get(shape, -1), range(begin, end)))
        return found


def _style(data: bytes, base: int) -> Style:
    kind, second, third = struct.unpack_from("<HHH", data, 0)
    style = Style(second >> 4, kind & 0xFFF)
    if second & 0xF != 1:  # not of paragraphs
        return style
    place = base
    place += 2 + 2 * struct.unpack_from("<H", data, place)[0] + 2
    place += place % 2
    if third & 0xF and place + 4 <= len(data):
        size = struct.unpack_from("<H", data, place)[0]
        style.properties = properties(data[place + 4 : place + 2 + size])
    return style


def properties(data: bytes) -> dict[int, bytes]:
    """A list of modifiers (grpprl): operation → operand."""
    found, place = {}, 0
    while place + 2 <= len(data):
        code = struct.unpack_from("<H", data, place)[0]
        place += 2
        if code == 0xD608:  # the definition of a table row counts its length in two bytes, and one too many
            size = struct.unpack_from("<H", data, place)[0] - 1 if place + 2 <= len(data) else 0
            place += 2
        elif code >> 13 == 6:
            size = data[place] if place < len(data) else 0
            place += 1
        else:
            size = (1, 1, 2, 4, 2, 2, 0, 3)[code >> 13]
        found[code] = bytes(data[place : place + size])
        place += max(size, 0)
    return found


def _level(data: bytes, place: int) -> tuple[Level, int]:
    """A level of a list (LVL), and the place behind it."""
    start, form, flags = struct.unpack_from("<iBB", data, place)
    follow, limit = data[place + 15], data[place + 26]
    characters, paragraphs = data[place + 24], data[place + 25]
    place += 28 + characters + paragraphs
    count = struct.unpack_from("<H", data, place)[0]
    pattern = data[place + 2 : place + 2 + 2 * count].decode("utf-16-le", "replace")
    level = Level(start, form, pattern, "" if follow == 2 else " ", bool(flags & 4), limit if flags & 8 else 9)
    return level, place + 2 + 2 * count


def _lists(data: bytes, at: int, size: int) -> dict[int, dict[int, Level]]:
    """The lists by their ids: level → how it numbers."""
    if size < 2:
        return {}
    count = struct.unpack_from("<H", data, at)[0]
    heads = [(struct.unpack_from("<i", data, at + 2 + 28 * n)[0], data[at + 2 + 28 * n + 26] & 1) for n in range(count)]
    place, found = at + 2 + 28 * count, {}
    for number, simple in heads:
        levels = {}
        for level in range(1 if simple else 9):
            levels[level], place = _level(data, place)
        found[number] = levels
    return found


def _overrides(data: bytes, at: int, size: int) -> list[Override]:
    """The uses of lists, in order."""
    if size < 4:
        return []
    count = min(struct.unpack_from("<I", data, at)[0], size // 16)
    heads = [(struct.unpack_from("<i", data, at + 4 + 16 * n)[0], data[at + 4 + 16 * n + 12]) for n in range(count)]
    place, found = at + 4 + 16 * count, []
    for number, changes in heads:
        one = Override(number, {}, {})
        found.append(one)
        if not changes or place + 4 > len(data):
            place += 4
            continue
        place += 4
        for _ in range(changes):
            start, flags = struct.unpack_from("<iI", data, place)
            place += 8
            if flags & 0x10 and not flags & 0x20:
                one.starts[flags & 0xF] = start
            if flags & 0x20:
                level, place = _level(data, place)
                one.levels[flags & 0xF] = level
                if flags & 0x10:
                    one.starts[flags & 0xF] = level.start
    return found
