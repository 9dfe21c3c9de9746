"""Markdown: as plain text, with the markup inside lines taken out; # - > stay, they shape the outline."""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.load import text
from index.schema import Line

_RULE = re.compile(r"^\s*\|?(?:\s*:?-{2,}:?\s*\|)+\s*(?::?-{2,}:?)?\s*$|^\s*(?:-\s*){3,}$|^\s*(?:\*\s*){3,}$|^\s*```")
_ROW = re.compile(r"^\s*\|(.+)\|\s*$")
_STRONG = re.compile(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1")
_LINK = re.compile(r"!?\[([^\]]*)\]\((?:[^()\s]|\([^()]*\))*\)")


def read(data: bytes) -> Sequence[Line]:
    """Lines numbered from 1; a table's cells are set apart by tabs. UnreadableContent when the bytes are not text."""
    return [Line(_plain(line.text), line.number) for line in text.read(data)]


def _plain(row: str) -> str:
    if _RULE.match(row):
        return ""
    row = _LINK.sub(r"\1", _STRONG.sub(r"\2", row))
    cells = _ROW.match(row)
    return "\t".join(cell.strip() for cell in cells[1].split("|")) if cells else row
