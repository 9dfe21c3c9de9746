"""Fitting and thresholds of a calibration."""

import numpy as np
import pytest

from eval.calibrate import Asked, fitted
from eval.thresholds import chance, fit, held_out, lower_bound, upper_bound


def drawn(n: int, seed: int = 1):
    rng = np.random.default_rng(seed)
    truth = rng.random(n) < 0.5
    rows = [{"a": float(rng.normal(1.5 if t else -1.5)), "b": float(rng.normal())} for t in truth]
    return rows, truth.tolist()


def test_a_logistic_model_finds_the_signal_that_tells():
    rows, truth = drawn(400)
    weights, intercept = fit(rows, truth)
    assert weights["a"] > 1 > abs(weights["b"])
    right = [(chance(row, weights, intercept) > 0.5) == t for row, t in zip(rows, truth, strict=True)]
    assert np.mean(right) > 0.9


def test_what_is_held_out_by_origin_is_judged_by_a_model_that_has_not_seen_it():
    rows, truth = drawn(200)
    said = held_out(rows, truth, [str(i % 17) for i in range(200)])
    assert np.mean([(p > 0.5) == t for p, t in zip(said, truth, strict=True)]) > 0.85


@pytest.mark.parametrize("risk", [0.02, 0.1, 0.3])
def test_thresholds_keep_to_their_risk_on_new_scores(risk):
    rng = np.random.default_rng(5)
    low = [(rng.random(1000) < lower_bound(rng.random(200).tolist(), risk)).mean() for _ in range(40)]
    high = [(rng.random(1000) >= upper_bound(rng.random(200).tolist(), risk)).mean() for _ in range(40)]
    assert np.mean(low) <= risk + 0.01
    assert np.mean(high) <= risk + 0.01


def test_too_few_questions_refuse_and_conclude_nothing():
    assert lower_bound([0.5], 0.04) == 0.0
    assert upper_bound([0.5], 0.04) == 1.0


def of_figures(number: int) -> list[Asked]:
    """Questions of one sort, a third of each kind, whose evidence the reader finds behind another clause."""
    rng = np.random.default_rng(2)
    asked = []
    for i in range(number):
        kind = ("answerable", "twin", "absent")[i % 3]
        good = kind == "answerable"
        signals = {"best": float(rng.normal(2 if good else -2)), "lexical_overlap": float(rng.random())}
        clauses = [(1.0, -2.0, False), (0.5, 2.0, good)]
        asked.append(Asked(str(i), kind, str(i % 11), "figure", signals | {"max_cosine": 0.9}, good, clauses))
    return asked


def test_of_a_sort_that_was_seen_too_seldom_nothing_is_refused():
    assert fitted(of_figures(120), "e", "r").refuse_below["figure"] == 0


def test_a_calibration_orders_by_what_brings_the_evidence_first():
    found = fitted(of_figures(360), "e", "r")
    assert found.order > 0
    assert 0 < found.refuse_below["figure"] <= found.conclude_from["figure"] <= 1
    assert found.fitted["cross-validated by document"]["auc"] > 0.9
