"""The three tabs, wired in Gradio: 问政策, 找相关政策, 文件库. What they show is built and escaped in page/html.py."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

import gradio as gr

from index.errors import TiaowenError
from page import html
from page.examples import examples
from page.html import Turn
from rag.retrieve import passes
from rag.schema import Filters

if TYPE_CHECKING:
    from rag.engine import Engine

ANY = "不限"
STATUSES = {"有效": "in_force", "已过期": "expired", "时效不明": "unknown"}
RELATED = 20  # clauses shown for a paste


def build(engine: Engine) -> gr.Blocks:
    """The Gradio page over an opened engine."""
    entries = engine.documents()
    documents = [document for document, _, _ in entries]

    def choices(values) -> list[str]:
        return [ANY, *sorted({value for value in values if value})]

    def dropdowns() -> list:
        return [
            gr.Dropdown(choices(d.level for d in documents), value=ANY, label="层级"),
            gr.Dropdown(choices(i for d in documents for i in d.issuers), value=ANY, label="发文机关"),
            gr.Dropdown(choices(d.kind for d in documents), value=ANY, label="文种"),
            gr.Dropdown(choices((d.issued_on or "")[:4] for d in documents), value=ANY, label="成文年份"),
            gr.Dropdown([ANY, *STATUSES], value=ANY, label="时效"),
        ]

    with gr.Blocks(title="条问", analytics_enabled=False, fill_width=True) as page:
        gr.HTML('<div class="tw-head"><h1>条问</h1><p>向政策文件提问，每句回答都附条款原文与出处</p></div>', js_on_load=None)
        with gr.Tabs() as tabs:
            with gr.Tab("问政策", id="ask"):
                _ask_tab(engine, documents, dropdowns)
            with gr.Tab("找相关政策", id="related"):
                _related_tab(engine)
            with gr.Tab("文件库", id="library"):
                show = _library_tab(engine, entries, dropdowns)
        shown, listing = show

        def arrive(request: gr.Request):
            """A link ?doc=… opens the third tab on that document."""
            doc_id = request.query_params.get("doc") or ""
            if doc_id not in engine.store.documents:
                return gr.skip(), gr.skip(), gr.skip()
            document = engine.store.documents[doc_id]
            body = html.document(document, engine.status(document), engine.clauses(doc_id))
            return gr.Tabs(selected="library"), _framed(body), gr.Accordion(open=False)

        page.load(arrive, outputs=[tabs, shown, listing], show_progress="hidden")
    return page


def _ask_tab(engine: Engine, documents, dropdowns) -> None:
    turns = gr.State([])
    with gr.Row():
        with gr.Column(scale=5, min_width=360):
            chat = gr.HTML(_framed(html.conversation([]), scroll=True), elem_id="chat", js_on_load=None, autoscroll=True)
            box = gr.Textbox(
                placeholder="输入问题，按回车发送；可以接着追问，如“那到2035年呢？”", lines=1, max_lines=8,
                show_label=False, elem_id="question", autofocus=True,
            )  # fmt: skip
            with gr.Row():
                send = gr.Button("提问", variant="primary", elem_id="send")
                stop = gr.Button("停止", elem_id="stop")
                clear = gr.Button("清空对话", elem_id="clear")
            with gr.Row():
                samples = [
                    gr.Button(text, size="sm", elem_classes="sample") for text in examples(documents, engine.store.clauses)
                ]
            with gr.Accordion("筛选文件", open=False):
                name = gr.Textbox(label="题名或文号含有", max_lines=1)
                region = gr.Textbox(label="地区", max_lines=1)
                with gr.Row():
                    picks = dropdowns()
            with gr.Accordion("复制到备忘（附脚注）", open=False):
                memo = gr.Textbox(lines=8, show_label=False, buttons=["copy"], elem_id="memo", interactive=False)
        with gr.Column(scale=4, min_width=320):
            cards = gr.HTML(_framed(html.evidence([]), scroll=True), elem_id="evidence", js_on_load=None)

    def respond(question: str, past: list[Turn], title: str, place: str, *picked: str) -> Iterator[tuple]:
        """Stream one answer; every step shows the whole conversation anew."""

        def view(turn: Turn, text: str = ""):
            now = [*past, turn]
            chat_html, cards_html = html.conversation(now), html.evidence(now)
            return _framed(chat_html, scroll=True), _framed(cards_html, scroll=True), now, text, html.memo(turn.answer)

        turn = Turn(question.strip()[:2000])
        if not question.strip():
            yield view(replace(turn, question="（空）", error="请输入问题。"))
            return
        try:
            filters = _filters(title, place, *picked)
            yield view(turn)
            with closing(engine.ask_stream(question, _history(past), filters)) as events:
                last = ""
                for event in events:
                    if event.stage != "draft" or last != "draft":  # a draft is not shown, so it need not be redrawn
                        turn = replace(turn, answer=event.answer, stage=event.stage)
                        yield view(turn)
                    last = event.stage
        except TiaowenError as error:
            yield view(replace(turn, error=str(error)))

    inputs = [box, turns, name, region, *picks]
    outputs = [chat, cards, turns, box, memo]
    asking = gr.on([send.click, box.submit], respond, inputs, outputs, concurrency_limit=1, show_progress="hidden")
    for sample in samples:
        chosen = sample.click(respond, [sample, *inputs[1:]], outputs, concurrency_limit=1, show_progress="hidden")
        stop.click(None, cancels=[chosen])

    def halt(past: list[Turn]):
        ended = [replace(t, stage="stopped") if t.answer and t.stage != "done" else t for t in past]
        return _framed(html.conversation(ended), scroll=True), ended

    stop.click(halt, [turns], [chat, turns], cancels=[asking], show_progress="hidden")
    clear.click(
        lambda: (_framed(html.conversation([]), scroll=True), _framed(html.evidence([]), scroll=True), [], ""),
        outputs=[chat, cards, turns, memo], cancels=[asking], show_progress="hidden",
    )  # fmt: skip


def _related_tab(engine: Engine) -> None:
    with gr.Row():
        with gr.Column(scale=2, min_width=320):
            paste = gr.Textbox(label="粘贴条款原文", lines=10, max_lines=24, elem_id="paste")
            find = gr.Button("查找相关条款", variant="primary", elem_id="find")
        with gr.Column(scale=3, min_width=360):
            waiting = '<div class="empty">相关条款会按文件分组显示在这里。</div>'
            found = gr.HTML(_framed(waiting), elem_id="related", js_on_load=None)

    def look(text: str) -> str:
        try:
            return _framed(html.related(engine.related(text, RELATED)))
        except TiaowenError as error:
            return _framed(html.error(str(error)))

    find.click(look, [paste], [found])


def _library_tab(engine: Engine, entries, dropdowns):
    with gr.Accordion("全部文件", open=True) as listing:
        words = gr.Textbox(label="题名或文号含有", max_lines=1, elem_id="words")
        with gr.Row():
            picks = dropdowns()
        table = gr.HTML(_framed(html.library(entries)), elem_id="library", js_on_load=None)
    shown = gr.HTML("", elem_id="document", js_on_load=None)

    def narrow(title: str, *picked: str) -> str:
        filters = _filters(title, "", *picked)
        return _framed(html.library([e for e in entries if passes(e[0], filters, engine.status)]))

    gr.on([words.change, *(pick.change for pick in picks)], narrow, [words, *picks], [table], show_progress="hidden")
    return shown, listing


def _filters(title: str, region: str, level: str, issuer: str, kind: str, year: str, status: str) -> Filters:
    def chosen(value: str | None) -> str | None:
        return None if value in (ANY, None) or not value.strip() else value.strip()

    return Filters(
        document=chosen(title), level=chosen(level), issuer=chosen(issuer), region=chosen(region),
        kind=chosen(kind), year=int(year) if chosen(year) else None, status=STATUSES.get(status),
    )  # fmt: skip


def _history(past: list[Turn]) -> list[dict[str, str]]:
    """Earlier turns as the engine takes them; failed ones said nothing."""
    return [
        {"role": role, "content": content}
        for turn in past if turn.answer is not None and not turn.error
        for role, content in (("user", turn.question), ("assistant", turn.answer.text))
    ]  # fmt: skip


def _framed(body: str, scroll: bool = False) -> str:
    return f'<div class="tw{" tw-scroll" if scroll else ""}">{body}</div>'
