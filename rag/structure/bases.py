"""依据: what a document says that it rests on, and which 批复 approves it, each in the sentence that says so."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from index.schema import Document
from index.terms import compact
from rag.answering.compose import Claim
from rag.lineage.relations import APPROVES, IMPLEMENTS
from rag.query.question import Query
from rag.structure.found import Found, claim
from rag.structure.trees import unexplained

if TYPE_CHECKING:
    from rag.context import Context

_ASKS = re.compile(
    r"(?:制定|编制|出台|印发|起草|上位)(?:的)?依据(?:是|有|为|包括)?(?:什么|哪些|啥|哪个文件)?|依据(?:的)?(?:是)?(?:什么|哪些|哪个|哪几个|哪份)(?:文件|政策|批复|规定)?(?:制定|编制|出台|印发)?(?:的)?|"
    r"(?:根据|按照|为(?:了)?(?:贯彻|落实))(?:的)?(?:是)?(?:什么|哪些|哪个|哪份|啥)(?:文件|政策|批复|规定)?(?:制定|编制|出台|印发|来)?(?:的)?|依据哪个批复|(?:哪个|哪份)批复(?:同意|批准)(?:的)?"
)


def wanted(question: str) -> bool:
    """Whether a compact question asks what a document rests on."""
    return bool(_ASKS.search(question))


def answer(context: Context, query: Query, document: Document) -> Found | None:
    """The documents it rests on in printed order; None where it names none, or the question asks more."""
    question = _ASKS.sub(" ", compact(query.text))
    if unexplained(question, document):
        return None
    graph = context.graph
    edges = [
        (edge, edge.target) for edge in graph.edges if edge.source == document.doc_id and edge.relation == IMPLEMENTS
    ]
    edges += [
        (edge, edge.source) for edge in graph.edges if edge.target == document.doc_id and edge.relation == APPROVES
    ]
    claims: dict[str, Claim] = {}
    for edge, other in edges:
        node = graph.nodes[other]
        clause = context.store.clauses[context.store.row_of[edge.clause_id]]
        printed = "，".join(
            own for own in (node.doc_no, node.issued_on, "" if node.in_corpus else "未收入文件库") if own
        )
        role = "由其批准" if edge.relation == APPROVES else "依据"
        title = node.title if node.title.startswith("《") else f"《{node.title}》"
        text = f"{role}{title}{f'（{printed}）' if printed else ''}：{' '.join(edge.quote.split())}"
        claims.setdefault(other, claim(text, "metadata", [(clause, edge.start, edge.stop)]))
    return Found(tuple(claims.values())) if claims else None
