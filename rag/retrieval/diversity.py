"""Diversification: one document that says everything in the same words must not fill the whole list. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

_DEPTH, _PLACES, _MOST = 200, 50, 3  # clauses looked at, places settled, and how often a document is held back at most


def diversified(scores: np.ndarray, document_of: np.ndarray, penalty: float, free: int) -> np.ndarray:
    """float32 [candidates]: `scores`, each document's clauses beyond its first `free` lowered, one `penalty` a step."""
    import numpy as np

    settled = scores.copy()
    candidates = np.argsort(-scores, kind="stable")[:_DEPTH]
    left = scores[candidates].astype(np.float64)
    owners = document_of[candidates]
    taken: dict[int, int] = {}
    for _ in range(min(_PLACES, len(candidates))):
        place = int(np.argmax(left))
        settled[candidates[place]] = left[place]
        left[place] = -np.inf
        owner = int(owners[place])
        taken[owner] = taken.get(owner, 0) + 1
        if free <= taken[owner] < free + _MOST:
            left[owners == owner] -= penalty
    waiting = np.isfinite(left)
    settled[candidates[waiting]] = left[waiting]
    return settled
