"""Lists printed cell by cell (序号, task, units, deadline) → one entry a row. Pure.

Text extraction leaves each cell on lines of its own, rows run over page breaks with the header printed again, and
some rows come out flattened on one line. The running number in the first column is what holds: a row starts where the
next number stands.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from index.documents import DOC_NO
from index.duties import is_organ
from index.layout import Row
from index.markers import marker
from index.schema import Line

_HEAD = re.compile(r"^序\s*号(?:\s|$)")
_HEAD_SPLIT = ("序", "号")
_NOTE = re.compile(r"^注\s*[：:]")
_SUM = re.compile(r"^[合小总]\s*计(?:\s|$)")
_DEADLINE = re.compile(r"^(?:\d{4}\s*年)?(?:\d{1,2}\s*月)?(?:\d{1,2}\s*日)?(?:底|末|上半年|下半年)?(?:前)?(?:完成)?$|^(?:持续推进|长期|全年|每年)$")
_PREFIXED = re.compile(r"^[一-鿿]{2,3}(?:省|自治区|市)[一-鿿（]{2,}")
_MEASURE = re.compile(r"^(?:公里|平方|千瓦|[万亿吨米个座户%])")  # what stands behind a figure, not a row number
_NUMERIC = re.compile(r"^[\d.\s—–%％\-]+$")
_MAX_HEAD = 16  # rows a header may be spread over


@dataclass(frozen=True, slots=True)
class TableRow:
    """One numbered row; `cells` in printed order, wrapped lines of a cell rejoined."""

    number: int | None  # None for a sum or a note
    cells: tuple[str, ...]
    group: str | None  # the group line above it, such as 一、航道工程 806 307
    line: Line

    @property
    def units(self) -> tuple[str, ...]:
        """Cells that name organs."""
        parts = (part for cell in self.cells for part in cell.split())
        return tuple(part for part in parts if len(part) > 2 and is_organ(part))


@dataclass(frozen=True, slots=True)
class Table:
    """A list: its header line, its rows, the repeated headers dropped, and how many rows of text it took."""

    head: str
    rows: tuple[TableRow, ...]
    dropped: tuple[Line, ...]
    size: int

    @property
    def role(self) -> str:
        """What the unit column is called."""
        match = re.search(r"(责任|牵头|配合|实施|主管|承办)\s*(单\s*位|部\s*门)", self.head)
        return "".join(match[0].split()) if match else "责任单位"


def begins(found: Sequence[Row], place: int) -> bool:
    """Whether a list's header starts at `place`: 序号, alone or with other column names, and a row 1 soon after."""
    text = found[place].text
    following = found[place + 1].text if place + 1 < len(found) else ""
    if not (_HEAD.match(text) or (text == _HEAD_SPLIT[0] and following == _HEAD_SPLIT[1])):
        return False
    return _head_end(found, place) is not None


def read(found: Sequence[Row], place: int) -> Table:
    """The list whose header starts at `place`."""
    end = _head_end(found, place)
    head_rows = found[place:end]
    head = [row.text for row in head_rows]
    dropped: list[Line] = []
    rows: list[TableRow] = []
    group: str | None = None
    current: list[Row] = []
    number = 0
    at = end

    def flush() -> None:
        if current:
            cells = _cells([row.text for row in current])
            rows.append(TableRow(number or None, cells, group, current[0].line))
            current.clear()

    while at < len(found):
        row = found[at]
        if _is_head(found, at, head) and not _restarts(found, at + len(head), number):
            dropped += [r.line for r in found[at : at + len(head)]]
            at += len(head)
            continue
        if begins(found, at) or _ends(found, at, number, head):
            break  # begins: another header, or this one before a new row 1
        if _SUM.match(row.text) and number == 0:
            rows.append(TableRow(None, (row.text,), None, row.line))
        elif _starts(row, number + 1, found[at + 1] if at + 1 < len(found) else None):
            flush()
            number += 1
            current.append(row)
        elif _group_line(row, current, found[at + 1] if at + 1 < len(found) else None, number):
            flush()
            group = row.text
        elif _NOTE.match(row.text):
            flush()
            rows.append(TableRow(None, (row.text,), group, row.line))
        else:
            current.append(row)
        at += 1
    flush()
    return Table(" ".join(head), tuple(rows), tuple(dropped), at - place)


def _is_head(found: Sequence[Row], at: int, head: Sequence[str]) -> bool:
    return [row.text for row in found[at : at + len(head)]] == list(head)


def _restarts(found: Sequence[Row], at: int, number: int) -> bool:
    """Behind a header: whether numbering begins anew, so that this is another list with the same columns."""
    return number > 1 and at < len(found) and _starts(found[at], 1, found[at + 1] if at + 1 < len(found) else None)


def _head_end(found: Sequence[Row], place: int) -> int | None:
    """The first row behind a header: row number 1, or a sum or group line before it; None if none comes."""
    for at in range(place + 1, min(place + _MAX_HEAD, len(found))):
        text = found[at].text
        if re.match(r"^1(?:\s|$)", text) or _SUM.match(text):
            return at
        if re.search(r"[。；]", text):
            return None
    return None


def _starts(row: Row, number: int, following: Row | None) -> bool:
    """Whether `row` opens the row with this running number: alone on its line, or before its first cell."""
    match = re.match(rf"^{number}(?:\s+(\S.*))?$", row.text)
    if match is None:
        return False
    rest = match[1] if match[1] is not None else following.text if following is not None else ""
    # 12 月底前 is a deadline; a lone figure before another figure is an amount, not a row number.
    alone = match[1] is None
    return not re.match(r"^(?:[年月日]|公里|平方米|万?千瓦)", rest) and not (alone and (_MEASURE.match(rest) or _NUMERIC.match(rest)))


def _group_line(row: Row, current: Sequence[Row], following: Row | None, number: int) -> bool:
    """一、航道工程 806 307: a group heading between two rows."""
    mark = marker(row.text)
    if mark is None or mark.kind != "一、":
        return False
    return bool(re.search(r"\s\d+\s+\d+$", row.text)) and following is not None and _starts(following, number + 1, None)


def _ends(found: Sequence[Row], at: int, number: int, head: Sequence[str]) -> bool:
    """A list ends where another list's title stands before its header, or where prose sets in again."""
    row = found[at]
    if any(
        begins(found, k) and (not _is_head(found, k, head) or _restarts(found, k + len(head), number))
        for k in (at + 1, at + 2) if k < len(found)
    ):  # fmt: skip
        return not is_organ(row.text) and len(row.text) > 4 and not _DEADLINE.match("".join(row.text.split()))
    mark = marker(row.text)
    if mark is not None and mark.kind in ("章", "节", "附件") and number > 0:
        return True
    return bool(DOC_NO.match("".join(row.text.split()))) or (row.width > 78 and "。" in row.text and not row.text[0].isdigit())


def _cells(lines: Sequence[str]) -> tuple[str, ...]:
    """Wrapped lines of a cell rejoined; organs, deadlines and figures are cells of their own."""
    cells: list[str] = []
    kinds: list[str] = []
    for text in lines:
        kind = _kind(text)
        last = kinds[-1] if kinds else ""
        if cells and last == kind == "text":
            cells[-1] += text
        elif cells and last == kind == "figure" and _one_figure(cells[-1], text):
            cells[-1] += text
        elif cells and last == "organ" and kind in ("organ", "text") and _name_goes_on(cells[-1], text):
            cells[-1] += text
        elif cells and last == "text" and kind == "organ" and _unfinished(cells[-1], text):
            cells[-1] += text
        else:
            cells.append(text)
            kinds.append(kind)
            continue
        kinds[-1] = _kind(cells[-1])
    return tuple(cells)


def _kind(text: str) -> str:
    bare = "".join(text.split())
    if _DEADLINE.match(bare):
        return "deadline"
    if _NUMERIC.match(text):
        return "figure"
    if _several(text):
        return "organ"
    named = bool(_PREFIXED.match(bare)) and len(bare) <= 18 and not re.search(r"[，。；：、]", bare)
    return "organ" if named or is_organ(bare) or bare == "（单位）" else "text"


def _several(text: str) -> bool:
    """Cells of a flattened row: organs, and perhaps a deadline, set apart by blanks (…办 …厅 2025 年)."""
    parts = re.sub(r"(\d)\s+(?=[年月日])", r"\1", text).split()
    return len(parts) > 1 and is_organ(parts[0]) and all(is_organ(p) or _DEADLINE.match(p) for p in parts)


def _name_goes_on(before: str, text: str) -> bool:
    """The rest of an organ's name over the line: 四川省人力资源社会 + 保障厅, …管理 + 局."""
    if text == "（单位）" or len(text) <= 2:
        return True
    return bool(_PREFIXED.match(before)) and not _PREFIXED.match(text) and (len(text) <= 5 or not is_organ(before))


def _one_figure(before: str, text: str) -> bool:
    """202 + 3 is a year cut in two, 5. + 7 an amount."""
    return before.endswith(".") or (before.isdigit() and len(before) < 4 and before.startswith("20") and text[:1].isdigit())


def _unfinished(before: str, text: str) -> bool:
    """An organ-like line that is still part of the sentence before it (…推动文化旅游 / 部门…)."""
    return not _PREFIXED.match(text) and (before.endswith(("、", "，", "（", "“", "和", "与")) or len(text) <= 3)
