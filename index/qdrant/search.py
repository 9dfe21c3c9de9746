"""The first stage of a search, and the words of its candidates, from a collection; the same as from the files.

The catalogue (documents, clauses and their text) stays the index's own SQLite file: what is shown and cited never comes
from elsewhere. A point of a clause that the index at hand does not hold is passed over.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from index.candidates import Candidates, best_of
from index.errors import BrokenIndex
from index.qdrant.collection import Collection, Scope
from index.qdrant.points import SENTENCES, TERMS, WORDS, asked, point_id
from index.token_index import TokenIndex

if TYPE_CHECKING:
    import numpy as np

    from index.store import Store

BEHIND = "检索服务中的条款与本机索引不一致。请运行：python -m index migrate"


class Search:
    """Searches the points of one tenant beside the store whose clauses they are."""

    def __init__(self, store: Store, collection: Collection, tenant: str) -> None:
        self._store, self._collection, self._tenant = store, collection, tenant
        self._documents = list(store.documents)

    def candidates(
        self, text: str, vector: np.ndarray, k: int, allowed: np.ndarray | None = None, also: Sequence[int] = ()
    ) -> Candidates:
        """The first stage of a search, as index.candidates describes it; the `k` clauses of the nearest sentences stand for the owners of the `k` nearest."""
        import numpy as np

        terms, scope = asked(text), self._scope(allowed)
        found = self._rows(self._collection.nearest(TERMS, terms, k, scope))
        found |= self._rows(self._collection.nearest(SENTENCES, vector, k, scope))
        kept = [row for row in found if allowed is None or allowed[row]]
        rows = np.unique(np.array([*kept, *also], dtype=np.int64))
        bm25 = np.zeros(len(rows), dtype=np.float32)
        if len(rows):
            of_these = Scope(self._tenant, ids=tuple(self._ids(rows)))
            for row, score in self._rows(self._collection.nearest(TERMS, terms, len(rows), of_these)).items():
                bm25[np.searchsorted(rows, row)] = score
        sentences, counts = self._store.dense.sentences_of(rows)
        parts = self._of(rows, SENTENCES)
        if [len(own) for own in parts] != counts.tolist():
            raise BrokenIndex(BEHIND)
        cosines = np.concatenate([np.zeros(0, np.float32), *(own @ vector for own in parts if len(own))])
        return Candidates(rows, bm25, best_of(cosines, counts, -1.0), sentences, counts, cosines)

    def words(self, rows: np.ndarray) -> list[np.ndarray]:
        """float32 [words, axes] of each of these clauses, unit vectors, in printed order; its title's behind them."""
        return self._of(rows, WORDS)

    def staged(self, text: str, vector: np.ndarray, words: np.ndarray, k: int, depth: int = 200) -> list[int]:
        """The rows that Qdrant ranks first by itself, in one query; Collection.staged."""
        found = self._collection.staged(asked(text), vector, words, k, depth, Scope(self._tenant))
        return list(self._rows(found))

    def _of(self, rows: np.ndarray, name: str) -> list[np.ndarray]:
        import numpy as np

        ids = self._ids(rows)
        got = self._collection.vectors(ids, [name]) if ids else {}
        none = np.zeros((0, 0), dtype=np.float32)
        return [got.get(own, {}).get(name, none) for own in ids]

    def _ids(self, rows: Sequence[int] | np.ndarray) -> list[str]:
        clauses = self._store.clauses
        return [point_id(self._tenant, clauses[int(row)].clause_id) for row in rows]

    def _rows(self, found: Sequence[tuple[str, float]]) -> dict[int, float]:
        row_of = self._store.row_of
        return {row: score for name, score in found if (row := row_of.get(name)) is not None}

    def _scope(self, allowed: np.ndarray | None) -> Scope:
        import numpy as np

        if allowed is None:
            return Scope(self._tenant)
        documents = np.unique(self._store.document_of[allowed])
        if len(documents) == len(self._documents):
            return Scope(self._tenant)
        return Scope(self._tenant, tuple(self._documents[row] for row in documents))


class RemoteTokenIndex(TokenIndex):
    """The words of candidates from a collection; all else as in the files."""

    _search: Search

    @classmethod
    def over(cls, token_index: TokenIndex, search: Search) -> RemoteTokenIndex:
        made = cls.__new__(cls)
        made.__dict__ |= token_index.__dict__
        made._search = search
        return made

    def _vectors(self, rows: np.ndarray, sentences: np.ndarray, counts: np.ndarray) -> np.ndarray:
        import numpy as np

        lengths = [int(own.sum()) for own in np.split(self.lengths(sentences), np.cumsum(counts)[:-1])]
        parts = [own[:length] for own, length in zip(self._search.words(rows), lengths, strict=True)]
        if [len(own) for own in parts] != lengths:
            raise BrokenIndex(BEHIND)
        return np.concatenate([np.zeros((0, self.whitening.axes.shape[1]), np.float32), *parts])


def attach(store: Store, collection: Collection, tenant: str) -> Search:
    """Have a store take candidates and words from a collection."""
    search = Search(store, collection, tenant)
    store.first = search
    if store.token_index is not None:
        store.token_index = RemoteTokenIndex.over(store.token_index, search)
    return search
