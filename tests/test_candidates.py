"""The first stage of a search, against brute force over everything: the best by wording, the owners of the nearest sentences."""

import bm25s
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.candidates import best_of, candidates
from index.dense import Dense
from index.lexical import Lexical
from index.postings import Matches

LETTERS = "甲乙丙丁戊己庚辛"


def parts(seed, clauses=12, axes=8):
    """A Dense and a Lexical of random clauses with none to three sentences each, the last with none; (dense, lexical, sentence
    vectors, owner, texts)."""
    random = np.random.default_rng(seed)
    counts = np.append(random.integers(0, 4, clauses - 1), 0)
    owner = np.repeat(np.arange(clauses, dtype=np.int64), counts)
    clause_vectors, vectors = (unit(random.normal(size=(n, axes)).astype(np.float32)) for n in (clauses, len(owner)))
    texts = ["".join(random.choice(list(LETTERS), 6)) for _ in range(clauses)]
    return filled(clause_vectors, vectors, owner), Lexical.build(texts, list), vectors, owner, texts


def filled(clause_vectors, vectors, owner):
    dense = Dense.blank(len(clause_vectors), owner, vectors.shape[1])
    dense.clause_vectors()[:], dense.sentence_vectors()[:] = clause_vectors, vectors
    return dense


def unit(vectors):
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def slow(vectors, owner, bm25, query, k, allowed):
    """The rows of the `k` best by wording and of the owners of the `k` nearest sentences; more sentences until `k` rows."""
    by_bm25 = [row for row in np.argsort(-bm25, kind="stable") if bm25[row] > 0 and allowed[row]][:k]
    near = [int(owner[s]) for s in np.argsort(-(vectors @ query), kind="stable") if allowed[owner[s]]]
    reach = k
    while len({*by_bm25, *near[:reach]}) < k and reach < len(near):
        reach *= 2
    return sorted({*by_bm25, *near[:reach]})


@given(st.integers(0, 300), st.integers(1, 15), st.booleans())
def test_candidates_are_the_best_by_wording_and_the_owners_of_the_nearest_sentences(seed, k, filtered):
    dense, lexical, vectors, owner, texts = parts(seed)
    random = np.random.default_rng(seed + 1)
    allowed = random.random(len(texts)) < 0.5 if filtered else np.ones(len(texts), dtype=bool)
    query, text = unit(random.normal(size=(1, 8)).astype(np.float32))[0], "".join(random.choice(list(LETTERS), 2))
    found = candidates(dense, lexical, text, query, k, allowed if filtered else None, ())
    bm25 = lexical.scores(text).of(np.arange(len(texts)))
    assert found.rows.tolist() == slow(vectors, owner, bm25, query, k, allowed)
    assert found.bm25 == pytest.approx(bm25[found.rows])
    cosines = vectors @ query
    assert found.meaning == pytest.approx([max(cosines[owner == row], default=-1.0) for row in found.rows], abs=1e-6)
    assert found.sentences.tolist() == [s for row in found.rows for s in np.flatnonzero(owner == row)]
    assert found.counts.tolist() == [(owner == row).sum() for row in found.rows]
    assert found.cosines == pytest.approx(cosines[found.sentences], abs=1e-6)


def test_rows_asked_for_are_there_whatever_they_say_and_alone_where_none_else_is_wanted():
    dense, lexical, vectors, *_ = parts(3)
    one = candidates(dense, lexical, "甲", vectors[0], 2, None, [11])
    assert 11 in one.rows and one.meaning[-1] == -1.0 and one.counts[-1] == 0  # the last has no sentence
    assert candidates(dense, lexical, "甲", vectors[0], 0, None, [7, 2, 7]).rows.tolist() == [2, 7]


def test_where_few_share_a_word_and_the_nearest_sentences_stand_together_a_list_is_filled_all_the_same():
    vectors = np.zeros((40, 4), dtype=np.float32)
    vectors[:30, 0], vectors[30:, 1] = 1, 1  # thirty sentences of one clause are nearer than those of ten others
    owner = np.concatenate([np.zeros(30, dtype=np.int64), np.arange(1, 11)])
    dense, lexical = filled(np.eye(11, 4, dtype=np.float32), vectors, owner), Lexical.build(["甲"] * 11, list)
    assert len(candidates(dense, lexical, "乙", vectors[0], 8, None, ()).rows) >= 8
    assert candidates(dense, lexical, "乙", vectors[0], 30, None, ()).rows.tolist() == list(range(11))


def test_no_clause_allowed_gives_no_candidate():
    dense, lexical, vectors, _, texts = parts(4)
    found = candidates(dense, lexical, "甲乙", vectors[0], 5, np.zeros(len(texts), dtype=bool), ())
    parts_of = (found.rows, found.bm25, found.meaning, found.sentences, found.counts, found.cosines)
    assert [len(part) for part in parts_of] == [0] * 6


def test_a_store_without_sentences_is_searched_by_its_words():
    dense = filled(np.eye(3, dtype=np.float32), np.zeros((0, 3), dtype=np.float32), np.zeros(0, dtype=np.int64))
    found = candidates(
        dense, Lexical.build(["甲", "乙", "甲乙"], list), "甲", np.eye(3, dtype=np.float32)[0], 5, None, ()
    )
    assert found.rows.tolist() == [0, 2] and found.meaning.tolist() == [-1.0, -1.0] and len(found.sentences) == 0


def test_a_query_without_a_known_term_is_searched_by_its_meaning():
    dense, lexical, vectors, owner, _ = parts(5)
    found = candidates(dense, lexical, "？猫", vectors[1], 1, None, ())
    assert owner[1] in found.rows and not found.bm25.any()


# BM25


@given(
    st.lists(st.text(alphabet=LETTERS, max_size=6), min_size=1, max_size=8),
    st.text(alphabet=LETTERS + "猫", max_size=6),
)
def test_sparse_scores_are_those_of_bm25s_for_every_text(texts, query):
    lexical, whole = Lexical.build(texts, list), bm25s.BM25()
    whole.index([list(text) or [""] for text in texts], show_progress=False)
    known = [term for term in query if term in whole.vocab_dict]
    expected = whole.get_scores(known) if known else np.zeros(len(texts))
    found = lexical.scores(query)
    assert found.of(np.arange(len(texts))) == pytest.approx(expected, abs=1e-5)
    assert (found.scores > 0).all() and (np.diff(found.rows) > 0).all()


def test_the_best_come_first_the_lower_row_where_they_are_equal_and_only_those_allowed():
    found = Matches(np.array([1, 4, 6, 9]), np.array([2, 5, 5, 1], dtype=np.float32))
    assert (
        found.best(3).tolist() == [4, 6, 1] and found.best(99).tolist() == [4, 6, 1, 9] and found.best(0).tolist() == []
    )
    allowed = np.ones(10, dtype=bool)
    allowed[4] = False
    assert found.best(2, allowed).tolist() == [6, 1]


def test_texts_that_share_nothing_score_nothing():
    found = Matches(np.array([1, 4]), np.array([2, 5], dtype=np.float32))
    assert found.of(np.array([0, 1, 2, 4, 7])).tolist() == [0, 2, 0, 5, 0]
    assert found.of(np.zeros(0, dtype=np.int64)).tolist() == []
    none = Matches(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.float32))
    assert none.of(np.array([3])).tolist() == [0] and none.best(4).tolist() == []


# Runs


@given(st.lists(st.lists(st.floats(-1, 1, width=32), max_size=4), max_size=6))
def test_the_best_of_each_run_is_its_largest_and_an_empty_run_s_what_was_said(runs):
    scores = np.array([score for run in runs for score in run], dtype=np.float32)
    counts = np.array([len(run) for run in runs], dtype=np.int64)
    expected = [max(run, default=-7.0) for run in runs]
    assert best_of(scores, counts, -7.0).tolist() == expected
    assert best_of(np.stack([scores, scores]), counts, -7.0).tolist() == [expected, expected]


# Vectors


def test_vectors_are_read_where_the_index_keeps_them(tmp_path):
    dense, _, vectors, owner, _ = parts(6)
    dense.save(tmp_path)
    back = Dense.load(tmp_path)
    assert np.array_equal(back.sentence_vectors(), vectors) and np.array_equal(back.owner, owner)
    rows = np.array([2, 0])
    assert back.clause_scores(vectors[0], rows) == pytest.approx(back.clause_vectors()[rows] @ vectors[0])
    assert back.nearest_sentences(vectors[3], 1).tolist() == [3]
    away = np.ones(len(owner), dtype=bool)
    away[3] = False
    assert 3 not in back.nearest_sentences(vectors[3], len(owner), away)
