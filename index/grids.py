"""Tables as columns and cells: units out of column names, figures out of cells. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from index.entities.dates import CENTURY

_UNIT = r"(?:[万亿千百]*(?:元|美元|吨标准煤|吨|亩|人次|人|户|列|个|公里|千米|米|平方米|平方公里|立方米|公斤|千克|斤|千瓦|千瓦时|标箱|辆|台|套|座|所|家|件|项|条|张|公顷|小时|天|日|年|月)|%|‰|kW|km|hm2)(?:/[一-鿿]{1,4})?"
_BRACKET = re.compile(rf"[（(]\s*(?:单位[:：])?\s*({_UNIT})\s*[)）]")
_LINE = re.compile(rf"单位[:：]\s*({_UNIT})")
_FIGURE = re.compile(rf"^[约]?(-?\d+(?:,\d{{3}})*(?:\.\d+)?)\s*({_UNIT})?$")
_YEARS = re.compile(
    rf"^{CENTURY}(?:年?(?:[-—–~至](?:{CENTURY})?)?年?)?(?:\d{{1,2}}月)?(?:\d{{1,2}}日)?(?:底|前|底前)?$"
)
_NUMBER = re.compile(r"^(?:序号?|编号|项次|no\.?)$", re.I)
_UNITS_OWN = re.compile(r"^(?:计量)?单位$")
_MOST = 0.8  # of a column's filled cells that make its kind


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name without the unit, the unit its figures have (empty: none stated), and what its cells hold."""

    name: str
    unit: str
    kind: str  # number (of the row) / figure / time / text


def numbering(title: str) -> bool:
    """Whether a column of this title numbers the rows."""
    return bool(_NUMBER.match("".join(title.split())))


def follows(cells: Sequence[str], number: str, width: int) -> bool:
    """Whether cells are those of the row behind the row with this number: as many, the next number."""
    return len(cells) == width and number.isdigit() and cells[0].strip() == str(int(number) + 1)


def column(title: str, table: str, cells: Sequence[str]) -> Column:
    """What a column is, from its title, the name of its table (单位：万元) and its cells."""
    name, unit = own_unit(title)
    filled = [cell for cell in cells if cell.strip(" —-/")]
    times = sum(bool(_YEARS.match("".join(cell.split()))) for cell in filled)
    figures = sum(typed(cell) is not None for cell in filled)
    if numbering(name):
        return Column(name, "", "number")
    if filled and times >= _MOST * len(filled):
        return Column(name, "", "time")
    if filled and figures >= _MOST * len(filled):
        if not unit and (match := _LINE.search("".join(unicodedata.normalize("NFKC", table).split()))):
            unit = match[1]
        own = {m[2] for cell in filled if (m := _FIGURE.match(_flat(cell))) and m[2]}
        return Column(name, unit or (own.pop() if len(own) == 1 else ""), "figure")
    return Column(name, unit, "text")


def typed(cell: str) -> str | None:
    """The figure a cell is, as a plain decimal; None where it is no single figure."""
    match = _FIGURE.match(_flat(cell))
    if match is None:
        return None
    try:
        return str(Decimal(match[1].replace(",", "")))
    except InvalidOperation:
        return None


def unit_of(cell: str) -> str:
    """The unit a cell prints behind its figure; empty where it prints none."""
    match = _FIGURE.match(_flat(cell))
    return (match[2] or "") if match else ""


def own_unit(title: str) -> tuple[str, str]:
    """(a row's or column's name without its unit, the unit it prints in brackets; empty where it prints none)."""
    bare = "".join(unicodedata.normalize("NFKC", title).split())
    match = _BRACKET.search(bare)
    return (_BRACKET.sub("", bare), match[1]) if match else (bare, "")


def units_stand(name: str, cells: Sequence[str]) -> bool:
    """Whether a column is that of the rows' units: 单位, over units and nothing else (not over organs)."""
    filled = [cell for cell in cells if _flat(cell).strip("—-/")]
    return bool(_UNITS_OWN.match(name) and filled) and all(re.fullmatch(_UNIT, _flat(cell)) for cell in filled)


def grid_columns(head: Sequence[str], rows: Sequence[Sequence[str]]) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """(the columns' names, the rows cell by cell) of a table read cell by cell: a second line of names is joined to the
    first, what a merged cell leaves empty in a column of groups is carried down."""
    titles = [title.strip() for title in head]
    body = [[cell.strip() for cell in row] for row in rows]
    while body and _goes_on(titles, body[0]):
        titles = [_joined(titles, body[0], at) for at in range(len(titles))]
        body = body[1:]
    carried: list[tuple[str, ...]] = []
    for place, row in enumerate(body):
        last = len(titles) - 1
        row = [*row, *[""] * (last + 1 - len(row))] if len(row) <= last + 1 else [*row[:last], " ".join(row[last:])]
        lead = 1 if titles and numbering(titles[0]) and len(titles) > 1 else 0
        if place and not row[lead] and sum(bool(cell) for cell in row) >= 2 and lead + 1 < len(row):
            row[lead] = carried[-1][lead]
        carried.append(tuple(row))
    return tuple(titles), carried


def _goes_on(titles: Sequence[str], row: Sequence[str]) -> bool:
    """Whether a line below the names still names columns: some names are missing or stand over several, and it has none
    of a row's figures, nor a row's number."""
    above = [title for title in titles if title]
    spans = len(above) < len(titles) or len(set(above)) < len(above)
    filled = [cell for cell in row if cell]
    figures = [cell for cell in filled if typed(cell) is not None and not _YEARS.match("".join(cell.split()))]
    if not spans or not filled or figures or filled[0].isdigit() or len(row) != len(titles):
        return False
    beside = any(not title or titles.count(title) > 1 for title, cell in zip(titles, row, strict=True) if cell)
    return beside and all(len(cell) <= 20 for cell in filled)


def _joined(titles: Sequence[str], below: Sequence[str], at: int) -> str:
    above = titles[at]
    if not above:  # below a name that spans to here
        above = next((titles[left] for left in range(at, -1, -1) if titles[left]), "")
    return above if not below[at] or below[at] == above else above + below[at]


def _flat(cell: str) -> str:
    return "".join(unicodedata.normalize("NFKC", cell).split())
