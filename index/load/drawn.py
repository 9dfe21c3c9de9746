"""Tables drawn in plain text with bars (名称 | 单位 | 数量, or boxes of ─ and │): their cells set apart by tabs. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from index.grids import follows, numbering
from index.schema import Line

_BAR = re.compile(r"\s*(?<!\\)[|｜│┃║]\s*")  # \| is a bar within a cell of Markdown
_RULE = re.compile(r"[\s:|｜+＋=\-－—─━═│┃║┌┐└┘├┤┬┴┼┏┓┗┛┣┫┳┻╋╔╗╚╝╠╣╦╩╬╞╡╪╟╢╫]{3,}")
_DRAWN = re.compile(r"[+\-－—=─━═]{2}")
_FEW = 3  # rows from which lines of two cells without a rule are a table: two bars may stand so by chance
_RULED = 4  # rules from which each row is between two of them, so that what stands between is one row over lines


def with_cells(lines: Sequence[Line]) -> list[Line]:
    """The lines, those of drawn tables with tabs for bars and nothing for rules; all else as it is."""
    out: list[Line] = []
    start = 0
    last: list[str] = []  # the cells of the last row of a table
    while start < len(lines):
        end = _end(lines, start)
        if end == start and (_next(_cells(lines[start].text), last) or _heads(lines[start : start + 3])):
            end = start + 1  # a single row between headings, or the names of columns above the first
        if end > start:
            rows = _table(lines[start:end])
            last = next((own.text.split("\t") for own in reversed(rows) if own.text), last)
            out += rows
        else:
            out.append(lines[start])
        start = max(end, start + 1)
    return out


def _next(cells: Sequence[str], last: Sequence[str]) -> bool:
    """Whether cells are those of the row that follows: as many, the next number."""
    number = "0" if last and numbering(last[0]) else last[0] if last else ""
    return len(last) > 1 and follows(cells, number, len(last))


def _heads(lines: Sequence[Line]) -> bool:
    """Whether the first of three lines names the columns of a table that begins below a heading."""
    head, between, first = (_cells(line.text) for line in lines) if len(lines) == 3 else ([], [], [])
    return bool(head) and numbering(head[0]) and len(between) == 1 and _next(first, head)


def _end(lines: Sequence[Line], start: int) -> int:
    """Behind the table that begins at a line; `start` itself where none does."""
    end, rows, last, width, ruled = start, 0, start, 0, False
    while end < len(lines):
        text = lines[end].text
        if _rules(text):
            if end > start and _rules(lines[end - 1].text):
                break
            ruled = True
        else:
            cells = _cells(text)
            if len(cells) < 2 or (width and len(cells) != width):
                break
            rows, width, last = rows + 1, len(cells), end + 1
        end += 1
    if rows < (_FEW if width == 2 and not ruled else 2):
        return start
    return end if all(_rules(line.text) for line in lines[last:end]) else last


def _rules(text: str) -> bool:
    return _RULE.fullmatch(text) is not None and _DRAWN.search(text) is not None


def _cells(text: str) -> list[str]:
    """The cells of a line; bars at its ends stand before the first and behind the last."""
    cells = _BAR.split(text.strip())
    if cells[0] == "" and len(cells) > 1:
        cells = cells[1:]
    return cells[:-1] if cells[-1] == "" and _BAR.match(text.strip()[-1:]) and len(cells) > 1 else cells


def _table(lines: Sequence[Line]) -> list[Line]:
    ruled = sum(_rules(line.text) for line in lines) >= _RULED
    out: list[Line] = []
    fresh = True  # whether the next line begins a row
    for line in lines:
        if _rules(line.text):
            out.append(replace(line, text=""))
            fresh = True
        elif fresh or not ruled:
            row = len(out)
            out.append(replace(line, text="\t".join(_cells(line.text))))
            fresh = False
        else:
            above = out[row].text.split("\t")
            whole = (a + b for a, b in zip(above, _cells(line.text), strict=True))
            out[row] = replace(out[row], text="\t".join(whole))
            out.append(replace(line, text=""))
    return out
