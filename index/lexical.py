"""BM25 over clauses: sparse scores computed at index time, so a query adds up the postings of its terms.

Lù, “BM25S: Orders of magnitude faster lexical search via eager sparse scoring”, 2024; Robertson's BM25, k1 1.5, b 0.75.
The postings stay on the disk, term by term; index.postings adds them up.
"""

from __future__ import annotations

import hashlib
import json
import math
from array import array
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from index.postings import Found, Postings

if TYPE_CHECKING:
    import numpy as np

K1, B = 1.5, 0.75
_LIVING = 0.9  # share of terms that some text holds, below which the others are forgotten
_BLOCK = 1 << 24  # postings scored at once
_ABOUT = "about.json"
_ARRAYS = ("terms", "bounds", "peaks", "rows", "scores", "counts")
Tokenise = Callable[[str], list[str]]


def inverse_frequency(holders: int, total: int) -> float:
    """ln(1 + (N - n + ½)/(n + ½)) for a term that n of N hold."""
    return math.log(1 + (total - holders + 0.5) / (holders + 0.5))


def mark(term: str) -> int:
    """What a term is known by in an index: 64 bits of its digest; `Lexical.build` makes sure that no two share one."""
    return int.from_bytes(hashlib.blake2b(term.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big")


class Lexical:
    """One BM25 index and the tokeniser its terms came from.

    Beside the scores it keeps how often each text holds each term, so that a later one, in which every score differs a
    little, need not tokenise the texts that stay.
    """

    def __init__(self, arrays: dict[str, np.ndarray], size: int, length: float, tokenise: Tokenise) -> None:
        """`arrays`: terms uint64 [terms], the marks, ascending; bounds int64 [terms + 1] of each one's postings; peaks
        float32 [terms]; rows int32, scores float32 and counts int32 [postings]. `size`: how many texts there are; `length`: how many
        terms one has on average."""
        self._arrays = arrays
        self._size, self.length = size, length
        self._tokenise = tokenise

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
        numbers: dict[str, int] = {}
        ids = array("i")  # a tenth of the memory of a list
        lengths = array("q")
        for text in texts:
            if text is not None:
                before = len(ids)
                # A text without any term still needs its row; no query has the empty term.
                ids.extend(numbers.setdefault(term, len(numbers)) for term in tokenise(text) or [""])
                lengths.append(len(ids) - before)
        marks = np.fromiter(map(mark, numbers), dtype=np.uint64, count=len(numbers))
        terms = np.unique(marks)
        if len(terms) < len(marks):
            raise ValueError("two terms share a mark")
        known = old is not None and len(kept) > 0
        if old is not None and known:
            terms = np.union1d(terms, old._arrays["terms"])
        columns = np.searchsorted(terms, marks).astype(np.int32)[np.frombuffer(ids, dtype=np.int32)]
        bounds = np.concatenate([[0], np.cumsum(np.frombuffer(lengths, dtype=np.int64))])
        counts = sp.csr_matrix(
            (np.ones(len(ids), dtype=np.int32), columns, bounds), shape=(len(lengths), len(terms))
        )  # fmt: skip
        counts.sum_duplicates()
        if old is not None and known:
            again = old._by_text(terms)[np.asarray(origin, dtype=np.int64)[kept]]
            new = np.array([row for row, text in enumerate(texts) if text is not None], dtype=np.int64)
            order = np.argsort(np.concatenate([kept, new]))
            counts = sp.vstack([again, counts], format="csr")[order]
        return cls._scored(counts, terms, tokenise)

    @classmethod
    def _scored(cls, counts, terms: np.ndarray, tokenise: Tokenise) -> Lexical:
        """An index made of counts int32 [texts, terms] in rows: what bm25s works out text by text, for all at once."""
        import numpy as np

        lengths = np.asarray(counts.sum(axis=1)).ravel()
        counts = counts.tocsc()
        holders = np.diff(counts.indptr)
        if np.count_nonzero(holders) < _LIVING * len(holders):  # terms that went with their texts
            kept = np.flatnonzero(holders)
            counts, holders, terms = counts[:, kept], holders[kept], terms[kept]
        numbers, which = np.unique(holders, return_inverse=True)
        idf = np.array([inverse_frequency(int(n), counts.shape[0]) for n in numbers], dtype=np.float32)[which]
        ahead = K1 * ((1 - B) + B * lengths / lengths.mean())  # float64, as bm25s has it
        bounds, rows = counts.indptr.astype(np.int64), counts.indices.astype(np.int32, copy=False)
        scores = np.repeat(idf, holders)
        for first in range(0, len(scores), _BLOCK):
            part = slice(first, first + _BLOCK)
            tf = counts.data[part].astype(np.float32)
            scores[part] = scores[part] * (tf / (ahead[rows[part]] + tf))
        peaks = np.zeros(len(terms), dtype=np.float32)
        if len(scores):
            held = np.flatnonzero(holders)
            peaks[held] = np.maximum.reduceat(scores, bounds[held])
        arrays = {"terms": terms, "bounds": bounds, "peaks": peaks, "rows": rows, "scores": scores}
        return cls(
            arrays | {"counts": counts.data.astype(np.int32, copy=False)},
            counts.shape[0],
            float(lengths.mean()),
            tokenise,
        )

    def _by_text(self, terms: np.ndarray):
        """Counts int32 [texts, terms], in rows, of terms that are these and more."""
        import numpy as np
        import scipy.sparse as sp

        own = self._arrays
        bounds = np.zeros(len(terms) + 1, dtype=np.int64)
        bounds[np.searchsorted(terms, own["terms"]) + 1] = np.diff(own["bounds"])
        shape = (self._size, len(terms))
        return sp.csc_matrix((own["counts"], own["rows"], np.cumsum(bounds)), shape=shape).tocsr()

    def save(self, folder: Path) -> None:
        """Write plain arrays and JSON into `folder`."""
        import numpy as np

        folder.mkdir(exist_ok=True)
        for name, values in self._arrays.items():
            np.save(folder / f"{name}.npy", values, allow_pickle=False)
        (folder / _ABOUT).write_text(json.dumps({"texts": self._size, "length": self.length}), encoding="ascii")

    @classmethod
    def load(cls, folder: Path, tokenise: Tokenise) -> Lexical:
        """What `save` wrote, mapped from the disk; never unpickles."""
        import numpy as np

        # Plain arrays over the same files: slicing a memmap costs ten times as much.
        arrays = {n: np.asarray(np.load(folder / f"{n}.npy", mmap_mode="r", allow_pickle=False)) for n in _ARRAYS}
        about = json.loads((folder / _ABOUT).read_bytes())
        return cls(arrays, about["texts"], about["length"], tokenise)

    def idf(self, term: str) -> float:
        """The inverse frequency of a term among the texts; that of n = 0 for an unknown one."""
        return inverse_frequency(len(self.holders(term)), self._size)

    def holders(self, term: str) -> np.ndarray:
        """int [n], ascending: the texts that hold a term."""
        return self._arrays["rows"][self._place(term)[1]]

    def scores(self, query: str) -> Found:
        """BM25 of the texts that hold a term of the query; every other text has 0."""
        own, postings = self._arrays, []
        for term, times in Counter(self._tokenise(query)).items():
            at, place = self._place(term)
            if place.stop > place.start:
                peak = times * float(own["peaks"][at])
                postings.append(Postings(own["rows"][place], own["scores"][place], times, peak))
        return Found(postings, self._size)

    def _place(self, term: str) -> tuple[int, slice]:
        """A term's number and where its postings are; an empty stretch for an unknown one."""
        import numpy as np

        terms, bounds = self._arrays["terms"], self._arrays["bounds"]
        wanted = np.uint64(mark(term))
        at = int(np.searchsorted(terms, wanted))
        if at == len(terms) or terms[at] != wanted:
            return at, slice(0, 0)
        return at, slice(int(bounds[at]), int(bounds[at + 1]))
