"""Which table a question is about, which of its rows it names, and which of its columns it asks for."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

from index.schema import Document
from index.structure import Table, TableRow
from index.terms import compact
from rag.context import Context
from rag.structure.asking import YEAR
from rag.structure.words import common, longest


class Tabled(Context, Protocol):
    """A context that has its tables ready to be asked."""

    @property
    def sheets(self) -> Sequence[Sheet]: ...


_NAMED = re.compile(
    r"名称|项目|工程|事项|任务|品目|机具|指标|岗位|课程|对象|类别|类型|档次|地区|县区|区县|市县|单位|措施"
)
_PARTS = re.compile(r"[、，,；;/\s]+")
_YES, _NO = frozenset(("是", "有", "√", "✓", "需要", "可以")), frozenset(("否", "无", "×", "不需要", "不可以", "—"))
_DENIES = re.compile(r"(?:不|无|未|没)(?:需要?|必|用|要|有|曾)?$")
_SAYS_NOTHING = frozenset(("是", "否", "有", "无", "—", "-", "/", "合计", "总计"))
_SURE, _DISTINCT = (
    0.5,
    3,
)  # share of a row's name, or characters of it that no other row has, by which a question names it
_NAME = 24  # characters of a row's name; longer ones are sentences, of which a stretch names nothing
_MONEY = re.compile(r"元|钱")
# What an interrogative asks for, where no column is named: the unit or kind of the only column that can answer.
_UNITS = (
    (
        re.compile(
            r"多少钱|多少(?:万|亿)?元|几(?:万|亿|千|百)?(?:元|块)|花费?多少|投(?:了|入)?多少|资金|发多少|补多少|领多少|拿多少"
        ),
        _MONEY,
    ),
    (re.compile(r"多长|多远|多少(?:公里|千米|米)|几公里|长度"), re.compile(r"公里|千米|米$|km")),
    (re.compile(r"多大|多少(?:平方|亩|公顷)|面积"), re.compile(r"平方|亩|公顷|hm2")),
    (re.compile(r"百分之|比例|多少%"), re.compile("%")),
    (re.compile(r"多少(?:户|人|名)|几(?:户|人)"), re.compile(r"户|人")),
)
_WHEN = re.compile(r"什么时候|何时|哪一?年|几月|多久|期限|时限|时间|几时|啥时候|最[早晚]")
_WHO = re.compile(r"谁|哪[个家些]?(?:单位|部门|局|公司|委)|归哪|由哪|找哪|负责|牵头|责任单位")
_WHERE = re.compile(r"属于|在哪|哪里|哪儿|位于|什么地方|哪个(?:区|县|市|镇|街道)|地点")
_BEGINS, _ENDS = re.compile("开工|启动|开始"), re.compile("完工|完成|竣工|建成|投产")
_ORGAN, _TIME, _PLACE = (
    re.compile(r"单位|部门|主体|业主|负责"),
    re.compile(r"时间|时限|年限|期限|日期|年份|完成|开工|竣工"),
    re.compile(r"所在|所属|地点|位置|区县|县区|地区|区域|属地|乡镇"),
)


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
    def label(self) -> int:
        """The column that names the rows."""
        text = [at for at, own in enumerate(self.table.columns) if own.kind == "text"] or [0]
        named = [at for at in text if _NAMED.search(self.table.columns[at].name)]
        named = [at for at in named if not _PLACE.search(self.table.columns[at].name)] or named
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
    for place, cells in enumerate(sheet.cells):
        if sheet.table.rows[place].total:
            continue
        for part in {cells[at], *_PARTS.split(cells[at])} if sheet.table.columns[at].kind == "text" else {cells[at]}:
            if (
                len(part) >= 2
                and part not in _SAYS_NOTHING
                and not part.replace(".", "").isdigit()
                and part in question
            ):
                places.setdefault(part, set()).add(place)
    kept: dict[str, frozenset[int]] = {}
    rest = question
    for value in sorted(places, key=len, reverse=True):
        if value in rest:
            kept[value] = frozenset(places[value])
            rest = rest.replace(value, "\n")
    return kept


def _in_part(sheet: Sheet, question: str) -> tuple[frozenset[int], tuple[str, ...]]:
    """The one row whose name the question says in part, by words that no other row's name has."""
    rest = question
    named = [part for own in sheet.table.columns for part in common(own.name, question)]
    for part in (*common(sheet.title, question, 3), *common(compact(sheet.table.name), question, 3), *named):
        rest = rest.replace(part, "\n")
    labels = [cells[sheet.label] for cells in sheet.cells]
    told: list[tuple[float, int, tuple[str, ...]]] = []
    for place, label in enumerate(labels):
        if sheet.table.rows[place].total or not label:
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


def asked_columns(found: Match, question: str) -> list[int]:
    """The columns a question asks for: those it names, else the only one its interrogative can mean; printed order."""
    rest = question
    for value in sorted((v for own in found.values.values() for v in own), key=len, reverse=True):
        rest = rest.replace(value, "\n")
    for part in found.said:
        rest = rest.replace(part, "\n")
    columns = found.sheet.table.columns
    free = [
        at for at, own in enumerate(columns) if own.kind != "number" and (at not in found.values or own.kind != "text")
    ]
    free = [at for at in free if at != found.sheet.label]
    scores = {at: (_named(columns[at].name, rest), _stretch(columns[at].name, rest)) for at in free}
    named = [at for at in free if scores[at][0] >= 0.6 or len(scores[at][1]) >= 3]
    by_stretch = Counter(scores[at][1] for at in named)
    best = {s: max(scores[at][0] for at in named if scores[at][1] == s) for s in by_stretch}
    named = [at for at in named if scores[at][0] >= best[scores[at][1]]]
    named = [
        at
        for at in named
        if not any(at != o and scores[at][1] in scores[o][1] and scores[at][1] != scores[o][1] for o in named)
    ]
    return sorted({*named, *(_by_form(columns, free, question) if not named else ())})


def _named(name: str, rest: str) -> float:
    """0 to 1: how much of a column's name a question says."""
    if not name:
        return 0.0
    return (
        0.5 * longest(name, rest) / len(name) + 0.5 * sum(c in rest for c in name) / len(name)
        if longest(name, rest) >= 2
        else 0.0
    )


def _stretch(name: str, rest: str) -> str:
    return next(iter(common(name, rest)), "")


def _by_form(columns: Sequence, free: Sequence[int], question: str) -> list[int]:
    wanted: list[int] = []
    for asks, unit in _UNITS:
        own = [at for at in free if columns[at].unit and unit.search(columns[at].unit)]
        if asks.search(question) and len(own) == 1:
            wanted += own
    for asks, name in ((_WHEN, _TIME), (_WHO, _ORGAN), (_WHERE, _PLACE)):
        own = [at for at in free if name.search(columns[at].name) or (name is _TIME and columns[at].kind == "time")]
        for verb in (_BEGINS, _ENDS) if name is _TIME and len(own) > 1 else ():
            own = [at for at in own if verb.search(columns[at].name)] or own if verb.search(question) else own
        if asks.search(question) and len(own) == 1:
            wanted += own
    return wanted


def asked_by_form(question: str) -> list[str]:
    """The words of a question that ask for a kind of column: 什么时候, 多少万元."""
    patterns = [*(asks for asks, _ in _UNITS), _WHEN, _WHO, _WHERE, re.compile("完工|竣工|完成|建成|投产|开工|启动")]
    return [match[0] for pattern in patterns for match in pattern.finditer(question)]


def flagged(found: Match, question: str) -> dict[int, bool]:
    """Columns of yes and no that a question narrows its rows by (不需要安装的有哪些): column → yes."""
    told = {}
    for at, own in enumerate(found.sheet.table.columns):
        held = {cells[at] for cells in found.sheet.cells if cells[at]}
        stretch = _stretch(own.name.removeprefix("是否"), question)
        if held and held <= _YES | _NO and len(stretch) >= 2:
            before = question[: question.index(stretch)]
            told[at] = not _DENIES.search(before) and not stretch.startswith(("不", "未"))
    return told


def is_yes(cell: str) -> bool:
    """Whether a cell of such a column says yes."""
    return cell in _YES


def sheets(tables: Sequence[Table], documents: Mapping[str, Document]) -> list[Sheet]:
    """The tables that have columns and rows, ready to be asked."""
    return [Sheet(t, compact(documents[t.doc_id].title)) for t in tables if len(t.columns) > 1 and t.rows]
