"""What stands first in an answer: lead, short replies, pairs, likeness to the reference; each case worked by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_eval_scoring import AREA, question

from eval.conclusion import answer_f1, character_f1
from eval.measures import ALL, table
from eval.pairs import paired
from eval.trace import Reply, Said, Seconds, Trace
from eval.verdict import Collection, judge

NONE = {"type": "unanswerable", "must": (), "evidence": (), "answerable": False}


def reply(*sentences: tuple[str, str], refused=False, confidence=None) -> Reply:
    """Sentences with their origins, all citing AREA."""
    said = tuple(Said(text, (1,), origin) for text, origin in sentences)
    return Reply(said, {1: AREA}, refused, Seconds(0.1, 0.1, None, 1.0), confidence=confidence)


def scores(asked, answered) -> dict[str, float]:
    return judge(asked, Trace(asked.id, (AREA,), 0.1, reply=answered), Collection([AREA])).scores


SPAN, MODEL, EXTRACT = (
    ("124平方公里。", "span"),
    ("规划面积124平方公里。", "model"),
    ("到2025年人口26万人。", "extract"),
)


@pytest.mark.parametrize(
    ("sentences", "lead"),
    [
        ([SPAN, EXTRACT], 1),
        ([EXTRACT, SPAN], 0),  # what is read first does not answer
        ([("规划面积124平方公里。", "extract"), EXTRACT], 1),
        ([("常住人口26万人。", "model"), SPAN], 1),  # a short reply is read as one
        ([("见下。", "metadata"), SPAN], 1),  # the 结论 is read whole
        ([("见下。", "metadata"), ("规划面积124平方公里。", "extract")], 0),
        ([("124平方公里，收费。", "span")], 0),
        ([SPAN, ("收费。", "extract")], 1),  # not in what is read first
        ([("124平方公里。", "")], 1),  # a pipeline that does not tell
        ([], 0),
    ],
)
def test_what_is_read_first_answers_alone_or_not(sentences, lead):
    assert scores(question(must_not=("收费",)), reply(*sentences))["lead"] == lead


def test_a_lead_is_of_answers_only():
    assert scores(question(), reply(SPAN, refused=True))["lead"] == 0
    assert "lead" not in scores(question(**NONE), reply(SPAN))
    assert "lead" not in scores(question(must=()), reply(SPAN))


@pytest.mark.parametrize(
    ("sentences", "given", "right"),
    [
        ([SPAN, EXTRACT], 1, 1),  # one of two groups
        ([("人口26万人。", "model"), ("面积124平方公里。", "extract")], 1, 0),
        ([("124平方公里，收费。", "span")], 1, 0),
        ([SPAN, ("收费。", "extract")], 1, 1),
        ([("124平方公里。", "extract")], 0, 0),
        ([("124平方公里。", "")], 0, 0),
    ],
)
def test_a_short_reply_is_right_with_half_of_what_is_asked_and_nothing_wrong(sentences, given, right):
    asked = question(must=(("124平方公里",), ("重庆",)), must_not=("收费",))
    found = scores(asked, reply(*sentences))
    assert (found["replied"], found["short_reply"], found["short_reply_right"]) == (given, given, right)


def test_any_short_reply_to_an_unanswerable_question_is_wrong():
    asked = question(**NONE)
    assert scores(asked, reply(SPAN))["replied_wrongly"] == 1 and scores(asked, reply(SPAN))["short_reply_right"] == 0
    assert (
        scores(asked, reply(EXTRACT))["replied_wrongly"] == scores(asked, reply(SPAN, refused=True))["short_reply"] == 0
    )
    assert "replied" not in scores(asked, reply(SPAN))


def test_reply_precision_is_of_the_replies_given():
    rows = [
        ("fact", scores(question(), reply(SPAN))),
        ("fact", scores(question(), reply(("26万人。", "span")))),
        ("fact", scores(question(), reply(EXTRACT))),
        ("unanswerable", scores(question(**NONE), reply(MODEL))),
        ("unanswerable", scores(question(**NONE), reply(("没有写明。", "refusal"), refused=True))),
    ]
    overall = table(rows)[ALL]
    assert overall["reply_precision"].value == pytest.approx(1 / 3)
    assert overall["replied"].value == pytest.approx(2 / 3) and overall["replied_wrongly"].value == 0.5


def test_what_is_wrong_with_what_stands_first_is_said():
    def lost(asked, answered):
        return judge(asked, Trace("q", (AREA,), 0.1, reply=answered), Collection([AREA])).lost

    assert lost(question(), reply(EXTRACT, MODEL)) == ("首句未答",)
    assert "短答不对" in lost(question(), reply(("26万人。", "span"), ("规划面积124平方公里。", "extract")))
    careless = lost(question(**NONE, must_not=("124",)), reply(SPAN))
    assert careless[:3] == ("应拒未拒：资料中没有答案", "含有不应出现的“124”", "短答不对")
    assert (
        lost(question(**NONE), reply(("规划面积124平方公里。", "correction")))[0]
        == "应拒未拒，前提已更正：资料中没有答案"
    )


# --- pairs

FIRST = question(id="a", pair="p")
TWIN = question(id="b", pair="p", must_not=("124平方公里",), **NONE)
NO = reply(("没有写明。", "refusal"), ("规划面积124平方公里。", "nearest"), refused=True)
SET_RIGHT = ("规划面积为124平方公里。", "correction")


def pair_scores(first: Reply, twin: Reply, questions=(FIRST, TWIN)):
    traces = [Trace(q.id, (AREA,), 0.1, reply=r) for q, r in zip(questions, (first, twin), strict=True)]
    verdicts = [judge(q, t, Collection([AREA])) for q, t in zip(questions, traces, strict=True)]
    own, other = (verdict.scores for verdict in paired(questions, traces, verdicts))
    return own, other


@pytest.mark.parametrize(
    ("first", "twin", "right", "declined", "replied"),
    [
        (reply(SPAN), NO, 1, 1, 0),
        (reply(EXTRACT), NO, 0, 1, 0),
        (NO, NO, 0, 1, 0),
        (reply(SPAN), reply(SPAN), 0, 0, 1),
        (reply(SPAN), reply(EXTRACT), 0, 0, 0),
        (reply(SPAN), reply(SET_RIGHT), 1, 1, 0),
        (reply(SPAN), reply(SET_RIGHT, EXTRACT), 1, 1, 0),
        (reply(SPAN), reply(SET_RIGHT, ("面积124平方公里。", "extract")), 0, 0, 0),  # then says it all the same
        (reply(SPAN), reply(EXTRACT, SET_RIGHT), 0, 0, 0),
    ],
)
def test_a_pair_is_right_when_one_is_answered_and_its_twin_is_not(first, twin, right, declined, replied):
    own, other = pair_scores(first, twin)
    assert (own["pair_right"], own["pair_refused"]) == (right, float(first.refused))
    assert (other["twin_refused"], other["twin_replied"]) == (declined, replied)
    assert "pair_right" not in other and "twin_refused" not in own


def test_the_order_of_a_pairs_lines_does_not_matter():
    other, own = pair_scores(NO, reply(SPAN), (TWIN, FIRST))
    assert own["pair_right"] == other["twin_refused"] == 1


def test_half_a_pair_is_no_pair():
    traces = [Trace("a", (AREA,), 0.1, reply=reply(SPAN)), Trace("b", (), 0.0, error="文字过长")]
    verdicts = [judge(q, t, Collection([AREA])) for q, t in zip((FIRST, TWIN), traces, strict=True)]
    assert paired((FIRST, TWIN), traces, verdicts) == verdicts
    assert paired((FIRST,), traces[:1], verdicts[:1]) == verdicts[:1]


# --- likeness to the reference


def test_the_part_of_an_answer_that_is_most_like_the_reference_counts():
    tail = tuple(("完全不同的另外一句话。", "extract") for _ in range(5))
    assert answer_f1("规划面积 １２４平方公里。", reply(MODEL, *tail)) == 1
    assert (
        answer_f1("甲乙丙丁", reply(("甲。", "extract"), ("乙丙。", "extract"), ("丁。", "extract"), *tail)) == 8 / 11
    )
    assert answer_f1("甲" * 300 + "乙" * 300, reply(("甲" * 300 + "乙" * 300, "extract"))) == pytest.approx(1000 / 1100)
    assert answer_f1("规划面积124平方公里。", reply(MODEL, refused=True)) == answer_f1("甲", reply()) == 0


def test_likeness_is_scored_where_there_is_a_reference_and_an_answer():
    found = scores(question(answer="规划面积124平方公里"), reply(MODEL))
    assert found["answer_f1"] == pytest.approx(22 / 23) and found["f1_complete"] == 1
    assert scores(question(answer="面积不大"), reply(MODEL))["f1_complete"] == 0
    assert "answer_f1" not in scores(question(), reply(MODEL))
    assert "answer_f1" not in scores(question(answer="没有写明", **NONE), reply(MODEL))


@given(st.text(alphabet="甲乙丙 1", max_size=9), st.text(alphabet="甲乙丙1\n", max_size=9))
def test_f1_agrees_with_brute_force(one, other):
    left, right = list("".join(one.split())), list("".join(other.split()))
    rest, common = list(right), 0
    for character in left:
        if character in rest:
            rest.remove(character)
            common += 1
    precision, recall = (common / len(side) if side else 0 for side in (left, right))
    expected = 2 * precision * recall / (precision + recall) if common else 0
    assert character_f1(one, other) == pytest.approx(expected)
