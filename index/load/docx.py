"""DOCX, by python-docx: paragraphs with the numbers Word draws before them, and tables row by row, in printed order.

What is deleted under change tracking is left out, what is inserted is in; headers, footers and comments are not text.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from typing import Any

from index.errors import UnreadableContent
from index.load.radicals import unified
from index.schema import Line, Reading

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_HEADING = re.compile(r"^(?:heading|标题)\s*([1-6])$", re.I)
_LARGEST = 200 * 2**20  # bytes that the parts may unpack to; more is a bomb, not a document


def read(data: bytes) -> Reading:
    """Lines numbered from 1, a line a paragraph or a table row; UnreadableContent when the file is of another kind."""
    from docx import Document
    from docx.table import Table

    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise UnreadableContent("是旧版 .doc 或加密的 .docx，请用 Word 另存为未加密的 .docx")
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        if sum(part.file_size for part in packed.infolist()) > _LARGEST:
            raise UnreadableContent("DOCX 解压后过大")
    document = Document(io.BytesIO(data))
    numbers = _Numbers(document)
    rows: list[tuple[str, int | None]] = []
    for block in document.iter_inner_content():
        rows += [(row, None) for row in _table(block)] if isinstance(block, Table) else _paragraph(block, numbers)
    return Reading([Line(unified(row), number, level=level) for number, (row, level) in enumerate(rows, 1)])


def _paragraph(paragraph: Any, numbers: _Numbers) -> list[tuple[str, int | None]]:
    """Its lines, the first with the number and, for a heading, with its level."""
    text = _text(paragraph._p)
    if not text.strip():
        return [("", None)]
    first, *more = (numbers.label(paragraph) + text).split("\n")
    style = paragraph.style.name if paragraph.style is not None else ""
    heading = _HEADING.match(style or "")
    return [(first, int(heading[1]) if heading else None), *((row, None) for row in more)]


def _table(table: Any) -> list[str]:
    """A line a row, cells apart by tabs; a merged cell is told once."""
    lines = []
    for row in table.rows:
        cells = {id(cell._tc): " ".join(_text(p._p).strip() for p in cell.paragraphs).strip() for cell in row.cells}
        lines.append("\t".join(cells.values()))
    return lines


def _text(element: Any) -> str:
    """The visible characters of a paragraph; a picture's or text box's second rendering is left out."""
    pieces = []
    for node in element.iter(f"{_W}t", f"{_W}tab", f"{_W}br", f"{_W}cr", f"{_W}noBreakHyphen"):
        if any(above.tag == _FALLBACK for above in node.iterancestors()):
            continue
        name = node.tag.removeprefix(_W)
        if name == "t":
            pieces.append(node.text or "")
        elif name == "tab":
            if node.getparent().tag == f"{_W}r":  # others are tab stops of the layout
                pieces.append(" ")
        else:
            pieces.append("-" if name == "noBreakHyphen" else "\n")
    return "".join(pieces)


class _Numbers:
    """Automatic numbering: what Word draws before a paragraph and its text does not hold."""

    def __init__(self, document: Any) -> None:
        self._levels: dict[str, dict[int, tuple[str, str, int]]] = {}  # numId → level → (format, pattern, first)
        self._counts: dict[str, Counter[int]] = {}
        part = next((r.target_part for r in document.part.rels.values() if r.reltype.endswith("/numbering")), None)
        if part is None:
            return
        root = part.element
        abstract = {a.get(f"{_W}abstractNumId"): a for a in root.iter(f"{_W}abstractNum")}
        for number in root.iter(f"{_W}num"):
            base = number.find(f"{_W}abstractNumId")
            levels = abstract.get(base.get(f"{_W}val")) if base is not None else None
            if levels is not None:
                self._levels[number.get(f"{_W}numId")] = dict(_levels(levels))

    def label(self, paragraph: Any) -> str:
        """The number of a paragraph, counted on; empty where it has none, or a bullet."""
        place = _numbered(paragraph)
        if place is None or place[1] not in self._levels.get(place[0], {}):
            return ""
        number, level = place
        levels, counts = self._levels[number], self._counts.setdefault(number, Counter())
        counts[level] += 1
        for deeper in [other for other in counts if other > level]:
            del counts[deeper]
        if levels[level][0] in ("bullet", "none"):
            return ""

        def value(match: re.Match[str]) -> str:
            at = int(match[1]) - 1
            kind, _, first = levels.get(at, ("decimal", "", 1))
            return _numeral(first - 1 + max(counts[at], 1), kind)

        return re.sub(r"%(\d)", value, levels[level][1])


def _levels(abstract: Any) -> Iterator[tuple[int, tuple[str, str, int]]]:
    for level in abstract.iter(f"{_W}lvl"):
        kind, text, start = (level.find(f"{_W}{name}") for name in ("numFmt", "lvlText", "start"))
        yield int(level.get(f"{_W}ilvl")), (
            kind.get(f"{_W}val") if kind is not None else "decimal",
            (text.get(f"{_W}val") or "") if text is not None else "",
            int(start.get(f"{_W}val")) if start is not None else 1,
        )  # fmt: skip


def _numbered(paragraph: Any) -> tuple[str, int] | None:
    """(numId, level) of a paragraph, its own or its style's."""
    styles = [paragraph.style] if paragraph.style is not None else []
    while styles and styles[-1].base_style is not None:
        styles.append(styles[-1].base_style)
    for element in (paragraph._p, *(style.element for style in styles)):
        found = element.find(f"{_W}pPr/{_W}numPr")
        if found is None or (number := found.find(f"{_W}numId")) is None:
            continue
        level = found.find(f"{_W}ilvl")
        return number.get(f"{_W}val"), int(level.get(f"{_W}val")) if level is not None else 0
    return None


def _numeral(value: int, kind: str) -> str:
    import cn2an

    if kind.startswith(("chinese", "ideograph", "japanese", "taiwanese")):
        text = cn2an.an2cn(str(value))
        return text[1:] if text.startswith("一十") else text
    if kind == "decimalEnclosedCircle" and 1 <= value <= 20:
        return chr(0x245F + value)
    if kind in ("lowerLetter", "upperLetter") and 1 <= value <= 26:
        return chr((97 if kind == "lowerLetter" else 65) + value - 1)
    return str(value)
