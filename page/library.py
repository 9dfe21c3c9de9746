"""文件: the list and its search, the document being read, its original beside it, wired in Gradio."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import gradio as gr

from index.errors import TiaowenError
from page import adding, catalogue, html, originals, picture, reader
from page.changing import Changing, changing
from page.day import at
from page.downloads import download
from page.filters import filters, panel
from page.keeping import Keeper
from rag import finding
from rag.retrieval.filters import passes
from rag.schema import Filters
from rag.topics import topics

if TYPE_CHECKING:
    from rag.engine import Engine
    from rag.library import Library
    from rag.live import Live

_NOTHING = "在列表中选择一份文件，全文会显示在这里。"
_DRAWN = """
// Gradio knows the events by their names here.
tw.reader(element, props, trigger, ['relate', 'lineage', 'download', 'original', 'remove']);
watch('value', () => tw.drawn(element));
tw.drawn(element); // a tab is made when first opened, which may be after its document was chosen"""
_BESIDE = "tw.originals(element, props, trigger, ['original']); watch('value', () => tw.original(element));"


@dataclass(frozen=True, slots=True)
class LibraryTab:
    """What other tabs and the page need of this one."""

    listed: gr.HTML
    shown: gr.HTML  # the document being read
    narrowing: tuple  # the components whose values `listing` takes
    changed: Changing


def library_tab(engine: Engine | Live, opening: str, day: gr.State, keeper: Keeper, may_edit) -> LibraryTab:
    """Build the tab. `may_edit(request)` says whether a visitor may add and remove documents."""
    entries = engine.now().documents()
    how = {"show_progress": "hidden", "api_visibility": "private"}
    with gr.Row(elem_id="shelves"):
        with gr.Column(scale=4, min_width=320, elem_id="listed"):
            with gr.Row(elem_id="seeking"):
                seek = gr.Textbox(
                    label="查找文件",
                    show_label=False,
                    container=False,
                    max_lines=1,
                    placeholder="题名、文号或正文中的词，如 渝府发[2023]9号；多个词用空格隔开",
                    elem_id="seek",
                    scale=1,
                )
                by = gr.Dropdown(
                    list(catalogue.BY), value=catalogue.BY[0], label="排列", elem_id="by", scale=0, min_width=130
                )
            with gr.Accordion("筛选", open=False, elem_id="narrow"):
                picks = panel([document for document, _, _ in entries], "library")
            changed = changing(engine, keeper, may_edit)
            listed = gr.HTML(listing(engine), elem_id="library", js_on_load=opening, apply_default_css=False)
        with gr.Column(scale=7, min_width=360, elem_id="reading"):
            shown = gr.HTML(html.empty(_NOTHING), elem_id="document", js_on_load=_DRAWN, apply_default_css=False)
        with gr.Column(scale=6, min_width=320, elem_id="original-pane"):
            beside = gr.HTML("", elem_id="original", js_on_load=_BESIDE, apply_default_css=False)
    saved = download("library")
    narrowing = (seek, by, day, *picks)

    gr.on(
        [seek.change, by.change, *(pick.change for pick in picks)],
        lambda *values: listing(engine, *values),
        list(narrowing),
        [listed],
        trigger_mode="always_last",
        **how,
    )

    def original(where: gr.EventData) -> str:
        now = engine.now()
        document = now.store.documents.get(where.doc)
        if document is None:
            return html.error("没有这份文件，可能文件库已更新。请重新选择。")
        row = now.store.row_of.get(where.clause or "")
        return originals.sheet(now, document, None if row is None else now.store.clauses[row], where.page)

    def fetched(where: gr.EventData):
        now = engine.now()
        document = now.store.documents.get(where.doc)
        if document is None:
            raise gr.Error("没有这份文件，可能文件库已更新。请重新选择。", title="未能完成")
        try:
            return str(originals.copy_for_download(now, document, saved.room))
        except TiaowenError as error:
            raise gr.Error(str(error), title="未能完成") from error

    # A page is drawn in a process of its own; three at a time are enough for an office.
    shown.original(original, None, [beside], concurrency_limit=3, concurrency_id="drawing", **how)
    beside.original(original, None, [beside], concurrency_limit=3, concurrency_id="drawing", **how)
    saved.on(shown.download, fetched, [])

    def removed(where: gr.EventData, request: gr.Request, *values):
        """Remove the document being read, with its file; its place is taken by what was done."""
        again = partial(drawn, engine, where.doc, "", removable=True)
        yield from changed.remove(where.doc, request, partial(listing, engine, *values), again)

    shown.remove(removed, list(narrowing), [shown, listed, changed.told], concurrency_limit=None, **how)
    changed.settle(lambda *values: listing(engine, *values), list(narrowing), listed)
    return LibraryTab(listed, shown, narrowing, changed)


def listing(
    engine: Engine | Live, query: str = "", by: str = catalogue.BY[0], day: str = "", *picked: str | None
) -> str:
    """The list as the search box, the order, the day and the filters ask for it."""
    library = at(engine, day)
    chosen = filters(*picked) if picked else Filters()
    entries = entries_of(library)
    left = [each for each in entries if passes(each.document, chosen, library.status)]
    if not (query or "").strip():
        return adding.folded(library.store.report) + catalogue.listed(left, len(entries), by)
    own = {each.document.doc_id: each for each in left}
    results = finding.find(library.store, query, list(own))
    return catalogue.found(results, own, query.strip(), finding.words(query), chosen != Filters())


def entries_of(library: Library) -> list[catalogue.Entry]:
    """Every document as it is listed."""
    report = library.store.report.document
    return [
        catalogue.Entry(d, s, n, topics(d, library.clauses(d.doc_id)), report[d.doc_id].doubts)
        for d, s, n in library.documents()
    ]


def drawn(engine: Engine | Live, doc_id: str, clause_id: str, day: str = "", removable: bool = False) -> str:
    """One document as HTML, at a clause if it has that one; an error box where there is no such document."""
    library = at(engine, day)
    found = library.store.documents.get(doc_id)
    if found is None:
        return html.error("没有这份文件，可能文件库已更新。请在“文件”列表中重新选择。")
    report = library.store.report
    beside = next((len(entry.documents) - 1 for entry in report.files if doc_id in entry.documents), 0)
    how = reader.Reading(
        library.status(found), report.document[doc_id].doubts, picture.can_be_drawn(found.file), beside, removable
    )
    return reader.document(found, library.clauses(doc_id), how, clause_id)
