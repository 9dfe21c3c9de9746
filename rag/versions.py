"""Versions of one document: the same title by the same issuer, of different dates. Nothing says that the later one ends
the earlier (a notice may come every year), so both are kept; the one in force is what a question is answered from, and
the others stand behind it, marked with both dates. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from index.schema import Clause, Document
from index.terms import compact

if TYPE_CHECKING:
    from rag.query.question import Query
    from rag.retrieval.retrieve import Ranking

_EDITION = re.compile(r"\((?:\d{4}年?)?(?:修订|修正|修改|试行|暂行|新版|版)*\d*(?:年版)?(?:稿|本)?\)$")
_OF = r"(?:规定|办法|标准|政策|文件|版本?)"
_EARLIER = re.compile(
    rf"新旧|[旧老]版|旧的?{_OF}|原(?:来|先)?的?{_OF}|(?:以前|此前|之前|早先|过去)的?(?:{_OF}|是)|[上前]一版|历次|历史版本|"
    r"(?:修订|修改|修正|调整|废止)之?前|(?:什么|哪些)(?:变化|改动|调整|修改)|改了(?:什么|哪些)"
)
_BEHIND = 1e-4  # of a fused score: an earlier version stands so far behind the one in force


def in_force(documents: Sequence[Document], as_of: date, ended: Callable[[Document], bool]) -> dict[str, Document]:
    """For the doc_id of each version that is not in force on a day, the one that is; `ended`: whether a document is
    known to have ended by then.

    In force is the version last begun by that day, before those that have ended; with none begun, none is.
    """
    versions: dict[str, list[Document]] = {}
    for document in documents:
        if document.issued_on is not None:
            versions.setdefault(_EDITION.sub("", compact(document.title)), []).append(document)
    today = as_of.isoformat()
    found: dict[str, Document] = {}
    for same in versions.values():
        for document in same if len(same) > 1 else ():
            own = [other for other in same if other is document or _one_issuer(document, other)]
            begun = [other for other in own if _begins(other) <= today]
            if len({other.issued_on for other in own}) < 2 or not begun:
                continue
            best = max(begun, key=lambda other: (not ended(other), _begins(other), other.issued_on))
            if best is not document and best.issued_on != document.issued_on:
                found[document.doc_id] = best
    return found


def marked(document: Document, other: Document) -> str:
    """What is said of a version that another is in force instead of, with both dates."""
    return f"本文件{document.issued_on}成文，另有{other.issued_on}成文的同名文件{other.doc_no or ''}"


def instead_for(
    query: Query, instead: Mapping[str, Document], documents: Mapping[str, Document], named: Sequence[str]
) -> dict[str, Document]:
    """`instead` as a question wants it: another version where it names one by 文号, edition or year, none where it
    compares or asks what was before. `named`: the doc_ids of what it names by 文号 or 《title》."""
    if _EARLIER.search(query.text) or "compare" in query.asks:
        return {}
    found = dict(instead)
    for best in {other.doc_id: other for other in instead.values()}.values():
        family = [best, *(documents[doc_id] for doc_id, other in instead.items() if other is best)]
        wanted = [each for each in family if each.doc_id in named]
        if not wanted or len(wanted) == len(family):
            wanted = [each for each in family if (each.issued_on or "")[:4] in query.years]
        if wanted and best not in wanted:
            chosen = max(wanted, key=_begins)
            found |= {each.doc_id: chosen for each in family if each not in wanted}
            for each in wanted:
                found.pop(each.doc_id, None)
    return found


def current(ranking: Ranking, clauses: Sequence[Clause], instead: Mapping[str, Document]) -> Ranking:
    """The ranking without the clauses of versions that another is in force instead of, where it has clauses of that
    other; what an answer is made from."""
    here = {clauses[row].doc_id for row in ranking.rows}
    out = {doc_id for doc_id, other in instead.items() if other.doc_id in here}
    if not out & here:
        return ranking
    rows = [row for row in ranking.rows if clauses[row].doc_id not in out]
    return replace(
        ranking, rows=rows, sub_rankings=tuple(current(side, clauses, instead) for side in ranking.sub_rankings)
    )


def behind(ranking: Ranking, before: Ranking, clauses: Sequence[Clause], instead: Mapping[str, Document]) -> Ranking:
    """The ranking with the rows that it lacks of `before`: each right behind the first clause of the version in force,
    unless it stood lower."""
    kept = set(ranking.rows)
    left = [row for row in before.rows if row not in kept]
    if not left:
        return ranking
    best: dict[str, float] = {}
    for row in ranking.rows:
        best.setdefault(clauses[row].doc_id, ranking.fused[row])
    fused = dict(ranking.fused)
    for row in left:
        other = instead.get(clauses[row].doc_id)
        above = best.get(other.doc_id, fused[row]) if other is not None else fused[row]
        fused[row] = min(before.fused[row], above - _BEHIND)
    # Rows keep the order they have; those that were left out are merged in by their scores.
    rows, rest = [], sorted(left, key=lambda row: -fused[row])
    for row in ranking.rows:
        while rest and fused[rest[0]] > fused[row]:
            rows.append(rest.pop(0))
        rows.append(row)
    return replace(ranking, rows=[*rows, *rest], fused=fused)


def _begins(document: Document) -> str:
    return document.effective_on or document.issued_on or ""


def _one_issuer(a: Document, b: Document) -> bool:
    return not a.issuers or not b.issuers or bool(set(a.issuers) & set(b.issuers))
