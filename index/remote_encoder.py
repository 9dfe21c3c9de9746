"""An embedding model at an endpoint that answers as Text Embeddings Inference does: POST /embed, GET /info.

Its token states cannot be had there, so that clauses are ranked by wording and by meaning; a clause's sentences are
encoded each on its own.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from index.encoder import EncodedQuery, Progress, Reading, Spans
from index.endpoint import Endpoint
from index.errors import Unreachable
from index.windows import unit

if TYPE_CHECKING:
    import numpy as np

    from index.settings import Settings
    from index.whitening import Whitening

_AT_ONCE = 32  # texts of one request: what TEI takes unless told otherwise


class RemoteEncoder:
    """See index.encoder.Encoder; Unreachable where the service does not answer."""

    def __init__(self, endpoint: Endpoint, query: str, passage: str) -> None:
        """`query`, `passage`: what is put before a text of either kind, as the model was trained with."""
        self._endpoint, self._before = endpoint, (query, passage)

    @cached_property
    def _about(self) -> dict:
        found = self._endpoint.get("/info")
        if not isinstance(found, dict) or "model_id" not in found:
            raise Unreachable(f"嵌入服务 {self._endpoint.url} 没有说明它的模型（/info）。请检查设置 embedder")
        return found

    @property
    def name(self) -> str:
        return str(self._about["model_id"])

    @cached_property
    def digest(self) -> str:
        """sha256 of the model's name, its revision and what is put before texts."""
        told = (self.name, self._about.get("model_sha"), self._about.get("model_dtype"), *self._before)
        return hashlib.sha256(repr(told).encode()).hexdigest()

    @cached_property
    def dimension(self) -> int:
        return self.encode_queries(["条"]).shape[1]

    def encode_queries(self, texts: Sequence[str]) -> np.ndarray:
        return self._encoded(texts, self._before[0])

    def encode_passages(self, texts: Sequence[str]) -> np.ndarray:
        return self._encoded(texts, self._before[1])

    def read_query(self, text: str) -> EncodedQuery:
        return EncodedQuery(self.encode_queries([text])[0], None, None, None)

    def read_passages(
        self,
        texts: Sequence[str],
        spans: Sequence[Spans],
        whitening: Whitening | None = None,
        progress: Progress | None = None,
    ) -> list[Reading]:
        import numpy as np

        found = []
        for text, own in zip(texts, spans, strict=True):
            vectors = self.encode_passages([text, *(text[start:stop] for start, stop in own)])
            found.append(Reading(vectors[0], np.ascontiguousarray(vectors[1:]), None))
            if progress is not None:
                progress(len(found))
        return found

    def read_and_fit(
        self, texts: Sequence[str], spans: Sequence[Spans], progress: Progress | None = None
    ) -> tuple[list[Reading], Whitening | None]:
        return self.read_passages(texts, spans, None, progress), None

    def _encoded(self, texts: Sequence[str], before: str) -> np.ndarray:
        import numpy as np

        parts = []
        for first in range(0, len(texts), _AT_ONCE):
            own = [before + text for text in texts[first : first + _AT_ONCE]]
            found = self._endpoint.post("/embed", {"inputs": own, "normalize": True, "truncate": True})
            try:
                vectors = np.array(found, dtype=np.float32)
            except (TypeError, ValueError):
                vectors = np.zeros(0, dtype=np.float32)
            if vectors.ndim != 2 or len(vectors) != len(own) or not np.isfinite(vectors).all():
                raise Unreachable(f"嵌入服务 {self._endpoint.url} 回应的不是 {len(own)} 个向量。请检查设置 embedder")
            parts.append(unit(vectors))
        return np.concatenate(parts) if parts else np.zeros((0, self.dimension), dtype=np.float32)


def open_remote(settings: Settings) -> RemoteEncoder:
    """The encoder at the address in the setting embedder."""
    endpoint = Endpoint("嵌入服务", "embedder", settings.embedder, settings.embedder_key, settings.endpoint_timeout)
    return RemoteEncoder(endpoint, settings.embedder_query, settings.embedder_passage)
