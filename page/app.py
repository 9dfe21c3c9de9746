"""The page: a header and its tabs (问政策, 找相关政策, 文件, 文件关系), and the links that lead from one to
another."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import TYPE_CHECKING

import gradio as gr

from desk.conversations import Conversations
from desk.store import Store
from page.ask import ask_tab
from page.day import PICKED, field, parsed
from page.keeping import Keeper
from page.library import drawn, library_tab, listing
from page.lineage import choices, lineage_tab
from page.lineage import drawn as lineage_drawn
from page.related import related_tab

if TYPE_CHECKING:
    from rag.engine import Engine
    from rag.live import Live

_OPENING = "element.addEventListener('click', e => tw.open(e, where => trigger('open', where)));"
_HEAD = (
    '<header class="tw-head"><span class="tw-seal" aria-hidden="true">条</span><h1>条问</h1>'
    "<p>向政策文件提问，每句回答都附条款原文与出处</p><span class='tw-when'>{as_of}{news}</span></header>"
)
_LOOKED = 20  # seconds between two looks of an open page at whether the index is another


def build(engine: Engine | Live, may_edit: Callable[[gr.Request], bool] = lambda request: True) -> gr.Blocks:
    """The Gradio page over an opened engine; with one that moves to another index, the page moves too and says so.
    `may_edit` says which visitors may add and remove documents."""
    entries = engine.now().documents()
    documents = [document for document, _, _ in entries]
    kept = Conversations(Store(engine.now().settings.desk_file))
    with gr.Blocks(title="条问", analytics_enabled=False, fill_width=True) as page:
        head = gr.HTML(_head(engine.now()), elem_id="head", js_on_load=PICKED, apply_default_css=False)
        seen, day, reading = gr.State(_mark(engine.now())), gr.State(""), gr.State("")
        with gr.Tabs(elem_id="tabs") as tabs:
            with gr.Tab("问政策", id="ask"):
                asked = ask_tab(engine, kept)
            with gr.Tab("找相关政策", id="related"):
                related = related_tab(engine, documents, _OPENING, day)
            with gr.Tab("文件", id="library"):
                library = library_tab(engine, _OPENING, day, Keeper(engine), may_edit)
            with gr.Tab("文件关系", id="lineage"):
                pick, around = lineage_tab(engine, _OPENING, day)

        def shown(doc_id: str, clause_id: str, as_of: str, request: gr.Request) -> str:
            return drawn(engine, doc_id, clause_id, as_of, may_edit(request))

        def opened(as_of: str, where: gr.EventData, request: gr.Request):
            return gr.Tabs(selected="library"), shown(where.doc, where.clause, as_of, request), where.doc

        def arrived(as_of: str, request: gr.Request):
            """A link ?doc=…&clause=… opens the third tab there."""
            doc_id, clause_id = request.query_params.get("doc"), request.query_params.get("clause", "")
            if not doc_id:
                return gr.skip(), gr.skip(), gr.skip()
            return gr.Tabs(selected="library"), shown(doc_id, clause_id, as_of, request), doc_id

        def looked(mark: str, as_of: str, *narrowing):
            """The head and the list of documents anew, where the index or the day is another than this page shows."""
            now = engine.now()
            if engine.failure:
                return _head(now, f"　新的索引未能启用：{engine.failure}", as_of), gr.skip(), gr.skip(), mark
            if _mark(now) == mark:
                return gr.skip(), gr.skip(), gr.skip(), gr.skip()
            entries = now.documents()
            news = f"　文件库已更新：{len(entries)} 份文件、{sum(n for _, _, n in entries)} 条"
            return _head(now, news, as_of), listing(engine, *narrowing), gr.Dropdown(choices(engine)), _mark(now)

        def dated(where: gr.EventData, request: gr.Request, document: str, centre: str, query: str, by: str, *picked):
            """Every tab as of another day."""
            as_of = where.day if parsed(where.day) else ""
            read = shown(document, "", as_of, request) if document else gr.skip()
            listed = listing(engine, query, by, as_of, *picked)
            return as_of, _head(engine.now(), "", as_of), listed, read, lineage_drawn(engine, centre, as_of)

        def neighbours(where: gr.EventData):
            """A clause of the document being read, as the second tab's paste."""
            clause = next(c for c in engine.now().clauses(where.doc) if c.clause_id == where.clause)
            return gr.Tabs(selected="related"), clause.text

        def centred(as_of: str, where: gr.EventData):
            """The document being read in the middle of the fourth tab."""
            return gr.Tabs(selected="lineage"), where.doc, lineage_drawn(engine, where.doc, as_of)

        how = {"show_progress": "hidden", "api_visibility": "private"}
        for links in (asked, related.found, library.listed, around):
            links.open(opened, [day], [tabs, library.shown, reading], **how)
        related.search_on(library.shown.relate(neighbours, None, [tabs, related.paste], **how).then)
        related.settle()
        library.shown.lineage(centred, [day], [tabs, pick, around], **how)
        seek, by, _, *picks = library.narrowing
        head.dated(dated, [reading, pick, seek, by, *picks], [day, head, library.listed, library.shown, around], **how)
        page.load(arrived, [day], [tabs, library.shown, reading], **how)
        page.load(library.changed.offered, None, [library.changed.upload], queue=False, **how)
        for event in (page.load, gr.Timer(_LOOKED).tick):
            event(looked, [seen, day, *library.narrowing], [head, library.listed, pick, seen], queue=False, **how)
    return page


def _head(now: Engine, news: str = "", day: str = "") -> str:
    own = parsed(day)
    return _HEAD.format(as_of=field(own or now.as_of, chosen=own is not None), news=escape(news))


def _mark(now: Engine) -> str:
    """What a page shows: a generation of the index, as of a day."""
    return f"{now.store.folder.name} {now.as_of}"
