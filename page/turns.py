"""A conversation as HTML: questions, answers, and what can be done with each. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from desk.schema import REASONS, SETTLED, Feedback
from memo.paper import UNSURE, part, quoted_as, refused
from memo.text import text
from page.html import badge, clipped, copier, doubt, error, escape, lines, row, tabular
from rag.schema import Answer, Entry, Grid, Sentence, Side

_LONGEST = 600  # characters of a question shown; a pasted book would bury the answer
_BORNE = {
    "span": "文件原文",
    "model": "已逐句核对",
    "metadata": "文件信息",
    "correction": "与问题所说不同",
    "outline": "文件的标题和条目",
    "row": "表中原行",
    "computed": "由所列各行得出",
}  # what a 结论 rests on
_WAITING = {
    "asked": "正在检索条款",
    "evidence": "已找到相关条款，正在整理",
    "formal": "已找到相关条款，正在换用公文用语再查一遍",
    "extract": "正在判读这些原文是否回答了问题",
    "read": "模型正在撰写简要答复，核对后显示",
    "draft": "模型正在撰写简要答复，核对后显示",
}


@dataclass(frozen=True, slots=True)
class Turn:
    """One question and what became of it."""

    question: str
    scope: str = ""  # the filters it was asked under, in words
    answer: Answer | None = None
    # queued, asked, then as Event.stage; at last done, stopped (by the user), failed, or cut (the program ended)
    stage: str = "asked"
    error: str = ""
    place: int = 1  # within its conversation
    asked: float = 0.0  # seconds since 1970
    said: Feedback | None = None
    ahead: int = 0  # how many others the chat model serves first

    @property
    def waiting(self) -> str:
        """What is being done, in words; empty once nothing more will come."""
        if self.ahead and self.stage not in SETTLED:
            return f"模型正忙，前面还有 {self.ahead} 个问题"
        return "" if self.error else _WAITING.get(self.stage, "")

    @property
    def given(self) -> Answer:
        """The answer of a turn that has one."""
        assert self.answer is not None
        return self.answer

    @property
    def day(self) -> date:
        """The day of retrieval."""
        return date.fromtimestamp(self.asked)


def welcome(samples: Sequence[str], documents: int, clauses: int) -> str:
    """What stands where the conversation will be: what can be asked, and examples to click."""
    chips = "".join(f'<li><button type="button" class="tw-sample">{escape(text)}</button></li>' for text in samples)
    listed = f'<p>试一试</p><ul class="tw-samples">{chips}</ul>' if chips else ""
    return (
        f'<div class="tw-welcome"><h2>想了解哪项政策？</h2><p>已收录 {documents} 份政策文件、{clauses} 条条款。'
        f"回答只依据这些文件，每句都附原文出处；文件没有写明的，会直接告诉您。</p>{listed}</div>"
    )


def conversation(turns: Sequence[Turn], earlier: int = 0) -> str:
    """The chat, oldest first; `earlier` turns are not among them and can be asked for."""
    more = f'<button type="button" class="tw-more">显示更早的 {earlier} 问</button>' if earlier else ""
    return more + "".join(
        f'<section class="tw-turn" id="t{turn.place}" data-n="{turn.place}" data-stage="{escape(turn.stage)}">'
        f"{inner(turn)}</section>"
        for turn in turns
    )


def inner(turn: Turn) -> str:
    """What stands in a turn's section."""
    asked = _asked(turn)
    failed = error(turn.error) + _again(turn) if turn.error else ""
    if turn.answer is None:
        return asked + (failed or f'<div class="tw-answer">{_unanswered(turn)}</div>')
    return (
        f'{asked}<div class="tw-answer{" refused" if turn.answer.refused else ""}"><span class="tw-who">答</span>'
        f"<div>{_answer(turn)}{failed}</div></div>"
    )


def _asked(turn: Turn) -> str:
    question = turn.question
    if len(question) > _LONGEST:
        question = f"{question[:_LONGEST]}……（共 {len(turn.question)} 字）"
    scope = f'<div class="tw-scope">范围：{escape(turn.scope)}</div>' if turn.scope else ""
    edit = ""
    if turn.stage in (*SETTLED, "cut"):
        edit = (
            f'<button type="button" class="tw-edit" data-n="{turn.place}" data-question="{escape(turn.question)}"'
            ' title="把这个问题放回输入框修改">修改</button>'
        )
    return (
        f'<div class="tw-asked" id="q{turn.place}"><span class="tw-who">问</span>'
        f"<div>{lines(question)}{scope}</div>{edit}</div>"
    )


def _unanswered(turn: Turn) -> str:
    """Where there is no answer, or none yet."""
    if turn.stage == "queued":
        button = f'<button type="button" class="tw-stop" data-n="{turn.place}">撤回</button>'
        return f'<p class="tw-queued">排队中，前面的问题答完后自动作答{button}</p>'
    if turn.stage == "stopped":
        return f'<p class="tw-stopped">已停止，没有作答。</p>{_again(turn)}'
    if turn.stage == "cut":
        return f'<p class="tw-stopped">程序在作答时关闭，没有完成。</p>{_again(turn)}'
    return f'<div class="tw-lead">{_waiting(turn)}</div>'


def _again(turn: Turn) -> str:
    return f'<div class="tw-tools">{_retry(turn, "重试")}</div>'


def _retry(turn: Turn, label: str) -> str:
    return f'<button type="button" class="tw-retry" data-n="{turn.place}">{label}</button>'


def _answer(turn: Turn) -> str:
    """What leads, the sentences it rests on, the rest folded, what to mind, what can be done."""
    answer = turn.given
    parts = [_lead(turn)]
    parts += [_table(turn, answer.comparison)] if answer.comparison else []
    parts += [_grid(turn, answer.table)] if answer.table else []
    parts += [_outline(turn, answer.outline)] if any(entry.depth for entry in answer.outline) else []
    quoted = [s for s in answer.sentences if s.origin == "nearest"] if answer.refused else answer.support
    if quoted:
        parts.append(_label(quoted_as(answer)) + _list(turn, quoted))
    if answer.further and not answer.refused:
        parts.append(_folded(turn, "further", f"其余相关原文（{len(answer.further)} 句）", _list(turn, answer.further)))
    if answer.notes:
        noted = "".join(f"<li>{escape(note)}</li>" for note in answer.notes)
        parts.append(f'{_label("注意")}<ul class="tw-notes">{noted}</ul>')
    if turn.waiting and answer.conclusion:
        parts.append(_waiting(turn))
    elif turn.stage == "stopped":
        parts.append('<p class="tw-stopped">已停止。以上内容均已核对。</p>')
    if turn.stage in SETTLED and answer.sentences:
        parts.append(_tools(turn))
    return "".join(parts)


def _lead(turn: Turn) -> str:
    """What stands first: the 结论, the refusal, or that there is neither. What is waited for is told in this place,
    whose height a short 结论 keeps, so that the sentences below stay where they are when it comes."""
    parts: list[str] = []
    answer = turn.given
    if answer.refused:
        why = "".join(f"<p>{escape(s.text)}</p>" for s in answer.sentences if s.origin == "refusal")
        wider = (
            f'<button type="button" class="tw-wider" data-question="{escape(turn.question)}">不限范围再问一次</button>'
            if turn.scope
            else ""
        )
        parts.append(f'<div class="tw-refusal"><b>{refused(turn.scope)}</b>{why}{wider}</div>')
    for place, (origin, run) in enumerate(groupby(answer.conclusion, lambda s: s.origin)):
        parts.append(_label("" if place else "结论", _BORNE[origin]) + _concluded(turn, list(run)))
    if not parts and turn.waiting:
        parts.append(_waiting(turn))
    elif not parts and answer.support:
        parts.append(f'<p class="tw-unsure">{UNSURE}</p>')
    return f'<div class="tw-lead">{"".join(parts)}</div>' if parts else ""


def _concluded(turn: Turn, run: Sequence[Sentence]) -> str:
    """Sentences that conclude; several headings, items or documents as the list they are."""
    if len(run) > 2 and (run[0].origin == "outline" or run[0].text.endswith("：")):
        first, *items = run
        listed = "".join(f"<li>{_said(turn, item)}</li>" for item in items)
        return f'<div class="tw-reply"><p>{_said(turn, first)}</p></div><ol class="tw-items">{listed}</ol>'
    return f'<div class="tw-reply">{"".join(f"<p>{_said(turn, sentence)}</p>" for sentence in run)}</div>'


def _label(name: str, beside: str = "") -> str:
    words = (f"<b>{name}</b>" if name else "") + (f"<span>{beside}</span>" if beside else "")
    return f'<div class="tw-label">{words}</div>'


def _folded(turn: Turn, kind: str, summary: str, body: str) -> str:
    return f'<details class="tw-further" data-turn="{turn.place}-{kind}"><summary>{summary}</summary>{body}</details>'


def _list(turn: Turn, sentences: Sequence[Sentence]) -> str:
    return f'<ul class="tw-extract">{"".join(f"<li>{_said(turn, sentence)}</li>" for sentence in sentences)}</ul>'


def _said(turn: Turn, sentence: Sentence) -> str:
    return _words(turn, sentence) + "".join(_mark(turn, n) for n in sentence.citations)


def _words(turn: Turn, sentence: Sentence) -> str:
    """The sentence; a table's whole row by its columns."""
    rested = (c.clause for c in turn.given.citations if c.n in sentence.citations)
    whole = next((c for c in rested if tabular(c) and "".join(c.text.split()) == "".join(sentence.text.split())), None)
    return f"<span>{lines(sentence.text)}</span>" if whole is None else row(whole)


def _mark(turn: Turn, n: int) -> str:
    """The number of a source, and whether its clause wants comparing with the original."""
    unsure = "".join(doubt(c.clause) for c in turn.given.citations if c.n == n)
    return (
        unsure
        + f'<a class="tw-mark" href="#t{turn.place}-c{n}" data-n="{turn.place}" aria-label="查看出处 {n}">[{n}]</a>'
    )


def _table(turn: Turn, sides: Sequence[Side]) -> str:
    """A comparison, a row a document."""
    rows = "".join(
        f"<tr><th scope='row'>{escape(side.document.title)}{badge(side.status)}</th>"
        f"<td>{lines(side.text)}{_mark(turn, side.n)}</td></tr>"
        for side in sides
    )
    return (
        f'{_label("对照")}<div class="tw-wide" tabindex="0" role="region" aria-label="对照"><table class="tw-compare">'
        f"<thead><tr><th scope='col'>文件</th><th scope='col'>原文</th></tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _grid(turn: Turn, grid: Grid) -> str:
    """The rows an answer rests on, each with its mark."""
    heads = "".join(f"<th scope='col'>{escape(name)}</th>" for name in grid.columns)
    rows = "".join(
        f"<tr>{''.join(f'<td>{lines(cell)}</td>' for cell in cells)}<td>{_mark(turn, n)}</td></tr>"
        for cells, n in grid.rows
    )
    return (
        f'{_label("表格", escape(grid.caption))}<div class="tw-wide" tabindex="0" role="region" aria-label="表格">'
        f'<table class="tw-compare tw-grid"><thead><tr>{heads}<th scope="col">出处</th></tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
    )


def _outline(turn: Turn, entries: Sequence[Entry]) -> str:
    """Headings with those below them, folded; the outermost already stand in the answer."""
    inner = "".join(
        f'<li style="margin-inline-start:{int(entry.depth)}em">{escape(entry.text)}{_mark(turn, entry.n)}</li>'
        for entry in entries
    )
    return _folded(turn, "outline", f"展开下一级标题（{len(entries)} 条）", f'<ul class="tw-outline">{inner}</ul>')


def _waiting(turn: Turn) -> str:
    button = f'<button type="button" class="tw-stop" data-n="{turn.place}">停止</button>'
    return f'<p class="tw-waiting">{turn.waiting}<span class="tw-dots" aria-hidden="true"></span>{button}</p>'


def _tools(turn: Turn) -> str:
    """What can be done with an answer."""
    n = turn.place
    return (
        f'<div class="tw-tools" data-n="{n}">{copier(text(part(turn.given, turn.day, turn.scope)), "复制答复")}'
        f'<button type="button" class="tw-save" data-n="{n}" data-form="docx">导出 Word</button>'
        f'<button type="button" class="tw-save" data-n="{n}" data-form="md">Markdown</button>'
        f'<button type="button" class="tw-link" data-n="{n}">复制链接</button>{_retry(turn, "重答")}'
        f'<button type="button" class="tw-beside" data-n="{n}">查看条款</button>'
        f'<span class="tw-judge">{judged(turn)}</span></div>{_seconds(turn.given)}'
    )


def judged(turn: Turn) -> str:
    """有用 or 有误, as said; what was wrong can be added."""
    said, n = turn.said, turn.place
    useful, wrong = said is not None and said.useful, said is not None and not said.useful
    buttons = "".join(
        f'<button type="button" class="tw-{name}" data-n="{n}" aria-pressed="{"true" if on else "false"}">{label}</button>'
        for name, label, on in (("useful", "有用", useful), ("wrong", "有误", wrong))
    )
    told = ""
    if said is not None:
        words = "，".join(word for word in (said.reason, "已记下正确条款" if said.clause else "") if word)
        told = f"<span>已记录{f'：{escape(words)}' if words else ''}，谢谢</span>"
    return f"{buttons}{told}"


def complaint(turn: Turn) -> str:
    """The form in which a reader says what is wrong with an answer."""
    reasons = "".join(f"<option>{escape(reason)}</option>" for reason in REASONS)
    hits = "".join(
        f'<option value="{escape(hit.clause.clause_id)}">{escape(clipped(f"《{hit.document.title}》{hit.clause.text}", 56))}</option>'
        for hit in turn.given.hits
    )
    return (
        f'<form class="tw-complaint" data-n="{turn.place}"><label>问题在哪里<select name="reason">{reasons}</select></label>'
        f'<label>正确条款（可不选）<select name="clause"><option value="">不指定</option>{hits}</select></label>'
        '<label>或粘贴正确条款原文<textarea name="quote" rows="2" maxlength="5000"></textarea></label>'
        '<div><button type="submit" class="tw-submit">提交</button><button type="button" class="tw-cancel">取消</button></div></form>'
    )


def _seconds(answer: Answer) -> str:
    took = answer.timings
    if took.evidence_ms is None or took.total_ms is None:
        return ""
    again = "" if took.rerank_ms is None else f"（其中重排 {took.rerank_ms / 1000:.2f} 秒）"
    read = "" if took.read_ms is None else f"，判读 {took.read_ms / 1000:.2f} 秒"
    rewriting = f"；另以公文用语检索：{escape(answer.rewriting)}" if answer.rewriting else ""
    return f'<p class="tw-took">检索 {took.evidence_ms / 1000:.2f} 秒{again}{read}，共 {took.total_ms / 1000:.1f} 秒{rewriting}</p>'
