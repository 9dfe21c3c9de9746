"""第八条规定了什么: the article itself, whole, or that there is none."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from index.entities import addresses
from index.schema import Document
from index.structure import Node
from index.terms import compact
from rag.query.question import Query
from rag.structure.found import Found, claim, whole
from rag.structure.trees import body
from rag.structure.words import left_over

if TYPE_CHECKING:
    from rag.context import Context

_ASKS = re.compile(r"规定|内容|什么|原文|全文|怎么|如何|写|说|讲|是|的|了|哪些|吗|文|号")


def answer(context: Context, query: Query, document: Document) -> Found | None:
    """The text of the one article a question asks for and nothing else; a refusal where the document has no such
    one."""
    question = compact(query.text)
    found = addresses.articles(question)
    if len(found) != 1 or found[0][2]:
        return None
    said, wanted, _ = found[0]
    rest = _ASKS.sub(" ", question.replace(said, " "))
    printed = (document.title, document.notice_title or "", document.doc_no or "", *document.issuers)
    names = [compact(name) for name in printed]
    numbers = re.findall(r"\d+", document.doc_no or "")
    if [word for word in left_over(rest, names) if not any(n in word for n in numbers)]:
        return None
    own = [n for n in body(context.store.structure.nodes(document.doc_id)) if n.kind == "条"]
    if not own:
        return None
    held = next((node for node in own if _place(node) == wanted), None)
    if held is None:
        last = f"共{len({_place(node) for node in own})}条，" if len(own) > 2 else ""
        return Found((), refusal=f"《{document.title}》{last}没有{said}，无法回答。")
    clause = context.store.clauses[held.clause]
    label = compact(held.label)
    below = [
        c
        for c in context.clauses(document.doc_id)
        if c.path[:-1] == clause.path and compact(c.path[-1] if c.path else "").startswith(label)
    ]
    claims = [claim(c.text.strip(), "span", [whole(c)]) for c in (clause, *below)]
    return Found(tuple(claims))


def _place(node: Node) -> tuple[int | None, int]:
    own = addresses.articles(compact(node.label))
    return own[0][1] if own else (node.number, 0)
