"""Comparisons: a question for either side, searched apart and heard by turns."""

import time

import pytest
from conftest import built, engine_over
from hypothesis import given
from hypothesis import strategies as st

from rag.query.compared import compared
from rag.query.question import understand
from rag.schema import Filters


@pytest.mark.parametrize(
    ("question", "one", "other"),
    [
        ("东港区和西岭县，哪边人口多？", "东港区，哪边人口多？", "西岭县，哪边人口多？"),
        (
            "绿化率，《东港规划》与《西岭和北川规划》各是多少？",
            "绿化率，《东港规划》各是多少？",
            "绿化率，《西岭和北川规划》各是多少？",
        ),
        ("城镇化率目标：东港区2025年 vs 西岭县2027年", "城镇化率目标：东港区2025年 ", "城镇化率目标： 西岭县2027年"),
        ("比较东港区和西岭县2025年的目标", "比较东港区2025年的目标", "西岭县2025年的目标"),
        ("2022年和2027年的吞吐量相差多少？", "2022年的吞吐量相差多少？", "2027年的吞吐量相差多少？"),
    ],
)
def test_either_side_is_asked_for_alone(question, one, other):
    assert compared(question) == (one, other)


@pytest.mark.parametrize(
    "question", ["东港区2025年地区生产总值和税收分别是多少？", "东港区的人口是多少？", "和谁比较？", "和"]
)
def test_what_is_no_comparison_of_two_subjects_is_left_whole(question):
    assert compared(question) is None


@given(st.text("东港区西岭县和与vs 的，。？《》2025年各", max_size=30))
def test_no_text_is_too_odd(text):
    parts = compared(text)
    assert parts is None or all(set(part) <= set(text) for part in parts)


def test_a_question_of_nothing_but_joins_is_read_in_no_time():
    begin = time.perf_counter()
    understand("甲区" + "和" * 4900 + "各是多少？")
    assert time.perf_counter() - begin < 2


def test_both_sides_are_found_and_heard(tmp_path):
    corpus = tmp_path / "c"
    corpus.mkdir()
    for name, people in {"东港区": 30, "西岭县": 20}.items():
        lines = [
            f"{name}常住人口{people}万人。",
            *(f"{name}第{n}项工作由{name}负责，人口多的乡镇优先。" for n in "一二三四五六七八"),
        ]
        (corpus / f"{name}.txt").write_text(
            f"{name}规划\n" + "\n".join(f"第{n}条　{t}" for n, t in zip("一二三四五六七八九", lines, strict=True)),
            encoding="utf-8",
        )
    built(corpus, tmp_path / "i")
    engine = engine_over(tmp_path / "i")
    query = understand("东港区和西岭县，哪边常住人口多？")
    assert len(query.sub_queries) == 2 and not any(
        "compare" in side.asks or side.sub_queries for side in query.sub_queries
    )
    ranking = engine.rank(query)
    best = [engine.store.clauses[row].text for row in ranking.rows[:2]]
    assert {"30万人" in text or "20万人" in text for text in best} == {True}
    assert sorted(ranking.rows) == list(range(len(engine.store.clauses))) and len(ranking.sub_rankings) == 2
    answer = engine.ask(query.asked)
    assert "30万人" in answer.sentences[0].text and "20万人" in answer.sentences[1].text
    only = engine.rank(query, Filters(document="东港区规划"))
    assert {engine.store.documents[engine.store.clauses[row].doc_id].title for row in only.rows} == {"东港区规划"}


def test_both_documents_answer_for_themselves(sample_root):
    engine = engine_over(sample_root)
    titles = sorted(document.title for document in engine.store.documents.values() if document.issued_on)[:2]
    answer = engine.ask(f"《{titles[0]}》和《{titles[1]}》分别是哪天印发的？")
    assert [any(title in s.text for s in answer.sentences if s.origin == "metadata") for title in titles] == [
        True,
        True,
    ]
