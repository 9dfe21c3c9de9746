"""The product on the real book with the real models: retrieval, seconds, a few answers."""

import json
import statistics
import time
import unicodedata
from contextlib import closing

import pytest
from conftest import BOOK, SHARED, needs_book, needs_models

from index.build import build
from index.encoder import open_encoder
from index.settings import Settings
from rag.engine import Engine

pytestmark = [needs_book, needs_models, pytest.mark.slow]


def bare(text):
    return "".join(unicodedata.normalize("NFKC", text).split())


@pytest.fixture(scope="module")
def engine():
    """The engine over the book, indexed where `make index` does, so that nothing is embedded twice."""
    settings = Settings(corpus=BOOK)
    build([BOOK], settings.index_dir, lambda: open_encoder(settings), rebuild=False, progress=lambda *a: None)
    with closing(Engine.open(settings)) as opened:
        yield opened


@pytest.fixture(scope="module")
def questions():
    return [json.loads(row) for row in (SHARED / "eval" / "dev.jsonl").read_text(encoding="utf-8").splitlines()]


def recall(engine, question, k):
    texts = [bare(hit.clause.text) for hit in engine.search(question["question"], k, question.get("history", ()))]
    found = [any(bare(e["quote"]) in text for text in texts) for e in question["evidence"]]
    return float(any(found)) if question.get("any_of") else sum(found) / len(found)


def test_evidence_is_found_and_at_once(engine, questions):
    asked = [q for q in questions if q["evidence"]]
    at5 = statistics.mean(recall(engine, q, 5) for q in asked)
    at10 = statistics.mean(recall(engine, q, 10) for q in asked)
    assert at5 >= 0.86 and at10 >= 0.93, (at5, at10)
    seconds = []
    for q in asked[:30]:
        start = time.perf_counter()
        next(engine.ask_stream(q["question"], q.get("history", ())))
        seconds.append(time.perf_counter() - start)
    assert statistics.median(seconds) <= 0.5


@pytest.mark.parametrize(
    ("question", "words"),
    [("川渝高竹新区总面积多少平方公里？", "262"), ("优化营商环境方案的文号是什么？", "川办发〔2022〕7号")],
)
def test_the_real_model_answers_with_checked_citations(engine, question, words):
    answer = engine.ask(question)
    assert words in answer.text and not answer.refused
    for sentence in answer.sentences:
        assert sentence.citations
    for citation in answer.citations:
        assert citation.quote in citation.clause.text


def test_the_same_question_gets_the_same_answer(engine):
    first, second = (engine.ask("成渝地区双城经济圈规划范围总面积是多少？").text for _ in range(2))
    assert first == second


def test_stopping_is_felt_within_a_second(engine):
    events = engine.ask_stream("都市圈在交通方面有哪些安排？")
    for event in events:
        if event.stage == "draft":
            break
    start = time.perf_counter()
    events.close()
    assert time.perf_counter() - start < 1
