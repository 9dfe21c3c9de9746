"""A conversation as HTML: questions, answers, the evidence beside them, and answers as memo text. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby

from page.html import badge, card, copier, empty, error, footnote, lines
from rag.schema import Answer, Citation, Entry, Grid, Hit, Sentence, Side

_SHOWN = 8  # hits shown below the cited clauses
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
_REFUSED = "所收文件未能回答这个问题"
_NEAREST = "最接近的条款（未回答问题）"
_UNSURE = "未能确定这些原文直接回答了问题，请自行判断"  # neither yes nor no
_WAITING = {
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
    asked = (
        f'<div class="tw-asked" id="q{number}"><span class="tw-who">问</span><div>{lines(question)}{scope}</div></div>'
    )
    failed = error(turn.error) if turn.error else ""
    if turn.answer is None and turn.stage == "stopped":
        return f'{asked}<div class="tw-answer"><p class="tw-stopped">已停止，没有作答。</p></div>'
    if turn.answer is None:
        return asked + (failed or f'<div class="tw-answer"><div class="tw-lead">{_waiting("正在检索条款")}</div></div>')
    refused = " refused" if turn.answer.refused else ""
    return f'{asked}<div class="tw-answer{refused}"><span class="tw-who">答</span><div>{_answer(number, turn)}{failed}</div></div>'


def _answer(number: int, turn: Turn) -> str:
    """What leads, the sentences it rests on, the rest folded, what to mind."""
    answer, waiting = turn.answer, turn.stage in _WAITING and not turn.error
    assert answer is not None  # a turn without one shows what it waits for
    parts = [_lead(number, answer, _WAITING[turn.stage] if waiting else "")]
    parts += [_table(number, answer.comparison)] if answer.comparison else []
    parts += [_grid(number, answer.table)] if answer.table else []
    parts += [_outline(number, answer.outline)] if any(entry.depth for entry in answer.outline) else []
    quoted = [s for s in answer.sentences if s.origin == "nearest"] if answer.refused else answer.support
    if quoted:
        parts.append(_label(_quoted_as(answer)) + _list(number, quoted))
    if answer.further and not answer.refused:
        parts.append(
            f'<details class="tw-further" data-turn="{number}"><summary>其余相关原文（{len(answer.further)} 句）</summary>'
            f"{_list(number, answer.further)}</details>"
        )
    if answer.notes:
        parts.append(_label("注意") + "".join(f'<p class="tw-note">{escape(note)}</p>' for note in answer.notes))
    if waiting and answer.conclusion:
        parts.append(_waiting(_WAITING[turn.stage]))
    elif turn.stage == "stopped":
        parts.append('<p class="tw-stopped">已停止。以上内容均已核对。</p>')
    if turn.stage in ("done", "stopped") and answer.sentences:
        parts.append(f'<div class="tw-tools">{copier(memo(answer), "复制答复（附脚注）")}{_seconds(answer)}</div>')
    return "".join(parts)


def _lead(turn: int, answer: Answer, waiting: str) -> str:
    """What stands first: the 结论, the refusal, or that there is neither. What is waited for is told in this place,
    whose height a short 结论 keeps, so that the sentences below stay where they are when it comes."""
    parts = []
    if answer.refused:
        parts.append(f'<div class="tw-refusal"><b>{_REFUSED}</b>{"".join(escape(s.text) for s in _why(answer))}</div>')
    for place, (origin, run) in enumerate(groupby(answer.conclusion, lambda s: s.origin)):
        said = "".join(f"<p>{_said(turn, sentence)}</p>" for sentence in run)
        parts.append(f'{_label("" if place else "结论", _BORNE[origin])}<div class="tw-reply">{said}</div>')
    if not parts and waiting:
        parts.append(_waiting(waiting))
    elif not parts and answer.support:
        parts.append(f'<p class="tw-unsure">{_UNSURE}</p>')
    return f'<div class="tw-lead">{"".join(parts)}</div>' if parts else ""


def _why(answer: Answer) -> list[Sentence]:
    return [s for s in answer.sentences if s.origin == "refusal"]


def _quoted_as(answer: Answer) -> str:
    """What the verbatim sentences are called."""
    return _NEAREST if answer.refused else "依据" if answer.conclusion else "相关原文"


def _label(name: str, beside: str = "") -> str:
    words = (f"<b>{name}</b>" if name else "") + (f"<span>{beside}</span>" if beside else "")
    return f'<div class="tw-label">{words}</div>'


def _list(turn: int, sentences: Sequence[Sentence]) -> str:
    return f'<ul class="tw-extract">{"".join(f"<li>{_said(turn, sentence)}</li>" for sentence in sentences)}</ul>'


def _said(turn: int, sentence: Sentence) -> str:
    return f"<span>{lines(sentence.text)}</span>" + "".join(_mark(turn, n) for n in sentence.citations)


def _mark(turn: int, n: int) -> str:
    return f'<a class="tw-mark" href="#t{turn}-c{n}" aria-label="查看出处 {n}">[{n}]</a>'


def _table(turn: int, sides: Sequence[Side]) -> str:
    """A comparison, a row a document."""
    rows = "".join(
        f"<tr><th scope='row'>{escape(side.document.title)}{badge(side.status)}</th>"
        f"<td>{lines(side.text)}{_mark(turn, side.n)}</td></tr>"
        for side in sides
    )
    return f'{_label("对照")}<table class="tw-compare"><thead><tr><th>文件</th><th>原文</th></tr></thead><tbody>{rows}</tbody></table>'


def _grid(turn: int, grid: Grid) -> str:
    """The rows an answer rests on, each with its mark."""
    heads = "".join(f"<th scope='col'>{escape(name)}</th>" for name in grid.columns)
    rows = "".join(
        f"<tr>{''.join(f'<td>{lines(cell)}</td>' for cell in cells)}<td>{_mark(turn, n)}</td></tr>"
        for cells, n in grid.rows
    )
    return (
        f'{_label("表格", escape(grid.caption))}<table class="tw-compare"><thead><tr>{heads}<th scope="col">出处</th></tr></thead>'
        f"<tbody>{rows}</tbody></table>"
    )


def _outline(turn: int, entries: Sequence[Entry]) -> str:
    """Headings with those below them, folded; the outermost already stand in the answer."""
    inner = "".join(
        f'<li style="margin-inline-start:{entry.depth}em">{escape(entry.text)}{_mark(turn, entry.n)}</li>'
        for entry in entries
    )
    return (
        f'<details class="tw-further" data-turn="{turn}"><summary>展开下一级标题（{len(entries)} 条）</summary>'
        f'<ul class="tw-outline">{inner}</ul></details>'
    )


def _waiting(text: str) -> str:
    return f'<p class="tw-waiting">{text}<span class="tw-dots" aria-hidden="true"></span></p>'


def _seconds(answer: Answer) -> str:
    took = answer.timings
    if took.evidence_ms is None or took.total_ms is None:
        return ""
    again = "" if took.rerank_ms is None else f"（其中重排 {took.rerank_ms / 1000:.2f} 秒）"
    read = "" if took.read_ms is None else f"，判读 {took.read_ms / 1000:.2f} 秒"
    told = f"<span>检索 {took.evidence_ms / 1000:.2f} 秒{again}{read}，共 {took.total_ms / 1000:.1f} 秒</span>"
    if answer.formal:
        told += f"<span>另以模型改写的用语检索：{escape(answer.formal)}</span>"
    return told


def evidence(turns: Sequence[Turn]) -> str:
    """Cards of every turn, the newest turn first and open: cited clauses, then the other hits."""
    blocks: list[str] = []
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
    """The answer as it is shown, unfolded nothing, as plain text to be pasted into a memo: a sentence a line, then the
    citations of those as footnotes."""
    nearest = [s for s in answer.sentences if s.origin == "nearest"]
    quoted = nearest if answer.refused else answer.support
    unsure = "" if answer.refused or answer.conclusion else f"（{_UNSURE}）"
    cited = {n for s in (*answer.conclusion, *quoted) for n in s.citations} | {side.n for side in answer.comparison}
    cited |= {n for _, n in answer.table.rows} if answer.table else set()
    blocks = [
        _block(_REFUSED, [_line(s.marked) for s in _why(answer)] if answer.refused else []),
        _block("结论", [_line(s.marked) for s in answer.conclusion]),
        _block(
            "对照",
            [
                f"《{side.document.title}》：" + _line(Sentence(side.text, (side.n,), "extract").marked)
                for side in answer.comparison
            ],
        ),
        _block("表格", _tabbed(answer.table)),
        _block(_quoted_as(answer) + unsure, [f"{place}. {_line(s.marked)}" for place, s in enumerate(quoted, 1)]),
        "\n".join(footnote(citation) for citation in answer.citations if citation.n in cited),
        "\n".join(f"注：{_line(note)}" for note in answer.notes),
    ]
    return "\n\n".join(block for block in blocks if block)


def _tabbed(grid: Grid | None) -> list[str]:
    """A table as lines of cells apart by tabs, which a memo or a sheet takes over as a table."""
    if grid is None:
        return []
    return ["\t".join(grid.columns), *("\t".join(_line(cell) for cell in cells) + f"[{n}]" for cells, n in grid.rows)]


def _block(heading: str, said: Sequence[str]) -> str:
    return "\n".join([f"{heading}：", *said]) if said else ""


def _line(text: str) -> str:
    return re.sub(r"\s*\n\s*", " ", text)
