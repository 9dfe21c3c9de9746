"""Saved web pages and mht: the main text by index.load.mainpart, as a browser draws it, by lxml.

Headings keep their level, lists their numbers, tables are told by index.load.grid; attachments that a page links to and
pictures within its text are gaps.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from typing import Any

from index.errors import UnreadableContent
from index.load import notes, text
from index.load.grid import Cell, told
from index.load.linked import Notes
from index.load.mainpart import Main, attachment, main_part
from index.load.radicals import unified
from index.schema import Line, Reading

_BLOCKS = {
    "address", "article", "aside", "blockquote", "body", "center", "dd", "details", "dir", "div", "dl", "dt", "fieldset",
    "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p",
    "pre", "section", "summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul", "caption", "legend",
}  # fmt: skip
_OPENED, _CLOSED = re.compile(r"<html[\s>]", re.I), re.compile(r"</(?:html|body)\s*>", re.I)
_STRUCK = ("del", "s", "strike")
_CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w-]+)""", re.I)
_DECLARED = re.compile(rb"""^\s*<\?xml[^>]{0,100}?encoding\s*=\s*["']([\w-]+)""", re.I)
_ARCHIVE = re.compile(rb"^(?:mime-version|content-type)\s*:", re.I | re.M)
_SPACE = re.compile(r"[ \t\r\n\f]+")
_WIDE = r"[\u2e80-\u9fff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef]"
_BROKEN = re.compile(rf"(?<={_WIDE})\s*\n\s*(?={_WIDE})")  # a line of the source broken within Chinese text
_LONG_CELL = 300  # characters of a cell that, in several paragraphs, makes its table a layout
_NUMBERS = "一二三四五六七八九"


def read(data: bytes) -> Reading:
    """Lines numbered from 1; UnreadableContent when the page has no text or the encoding is not sure."""
    from lxml import html

    if not data.strip():
        raise UnreadableContent("文件为空")
    source = _decoded(data)
    if not source.strip():
        raise UnreadableContent("文件为空")
    parser = html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    root = html.document_fromstring(source.encode("utf-8", "replace"), parser=parser, ensure_head_body=True)
    linked = Notes(root)
    for block in linked.blocks:
        block.set("hidden", "")  # what is told where it is referred to stands nowhere else
    main = main_part(root)
    drawn = _Drawn(main, linked)
    for row, level in main.above:
        drawn.add(row, level)
    drawn.block(main.element)
    drawn.close()
    drawn.lines += [(note, None) for note in drawn.notes.rest()]
    while drawn.lines and not drawn.lines[-1][0].strip():
        drawn.lines.pop()
    lines = [Line(unified(row), number, level=level) for number, (row, level) in enumerate(drawn.lines, 1)]
    cut = ("网页不完整，后面的内容可能缺失",) if _OPENED.search(source) and not _CLOSED.search(source) else ()
    return Reading(lines, tuple(dict.fromkeys((*drawn.gaps, *main.gaps, *cut))))


def _decoded(data: bytes) -> str:
    """The page as text: by its byte-order mark, its own declaration, or as a text file; mht by its parts."""
    if _ARCHIVE.search(data[:2048]) and b"<html" not in data[:200].lower():
        return _of_mht(data)
    if data.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")) or b"\0" in data[:200]:
        return text.decode(data)
    found = _DECLARED.match(data) or _CHARSET.search(data[:4096])
    named = found[1].decode("ascii").lower() if found else ""
    encoding = "gb18030" if named in ("gb2312", "gbk", "gb_2312-80", "x-gbk") else named
    if encoding and not encoding.startswith("utf-16"):
        try:
            return data.decode("utf-8-sig" if encoding == "utf-8" else "cp950" if encoding == "big5" else encoding)
        except (UnicodeDecodeError, LookupError):
            pass  # a declaration that does not hold
    return text.decode(data)


def _of_mht(data: bytes) -> str:
    from email import message_from_bytes, policy

    for part in message_from_bytes(data, policy=policy.default).walk():
        if part.get_content_type() == "text/html":
            raw = _payload(part)
            charset = part.get_content_charset()
            return _decoded(raw) if charset is None or _CHARSET.search(raw[:4096]) else _by_name(raw, charset)
    raise UnreadableContent("网页归档里没有正文；请在浏览器里另存为“网页，仅 HTML”")


def _payload(part: Any) -> bytes:
    """A part's bytes; of base64 that was cut off, as far as they go."""
    raw = part.get_payload(decode=True) or b""
    if (part.get("Content-Transfer-Encoding") or "").strip().lower() != "base64":
        return raw
    coded = "".join(str(part.get_payload()).split())
    whole = coded[: len(coded) // 4 * 4]
    return base64.b64decode(whole) if len(coded) % 4 else raw


def _by_name(raw: bytes, charset: str) -> str:
    try:
        return raw.decode("gb18030" if charset in ("gb2312", "gbk") else charset)
    except (UnicodeDecodeError, LookupError):
        return text.decode(raw)


class _Drawn:
    """The lines of a part of the page, collected block by block."""

    def __init__(self, main: Main, linked: Notes, in_cell: bool = False) -> None:
        self.main, self._linked, self._in_cell = main, linked, in_cell
        self.notes = notes.Waiting()
        self._noted: list[str] = []  # by the line begun
        self.lines: list[tuple[str, int | None]] = []
        self.gaps: list[str] = []
        self._run: list[str] = []  # inline text since the last block began
        self._level: int | None = None
        self._label = ""  # the number of a list item, to be drawn before its first text
        self._pre = False

    def add(self, row: str, level: int | None = None) -> None:
        self.lines.append((row, level))

    def block(self, element: Any) -> None:
        """Read an element's text and its children's, each block on lines of its own."""
        if element in self.main.left_out or not isinstance(element.tag, str):
            return
        if element.tag == "table":
            self.close()
            self._table(element)
            return
        if element.tag in _STRUCK:
            if "".join(element.itertext()).strip():
                self.gaps.append("有划去的文字，未收录")
            return
        if element.tag == "img":
            if self.main.pictured(element):
                self.gaps.append("正文里有图片，图片内容未收录")
            return
        if element in self._linked.text:
            self._noted.append(notes.told(self._linked.text[element]))
            return
        if name := attachment(element):
            self.gaps.append(f"附件 {name} 未收录")
        level, pre, apart = self._level, self._pre, element.tag in _BLOCKS
        if apart:
            self.close()
            self._pre = (
                pre or element.tag == "pre" or "white-space:pre" in "".join((element.get("style") or "").split())
            )
            if re.fullmatch("h[1-6]", element.tag):
                self._level = int(element.tag[1])
            elif element.get("role") == "heading" and (element.get("aria-level") or "").isdigit():
                self._level = min(int(element.get("aria-level")), 6)
        if element.tag == "br":
            self.close()
        if element.text:
            self._run.append(element.text)
        labels = _labels(element) if element.tag in ("ol", "ul", "menu", "dir") else None
        for child in element:
            if labels is not None and child.tag == "li" and child not in self.main.left_out:
                self.close()
                self._label = next(labels)(child)
            self.block(child)
            if child.tail:
                self._run.append(child.tail)
        if apart:
            self.close()
            self._level, self._pre = level, pre

    def close(self) -> None:
        """End the line begun."""
        whole, self._run = "".join(self._run), []
        if self._pre:
            rows = whole.splitlines()
        else:
            row = _SPACE.sub(" ", _BROKEN.sub("", whole)).strip(" ")
            rows = [row] if row.strip() else []
        noted: list[str] = []
        if rows:
            noted, self._noted = self._noted, []
            if self._in_cell:
                rows[-1] += notes.within(noted)
        for row in rows:
            if not self.main.unwanted(row):
                self.lines.append((self._label + row, self._level))
                self._label = ""
        if rows and not self._in_cell:
            self.lines += [(note, None) for note in self.notes.behind(rows[-1], noted)]

    def _table(self, table: Any) -> None:
        rows = list(_rows(table))
        for caption in table.iterchildren("caption"):
            self.block(caption)
        if _layout(rows):
            for row in rows:
                for cell in row:
                    self.block_of(cell)
            return
        cells = [
            [Cell(self._flat(cell), _span(cell, "colspan"), _span(cell, "rowspan")) for cell in row] for row in rows
        ]
        self.lines += [(line, None) for line in told(cells, _head(rows))]

    def block_of(self, cell: Any) -> None:
        """A cell of a layout: its content as blocks."""
        self.close()
        self.block(cell)
        self.close()

    def _flat(self, cell: Any) -> str:
        """A cell's text in one line; what it links to is named all the same."""
        inner = _Drawn(self.main, self._linked, in_cell=True)
        inner.block(cell)
        inner.close()
        self.gaps += inner.gaps
        return " ".join(row.replace("\t", " ") for row, _ in inner.lines)


def _rows(table: Any) -> Iterator[list[Any]]:
    """The rows of a table, those of nested tables left out."""
    for part in table:
        if part.tag == "tr":
            yield [cell for cell in part if cell.tag in ("td", "th")]
        elif part.tag in ("thead", "tbody", "tfoot"):
            for row in part.iterchildren("tr"):
                yield [cell for cell in row if cell.tag in ("td", "th")]


def _head(rows: list[list[Any]]) -> int | None:
    """How many rows the page marks as header: in thead, or all of th."""
    size = 0
    for row in rows:
        in_head = row and row[0].getparent().getparent().tag == "thead"
        if not in_head and not (row and all(cell.tag == "th" for cell in row)):
            break
        size += 1
    return size or None


def _layout(rows: list[list[Any]]) -> bool:
    """A table that only places text on the page: of one column, or with tables or long texts within."""
    if all(len(row) <= 1 for row in rows):
        return True
    for row in rows:
        for cell in row:
            if any(len(list(_rows(inner))) > 1 for inner in cell.iterdescendants("table")):
                return True
            parts = sum(1 for _ in cell.iterdescendants("p", "div", "br", "h1", "h2", "h3"))
            if parts > 4 and len(rows) <= 3 and len("".join(cell.itertext()).strip()) > _LONG_CELL:
                return True
    return False


def _span(cell: Any, name: str) -> int:
    value = (cell.get(name) or "1").strip()
    return int(value) if value.isdigit() and len(value) < 6 else 1


def _labels(listed: Any) -> Iterator[Any]:
    """For each item of a list in turn, what gives the number drawn before it."""
    style = re.sub(r"\s", "", (listed.get("style") or "").lower())
    kind = listed.get("type") or ""
    match = re.search(r"list-style(?:-type)?:([a-z-]+)", style)
    if match:
        kind = match[1]
    plain = listed.tag != "ol" or kind in ("none", "disc", "circle", "square")
    start = listed.get("start") or "1"
    value = int(start) if re.fullmatch(r"-?\d{1,5}", start) else 1

    def label(item: Any) -> str:
        nonlocal value
        own = item.get("value") or ""
        if plain or "list-style:none" in "".join((item.get("style") or "").split()):
            return ""
        value = int(own) if re.fullmatch(r"\d{1,5}", own) else value
        value += 1
        return _numeral(value - 1, kind)

    while True:
        yield label


def _numeral(value: int, kind: str) -> str:
    from index.load.numbers import numeral

    if kind in ("a", "lower-alpha", "lower-latin"):
        return numeral(value, "lowerLetter") + ". "
    if kind in ("A", "upper-alpha", "upper-latin"):
        return numeral(value, "upperLetter") + ". "
    if kind in ("i", "lower-roman", "I", "upper-roman"):
        return numeral(value, "lowerRoman" if kind in ("i", "lower-roman") else "upperRoman") + ". "
    if kind.startswith(("cjk-ideographic", "simp-chinese", "trad-chinese", "cjk-decimal")):
        return numeral(value, "chinese") + "、"
    return f"{value}. "
