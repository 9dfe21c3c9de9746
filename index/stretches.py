"""Runs of rows in arrays that hold one thing after another: the sentences of each clause, clause after clause. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np


def bounds(owner: np.ndarray, at: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(int64, int64): where the sentences of the clauses `at` begin and end, `owner` being the clause of each,
    ascending."""
    import numpy as np

    return np.searchsorted(owner, at), np.searchsorted(owner, at, side="right")


def stretches(begin: np.ndarray, end: np.ndarray) -> np.ndarray:
    """int64: begin[0], …, end[0] - 1, begin[1], … as one."""
    import numpy as np

    counts = end - begin
    return np.arange(int(counts.sum())) + np.repeat(begin - (np.cumsum(counts) - counts), counts)
