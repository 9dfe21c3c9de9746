"""Clause and sentence vectors (inner product of unit vectors = cosine), and the search for the nearest sentences.

Up to FLAT sentences every one is compared: that costs a few milliseconds, and an approximate index would only add a way
to miss a clause. Above, FAISS looks into the nearest cells of an inverted file of vectors in eight bits, mapped from the
disk, and what it finds is compared once more by the whole vectors (Johnson, Douze and Jégou, “Billion-scale similarity
search with GPUs”, 2017). Sentences that a filter leaves fewer than FLAT of are all compared, whatever the size.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from index.stored import Stored
from index.stretches import bounds, stretches

if TYPE_CHECKING:
    import numpy as np

FLAT = 60_000  # sentences: 92 MB to look through, 10 ms of one core
_CLAUSES, _SENTENCES, _OWNER = "clause_vectors.npy", "sentence_vectors.npy", "owner.npy"
_CELLS, _CELL_OF = "sentences.faiss", "sentence_cells.npy"
_TRAINED = 48  # vectors a cell is fitted to
_PROBED = 256  # cells that are looked into: of the first ten .9975 are those of all at 100,000 clauses, .985 with 64
_AGAIN = 3  # times as many as wanted are compared by their whole vectors
_BLOCK = 50_000  # vectors taken into memory at once


class Dense:
    """The vectors of clauses, and of their sentences with the clause each belongs to."""

    def __init__(self, clauses: Stored, sentences: Stored, owner: np.ndarray, cells=None) -> None:
        """`owner` int64 [sentences], ascending; `cells`: the FAISS index of the sentences, where there is one."""
        self._clauses, self._sentences = clauses, sentences
        self.owner = owner
        self._cells = cells
        self._cell_of: np.ndarray | None = None  # int32 [sentences]; -1 where it is to be found

    @classmethod
    def blank(cls, clauses: int, owner: np.ndarray, dimension: int) -> Dense:
        """For so many clauses and for sentences with these owners, int64; zero until the vectors are filled in, in
        place: a second copy of them would be as large as all the rest of a build."""
        import numpy as np

        heads, sentences = (Stored(np.zeros((count, dimension), dtype=np.float32)) for count in (clauses, len(owner)))
        return cls(heads, sentences, owner)

    def save(self, folder: Path) -> None:
        import numpy as np

        np.save(folder / _CLAUSES, self.clause_vectors(), allow_pickle=False)
        np.save(folder / _SENTENCES, self.sentence_vectors(), allow_pickle=False)
        np.save(folder / _OWNER, self.owner, allow_pickle=False)
        if len(self.owner) > FLAT:
            self._save_cells(folder)

    @classmethod
    def load(cls, folder: Path) -> Dense:
        import faiss
        import numpy as np

        cells = None
        if (folder / _CELLS).is_file():
            cells = faiss.read_index(str(folder / _CELLS), faiss.IO_FLAG_MMAP | faiss.IO_FLAG_READ_ONLY)
            cells.nprobe = min(_PROBED, cells.nlist)
        owner = np.load(folder / _OWNER, mmap_mode="r", allow_pickle=False)
        made = cls(Stored.open(folder / _CLAUSES), Stored.open(folder / _SENTENCES), np.asarray(owner), cells)
        if cells is not None:
            made._cell_of = np.load(folder / _CELL_OF, mmap_mode="r", allow_pickle=False)
        return made

    def keep_cells(self, old: Dense, at: np.ndarray, here: np.ndarray) -> None:
        """Of sentences that `old` holds at the rows `at` the cells are known: those of the rows `here`, int64 both."""
        import numpy as np

        if old._cells is None or old._cell_of is None:
            return
        self._cells = old._cells
        self._cell_of = np.full(len(self.owner), -1, dtype=np.int32)
        self._cell_of[here] = old._cell_of[at]

    def _save_cells(self, folder: Path) -> None:
        """The inverted file; where most of the sentences were in one before, its cells are kept."""
        import faiss
        import numpy as np

        vectors, dimension = self.sentence_vectors(), self.sentence_vectors().shape[1]
        count = _cells(len(vectors))
        known = self._cell_of
        if self._cells is not None and known is not None and count <= 2 * self._cells.nlist:
            index = _emptied(self._cells)
        else:
            known = None
            index = faiss.index_factory(dimension, f"IVF{count},SQ8", faiss.METRIC_INNER_PRODUCT)
            index.cp.niter, index.cp.max_points_per_centroid = 8, _TRAINED
            sample = vectors[:: max(1, len(vectors) // (_TRAINED * count))]
            index.train(np.ascontiguousarray(sample, dtype=np.float32))
        cells = np.empty(len(vectors), dtype=np.int32)
        for first in range(0, len(vectors), _BLOCK):
            own = np.ascontiguousarray(vectors[first : first + _BLOCK], dtype=np.float32)
            place = np.full(len(own), -1, np.int64) if known is None else known[first : first + _BLOCK].astype(np.int64)
            if len(new := np.flatnonzero(place < 0)):
                place[new] = index.quantizer.search(np.ascontiguousarray(own[new]), 1)[1][:, 0]
            index.add_core(len(own), faiss.swig_ptr(own), None, faiss.swig_ptr(place))
            cells[first : first + len(own)] = place
        faiss.write_index(index, str(folder / _CELLS))
        np.save(folder / _CELL_OF, cells, allow_pickle=False)

    def nearest_sentences(self, query: np.ndarray, k: int, allowed: np.ndarray | None = None) -> np.ndarray:
        """int64 [at most k]: the rows of the sentences nearest to the unit vector `query` [d], nearest first, the lower
        row where they are equal; `allowed` is a bool mask [sentences]."""
        import numpy as np

        total = len(self.owner)
        if not total or k < 1:
            return np.zeros(0, dtype=np.int64)
        if allowed is not None:
            within = np.flatnonzero(allowed)
            if self._cells is None or len(within) <= FLAT:
                return _first(within, self.sentence_scores(query, within), k)
        if self._cells is None or k > total // 4:
            rows, scores = np.arange(total), self._every(query)
            if allowed is not None:
                rows, scores = within, scores[within]
            return _first(rows, scores, k)
        rows = self._in_cells(query, _AGAIN * k, allowed)
        return _first(rows, self.sentence_scores(query, rows), k)

    def _every(self, query: np.ndarray) -> np.ndarray:
        import numpy as np

        vectors = self.sentence_vectors()
        parts = range(0, len(vectors), _BLOCK)
        return np.concatenate([vectors[first : first + _BLOCK] @ query for first in parts])

    def _in_cells(self, query: np.ndarray, k: int, allowed: np.ndarray | None) -> np.ndarray:
        """int64, ascending: about the `k` nearest, by eight bits an axis."""
        import faiss
        import numpy as np

        asked = query.reshape(1, -1).astype(np.float32)
        if allowed is None:
            found = self._cells.search(asked, k)[1][0]
        else:
            bits = np.packbits(allowed, bitorder="little")
            chosen = faiss.IDSelectorBitmap(len(allowed), faiss.swig_ptr(bits))
            within = faiss.SearchParametersIVF(sel=chosen, nprobe=self._cells.nprobe)
            found = self._cells.search(asked, k, params=within)[1][0]
        return np.sort(found[found >= 0])

    def clause_scores(self, query: np.ndarray, rows: np.ndarray) -> np.ndarray:
        """float32 [rows]: cosine of each of these clauses to the unit vector `query` [d]."""
        return self._clauses.rows(rows) @ query

    def sentence_scores(self, query: np.ndarray, rows: np.ndarray) -> np.ndarray:
        """float32 [rows]: cosine of each of the sentences with these rows to the unit vector `query` [d]."""
        return self._sentences.rows(rows) @ query

    def sentences_of(self, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(int64: the rows of the sentences of these clauses, clause after clause; int64 [rows]: how many each has)."""
        begin, end = bounds(self.owner, rows)
        return stretches(begin, end), end - begin

    def clause_vectors(self) -> np.ndarray:
        """float32 [clauses, d]: of an index being made in its own memory, else mapped from the disk."""
        return self._clauses.array

    def sentence_vectors(self) -> np.ndarray:
        """float32 [sentences, d]: as the clauses'."""
        return self._sentences.array


def _cells(sentences: int) -> int:
    """How many cells an inverted file of so many sentences has: the root of their number, twice, as a power of two."""
    cells = 16
    while cells < 2 * sentences**0.5:
        cells *= 2
    return cells


def _emptied(cells):
    """An inverted file of the same cells with nothing in them."""
    import faiss

    index = faiss.IndexIVFScalarQuantizer(
        faiss.clone_index(cells.quantizer), cells.d, cells.nlist, faiss.ScalarQuantizer.QT_8bit,
        faiss.METRIC_INNER_PRODUCT,
    )  # fmt: skip
    index.sq.trained = cells.sq.trained
    index.is_trained = True
    return index


def _first(rows: np.ndarray, scores: np.ndarray, k: int) -> np.ndarray:
    """The rows, ascending, with the `k` highest scores, highest first."""
    import numpy as np

    if k < len(rows):
        least = np.partition(scores, len(scores) - k)[len(scores) - k]
        held = np.flatnonzero(scores >= least)
        rows, scores = rows[held], scores[held]
    return rows[np.argsort(-scores, kind="stable")[:k]].astype(np.int64)
