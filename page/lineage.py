"""文件关系: what one document rests on and what rests on it, drawn, with the words that say so; wired in Gradio."""

from __future__ import annotations

from collections import Counter
from html import escape
from typing import TYPE_CHECKING

import gradio as gr

from index.schema import Clause, Document
from page import graph, html
from rag.lineage.graph import LABEL, Edge, Neighbourhood, Node

if TYPE_CHECKING:
    from rag.library import Library
    from rag.live import Live

_CENTRE = """
element.addEventListener('click', e => {
  const button = e.target.closest('.tw-centre');
  if (button) trigger('centre', {doc: button.dataset.doc});
});"""
_QUOTES = 2  # shown for each neighbour; the others unfold
_WIDE, _NARROW = 5, 3  # boxes in a row; the style sheet shows the one that fits


def lineage_tab(engine: Library | Live, opening: str) -> gr.HTML:
    """Build the tab; the drawing is returned, whose links open documents."""
    documents = [document for document, _, _ in engine.now().documents()]
    pick = gr.Dropdown(
        [(document.title, document.doc_id) for document in documents],
        value=_busiest(engine.now(), documents),
        label="文件（可输入题名中的字查找）",
        filterable=True,
        elem_id="lineage-pick",
    )
    shown = gr.HTML(drawn(engine, pick.value), elem_id="lineage", js_on_load=opening + _CENTRE, apply_default_css=False)

    def centred(where: gr.EventData):
        return where.doc, drawn(engine, where.doc)

    how = {"show_progress": "hidden", "api_visibility": "private"}
    pick.input(lambda doc_id: drawn(engine, doc_id), [pick], [shown], **how)
    shown.centre(centred, None, [pick, shown], **how)
    return shown


def drawn(engine: Library | Live, doc_id: str | None) -> str:
    """One document's neighbourhood as HTML: the drawing at two widths, then the evidence."""
    engine = engine.now()
    document = engine.store.documents.get(doc_id or "")
    if document is None:
        return html.empty("请选择一份文件，这里会画出它的依据、落实、批准、废止和引用关系。")
    around = engine.graph.around(document)
    if not around.edges:
        return html.empty(f"《{document.title}》没有提到别的文件，也没有别的文件提到它。")
    documents = engine.store.documents
    pictures = "".join(
        f'<div class="tw-drawn {css}">{graph.drawing(around, documents, engine.status, columns)}</div>'
        for css, columns in (("wide", _WIDE), ("narrow", _NARROW))
    )
    found = [(group, node) for group in graph.groups(around, (*graph.ABOVE, *graph.BELOW)) for node in group.nodes]
    quotes = "".join(_evidence(engine, around, group, node) for group, node in found)
    outside = sum(not node.in_corpus for _, node in found)
    count = f"{len(found)} 份文件" + (f"，其中 {outside} 份不在库中" if outside else "")
    key = "上方是它的依据，下方是以它为依据的文件；箭头由说话的文件指向它所说的文件。点题名打开全文。"
    return (
        f'<p class="tw-count">{count}。{key}</p>{pictures}'
        f'<h3 class="tw-quotes">原文依据</h3><div class="tw-evidence">{quotes}</div>'
    )


def _evidence(engine: Library, around: Neighbourhood, group: graph.Group, node: Node) -> str:
    """What ties one neighbour to the document in the middle, in its own words."""
    title = f"《{escape(node.title)}》"
    if node.in_corpus:
        document = engine.store.documents[node.id]
        head = _opener(engine, document, title)
    else:
        head = f'{title}<span class="tw-kind">库外文件</span>' + escape(node.doc_no or "")
    quotes = [_quote(engine, around, edge) for edge in graph.between(around, node)]
    rest = "".join(quotes[_QUOTES:])
    more = f"<details><summary>另有 {len(quotes) - _QUOTES} 处</summary>{rest}</details>" if rest else ""
    return (
        f'<article class="tw-card"><header><span class="tw-relation">{escape(group.label)}</span><b>{head}</b></header>'
        f"{''.join(quotes[:_QUOTES])}{more}</article>"
    )


def _opener(engine: Library, document: Document, title: str) -> str:
    """A document's title as a link, with its 时效."""
    return html.opener(document, None, title) + html.badge(engine.status(document))


def _quote(engine: Library, around: Neighbourhood, edge: Edge) -> str:
    own = edge.source == around.document.doc_id
    clause: Clause = engine.store.clauses[engine.store.row_of[edge.clause_id]]
    document = engine.store.documents[edge.source]
    where = html.address(edge.path) or html.KINDS.get(clause.kind, "")
    target = engine.graph.nodes[edge.target].title
    speaker = "本文件" if own else f"《{document.title}》"
    return (
        f"<blockquote>{html.highlighted(edge.quote, [target])}<footer>"
        f'<span class="tw-kind">{LABEL[edge.relation, own]}</span>'
        f'{escape(speaker)}<span class="tw-path">{escape(where)}</span>{html.opener(document, clause, "在全文中查看")}'
        "</footer></blockquote>"
    )


def _busiest(engine: Library, documents: list[Document]) -> str | None:
    """The document with most relations: the first drawing shows what the tab can do."""
    counts = Counter(end for edge in engine.graph.edges for end in (edge.source, edge.target))
    return max((document.doc_id for document in documents), key=lambda doc_id: counts[doc_id], default=None)
