"""BM25 over clauses, by bm25s: sparse scores computed at index time, so a query adds up the postings of its terms.

Lù, “BM25S: Orders of magnitude faster lexical search via eager sparse scoring”, 2024; Robertson's BM25, k1 1.5, b 0.75.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

_COUNTS = "counts.npy"
_LIVING = 0.9  # share of terms that some text holds, below which the others are forgotten
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
        """int64 [at most k]: the rows with the highest scores, best first, the lower row where they are equal;
        `allowed` is a bool mask over all texts."""
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
    """One BM25 index and the tokeniser its terms came from.

    Beside the scores it keeps how often each text holds each term, so that a later one, in which every score differs a
    little, need not tokenise the texts that stay.
    """

    def __init__(self, bm25, counts: np.ndarray, tokenise: Tokenise) -> None:
        """`counts` int32, in the order of bm25's scores."""
        self._bm25 = bm25
        self._counts = counts
        self._tokenise = tokenise
        self._size = bm25.scores["num_docs"]

    @classmethod
    def build(
        cls,
        texts: Sequence[str | None],
        tokenise: Tokenise,
        old: Lexical | None = None,
        origin: Sequence[int] | np.ndarray = (),
    ) -> Lexical:
        """Index `texts`; the i-th score of `scores` is that of the i-th text.

        A text of None is the one that `old`, made with the same tokeniser, holds at `origin` [texts].
        """
        import numpy as np
        import scipy.sparse as sp

        kept = np.array([row for row, text in enumerate(texts) if text is None], dtype=np.int64)
        new = [(row, text) for row, text in enumerate(texts) if text is not None]
        columns = {} if old is None else dict(old._bm25.vocab_dict)
        ids = array("i")  # a tenth of the memory of a list
        bounds = [0]
        for _, text in new:
            # A text without any term still needs its row; no query has the empty term.
            ids.extend(columns.setdefault(term, len(columns)) for term in tokenise(text) or [""])
            bounds.append(len(ids))
        counts = sp.csr_matrix(
            (np.ones(len(ids), dtype=np.int32), np.frombuffer(ids, dtype=np.int32), np.array(bounds)),
            shape=(len(new), len(columns)),
        )
        counts.sum_duplicates()
        if old is not None and len(kept):
            again = old._by_text()[np.asarray(origin, dtype=np.int64)[kept]]
            again.resize(len(kept), len(columns))
            order = np.argsort(np.concatenate([kept, np.array([row for row, _ in new], dtype=np.int64)]))
            counts = sp.vstack([again, counts], format="csr")[order]
        return cls._scored(counts, columns, tokenise)

    @classmethod
    def _scored(cls, counts, columns: dict[str, int], tokenise: Tokenise) -> Lexical:
        """From counts int32 [texts, terms] in rows; what bm25s works out text by text, for all at once."""
        import bm25s
        import numpy as np

        bm25 = bm25s.BM25()
        lengths = np.asarray(counts.sum(axis=1)).ravel()
        counts = counts.tocsc()
        holders = np.diff(counts.indptr)
        if np.count_nonzero(holders) < _LIVING * len(holders):  # terms that went with their texts
            kept = np.flatnonzero(holders)
            counts, holders = counts[:, kept], holders[kept]
            terms = list(columns)
            columns = {terms[column]: place for place, column in enumerate(kept)}
        numbers, which = np.unique(holders, return_inverse=True)
        idf = np.array([inverse_frequency(int(n), counts.shape[0]) for n in numbers], dtype=np.float32)[which]
        tf = counts.data.astype(np.float32)
        ahead = (bm25.k1 * ((1 - bm25.b) + bm25.b * lengths / lengths.mean()))[counts.indices]  # float64, as there
        scores = np.repeat(idf, holders) * (tf / (ahead + tf))
        bm25.scores = {
            "data": scores.astype(np.float32),
            "indices": counts.indices.astype(np.int32),
            "indptr": counts.indptr.astype(np.int64),
            "num_docs": counts.shape[0],
        }
        bm25.vocab_dict = columns
        bm25.unique_token_ids_set = set(range(len(columns)))
        bm25.nonoccurrence_array = None
        return cls(bm25, counts.data, tokenise)

    def _by_text(self):
        """Counts int32 [texts, terms], in rows."""
        import scipy.sparse as sp

        found = self._bm25.scores
        shape = (self._size, len(self._bm25.vocab_dict))
        return sp.csc_matrix((self._counts, found["indices"], found["indptr"]), shape=shape).tocsr()

    def save(self, folder: Path) -> None:
        """Write plain arrays and JSON into `folder`."""
        import numpy as np

        self._bm25.save(str(folder), show_progress=False)
        np.save(folder / _COUNTS, self._counts, allow_pickle=False)

    @classmethod
    def load(cls, folder: Path, tokenise: Tokenise) -> Lexical:
        """Read what `save` wrote; never unpickles. The counts stay on disk until they are needed."""
        import bm25s
        import numpy as np

        bm25 = bm25s.BM25.load(str(folder), load_corpus=False, allow_pickle=False)
        return cls(bm25, np.load(folder / _COUNTS, mmap_mode="r", allow_pickle=False), tokenise)

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
