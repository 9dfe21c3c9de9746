"""The best clauses read again beside the question by a cross-encoder, where one is set; off by default."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

from index.content import index_text
from index.errors import ModelError

if TYPE_CHECKING:
    from index.settings import Settings
    from index.store import Store
    from rag.retrieval.retrieve import Ranking


class Reranker(Protocol):
    """Scores pairs of a question and a text; more is better."""

    def predict(self, pairs: Sequence[tuple[str, str]]) -> Sequence[float]: ...


class CrossEncoderReranker:
    """Any sentence-transformers CrossEncoder, by folder or name; loaded when first needed."""

    def __init__(self, name: str) -> None:
        self._name = name

    @cached_property
    def _model(self):
        from sentence_transformers import CrossEncoder

        try:
            return CrossEncoder(self._name, device="cpu")
        except (OSError, ValueError, RuntimeError) as error:
            raise ModelError(
                f"重排模型 {self._name} 无法载入（{type(error).__name__}）。请检查设置 reranker"
            ) from error

    def predict(self, pairs: Sequence[tuple[str, str]]) -> Sequence[float]:
        """One score a pair."""
        return self._model.predict(list(pairs), show_progress_bar=False).tolist()


def open_reranker(settings: Settings) -> Reranker | None:
    """The reranker of the settings; None where none is set."""
    return CrossEncoderReranker(settings.reranker) if settings.reranker else None


def rerank(reranker: Reranker, store: Store, question: str, ranking: Ranking, depth: int) -> Ranking:
    """The ranking with its first `depth` clauses in the reranker's order, with the time it took.

    Their fused scores are dealt out anew in that order, so that an answer is chosen by what the reranker put first, of
    a comparison too.
    """
    begin = time.perf_counter()
    top = list(ranking.rows[:depth])
    texts = [index_text(store.documents[store.clauses[row].doc_id], store.clauses[row]) for row in top]
    scores = reranker.predict([(question, text) for text in texts])
    taken = (time.perf_counter() - begin) * 1000
    return replace(reordered(ranking, dict(zip(top, scores, strict=True))), rerank_ms=taken, sub_rankings=())


def reordered(ranking: Ranking, scores: Mapping[int, float]) -> Ranking:
    """The ranking with the clause rows of `scores`, which are its first ones, in the order of their scores; their fused
    scores are dealt out anew."""
    rows = sorted(scores, key=lambda row: -scores[row])
    dealt = dict(zip(rows, sorted((ranking.fused[row] for row in rows), reverse=True), strict=True))
    return replace(
        ranking, rows=[*rows, *(row for row in ranking.rows if row not in scores)], fused={**ranking.fused, **dealt}
    )
