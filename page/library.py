"""文件库: the list of documents and the one being read, wired in Gradio."""

from __future__ import annotations

from typing import TYPE_CHECKING

import gradio as gr

from page import html, shelves
from page.filters import filters, panel
from rag.retrieval.filters import passes

if TYPE_CHECKING:
    from rag.engine import Engine
    from rag.live import Live

_DRAWN = """
element.addEventListener('click', e => {
  const button = e.target.closest('.tw-relate');
  if (button) trigger('relate', {doc: element.querySelector('.tw-document').dataset.doc, clause: button.dataset.clause});
});
watch('value', () => tw.drawn(element));
tw.drawn(element); // a tab is made when first opened, which may be after its document was chosen"""


def library_tab(engine: Engine | Live, opening: str) -> tuple[gr.HTML, gr.HTML]:
    """Build the tab; (list, document) are returned."""
    entries = engine.now().documents()
    with gr.Row(elem_id="shelves"):
        with gr.Column(scale=4, min_width=320, elem_id="listed"):
            with gr.Accordion("筛选", open=True, elem_id="narrow"):
                picks = panel([document for document, _, _ in entries], "library")
            listed = gr.HTML(
                shelves.library(entries, len(entries)), elem_id="library", js_on_load=opening, apply_default_css=False
            )
        with gr.Column(scale=7, min_width=360, elem_id="reading"):
            shown = gr.HTML(
                html.empty("在列表中选择一份文件，全文会显示在这里。"),
                elem_id="document",
                js_on_load=_DRAWN,
                apply_default_css=False,
            )

    def narrow(*picked: str) -> str:
        chosen = filters(*picked)
        own = engine.now()
        entries = own.documents()
        return shelves.library([e for e in entries if passes(e[0], chosen, own.status)], len(entries))

    gr.on(
        [pick.change for pick in picks],
        narrow,
        picks,
        [listed],
        show_progress="hidden",
        trigger_mode="always_last",
        api_visibility="private",
    )
    return listed, shown


def drawn(engine: Engine | Live, doc_id: str, clause_id: str) -> str:
    """One document as HTML, at a clause if it has that one; an error box where there is no such document."""
    engine = engine.now()
    found = next((document for document, _, _ in engine.documents() if document.doc_id == doc_id), None)
    if found is None:
        return html.error("没有这份文件，可能索引已更新。请在“文件库”列表中重新选择。")
    return shelves.document(found, engine.status(found), engine.clauses(doc_id), clause_id)
