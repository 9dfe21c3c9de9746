"""A conversation as HTML: questions, answers, the evidence beside them, and answers as memo text. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from page.html import badge, card, copier, empty, error, footnote, lines
from rag.schema import Answer, Citation, Hit, Sentence, Side

_SHOWN = 8  # hits shown below the cited clauses
_LONGEST = 600  # characters of a question shown; a pasted book would bury the answer
_LABELS = {
    "correction": "与问题所说不同", "model": "简要答复 · 已逐句核对", "metadata": "文件信息", "extract": "原文摘录", "nearest": "最接近的条款（未回答问题）",
}  # fmt: skip
_WAITING = {"evidence": "已找到相关条款，正在整理", "formal": "已找到相关条款，正在换用公文用语再查一遍", "extract": "模型正在撰写简要答复，核对后显示", "draft": "模型正在撰写简要答复，核对后显示"}


@dataclass(frozen=True, slots=True)
class Turn:
    """One question and what became of it."""

    question: str
    scope: str = ""  # the filters it was asked under, in words
    answer: Answer | None = None
    stage: str = "evidence"  # as Event.stage; "stopped" when the user cut it off
    error: str = ""


def welcome(samples: Sequence[str], documents: int, clauses: int) -> str:
    """What stands where the conversation will be: what can be asked, and examples to click."""
    chips = "".join(f'<li><button type="button" class="tw-sample">{escape(text)}</button></li>' for text in samples)
    listed = f'<p>试一试：</p><ul class="tw-samples">{chips}</ul>' if chips else ""
    return (
        f'<div class="tw-welcome"><h2>想了解哪项政策？</h2><p>已收录 {documents} 份政策文件、{clauses} 条条款。'
        f"回答只依据这些文件，每句都附原文出处；文件没有写明的，会直接告诉您。</p>{listed}</div>"
    )


def conversation(turns: Sequence[Turn]) -> str:
    """The chat, oldest first."""
    said = "".join(_turn(number, turn) for number, turn in enumerate(turns, 1))
    return f'<div role="log" aria-live="polite" aria-label="对话">{said}</div>'


def _turn(number: int, turn: Turn) -> str:
    question = turn.question
    if len(question) > _LONGEST:
        question = f"{question[:_LONGEST]}……（共 {len(turn.question)} 字）"
    scope = f'<div class="tw-scope">范围：{escape(turn.scope)}</div>' if turn.scope else ""
    asked = f'<div class="tw-asked" id="q{number}"><span class="tw-who">问</span><div>{lines(question)}{scope}</div></div>'
    failed = error(turn.error) if turn.error else ""
    if turn.answer is None and turn.stage == "stopped":
        return f'{asked}<div class="tw-answer"><p class="tw-stopped">已停止，没有作答。</p></div>'
    if turn.answer is None:
        return asked + (failed or f'<div class="tw-answer">{_waiting("正在检索条款")}</div>')
    refused = " refused" if turn.answer.refused else ""
    return f'{asked}<div class="tw-answer{refused}"><span class="tw-who">答</span><div>{_answer(number, turn)}{failed}</div></div>'


def _answer(number: int, turn: Turn) -> str:
    answer = turn.answer
    parts = []
    if answer.refused:
        why = "".join(escape(s.text) for s in answer.sentences if s.origin == "refusal")
        parts.append(f'<div class="tw-refusal"><b>所收文件未能回答这个问题</b>{why}</div>')
    for origin in ("correction", "model", "metadata"):
        said = [s for s in answer.sentences if s.origin == origin]
        if said:
            parts.append(f'<div class="tw-label">{_LABELS[origin]}</div><p class="tw-reply">{_said(number, said)}</p>')
    parts += [_table(number, answer.comparison)] if answer.comparison else []
    parts += [f'<p class="tw-note">{escape(note)}</p>' for note in answer.notes]
    for origin in ("extract", "nearest"):
        quoted = [s for s in answer.sentences if s.origin == origin]
        if quoted:
            items = "".join(f"<li>{_said(number, [s])}</li>" for s in quoted)
            parts.append(f'<div class="tw-label">{_LABELS[origin]}</div><ul class="tw-extract">{items}</ul>')
    if turn.stage in _WAITING and not turn.error:
        parts.append(_waiting(_WAITING[turn.stage]))
    elif turn.stage == "stopped":
        parts.append('<p class="tw-stopped">已停止。以上内容均已核对。</p>')
    if turn.stage in ("done", "stopped") and answer.sentences:
        parts.append(f'<div class="tw-tools">{copier(memo(answer), "复制答复（附脚注）")}{_seconds(answer)}</div>')
    return "".join(parts)


def _said(turn: int, sentences: Sequence[Sentence]) -> str:
    return "".join(
        f"<span>{lines(s.text)}</span>"
        + "".join(f'<a class="tw-mark" href="#t{turn}-c{n}" aria-label="查看出处 {n}">[{n}]</a>' for n in s.citations)
        for s in sentences
    )


def _table(turn: int, sides: Sequence[Side]) -> str:
    """A comparison, a row a document."""
    rows = "".join(
        f"<tr><th scope='row'>{escape(side.document.title)}{badge(side.status)}</th>"
        f'<td>{lines(side.text)}<a class="tw-mark" href="#t{turn}-c{side.n}" aria-label="查看出处 {side.n}">[{side.n}]</a></td></tr>'
        for side in sides
    )
    return f'<div class="tw-label">对照</div><table class="tw-compare"><thead><tr><th>文件</th><th>原文</th></tr></thead><tbody>{rows}</tbody></table>'


def _waiting(text: str) -> str:
    return f'<p class="tw-waiting">{text}<span class="tw-dots" aria-hidden="true"></span></p>'


def _seconds(answer: Answer) -> str:
    took = answer.timings
    if took.evidence_ms is None or took.total_ms is None:
        return ""
    again = "" if took.rerank_ms is None else f"（其中重排 {took.rerank_ms / 1000:.2f} 秒）"
    told = f"<span>检索 {took.evidence_ms / 1000:.2f} 秒{again}，共 {took.total_ms / 1000:.1f} 秒</span>"
    if answer.formal:
        told += f"<span>另以模型改写的用语检索：{escape(answer.formal)}</span>"
    return told


def evidence(turns: Sequence[Turn]) -> str:
    """Cards of every turn, the newest turn first and open: cited clauses, then the other hits."""
    blocks = []
    for number, turn in reversed(list(enumerate(turns, 1))):
        if turn.answer is None or not turn.answer.hits:
            continue
        groups = _by_clause(turn.answer.citations)
        rest = [hit for hit in turn.answer.hits if hit.clause.clause_id not in groups][:_SHOWN]
        cards = [_cited(number, group) for group in groups.values()] + [_found(hit) for hit in rest]
        counts = f"引用 {len(groups)} 条 · 备查 {len(rest)} 条"
        blocks.append(
            f'<details class="tw-turn" {"open" if not blocks else ""} data-turn="{number}"><summary><b>第 {number} 问的依据</b>'
            f"<span>{counts}</span></summary>{''.join(cards)}</details>"
        )
    return "".join(blocks) or empty("回答所依据的条款会显示在这里。")


def _by_clause(citations: Sequence[Citation]) -> dict[str, list[Citation]]:
    groups: dict[str, list[Citation]] = {}
    for citation in citations:
        groups.setdefault(citation.clause.clause_id, []).append(citation)
    return groups


def _cited(turn: int, group: Sequence[Citation]) -> str:
    first = group[0]
    numbers = "".join(f'<span class="tw-n" id="t{turn}-c{c.n}">[{c.n}]</span>' for c in group)
    return card(first.clause, first.document, first.status, [c.quote for c in group], numbers, titled=True, css="cited")


def _found(hit: Hit) -> str:
    return card(hit.clause, hit.document, hit.status, [], f'<span class="tw-rank">第 {hit.rank} 位</span>', titled=True)


def memo(answer: Answer) -> str:
    """The answer as plain text with its citations as footnotes, to be pasted into a memo."""
    notes = [footnote(citation) for citation in answer.citations]
    return "\n".join([answer.text, "", *notes, *(f"注：{note}" for note in answer.notes)]).strip()
