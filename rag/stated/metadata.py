"""Questions about a document itself (文号, 日期, 发文机关, 实施期, 施行日, 时效, 公开): answered from its facts, no
model needed.

Every such sentence cites the printed words: the notice's 文号 line, its signature, the words that state the period.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from index.entities import dates, titles
from index.entities.dates import in_force
from index.entities.printed import flatten, locate
from index.schema import Clause, Document
from index.terms import compact
from rag.query.asked import asked
from rag.query.question import Query
from rag.schema import Status
from rag.stated.false_presupposition import wrong_issuer

ABOUT_ITSELF = frozenset({"doc_no", "date", "issuer", "period", "effective", "status", "openness"})
_QUESTION = re.compile("[?？]")
_ITSELF = re.compile(r"文号|日期|时间|号$|期$")
_OPENNESS = re.compile(r"[（(]此件[^（）()]{2,12}[)）]")


_UNREAD = Status("unknown", "", None)  # where a document prints its 文号 does not hang on its 时效


@dataclass(frozen=True, slots=True)
class Fact:
    """A sentence about a document and the verbatim span of the clause that shows it."""

    text: str
    clause: Clause
    start: int
    stop: int


def facts(query: Query, document: Document, status: Status, clauses: Sequence[Clause]) -> list[Fact]:
    """What `query` asks of `document` itself, as far as its clauses print it; empty when it asks for something else."""
    wanted = query.asks & ABOUT_ITSELF
    name = f"《{document.title}》"
    found = _correction(name, query, document, clauses) if wanted else []
    if "doc_no" in wanted:
        found += _doc_no(name, document, clauses)
    if "date" in wanted and document.issued_on:
        found += _date(name, document, clauses)
    if "issuer" in wanted and document.issuers:
        found += _issuers(name, document, clauses)
    if "effective" in wanted:
        found += _effective(name, clauses)
    if wanted & {"period", "status"}:
        found += _period(name, status, clauses)
    if "openness" in wanted:
        found += _openness(name, clauses)
    return found


def printed_in(query: Query, document: Document, clauses: Sequence[Clause]) -> list[Clause]:
    """The clauses that print what `query` asks of `document` itself."""
    return [fact.clause for fact in facts(query, document, _UNREAD, clauses)]


def suffices(query: Query, found: Sequence[object]) -> bool:
    """Whether these facts are all that is asked for: no figure as well, and no second question without one."""
    figures = (w for w in asked(query) if w.figure and w.attribute and not _ITSELF.search(w.attribute[-1]))
    return bool(found) and len(found) >= len(_QUESTION.findall(query.text)) and not any(figures)


def title_span(text: str, clause: Clause, notice: Clause) -> tuple[Clause, int, int] | None:
    """Where the notice prints its title, if `text` takes a title or date from there that `clause` does not hold."""
    said, held, printed = (flatten(t) for t in (text, clause.text, notice.text))
    missing = {title for title in titles.titles(said) if title not in held}
    missing |= dates.dates(said) - dates.dates(held)
    if clause.clause_id == notice.clause_id or notice.kind != "notice" or not missing:
        return None
    known = dates.dates(printed)
    if not any(fact in printed or fact in known for fact in missing):
        return None
    stop = notice.text.find("\n")
    return notice, 0, stop if stop > 0 else len(notice.text)


def _doc_no(name: str, document: Document, clauses: Sequence[Clause]) -> list[Fact]:
    if document.doc_no is None:
        return []  # nothing printed, so nothing to cite; the answer says so by refusing
    for clause in clauses:
        if (span := locate(clause.text, document.doc_no)) is not None:
            return [
                Fact(f"{name}的文号是{document.doc_no}。", clause, 0 if clause.kind == "notice" else span[0], span[1])
            ]
    return []


def _date(name: str, document: Document, clauses: Sequence[Clause]) -> list[Fact]:
    year, month, day = (int(part) for part in (document.issued_on or "").split("-"))
    printed = f"{year}年{month}月{day}日"
    for clause in clauses:
        for named, start, stop in dates.days(clause.text):
            if named == document.issued_on:
                return [Fact(f"{name}的成文日期是{printed}。", clause, *_with_signature(clause.text, start, stop))]
    return []


def _effective(name: str, clauses: Sequence[Clause]) -> list[Fact]:
    for clause in reversed(clauses):
        if match := in_force(clause.text):
            words = compact(match[0])
            return [Fact(f"{name}{words[words.index('自') :]}。", clause, *match.span())]
    return []


def _issuers(name: str, document: Document, clauses: Sequence[Clause]) -> list[Fact]:
    for clause in clauses:
        spans = [span for issuer in document.issuers if (span := locate(clause.text, issuer)) is not None]
        if len(spans) == len(document.issuers):
            start, stop = min(span[0] for span in spans), max(span[1] for span in spans)
            return [Fact(f"{name}由{'、'.join(document.issuers)}印发。", clause, start, stop)]
    return []


def _correction(name: str, query: Query, document: Document, clauses: Sequence[Clause]) -> list[Fact]:
    """Who issued the document, where the question takes another organ for its issuer."""
    if (said := wrong_issuer(query.asked, document)) is None:
        return []
    by = "、".join(document.issuers)
    return [replace(fact, text=f"{name}由{by}印发，不是{said}。") for fact in _issuers(name, document, clauses)]


def _period(name: str, status: Status, clauses: Sequence[Clause]) -> list[Fact]:
    if status.span is None:
        return []
    for clause in clauses:
        if (span := locate(clause.text, status.span)) is not None:
            verdict = {"expired": "已过期", "in_force": "仍在期内"}.get(status.value, "时效不明")
            return [Fact(f"{name}{verdict}：{status.reason}。", clause, *span)]
    return []


def _openness(name: str, clauses: Sequence[Clause]) -> list[Fact]:
    for clause in clauses:
        if match := _OPENNESS.search(clause.text):
            return [Fact(f"{name}注明{match[0]}。", clause, *match.span())]
    return []


def _with_signature(text: str, start: int, stop: int) -> tuple[int, int]:
    """A date with the signature lines before it (short lines without a full stop)."""
    while start > 0:
        before = text.rfind("\n", 0, start - 1) + 1
        line = text[before : start - 1]
        if not line or len(line) > 40 or line.rstrip().endswith(("。", "：", ":", "；")) or "号" in line[-2:]:
            break
        start = before
    return start, stop
