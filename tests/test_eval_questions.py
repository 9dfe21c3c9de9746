"""Question files: every broken line is named before anything runs."""

from __future__ import annotations

import json

import pytest
from conftest import SHARED

from eval.questions import BadQuestions, check_quotes, load
from index.errors import BadInput

GOOD = {
    "id": "q1",
    "type": "fact",
    "question": "面积多大？",
    "answer": "124平方公里",
    "must": [["124"]],
    "evidence": [{"doc": "甲", "quote": "面积124平方公里"}],
    "answerable": True,
}


def written(tmp_path, *rows):
    path = tmp_path / "q.jsonl"
    path.write_text(
        "\n".join(r if isinstance(r, str) else json.dumps(r, ensure_ascii=False) for r in rows), encoding="utf-8"
    )
    return path


def test_a_good_file_is_read_in_order_with_its_line_numbers(tmp_path):
    first, second = load(written(tmp_path, GOOD, "", {**GOOD, "id": "q2", "any_of": True}))
    assert (first.id, first.line, second.id, second.line) == ("q1", 1, "q2", 3)
    assert first.must == (("124",),) and first.quotes == ("面积124平方公里",) and second.any_of


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"type": " "}, "缺少 type"),
        ({"type": 3}, "缺少 type"),
        ({"pair": 7}, "pair 应为文字"),
        ({"why_not": ["乙"]}, "why_not 应为文字"),
        ({"near": [{"doc": "甲"}]}, "near 应为"),
        ({"id": ""}, "缺少 id"),
        ({"question": "  "}, "缺少 question"),
        ({"answerable": "yes"}, "answerable"),
        ({"must": [[]]}, "must"),
        ({"must": ["124"]}, "must"),
        ({"must": [["124", " \u3000"]]}, "规范化后为空的备选"),
        ({"must_not": [""]}, "must_not"),
        ({"evidence": [{"doc": "甲", "quote": " \u3000\n"}]}, "不可能命中"),
        ({"evidence": [{"doc": "甲"}]}, "evidence"),
        ({"history": [{"role": "robot", "content": "x"}]}, "history"),
        ({"answerable": False}, "不应有 must 或 evidence"),
        ({"type": "unanswerable"}, "矛盾"),
        ({"evidence": [], "any_of": True}, "any_of"),
    ],
)
def test_a_bad_field_is_named_with_its_line(tmp_path, change, said):
    with pytest.raises(BadQuestions) as caught:
        load(written(tmp_path, GOOD, {**GOOD, "id": "q2", **change}))
    (problem,) = caught.value.problems
    assert problem.startswith("第 2 行：") and said in problem


def test_every_bad_line_is_named_at_once(tmp_path):
    with pytest.raises(BadQuestions) as caught:
        load(written(tmp_path, GOOD, "{", {**GOOD, "type": ""}, GOOD, "[]"))
    assert [p.split("：")[0] for p in caught.value.problems] == ["第 2 行", "第 3 行", "第 3 行", "第 4 行", "第 5 行"]
    assert "重复" in caught.value.problems[3]


def test_any_type_is_a_group_of_its_own(tmp_path):
    own, foreign = load(written(tmp_path, {**GOOD, "type": "table"}, {**GOOD, "id": "q2", "type": " 综合型"}))
    assert (own.type, foreign.type) == ("table", "综合型")


TWIN = {
    "id": "q1b",
    "type": "unanswerable",
    "question": "人口多少？",
    "answerable": False,
    "must_not": ["124"],
    "pair": "p1",
    "near": [{"doc": "甲", "quote": "面积124平方公里"}],
    "why_not": "只写了面积。",
}


def test_a_pair_is_read_with_what_tempts_to_answer_its_twin(tmp_path):
    answerable, twin = load(written(tmp_path, {**GOOD, "pair": "p1"}, TWIN))
    assert answerable.pair == twin.pair == "p1" and answerable.near == () and twin.why_not == "只写了面积。"
    assert twin.near[0].quote == "面积124平方公里"


@pytest.mark.parametrize(
    "others",
    [
        [],
        [{**TWIN, "answerable": True, "type": "fact"}],
        [TWIN, {**TWIN, "id": "q1c"}],
        [{**TWIN, "pair": "p2"}, {**GOOD, "id": "q1c", "pair": "p2", "must": []}],
    ],
)
def test_a_pair_is_one_answerable_question_and_one_that_is_not(tmp_path, others):
    with pytest.raises(BadQuestions, match="第 1 行：成对的题目 p1 应为两题"):
        load(written(tmp_path, {**GOOD, "pair": "p1"}, *others))


def test_an_unreadable_or_empty_file_is_refused(tmp_path):
    with pytest.raises(BadInput, match="无法读取"):
        load(tmp_path / "none.jsonl")
    (tmp_path / "gb.jsonl").write_bytes("面积".encode("gb18030"))
    with pytest.raises(BadInput, match="UTF-8"):
        load(tmp_path / "gb.jsonl")
    with pytest.raises(BadInput, match="没有题目"):
        load(written(tmp_path, "", " "))


def test_a_quote_in_no_document_stops_the_run_and_one_over_two_clauses_is_a_warning(tmp_path):
    path = written(tmp_path, GOOD)
    questions = load(path)
    assert check_quotes(path, questions, [["规划 面积１２４平方公里。"]]) == []
    (warning,) = check_quotes(path, questions, [["规划面积124", "平方公里。"]])
    assert "第 1 行（q1）" in warning
    with pytest.raises(BadQuestions, match="第 1 行（q1）.*不在索引"):
        check_quotes(path, questions, [["规划面积124"], ["平方公里。"]])


@pytest.mark.skipif(not (SHARED / "eval").is_dir(), reason="../shared/eval is not here")
def test_the_shared_questions_are_good():
    questions = load(SHARED / "eval" / "dev.jsonl")
    assert len(questions) == 84 and sum(q.answered for q in questions) == 75
    for file in (*(SHARED / "eval").rglob("*questions.jsonl"), SHARED / "cases" / "questions.jsonl"):
        assert load(file)
    for file in (SHARED / "eval" / "pairs").glob("*.jsonl"):
        assert all(question.pair for question in load(file))
