"""One reading of a text, many vectors: token states pooled over the whole text and over spans of it. Pure.

Pooling a span from its text's own pass is “late chunking” (Günther et al. 2024): a sentence's vector knows what stands
around it, and costs nothing beyond the clause's.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

OVERLAP = 64  # tokens two windows share, so that no sentence is read without what precedes it


def windows(length: int, room: int) -> list[tuple[int, int]]:
    """(first token, behind the last) of overlapping windows of at most `room` tokens that together cover `length`."""
    if length <= room:
        return [(0, length)]
    overlap = min(OVERLAP, room // 2)
    return [(first, min(first + room, length)) for first in range(0, length - overlap, room - overlap)]


class Pool:
    """Sums the token states of one text, window by window."""

    def __init__(self, dimension: int, offsets: Sequence[tuple[int, int]], spans: Sequence[tuple[int, int]]) -> None:
        """`offsets`: characters of each token, `spans`: characters to pool; both as [start, stop) of the text."""
        import numpy as np

        self._offsets = np.array(offsets, dtype=np.int64).reshape(-1, 2)
        self._spans = spans
        self._whole = np.zeros(dimension, dtype=np.float32)
        self._parts = np.zeros((len(spans), dimension), dtype=np.float32)
        self._counts = np.zeros(len(spans), dtype=np.int64)

    def add(self, states: np.ndarray, first: int) -> None:
        """float32 [tokens + 2, dimension]: a beginning mark, the window's tokens from number `first` on, an end
        mark."""
        self._whole += states.sum(axis=0)
        inner = states[1:-1]
        offsets = self._offsets[first : first + len(inner)]
        for number, (start, stop) in enumerate(self._spans):
            inside = (offsets[:, 0] < stop) & (offsets[:, 1] > start)
            self._parts[number] += inner[inside].sum(axis=0)
            self._counts[number] += inside.sum()

    def whole(self) -> np.ndarray:
        """float32 [dimension]: unit mean of everything read, marks included, as sentence-transformers pools."""
        return unit(self._whole)

    def parts(self) -> np.ndarray:
        """float32 [spans, dimension]: unit mean of each span; one that holds no token is given the whole's."""
        self._parts[self._counts == 0] = self._whole
        return unit(self._parts)


def unit(vectors: np.ndarray) -> np.ndarray:
    """float32 [..., dimension] at length 1; zero stays zero."""
    import numpy as np

    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return (vectors / np.maximum(lengths, 1e-12)).astype(np.float32)
