"""Markdown: as plain text, with the markup taken out; of # the level of a heading is kept."""

from __future__ import annotations

import re
from dataclasses import replace

from index.load import text
from index.schema import Line, Reading

_RULE = re.compile(r"^\s*\|?(?:\s*:?-{2,}:?\s*\|)+\s*(?::?-{2,}:?)?\s*$|^\s*(?:-\s*){3,}$|^\s*(?:\*\s*){3,}$|^\s*```")
_ROW = re.compile(r"^\s*\|(.+)\|\s*$")
_STRONG = re.compile(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1")
_MARK = re.compile(r"^(\s{0,3})(?:(#{1,6})\s+|[-*+]\s+(?=\S)(?!\d{1,4}\s*[-—–]+\s*$)|>\s?)")  # - 3 - is a page number
_LINK = re.compile(r"!?\[([^\]]*)\]\((?:[^()\s]|\([^()]*\))*\)")


def read(data: bytes) -> Reading:
    """Lines numbered from 1; a table's cells are set apart by tabs. UnreadableContent when the bytes are not text."""
    return Reading([_plain(line) for line in text.read(data).lines])


def _plain(line: Line) -> Line:
    if _RULE.match(line.text):
        return replace(line, text="")
    row = _LINK.sub(r"\1", _STRONG.sub(r"\2", line.text))
    if cells := _ROW.match(row):
        return replace(line, text="\t".join(cell.strip() for cell in cells[1].split("|")))
    if (mark := _MARK.match(row)) is None:
        return replace(line, text=row)
    return replace(line, text=mark[1] + row[mark.end() :], level=len(mark[2]) if mark[2] else None)
