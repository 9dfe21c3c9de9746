"""How likely an answer is by its signals, and thresholds at a stated risk. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from scipy.special import expit

from rag.training import logistic

_PENALTY = 1.0  # of the squared weights of standardised signals


def fit(rows: Sequence[dict[str, float]], truth: Sequence[bool]) -> tuple[dict[str, float], float]:
    """(weight of each signal as it is, intercept) for the chance of `truth`."""
    names = list(rows[0])
    x = np.array([[row[name] for name in names] for row in rows])
    weights, mean, scale, bias = logistic.fit(x, np.array(truth, dtype=float), np.ones(len(rows)), _PENALTY)
    return dict(zip(names, map(float, weights / scale), strict=True)), bias - float(weights / scale @ mean)


def chance(row: dict[str, float], weights: dict[str, float], intercept: float) -> float:
    """0 to 1: what a fitted model says of one row."""
    return float(expit(intercept + sum(weight * row[name] for name, weight in weights.items())))


def held_out(
    rows: Sequence[dict[str, float]], truth: Sequence[bool], origins: Sequence[str], parts: int = 5
) -> list[float]:
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
