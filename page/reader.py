"""One document whole, as HTML: contents, tools, the text with its tables, and what is missing or unsure. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby

from index.schema import Clause, Document
from page.html import KINDS, address, badge, cited, copier, doubt, gaps, lines, reasons, tabular, warning
from rag.schema import Status

_OUTLINED = 2  # levels of headings in the contents


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader is shown besides the document's own words."""

    status: Status
    doubts: tuple[str, ...] = ()
    drawable: bool = False  # its pages can be shown as pictures
    beside: int = 0  # documents in the same file
    removable: bool = False
    back: bool = True  # a list to go back to


def document(found: Document, clauses: Sequence[Clause], how: Reading, target: str | None = None) -> str:
    """One document: its bar, its contents, its facts, then every clause below its headings. `target` is the clause that
    was linked."""
    body, contents = _body(found, clauses, how, target)
    outline = (
        f'<details class="tw-outline" open><summary>目录</summary><ul>{contents}</ul></details>'
        if contents
        else '<div class="tw-outline none"></div>'
    )
    told = badge(how.status) if how.status.value != "unknown" else ""
    return (
        f'<div class="tw-document" data-doc="{escape(found.doc_id)}">{_bar(found, how)}<div class="tw-spread">{outline}'
        f'<div class="tw-paper"><h2 tabindex="-1">{escape(found.title)}{told}</h2>{warning(how.status)}{gaps(found)}'
        f'{_doubts(how.doubts)}{_facts(found, how)}<div class="tw-clauses">{body}</div></div></div></div>'
    )


def _bar(found: Document, how: Reading) -> str:
    original = '<button type="button" class="tw-original">看原件</button>' if how.drawable else ""
    return (
        '<div class="tw-bar" role="toolbar" aria-label="文件工具">'
        + ('<button type="button" class="tw-back">‹ 文件列表</button>' if how.back else "")
        + '<span class="tw-find"><input type="search" placeholder="在本文中查找" aria-label="在本文中查找">'
        '<output aria-live="polite"></output><button type="button" class="tw-up" aria-label="上一处" hidden>↑</button>'
        '<button type="button" class="tw-down" aria-label="下一处" hidden>↓</button></span>'
        f'<button type="button" class="tw-lineage">文件关系</button>{original}'
        f'<button type="button" class="tw-download">下载原件</button>{_remove(found, how)}</div>'
    )


def _remove(found: Document, how: Reading) -> str:
    """Removing asks first."""
    if not how.removable:
        return ""
    whole = f"“{escape(found.file)}”中的全部 {how.beside + 1} 份文件" if how.beside else "这份文件"
    return (
        '<details class="tw-remove"><summary>移出…</summary><div class="tw-confirm" role="group" aria-label="确认移出">'
        f"<p>移出后，{whole}不再参与检索和回答。原文件移到语料旁边的“已移出”文件夹，不会删除。</p>"
        '<button type="button" class="tw-remove-yes">确认移出</button>'
        '<button type="button" class="tw-remove-no">取消</button></div></details>'
    )


def _doubts(doubts: Sequence[str]) -> str:
    if not doubts:
        return ""
    only = doubts[0].startswith("仅收录印发通知")
    told = "；".join(doubts)
    return f'<div class="tw-doubts">{"" if only and len(doubts) == 1 else "请与原件核对："}{escape(told)}</div>'


def _facts(found: Document, how: Reading) -> str:
    facts = {
        "文号": found.doc_no,
        "发文机关": "、".join(found.issuers),
        "成文日期": found.issued_on,
        "层级": found.level,
        "文种": found.kind,
        "实施期": found.period.text if found.period else None,
        "施行日期": found.effective_on,
        "时效": how.status.reason,
        "印发通知": found.notice_title,
        "来源文件": found.file,
    }
    rows = "".join(f"<div><dt>{name}</dt><dd>{escape(value)}</dd></div>" for name, value in facts.items() if value)
    return f'<dl class="tw-facts">{rows}</dl>'


def _body(found: Document, clauses: Sequence[Clause], how: Reading, target: str | None) -> tuple[str, str]:
    """(clauses with the headings that change from one to the next, rows of a table as a table; the outline)."""
    parts: list[str] = []
    outline: list[str] = []
    path: tuple[str, ...] = ()
    first = next((clause.clause_id for clause in clauses), None)
    for key, run in groupby(clauses, key=_table_of):
        group = list(run)
        for heading in _headings(path, group[0], outline):
            parts.append(heading)
        path = group[0].path
        shown = [_Shown(found, how, clause, clause.clause_id == target, clause.clause_id == first) for clause in group]
        parts += [_table(shown)] if isinstance(key, tuple) else [_clause(each) for each in shown]
    return "".join(parts), "".join(outline)


def _table_of(clause: Clause) -> tuple | str:
    """What the clauses of one table have in common; of any other clause, nothing with another."""
    grid = clause.grid
    if grid is None or not tabular(clause):  # shown as the text it is, whole
        return clause.clause_id
    return grid.table, grid.columns, clause.path


def _headings(path: tuple[str, ...], clause: Clause, outline: list[str]) -> list[str]:
    same = next(
        (i for i, (a, b) in enumerate(zip(path, clause.path, strict=False)) if a != b),
        min(len(path), len(clause.path)),
    )
    found = []
    for depth, heading in enumerate(clause.path[same:], same):
        if clause.grid is not None and heading == clause.grid.head:
            continue  # stands at the head of the table
        anchor = f"h-{escape(clause.clause_id)}-{depth}"
        level = min(depth + 3, 6)
        found.append(f'<h{level} id="{anchor}" tabindex="-1">{lines(heading)}</h{level}>')
        if depth < _OUTLINED:
            outline.append(f'<li class="depth{depth}"><a class="tw-jump" href="#{anchor}">{escape(heading)}</a></li>')
    return found


@dataclass(frozen=True, slots=True)
class _Shown:
    """A clause about to be shown."""

    document: Document
    how: Reading
    clause: Clause
    target: bool
    first: bool

    @property
    def attributes(self) -> str:
        """One clause is reached by Tab, the others from there by the arrow keys."""
        clause = self.clause
        css = "tw-clause target" if self.target else "tw-clause"
        index = 0 if self.target or self.first else -1
        return (
            f'class="{css}" id="k-{escape(clause.clause_id)}" tabindex="{index}" title="{escape(address(clause.path))}"'
        )

    @property
    def labels(self) -> str:
        kind = self.clause.kind
        named = f'<span class="tw-kind">{KINDS[kind]}</span>' if kind in KINDS and kind != "row" else ""
        return named + doubt(self.clause)

    @property
    def tools(self) -> str:
        clause_id = escape(self.clause.clause_id)
        original = (
            f'<button type="button" class="tw-original" data-clause="{clause_id}">看原件</button>'
            if self.how.drawable
            else ""
        )
        return (
            f'<div class="tw-tools">{copier(cited(self.document, self.clause, self.how.status), "复制引文")}'
            f'<button type="button" class="tw-relate" data-clause="{clause_id}">找相关条款</button>{original}</div>'
        )


def _clause(shown: _Shown) -> str:
    text = f'<div class="tw-text">{lines(shown.clause.printed)}</div>'
    return f"<div {shown.attributes}>{shown.labels}{text}{reasons(shown.clause)}{shown.tools}</div>"


def _table(rows: Sequence[_Shown]) -> str:
    """Rows of one table below their columns."""
    grid = rows[0].clause.grid
    heads = "".join(f'<th scope="col">{lines(name)}</th>' for name in (grid.columns if grid is not None else ()))
    body = "".join(
        f"<tr {each.attributes}>"
        + "".join(
            f"<td>{lines(cell)}</td>" for cell in (each.clause.grid.cells if each.clause.grid is not None else ())
        )
        + f'<td class="tw-last">{doubt(each.clause)}{reasons(each.clause)}{each.tools}</td></tr>'
        for each in rows
    )
    return (
        '<div class="tw-scroll" tabindex="0" role="region" aria-label="表格，可左右滚动"><table class="tw-grid"><thead><tr>'
        f'{heads}<td class="tw-last"></td></tr></thead><tbody>{body}</tbody></table></div>'
    )
