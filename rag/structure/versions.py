"""One figure in two documents: what it is in both or how much it went up or down, the newer first, both with their
dates."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from index.entities import quantities
from index.entities.dates import CENTURY
from index.entities.printed import flatten
from index.schema import Clause, Document
from index.sentences import split_sentences
from index.terms import compact
from rag.query.question import Query
from rag.structure.found import Found, claim
from rag.structure.sums import figure
from rag.structure.words import common, left_over

if TYPE_CHECKING:
    from rag.context import Context

_CHANGE = re.compile(
    r"(?:提高|增加|上调|上涨|涨|多|降低|减少|下调|下降|少|变化|相差|差|延长|缩短)(?:了|出)?(?:多少|百分之多少|百分之几|几|多大)|(?:差|相差|变化)[^，。？?]{0,4}多少|翻了几倍"
)
_BOTH = re.compile(
    r"新旧|新老|前后|两版|两个版本|新办法|旧办法|老办法|新规|旧规|新版|旧版|老版|原办法|原来的?|以前的?|现行|暂行|修订前|修订后"
)
_ASIDE = re.compile(
    r"新旧|新老|前后|两版|两个版本|版本|新的?办法|旧办法|老办法|原办法|修订前后?|修订后?|现行|暂行|办法|规定|分别|各自|各是|不同|不一样|区别|差异|什么|比|相比|较|提高|增加|上调|上涨|涨|多|降低|减少|下调|下降|少|变化|相差|差|延长|缩短|百分之|多少|几|了|出|标准|新版|老版|旧版|现行|原来|以前"
)
_APART = re.compile(r"分别|各是|各自|不同|不一样|区别|差异|变化|改了")


@dataclass(frozen=True, slots=True)
class _Side:
    document: Document
    clause: Clause
    start: int
    stop: int
    value: Decimal
    unit: str


def wanted(question: str) -> bool:
    """Whether a compact question asks how much a figure changed."""
    change = _CHANGE.search(question) and re.search(r"比|较|和|与|跟|相差", question)
    return bool(change or (_BOTH.search(question) and _APART.search(question)))


def answer(context: Context, query: Query, near: Sequence[int], documents: frozenset[str]) -> Found | None:
    """The two figures and what sets them apart; None where the documents or the figures are not plain. `near`: store
    rows of the clauses found first."""
    question = compact(query.text)
    pair = _pair(context, question, documents) or _successive(context, question, near, documents)
    if pair is None:
        return None
    rest = question
    for document in pair:
        for part in common(rest, compact(document.title), 2):
            rest = rest.replace(part, " ")
        rest = rest.replace((document.issued_on or "x")[:4] + "年", " ")
    keys = left_over(_ASIDE.sub(" ", rest), [])
    if not keys:
        return None
    sides = [side for document in pair if (side := _figure(context, document, keys)) is not None]
    if len(sides) != 2 or sides[0].unit != sides[1].unit:
        return None
    new, old = sorted(sides, key=lambda side: side.document.issued_on or "", reverse=True)
    gap = new.value - old.value
    verb = "提高" if gap > 0 else "降低" if gap < 0 else "没有变化"
    rate = (100 * abs(gap) / old.value).quantize(Decimal("0.1"), ROUND_HALF_UP) if old.value else None
    told = f"{'、'.join(keys)}：由 {figure(old.value)}{old.unit} 变为 {figure(new.value)}{new.unit}，"
    share = f"，即 {figure(rate)}%（{figure(abs(gap))}÷{figure(old.value)}）" if rate is not None else ""
    told += f"{verb} {figure(abs(gap))}{new.unit}{share}" if gap else verb
    if not _CHANGE.search(question):
        told = f"{'、'.join(keys)}：现行 {figure(new.value)}{new.unit}，此前 {figure(old.value)}{old.unit}"
    claims = [claim(f"{told}。", "computed", [(new.clause, new.start, new.stop), (old.clause, old.start, old.stop)])]
    for side, name in ((new, "现行"), (old, "此前")):
        since = side.document.issued_on or "未印日期"
        ended = "，已不再有效" if context.status(side.document).value == "expired" else ""
        text = (
            f"{name}《{side.document.title}》（{since}印发{ended}）：{side.clause.text[side.start : side.stop].strip()}"
        )
        claims.append(claim(text, "extract", [(side.clause, side.start, side.stop)]))
    return Found(tuple(claims))


def _pair(context: Context, question: str, documents: frozenset[str]) -> tuple[Document, Document] | None:
    """The two documents a question sets side by side: by title, or by year of issue among those of like titles."""
    held = [d for d in context.store.documents.values() if d.doc_id in documents]
    named = [d for d in held if compact(d.title) in question]
    named = [d for d in named if not any(compact(d.title) in compact(o.title) and d is not o for o in named)]
    if len(named) == 2:
        return named[0], named[1]
    years = dict.fromkeys(re.findall(CENTURY, question))
    if len(years) != 2:
        return None
    pair = []
    for year in years:
        dated = [d for d in held if (d.issued_on or "").startswith(year)]
        own = sorted(dated, key=lambda d: -len("".join(common(compact(d.title), question))))
        if not own or sum(map(len, common(compact(own[0].title), question))) < 4:
            return None
        pair.append(own[0])
    return pair[0], pair[1]


def _successive(
    context: Context, question: str, near: Sequence[int], documents: frozenset[str]
) -> tuple[Document, Document] | None:
    """The document found first and the one that it took the place of, or that took its place, where the question says
    that it means both: in words, or by both years of issue."""
    years = set(re.findall(CENTURY, question))
    for row in near[:3]:
        own = context.store.clauses[row].doc_id
        others = [edge.source for edge in context.graph.replacing(own)]
        others += [o for o in documents if any(edge.source == own for edge in context.graph.replacing(o))]
        later = context.later(context.store.documents[own])
        others += [later.doc_id] if later is not None else []
        for other in dict.fromkeys(others):
            pair = (context.store.documents[own], context.store.documents[other])
            dated = {(document.issued_on or "")[:4] for document in pair}
            if (
                other in documents
                and own in documents
                and years <= dated
                and (len(years) == 2 or _BOTH.search(question))
            ):
                return pair
    return None


def _figure(context: Context, document: Document, keys: Sequence[str]) -> _Side | None:
    """The first figure behind the words asked for, in the one half-sentence of a document that says them."""
    held: list[_Side] = []
    title = compact(document.title)
    for clause in context.clauses(document.doc_id):
        above = title + compact("".join(clause.path))
        for start, stop in split_sentences(clause.text):
            flat = flatten(clause.text[start:stop])
            for half in re.split(r"[，,；;。]", flat):
                at = max((half.find(key) + len(key) for key in keys if key in half), default=-1)
                if at < 0 or not all(key in flat or key in above for key in keys):
                    continue
                for own in quantities.quantities(half[at:]):
                    if own.unit:
                        unit = half[at:][own.start : own.stop].lstrip("0123456789.,")
                        held.append(_Side(document, clause, start, stop, own.value, unit))
                        break
    values = {(side.value, side.unit) for side in held}
    return held[0] if len(values) == 1 else None
