"""Clauses ranked for a question: dense and lexical scores, of clauses and of their sentences, fused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from index.store import Store
from rag.question import Query
from rag.schema import Filters
from rag.titles import Titles

if TYPE_CHECKING:
    import numpy as np

    from index.encoder import Encoder


@dataclass(frozen=True, slots=True)
class Ranking:
    """All clauses scored for one query; the sentence scores are what evidence is chosen by."""

    rows: Sequence[int]  # clause rows, best first, filtered ones left out
    fused: np.ndarray  # float32 [clauses]
    sentences: np.ndarray  # float32 [sentences], cosine to the query


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each standardised score counts."""

    pairs: float
    words: float
    clause: float
    sentence: float
    title: float


# A question leans on meaning and wording alike; a pasted clause on its wording, of which it has plenty.
ASKED = Weights(pairs=1.0, words=1.0, clause=1.0, sentence=1.0, title=1.0)
PASTED = Weights(pairs=1.0, words=1.0, clause=1.0, sentence=1.0, title=0.0)


class Retriever:
    """Ranks the clauses of one store."""

    def __init__(self, store: Store, encoder: Encoder) -> None:
        self._store = store
        self._encoder = encoder
        self.titles = Titles(list(store.documents.values()))
        positions = {doc_id: place for place, doc_id in enumerate(store.documents)}
        import numpy as np

        self._document_of = np.array([positions[clause.doc_id] for clause in store.clauses], dtype=np.int64)

    def rank(self, query: Query, allowed: np.ndarray | None = None) -> Ranking:
        """Rank for `query`; `allowed` is a bool mask [clauses] of what the user's filters leave."""
        import numpy as np

        dense = self._store.dense
        vector = self._encoder.encode_queries([query.text])[0]
        sentences = dense.sentence_scores(vector)
        weights = PASTED if query.pasted else ASKED
        title = np.array(self.titles.scores(query), dtype=np.float32)[self._document_of]
        fused = (
            weights.pairs * standard(self._store.pairs.scores(query.text))
            + weights.words * standard(self._store.words.scores(query.text))
            + weights.clause * standard(dense.clause_scores(vector))
            + weights.sentence * standard(dense.best_sentence_scores(sentences))
            + weights.title * title
        )
        order = np.argsort(-fused, kind="stable")
        if allowed is not None:
            order = order[allowed[order]]
        return Ranking(order.tolist(), fused, sentences)


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
