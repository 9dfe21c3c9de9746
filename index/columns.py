"""The cells of a list row → its columns, where text extraction left no marks between them. Pure.

Names come from the printed header; cells are told by what they are (organs, deadlines, text), and a row is left without
columns where that does not settle it: a cell in a wrong column is worse than none.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from index.cells import is_deadline
from index.duties import is_organ
from index.projects import read, shape

if TYPE_CHECKING:
    from index.tables import TableRow

_ENDS = "序号|单位|部门|时限|时间|名称|事项|任务|内容|所在地|年限|投资|资金|备注|类型|类别|措施|目标|地点|规模|年"
_NAME = re.compile(
    rf"(?:序号|[^（()）]{{0,12}}?(?:{_ENDS})(?:名称|内容)?)(?:[（(][^（()）]{{1,8}}[)）])?|[一-鿿]{{2,3}}(?:省|市|自治区)"
)
_UNITS = re.compile(r"单位|部门")
_DEADLINE, _GROUP, _NUMBER = re.compile(r"时限|时间"), re.compile(r"类型|类别"), re.compile("序号")
_REGION = re.compile(r"^([一-鿿]{2,3})(?:省|市|自治区)$")


def aligned(head: Sequence[str], rows: Sequence[TableRow]) -> tuple[tuple[str, ...], tuple[TableRow, ...]]:
    """(names of the columns, the rows with a text for each column); no names where they cannot be told apart."""
    columns = _names(head)
    if len(columns) < 2:
        return (), tuple(rows)
    numbered = [row for row in rows if row.number is not None]
    told = {id(row): cells for row in numbered if (cells := _plain(row, len(columns))) is not None}
    if len(told) < len(numbered):
        regions = [name for name in columns if _REGION.match(name)]
        if (projects := shape(columns)) is not None:
            read_cells = read(rows, len(projects))
            return projects, tuple(
                replace(row, by_column=read_cells[row.number]) if row.number in read_cells else row for row in rows
            )
        kinds = _kinds(columns, regions)
        if kinds is None:
            return (), tuple(rows)
        columns = tuple(f"{columns[at]}（{region}）" if region else columns[at] for at, _, region in kinds)
        told = {
            id(row): cells for row in numbered if (cells := _by_kind(row, [(k, r) for _, k, r in kinds])) is not None
        }
    return columns, tuple(replace(row, by_column=told[id(row)]) if id(row) in told else row for row in rows)


def _names(head: Sequence[str]) -> tuple[str, ...]:
    """The names of a header: set apart by blanks where none is cut, else told by what such names end in; () where
    something is left over."""
    apart = tuple(" ".join(head).split())
    if all(len(name) > 1 for name in apart) and len(head) == 1:
        return apart
    text = "".join(apart)
    names = _NAME.findall(text)
    return tuple(names) if "".join(names) == text else ()


def _kinds(columns: Sequence[str], regions: Sequence[str]) -> list[tuple[int, str, str]] | None:
    """(place, kind, region) of each column of a list of tasks: number, group, text, units, deadline; the units once for
    each region that has a column of its own. None for other tables."""
    found: list[tuple[int, str, str]] = []
    for at, name in enumerate(columns):
        if name in regions:
            continue
        kind = next(
            (
                k
                for k, p in (("number", _NUMBER), ("units", _UNITS), ("deadline", _DEADLINE), ("group", _GROUP))
                if p.search(name)
            ),
            "text",
        )
        found += [(at, kind, region) for region in regions] if kind == "units" and regions else [(at, kind, "")]
    kinds = [kind for _, kind, _ in found]
    if (
        kinds.count("text") != 1
        or "units" not in kinds
        or any(kinds.count(k) > 1 for k in ("number", "deadline", "group"))
    ):
        return None
    return found if len(regions) in (0, 2) else None


def _plain(row: TableRow, count: int) -> tuple[str, ...] | None:
    """The cells of a row that prints as many, set apart by blanks on one line."""
    if len(row.lines) != 1:
        return None
    parts = row.lines[0].split()
    return tuple(parts) if len(parts) == count else None


def _by_kind(row: TableRow, kinds: Sequence[tuple[str, str]]) -> tuple[str, ...] | None:
    """The cells of a task's row; None where a line is neither of its kinds."""
    text, deadline, units, spoken = "", "", list(row.units), []
    for line in _beyond_group(row):
        rest = line.split()
        beside: list[str] = []
        while rest and (
            _unit(rest[-1], units) or is_deadline(rest[-1]) or (is_deadline("".join(rest[-2:])) and len(rest[-2:]) > 1)
        ):
            take = 2 if not _unit(rest[-1], units) and not is_deadline(rest[-1]) else 1
            if take == 1 and len(rest) > 1 and is_deadline("".join(rest[-2:])) and not _unit(rest[-1], units):
                take = 2
            beside[:0] = ["".join(rest[-take:])]
            rest = rest[:-take]
        for part in beside:
            if is_deadline(part):
                deadline = deadline or part
            else:
                spoken.append(part)
        text += " ".join(rest)
    cut = any(unit in text or text.endswith(tuple(unit[:size] for size in range(2, len(unit)))) for unit in units)
    if (not units and spoken) or not text or cut:
        return None  # an organ's name runs on from the task
    cells = []
    for kind, region in kinds:
        own = [u for u in units if not region or _of(u, region, [r for _, r in kinds if r])]
        told = {
            "number": str(row.number),
            "group": row.group or "",
            "text": text,
            "deadline": deadline,
            "units": "、".join(own),
        }
        cells.append(told[kind])
    return tuple(cells)


def _beyond_group(row: TableRow) -> list[str]:
    """The lines of a row without its number and without those that name its group."""
    lines = list(row.lines)
    first = re.sub(rf"^{row.number}\s*", "", lines[0])
    lines = [first, *lines[1:]] if first else lines[1:]
    if row.in_cell and row.group:
        held = ""
        while lines and held != row.group and row.group.startswith(held + "".join(lines[0].split())):
            held += "".join(lines.pop(0).split())
    return lines


def _unit(part: str, units: Sequence[str]) -> bool:
    """Whether a piece of a line is one of the row's organs, or part of one that was wrapped."""
    return any(
        part == unit or (len(part) < len(unit) and ((unit.startswith(part) and len(part) > 3) or unit.endswith(part)))
        for unit in units
    ) or (is_organ(part) and any(part in unit for unit in units))


def _of(unit: str, region: str, regions: Sequence[str]) -> bool:
    """Whether an organ is a region's own, of the two that have columns: 市… and its districts for a municipality, the
    rest for the province beside it."""
    city = next((name for name in regions if name.endswith("市")), None)
    if city is None or all(name.endswith("市") for name in regions):
        return unit.startswith(region[:2])
    municipal = unit.startswith(("市", city, city[:-1])) or bool(
        re.match(r"^[一-鿿]{2,4}[区县](?:政府|人民政府)", unit)
    )
    return municipal == (region == city)
