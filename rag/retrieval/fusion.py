"""The second stage of a search: the candidates for one text, scored by BM25, by the cosine of their best sentence, and
by MaxSim of the text's token states to a clause's, and these three added.

A convex combination of BM25, scaled by its best, and cosines as they are (Bruch, Gai and Ingber, “An analysis of fusion
functions for hybrid retrieval”, 2023), with three weights fitted to questions for training (eval/ABLATION.md).
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from index.content import index_text
from index.errors import Unreachable
from index.store import Store
from index.terms import pairs
from rag.query.lexical_overlap import LexicalOverlap
from rag.retrieval.sparse import Sparse
from rag.retrieval.weights import Weights, load
from rag.tuned import numbers

if TYPE_CHECKING:
    import numpy as np

    from index.candidates import Candidates
    from index.encoder import EncodedQuery, Encoder
    from index.token_index import TokenIndex

_log = logging.getLogger(__name__)
FIRST = 5  # clauses whose lexical overlap with a question is looked at
_REMEMBERED = (
    8  # texts whose encoding is kept: a question ranked once more, by the documents’ words too, is not encoded anew
)
CANDIDATES = 200  # a list; the ranking of the first twenty is that of all clauses (eval/ABLATION.md)
TITLED = numbers(__name__)["titled"]  # a token match in the title of the clause's document against one in the clause


@dataclass(frozen=True, slots=True)
class Scores:
    """What a text says about its candidates and about their sentences."""

    rows: np.ndarray  # int64, ascending
    fused: np.ndarray  # float32 [rows]
    cosines: Sparse  # of sentences, to the text's vector
    meaning: Sparse  # cosines that sentences are chosen by: of a rewritten query, the mean of its two readings
    max_sim: Sparse | None  # of the text to each sentence; None where the model gives no token states
    blind: bool = False  # the encoder could not be reached: by BM25 alone


class Fusion:
    """Scores the clauses of one store."""

    def __init__(self, store: Store, encoder: Encoder, weights: Weights | None = None) -> None:
        self._store = store
        self._encoder = encoder
        self._read_query = lru_cache(_REMEMBERED)(encoder.read_query)
        self._weights = weights or load()

    def read_query(self, text: str) -> EncodedQuery:
        """A text as the encoder reads it; where that cannot be reached, the zero vector."""
        import numpy as np

        from index.encoder import EncodedQuery

        try:
            return self._read_query(text)
        except Unreachable as error:
            _log.warning("%s", error)
            return EncodedQuery(np.zeros(self._store.manifest.dimension, dtype=np.float32), None, None, None)

    def scores(
        self,
        text: str,
        rewriting: str = "",
        allowed: np.ndarray | None = None,
        also: Sequence[int] = (),
        k: int = CANDIDATES,
    ) -> Scores:
        """The candidates for `text`, and where `rewriting` names its matter in the documents' words, for both together,
        scored by the mean of the two readings; with the rows `also`. `allowed`: a bool mask [clauses], None for all."""
        import numpy as np

        texts = [text, f"{text} {rewriting}"] if rewriting else [text]
        read = [self.read_query(own) for own in texts]
        found = [self._store.candidates(own, q.vector, k, allowed, also) for own, q in zip(texts, read, strict=True)]
        if rewriting:
            both = np.union1d(found[0].rows, found[1].rows).tolist()
            found = [
                self._store.candidates(own, q.vector, 0, allowed, both) for own, q in zip(texts, read, strict=True)
            ]
        one, *other = [self._of(q, own) for q, own in zip(read, found, strict=True)]
        return replace(_mixed(one, other[0]) if other else one, blind=not all(q.vector.any() for q in read))

    def features(self, question: EncodedQuery, found: Candidates) -> tuple[np.ndarray, np.ndarray | None]:
        """(float32 [candidates, 3]: share of the best BM25, cosine of the best sentence, MaxSim; float32 [sentences]:
        MaxSim of each sentence), 0 and None where the model gives no token states."""
        import numpy as np

        bm25 = found.bm25 / max(found.bm25.max(initial=0.0), 1e-9)
        of_clauses, of_sentences = np.zeros_like(bm25), None
        if (told := token_states(self._store, question)) is not None:
            token_index, ids, states = told
            batch = token_index.read(found.rows)
            (of_clauses,), _, (of_sentences,) = batch.scores(ids, token_index.whitening.of_query(states), titled=TITLED)
        return np.stack([bm25, found.meaning, of_clauses], axis=1), of_sentences

    def _of(self, question: EncodedQuery, found: Candidates) -> Scores:
        features, of_sentences = self.features(question, found)
        max_sim = None if of_sentences is None else Sparse(found.sentences, of_sentences)
        cosines = Sparse(found.sentences, found.cosines)
        return Scores(found.rows, features @ self._weighed(features), cosines, cosines, max_sim)

    def _weighed(self, features: np.ndarray) -> np.ndarray:
        """float32 [3]: the weights; of another encoder's cosines as if they were spread as those they were fitted
        to."""
        import numpy as np

        own = self._weights
        weights = np.array([own.bm25, own.meaning, own.max_sim], dtype=np.float32)
        if self._store.manifest.encoder_digest != own.encoder and len(features):
            spread = features[:, 1:].std(axis=0)
            weights[1:] *= np.where(spread > 0, np.array(own.spread, dtype=np.float32) / np.maximum(spread, 1e-9), 0)
        return weights

    def lexical_overlap(self, text: str, rows: Sequence[int], names: bool = False) -> float:
        """0 to 1: the largest lexical overlap of the text with one of these clauses, its title and address included;
        with `names`, a colloquial word counts as said under its official name."""
        return max(self.lexical_overlaps(text, rows, names), default=0.0)

    def lexical_overlaps(self, text: str, rows: Sequence[int], names: bool = False) -> list[float]:
        """0 to 1: the lexical overlap of the text with each of these clauses, as `lexical_overlap` takes them."""
        overlap = LexicalOverlap.of(text, self._store.pairs.idf, names)
        clauses = (self._store.clauses[row] for row in rows)
        return [overlap.share(frozenset(pairs(index_text(self._store.documents[c.doc_id], c)))) for c in clauses]


def _mixed(one: Scores, other: Scores) -> Scores:
    """Two readings of one question over the same rows; what it is near to stays what the one says."""
    max_sim = None if one.max_sim is None or other.max_sim is None else _mean(one.max_sim, other.max_sim)
    return replace(one, fused=(one.fused + other.fused) / 2, meaning=_mean(one.meaning, other.meaning), max_sim=max_sim)


def _mean(one: Sparse, other: Sparse) -> Sparse:
    return Sparse(one.rows, (one.values + other.values) / 2)


def token_states(store: Store, question: EncodedQuery) -> tuple[TokenIndex, np.ndarray, np.ndarray] | None:
    """What a text's words are compared with the clauses' by: (the words of the clauses, int64 [tokens] their ids,
    float32 [tokens, dimension] their states); None where the model gives no token states, or nothing is said."""
    token_index, ids, states = store.token_index, question.ids, question.states
    return (
        None if token_index is None or ids is None or states is None or not len(states) else (token_index, ids, states)
    )


def z_scores(scores: np.ndarray) -> np.ndarray:
    """Zero mean and unit deviation; zeros where they do not differ."""
    deviation = scores.std() if len(scores) else 0.0
    return (scores - scores.mean()) / deviation if deviation > 0 else scores * 0
