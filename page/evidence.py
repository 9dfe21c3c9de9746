"""What one answer rests on, beside it: clauses grouped by document, the cited first. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from index.schema import Clause, Document
from page.html import badge, card, empty, escape, gaps, warning
from page.turns import Turn
from rag.schema import Citation, Status

_SHOWN = 8  # clauses shown beyond the cited ones
NOTHING = "回答所依据的条款会显示在这里，按文件归在一起。"

Lost = Callable[[Clause], str]  # why a clause can no longer be opened; empty where it can


def evidence(turn: Turn | None, lost: Lost = lambda _: "") -> str:
    """The cards of one turn, each document's title once."""
    if turn is None or turn.answer is None or not turn.answer.hits:
        return empty(NOTHING)
    cited: dict[str, list[Citation]] = {}
    for citation in turn.answer.citations:
        cited.setdefault(citation.clause.clause_id, []).append(citation)
    rest = [hit for hit in turn.answer.hits if hit.clause.clause_id not in cited][:_SHOWN]
    first = [(own[0].document, own[0].status, _cited(turn, own, lost)) for own in cited.values()]
    others = [(h.document, h.status, _found(h.clause, h.document, h.status, lost)) for h in rest]
    what = "最接近的条款" if turn.answer.refused else "引用的条款"
    head = f'<h2 class="tw-head-n">第 {turn.place} 问 · {what if cited else "检索到的条款"}</h2>'
    if not cited:
        return head + _grouped(others)
    folded = ""
    if others:
        folded = (
            f'<details class="tw-others" data-turn="{turn.place}-others"><summary>其余检索到的条款（{len(others)} 条）'
            f"</summary>{_grouped(others)}</details>"
        )
    return head + _grouped(first) + folded


def _grouped(cards: Sequence[tuple[Document, Status, str]]) -> str:
    groups: dict[str, list[tuple[Document, Status, str]]] = {}
    for entry in cards:
        groups.setdefault(entry[0].doc_id, []).append(entry)
    return "".join(_group(*own[0][:2], [card for _, _, card in own]) for own in groups.values())


def _group(document: Document, status: Status, cards: Sequence[str]) -> str:
    facts = "".join(f"<span>{escape(fact)}</span>" for fact in (document.doc_no, document.issued_on) if fact)
    return (
        f'<section class="tw-group"><header><h3>《{escape(document.title)}》{badge(status)}</h3>'
        f'<div class="tw-meta">{facts}</div>{warning(status)}{gaps(document)}</header>{"".join(cards)}</section>'
    )


def _cited(turn: Turn, own: Sequence[Citation], lost: Lost) -> str:
    first = own[0]
    numbers = "".join(f'<span class="tw-n" id="t{turn.place}-c{c.n}">[{c.n}]</span>' for c in own)
    quotes = [citation.quote for citation in own]
    return card(
        first.clause, first.document, first.status, quotes, numbers, titled=False, css="cited", lost=lost(first.clause)
    )


def _found(clause: Clause, document: Document, status: Status, lost: Lost) -> str:
    return card(clause, document, status, [], "", titled=False, lost=lost(clause))
