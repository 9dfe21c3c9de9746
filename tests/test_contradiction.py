"""A reply never chooses between two figures that a document gives for the same thing."""

import re

import pytest
from conftest import BOOK

from index.sentences import split_sentences
from rag.answering.contradiction import contradicted

TRUE = "新区规划总面积86平方公里，起步区12平方公里。"


@pytest.mark.parametrize("claim", ["新区规划总面积999平方公里。", "总面积999平方公里", "新区规划总面积９９９平方公里"])
def test_another_figure_for_the_same_thing_is_seen(claim):
    assert contradicted(claim, [TRUE + claim]) and contradicted(claim, [claim, TRUE])


@pytest.mark.parametrize(
    "claim",
    [
        "新区规划总面积86平方公里。",
        "起步区12平方公里",
        "老城区面积999平方公里。",
        "新区规划人口999万人。",
        "新区规划建设。",
        "新区到2030年总面积扩大到999平方公里。",
    ],
)
def test_the_same_figure_another_subject_or_unit_is_none(claim):
    assert not contradicted(claim, [TRUE + claim])


def test_rows_are_told_apart_by_what_they_are_of():
    text = "项目160个，估算总投资2036亿元；其中铁路项目27个，估算总投资1346亿元。"
    assert contradicted("估算总投资1346亿元", [text]) and not contradicted("铁路项目估算总投资1346亿元", [text])


def test_no_sentence_is_disputed_by_its_own_clause(at_hand):
    said = [
        (clause.text[start:stop], clause.text)
        for parsed in at_hand
        for clause in parsed.clauses
        for start, stop in split_sentences(clause.text)
        if re.search(r"\d", clause.text[start:stop])
    ]
    assert (
        len(said) > (1000 if BOOK.is_dir() else 20)
        and [sentence for sentence, text in said if contradicted(sentence, [text])] == []
    )
