"""Headings and numbered units of a document as a question speaks of them: the tree, what it asks for, what it leaves
over."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from index.schema import Document
from index.structure import Node
from index.terms import compact
from rag.query.question import Query
from rag.structure.words import common, left_over

if TYPE_CHECKING:
    from rag.context import Context
    from rag.retrieval.retrieve import Ranking

_FIRST = 4  # clauses that must be of one document for an unnamed one to be meant
_BODY = ("clause", "preamble", "box")
_ASKING = re.compile(
    r"主要|重点|具体|内容|包括|包含|分为|分成|讲了|写了|说了|提了|提出了?|规定了?|部署了?|确定了?|明确了?|安排了?|方面|部分|哪些|哪几|什么|几|多少|项|条|"
    r"框架|结构|目录|大纲|提纲|章节|要点|概括|总结|梳理|归纳|介绍|大致|总体上|工作|做法"
)


def about(context: Context, query: Query, ranking: Ranking, documents: frozenset[str]) -> Document | None:
    """The one document a question is about: the one it names, else the one that all its first clauses belong to; none
    where it names one of another kind (a plan's 批复 is not the plan)."""
    titles = context.retriever.titles
    named = [d for d in titles.meant(query) if d.doc_id in documents]
    if named:
        return named[0]
    if titles.best(query):
        return None
    first = [context.store.clauses[row].doc_id for row in ranking.rows[:_FIRST]]
    if (len(first) == _FIRST and len(set(first)) == 1) or (len(documents) == 1 and first):
        return context.store.documents[first[0]]
    return None


def body(found: Sequence[Node]) -> list[Node]:
    """The headings and units of a document without those of its annexes; of one that is all annex, these."""
    own = [node for node in found if node.part in _BODY]
    return own or list(found)


def top(found: Sequence[Node]) -> list[Node]:
    """The outermost numbered members of a document: chapters, or 一、 …, or articles where nothing stands above
    them."""
    own = body(found)
    for kind in ("编", "章", "一、", "（一）", "1．", "条", "1.1", "节", "标题"):
        members = [node for node in own if node.kind == kind and not _below_another(node, own, kind)]
        if len(members) > 1:
            return members
    return []


def _below_another(node: Node, found: Sequence[Node], kind: str) -> bool:
    """Whether a member stands below a numbered heading, so that its counting is not the document's own."""
    by_id = {own.id: own for own in found}
    parent = node.parent
    while parent is not None and parent in by_id:
        if by_id[parent].kind != "标题":
            return True
        parent = by_id[parent].parent
    return False


def bare(node: Node) -> str:
    """A heading without its number and last stop, compact."""
    text = compact(node.text)
    label = compact(node.label)
    return text.removeprefix(label).strip(" 。：:，,") if label else text


def head(node: Node, limit: int = 60) -> str:
    """What a unit is called: its heading, or its first words up to a stop."""
    text = " ".join(node.text.split())
    first = re.match(r"^(.{1,60}?)[。：:；;，,]", text)
    short = text if len(text) <= 30 else first[1] if first else text[:limit] + "……"
    return short.rstrip("。：:；;，,")


def asked_for(context: Context, question: str, document: Document, found: Sequence[Node]) -> Node | None:
    """The heading whose members a question asks for: the one that accounts for all its words beside the document's
    title; None where none does, or several do."""
    named = _names(document)
    rest = question
    for title in named:
        for part in common(rest, title, 3):
            rest = rest.replace(part, " ")
    exact = [n for n in found if len(bare(n)) > 2 and bare(n) in question and context.store.structure.children(n)]
    exact = [n for n in exact if not left_over(_ASKING.sub(" ", rest.replace(bare(n), " ")), named)]
    if exact:
        longest = max(len(bare(n)) for n in exact)
        exact = [n for n in exact if len(bare(n)) == longest]
        return exact[0] if len(exact) == 1 else None
    rest_words = left_over(_ASKING.sub(" ", rest), [])
    if not rest_words:
        return None
    told: list[tuple[float, int, Node]] = []
    for node in found:
        name = bare(node)
        if not name or len(name) > 40 or node.part == "notice":
            continue
        if not left_over(_ASKING.sub(" ", rest), [name, *named]):
            shared = sum(map(len, common(name, rest)))
            if shared >= 2 and context.store.structure.children(node):
                told.append((shared / len(name), -node.id, node))
    told.sort(key=lambda own: own[:2], reverse=True)
    if not told or (len(told) > 1 and told[0][0] == told[1][0] and told[0][2].parent != told[1][2].parent):
        return None
    return told[0][2]


def unexplained(question: str, document: Document) -> list[str]:
    """Words of a question that neither a document's names nor the asking accounts for."""
    return left_over(_ASKING.sub(" ", question), _names(document))


def _names(document: Document) -> list[str]:
    """What a question may call a document by, compact."""
    return [
        compact(document.title),
        compact(document.notice_title or ""),
        *map(compact, document.issuers),
        compact(document.doc_no or ""),
    ]
