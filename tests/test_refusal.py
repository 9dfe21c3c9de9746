"""Refusing: what is not in the documents is not answered, and what is, is.

tests/data/refusals.jsonl: questions from elsewhere (“foreign”) and near misses (“near”: a subject of the book, an
attribute its text does not give; each was looked for in the text). The “held” halves were run once, when all was done.
"""

import json
import random
import re
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from conftest import BOOK, built, engine_over, needs_book, needs_models

from index.errors import BrokenIndex
from index.settings import load_settings
from rag.answering import refusal
from rag.query.question import understand

SETS = [json.loads(line) for line in (Path(__file__).parent / "data" / "refusals.jsonl").read_text("utf-8").splitlines()]
FIGURE = re.compile(
    r"[，、。；]([一-鿿]{4,14}?)(?:达到|超过|突破|提高到|降至|不低于|控制在)\s*[\d.]+\s*(万?亿?元|%|％|万?人|公里|个|家|项|亩|万吨|条|万户|台)"
)


@pytest.fixture(scope="module")
def engine():
    from rag.engine import Engine

    settings = load_settings().model_copy(update={"chat_model": ""})
    try:
        engine = Engine.open(settings)
    except BrokenIndex:
        pytest.skip("no index: python -m index")
    if engine.store.manifest.corpus != [str(BOOK.resolve())]:
        pytest.skip("the index is not that of the book")
    return engine


@needs_book
@needs_models
@pytest.mark.parametrize(("which", "least"), [("foreign", 0.9), ("near", 0.70)])
@pytest.mark.parametrize("half", ["open", "held"])
def test_questions_without_an_answer_are_refused(engine, which, half, least):
    chosen = [entry for entry in SETS if (entry["set"], entry["half"]) == (which, half)]
    answers = [engine.ask(entry["question"]) for entry in chosen]
    assert sum(answer.refused for answer in answers) >= least * len(chosen)
    for answer in answers:
        if answer.refused:
            assert answer.sentences[0].origin == "refusal" and answer.sentences[0].text.endswith("无法回答。")
            assert all(s.origin == "nearest" for s in answer.sentences[1:])


@needs_book
@needs_models
def test_figures_that_stand_in_the_book_are_not_refused(engine):
    """Questions made by rule from sentences that state a figure; at most 4% may be refused."""
    made = []
    for row, (clause_row, start, stop) in enumerate(engine.store.sentences):
        clause = engine.store.clauses[clause_row]
        for match in FIGURE.finditer("，" + clause.text[start:stop]) if clause.kind != "row" else ():
            title, year = engine.document(clause).title, engine.horizons[row]
            when = f"到{year.year}年" if year else ""
            made.append([f"{title}中{match[1]}是多少？", f"{title}提出{match[1]}要达到多少{match[2]}？", f"{when}{match[1]}要达到多少？"])
    drawn = random.Random(7).sample(made, 60)
    questions = [forms[place % 3] for place, forms in enumerate(drawn)]
    refused = [question for question in questions if engine.ask(question).refused]
    assert len(refused) <= 0.04 * len(questions), refused


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("岚江省港口条例第九十九条怎么规定？", "第九十九条"),
    ],
)
def test_a_refusal_names_what_is_missing(sample_root, question, said):
    answer = engine_over(sample_root).ask(question)
    assert answer.refused and said in answer.sentences[0].text


@pytest.mark.parametrize(
    "question",
    [
        "岚城交通三年方案里城际铁路全长多少公里？",  # an abbreviation, no foreign document
        "湾城一体化规划范围多大，城际铁路全长多少公里？",
        "我家几亩田挨着城际铁路，铁路全长到底有多长？",
        "按文件里说的岚城交通三年方案，城际铁路全长多少公里？",
    ],
)
def test_abbreviations_and_everyday_wording_are_no_reason_to_refuse(sample_root, question):
    answer = engine_over(sample_root).ask(question)
    assert not answer.refused, answer.sentences[0].text
