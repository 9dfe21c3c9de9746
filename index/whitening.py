"""The whitening projection of token states: centred, turned to their main axes, half whitened, of unit length.

A transformer's states all point one way, so that raw cosines tell little; without their mean, and with the strongest
axes damped, words of one meaning come near (Mu and Viswanath, “All-but-the-top”, 2018). Fitted to the corpus at hand and kept by
every later generation of its index, as the vectors already there were made with it. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from index.windows import unit

if TYPE_CHECKING:
    import numpy as np

AXES = 128  # of 384: recall as with all of them, at a third of the bytes
_STEPS = 7  # to either side of zero: recall as with 127, at half of the bytes
_WHITEN = 0.25  # power of the variance divided by: half of the way to white
_FLAT = 1e-6  # share of the largest variance under which an axis holds nothing
_ENOUGH, _OUTGROWN = 100_000, 4  # characters that tell the axes for good; else how many times more ask for new ones


@dataclass(frozen=True, slots=True)
class Whitening:
    """Means of the states of passages and of queries, and the axes both are turned to."""

    passages: np.ndarray  # float32 [dimension]
    queries: np.ndarray  # float32 [dimension]
    axes: np.ndarray  # float32 [dimension, at most AXES]
    seen: int  # characters of the corpus it was fitted to

    @classmethod
    def fit(cls, passages: Sequence[np.ndarray], queries: np.ndarray, seen: int) -> Whitening:
        """Fit it to states [tokens, dimension] of each passage, of any float type, and float32 states of queries."""
        import numpy as np

        tokens = sum(map(len, passages))
        mean = sum(own.sum(axis=0, dtype=np.float64) for own in passages) / tokens
        centred = (unit(own - mean) for own in passages)
        variances, axes = np.linalg.eigh(sum(own.T @ own for own in centred) / tokens)
        kept = [at for at in range(len(variances) - 1, -1, -1) if variances[at] > _FLAT * variances[-1]][:AXES]
        return cls(
            mean.astype(np.float32),
            queries.mean(axis=0).astype(np.float32),
            (axes[:, kept] * variances[kept] ** -_WHITEN).astype(np.float32),
            seen,
        )

    def outgrown(self, characters: int) -> bool:
        """Whether a corpus of so many characters is much larger than the little it was fitted to."""
        return self.seen < _ENOUGH and characters > _OUTGROWN * self.seen

    def of_passages(self, states: np.ndarray) -> np.ndarray:
        """uint8 [tokens, axes / 2, rounded up] of states float32 [tokens, dimension]: their directions, to 3 bits and a
        sign, two axes a byte. `unpacked` tells them again."""
        import numpy as np

        turned = unit(states - self.passages) @ self.axes
        largest = np.abs(turned).max(axis=1, keepdims=True)
        steps = np.round(turned * (_STEPS / np.maximum(largest, 1e-12))).astype(np.int8).view(np.uint8)
        half = (steps.shape[1] + 1) // 2
        packed = steps[:, :half] << 4
        packed[:, : steps.shape[1] - half] |= steps[:, half:] & 15
        return packed

    def unpacked(self, packed: np.ndarray) -> np.ndarray:
        """float32 [tokens, axes], of any length: the directions that `of_passages` packed."""
        import numpy as np

        half, axes = packed.shape[1], self.axes.shape[1]
        steps = np.empty((len(packed), axes), dtype=np.int8)
        np.right_shift(packed.view(np.int8), 4, out=steps[:, :half])
        np.right_shift((packed[:, : axes - half] << 4).view(np.int8), 4, out=steps[:, half:])
        return steps.astype(np.float32)

    def of_query(self, states: np.ndarray) -> np.ndarray:
        """float32 [tokens, axes], unit vectors, of states float32 [tokens, dimension]."""
        return unit(unit(states - self.queries) @ self.axes)

    def save(self, file: Path | BinaryIO) -> None:
        """Write it as an .npz file."""
        import numpy as np

        np.savez(file, passages=self.passages, queries=self.queries, axes=self.axes, seen=self.seen)

    @classmethod
    def load(cls, file: Path | BinaryIO) -> Whitening:
        """What `save` wrote."""
        import numpy as np

        with np.load(file, allow_pickle=False) as kept:
            return cls(kept["passages"], kept["queries"], kept["axes"], int(kept["seen"]))
