"""Numbers of some rows of a store; asking for another is a KeyError, so that nothing unscored passes for a low
score."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True, slots=True)
class Sparse:
    """`values` float32 [n] of the rows `rows`, int64 [n], ascending."""

    rows: np.ndarray
    values: np.ndarray

    def __getitem__(self, wanted: int | Sequence[int]) -> np.ndarray:
        """float32: the number of a row, or of each of several."""
        import numpy as np

        at = np.searchsorted(self.rows, wanted)
        if np.max(at, initial=-1) >= len(self.rows) or not np.array_equal(self.rows[at], wanted):
            raise KeyError(wanted)
        return self.values[at]

    def get(self, wanted: int, otherwise: float) -> float:
        """The number of a row, `otherwise` where it has none."""
        try:
            return float(self[wanted])
        except KeyError:
            return otherwise

    def highest(self, other: Sparse) -> Sparse:
        """The higher of both, of the rows of either."""
        import numpy as np

        rows = np.union1d(self.rows, other.rows)
        values = np.full(len(rows), -np.inf, dtype=np.float32)
        for own in (self, other):
            at = np.searchsorted(rows, own.rows)
            values[at] = np.maximum(values[at], own.values)
        return Sparse(rows, values)
