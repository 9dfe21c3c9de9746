"""文件关系: what one document rests on and what rests on it, drawn, with the words that say so; wired in Gradio."""

from __future__ import annotations

from collections import Counter
from html import escape
from typing import TYPE_CHECKING

import gradio as gr

from index.schema import Clause, Document
from page import graph, html
from page.day import at
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


def lineage_tab(engine: Library | Live, opening: str, day: gr.State) -> tuple[gr.Dropdown, gr.HTML]:
    """Build the tab; (what chooses the document in the middle, the drawing, whose links open documents)."""
    documents = [document for document, _, _ in engine.now().documents()]
    pick = gr.Dropdown(
        choices(engine),
        value=_busiest(engine.now(), documents),
        label="文件（可输入题名中的字查找）",
        filterable=True,
        elem_id="lineage-pick",
    )
    shown = gr.HTML(drawn(engine, pick.value), elem_id="lineage", js_on_load=opening + _CENTRE, apply_default_css=False)

    def centred(as_of: str, where: gr.EventData):
        return where.doc, drawn(engine, where.doc, as_of)

    how = {"show_progress": "hidden", "api_visibility": "private"}
    pick.input(lambda doc_id, as_of: drawn(engine, doc_id, as_of), [pick, day], [shown], **how)
    shown.centre(centred, [day], [pick, shown], **how)
    return pick, shown


def choices(engine: Library | Live) -> list[tuple[str, str]]:
    """What may stand in the middle: (title, doc_id)."""
    return [(document.title, document.doc_id) for document, _, _ in engine.now().documents()]


def drawn(engine: Library | Live, doc_id: str | None, day: str = "") -> str:
    """One document's neighbourhood as HTML: its levels, then the evidence."""
    library = at(engine, day)
    document = library.store.documents.get(doc_id or "")
    if document is None:
        return html.empty("请选择一份文件，这里会画出它的依据、落实、批准、废止和引用关系。")
    around = library.graph.around(document)
    if not around.edges:
        return html.empty(f"《{document.title}》没有提到别的文件，也没有别的文件提到它。")
    picture = graph.drawing(around, library.store.documents, library.status)
    found = [(group, node) for group in graph.groups(around, (*graph.ABOVE, *graph.BELOW)) for node in group.nodes]
    quotes = "".join(_evidence(library, around, group, node) for group, node in found)
    outside = sum(not node.in_corpus for _, node in found)
    count = f"{len(found)} 份文件" + (f"，其中 {outside} 份不在库中" if outside else "")
    key = "由上级到下级分列，标签说明它与本文件的关系。点题名打开全文。"
    return (
        f'<p class="tw-count">{count}。{key}</p>{picture}'
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
    status = engine.status(document)
    return html.opener(document, None, title) + (html.badge(status) if status.value != "unknown" else "")


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
        f'{html.doubt(clause)}{escape(speaker)}<span class="tw-path">{escape(where)}</span>{html.opener(document, clause, "在全文中查看")}'
        "</footer></blockquote>"
    )


def _busiest(engine: Library, documents: list[Document]) -> str | None:
    """The document with most relations: the first drawing shows what the tab can do."""
    counts = Counter(end for edge in engine.graph.edges for end in (edge.source, edge.target))
    return max((document.doc_id for document in documents), key=lambda doc_id: counts[doc_id], default=None)
