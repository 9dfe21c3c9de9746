"""Lists and outlines: the members of a heading, the items of an article, a named list, a document's own headings."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from index.listings import Listing
from index.schema import Document
from index.sentences import split_sentences
from index.structure import Node
from index.terms import compact
from rag.query.question import Query
from rag.structure.found import Found, Line, claim, of_node, whole
from rag.structure.trees import asked_for, bare, body, head, top, unexplained
from rag.structure.words import left_over

if TYPE_CHECKING:
    from rag.context import Context

_WHOLE = re.compile(
    r"讲了|写了|说了|主要内容|什么内容|哪些内容|框架|结构|目录|大纲|提纲|章节|概括|总结|梳理|归纳|要点|哪几(?:个)?(?:章|部分|方面)|哪些(?:章|部分|方面)|分(?:为|成)?(?:哪|几)"
)
_DEEDS = re.compile(r"措施|举措|任务|做法|政策|工作|要求|内容|重点")
_GOALS = re.compile(r"(?:主要|年度|发展|总体|工作|建设|具体)?目标")
_MEASURES = re.compile(r"(?:主要|重点|工作|政策|具体|支持|建设)?(?:任务|措施|举措)")
_AIDS = re.compile(r"保障|组织|实施")
_TOPIC = re.compile(
    r"(?:规定|写|提|列|设定|明确)了?(?:有)?哪些(?:关于)?([一-鿿]{2,6}?)(?:的?规定|条款|内容|情形)?[？?。]?$"
)
_TOP, _DEEP = 40, 80  # headings told, and lines of an outline with those below them
_SENTENCE = 120  # characters of a unit told whole
_MOST = 16  # sentences on a topic


def answer(context: Context, query: Query, document: Document, near: Sequence[int], kind: str) -> Found | None:
    """The list or outline asked for of `document`; None where its tree does not hold it. `near`: store rows found
    first."""
    question = compact(query.text)
    found = context.store.structure.nodes(document.doc_id)
    if kind == "list" and (told := _items(context, question, document, near)) is not None:
        return told
    node = asked_for(context, question, document, found) if found else None
    if node is None and kind == "outline":
        return _outlined(context, question, document, found)
    if node is not None:
        if _GOALS.search(bare(node)) and _GOALS.search(question):
            return _verbatim(context, document, node)
        members = context.store.structure.children(node)
        return _members(context, document, members, f"《{document.title}》的“{head(node)}”")
    return _on_topic(context, question, document) if kind == "list" else None


def named(context: Context, query: Query, documents: frozenset[str], near: Sequence[int]) -> Found | None:
    """A list that the question calls by its counted name (三组团), with all its members."""
    question = compact(query.text)
    told: list[tuple[int, Listing]] = []
    for doc_id, clause, own in context.store.structure.listed():
        if own.counted and len(own.name) >= 2 and compact(own.name) in question and doc_id in documents:
            told.append((clause, own))
    place = {row: at for at, row in enumerate(near)}
    told = sorted((own for own in told if own[0] in place), key=lambda own: (-len(own[1].name), place[own[0]]))
    if not told:
        return None
    row, own = told[0]
    holder = context.store.clauses[row]
    title = compact(context.document(holder).title)
    if left_over(question, [compact(own.name), title, *map(compact, holder.path)]):
        return None
    start = next((a for a, b in split_sentences(holder.text) if a <= own.items[0][1] < b), own.items[0][1])
    text = f"{own.name}：{'、'.join(item for item, _, _ in own.items)}（共 {len(own.items)} 项，全部列出）。"
    return Found((claim(text, "outline", [(holder, start, own.items[-1][2])]),))


def _items(context: Context, question: str, document: Document, near: Sequence[int]) -> Found | None:
    """The items of the first clause whose opening words account for the question: 申请人应当符合下列条件：（一）……"""
    for row in near[:5]:
        clause = context.store.clauses[row]
        if clause.doc_id != document.doc_id or clause.kind in ("row", "notice"):
            continue
        lead = clause.text.split("\n", 1)[0]
        said = [
            compact(lead),
            compact(document.title),
            compact(document.notice_title or ""),
            *map(compact, clause.path),
        ]
        units = [n for n in context.store.structure.nodes(document.doc_id) if n.clause == row and n.stop]
        items = [n for n in units[1:] if n.parent == units[0].id] if units else []
        if len(items) >= 2 and lead.rstrip().endswith(("：", ":")) and not left_over(question, said):
            claims = [claim(lead.strip(), "outline", [(clause, 0, len(lead))])]
            claims += [claim(n.text, "outline", [(clause, n.start, n.stop)]) for n in items]
            return _counted(claims, len(items))
    return None


def _outlined(context: Context, question: str, document: Document, found: Sequence[Node]) -> Found | None:
    rest = _MEASURES.sub(" ", _WHOLE.sub(" ", question))
    if unexplained(_GOALS.sub(" ", _DEEDS.sub(" ", rest)), document):
        return None
    own = body(found)
    if _WHOLE.search(question):
        return _members(context, document, top(found), f"《{document.title}》")
    if _GOALS.search(question):
        goals = [node for node in own if _GOALS.search(bare(node)) and len(bare(node)) <= 12]
        return _verbatim(context, document, goals[0]) if goals else None
    aids = bool(_AIDS.search(question))
    heads = [n for n in own if _MEASURES.search(bare(n)) and len(bare(n)) <= 12 and bool(_AIDS.search(bare(n))) == aids]
    heads = [n for n in heads if context.store.structure.children(n)]
    if heads:
        return _members(
            context, document, context.store.structure.children(heads[0]), f"《{document.title}》的“{head(heads[0])}”"
        )
    return _members(context, document, top(found), f"《{document.title}》")


def _members(context: Context, document: Document, members: Sequence[Node], name: str) -> Found | None:
    members = [node for node in members if node.number or node.kind == "标题"]
    if len(members) < 2 or len(members) > _TOP:
        return None
    claims = [claim(f"{name}共 {len(members)} 项，全部列出：", "outline", [_span(context, n) for n in members])]
    claims += [claim(f"{_said(node)}。", "outline", [_span(context, node)]) for node in members]
    lines: list[Line] = []
    for node in members:
        lines.append(Line(0, head(node), context.store.clauses[node.clause]))
        lines += [
            Line(1, head(below), context.store.clauses[below.clause])
            for below in context.store.structure.children(node)
        ]
    lines = lines if len(lines) <= _DEEP else [line for line in lines if not line.depth]
    return Found(tuple(claims), outline=tuple(lines))


def _said(node: Node) -> str:
    """A heading, or a unit of one sentence in its own words, without the last stop."""
    return " ".join(node.text.split()).rstrip("。：:；;") if len(node.text) <= _SENTENCE else head(node)


def _span(context: Context, node: Node):
    return of_node(node, context.store.clauses[node.clause])


def _verbatim(context: Context, document: Document, node: Node) -> Found | None:
    """The words of the clauses below a heading, or of the unit itself."""
    path_end = compact(node.text)
    own = [context.store.clauses[node.clause]] if node.stop else []
    own += [
        c
        for c in context.store.clauses_of(document.doc_id)
        if any(compact(h) == path_end for h in c.path) and c not in own
    ]
    if not own or sum(len(c.text) for c in own) > 1500:
        return None
    claims = [claim(c.text[a:b].strip(), "outline", [(c, a, b)]) for c in own for a, b in split_sentences(c.text)]
    return Found(tuple(claims))


def _on_topic(context: Context, question: str, document: Document) -> Found | None:
    """All sentences of a document that hold the word asked for (规定了哪些罚款)."""
    match = _TOPIC.search(question)
    if match is None:
        return None
    topic = match[1]
    own = [c for c in context.store.clauses_of(document.doc_id) if c.kind in ("clause", "annex") and topic in c.text]
    if not 2 <= len(own) <= _MOST or unexplained(question.replace(match[0], ""), document):
        return None
    claims = [claim(c.text.strip(), "outline", [whole(c)]) for c in own]
    return _counted(claims, len(own))


def _counted(claims: list, count: int) -> Found:
    last = claims[-1]
    return Found((*claims[:-1], replace(last, text=f"{last.text}（共 {count} 项，全部列出）")))
