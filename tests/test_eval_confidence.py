"""Risk by coverage and calibration against brute force."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_eval_conclusion import EXTRACT, NONE, SPAN, reply, scores
from test_eval_scoring import question

from eval import confidence
from eval.measures import ALL, compare, table

ROWS = st.lists(st.tuples(st.sampled_from([0.1, 0.4, 0.5, 0.9]), st.integers(0, 1)), min_size=1, max_size=6)


def columns(rows):
    return np.array([c for c, _ in rows], dtype=float), np.array([r for _, r in rows], dtype=float)


def test_the_surest_answers_come_first():
    assert confidence.risks(*columns([(0.2, 0), (0.9, 1), (0.5, 1), (0.1, 0)])) == pytest.approx([0, 0, 1 / 3, 1 / 2])
    assert confidence.aurc(*columns([(0.9, 0), (0.8, 1)])) == pytest.approx((1 + 1 / 2) / 2)


def test_a_confidence_that_tells_nothing_risks_as_much_everywhere():
    assert confidence.risks(*columns([(0.5, 1), (0.5, 0), (0.5, 1), (0.5, 1)])) == pytest.approx([0.25] * 4)


@settings(max_examples=60, deadline=None)
@given(ROWS)
def test_risks_are_the_mean_over_all_orders_of_equal_confidences(rows):
    curves = []
    for order in itertools.permutations(range(len(rows))):
        drawn = [rows[place] for place in order]
        if all(a[0] >= b[0] for a, b in itertools.pairwise(drawn)):
            wrong = [1 - right for _, right in drawn]
            curves.append([sum(wrong[: k + 1]) / (k + 1) for k in range(len(wrong))])
    assert confidence.risks(*columns(rows)) == pytest.approx(np.mean(curves, axis=0))


def test_rows_are_resamples():
    rng = np.random.default_rng(1)
    sure, right = rng.integers(0, 5, (7, 60)) / 4, rng.integers(0, 2, (7, 60)).astype(float)
    for figure in (confidence.aurc, confidence.ece):
        assert figure(sure, right) == pytest.approx([figure(*row) for row in zip(sure, right, strict=True)])


def test_a_calibrated_confidence_has_no_error_and_an_overconfident_one_has():
    rng = np.random.default_rng(2)
    sure = rng.uniform(size=20_000)
    right = (rng.uniform(size=20_000) < sure).astype(float)
    assert confidence.ece(sure, right) < 0.02
    assert confidence.ece(np.full(50, 0.9), np.array([1.0] * 20 + [0.0] * 30)) == pytest.approx(0.5)


@settings(max_examples=60, deadline=None)
@given(ROWS)
def test_the_calibration_error_is_what_the_bins_show(rows):
    sure, right = columns(rows)
    shown = confidence.reliability(sure, right, confidence.BINS)
    expected = sum(n / len(rows) * abs(mean - hits / n) for mean, hits, n in shown)
    assert confidence.ece(sure, right) == pytest.approx(expected)
    assert sum(n for *_, n in shown) == len(rows) and sum(hits for _, hits, _ in shown) == right.sum()


def test_certainty_falls_into_the_last_bin():
    assert confidence.reliability(*columns([(1.0, 1), (0.95, 0), (0.0, 0)]), 5) == [(0.0, 0, 1), (0.975, 1, 2)]


def test_an_answer_bears_out_its_confidence_where_it_is_complete():
    def borne_out(asked, answered):
        return scores(asked, answered).get("borne_out")

    assert borne_out(question(), reply(EXTRACT, SPAN, confidence=0.9)) == 1
    assert borne_out(question(), reply(EXTRACT, confidence=0.9)) == 0
    assert borne_out(question(), reply(SPAN, confidence=0.1, refused=True)) == 0
    assert borne_out(question(**NONE), reply(SPAN, confidence=0.9)) == 0  # were it answered, it would be wrong
    assert borne_out(question(**NONE), reply(("没有写明。", "refusal"), confidence=0.1, refused=True)) == 0
    assert borne_out(question(**NONE), reply(("面积为124平方公里。", "correction"), confidence=0.9)) == 1
    assert (
        borne_out(question(), reply(SPAN)) is None and borne_out(question(must=()), reply(SPAN, confidence=1)) is None
    )


def test_area_and_calibration_are_figures_with_intervals_and_are_compared():
    rows = [
        ("fact", {"confidence": c, "borne_out": r}) for c, r in [(0.9, 1.0), (0.8, 1.0), (0.3, 0.0), (0.2, 1.0)] * 15
    ]
    found = table(rows)[ALL]
    assert found["aurc"].value == pytest.approx(
        confidence.aurc(*columns([(s["confidence"], s["borne_out"]) for _, s in rows]))
    )
    assert found["aurc"].low < found["aurc"].value < found["aurc"].high and found["ece"].n == 60
    worse = [(kind, s | {"confidence": 1 - s["confidence"]}) for kind, s in rows]
    against = compare([(kind, s, t) for (kind, s), (_, t) in zip(rows, worse, strict=True)])[ALL]["aurc"]
    assert against.value < 0 and against.high < 0 and against.p < 0.05
