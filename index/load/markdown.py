"""Markdown: as plain text, with the markup taken out; of # the level of a heading is kept, footnotes stand behind the
paragraph that refers to them."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import replace

from index.load import drawn, notes, text
from index.schema import Line, Reading

_RULE = re.compile(r"^\s*\|?(?:\s*:?-{2,}:?\s*\|)+\s*(?::?-{2,}:?)?\s*$|^\s*(?:-\s*){3,}$|^\s*(?:\*\s*){3,}$|^\s*```")
_ROW = re.compile(r"^\s*\|(.+)\|\s*$")
_STRONG = re.compile(r"(?<!\\)(\*\*|__|~~)(?=\S)(.+?)(?<=\S)\1")
_EMPHASIS = re.compile(r"(?<![\d*\\])\*(?=[^\s*])([^*]+?)(?<=[^\s\\])\*(?![\d*])")
_CODE = re.compile(r"(`+)(?!`)(.+?)(?<!`)\1(?!`)")
_BREAK = re.compile(r"<br\s*/?>", re.I)
_ESCAPE = re.compile(r"\\([\\`*_{}\[\]()#+\-.!|>~])")
_UNDERLINE = re.compile(r"^ {0,3}(?:(=+)|-{3,})\s*$")
_LONGEST_HEADING = 60  # characters of a line that is one because it is underlined
_MARK = re.compile(r"^(\s{0,3})(?:(#{1,6})\s+|[-*+]\s+(?=\S)(?!\d{1,4}\s*[-—–]+\s*$)|>\s?)")  # - 3 - is a page number
_NOTE = re.compile(r"^ {0,3}\[\^([^\]\s]{1,40})\]:\s*(.*)$")
_REFERENCE = re.compile(r"\[\^([^\]\s]{1,40})\](?!:)")
_LINK = re.compile(r"!?\[([^\]]*)\]\((?:[^()\s]|\([^()]*\))*\)")


def read(data: bytes) -> Reading:
    """Lines numbered from 1; a table's cells are set apart by tabs. UnreadableContent when the bytes are not text."""
    printed = text.printed(data)
    told = drawn.with_cells(printed)
    rows = {new.number for old, new in zip(printed, told, strict=True) if "\t" in new.text and old.text != new.text}
    lines, found = _notes(_underlined(told))
    waiting, out = notes.Waiting(), []
    for line in lines:
        own = [found[name] for name in _REFERENCE.findall(line.text) if name in found]
        plain = _plain(
            replace(line, text=_REFERENCE.sub(lambda m: "" if m[1] in found else m[0], line.text)), line.number in rows
        )
        if "\t" in plain.text:
            plain, own = replace(plain, text=_BREAK.sub(" ", plain.text) + notes.within(own)), []
        out += [replace(plain, text=row) for row in _BREAK.split(plain.text)]
        out += [replace(line, text=note) for note in waiting.behind(plain.text, own)]
    if lines:
        out += [replace(lines[-1], text=note) for note in waiting.rest()]
    return Reading(out)


def _underlined(lines: Sequence[Line]) -> list[Line]:
    """Headings that are told by a row of = or - below them."""
    out: list[Line] = []
    for line in lines:
        above = out[-1].text.strip() if out else ""
        mark = _UNDERLINE.match(line.text)
        if mark is not None and above and _titles(above):
            out[-1] = replace(out[-1], level=1 if mark[1] else 2)
            line = replace(line, text="")
        out.append(line)
    return out


def _titles(text: str) -> bool:
    """Whether a line may be a heading: short, no sentence, no other markup."""
    return len(text) <= _LONGEST_HEADING and text[-1] not in "。；：，" and not (_MARK.match(text) or _ROW.match(text))


def _notes(lines: Sequence[Line]) -> tuple[list[Line], dict[str, str]]:
    """(the lines that are no footnotes, the footnotes by their names)."""
    rest: list[Line] = []
    found: dict[str, str] = {}
    name = None
    for line in lines:
        if (match := _NOTE.match(line.text)) is not None:
            name = match[1]
            found[name] = notes.told(match[2])
        elif name is not None and line.text.startswith(("    ", "\t")) and line.text.strip():
            found[name] += line.text.strip()
        else:
            name = None if line.text.strip() else name
            rest.append(line)
    referred = {each for line in rest for each in _REFERENCE.findall(line.text)}
    if referred >= set(found):
        return rest, found
    return list(lines), {}  # a text that only looks like it


def _plain(line: Line, row_of_table: bool) -> Line:
    """Without its markup; of a table's row the cells alone, in which # is the sign for number."""
    if _RULE.match(line.text):
        return replace(line, text="")
    row = _CODE.sub(r"\2", _EMPHASIS.sub(r"\1", _STRONG.sub(r"\2", _LINK.sub(r"\1", line.text))))
    row = html.unescape(_ESCAPE.sub(r"\1", row))
    if cells := _ROW.match(row):
        return replace(line, text="\t".join(cell.strip() for cell in cells[1].split("|")))
    if row_of_table or (mark := _MARK.match(row)) is None:
        return replace(line, text=row)
    return replace(line, text=mark[1] + row[mark.end() :], level=len(mark[2]) if mark[2] else line.level)
