"""A reader at an endpoint that answers as Text Embeddings Inference does: POST /rerank, a score a window.

It says which windows answer and not in which words: a window's whole text stands for them. Its scores are not those the
calibration was fitted to, so it orders clauses and refuses nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cached_property

from index.endpoint import Endpoint
from index.errors import Unreachable
from rag.reading.inputs import Pair
from rag.reading.reader import Reading

_AT_ONCE = 32


class RemoteReader:
    """See rag.reading.reader.Reader; Unreachable where the service does not answer."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint

    @cached_property
    def digest(self) -> str:
        """sha256 of the address: what stands behind it is not asked for before it is needed."""
        return hashlib.sha256(f"rerank {self._endpoint.url}".encode()).hexdigest()

    def read(self, pairs: Sequence[Pair]) -> list[Reading]:
        """One reading a pair, in order."""
        by_question: dict[str, list[int]] = {}
        for place, pair in enumerate(pairs):
            by_question.setdefault(pair.question, []).append(place)
        found: dict[int, float] = {}
        for question, places in by_question.items():
            for first in range(0, len(places), _AT_ONCE):
                own = places[first : first + _AT_ONCE]
                texts = [f"{pairs[place].address}\n{pairs[place].body}" for place in own]
                body = {"query": question, "texts": texts, "raw_scores": True, "truncate": True}
                found |= self._scores(own, self._endpoint.post("/rerank", body))
        return [Reading(found[place], (0, len(pair.body)), 1.0) for place, pair in enumerate(pairs)]

    def _scores(self, places: Sequence[int], told: object) -> dict[int, float]:
        try:
            scores = {places[each["index"]]: float(each["score"]) for each in told}  # type: ignore[attr-defined]
        except (TypeError, KeyError, IndexError, ValueError):
            scores = {}
        if len(scores) != len(places):
            raise Unreachable(f"阅读服务 {self._endpoint.url} 没有给每段原文一个分数。请检查设置 reader")
        return scores
