"""Which table a question is about, and which of its rows it names."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import Protocol

from index.grids import own_unit, unit_of, units_stand
from index.structure import Table, TableRow
from index.terms import compact
from rag.context import Context
from rag.structure.asking import YEAR
from rag.structure.words import common, longest


class Tabled(Context, Protocol):
    """A context that has its tables ready to be asked."""

    @property
    def sheet(self) -> Callable[[int], Sheet]: ...


_NAMED = re.compile(
    r"名称|项目|工程|事项|任务|品目|机具|指标|岗位|课程|对象|类别|类型|档次|地区|县区|区县|市县|单位|措施"
)
_PARTS = re.compile(r"[、，,；;/\s]+")
_SAYS_NOTHING = frozenset(("是", "否", "有", "无", "—", "-", "/", "合计", "总计"))
_SURE, _DISTINCT = (
    0.5,
    3,
)  # share of a row's name, or characters of it that no other row has, by which a question names it
_NAME = 24  # characters of a row's name; longer ones are sentences, of which a stretch names nothing
PLACE = re.compile(r"所在|所属|地点|位置|区县|县区|地区|区域|属地|乡镇")


@dataclass(frozen=True)
class Sheet:
    """A table made ready to be compared with questions."""

    table: Table
    title: str  # of its document, compact

    @cached_property
    def cells(self) -> list[list[str]]:
        """The cells of each row, compact."""
        return [[compact(cell) for cell in row.cells] for row in self.table.rows]

    @cached_property
    def parts(self) -> list[list[tuple[str, ...]]]:
        """For each row, the words by which a question may say each of its cells: the cell, and what 、 sets apart."""
        told = []
        for cells in self.cells:
            own = [
                {cell, own_unit(cell)[0], *_PARTS.split(cell)} if column.kind == "text" else {cell}
                for cell, column in zip(cells, self.table.columns, strict=True)
            ]
            told.append([tuple(sorted(filter(_says, parts))) for parts in own])
        return told

    @cached_property
    def pairs(self) -> list[frozenset[str]]:
        """For each row, the character pairs of its name: a name that shares none with a question is not said."""
        return [frozenset(map("".join, pairwise(cells[self.label]))) for cells in self.cells]

    @cached_property
    def label(self) -> int:
        """The column that names the rows."""
        text = [at for at, own in enumerate(self.table.columns) if own.kind == "text"] or [0]
        named = [at for at in text if _NAMED.search(self.table.columns[at].name)]
        named = [at for at in named if not PLACE.search(self.table.columns[at].name)] or named
        best = next(
            (
                at
                for words in ("名称", "项目|工程|事项|任务|品目")
                for at in named
                if re.search(words, self.table.columns[at].name)
            ),
            None,
        )
        return best if best is not None else named[0] if named else text[0]

    @cached_property
    def units(self) -> int | None:
        """The column that prints each row's unit, where there is one."""
        for at, own in enumerate(self.table.columns):
            if units_stand(own.name, [row.cells[at] for row in self.table.rows if not row.total]):
                return at
        return None

    def unit(self, row: TableRow, at: int) -> str:
        """The unit of a row's figure: printed behind it, in its column's name, in the row's own column of units, or
        behind the row's name; empty where none is stated."""
        column = self.table.columns[at]
        if printed := unit_of(self.cells_of(row)[at]):
            return printed
        if column.kind != "figure" or column.unit:
            return column.unit
        if self.units is not None:
            return self.cells_of(row)[self.units]
        return own_unit(row.cells[self.label])[1]

    def cells_of(self, row: TableRow) -> list[str]:
        """A row's cells, compact."""
        return self.cells[row.place - 1]

    def name(self, row: TableRow) -> str:
        """What a row is called: its label, with the next text column where another row has the same."""
        own = compact(row.cells[self.label]).rstrip("。；")
        beside = [at for at, c in enumerate(self.table.columns) if c.kind == "text" and at != self.label]
        if beside and sum(compact(r.cells[self.label]).rstrip("。；") == own for r in self.table.rows) > 1:
            own += "".join(f"（{compact(row.cells[at])}）" for at in beside[:1] if row.cells[at])
        return own


@dataclass(frozen=True)
class Match:
    """A table beside a question: the values it names by column, and how much speaks for this table."""

    sheet: Sheet
    values: Mapping[int, dict[str, frozenset[int]]]  # column → value said → places of the rows that have it
    partly: frozenset[int]  # places of rows named in part
    score: float
    said: tuple[str, ...] = field(default=())  # parts of values as the question has them

    @property
    def rows(self) -> list[TableRow]:
        """The rows that have a named value in every column of which one is named; all where none is."""
        kept = [at for at, row in enumerate(self.sheet.table.rows) if not row.total]
        for values in self.values.values():
            places = frozenset().union(*values.values())
            kept = [at for at in kept if at in places]
        if self.partly:
            kept = [at for at in kept if at in self.partly]
        return [self.sheet.table.rows[at] for at in kept]

    @property
    def narrowed(self) -> bool:
        return bool(self.values) or bool(self.partly)


def match(sheet: Sheet, question: str, near: frozenset[int]) -> Match:
    """`question` compact; `near`: store rows of the clauses that retrieval found first."""
    values: dict[int, dict[str, frozenset[int]]] = {}
    for at, own in enumerate(sheet.table.columns):
        if own.kind not in ("number", "time"):  # of times, the year a question names decides (rag.structure.rows)
            found = _values(sheet, at, question)
            if found:
                values[at] = found
    partly: frozenset[int] = frozenset()
    said: tuple[str, ...] = ()
    if sheet.label not in values:
        rest = question
        for value in (value for own in values.values() for value in own):
            rest = rest.replace(value, "\n")
        partly, said = _in_part(sheet, rest)
    name, plain = compact(sheet.table.name), YEAR.sub("\n", question)  # a year that titles share speaks for none
    score = sum(6.0 if at == sheet.label else 3.0 if max(map(len, own)) > 2 else 1.5 for at, own in values.items())
    score += 4.0 * bool(partly)
    score += (
        _worth(name, plain, 2)
        + 0.7 * _worth(sheet.title, plain, 3)
        + 0.4 * _worth(compact(sheet.table.above), plain, 3)
    )
    stretches = [longest(own.name, question) for own in sheet.table.columns if own.kind != "number"]
    score += sum(1.5 if size < 4 else 3.0 for size in stretches if size >= 2)
    score += 2.0 * any(row.clause in near for row in sheet.table.rows)
    return Match(sheet, values, partly, score, said)


def _worth(name: str, question: str, least: int) -> float:
    shared = longest(name, question)
    return float(min(shared, 8)) if shared >= least else 0.0


def _values(sheet: Sheet, at: int, question: str) -> dict[str, frozenset[int]]:
    """Values of a column that the question says in full, the longer before those within them."""
    places: dict[str, set[int]] = {}
    if at == sheet.units:
        return {}
    for place, row in enumerate(sheet.table.rows):
        if row.total:
            continue
        for part in sheet.parts[place][at]:
            if part in question:
                places.setdefault(part, set()).add(place)
    kept: dict[str, frozenset[int]] = {}
    rest = question
    for value in sorted(places, key=len, reverse=True):
        if value in rest:
            kept[value] = frozenset(places[value])
            rest = rest.replace(value, "\n")
    return kept


def _says(part: str) -> bool:
    """Whether a part of a cell names something a question can say."""
    return len(part) >= 2 and part not in _SAYS_NOTHING and not part.replace(".", "").isdigit()


def _in_part(sheet: Sheet, question: str) -> tuple[frozenset[int], tuple[str, ...]]:
    """The one row whose name the question says in part, by words that no other row's name has."""
    rest = question
    named = [part for own in sheet.table.columns for part in common(own.name, question)]
    for part in (*common(sheet.title, question, 3), *common(compact(sheet.table.name), question, 3), *named):
        rest = rest.replace(part, "\n")
    labels = [cells[sheet.label] for cells in sheet.cells]
    told: list[tuple[float, int, tuple[str, ...]]] = []
    asked = frozenset(map("".join, pairwise(rest)))
    for place, label in enumerate(labels):
        if sheet.table.rows[place].total or sheet.pairs[place].isdisjoint(asked):
            continue
        parts = common(label, rest)
        own = [part for part in parts if sum(part in other for other in labels) == 1]
        if own and (
            (max(map(len, own)) >= _DISTINCT and len(label) <= _NAME) or sum(map(len, parts)) >= _SURE * len(label)
        ):
            told.append((sum(map(len, parts)) / len(label) + len(own[0]), place, tuple(parts)))
    if not told:
        return frozenset(), ()
    told.sort(reverse=True)
    if len(told) > 1 and told[0][0] - told[1][0] < 0.2:
        return frozenset(), ()
    return frozenset((told[0][1],)), told[0][2]
