"""Refusing: what is looked up says so (no such 文号, no such article), or what is calibrated does; no wording decides.

Whether the clauses answer is the reader's judgement (rag.answering.judgement); here stand only the refusals that need
no reader, and the words of all.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from index.content import index_text
from index.entities.doc_nos import normal
from index.store import Store
from index.terms import compact
from rag.answering.evidence import Passage
from rag.query.addresses import Addresses, numbered
from rag.query.question import Query
from rag.query.titles import Titles
from rag.retrieval.retrieve import Ranking
from rag.schema import Filters
from rag.tuned import numbers
from rag.verification.narrowing import Narrowing

OVERLAP = numbers(__name__)["lexical_overlap"]  # lexical overlap with a question from which it is of these documents
LOOKED_AT = 10  # clauses
_NAMED = 2  # words of a question that a refusal names


@dataclass(frozen=True)
class Evidence:
    """What the decision is made from."""

    store: Store
    query: Query
    ranking: Ranking
    candidates: Sequence[Passage]
    titles: Titles
    lexical_overlap: float  # as Fusion.lexical_overlap gives it for the first clauses
    threshold: float  # max_cosine below which a question is from elsewhere (rag.calibration)

    @property
    def max_cosine(self) -> float:
        """Best cosine of a sentence; 1 where shared wording already shows that the question is ours."""
        cosine = max((p.similarity for p in self.candidates), default=0.0)
        return 1.0 if self.lexical_overlap >= OVERLAP else cosine


def reason(found: Evidence, filters: Filters) -> str | None:
    """Why the question cannot be answered from these documents, whatever a reader says; None where that is open."""
    if not found.candidates:
        return "所选范围内没有可以检索的条款，无法回答。"
    return _strange_number(found) or elsewhere(found, filters) or _empty_address(found) or _unprinted(found)


def elsewhere(found: Evidence, filters: Filters) -> str | None:
    """Neither the meaning nor the wording of anything here is near."""
    return f"{_scope(filters)}与这个问题无关，无法回答。" if found.max_cosine < found.threshold else None


def unanswered(narrowed: Narrowing | None, filters: Filters) -> str:
    """What is said where the clauses were read and none answers: what the nearest one does not speak of, if any."""
    mentions = () if narrowed is None else (*narrowed.missing, *narrowed.elsewhere)
    missing = dict.fromkeys(mention.said for mention in mentions)
    if missing:
        return (
            f"{_scope(filters)}没有写明“{'、'.join([*missing][:_NAMED])}”的这项内容，最接近的条款说的是别的，无法回答。"
        )
    return f"{_scope(filters)}没有条款直接写明所问内容，无法回答。"


def _scope(filters: Filters) -> str:
    return "所选范围内的文件" if filters != Filters() else "所收文件"


def _strange_number(found: Evidence) -> str | None:
    """A 文号 that no document has, unless a clause at hand mentions it."""
    if not found.query.doc_nos or found.titles.best(found.query):
        return None
    texts = [_all_text(found.store, row) for row in found.ranking.rows[:LOOKED_AT]]
    told = [normal(text) for text in texts]
    for said in found.query.doc_nos:
        if not any(normal(replace(said, letters=said.letters[-2:]).printed) in text for text in told):
            return f"所收文件中没有文号为{said.printed}的文件，无法回答。"
    return None


def _empty_address(found: Evidence) -> str | None:
    """第…条 of a named document that has none."""
    address, named = numbered(found.query.address), found.titles.best(found.query)
    if not address or len(named) != 1:
        return None
    own = found.store.clauses_of(named[0].doc_id)
    if Addresses(own).rows(address):
        return None
    return f"《{named[0].title}》中没有{''.join(address)}，无法回答。"


def _unprinted(found: Evidence) -> str | None:
    """The 文号 or date of a document that prints none, and that nothing else here gives with its title."""
    for document in found.titles.meant(found.query):
        for asked, printed, name in (("doc_no", document.doc_no, "文号"), ("date", document.issued_on, "成文日期")):
            if asked in found.query.asks and printed is None and not _given(found.store, document.title):
                return f"《{document.title}》没有印出{name}，无法回答。"
    return None


def _given(store: Store, title: str) -> bool:
    """Whether some clause names a document with its 文号 behind."""
    told = re.compile(rf"{re.escape(compact(title))}[》”\"]?(?:的通知[》”\"]?)?\([^()]{{2,12}}[〔\[]\d{{4}}")
    return any(title[:4] in clause.text and told.search(compact(clause.text)) for clause in store.clauses)


def _all_text(store: Store, row: int) -> str:
    clause = store.clauses[row]
    document = store.documents[clause.doc_id]
    return index_text(document, clause) + (document.notice_title or "") + "".join(document.issuers)
