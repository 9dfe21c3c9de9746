"""Clauses ranked for a question or for a pasted clause."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from index.store import Store
from rag.query.addresses import Addresses, numbered
from rag.query.question import Query
from rag.query.titles import Titles
from rag.retrieval.diversity import diversified
from rag.retrieval.fusion import CANDIDATES, Fusion, Scores
from rag.retrieval.pastes import Pastes, PasteWeights, thinned
from rag.retrieval.sparse import Sparse
from rag.retrieval.weights import Weights
from rag.stated import metadata

if TYPE_CHECKING:
    import numpy as np

    from index.encoder import Encoder

_MANY = 1_000  # clauses at one address
_APART = 1e-3  # of a question's scores: what is lifted stands so far above all others


@dataclass(frozen=True, slots=True)
class RankingConfig:
    """How scores become a ranking; each part switched off in turn makes an ablation."""

    named: bool = True  # the clauses of a document that a question names by 《title》 or 文号 come first
    apart: bool = True  # a comparison is searched for either side by itself
    diversify_pasted: tuple[float, int] | None = (
        2.0,
        1,
    )  # (penalty, free) of rag.retrieval.diversity for pasted clauses


@dataclass(frozen=True, slots=True)
class Ranking:
    """The candidates for one query; the sentence scores are what evidence is chosen by."""

    rows: Sequence[int]  # clause rows, best first
    fused: Mapping[int, float]  # of these rows; of a question as rag.retrieval.weights describes, of a paste z-scores
    sentences: Sparse  # of their sentences, cosine to the query
    meaning: Sparse  # as in rag.retrieval.fusion.Scores
    max_sim: Sparse | None  # as in rag.retrieval.fusion.Scores
    rerank_ms: float | None = None  # what a reranker took, where one is set
    sub_rankings: tuple[Ranking, ...] = ()  # of a comparison: the rankings for either side
    blind: bool = False  # as in rag.retrieval.fusion.Scores


class Retriever:
    """Ranks the clauses of one store."""

    def __init__(
        self,
        store: Store,
        encoder: Encoder,
        weights: Weights | None = None,
        config: RankingConfig = RankingConfig(),
        paste_weights: PasteWeights = PasteWeights(),
    ) -> None:
        self._store = store
        self._config = config
        self.fusion = Fusion(store, encoder, weights)
        self.pastes = Pastes(store, encoder, paste_weights)
        self.titles = Titles(list(store.documents.values()))
        self._addresses = Addresses(located=store.located)

    def rank(self, query: Query, allowed: np.ndarray | None = None, k: int = CANDIDATES) -> Ranking:
        """Rank for `query`; `allowed` is a bool mask [clauses] of what the user's filters leave, `k` the candidates of
        each index."""
        if not (query.sub_queries and self._config.apart):
            return self._rank(query, allowed, k)
        return together(tuple(self._rank(side, allowed, k) for side in query.sub_queries))

    def _rank(self, query: Query, allowed: np.ndarray | None, k: int) -> Ranking:
        if query.pasted:
            scores = self.pastes.scores(thinned(query.text), allowed, k)
            return _ranking(scores, self._for_pasted(scores))
        first, named = self._pointed_at(query, allowed), self._of_named(query, allowed)
        # What thousands of clauses are numbered by tells none from another: of those the candidates among them are lifted.
        also = first if len(first) <= _MANY else []
        scores = self.fusion.scores(query.text, query.rewriting, allowed, [*also, *named], k)
        return _ranking(scores, _lifted(_lifted(scores.fused, scores.rows, named), scores.rows, first))

    def _pointed_at(self, query: Query, allowed: np.ndarray | None) -> list[int]:
        """Rows of the clauses at the address asked for, of the document named where it has such a place; or of those
        that print the 文号, date or issuer asked for, of the documents named."""

        def left(rows: Iterable[int]) -> list[int]:
            return [row for row in rows if allowed is None or allowed[row]]

        if numbered(query.address):
            there = left(self._addresses.rows(query.address))
            named = [self._store.rows_of(document.doc_id) for document in self.titles.meant(query)]
            return [row for row in there if any(begin <= row < end for begin, end in named)] or there
        if not query.asks & metadata.ABOUT_ITSELF:
            return []
        return left(
            self._store.row_of[clause.clause_id]
            for document in self.titles.meant(query)
            for clause in metadata.printed_in(query, document, self._store.clauses_of(document.doc_id))
        )

    def _of_named(self, query: Query, allowed: np.ndarray | None) -> list[int]:
        """Rows of the clauses of the documents named by 《title》 or 文号."""
        import numpy as np

        if not (self._config.named and (query.titles or query.doc_nos)):
            return []
        inside = np.isin(self._store.document_of, self.titles.named(query))
        return np.flatnonzero(inside if allowed is None else inside & allowed).tolist()

    def _for_pasted(self, scores: Scores) -> np.ndarray:
        """float32 [candidates]: the other clauses of the clause's own document come after those of others."""
        import numpy as np

        fused, documents = scores.fused, self._store.document_of[scores.rows]
        if not len(fused):
            return fused
        best = int(np.argmax(fused))
        own = documents == documents[best]
        own[best] = False
        fused = np.where(own, fused - (fused.max() - fused.min()), fused)
        return (
            fused
            if self._config.diversify_pasted is None
            else diversified(fused, documents, *self._config.diversify_pasted)
        )


def _ranking(scores: Scores, fused: np.ndarray) -> Ranking:
    import numpy as np

    rows = scores.rows[np.argsort(-fused, kind="stable")].tolist()
    told = dict(zip(scores.rows.tolist(), fused.tolist(), strict=True))
    return Ranking(rows, told, scores.cosines, scores.meaning, scores.max_sim, blind=scores.blind)


def _lifted(fused: np.ndarray, rows: np.ndarray, first: Sequence[int]) -> np.ndarray:
    """The scores with those of the rows `first` above all others."""
    import numpy as np

    if not len(first):
        return fused
    return fused + (fused.max() - fused.min() + _APART) * np.isin(rows, first)


def together(sub_rankings: tuple[Ranking, ...]) -> Ranking:
    """What comes first for either side of a comparison comes first: a clause stands as far below the best as in the
    ranking it stands highest in."""
    one, other = sub_rankings
    fused: dict[int, float] = {}
    for side in sub_rankings:
        for row in side.rows:
            fused[row] = max(fused.get(row, float("-inf")), side.fused[row] - side.fused[side.rows[0]])
    best = sorted(fused, key=lambda row: (-fused[row], row))
    cosines = one.sentences.highest(other.sentences)
    return Ranking(
        best, fused, cosines, cosines, None, sub_rankings=sub_rankings, blind=any(side.blind for side in sub_rankings)
    )
