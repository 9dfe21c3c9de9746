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
    def blank(cls, clauses: int, owner: np.ndarray, dimension: int) -> Dense:
        """For so many clauses and for sentences with these owners, int64; zero until the vectors are filled in, in place:
        a second copy of them would be as large as all the rest of a build."""
        import faiss
        import numpy as np

        indexes = []
        for count in (clauses, len(owner)):
            index = faiss.IndexFlatIP(dimension)
            index.add(np.zeros((count, dimension), dtype=np.float32))
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
        """float32 [clauses, d]: the index's own memory, valid as long as this object."""
        return self._vectors(self._clauses)

    def sentence_vectors(self) -> np.ndarray:
        """float32 [sentences, d]: as the clauses'."""
        return self._vectors(self._sentences)

    @staticmethod
    def _vectors(index) -> np.ndarray:
        import faiss
        import numpy as np

        if not index.ntotal:
            return np.zeros((0, index.d), dtype=np.float32)
        return faiss.rev_swig_ptr(index.get_xb(), index.ntotal * index.d).reshape(index.ntotal, index.d)

    @staticmethod
    def _all_scores(index, query: np.ndarray) -> np.ndarray:
        import numpy as np

        out = np.zeros(index.ntotal, dtype=np.float32)
        if index.ntotal:
            scores, rows = index.search(query.reshape(1, -1).astype(np.float32), index.ntotal)
            out[rows[0]] = scores[0]
        return out
