"""Clauses ranked for a question: dense and lexical scores, of clauses and of their sentences, fused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from index.content import index_text
from index.sentences import split_sentences
from index.store import Store
from index.terms import pairs
from rag.question import Query
from rag.schema import Filters
from rag.titles import Titles

if TYPE_CHECKING:
    import numpy as np

    from index.encoder import Encoder


_WITNESSES = 5  # clauses asked how much of the question's wording they bear out
_SENTENCE = 1.5  # the best sentence of a clause tells more than the whole clause
_PART, _PARTS = 8, 12  # a pasted clause's sentences: the shortest taken, in characters, and how many at most


@dataclass(frozen=True, slots=True)
class Ranking:
    """All clauses scored for one query; the sentence scores are what evidence is chosen by."""

    rows: Sequence[int]  # clause rows, best first, filtered ones left out
    fused: np.ndarray  # float32 [clauses]; sums of standard deviations
    sentences: np.ndarray  # float32 [sentences], cosine to the query


class Retriever:
    """Ranks the clauses of one store."""

    def __init__(self, store: Store, encoder: Encoder) -> None:
        import numpy as np

        self._store = store
        self._encoder = encoder
        self.titles = Titles(list(store.documents.values()))
        positions = {doc_id: place for place, doc_id in enumerate(store.documents)}
        self._document_of = np.array([positions[clause.doc_id] for clause in store.clauses], dtype=np.int64)

    def rank(self, query: Query, allowed: np.ndarray | None = None) -> Ranking:
        """Rank for `query`; `allowed` is a bool mask [clauses] of what the user's filters leave.

        A pasted clause is ranked whole and by each of its sentences, since what relates to one of them answers too;
        the other clauses of its own document come after those of others.
        """
        import numpy as np

        fused, sentences = self._fused(query.text)
        if query.pasted:
            parts = [query.text[start:stop] for start, stop in split_sentences(query.text) if stop - start >= _PART]
            if len(parts) > 1:
                fused = fused + np.max([self._fused(part)[0] for part in parts[:_PARTS]], axis=0)
            fused = self._own_document_last(fused)
        else:
            fused = fused + np.array(self.titles.scores(query), dtype=np.float32)[self._document_of]
        order = np.argsort(-fused, kind="stable")
        if allowed is not None:
            order = order[allowed[order]]
        return Ranking(order.tolist(), fused, sentences)

    def coverage(self, text: str, rows: Sequence[int]) -> float:
        """0 to 1: the largest share of the text's weight of terms that one of these clauses holds."""
        weight = {term: self._store.pairs.idf(term) for term in set(pairs(text))}
        total = sum(weight.values())
        if not total:
            return 0.0
        return max((sum(weight.get(t, 0.0) for t in self._terms(row)) / total for row in rows), default=0.0)

    def _fused(self, text: str) -> tuple[np.ndarray, np.ndarray]:
        """(float32 [clauses], cosines float32 [sentences]): standardised dense and lexical scores, added.

        Wording counts as far as the best clauses bear it out: a question in everyday words shares a tenth of its
        terms with them, one in the documents' words half, a pasted clause all; a fixed weight wastes one or the other.
        """
        import numpy as np

        dense = self._store.dense
        vector = self._encoder.encode_queries([text])[0]
        sentences = dense.sentence_scores(vector)
        by_pairs = self._store.pairs.scores(text)
        wording = self.coverage(text, np.argsort(-by_pairs, kind="stable")[:_WITNESSES].tolist())
        fused = (
            wording * (standard(by_pairs) + standard(self._store.words.scores(text)))
            + standard(dense.clause_scores(vector))
            + _SENTENCE * standard(dense.best_sentence_scores(sentences))
        )
        return fused, sentences

    def _own_document_last(self, fused: np.ndarray) -> np.ndarray:
        import numpy as np

        best = int(np.argmax(fused))
        own = self._document_of == self._document_of[best]
        own[best] = False
        return np.where(own, fused - (fused.max() - fused.min()), fused)

    def _terms(self, row: int) -> frozenset[str]:
        clause = self._store.clauses[row]
        return frozenset(pairs(index_text(self._store.documents[clause.doc_id], clause)))


def standard(scores: np.ndarray) -> np.ndarray:
    """Zero mean and unit deviation over all clauses; zeros where the scores do not differ."""
    deviation = scores.std()
    return (scores - scores.mean()) / deviation if deviation > 0 else scores * 0


def allowed_rows(store: Store, filters: Filters, status_of) -> np.ndarray | None:
    """Bool mask [clauses] of the clauses whose document passes; None when nothing is filtered."""
    import numpy as np

    if filters == Filters():
        return None
    passing = {doc_id for doc_id, document in store.documents.items() if passes(document, filters, status_of)}
    return np.array([clause.doc_id in passing for clause in store.clauses], dtype=bool)


def passes(document, filters: Filters, status_of) -> bool:
    """Whether a document is among those the filters name."""
    names = (document.title, document.notice_title or "", document.doc_no or "")
    return (
        (filters.document is None or any(filters.document in name for name in names))
        and (filters.level is None or document.level == filters.level)
        and (filters.issuer is None or any(filters.issuer in issuer for issuer in document.issuers))
        and (filters.region is None or any(filters.region in text for text in (*document.issuers, document.title)))
        and (filters.kind is None or document.kind == filters.kind)
        and (filters.year is None or (document.issued_on or "").startswith(str(filters.year)))
        and (filters.status is None or status_of(document).value == filters.status)
    )
