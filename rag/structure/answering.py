"""A structured answer, where the router and what the documents hold agree on one; None leaves the question to
passages."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from index.schema import Document
from index.terms import compact
from rag.query.question import Query
from rag.retrieval.filters import passes
from rag.schema import Filters
from rag.structure import articles, bases, beside, counts, outlines, rows, shelves, versions
from rag.structure.found import Found
from rag.structure.router import route, ruled
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
    question = compact(query.text)
    kind = route(
        question, context.store.manifest.encoder_digest, context.retriever.fusion.read_query(query.text).vector
    )
    held = [d for d in context.store.documents.values() if passes(d, filters, context.status)]
    of = _Of(context, query, ranking, ranking.rows[:_NEAR], held, frozenset(document.doc_id for document in held))
    if bases.wanted(question) and len(of.named) == 1:
        if (found := bases.answer(context, query, of.named[0])) is not None:
            return found
    for own in dict.fromkeys((kind, kind if kind == "passage" else ruled(question))):
        if (found := _formed(of, own)) is not None:
            return found
    return None


@dataclass(frozen=True)
class _Of:
    """What an answer is made of."""

    context: Tabled
    query: Query
    ranking: Ranking
    near: Sequence[int]
    held: Sequence[Document]
    documents: frozenset[str]

    @cached_property
    def named(self) -> list[Document]:
        return [d for d in self.context.retriever.titles.meant(self.query) if d.doc_id in self.documents]

    @cached_property
    def document(self) -> Document | None:
        return about(self.context, self.query, self.ranking, self.documents)

    @cached_property
    def row(self) -> Found | None:
        named = [document.doc_id for document in self.named]
        return rows.answer(self.context, self.query, self.near, self.documents, named)


def _formed(of: _Of, kind: str) -> Found | None:
    """The answer in the form of a kind."""
    context, query, near, document = of.context, of.query, of.near, of.document
    if kind == "facts":
        return shelves.card(context, of.named[0]) if len(of.named) == 1 else None
    if kind == "documents":
        return shelves.answer(context, query, near, of.held)
    if kind == "compare" and (found := versions.answer(context, query, near, of.documents)) is not None:
        return found
    if kind == "article":
        return articles.answer(context, query, document) if document else None
    if kind == "count" and of.row is not None and counts.wanted(compact(query.text)) == "members":
        return of.row  # the rows of a list before the headings of the notice that it comes with
    if kind == "count" and document and (found := counts.answer(context, query, document)) is not None:
        return found
    if of.row is not None:
        return of.row
    if kind == "compare":
        return beside.answer(context, query, of.ranking, of.documents)
    if kind in ("list", "outline"):
        return _listed(context, query, near, of.documents, document, kind)
    return outlines.named(context, query, of.documents, near) if _MEANS.search(query.text) else None


def _listed(
    context: Context, query: Query, near: Sequence[int], documents: frozenset[str], document: Document | None, kind: str
) -> Found | None:
    if (found := outlines.named(context, query, documents, near)) is not None:
        return found
    return outlines.answer(context, query, document, near, kind) if document else None
