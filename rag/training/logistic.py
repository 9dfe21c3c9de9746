"""Ridge logistic regression, by its penalised likelihood. Pure."""

from __future__ import annotations

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit


def fit(
    x: np.ndarray, truth: np.ndarray, counts: np.ndarray, penalty: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray, float]:
    """(weights, mean, scale, bias): the log-odds of `truth` are `bias` + `weights` · (x − `mean`) / `scale`.

    `x` is [rows, features]; `truth` [rows] holds 0 and 1, `counts` [rows] what a row counts; `penalty` is that of the
    squared weights of the standardised features.
    """
    mean, scale = x.mean(axis=0), x.std(axis=0) + 1e-9
    standard = (x - mean) / scale

    def loss(at: np.ndarray) -> tuple[float, np.ndarray]:
        told = standard @ at[:-1] + at[-1]
        off = counts * (expit(told) - truth)
        value = counts @ (np.logaddexp(0, told) - truth * told) + penalty / 2 * at[:-1] @ at[:-1]
        return float(value), np.append(standard.T @ off + penalty * at[:-1], off.sum())

    found = minimize(loss, np.zeros(x.shape[1] + 1), jac=True, method="L-BFGS-B").x
    return found[:-1], mean, scale, float(found[-1])
