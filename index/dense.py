"""Clause and sentence vectors in FAISS (inner product of unit vectors = cosine), searched exactly.

Exact search over a policy library (10⁴ to 10⁵ sentences) costs a few milliseconds; an approximate index would only
add a way to miss a clause.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from index.stretches import bounds, stretches

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
        """For so many clauses and for sentences with these owners, int64; zero until the vectors are filled in, in
        place: a second copy of them would be as large as all the rest of a build."""
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

    def nearest_sentences(self, query: np.ndarray, k: int, allowed: np.ndarray | None = None) -> np.ndarray:
        """int64 [at most k]: the rows of the sentences nearest to the unit vector `query` [d], nearest first; `allowed`
        is a bool mask [sentences]."""
        return _nearest(self._sentences, query, k, allowed)

    def clause_scores(self, query: np.ndarray, rows: np.ndarray) -> np.ndarray:
        """float32 [rows]: cosine of each of these clauses to the unit vector `query` [d]."""
        return self.clause_vectors()[rows] @ query

    def sentence_scores(self, query: np.ndarray, rows: np.ndarray) -> np.ndarray:
        """The same of sentences."""
        return self.sentence_vectors()[rows] @ query

    def sentences_of(self, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(int64: the rows of the sentences of these clauses, clause after clause; int64 [rows]: how many each has)."""
        begin, end = bounds(self.owner, rows)
        return stretches(begin, end), end - begin

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


def _nearest(index, query: np.ndarray, k: int, allowed: np.ndarray | None) -> np.ndarray:
    import faiss
    import numpy as np

    if not index.ntotal or k < 1:
        return np.zeros(0, dtype=np.int64)
    within = None if allowed is None else faiss.SearchParameters(sel=faiss.IDSelectorBatch(np.flatnonzero(allowed)))
    found = index.search(query.reshape(1, -1).astype(np.float32), min(k, index.ntotal), params=within)[1][0]
    return found[found >= 0]
