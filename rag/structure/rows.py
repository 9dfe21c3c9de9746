"""Questions that rows of a table answer: looked up, filtered, counted, the most of them, their sum, what sets two
apart."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from index.entities.dates import CENTURY
from index.structure import TableRow
from index.terms import compact
from rag.query.question import Query
from rag.structure import sums
from rag.structure.asking import SCALE, YEAR, Bound, Doing, bounds, doing, keeps
from rag.structure.columns import asked_by_form, asked_columns, flagged, is_yes
from rag.structure.found import Found, claim, whole
from rag.structure.sheets import Match, Tabled, match
from rag.structure.words import common, left_over

_LEAST, _APART = 5.0, 0.5  # score of a table that a question is about, and what it must be ahead of the next by
_COMPARED = 12  # tables that share most with a question, which it is compared with
_LONGEST = 400  # characters of a count that names what it counts
_SHOWN = 60  # rows that are told one by one
_ENDS, _BEGINS = re.compile(r"完成|建成|竣工|完工|投产|投用|交付|截止|到期|止"), re.compile(r"开工|启动|开始|起始|动工")
_MONEY = re.compile(r"^(万亿|亿|万|千)?元$")


@dataclass(frozen=True, slots=True)
class Asked:
    """A question read beside its table."""

    match: Match
    doing: Doing
    rows: tuple[TableRow, ...]  # those that meet all conditions
    columns: tuple[int, ...]  # asked for
    conditions: tuple[str, ...]  # in words
    ahead: bool  # rows were narrowed by a condition


def answer(
    context: Tabled, query: Query, near: Sequence[int], documents: frozenset[str], named: Sequence[str]
) -> Found | None:
    """The answer from a table, or None where none is sure: no table, or words of the question that it does not account
    for.

    `near`: store rows of the clauses found first; `documents`: whose tables may answer; `named`: those the question
    names.
    """
    question = compact(query.text)
    matches = _matches(context, question, frozenset(near), documents, frozenset(named))
    found, before = _current(context, matches)
    if found is None:
        return None
    asked = _asked(question, found)
    if asked is None or not asked.rows:
        return None
    unread = [row for row in found.sheet.table.rows if not row.read]
    if unread and asked.doing.name in ("sum", "mean", "extreme", "share"):
        return Found(
            (), refusal=f"表中有 {len(unread)} 行未能分列，不能据以计算，请核对原表{sums.source(found.sheet, unread)}。"
        )
    told = _told(context, question, asked)
    if told is not None and before is not None and (past := _asked(question, before)) is not None:
        told = _with_past(context, told, past)
    if told is None or not unread or not asked.ahead:
        return told
    return replace(
        told,
        notes=(f"表中另有 {len(unread)} 行未能分列，没有参加筛选，请核对原表{sums.source(found.sheet, unread)}。",),
    )


def _matches(
    context: Tabled, question: str, near: frozenset[int], documents: frozenset[str], named: frozenset[str]
) -> list[Match]:
    """The tables a question may be about, best first."""
    structure = context.store.structure
    leading = structure.leading(question, documents, _COMPARED)
    leading += structure.leading(question, named, _COMPARED) if named else []
    sheets = [context.sheet(number) for number in dict.fromkeys((*leading, *structure.tables_with(sorted(near))))]
    sheets = [sheet for sheet in sheets if len(sheet.table.columns) > 1 and sheet.table.doc_id in documents]
    matches = [match(sheet, question, near) for sheet in sheets]
    ahead = [m for m in matches if m.sheet.table.doc_id in named]
    matches = [m for m in matches if not named or m.values]  # another document is named: a row must be, too
    matches = sorted(ahead or matches, key=lambda m: -m.score)
    return [m for m in matches if m.score >= _LEAST and matches[0].score - m.score < _APART]


def _current(context: Tabled, matches: Sequence[Match]) -> tuple[Match | None, Match | None]:
    """(the table that answers, the same one of a document no longer in force); none where two in force may answer."""
    if len(matches) == 1:
        return matches[0], None
    if len(matches) != 2:
        return None, None
    documents = [context.store.documents[m.sheet.table.doc_id] for m in matches]
    ended = [context.status(document).value == "expired" for document in documents]
    columns = [[column.name for column in m.sheet.table.columns] for m in matches]
    if sum(ended) != 1 or columns[0] != columns[1]:
        return None, None
    return matches[ended.index(False)], matches[ended.index(True)]


def _with_past(context: Tabled, told: Found, past: Asked) -> Found:
    """An answer with the row as it was before, and both dates; of single rows only."""
    if len(past.rows) != 1 or told.table is None or len(told.table[1]) != 1:
        return told
    lines = []
    for claimed, name, ended in ((told.claims[0], "现行", ""), (None, "此前", "，已不再有效")):
        clause = claimed.clause if claimed else context.store.clauses[past.rows[0].clause]
        document = context.document(clause)
        text = claimed.text if claimed else _line(past, past.rows[0], True)
        printed = f"{name}《{document.title}》（{document.issued_on or '未印日期'}印发{ended}）：{text}"
        lines.append(claim(printed, "row", [whole(clause)]))
    return replace(told, claims=(*lines, *told.claims[1:]))


def _asked(question: str, found: Match) -> Asked | None:
    table = found.sheet.table
    do = doing(question)
    columns = asked_columns(found, question)
    rows = list(found.rows)
    conditions = ["、".join(f"{v}" for v in values) for at, values in found.values.items() if at != found.sheet.label]
    accounted = [v for values in found.values.values() for v in values]
    accounted += found.said
    if do.name in ("list", "count"):
        for at, yes in flagged(found, question).items():
            rows = [r for r in rows if is_yes(compact(r.cells[at])) == yes]
            conditions.append(f"{table.columns[at].name}：{'是' if yes else '否'}")
    for bound in bounds(question):
        own = _bounded(found, columns, bound)
        if own is None:
            return None
        bounded, scale = own
        rows = [r for r in rows if (v := r.values[bounded]) is not None and keeps(float(v) * scale, bound)]
        if any(r.values[bounded] is None for r in found.rows):
            return None  # a figure that was not read may belong to the answer
        conditions.append(f"{table.columns[bounded].name}{bound.said}")
        accounted.append(bound.said)
        columns = [*columns, bounded] if bounded not in columns else columns
    above = compact("\n".join((found.sheet.title, table.name, table.above, *(c.name for c in table.columns))))
    for year in YEAR.finditer(question):
        if any(year[1] in v for v in accounted) or _titled(year, above, table):
            accounted.append(year[0])
            continue
        timed = _time_column(found, question, year.end())
        if timed is None:
            return None
        rows = [r for r in rows if _in_time(compact(r.cells[timed]), year, bool(_BEGINS.search(question)))]
        conditions.append(f"{table.columns[timed].name}{year[0]}")
        accounted.append(year[0])
        columns = [c for c in columns if c != timed] if do.name in ("sum", "extreme") else columns
    names = [
        compact(found.sheet.title),
        compact(table.name),
        compact(table.above),
        *(c.name + c.unit for c in table.columns),
    ]
    if left_over(question, [*accounted, *names, *_shared_names(found), *asked_by_form(question)]):
        return None
    return Asked(found, do, tuple(rows), tuple(columns), tuple(conditions), found.narrowed or bool(conditions))


def _titled(year: re.Match[str], above: str, table) -> bool:
    """Whether the year is one of the table's own, so that it narrows nothing: in its name, its title or a column's
    name."""
    timed = any(c.kind == "time" for c in table.columns) and (_ENDS.search(year.string) or _BEGINS.search(year.string))
    return (year[1] in above and not timed) or any(year[1] in c.name for c in table.columns)


def _shared_names(found: Match) -> list[str]:
    """Words that most of the rows' names share (工程, 补贴)."""
    labels = [cells[found.sheet.label] for cells in found.sheet.cells]
    if len(labels) < 2:
        return labels
    return [part for part in common(labels[0], labels[1]) if sum(part in own for own in labels) > len(labels) / 2]


def _bounded(found: Match, columns: Sequence[int], bound: Bound) -> tuple[int, int] | None:
    """(column, what its figures are multiplied by) that a bound speaks of; None where it is not plain which."""
    own = found.sheet.table.columns
    free = [at for at, c in enumerate(own) if c.kind == "figure" and _scale(c.unit, bound.unit) is not None]
    named = [at for at in free if at in columns] or free
    scale = _scale(own[named[0]].unit, bound.unit) if len(named) == 1 else None
    return None if scale is None else (named[0], scale)


def _scale(unit: str, asked: str) -> int | None:
    """What figures in `unit` are multiplied by to be compared with those in `asked`; None where they are of other
    kinds."""
    if (money := _MONEY.match(unit)) is not None and asked in ("元", ""):
        return SCALE[money[1] or ""]
    return 1 if unit == asked or not asked else None


def _time_column(found: Match, question: str, at: int) -> int | None:
    own = [place for place, c in enumerate(found.sheet.table.columns) if c.kind == "time"]
    for verb in (_BEGINS, _ENDS):
        if verb.search(question[at : at + 8]) and len(own) > 1:
            own = [place for place in own if verb.search(found.sheet.table.columns[place].name)] or own
    return own[0] if len(own) == 1 else None


def _in_time(cell: str, year: re.Match[str], begins: bool) -> bool:
    years = re.findall(CENTURY, cell)
    if not years:
        return False
    own = years[0] if begins else years[-1]
    month = re.search(r"年(\d{1,2})月", cell)
    said = year[3] or ""
    if said.endswith("前"):
        if year[2] and month and own == year[1]:
            return int(month[1]) <= int(year[2])
        return own <= year[1] if "底" in said or year[2] else own < year[1]
    if said in ("以后", "之后", "后", "以来"):
        return own >= year[1]
    return own == year[1] and (not year[2] or (month is not None and int(month[1]) == int(year[2])))


def _told(context: Tabled, question: str, asked: Asked) -> Found | None:
    do, sheet = asked.doing, asked.match.sheet
    if do.name == "count" and (found := _measured(context, question, asked)) is not None:
        return found
    if do.name == "count":
        return _count(context, question, asked)
    if do.name == "extreme" and len(asked.rows) > 1:
        return sums.extreme(context, asked, question)
    if do.name in ("sum", "mean") and (len(asked.rows) > 1):
        return sums.total(context, asked, question)
    if do.name == "apart":
        return sums.apart(context, asked, question)
    if do.name == "share":
        return sums.share(context, asked, question) or _looked_up(context, asked)
    if do.name == "list" and (asked.ahead or asked.columns or _speaks_of_rows(question, sheet)):
        return _listed(context, asked)
    return _looked_up(context, asked) if asked.match.narrowed else None


def _speaks_of_rows(question: str, sheet) -> bool:
    head = sheet.table.columns[sheet.label].name
    return bool(re.search(r"项目|工程|事项|任务|清单|名单|" + re.escape(head[:2]), question))


def _measured(context: Tabled, question: str, asked: Asked) -> Found | None:
    """多少户, where a column counts 户: the figure of the one row that is named, not how many rows there are."""
    unit = re.search(r"(?:几|多少)(户|人|名|座|所|处|家|条|个)", question)
    own = asked.match.sheet.table.columns
    if unit is None or len(asked.rows) != 1 or not any(own[at].unit == unit[1] for at in asked.columns):
        return None
    return _looked_up(context, asked)


def _count(context: Tabled, question: str, asked: Asked) -> Found | None:
    named = asked.match.sheet.label in asked.match.values or asked.match.partly
    if named and len(asked.rows) == 1:
        return None  # how many of something the row has that is named, not how many rows there are
    if not _speaks_of_rows(question, asked.match.sheet) and not asked.match.narrowed:
        return None
    rows = asked.rows
    if not all(asked.match.sheet.name(row) for row in rows):
        return None  # rows that were not read may be of another kind than is counted
    if not asked.ahead and len(rows) != sum(not r.total for r in asked.match.sheet.table.rows):
        return None
    where = f"（{'，'.join(asked.conditions)}）" if asked.conditions else ""
    said = f"共 {len(rows)} 项{where}：{'、'.join(asked.match.sheet.name(r) for r in rows[:_SHOWN])}{sums.source(asked.match.sheet, rows)}。"
    if len(said) > _LONGEST:
        said = f"共 {len(rows)} 项{where}{sums.source(asked.match.sheet, rows)}。"
    return Found((claim(said, "computed", sums.spans(context, rows)),), (asked.match.sheet.table, rows))


def _listed(context: Tabled, asked: Asked) -> Found | None:
    rows = asked.rows
    where = "，".join(asked.conditions)
    head = f"{where + '的' if where else ''}共 {len(rows)} 项，全部列出{sums.source(asked.match.sheet, rows)}："
    claims = [claim(head, "computed", sums.spans(context, rows))] if len(rows) > 1 else []
    claims += [claim(_line(asked, row), "row", [whole(context.store.clauses[row.clause])]) for row in rows[:_SHOWN]]
    return Found(tuple(claims), (asked.match.sheet.table, rows))


def _looked_up(context: Tabled, asked: Asked) -> Found | None:
    if not asked.columns or len(asked.rows) > 8:
        return None
    claims = [claim(_line(asked, row, True), "row", [whole(context.store.clauses[row.clause])]) for row in asked.rows]
    return Found(tuple(claims), (asked.match.sheet.table, asked.rows))


def _line(asked: Asked, row: TableRow, placed: bool = False) -> str:
    """石梁湖引水工程：总投资 15200 万元（工程清单，第 3 行）。"""
    sheet = asked.match.sheet
    told = "，".join(sums.cell(sheet, row, at) for at in asked.columns)
    behind = sums.source(sheet, [row]) if placed else ""
    return f"{sheet.name(row)}{'：' + told if told else ''}{behind}。"
