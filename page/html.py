"""Answers, evidence and documents as HTML. Pure; every word from a document, a model or a user is escaped here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from urllib.parse import quote as url_quote

from index.schema import Clause, Document
from rag.schema import Answer, Citation, Hit, Status
from rag.status import LABEL

_ORIGIN = {"refusal": "refusal", "nearest": "nearest", "model": "reply", "metadata": "reply", "extract": "extract"}
_SHOWN = 8  # hits shown below the cited clauses


@dataclass(frozen=True, slots=True)
class Turn:
    """One question and what became of it."""

    question: str
    answer: Answer | None = None
    stage: str = "evidence"  # as Event.stage; "stopped" when the user cut it off
    error: str = ""


def conversation(turns: Sequence[Turn]) -> str:
    """The chat, oldest first."""
    if not turns:
        return '<div class="empty">请在下方输入问题。每句回答都附条款原文，点击句末的编号可查看出处。</div>'
    return "".join(_turn(number, turn) for number, turn in enumerate(turns, 1))


def _turn(number: int, turn: Turn) -> str:
    asked = f'<div class="asked" id="q{number}"><span class="who">问</span>{escape(turn.question)}</div>'
    if turn.error:
        return asked + f'<div class="error" role="alert">{escape(turn.error)}</div>'
    if turn.answer is None:
        return asked + '<div class="answer waiting">正在检索条款……</div>'
    return asked + f'<div class="answer">{_answer(number, turn)}</div>'


def _answer(number: int, turn: Turn) -> str:
    answer = turn.answer
    parts = ['<div class="banner">所收文件未能回答这个问题</div>'] if answer.refused else []
    if turn.stage == "evidence":
        parts.append('<p class="waiting">已找到相关条款，正在整理……</p>')
    direct = [s for s in answer.sentences if s.origin in ("model", "metadata", "refusal")]
    quoted = [s for s in answer.sentences if s.origin in ("extract", "nearest")]
    if direct:
        parts.append(f'<p class="{_ORIGIN[direct[0].origin]}">{"".join(_sentence(number, s) for s in direct)}</p>')
    if quoted:
        label = "最接近的条款（未回答问题）" if answer.refused else "原文摘录"
        items = "".join(f"<li>{_sentence(number, s)}</li>" for s in quoted)
        parts.append(f'<div class="label">{label}</div><ul class="extract">{items}</ul>')
    parts += [f'<p class="note">{escape(note)}</p>' for note in answer.notes]
    state = {"extract": "模型正在撰写简短答复，写完核对后显示……", "draft": "模型正在撰写简短答复，写完核对后显示……",
             "stopped": "已停止。以上内容均已核对。"}.get(turn.stage)  # fmt: skip
    if state:
        parts.append(f'<p class="waiting">{state}</p>')
    return "".join(parts)


def _sentence(turn: int, sentence) -> str:
    marks = "".join(
        f'<a class="mark" href="#t{turn}-c{n}" aria-label="查看出处 {n}">[{n}]</a>' for n in sentence.citations
    )  # fmt: skip
    return f'<span class="said">{_lines(sentence.text)}</span>{marks}'


def evidence(turns: Sequence[Turn]) -> str:
    """Cards of every turn, the newest turn first: cited clauses, then the other hits."""
    blocks = []
    for number, turn in reversed(list(enumerate(turns, 1))):
        if turn.answer is None:
            continue
        cards = [_citation_card(number, group) for group in _by_clause(turn.answer.citations)]
        cited = {c.clause.clause_id for c in turn.answer.citations}
        rest = [hit for hit in turn.answer.hits if hit.clause.clause_id not in cited][:_SHOWN]
        head = f'<h3>第 {number} 问的依据<span class="count">{len(cards)} 条引用，{len(rest)} 条备查</span></h3>'
        blocks.append(f'<section class="turn">{head}{"".join(cards)}{"".join(map(_hit_card, rest))}</section>')
    return "".join(blocks) or '<div class="empty">回答所依据的条款会显示在这里。</div>'


def _by_clause(citations: Sequence[Citation]) -> list[list[Citation]]:
    groups: dict[str, list[Citation]] = {}
    for citation in citations:
        groups.setdefault(citation.clause.clause_id, []).append(citation)
    return list(groups.values())


def _citation_card(turn: int, group: Sequence[Citation]) -> str:
    first = group[0]
    anchors = "".join(f'<span class="n" id="t{turn}-c{c.n}">[{c.n}]</span>' for c in group)
    return _card(first.clause, first.document, first.status, [c.quote for c in group], anchors, "cited")


def _hit_card(hit: Hit) -> str:
    return _card(hit.clause, hit.document, hit.status, [], f'<span class="n">第{hit.rank}位</span>', "")


def _card(
    clause: Clause, document: Document, status: Status, quotes: Sequence[str], lead: str, css: str, label: str = ""
) -> str:  # fmt: skip
    warning = f'<div class="warn">{escape(status.reason)}，引用前请核对是否有后续文件。</div>' if status.value == "expired" else ""
    body = highlighted(clause.text, quotes)
    if not quotes and len(clause.text) > 120:
        body = f"<details><summary>{escape(clause.text[:80])}……</summary>{body}</details>"
    return (
        f'<article class="card {css}"><header>{lead}{label}<b>《{escape(document.title)}》</b>{badge(status)}</header>'
        f'<div class="where">{escape(document.doc_no or "未印文号")}{_address(clause)}</div>{warning}'
        f'<div class="text">{body}</div><footer>{_link(clause)}</footer></article>'
    )


def badge(status: Status) -> str:
    """时效 as a small label whose title gives the reason."""
    return f'<span class="badge {escape(status.value)}" title="{escape(status.reason)}">{LABEL[status.value]}</span>'


def _address(clause: Clause) -> str:
    return "　" + escape(" › ".join(clause.path)) if clause.path else ""


def _link(clause: Clause) -> str:
    target = f"?doc={url_quote(clause.doc_id)}#k-{url_quote(clause.clause_id)}"
    page = f"，第 {clause.source.page} 页" if clause.source.page else ""
    return f'<a href="{target}" target="_blank" rel="noopener">查看全文</a><span>{escape(clause.source.file)}{page}</span>'


def highlighted(text: str, quotes: Iterable[str]) -> str:
    """The text escaped, with every verbatim occurrence of a quote marked; overlapping quotes become one mark."""
    spans = sorted((at, at + len(q)) for q in quotes if q and (at := text.find(q)) >= 0)
    merged: list[list[int]] = []
    for start, stop in spans:
        if merged and start <= merged[-1][1]:
            merged[-1][1] = max(stop, merged[-1][1])
        else:
            merged.append([start, stop])
    parts, at = [], 0
    for start, stop in merged:
        parts += [_lines(text[at:start]), f"<mark>{_lines(text[start:stop])}</mark>"]
        at = stop
    return "".join([*parts, _lines(text[at:])])


def _lines(text: str) -> str:
    return escape(text).replace("\n", "<br>")


def related(hits: Sequence[Hit]) -> str:
    """Related clauses grouped by document, in order of each document's best."""
    if not hits:
        return '<div class="empty">未找到相关条款。</div>'
    groups: dict[str, list[Hit]] = {}
    for hit in hits:
        groups.setdefault(hit.document.doc_id, []).append(hit)
    blocks = []
    for group in groups.values():
        document, status = group[0].document, group[0].status
        issued = f"　{document.issued_on}" if document.issued_on else ""
        head = f"<h3>《{escape(document.title)}》<span class=\"count\">{escape(document.doc_no or '未印文号')}{issued}</span>{badge(status)}</h3>"
        cards = "".join(
            _card(h.clause, h.document, h.status, [h.quote] if h.quote else [], "", "", _relation(h.relation)) for h in group
        )  # fmt: skip
        blocks.append(f'<section class="turn">{head}{cards}</section>')
    return "".join(blocks)


def _relation(relation: str | None) -> str:
    return f'<span class="relation">{escape(relation)}</span>' if relation else ""


def library(entries: Sequence[tuple[Document, Status, int]]) -> str:
    """The list of documents as a table; each title leads to its clauses."""
    if not entries:
        return '<div class="empty">没有符合条件的文件。</div>'
    rows = "".join(
        f'<tr><td><a href="?doc={url_quote(d.doc_id)}">{escape(d.title)}</a></td><td>{escape(d.doc_no or "—")}</td>'
        f"<td>{escape('、'.join(d.issuers) or '—')}</td><td>{escape(d.issued_on or '—')}</td><td>{escape(d.level or '—')}</td>"
        f"<td>{escape(d.kind or '—')}</td><td>{badge(s)}</td><td>{n}</td></tr>"
        for d, s, n in entries
    )
    head = "".join(f"<th>{name}</th>" for name in ("文件", "文号", "发文机关", "成文日期", "层级", "文种", "时效", "条款"))
    return f'<table class="library"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'


def document(found: Document, status: Status, clauses: Sequence[Clause]) -> str:
    """One document whole: its facts, then every clause with its address."""
    facts = {
        "文号": found.doc_no, "发文机关": "、".join(found.issuers), "成文日期": found.issued_on, "层级": found.level,
        "文种": found.kind, "实施期": found.period.text if found.period else None, "时效说明": status.reason,
        "印发通知": found.notice_title, "来源文件": found.file,
    }  # fmt: skip
    listed = "".join(f"<dt>{name}</dt><dd>{escape(value)}</dd>" for name, value in facts.items() if value)
    parts, path = [], ()
    for clause in clauses:
        if clause.path != path:
            path = clause.path
            parts.append(f'<h4>{escape(" › ".join(path))}</h4>' if path else "")
        parts.append(f'<div class="clause" id="k-{escape(clause.clause_id)}">{_lines(clause.text)}</div>')
    return f'<h2>《{escape(found.title)}》{badge(status)}</h2><dl class="facts">{listed}</dl>{"".join(parts)}'


def error(message: str) -> str:
    """A failure, said as such."""
    return f'<div class="error" role="alert">{escape(message)}</div>'


def memo(answer: Answer | None) -> str:
    """The answer as plain text with its citations as footnotes, to be pasted into a memo."""
    if answer is None:
        return ""
    notes = [_footnote(citation) for citation in answer.citations]
    return "\n".join([answer.text, "", *notes, *(f"注：{note}" for note in answer.notes)]).strip()


def _footnote(citation: Citation) -> str:
    number = f"（{citation.document.doc_no}）" if citation.document.doc_no else ""
    address = "，" + " › ".join(citation.clause.path) if citation.clause.path else ""
    words = re.sub(r"\s*\n\s*", " ", citation.quote)
    return f"[{citation.n}] 《{citation.document.title}》{number}{address}：“{words}”（{LABEL[citation.status.value]}）"
