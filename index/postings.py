"""What a query says of texts: the postings of its terms, added up as far as it is asked for. Pure.

Of a large index the best texts are found without adding up all of them (Turtle and Flood, “Query evaluation: strategies and
optimizations”, 1995, MaxScore): terms are read from the one that can add most, and once those left cannot lift a new text
among the best, they are only looked up for the ones at hand.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

_FEW = 100_000  # postings that are simply added up
_LONG = 20_000  # postings of one term, before which it is worth while to see whether they are still needed
_SLACK = 1e-5  # of a score: float32 scores in another order differ by less


@dataclass(frozen=True, slots=True)
class Matches:
    """Texts that share a term with a query."""

    rows: np.ndarray  # int64, ascending
    scores: np.ndarray  # float32, above 0

    def best(self, k: int, allowed: np.ndarray | None = None) -> np.ndarray:
        """int64 [at most k]: the rows with the highest scores, best first, the lower row where they are equal;
        `allowed` is a bool mask over all texts."""
        import numpy as np

        rows, scores = self.rows, self.scores
        if allowed is not None:
            rows, scores = rows[allowed[rows]], scores[allowed[rows]]
        return rows[np.argsort(-scores, kind="stable")[:k]]

    def of(self, rows: np.ndarray) -> np.ndarray:
        """float32 [rows]: the scores of these texts."""
        import numpy as np

        if not len(self.rows):
            return np.zeros(len(rows), dtype=np.float32)
        at = np.minimum(np.searchsorted(self.rows, rows), len(self.rows) - 1)
        return np.where(self.rows[at] == rows, self.scores[at], np.float32(0))


@dataclass(frozen=True, slots=True)
class Postings:
    """One term of a query: the texts that hold it and what it adds to each."""

    rows: np.ndarray  # int32, ascending
    scores: np.ndarray  # float32
    times: int  # that the query says it
    peak: float  # the most it adds, all times together


class Found:
    """What a query says of the texts of one index, worked out as far as it is asked for; as Matches."""

    def __init__(self, postings: Sequence[Postings], size: int) -> None:
        self._postings = postings
        self._size = size
        self._whole_is_cheap = sum(len(own.rows) for own in postings) <= _FEW

    @cached_property
    def _whole(self) -> Matches:
        import numpy as np

        held = np.concatenate([np.zeros(0, dtype=np.int32), *(own.rows for own in self._postings)])
        added = [own.scores.astype(np.float64) * own.times for own in self._postings]
        found, places = np.unique(held, return_inverse=True)
        total = np.bincount(places, np.concatenate([np.zeros(0), *added]), len(found))
        return Matches(found.astype(np.int64), total.astype(np.float32))

    @property
    def rows(self) -> np.ndarray:
        """int64, ascending: every text that shares a term with the query."""
        return self._whole.rows

    @property
    def scores(self) -> np.ndarray:
        """float32: theirs."""
        return self._whole.scores

    def of(self, rows: np.ndarray) -> np.ndarray:
        """float32 [rows]: the scores of these texts."""
        import numpy as np

        if self._whole_is_cheap:
            return self._whole.of(rows)
        wanted, place = np.unique(rows, return_inverse=True)
        total = np.zeros(len(wanted), dtype=np.float64)
        for own in self._postings:
            total += own.times * _looked_up(own, wanted)
        return total.astype(np.float32)[place]

    def best(self, k: int, allowed: np.ndarray | None = None) -> np.ndarray:
        """int64 [at most k]: the rows with the highest scores, best first, the lower row where they are equal;
        `allowed` is a bool mask over all texts."""
        import numpy as np

        if self._whole_is_cheap:
            return self._whole.best(k, allowed)
        if k < 1:
            return np.zeros(0, dtype=np.int64)
        rows = self._likely(k, allowed)
        return Matches(rows, self.of(rows)).best(k)

    def _likely(self, k: int, allowed: np.ndarray | None) -> np.ndarray:
        """int64, ascending: rows among which the `k` best are."""
        import numpy as np

        order = sorted(self._postings, key=lambda own: (-own.peak, len(own.rows)))
        left = np.cumsum([own.peak for own in order][::-1])[::-1]  # that this term and those after it may add
        total = np.zeros(self._size, dtype=np.float32)
        rows: np.ndarray | None = None  # once no other can be among the best
        for own, most in zip(order, left.tolist(), strict=True):
            if rows is None and len(own.rows) > _LONG:
                touched = np.flatnonzero(total)
                if len(touched) > k and (least := _kth(total[touched], k)) > most * (1 + _SLACK):
                    rows = touched[total[touched] > least - most * (1 + _SLACK)]
            if rows is None:
                held, added = own.rows, own.scores
                if allowed is not None:
                    inside = allowed[held]
                    held, added = held[inside], added[inside]
                total[held] += own.times * added
            elif len(rows) > k:
                total[rows] += own.times * _looked_up(own, rows)
                rows = rows[total[rows] > _kth(total[rows], k) * (1 - _SLACK) - (most - own.peak) * (1 + _SLACK)]
        return np.flatnonzero(total) if rows is None else rows


def _kth(scores: np.ndarray, k: int) -> float:
    """The k-th highest."""
    import numpy as np

    return float(np.partition(scores, len(scores) - k)[len(scores) - k])


def _looked_up(own: Postings, rows: np.ndarray) -> np.ndarray:
    """float32 [rows]: what a term adds to these texts, ascending."""
    import numpy as np

    found = np.zeros(len(rows), dtype=np.float32)
    if not len(rows) or not len(own.rows):
        return found
    if len(own.rows) < len(rows):
        at = np.minimum(np.searchsorted(rows, own.rows), len(rows) - 1)
        held = rows[at] == own.rows
        found[at[held]] = own.scores[held]
    else:
        at = np.minimum(np.searchsorted(own.rows, rows), len(own.rows) - 1)
        held = own.rows[at] == rows
        found[held] = own.scores[at[held]]
    return found
