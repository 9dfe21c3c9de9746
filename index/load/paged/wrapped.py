"""Lines of a cell → its words: a line that ended for want of room goes on in the next, any other ends there. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.load.paged.strips import Strip, row_text

_UNIT = re.compile(r"[!-~]+|.[，。、；：！？）〕】》”％%—…]*", re.S)  # what a line break leaves whole
_SLACK = 0.6  # em


def cell_text(rows: Sequence[Sequence[Strip]], room: float) -> str:
    """The words of a cell whose lines can be `room` points wide."""
    text = ""
    for place, row in enumerate(rows):
        words = row_text(row)
        if not text:
            text = words
            continue
        before = rows[place - 1]
        taken = before[-1].right - before[0].left
        glued = taken + _first_unit(row) > room - _SLACK * before[0].size
        latin = re.search(r"[A-Za-z]$", text) and re.match(r"[A-Za-z]", words)
        text += ("" if glued and not latin else " ") + words
    return text


def _first_unit(row: Sequence[Strip]) -> float:
    """How wide the first part of a line is that could have stood at the end of the line before."""
    strip = row[0]
    unit = _UNIT.match(strip.text)
    length = len(unit[0]) if unit is not None else 0
    upto, seen = strip.left, 0
    for glyph in strip.glyphs:
        if seen >= length:
            break
        seen += len(glyph.text)
        upto = glyph.right
    return upto - strip.left
