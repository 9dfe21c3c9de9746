"""Which columns of a table a question asks for, and by which of yes and no it narrows the rows. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from rag.structure.sheets import PLACE, Match
from rag.structure.words import common, longest

_YES, _NO = frozenset(("是", "有", "√", "✓", "需要", "可以")), frozenset(("否", "无", "×", "不需要", "不可以", "—"))
_DENIES = re.compile(r"(?:不|无|未|没)(?:需要?|必|用|要|有|曾)?$")
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
_ORGAN, _TIME = (
    re.compile(r"单位|部门|主体|业主|负责"),
    re.compile(r"时间|时限|年限|期限|日期|年份|完成|开工|竣工"),
)


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
    for asks, name in ((_WHEN, _TIME), (_WHO, _ORGAN), (_WHERE, PLACE)):
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
