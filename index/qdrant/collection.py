"""What the search asks of a collection of points, and the collection of a server, a cluster, or this process's memory.

Collections hold tenants: every question names one, and sees no point of another; inverse frequencies are the tenant's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from index.errors import BrokenIndex
from index.qdrant.points import CLAUSE, SENTENCES, TERMS, WORDS, Point, Terms

if TYPE_CHECKING:
    import numpy as np

    from index.settings import Settings

_PAGE = 1_000


@dataclass(frozen=True, slots=True)
class Scope:
    """Which points a question sees."""

    tenant: str
    documents: tuple[str, ...] | None = None  # doc_ids; None for all
    ids: tuple[str, ...] | None = None


Found = list[tuple[str, float]]  # (clause_id, score), best first


class Collection(Protocol):
    """Points of clauses, wherever they are. Every method raises BrokenIndex where they cannot be reached."""

    def ready(self, dimension: int, axes: int | None) -> None:
        """Make the collection, where there is none; `axes` None where the model gives no words."""
        ...

    def nearest(self, name: str, vector: np.ndarray | Terms, k: int, scope: Scope) -> Found: ...

    def staged(self, terms: Terms, vector: np.ndarray, words: np.ndarray, k: int, depth: int, scope: Scope) -> Found:
        """In one query: the `depth` best by terms and by sentences, fused by rank, and of these the `k` best by their
        words, float32 [words, axes], each as long as it weighs."""
        ...

    def vectors(self, ids: Sequence[str], names: Sequence[str]) -> Mapping[str, Mapping[str, np.ndarray]]:
        """Point id → name → the vectors stored, float32 [one or several, axes]."""
        ...

    def digests(self, ids: Sequence[str]) -> Mapping[str, str]:
        """Point id → digest, of those that are there."""
        ...

    def ids(self, scope: Scope) -> Iterator[str]: ...

    def count(self, scope: Scope) -> int: ...

    def put(self, points: Sequence[Point]) -> None: ...

    def drop(self, ids: Sequence[str]) -> None: ...


def open_collection(settings: Settings) -> ClientCollection:
    """The collection of the settings."""
    return ClientCollection(settings.qdrant, settings.qdrant_key, settings.qdrant_collection)


class ClientCollection:
    """A collection by qdrant-client: at an address, or in this process (a folder, or ":memory:")."""

    def __init__(self, place: str, key: str, name: str, timeout: int = 30) -> None:
        from qdrant_client import QdrantClient

        self._name, self._place = name, place
        if place.startswith(("http://", "https://")):
            # trust_env off: a proxy set for browsing must not see the questions of an office machine.
            self._client = QdrantClient(
                url=place, api_key=key or None, timeout=timeout, check_compatibility=False, trust_env=False
            )
        else:
            self._client = QdrantClient(":memory:") if place == ":memory:" else QdrantClient(path=place)

    def close(self) -> None:
        self._client.close()

    def _do(self, work: Callable[[], Any]) -> Any:
        from httpx import HTTPError
        from qdrant_client.http.exceptions import ApiException
        from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_exponential_jitter

        kinds = (ApiException, HTTPError, OSError)
        again = Retrying(
            retry=retry_if_exception_type(kinds), stop=stop_after_attempt(3), wait=wait_exponential_jitter(multiplier=0.2, max=2),
            reraise=True,
        )  # fmt: skip
        try:
            return again(work)
        except kinds as error:
            raise BrokenIndex(
                f"检索服务 {self._place} 没有回应（{type(error).__name__}）。请确认服务已启动，或把设置 qdrant 留空，改用本机索引"
            ) from error

    def ready(self, dimension: int, axes: int | None) -> None:
        from qdrant_client import models

        if self._do(lambda: self._client.collection_exists(self._name)):
            return
        several = models.MultiVectorConfig(comparator=models.MultiVectorComparator.MAX_SIM)
        whole = {"distance": models.Distance.DOT, "on_disk": True}  # unit vectors already
        vectors = {
            CLAUSE: models.VectorParams(size=dimension, **whole),
            SENTENCES: models.VectorParams(size=dimension, multivector_config=several, **whole),
        }
        if axes is not None:  # never searched, only compared: no graph
            vectors[WORDS] = models.VectorParams(
                size=axes, multivector_config=several, datatype=models.Datatype.FLOAT16,
                hnsw_config=models.HnswConfigDiff(m=0), **whole,
            )  # fmt: skip
        terms = {TERMS: models.SparseVectorParams(modifier=models.Modifier.IDF)}
        self._do(lambda: self._client.create_collection(self._name, vectors, sparse_vectors_config=terms))
        if self._place.startswith("http"):
            tenant = models.KeywordIndexParams(type=models.KeywordIndexType.KEYWORD, is_tenant=True)
            self._do(lambda: self._client.create_payload_index(self._name, "tenant", tenant))
            keyword = models.PayloadSchemaType.KEYWORD
            self._do(lambda: self._client.create_payload_index(self._name, "doc_id", keyword))

    def nearest(self, name: str, vector: np.ndarray | Terms, k: int, scope: Scope) -> Found:
        if k < 1:
            return []
        return self._found(
            query=_query(name, vector),
            using=name,
            limit=k,
            query_filter=_filter(scope),
            search_params=_idf(name, scope),
        )

    def staged(self, terms: Terms, vector: np.ndarray, words: np.ndarray, k: int, depth: int, scope: Scope) -> Found:
        from qdrant_client import models

        first = [
            models.Prefetch(
                query=_query(name, own), using=name, limit=depth, filter=_filter(scope), params=_idf(name, scope)
            )
            for name, own in ((TERMS, terms), (SENTENCES, vector))
        ]
        fused = models.Prefetch(prefetch=first, query=models.FusionQuery(fusion=models.Fusion.RRF), limit=depth)
        return self._found(prefetch=[fused], query=words.tolist(), using=WORDS, limit=k)

    def _found(self, **asked: Any) -> Found:
        got = self._do(lambda: self._client.query_points(self._name, with_payload=["clause_id"], **asked))
        return [(point.payload["clause_id"], point.score) for point in got.points]

    def vectors(self, ids: Sequence[str], names: Sequence[str]) -> Mapping[str, Mapping[str, np.ndarray]]:
        import numpy as np

        got = self._do(
            lambda: self._client.retrieve(self._name, list(ids), with_payload=False, with_vectors=list(names))
        )
        return {
            str(point.id): {name: np.atleast_2d(np.array(own, dtype=np.float32)) for name, own in point.vector.items()}
            for point in got
        }

    def digests(self, ids: Sequence[str]) -> Mapping[str, str]:
        got = self._do(lambda: self._client.retrieve(self._name, list(ids), with_payload=["digest"]))
        return {str(point.id): point.payload["digest"] for point in got}

    def ids(self, scope: Scope) -> Iterator[str]:
        after = None
        while True:
            asked: Any = {"limit": _PAGE, "offset": after, "with_payload": False}
            page, after = self._do(partial(self._client.scroll, self._name, _filter(scope), **asked))
            yield from (str(point.id) for point in page)
            if after is None:
                return

    def count(self, scope: Scope) -> int:
        return self._do(lambda: self._client.count(self._name, _filter(scope), exact=True)).count

    def put(self, points: Sequence[Point]) -> None:
        from qdrant_client import models

        made = [
            models.PointStruct(
                id=point.id,
                vector={name: own.tolist() for name, own in point.vectors.items()}
                | {TERMS: models.SparseVector(indices=list(point.terms.indices), values=list(point.terms.values))},
                payload=dict(point.payload),
            )
            for point in points
        ]
        self._do(lambda: self._client.upsert(self._name, made, wait=True))

    def drop(self, ids: Sequence[str]) -> None:
        if ids:
            self._do(lambda: self._client.delete(self._name, list(ids), wait=True))


def _query(name: str, vector: np.ndarray | Terms) -> Any:
    from qdrant_client import models

    if isinstance(vector, Terms):
        return models.SparseVector(indices=list(vector.indices), values=list(vector.values))
    return [vector.tolist()] if name == SENTENCES else vector.tolist()


def _filter(scope: Scope) -> Any:
    from qdrant_client import models

    must: list[Any] = [models.FieldCondition(key="tenant", match=models.MatchValue(value=scope.tenant))]
    if scope.documents is not None:
        must.append(models.FieldCondition(key="doc_id", match=models.MatchAny(any=list(scope.documents))))
    if scope.ids is not None:
        must.append(models.HasIdCondition(has_id=list(scope.ids)))
    return models.Filter(must=must)


def _idf(name: str, scope: Scope) -> Any:
    """Inverse frequencies among the tenant's clauses, whatever else the question is kept to."""
    from qdrant_client import models

    if name != TERMS:
        return None
    return models.SearchParams(idf=models.IdfCorpusParams(corpus=_filter(replace(scope, documents=None, ids=None))))
