"""Which documents a question names: by 《title》, abbreviated title, or 文号.

A title's words weigh by how rare they are among titles, so what every title of a region shares counts for little.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from index.entities.doc_nos import same
from index.entities.titles import KINDS
from index.schema import Document
from index.terms import compact, pairs
from rag.query.question import Query
from rag.tuned import numbers

if TYPE_CHECKING:
    import numpy as np

_REMEMBERED = 16  # questions whose scores are kept: retrieval, refusal and the answer each ask for those of one
_TUNED = numbers(__name__)
_EXPLICIT = 8.0  # above every share of a title
_NAMED = _TUNED["named"]  # share of a title's weight from which a question names its document
_COMMON = frozenset(
    "法 函 标准 制度 报告 规范 规定 措施 决定 计划".split()
)  # as often a word of the matter as a kind of document
_KIND = re.compile("|".join(sorted({*KINDS} - _COMMON, key=len, reverse=True)))
_LETTERS = frozenset(("批复", "请示"))  # their titles name the matter of another document as that one's does
_JOINS = re.compile(r"关于(?:同意)?|的(?=批复|通知|意见|决定|函)")
_HINTED, _HELD = (
    _TUNED["hinted"],
    _TUNED["held"],
)  # less of the title will do if it holds this share of the title words the question says
_FEW, _SHARED = (
    3,
    0.05,
)  # titles, or share of them, up to which a word they have is none of their kind's (总体方案的批复)


class Titles:
    """Scores of documents against a question's wording."""

    def __init__(self, documents: Sequence[Document]) -> None:
        self._documents = tuple(documents)
        import numpy as np

        own = [_core(document) for document in documents]
        self._policy = [frozenset(pairs(title)) for title in own]
        counts = Counter(term for terms in self._policy for term in terms)
        total = len(own)
        self._idf = {term: math.log(1 + (total - n + 0.5) / (n + 0.5)) for term, n in counts.items()}
        self._scores = lru_cache(_REMEMBERED)(self._scored)
        self._best = lru_cache(_REMEMBERED)(self._ranked)
        self._holding = _holding(self._policy)
        self._weight = np.array([sum(self._idf[term] for term in terms) for terms in self._policy])
        self._distinctive = {term for term, n in counts.items() if n <= max(_FEW, _SHARED * total)}

    def scores(self, query: Query) -> np.ndarray:
        """float64 [documents], one score a document: 0 to 1, how much of its title the question says; _EXPLICIT for its 文号 or full
        《title》."""
        return self._scores(query)

    def _scored(self, query: Query) -> np.ndarray:
        import numpy as np

        said = self._said(frozenset(pairs(query.text)))
        found = np.divide(said, self._weight, out=np.zeros_like(said), where=self._weight > 0)
        if query.titles or query.doc_nos:
            quoted = [compact(title) for title in query.titles]
            named = [row for row, own in enumerate(self._documents) if self._named(own, quoted, query)]
            found[named] = _EXPLICIT
        return found

    def _said(self, asked: frozenset[str]) -> np.ndarray:
        """float64 [documents]: the weight of the words of each title that are asked for."""
        import numpy as np

        found = np.zeros(len(self._documents))
        for term in sorted(asked & self._idf.keys()):
            found[self._holding[term]] += self._idf[term]
        return found

    def named(self, query: Query) -> list[int]:
        """The rows of the documents that the question names by their 文号 or by 《title》."""
        return (self.scores(query) == _EXPLICIT).nonzero()[0].tolist()

    def best(self, query: Query) -> Sequence[Document]:
        """Documents the question names, best first, those near the best only.

        Named is a document of whose title half is said, or that holds nearly all the title words said. Ranked by both
        shares: 批复 and 方案 share all other words, and the question's own “批复” tells them apart.
        """
        return self._best(query)

    def _ranked(self, query: Query) -> list[Document]:
        import numpy as np

        asked = frozenset(pairs(query.text))
        said = sum(self._idf.get(term, 0.0) for term in asked)
        scores = self.scores(query)
        held = self._said(asked) / said if said else scores * 0
        fit = scores + held
        likely = np.flatnonzero(scores >= min(_NAMED, _HINTED))
        ranked = [
            row
            for row in likely[np.argsort(-fit[likely], kind="stable")].tolist()
            if scores[row] >= _NAMED
            or (
                scores[row] >= _HINTED
                and held[row] >= _HELD
                and not self._distinctive.isdisjoint(self._policy[row] & asked)
            )
        ]
        return [self._documents[row] for row in ranked if fit[row] >= 0.9 * fit[ranked[0]]]

    def meant(self, query: Query) -> Sequence[Document]:
        """The document the question is about, two where it compares; none where it names none, or one of another kind:
        a plan's 批复 or 请示 is not the plan."""
        if query.sub_queries:
            named = {
                document.doc_id: document for side in query.sub_queries for document in self._of_the_kind(side)[:1]
            }
            return list(named.values())
        return self._of_the_kind(query)[: 2 if "compare" in query.asks else 1]

    def _of_the_kind(self, query: Query) -> Sequence[Document]:
        named = self.best(query)
        if query.doc_nos or not (said := _KIND.findall(query.text)):
            return named
        letter = next((kind for kind in reversed(said) if kind in _LETTERS), None)
        if letter is not None:
            return [document for document in named if document.kind == letter]
        return [document for document in named if document.kind not in _LETTERS and _fits(document, said)]

    @staticmethod
    def _named(document: Document, quoted: Sequence[str], query: Query) -> bool:
        names = {compact(document.title), compact(document.notice_title or document.title)}
        if any(title in names or (len(title) >= 6 and any(title in name for name in names)) for title in quoted):
            return True
        if document.doc_no is None:
            return False
        return any(same(said, document.doc_no) for said in query.doc_nos)


def _holding(titles: Sequence[frozenset[str]]) -> dict[str, np.ndarray]:
    """Term → int64: the rows of the titles that hold it."""
    import numpy as np

    found: dict[str, list[int]] = {}
    for row, terms in enumerate(titles):
        for term in terms:
            found.setdefault(term, []).append(row)
    return {term: np.array(rows, dtype=np.int64) for term, rows in found.items()}


def _fits(document: Document, said: Sequence[str]) -> bool:
    """Whether one of the kinds that a question says is the document's: 方案 is any, 实施方案 is not 总体方案."""
    own = document.kind
    carried = document.notice_title is not None and "通知" in said
    return (
        own is None
        or carried
        or any(own.endswith(kind) or kind.endswith(own) or kind in document.title for kind in said)
    )


def _core(document: Document) -> str:
    """The title without its issuers, who say who, not what, and without the words that only join its parts."""
    title = document.title
    for issuer in document.issuers:
        title = title.replace(issuer, "")
    return _JOINS.sub("，", title)
