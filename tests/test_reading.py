"""The reader's room: windows, inputs, weights, spans, order, and what is made of them."""

import math

import numpy as np
import pytest
from conftest import needs_models
from hypothesis import given
from hypothesis import strategies as st

from index.errors import ModelError
from index.settings import E5, Settings
from rag import calibration
from rag.answering.conclusion import LONGEST, phrase
from rag.answering.judgement import UNREAD, Unlike, judge, signals
from rag.calibration import Calibration
from rag.reading import weights
from rag.reading.clauses import Read, read
from rag.reading.cuts import windows
from rag.reading.inputs import BODY, MARKS, QUESTION, Input, Inputs, Pair, common
from rag.reading.reader import Reading, best_span
from rag.verification.narrowing import Mention, Narrowing

TEXT = (
    "第五条 在市内首次购房的，博士每人补助二十万元，硕士每人补助八万元。补助由所在区县发放，不得超过购房总价的两成。"
    "夫妻双方都符合条件的，按较高的一方领取。第二套住房不享受本补助。"
)


@given(st.text(alphabet="甲乙。；，\n 12", max_size=400), st.integers(20, 80))
def test_windows_cover_every_letter_in_order_and_stay_short(text, longest):
    cut = windows(text, longest)
    held = {place for start, stop in cut for place in range(start, stop)}
    assert all(place in held for place, c in enumerate(text) if not c.isspace())
    assert all(0 < stop - start <= longest for start, stop in cut)
    assert cut == sorted(cut)


def test_a_short_clause_is_one_window_and_a_long_one_overlaps_by_a_sentence():
    assert windows(TEXT, 200) == [(0, len(TEXT))]
    first, second, *_ = windows(TEXT, 70)
    assert second[0] < first[1]


def test_runs_in_common_are_told_by_length_whatever_width_and_case():
    assert common("博士ＡＢ", "给博士ab发钱") == [3, 3, 3, 3]
    assert common("博士后", "博士") == [2, 2, 0]
    assert common("，。", "，。") == [0, 0]


@given(st.text(max_size=30), st.text(max_size=60))
def test_runs_in_common_stay_in_bounds(text, other):
    assert len(common(text, other)) == len(text)
    assert all(0 <= run <= 3 for run in common(text, other))


@needs_models
def test_an_input_marks_its_parts_and_tells_where_each_token_of_the_body_stands():
    inputs = Inputs(Settings().models_dir / E5 / "tokenizer.json")
    (made,) = inputs.make([Pair("博士补助多少？", "购房补助办法 > 第二章", TEXT)])
    assert len(made.ids) == len(made.marks)
    assert all(0 <= mark < MARKS for mark in made.marks)
    assert made.marks[0] // 4 == QUESTION and made.marks[made.first] // 4 == BODY
    covered = {place for a, b in made.spans for place in range(a, b)}
    assert all(place in covered for place, c in enumerate(TEXT) if not c.isspace())
    long = inputs.make([Pair("问" * 3000, "题" * 3000, "文" * 3000)])
    assert len(long[0].ids) < 512


def test_the_best_span_begins_before_it_ends_and_lies_in_the_body():
    ends = np.zeros((8, 2), dtype=np.float32)
    ends[5, 0], ends[4, 1], ends[6, 1], ends[0, 0] = 5, 8, 5, 50
    made = Input([0] * 8, [0] * 8, 3, [(0, 2), (2, 4), (4, 6), (6, 8)])
    span, sure = best_span(ends, made)
    assert span == (4, 8) and 0 < sure <= 1
    assert best_span(ends, Input([0, 2], [0, 0], 1, [])) == ((0, 0), 0.0)


def test_weights_come_back_as_they_were_but_for_rounding_and_damage_is_named(tmp_path):
    rng = np.random.default_rng(3)
    kept = {"layers.4.wide.weight": rng.normal(size=(16, 8)).astype(np.float32), "answers.bias": np.ones(1, np.float32)}
    manifest = weights.save(tmp_path, kept, "base", {}, {}, {})
    back = weights.load(tmp_path, weights.load_manifest(tmp_path))
    assert manifest == weights.load_manifest(tmp_path)
    assert np.abs(back["layers.4.wide.weight"] - kept["layers.4.wide.weight"]).max() < 0.02
    assert np.array_equal(back["answers.bias"], kept["answers.bias"])
    file = tmp_path / weights.WEIGHTS
    file.write_bytes(file.read_bytes()[:-1] + b"x")
    with pytest.raises(ModelError, match="损坏"):
        weights.load(tmp_path, manifest)
    (tmp_path / weights.MANIFEST).write_text("{", encoding="utf-8")
    with pytest.raises(ModelError, match="损坏"):
        weights.load_manifest(tmp_path)


class Counting:
    """Reads what holds 万元 as answering."""

    digest = "counting"

    def read(self, pairs):
        return [Reading(2.0 if "万元" in pair.body else -2.0, (0, 2), 0.5) for pair in pairs]


def test_clauses_are_read_in_their_most_promising_windows_best_first(sample):
    parsed = next(iter(sample.values()))
    clauses = parsed.clauses
    found = read(
        Counting(),
        "补助多少",
        range(len(clauses)),
        clauses,
        lambda clause: parsed.document,
        lambda row, place: None,
        lambda row, a, b: -a,
        5,
    )
    assert len(found) == 5
    assert [own.answers for own in found] == sorted((own.answers for own in found), reverse=True)
    assert all(own.start <= own.span[0] <= own.span[1] <= len(clauses[own.clause].text) for own in found)


def test_a_window_is_read_with_the_year_that_governs_it_unless_it_tells_it_itself(sample):
    parsed = next(iter(sample.values()))
    given = []

    class Listening(Counting):
        def read(self, pairs):
            given.extend(pairs)
            return super().read(pairs)

    read(
        Listening(),
        "2031年目标多少",
        range(len(parsed.clauses)),
        parsed.clauses,
        lambda clause: parsed.document,
        lambda row, place: "2031" if row % 2 else None,
        lambda row, a, b: -a,
        40,
    )
    told = [pair for pair in given if pair.address.endswith(" > 到2031年")]
    assert told and len(told) < len(given) and all("2031" not in pair.body for pair in told)


@pytest.mark.parametrize("words", ["二十万元", "两成", "按较高的一方领取"])
def test_words_are_completed_to_what_can_be_read_alone(words):
    at = TEXT.index(words)
    start, stop = phrase(TEXT, (at, at + len(words)))
    assert words in TEXT[start:stop]
    assert stop - start <= LONGEST
    assert TEXT[start - 1 : start] in ("", "。", "，", "；")
    assert TEXT[stop : stop + 1] in ("。", "，", "；")


@given(st.text(alphabet="甲乙丙，。；：\n（）", max_size=200), st.integers(0, 200), st.integers(0, 60))
def test_a_phrase_stays_in_its_text(text, start, length):
    start = min(start, len(text))
    found = phrase(text, (start, min(len(text), start + length)))
    assert 0 <= found[0] <= found[1] <= len(text)


READS = (Read(4, 0, 9, 1.5, (0, 4), 0.6), Read(7, 0, 9, -1.0, (0, 2), 0.2), Read(4, 5, 9, -3.0, (5, 7), 0.1))


def test_signals_tell_the_best_the_second_clause_and_the_one_that_leads():
    named = tuple(Mention("word", word) for word in ("博士", "硕士", "公寓", "补助"))
    found = signals(READS, 7, 0.9, 0.4, Narrowing(named, named[:1], named[1:3]), Unlike(True, False))
    assert (found["best"], found["second"], found["leading"]) == (1.5, -1.0, -1.0)
    assert (found["missing"], found["elsewhere"]) == (0.25, 0.5)
    assert (found["unstated"], found["untimely"]) == (1.0, 0.0)
    assert math.isfinite(found["sure"])


def a_calibration(**changed) -> Calibration:
    told = {
        "encoder": "e",
        "reader": "r",
        "weights": {"best": 1.0},
        "intercept": 0.0,
        "refuse_below": {"figure": 0.3},
        "conclude_from": {"figure": 0.8},
        "foreign_below": 0.86,
        "order": 0.5,
        "fitted": {},
    }
    return Calibration(**(told | changed))


def test_a_judgement_follows_the_calibrated_chance_and_none_is_made_without_one():
    assert judge(a_calibration(), "figure", {"best": 5.0}).conclude
    assert judge(a_calibration(), "figure", {"best": -5.0}).refuse
    seldom = [judge(a_calibration(), "open", {"best": best}) for best in (-5.0, 5.0)]
    assert not any(own.refuse or own.conclude for own in seldom)
    between = judge(a_calibration(), "figure", {"best": 0.0})
    assert between.confidence == 0.5 and not between.refuse and not between.conclude
    assert judge(None, "figure", {"best": -5.0}) == UNREAD == judge(a_calibration(), "figure", None)


def test_a_calibration_is_used_for_its_own_models_only(tmp_path):
    file = tmp_path / "calibration.json"
    assert calibration.load("e", "r", file) is None
    a_calibration().save(file)
    assert calibration.load("e", "r", file) == a_calibration()
    assert calibration.load("another", "r", file) is None
    assert calibration.load("e", "another", file) is None
    file.write_text("[]", encoding="utf-8")
    with pytest.raises(ModelError, match="校准"):
        calibration.load("e", "r", file)
