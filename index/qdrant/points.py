"""A clause as a point: its vectors by name, its terms, its words, and by what it is told from what stands there already.

`clause` and `sentences` are unit vectors, the latter several of which the nearest counts; `terms` are the BM25 weights
without the inverse frequency, which Qdrant puts to them; `words` are the tokens of the clause as unit vectors, behind
them those of its document's title, shortened, as rag.retrieval.fusion weighs them.
"""

from __future__ import annotations

import hashlib
import uuid
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from index.content import index_text
from index.lexical import K1, B, mark
from index.terms import pairs
from index.windows import unit

if TYPE_CHECKING:
    import numpy as np

    from index.store import Store

CLAUSE, SENTENCES, TERMS, WORDS = "clause", "sentences", "terms", "words"
TITLED = 0.8  # how long the words of a title are: rag.retrieval.fusion has the same number, a test compares them
_VERSION = "1"
_OURS = uuid.UUID("6f1c7f0e-7f0d-5c39-9b1e-6e5f1a2b3c4d")


@dataclass(frozen=True, slots=True)
class Terms:
    """A sparse vector."""

    indices: Sequence[int]  # 32 bits of a term's mark
    values: Sequence[float]


@dataclass(frozen=True, slots=True)
class Point:
    """One clause of one tenant."""

    id: str
    vectors: dict[str, np.ndarray]
    terms: Terms
    payload: dict[str, str]  # tenant, clause_id, doc_id, digest


def point_id(tenant: str, clause_id: str) -> str:
    """The id of a clause's point: one clause of one tenant has one id, whoever puts it there and however often."""
    return str(uuid.uuid5(_OURS, f"{tenant}\n{clause_id}"))


class Points:
    """The clauses of a store as points of a tenant."""

    def __init__(self, store: Store, tenant: str) -> None:
        self.store, self.tenant = store, tenant
        # To three figures, so that a document more does not change every point.
        self.length = float(f"{store.pairs.length:.3g}")

    def __len__(self) -> int:
        return len(self.store.clauses)

    def ids(self, rows: Sequence[int]) -> list[str]:
        clauses = self.store.clauses
        return [point_id(self.tenant, clauses[row].clause_id) for row in rows]

    def digests(self, rows: Sequence[int]) -> list[str]:
        """A digest for each of these rows, of all that its point is made of."""
        keys = self.store.vector_keys
        about = f"{_VERSION} {self.length} {TITLED} {self.store.manifest.encoder_digest}"
        return [hashlib.sha256(f"{about}\n{keys[row]}".encode()).hexdigest()[:32] for row in rows]

    def made(self, rows: Sequence[int]) -> Iterator[Point]:
        """The points of these clauses."""
        import numpy as np

        store = self.store
        for row, name, digest in zip(rows, self.ids(rows), self.digests(rows), strict=True):
            clause = store.clauses[row]
            one = np.array([row])
            sentences, _ = store.dense.sentences_of(one)
            vectors = {CLAUSE: store.dense.clause_vectors()[row]}
            if len(sentences):
                vectors[SENTENCES] = store.dense.sentence_vectors()[sentences]
            if store.token_index is not None:
                words = unit(store.token_index.whitening.unpacked(store.token_index.words(sentences)[1]))
                title = unit(
                    store.token_index.whitening.unpacked(
                        store.token_index.of_title(int(store.document_of[row])).vectors
                    )
                )
                if len(both := np.concatenate([words, TITLED * title])):
                    vectors[WORDS] = both.astype(np.float32)
            text = index_text(store.documents[clause.doc_id], clause)
            payload = {"tenant": self.tenant, "clause_id": clause.clause_id, "doc_id": clause.doc_id, "digest": digest}
            yield Point(name, vectors, weighed(text, self.length), payload)


def weighed(text: str, length: float) -> Terms:
    """A clause's terms by BM25 without the inverse frequency; `length`: how many terms a clause has on average."""
    terms = pairs(text)
    ahead = K1 * (1 - B + B * len(terms) / length)
    found: dict[int, float] = {}
    for term, times in Counter(terms).items():
        at = _short(term)
        found[at] = found.get(at, 0.0) + times / (ahead + times)
    return Terms(list(found), list(found.values()))


def asked(text: str) -> Terms:
    """A question's terms, each as often as it is said."""
    found = Counter(map(_short, pairs(text)))
    return Terms(list(found), [float(times) for times in found.values()])


def _short(term: str) -> int:
    return mark(term) >> 32
