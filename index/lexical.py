"""BM25 over clauses, by bm25s: sparse scores computed at index time, so a query adds up the postings of its terms.

Lù, “BM25S: Orders of magnitude faster lexical search via eager sparse scoring”, 2024; Robertson's BM25, k1 1.5, b 0.75.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

Tokenise = Callable[[str], list[str]]


def inverse_frequency(holders: int, total: int) -> float:
    """ln(1 + (N - n + ½)/(n + ½)) for a term that n of N hold."""
    return math.log(1 + (total - holders + 0.5) / (holders + 0.5))


@dataclass(frozen=True, slots=True)
class Matches:
    """Texts that share a term with a query."""

    rows: np.ndarray  # int64, ascending
    scores: np.ndarray  # float32, above 0

    def best(self, k: int, allowed: np.ndarray | None = None) -> np.ndarray:
        """int64 [at most k]: the rows with the highest scores, best first, the lower row where they are equal; `allowed` is
        a bool mask over all texts."""
        import numpy as np

        rows, scores = self.rows, self.scores
        if allowed is not None:
            rows, scores = rows[allowed[rows]], scores[allowed[rows]]
        return rows[np.argsort(-scores, kind="stable")[:k]]

    def of(self, rows: np.ndarray) -> np.ndarray:
        """float32 [rows]: the scores of these texts."""
        import numpy as np

        if not len(self.rows):
            return np.zeros(len(rows), dtype=np.float32)
        at = np.minimum(np.searchsorted(self.rows, rows), len(self.rows) - 1)
        return np.where(self.rows[at] == rows, self.scores[at], np.float32(0))


class Lexical:
    """One BM25 index and the tokeniser its terms came from."""

    def __init__(self, bm25, tokenise: Tokenise, size: int) -> None:
        self._bm25 = bm25
        self._tokenise = tokenise
        self._size = size

    @classmethod
    def build(cls, texts: Sequence[str], tokenise: Tokenise) -> Lexical:
        """Index `texts`; the i-th score of `scores` is that of the i-th text."""
        import bm25s

        bm25 = bm25s.BM25()
        # A text without any term still needs its column; no query has the empty term.
        bm25.index([tokenise(text) or [""] for text in texts], show_progress=False)
        return cls(bm25, tokenise, len(texts))

    def save(self, folder: Path) -> None:
        """Write plain arrays and JSON into `folder`."""
        self._bm25.save(str(folder), show_progress=False)

    @classmethod
    def load(cls, folder: Path, tokenise: Tokenise, size: int) -> Lexical:
        """Read what `save` wrote; never unpickles."""
        import bm25s

        return cls(bm25s.BM25.load(str(folder), load_corpus=False, allow_pickle=False), tokenise, size)

    def idf(self, term: str) -> float:
        """The inverse frequency of a term among the texts; that of n = 0 for an unknown one."""
        return inverse_frequency(len(self.holders(term)), self._size)

    def holders(self, term: str) -> np.ndarray:
        """int [n]: the texts that hold a term."""
        column = self._bm25.vocab_dict.get(term)
        bounds = self._bm25.scores["indptr"]
        start, stop = (0, 0) if column is None else (bounds[column], bounds[column + 1])
        return self._bm25.scores["indices"][start:stop]

    def scores(self, query: str) -> Matches:
        """BM25 of the texts that hold a term of the query; every other text has 0."""
        import numpy as np

        known = self._bm25.vocab_dict
        columns = [known[term] for term in self._tokenise(query) if term in known]
        bounds, rows, scores = (self._bm25.scores[part] for part in ("indptr", "indices", "data"))
        postings = [slice(bounds[column], bounds[column + 1]) for column in columns]
        held = np.concatenate([rows[:0], *(rows[place] for place in postings)])
        added = np.concatenate([scores[:0], *(scores[place] for place in postings)])
        found, places = np.unique(held, return_inverse=True)
        return Matches(found.astype(np.int64), np.bincount(places, added, len(found)).astype(np.float32))
