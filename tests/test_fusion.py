"""The second stage of a search: weights and whose they are, two readings of one question, and the weights fitted."""

import json
from dataclasses import replace

import numpy as np
import pytest
from conftest import SAMPLE, FakeEncoder
from hypothesis import given
from hypothesis import strategies as st
from test_token_index import WordEncoder, index

from eval.fusion import fitted
from index.errors import ModelError
from rag.retrieval.fusion import Fusion
from rag.retrieval.sparse import Sparse
from rag.retrieval.weights import Weights, load

ASKED = "船舶靠港使用岸电"


def weights(encoder="fake-words-1", spread=(0.02, 0.1), **changed):
    return replace(Weights(3.0, 20.0, 23.0, encoder, list(spread), {}), **changed)


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return index(SAMPLE, tmp_path_factory.mktemp("words"), WordEncoder())


# Weights


def test_weights_come_back_as_they_were_saved(tmp_path):
    weights().save(tmp_path / "w.json")
    assert load(tmp_path / "w.json") == weights()
    assert load().bm25 > 0  # those that come with the program


@pytest.mark.parametrize(
    "damage",
    [
        {"bm25": None},
        {"meaning": "x"},
        {"max_sim": float("nan")},
        {"max_sim": float("inf")},
        {"bm25": -1.0},
        {"spread": [0.1]},
        {"spread": 3},
        {"more": 1},
    ],
)
def test_damaged_weights_are_refused_with_what_mends_them(tmp_path, damage):
    weights().save(tmp_path / "w.json")
    told = json.loads((tmp_path / "w.json").read_text(encoding="utf-8")) | damage
    (tmp_path / "w.json").write_text(json.dumps(told), encoding="utf-8")
    with pytest.raises(ModelError, match="python -m eval fusion"):
        load(tmp_path / "w.json")


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", "3"])
def test_weights_that_are_none_are_refused(tmp_path, text):
    (tmp_path / "w.json").write_text(text, encoding="utf-8")
    with pytest.raises(ModelError, match="检索权重"):
        load(tmp_path / "w.json")
    with pytest.raises(ModelError, match="检索权重"):
        load(tmp_path / "absent.json")


def test_a_score_is_the_sum_of_its_three_parts_by_their_weights(store):
    encoder = WordEncoder()
    read = encoder.read_query(ASKED)
    found = store.candidates(ASKED, read.vector, 9)
    features, max_sim = Fusion(store, encoder, weights()).features(read, found)
    assert features[:, 0].max() == pytest.approx(1.0) and features[:, 1] == pytest.approx(found.meaning)
    assert (features[:, 2] <= 1 + 1e-5).all() and len(max_sim) == len(found.sentences)
    scores = Fusion(store, encoder, weights()).scores(ASKED, k=9)
    assert scores.rows.tolist() == found.rows.tolist()
    assert scores.fused == pytest.approx(features @ np.array([3.0, 20.0, 23.0]), abs=1e-4)


def test_another_model_s_cosines_count_as_if_they_spread_like_those_fitted_to(store):
    encoder, own = WordEncoder(), weights("another model", bm25=0.0)
    read = encoder.read_query(ASKED)
    features, _ = Fusion(store, encoder, own).features(read, store.candidates(ASKED, read.vector, 9))
    scores = Fusion(store, encoder, own).scores(ASKED, k=9)
    scaled = features[:, 1:] / features[:, 1:].std(axis=0) * np.array([0.02, 0.1])
    assert scores.fused == pytest.approx(scaled @ np.array([20.0, 23.0]), abs=1e-4)
    bm25 = Fusion(store, encoder, weights("another model", meaning=0.0, max_sim=0.0)).scores(ASKED, k=9)
    assert bm25.fused == pytest.approx(3.0 * features[:, 0])  # BM25 is no model's


def test_words_are_not_compared_where_the_model_gives_no_token_states(store):
    encoder = FakeEncoder()
    read = encoder.read_query(ASKED)
    features, max_sim = Fusion(store, encoder, weights()).features(read, store.candidates(ASKED, read.vector, 9))
    assert max_sim is None and not features[:, 2].any()
    scores = Fusion(store, encoder, weights("another model")).scores(ASKED)
    assert scores.max_sim is None and np.isfinite(scores.fused).all()


def test_where_nothing_is_allowed_nothing_is_scored(store):
    nothing = np.zeros(len(store.clauses), dtype=bool)
    for own in (weights(), weights("another model")):
        for rewriting in ("", "岸电"):
            scores = Fusion(store, WordEncoder(), own).scores(ASKED, rewriting, nothing)
            assert len(scores.rows) == len(scores.fused) == len(scores.cosines.rows) == 0


def test_two_readings_are_scored_over_the_same_rows_and_what_a_question_is_near_to_stays_its_own(store):
    fusion, rewriting = Fusion(store, WordEncoder(), weights()), "危险货物 报告"
    both = fusion.scores(ASKED, rewriting, k=3)
    one, other = (fusion.scores(text, also=both.rows, k=0) for text in (ASKED, f"{ASKED} {rewriting}"))
    apart = [set(fusion.scores(text, k=3).rows.tolist()) for text in (ASKED, f"{ASKED} {rewriting}")]
    assert set(both.rows.tolist()) == apart[0] | apart[1] and apart[0] != apart[1]
    assert both.fused == pytest.approx((one.fused + other.fused) / 2, abs=1e-5)
    assert both.cosines.values == pytest.approx(one.cosines.values)
    for mixed, own, too in ((both.meaning, one.cosines, other.cosines), (both.max_sim, one.max_sim, other.max_sim)):
        assert mixed.values == pytest.approx((own.values + too.values) / 2, abs=1e-6)


# Numbers of some rows


def sparse(rows, values):
    return Sparse(np.array(rows, dtype=np.int64), np.array(values, dtype=np.float32))


def test_a_row_without_a_number_is_an_error_and_no_low_score():
    own = sparse([2, 5, 9], [0.5, 0.25, 1.0])
    assert own[5] == 0.25 and own[[9, 2, 9]].tolist() == [1.0, 0.5, 1.0] and own[[]].tolist() == []
    for unknown in (0, 3, 10, -1, [2, 3], [2, 99]):
        with pytest.raises(KeyError):
            own[unknown]
    with pytest.raises(KeyError):
        sparse([], [])[0]
    assert sparse([], [])[[]].tolist() == [] and own.get(9, 0.0) == 1.0 and own.get(10, -0.5) == -0.5


def test_the_higher_of_two_is_taken_of_the_rows_of_either():
    both = sparse([1, 4], [0.5, 0.25]).highest(sparse([4, 7], [0.75, -1.0]))
    assert both.rows.tolist() == [1, 4, 7] and both.values.tolist() == [0.5, 0.75, -1.0]
    assert sparse([], []).highest(sparse([3], [-2.0])).values.tolist() == [-2.0]


# Fitting


def topics(informative, seed=0, count=40):
    """Questions of eight candidates of which the right one is highest in one feature, the others being noise."""
    random = np.random.default_rng(seed)
    made = []
    for _ in range(count):
        features = random.random((8, 3)).astype(np.float32)
        made.append((features, features[:, informative] == features[:, informative].max()))
    return made


@pytest.mark.parametrize("informative", [0, 1, 2])
def test_the_score_that_ranks_right_takes_the_weight_and_none_is_below_zero(informative):
    found = fitted(topics(informative), np.ones(3))
    assert np.argmax(found) == informative and (found >= 0).all()
    assert found[informative] > 3 * max(np.delete(found, informative))
    assert np.array_equal(found, fitted(topics(informative), np.ones(3)))


@given(st.integers(0, 50))
def test_a_score_that_ranks_wrong_takes_no_weight(seed):
    wrong = [(np.column_stack([f[:, 0], -f[:, 0], f[:, 2]]), right) for f, right in topics(0, seed, 20)]
    assert fitted(wrong, np.ones(3))[1] == pytest.approx(0.0, abs=1e-6)


def test_a_feature_of_a_smaller_scale_takes_a_larger_weight():
    small = [(features * np.array([0.1, 1, 1], dtype=np.float32), right) for features, right in topics(0)]
    expected = fitted(topics(0), np.ones(3)) * np.array([10, 1, 1])
    assert fitted(small, np.array([10.0, 1, 1])) == pytest.approx(expected, rel=1e-2, abs=1e-2)
