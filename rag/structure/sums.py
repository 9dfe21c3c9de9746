"""Arithmetic over a table's rows, shown with its addends; nothing is worked out of other units, unread cells or printed
sums."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

from index.entities.dates import CENTURY
from index.grids import unit_of
from index.structure import TableRow
from index.terms import compact
from rag.structure.found import Found, claim, whole
from rag.structure.sheets import Sheet

if TYPE_CHECKING:
    from rag.context import Context
    from rag.structure.rows import Asked

_NUMBERED = re.compile(r"^(?:[（(]?[一二三四五六七八九十\d]+[）)、．.]|附件\d*|表\d*)\s*")
_SILENT = re.compile(r"[—–\-－/／…]*")  # a cell that says nothing: empty, or struck through
_BY_LENGTH, _BY_TIME = re.compile("[长短远近]"), re.compile("[早晚先迟]")


def spans(context: Context, rows: Sequence[TableRow]) -> list[tuple]:
    """The clauses of rows, whole."""
    return [whole(context.store.clauses[row.clause]) for row in rows]


def source(sheet: Sheet, rows: Sequence[TableRow]) -> str:
    """（重点项目表，第 3 行）"""
    name = _NUMBERED.sub("", compact(sheet.table.name)) or sheet.title
    places = [row.place for row in rows]
    which = (
        f"第 {places[0]} 行"
        if len(places) == 1
        else f"第 {places[0]} 至 {places[-1]} 行"
        if places == list(range(places[0], places[-1] + 1))
        else f"第 {'、'.join(map(str, places[:12]))}{' 等' if len(places) > 12 else ''} 行"
    )
    return f"（{name}，{which}）"


def cell(sheet: Sheet, row: TableRow, at: int) -> str:
    """总投资 5420 万元: a cell with its column's name and unit."""
    column, text = sheet.table.columns[at], compact(row.cells[at])
    unit = sheet.unit(row, at) if row.values[at] is not None and not unit_of(text) else ""
    return f"{column.name} {text or '未写明'}{' ' + unit if unit else ''}"


def figure(value: Decimal) -> str:
    """A decimal without an exponent or trailing noughts."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _columns(asked: Asked, kind: str) -> list[int]:
    own = asked.match.sheet.table.columns
    return [at for at in asked.columns if own[at].kind == kind] or [
        at for at, column in enumerate(own) if column.kind == kind and not asked.columns
    ]


def _read(row: TableRow, at: int) -> Decimal:
    """A figure that `_unread` has let through."""
    value = row.values[at]
    assert value is not None
    return Decimal(value)


def _unread(asked: Asked, rows: Sequence[TableRow], at: int) -> Found | None:
    """Why nothing is worked out: cells without a single figure, or figures of several units."""
    sheet = asked.match.sheet
    name = sheet.table.columns[at].name
    odd = [row for row in rows if row.values[at] is None]
    units = {sheet.unit(row, at) for row in rows}
    if not odd and len(units) == 1:
        return None
    why = f"“{name}”列有 {len(odd)} 行不是单一数字" if odd else f"“{name}”列单位不一（{'、'.join(sorted(units))}）"
    return Found((), refusal=f"{why}，不能据以计算，请核对原表{source(sheet, rows)}。")


def extreme(context: Context, asked: Asked, question: str) -> Found | None:
    """The rows with the largest or smallest figure, or the earliest or latest date, of a column."""
    sheet, do, rows = asked.match.sheet, asked.doing, asked.rows
    adjective = question[question.index("最") + 1]
    timed = bool(_BY_TIME.match(adjective))
    columns = _columns(asked, "time" if timed else "figure")
    if not timed and _BY_LENGTH.match(adjective) and len(columns) != 1:
        columns = [
            at for at, c in enumerate(sheet.table.columns) if c.kind == "figure" and re.search("公里|米|km", c.unit)
        ]
    if len(columns) != 1 or re.search(r"第[二三四五]", question):
        return None
    at = columns[0]
    if timed:
        dated = [(_date(row.cells[at]), row) for row in rows]
        keyed: list[tuple[Any, TableRow]] = [(key, row) for key, row in dated if key is not None]
        if len(keyed) < len(dated):
            return None
    else:
        # What says nothing is not compared, and that is told; a sum would be of unknown addends.
        told_of = [row for row in rows if not _SILENT.fullmatch(compact(row.cells[at]))] or rows
        if (why := _unread(asked, told_of, at)) is not None:
            return why
        keyed = [(_read(row, at), row) for row in told_of]
    ordered = sorted(keyed, key=lambda own: own[0], reverse=do.up)
    edge = ordered[min(do.first, len(ordered)) - 1][0]
    best = [row for key, row in ordered if (key >= edge if do.up else key <= edge)]
    name = sheet.table.columns[at].name
    told = "、".join(f"{sheet.name(row)}（{cell(sheet, row, at)}）" for row in best)
    more = [c for c in asked.columns if c != at]
    beside = "；".join("，".join(cell(sheet, row, c) for c in more) for row in best) if more else ""
    within = f"{'，'.join(asked.conditions)}的" if asked.conditions else ""
    count = f"{do.first} 项" if do.first > 1 else ""
    silent = f"（另有 {len(rows) - len(keyed)} 行未写明）" if len(keyed) < len(rows) else ""
    text = (
        f"{within}{name}最{adjective}的{count}是{told}{'；' + beside if beside else ''}，"
        f"比较了 {len(keyed)} 行的“{name}”列{silent}{source(sheet, best)}。"
    )
    return Found((claim(text, "computed", spans(context, best)),), (sheet.table, tuple(best)))


def total(context: Context, asked: Asked, question: str) -> Found | None:
    """The sum or mean of a column, with its addends; a printed sum beside it."""
    sheet, rows = asked.match.sheet, asked.rows
    columns = _columns(asked, "figure")
    if not columns or len(columns) > 2 or any(row.total for row in rows):
        return None
    claims = []
    for at in columns:
        if (why := _unread(asked, rows, at)) is not None:
            return why
        column = sheet.table.columns[at]
        values = [_read(row, at) for row in rows]
        unit = sheet.unit(rows[0], at)
        if unit == "%":
            return None
        whole_sum = sum(values, Decimal(0))
        addends = "＋".join(figure(value) for value in values)
        within = f"{'，'.join(asked.conditions)}的 " if asked.conditions else ""
        if asked.doing.name == "mean":
            mean = (whole_sum / len(values)).quantize(Decimal("0.01"), ROUND_HALF_UP)
            text = f"{within}{len(rows)} 项“{column.name}”平均 {figure(mean)} {unit}（（{addends}）÷{len(rows)}）"
        else:
            text = f"{within}{len(rows)} 项“{column.name}”合计 {figure(whole_sum)} {unit}（{addends}）"
        text += source(sheet, rows)
        if asked.doing.name == "sum" and not asked.ahead:
            text += _printed(sheet, at, whole_sum, unit)
        claims.append(claim(f"{text}。", "computed", spans(context, rows)))
    return Found(tuple(claims), (sheet.table, rows))


def _printed(sheet: Sheet, at: int, value: Decimal, unit: str) -> str:
    """What the table's own sum says, where it has one row of it."""
    sums = [row for row in sheet.table.rows if row.total and row.values[at] is not None]
    if len(sums) != 1:
        return ""
    printed = _read(sums[0], at)
    return (
        "，与表中合计一致" if printed == value else f"，表中所印合计为 {figure(printed)} {unit}，与逐行相加不同，请核对"
    )


def apart(context: Context, asked: Asked, question: str) -> Found | None:
    """The difference of two rows in one column."""
    sheet, rows = asked.match.sheet, asked.rows
    columns = _columns(asked, "figure")
    named = asked.match.values.get(sheet.label, {})
    if len(rows) != 2 or len(columns) != 1 or len(named) != 2:
        return None
    at = columns[0]
    if (why := _unread(asked, rows, at)) is not None:
        return why
    column = sheet.table.columns[at]
    one, other = sorted(rows, key=lambda row: _read(row, at), reverse=True)
    high, low = _read(one, at), _read(other, at)
    text = (
        f"“{column.name}”：{sheet.name(one)}比{sheet.name(other)}多 {figure(high - low)} {sheet.unit(one, at)}"
        f"（{figure(high)}－{figure(low)}）{source(sheet, sorted(rows, key=lambda r: r.place))}。"
    )
    return Found((claim(text, "computed", spans(context, [one, other])),), (sheet.table, rows))


def share(context: Context, asked: Asked, question: str) -> Found | None:
    """The share that some rows have of all in one column."""
    sheet, rows = asked.match.sheet, asked.rows
    columns = _columns(asked, "figure")
    everything = [row for row in sheet.table.rows if not row.total]
    if not asked.ahead or len(columns) != 1 or not re.search("占", question):
        return None
    at = columns[0]
    if sheet.unit(everything[0], at) == "%":
        return None
    if (why := _unread(asked, everything, at)) is not None:
        return why
    part, all_of = (sum((_read(row, at) for row in own), Decimal(0)) for own in (rows, everything))
    if not all_of:
        return None
    percent = (100 * part / all_of).quantize(Decimal("0.1"), ROUND_HALF_UP)
    who = "、".join(sheet.name(row) for row in rows)
    text = f"{who}占“{sheet.table.columns[at].name}”合计的 {figure(percent)}%（{figure(part)}÷{figure(all_of)}）{source(sheet, everything)}。"
    return Found((claim(text, "computed", spans(context, everything)),), (sheet.table, tuple(everything)))


def _date(text: str) -> tuple[int, int] | None:
    found = re.findall(rf"({CENTURY})(?:年(\d{{1,2}})月)?", compact(text))
    return (int(found[-1][0]), int(found[-1][1] or 12)) if found else None
