"""The lines of a list row → its cells: wrapped lines rejoined, organs, deadlines and figures told apart. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from index.duties import is_organ
from index.entities.regions import first
from index.layout import columns
from index.markers import marker

_DEADLINE = re.compile(
    r"^(?:\d{4}\s*年)?(?:\d{1,2}\s*月)?(?:\d{1,2}\s*日)?(?:底|末|上半年|下半年)?(?:前)?(?:完成)?$|^(?:持续推进|长期(?:坚持)?|全年|每年)$"
)
_NUMERIC = re.compile(r"^[\d.\s—–%％\-]+$")
_NARROW = 12  # columns of the widest line of a narrow cell that names a row's group (一、共同 / 打造一流 / …)
_WIDE = 24  # columns from which a line belongs to the column of tasks


def usual_width(lines: Sequence[str]) -> int:
    """Columns at which the widest column of a list wraps; 0 where no line is that wide."""
    wide = Counter(width for line in lines if (width := columns(line)) >= _WIDE and len(line.split()) < 4)
    return wide.most_common(1)[0][0] if wide else 0


def take_group(lines: Sequence[str]) -> tuple[str | None, int]:
    """(the group a row's first cell opens, lines it takes): 一、 on narrow lines, its letter-spacing out."""
    if not lines or (mark := marker(lines[0])) is None or mark.kind != "一、" or columns(lines[0]) > _NARROW:
        return None, 0
    size = 1
    while size < len(lines) and columns(lines[size]) <= _NARROW and not is_organ(lines[size]):
        size += 1
    return ("".join("".join(lines[:size]).split()), size) if size < len(lines) else (None, 0)


def cells(lines: Sequence[str], width: int, with_units: bool) -> list[str]:
    """The cells that consecutive lines of one row make up; `width` as of `usual_width`."""
    out: list[str] = []
    kinds: list[str] = []
    before, wide = "", False
    for text in lines:
        kind = _kind(text, with_units)
        # A cell of the widest column has ended where a line stops short of its edge.
        ended = with_units and wide and columns(before) < width - 8
        if out and not ended and _goes_on(out[-1], kinds[-1], before, text, kind, width):
            out[-1] += text
            kinds[-1] = "text" if kinds[-1] == "text" else _kind(out[-1], with_units)
        else:
            out.append(text)
            kinds.append(kind)
            wide = bool(width) and columns(text) >= width - 8
        before = text
    return out


def units(row: Sequence[str]) -> tuple[str, ...]:
    """The organs named in a row's cells, whose first holds its number or number and task."""
    parts = row[0].split()
    beyond = [parts[2:], *(cell.split() for cell in row[1:])] if len(parts) > 1 else [cell.split() for cell in row[1:]]
    if len(parts) == 1 and beyond:
        beyond[0] = beyond[0][1:]  # the task
    found: list[str] = []
    cut = False  # the name so far lacks its end, which stands behind the next cell
    for part in (name for group in beyond for cell in group for name in _names(cell)):
        if cut and len(part) <= 2 and is_organ(found[-1] + part):
            found[-1] += part
            cut = False
        elif len(part) > 2 and is_organ(part):
            found.append(part)
            cut = False
        elif first(part) and _kind(part, True) == "organ":
            found.append(part)
            cut = True
    return tuple(name for name in found if is_organ(name))


def _names(part: str) -> list[str]:
    """Several organs in one cell (…政府，有关部门), one by one."""
    names = [name for name in re.split(r"[、，,；;]", part) if name]
    listed = len(names) > 1 and is_organ(names[-1]) and all(len(name) <= 24 for name in names) and "。" not in part
    return names if listed else [part]


def is_deadline(text: str) -> bool:
    return bool(_DEADLINE.match("".join(text.split())))


def _goes_on(cell: str, cell_kind: str, before: str, text: str, kind: str, width: int) -> bool:
    if width and columns(before) >= width - 3 and before[-1:] not in "。；":
        if kind != "deadline" and first(text) is None:
            return True  # the line before reaches the edge of its column
    if cell_kind == kind == "text":
        return True
    if cell_kind == kind == "figure":
        return _one_figure(cell, text)
    if cell_kind == "organ" and kind in ("organ", "text"):
        return _name_goes_on(cell, text)
    return cell_kind == "text" and kind == "organ" and first(text) is None and _unfinished(cell, text)


def _kind(text: str, with_units: bool) -> str:
    bare = "".join(text.split())
    if _DEADLINE.match(bare):
        return "deadline"
    if _NUMERIC.match(text):
        return "figure"
    if not with_units:
        return "text"
    if _several(text) or bare == "（单位）":
        return "organ"
    named = first(bare) is not None and len(bare) <= 18 and not re.search(r"[，。；：、]", bare)
    return "organ" if named or is_organ(bare) else "text"


def _several(text: str) -> bool:
    """Cells of a flattened row: organs, and perhaps a deadline, set apart by blanks (…办 …厅 2025 年)."""
    parts = re.sub(r"(\d)\s+(?=[年月日])", r"\1", text).split()
    return len(parts) > 1 and is_organ(parts[0]) and all(is_organ(p) or _DEADLINE.match(p) for p in parts)


def _name_goes_on(before: str, text: str) -> bool:
    """The rest of an organ's name over the line: 四川省人力资源社会 + 保障厅, …管理 + 局."""
    if text == "（单位）" or len(text) <= 2:
        return True
    return first(before) is not None and first(text) is None and (len(text) <= 5 or not is_organ(before))


def _one_figure(before: str, text: str) -> bool:
    """202 + 3 is a year cut in two, 5. + 7 an amount."""
    cut = before.isdigit() and len(before) < 4 and before.startswith("20")
    return before.endswith(".") or (cut and text[:1].isdigit())


def _unfinished(before: str, text: str) -> bool:
    """An organ-like line that is still part of the sentence before it (…推动文化旅游 / 部门…)."""
    return before.endswith(("、", "，", "（", "“", "和", "与")) or (len(text) <= 3 and text[0] not in "省市州县区")
