"""A structured answer, where the router and what the documents hold agree on one; None leaves the question to
passages."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from index.schema import Document
from rag.query.question import Query
from rag.retrieval.filters import passes
from rag.schema import Filters
from rag.structure import articles, counts, outlines, rows, shelves, versions
from rag.structure.found import Found
from rag.structure.router import route
from rag.structure.sheets import Tabled
from rag.structure.trees import about

if TYPE_CHECKING:
    from rag.context import Context
    from rag.retrieval.retrieve import Ranking

_MEANS = re.compile(r"指|什么|哪|包括")  # asks what a named list holds
_NEAR = 10  # clauses found first that speak for their tables and lists


def structured(context: Tabled, query: Query, ranking: Ranking, filters: Filters) -> Found | None:
    """The answer of the first form that is sure of one."""
    if query.pasted:
        return None
    kind = route(query.text)
    held = [d for d in context.store.documents.values() if passes(d, filters, context.status)]
    documents = frozenset(document.doc_id for document in held)
    near = ranking.rows[:_NEAR]
    if kind == "facts":
        meant = context.retriever.titles.meant(query)
        return shelves.card(context, meant[0]) if len(meant) == 1 and meant[0].doc_id in documents else None
    if kind == "documents":
        return shelves.answer(context, query, near, held)
    if kind == "compare" and (found := versions.answer(context, query, documents)) is not None:
        return found
    document = about(context, query, ranking, documents)
    if kind == "article":
        return articles.answer(context, query, document) if document else None
    if kind == "count" and document and (found := counts.answer(context, query, document)) is not None:
        return found
    named = [d.doc_id for d in context.retriever.titles.meant(query) if d.doc_id in documents]
    if (found := rows.answer(context, query, near, documents, named)) is not None:
        return found
    if kind in ("list", "outline"):
        return _listed(context, query, near, documents, document, kind)
    return outlines.named(context, query, documents, near) if _MEANS.search(query.text) else None


def _listed(
    context: Context, query: Query, near: Sequence[int], documents: frozenset[str], document: Document | None, kind: str
) -> Found | None:
    if (found := outlines.named(context, query, documents, near)) is not None:
        return found
    return outlines.answer(context, query, document, near, kind) if document else None
