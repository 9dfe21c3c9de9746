"""The page: a header and its tabs (问政策, 找相关政策, 文件库, 文件关系), and the links that lead from one to
another."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import gradio as gr

from desk.conversations import Conversations
from desk.store import Store
from page import shelves
from page.ask import ask_tab
from page.library import drawn, library_tab
from page.lineage import lineage_tab
from page.related import related_tab

if TYPE_CHECKING:
    from rag.engine import Engine
    from rag.live import Live

_OPENING = "element.addEventListener('click', e => tw.open(e, where => trigger('open', where)));"
_HEAD = (
    '<header class="tw-head"><span class="tw-seal" aria-hidden="true">条</span><h1>条问</h1>'
    "<p>向政策文件提问，每句回答都附条款原文与出处</p><span>时效截至 {as_of}{news}</span></header>"
)
_LOOKED = 20  # seconds between two looks of an open page at whether the index is another


def build(engine: Engine | Live) -> gr.Blocks:
    """The Gradio page over an opened engine; with one that moves to another index, the page moves too and says so."""
    entries = engine.now().documents()
    documents = [document for document, _, _ in entries]
    kept = Conversations(Store(engine.now().settings.desk_file))
    with gr.Blocks(title="条问", analytics_enabled=False, fill_width=True) as page:
        head = gr.HTML(_head(engine.now()), elem_id="head", js_on_load=None, apply_default_css=False)
        seen = gr.State(_mark(engine.now()))
        with gr.Tabs(elem_id="tabs") as tabs:
            with gr.Tab("问政策", id="ask"):
                asked = ask_tab(engine, kept)
            with gr.Tab("找相关政策", id="related"):
                paste, found, search_on = related_tab(engine, documents, _OPENING)
            with gr.Tab("文件库", id="library"):
                listed, shown = library_tab(engine, _OPENING)
            with gr.Tab("文件关系", id="lineage"):
                around = lineage_tab(engine, _OPENING)

        def opened(where: gr.EventData):
            return gr.Tabs(selected="library"), drawn(engine, where.doc, where.clause)

        def arrived(request: gr.Request):
            """A link ?doc=…&clause=… opens the third tab there."""
            doc_id, clause_id = request.query_params.get("doc"), request.query_params.get("clause", "")
            if not doc_id:
                return gr.skip(), gr.skip()
            return gr.Tabs(selected="library"), drawn(engine, doc_id, clause_id)

        def looked(mark: str):
            """The head and the list of documents anew, where the index or the day is another than this page shows."""
            now = engine.now()
            if engine.failure:
                return _head(now, f"　新的索引未能启用：{engine.failure}"), gr.skip(), mark
            if _mark(now) == mark:
                return gr.skip(), gr.skip(), gr.skip()
            entries = now.documents()
            news = f"　文件库已更新：{len(entries)} 份文件、{sum(n for _, _, n in entries)} 条"
            return _head(now, news), shelves.library(entries, len(entries)), _mark(now)

        def neighbours(where: gr.EventData):
            """A clause of the document being read, as the second tab's paste."""
            clause = next(c for c in engine.now().clauses(where.doc) if c.clause_id == where.clause)
            return gr.Tabs(selected="related"), clause.text

        how = {"show_progress": "hidden", "api_visibility": "private"}
        for links in (asked, found, listed, around):
            links.open(opened, None, [tabs, shown], **how)
        search_on(shown.relate(neighbours, None, [tabs, paste], **how).then)
        page.load(arrived, None, [tabs, shown], **how)
        for event in (page.load, gr.Timer(_LOOKED).tick):
            event(looked, [seen], [head, listed, seen], queue=False, **how)
    return page


def _head(now: Engine, news: str = "") -> str:
    return _HEAD.format(as_of=now.as_of.isoformat(), news=escape(news))


def _mark(now: Engine) -> str:
    """What a page shows: a generation of the index, as of a day."""
    return f"{now.store.folder.name} {now.as_of}"
