"""Intervals and tests over questions, by scipy.stats. Seeded: the same scores give the same interval.

Questions are resampled, not values: what is drawn are the columns of a Sample, so that a ratio of sums (refusal F1), a
quantile (95th percentile of seconds) and an area under a curve get their intervals exactly as a mean does.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

RESAMPLES = 2000
PERMUTATIONS = 9999
BATCH = 2_000_000  # values drawn at once: what is held in memory
SEED = 20261124


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value with its 95% percentile bootstrap interval; None where `n` questions are too few to tell."""

    value: float | None
    low: float | None
    high: float | None
    n: int


@dataclass(frozen=True, slots=True)
class Difference:
    """Ours minus the other's, paired by question; `p` is two-sided."""

    ours: float | None
    theirs: float | None
    value: float | None
    low: float | None
    high: float | None
    p: float | None
    n: int


@dataclass(frozen=True, slots=True)
class Sample:
    """Per-question columns [columns, n] and how they become one figure: of columns [..., n], one for each row."""

    columns: np.ndarray
    statistic: Callable[..., np.ndarray]

    @classmethod
    def ratio(cls, numerators: Sequence[float], denominators: Sequence[float]) -> Sample:
        """The first column's sum over the second's; NaN over 0."""
        import numpy as np

        return cls(np.array([numerators, denominators], dtype=float), _ratio)

    @classmethod
    def mean(cls, values: Sequence[float]) -> Sample:
        return cls.ratio(values, [1.0] * len(values))

    @classmethod
    def quantile(cls, values: Sequence[float], q: float) -> Sample:
        """Linear between neighbours."""
        import numpy as np

        return cls(np.array([values], dtype=float), lambda column: np.quantile(column, q, axis=-1))

    @classmethod
    def of(cls, statistic: Callable[..., np.ndarray], *columns: Sequence[float]) -> Sample:
        import numpy as np

        return cls(np.array(columns, dtype=float), statistic)

    @property
    def n(self) -> int:
        return self.columns.shape[1]

    def figure(self, places: np.ndarray) -> np.ndarray:
        """The figure over the questions at `places` (int […, n]); shape […]."""
        return self.statistic(*(column[places] for column in self.columns))


def estimate(sample: Sample) -> Estimate:
    """The sample's figure and its interval."""
    import numpy as np

    if sample.n == 0:
        return Estimate(None, None, None, 0)
    low, high = _interval(sample.figure, sample.n)
    return Estimate(_number(sample.figure(np.arange(sample.n))), low, high, sample.n)


def difference(ours: Sample, theirs: Sample) -> Difference:
    """Paired difference over the same questions; the test swaps the two results of a question (scipy's 'samples')."""
    import numpy as np
    from scipy.stats import permutation_test

    n = ours.n
    if n == 0:
        return Difference(None, None, None, None, None, None, 0)
    places = np.arange(n)
    mine, other = _number(ours.figure(places)), _number(theirs.figure(places))
    value = None if mine is None or other is None else mine - other
    low, high = _interval(lambda drawn: ours.figure(drawn) - theirs.figure(drawn), n)
    if value is None or n < 2:
        return Difference(mine, other, value, low, high, None, n)
    # Places below n stand for our result of a question, those from n on for the other's.
    both = Sample(np.concatenate([ours.columns, theirs.columns], axis=1), ours.statistic)

    def statistic(a: np.ndarray, b: np.ndarray, axis: int) -> np.ndarray:
        return both.figure(np.moveaxis(a, axis, -1)) - both.figure(np.moveaxis(b, axis, -1))

    result = permutation_test(
        (places, places + n),
        statistic,
        vectorized=True,
        permutation_type="samples",
        n_resamples=PERMUTATIONS,
        rng=np.random.default_rng(SEED),
        batch=max(BATCH // n, 1),
    )
    return Difference(mine, other, value, low, high, _number(result.pvalue), n)


def _ratio(over: np.ndarray, under: np.ndarray) -> np.ndarray:
    import numpy as np

    over, under = over.sum(axis=-1), under.sum(axis=-1)
    return np.divide(over, under, out=np.full(np.shape(under), np.nan), where=under != 0)


def _interval(figure, n: int) -> tuple[float | None, float | None]:
    import numpy as np
    from scipy.stats import bootstrap

    if n < 2:
        return None, None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # resamples without any denominator; left out below
        result = bootstrap(
            (np.arange(n),),
            lambda drawn, axis: figure(np.moveaxis(drawn, axis, -1)),
            vectorized=True,
            n_resamples=RESAMPLES,
            method="percentile",
            rng=np.random.default_rng(SEED),
            batch=max(BATCH // n, 1),
        )
    told = result.bootstrap_distribution[~np.isnan(result.bootstrap_distribution)]
    if not len(told):
        return None, None
    low, high = np.quantile(told, [0.025, 0.975])
    return float(low), float(high)


def _number(value) -> float | None:
    return None if math.isnan(value) else float(value)
