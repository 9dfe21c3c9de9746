"""Clause and sentence vectors in FAISS (inner product of unit vectors = cosine), searched exactly.

Exact search over a policy library (10⁴ to 10⁵ sentences) costs a few milliseconds; an approximate index would only
add a way to miss a clause.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np


class Dense:
    """The vectors of clauses, and of their sentences with the clause each belongs to."""

    def __init__(self, clauses, sentences, owner: np.ndarray) -> None:
        self._clauses = clauses
        self._sentences = sentences
        self.owner = owner  # int64 [sentences]: row of the clause a sentence belongs to

    @classmethod
    def build(cls, clause_vectors: np.ndarray, sentence_vectors: np.ndarray, owner: np.ndarray) -> Dense:
        """float32 [clauses, d], float32 [sentences, d], int64 [sentences]; rows are unit vectors."""
        import faiss

        indexes = []
        for vectors in (clause_vectors, sentence_vectors):
            index = faiss.IndexFlatIP(clause_vectors.shape[1])
            index.add(vectors)
            indexes.append(index)
        return cls(indexes[0], indexes[1], owner)

    def save(self, folder: Path) -> None:
        import faiss
        import numpy as np

        faiss.write_index(self._clauses, str(folder / "clauses.faiss"))
        faiss.write_index(self._sentences, str(folder / "sentences.faiss"))
        np.save(folder / "owner.npy", self.owner, allow_pickle=False)

    @classmethod
    def load(cls, folder: Path) -> Dense:
        import faiss
        import numpy as np

        clauses = faiss.read_index(str(folder / "clauses.faiss"))
        sentences = faiss.read_index(str(folder / "sentences.faiss"))
        return cls(clauses, sentences, np.load(folder / "owner.npy", allow_pickle=False))

    def clause_scores(self, query: np.ndarray) -> np.ndarray:
        """float32 [clauses]: cosine of each clause to the unit vector `query` [d]."""
        return self._all_scores(self._clauses, query)

    def sentence_scores(self, query: np.ndarray) -> np.ndarray:
        """float32 [sentences]: cosine of each sentence to the unit vector `query` [d]."""
        return self._all_scores(self._sentences, query)

    def best_sentence_scores(self, sentence_scores: np.ndarray, empty: float = -1.0) -> np.ndarray:
        """float32 [clauses]: the best of each clause's sentences; `empty` for a clause without any."""
        import numpy as np

        best = np.full(self._clauses.ntotal, empty, dtype=np.float32)
        np.maximum.at(best, self.owner, sentence_scores)
        return best

    def clause_vectors(self) -> np.ndarray:
        """float32 [clauses, d]."""
        return self._clauses.reconstruct_n(0, self._clauses.ntotal)

    def sentence_vectors(self) -> np.ndarray:
        """float32 [sentences, d]."""
        return self._sentences.reconstruct_n(0, self._sentences.ntotal)

    @staticmethod
    def _all_scores(index, query: np.ndarray) -> np.ndarray:
        import numpy as np

        out = np.zeros(index.ntotal, dtype=np.float32)
        if index.ntotal:
            scores, rows = index.search(query.reshape(1, -1).astype(np.float32), index.ntotal)
            out[rows[0]] = scores[0]
        return out
