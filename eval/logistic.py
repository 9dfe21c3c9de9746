"""A logistic model fitted by penalised likelihood, and thresholds at a stated risk. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit

_PENALTY = 1.0  # of the squared weights of standardised signals


def fit(rows: Sequence[dict[str, float]], truth: Sequence[bool], counts: Sequence[float] | None = None) -> tuple[dict[str, float], float]:
    """(weight of each signal as it is, intercept) for the chance of `truth`; `counts` weighs the rows."""
    names = list(rows[0])
    x = np.array([[row[name] for name in names] for row in rows])
    mean, scale = x.mean(axis=0), np.maximum(x.std(axis=0), 1e-9)
    z, y = (x - mean) / scale, np.array(truth, dtype=float)
    w = np.ones(len(y)) if counts is None else np.array(counts)

    def loss(b: np.ndarray) -> tuple[float, np.ndarray]:
        told = z @ b[1:] + b[0]
        off = w * (expit(told) - y)
        value = float((w * (np.logaddexp(0, told) - y * told)).sum() + _PENALTY / 2 * (b[1:] ** 2).sum())
        return value, np.concatenate([[off.sum()], z.T @ off + _PENALTY * b[1:]])

    b = minimize(loss, np.zeros(len(names) + 1), jac=True, method="L-BFGS-B").x
    weights = b[1:] / scale
    return dict(zip(names, map(float, weights), strict=True)), float(b[0] - weights @ mean)


def chance(row: dict[str, float], weights: dict[str, float], intercept: float) -> float:
    """0 to 1: what a fitted model says of one row."""
    return float(expit(intercept + sum(weight * row[name] for name, weight in weights.items())))


def held_out(rows: Sequence[dict[str, float]], truth: Sequence[bool], origins: Sequence[str], parts: int = 5) -> list[float]:
    """What a model fitted to the other origins says of each row; origins (documents) are never parted."""
    order = {origin: number for number, origin in enumerate(sorted(set(origins)))}
    said = [0.0] * len(rows)
    for part in range(parts):
        own = [i for i, origin in enumerate(origins) if order[origin] % parts == part]
        rest = [i for i, origin in enumerate(origins) if order[origin] % parts != part]
        model = fit([rows[i] for i in rest], [truth[i] for i in rest])
        for i in own:
            said[i] = chance(rows[i], *model)
    return said


def lower_bound(scores: Sequence[float], risk: float) -> float:
    """The threshold below which a new score of the same kind lies with a chance of at most `risk` (split conformal,
    Vovk et al. 2005): the ⌊risk·(n + 1)⌋-th smallest; below all of them where there are too few."""
    place = math.floor(risk * (len(scores) + 1))
    return sorted(scores)[place - 1] if place else 0.0


def upper_bound(scores: Sequence[float], risk: float) -> float:
    """The threshold at or above which a new score of the same kind lies with a chance of at most `risk`."""
    place = math.floor(risk * (len(scores) + 1))
    return math.nextafter(sorted(scores)[len(scores) - place], 2.0) if place else 1.0
