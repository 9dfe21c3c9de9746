"""Ranking metrics and statistics against brute force and known values."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eval import stats
from eval.measures import ALL, BY_KEY, compare, table
from eval.ranking import rank_scores
from eval.stats import Sample

QUOTES = ["甲", "乙", "丙"]


def test_by_hand():
    found = ["丁", "甲", "戊", "乙甲"]
    scores = rank_scores(["甲", "乙", "丙"], False, found, relevant=3)
    assert (
        scores["recall@1"] == 0
        and scores["recall@3"] == pytest.approx(1 / 3)
        and scores["recall@5"] == pytest.approx(2 / 3)
    )
    assert scores["rr"] == 0.5
    ideal = 1 + 1 / math.log2(3) + 1 / math.log2(4)
    assert scores["ndcg@10"] == pytest.approx((1 / math.log2(3) + 1 / math.log2(5)) / ideal)
    assert rank_scores(["甲", "丙"], True, found, relevant=2)["recall@3"] == 1


def test_nothing_found_scores_zero():
    assert set(rank_scores(["甲"], False, [], relevant=0).values()) == {0.0}
    assert set(rank_scores(["甲"], True, ["乙"], relevant=0).values()) == {0.0}


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.text(alphabet="甲乙丙丁", max_size=3), max_size=12),
    st.lists(st.sampled_from(QUOTES), min_size=1, max_size=3, unique=True),
    st.booleans(),
    st.integers(0, 3),
)
def test_metrics_agree_with_brute_force(found, quotes, any_of, unseen):
    relevant = sum(any(q in text for q in quotes) for text in found) + unseen
    scores = rank_scores(quotes, any_of, found, relevant)
    for k in (1, 3, 5, 10, 20):
        met = [any(quote in text for text in found[:k]) for quote in quotes]
        assert scores[f"recall@{k}"] == pytest.approx(float(any(met)) if any_of else sum(met) / len(met))
    first = next((place for place, text in enumerate(found, 1) if any(q in text for q in quotes)), None)
    assert scores["rr"] == pytest.approx(1 / first if first else 0)
    gains = [any(q in text for q in quotes) for text in found[:10]]
    dcg = sum(gain / math.log2(place + 1) for place, gain in enumerate(gains, 1))
    ideal = sum(1 / math.log2(place + 1) for place in range(1, min(relevant, 10) + 1))
    assert scores["ndcg@10"] == pytest.approx(dcg / ideal if ideal else 0)


# --- statistics


def test_an_interval_holds_its_value_and_equal_scores_leave_no_doubt():
    found = stats.estimate(Sample.mean([0, 1] * 40))
    assert found.value == 0.5 and 0.38 < found.low < 0.42 and 0.58 < found.high < 0.62 and found.n == 80
    assert stats.estimate(Sample.mean([1.0] * 5)) == stats.Estimate(1.0, 1.0, 1.0, 5)
    assert stats.estimate(Sample.mean([])) == stats.Estimate(None, None, None, 0)
    assert stats.estimate(Sample.mean([0.5])) == stats.Estimate(0.5, None, None, 1)


def test_a_ratio_of_sums_and_a_quantile_are_what_numpy_says():
    rng = np.random.default_rng(1)
    over, under, seconds = rng.integers(0, 2, 30), rng.integers(1, 3, 30), rng.exponential(size=30)
    assert stats.estimate(Sample.ratio(over, under)).value == pytest.approx(over.sum() / under.sum())
    assert stats.estimate(Sample.quantile(seconds, 0.95)).value == pytest.approx(np.quantile(seconds, 0.95))
    assert stats.estimate(Sample.ratio([0, 0], [0, 0])).value is None


def test_the_permutation_test_is_exact_for_few_questions():
    ours, theirs = [0.9, 0.8, 0.7, 1.0, 0.6], [0.5, 0.9, 0.4, 0.3, 0.2]
    gaps = [a - b for a, b in zip(ours, theirs, strict=True)]
    signs = list(itertools.product((1, -1), repeat=5))
    seen = sum(gaps)
    smaller = sum(sum(s * g for s, g in zip(row, gaps, strict=True)) <= seen + 1e-12 for row in signs) / len(signs)
    larger = sum(sum(s * g for s, g in zip(row, gaps, strict=True)) >= seen - 1e-12 for row in signs) / len(signs)
    found = stats.difference(Sample.mean(ours), Sample.mean(theirs))
    assert found.value == pytest.approx(0.34) and found.p == pytest.approx(2 * min(smaller, larger))
    assert (found.ours, found.theirs) == (pytest.approx(0.8), pytest.approx(0.46))


def test_equal_results_do_not_differ():
    found = stats.difference(Sample.mean([0, 1, 1]), Sample.mean([0, 1, 1]))
    assert found.value == found.low == found.high == 0 and found.p == 1


def test_refusal_measures_are_those_of_the_confusion_matrix():
    def one(refused, unanswerable):
        return {
            "refused": float(refused),
            "unanswerable": float(unanswerable),
            "answerable": float(not unanswerable),
            "refused_rightly": float(refused and unanswerable),
            "refused_wrongly": float(refused and not unanswerable),
        }

    rows = [one(True, True)] * 3 + [one(False, True)] * 2 + [one(True, False)] + [one(False, False)] * 9
    overall = table([("fact", row) for row in rows])[ALL]
    assert overall["refusal_precision"].value == pytest.approx(3 / 4)
    assert overall["refusal_recall"].value == pytest.approx(3 / 5)
    assert overall["refusal_f1"].value == pytest.approx(2 * 0.75 * 0.6 / 1.35)
    assert overall["false_refusals"].value == pytest.approx(1 / 10)
    assert compare([("fact", row, row) for row in rows])[ALL]["refusal_f1"].value == 0


def test_a_group_has_only_the_measures_its_questions_have():
    found = table([("fact", {"recall@5": 1.0}), ("clause", {"recall@5": 0.0, "related.recall@5": 0.5})])
    assert found[ALL]["recall@5"].value == 0.5 and found["clause"]["related_recall@5"].value == 0.5
    assert "related_recall@5" not in found["fact"] and BY_KEY["end_seconds"].less
