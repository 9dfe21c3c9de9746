"""An index brought into a collection: what is there already stays, what changed is put again, what is gone is dropped.

A point's id is its clause's, its digest is that of all it is made of: running it again, after it was stopped or by
several at once, comes to the same end.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from index.errors import BrokenIndex
from index.qdrant.collection import Scope
from index.qdrant.points import CLAUSE, SENTENCES, WORDS, Points

if TYPE_CHECKING:
    from index.qdrant.collection import Collection

_AT_ONCE = 64  # points of one request: 64 × 100 words × 128 axes are 3 MB
_SAMPLE = 32  # points whose vectors are compared with the index's
_NEAR = 2e-3  # between a vector and its half precision


@dataclass(frozen=True, slots=True)
class Moved:
    """What a run did."""

    points: int  # of the tenant, now
    put: int
    dropped: int
    compared: int  # points whose vectors were read back and found the same


def migrate(points: Points, collection: Collection, progress: Callable[[int, int], None] = lambda *_: None) -> Moved:
    """Bring the collection in line with the index and verify it; BrokenIndex where it then differs."""
    store = points.store
    axes = None if store.token_index is None else int(store.token_index.whitening.axes.shape[1])
    collection.ready(store.manifest.dimension, axes)
    scope = Scope(points.tenant)
    wanted = points.ids(range(len(points)))
    gone = set(collection.ids(scope)) - set(wanted)
    collection.drop(sorted(gone))
    put = 0
    for first in range(0, len(points), _AT_ONCE):
        rows = range(first, min(first + _AT_ONCE, len(points)))
        there = collection.digests(wanted[first : rows.stop])
        new = [row for row, own in zip(rows, points.digests(rows), strict=True) if there.get(wanted[row]) != own]
        if new:
            collection.put(list(points.made(new)))
        put += len(new)
        progress(rows.stop, len(points))
    return Moved(_counted(points, collection, wanted), put, len(gone), _compared(points, collection, wanted))


def _counted(points: Points, collection: Collection, wanted: list[str]) -> int:
    """How many points the tenant has: as many as the index has clauses, each with its digest."""
    count = collection.count(Scope(points.tenant))
    same = 0
    for first in range(0, len(points), 1_000):
        rows = range(first, min(first + 1_000, len(points)))
        there = collection.digests(wanted[first : rows.stop])
        same += sum(there.get(wanted[row]) == own for row, own in zip(rows, points.digests(rows), strict=True))
    if count != len(points) or same != len(points):
        raise BrokenIndex(
            f"迁移后核对不符：应有 {len(points)} 条，实有 {count} 条，相同 {same} 条。请再次运行：python -m index migrate"
        )
    return count


def _compared(points: Points, collection: Collection, wanted: list[str]) -> int:
    """How many points, spread over all, hold the vectors of the index."""
    import numpy as np

    rows = range(0, len(points), max(1, len(points) // _SAMPLE))
    names = [CLAUSE, SENTENCES, *([] if points.store.token_index is None else [WORDS])]
    there = collection.vectors([wanted[row] for row in rows], names)
    for row, point in zip(rows, points.made(rows), strict=True):
        own = there.get(point.id, {})
        for name, vectors in point.vectors.items():
            found, expected = own.get(name), np.atleast_2d(vectors)
            if found is None or found.shape != expected.shape or np.abs(found - expected).max() > _NEAR:
                clause = points.store.clauses[row].clause_id
                raise BrokenIndex(
                    f"迁移后核对不符：{clause} 的向量 {name} 与本机索引不同。请再次运行：python -m index migrate"
                )
    return len(rows)
