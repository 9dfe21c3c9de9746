"""Ranking: what a question names comes first, an address resolves, no document crowds a paste's list, filters hold."""

import numpy as np
import pytest
from conftest import FakeEncoder, built, engine_over
from hypothesis import given
from hypothesis import strategies as st

from rag.query.addresses import Addresses
from rag.query.question import understand
from rag.retrieval.crowding import uncrowded
from rag.retrieval.retrieve import Retriever, Steps
from rag.schema import Filters


@pytest.fixture(scope="module")
def engine(sample_root):
    return engine_over(sample_root)


def test_a_title_in_the_question_steers_and_excludes_nothing(engine):
    hits = engine.search("《岚江省港口条例》 岸电", 20)
    assert hits[0].document.title == "岚江省港口条例"
    assert len({hit.document.title for hit in hits}) > 1


def test_an_address_in_a_named_document_comes_first(engine):
    for asked, expected in (("岚江省港口条例第三条", "第三条"), ("港口条例第 2 条讲什么", "第二条")):
        assert engine.search(asked, 3)[0].clause.text.startswith(expected)


def test_addresses_are_read_from_the_clause_and_from_the_headings_above(sample):
    clauses = sample["岚江省港口条例"].clauses
    article = next(c for c in clauses if c.text.startswith("第三条"))
    at, row = Addresses(clauses), clauses.index(article)
    assert at.rows(("第三条",)) == at.rows(("第3条",)) == [row]
    assert row not in at.rows(("第四条",)) and at.rows(()) == []
    assert at.rows(("第二款",)) == []  # lies within a clause


@pytest.mark.parametrize(
    ("filters", "holds"),
    [
        (Filters(document="港口"), lambda d: "港口" in d.title),
        (Filters(kind="条例"), lambda d: d.kind == "条例"),
        (Filters(year=2022), lambda d: (d.issued_on or "").startswith("2022")),
    ],
)
def test_filters_leave_only_what_they_name(engine, filters, holds):
    hits = engine.search("船舶靠港使用岸电", 50, filters=filters)
    assert hits and all(holds(hit.document) for hit in hits)


@given(st.lists(st.floats(-5, 5, width=32), min_size=1, max_size=60), st.integers(1, 4))
def test_uncrowding_only_lowers_and_keeps_each_document_s_own_order(values, documents):
    scores = np.array(values, dtype=np.float32)
    owners = np.arange(len(scores)) % documents
    settled = uncrowded(scores, owners, 1.0, 2)
    assert (settled <= scores + 1e-6).all()
    for owner in range(documents):
        own = np.flatnonzero(owners == owner)
        order = own[np.argsort(-scores[own], kind="stable")]
        assert (np.diff(settled[order]) <= 1e-6).all()


def test_a_crowd_of_one_document_lets_others_in():
    scores = np.array([5, 4.9, 4.8, 4.7, 4.6, 4.5, 3.9], dtype=np.float32)
    settled = uncrowded(scores, np.array([0, 0, 0, 0, 0, 0, 1]), 1.0, 2)
    assert np.argsort(-settled)[2] == 6


def test_search_is_a_langchain_retriever(engine):
    from langchain_core.runnables import RunnableLambda

    from rag.langchain import PolicyRetriever

    found = (PolicyRetriever(engine=engine, k=3) | RunnableLambda(lambda documents: documents)).invoke("岸电")
    assert [d.id for d in found] == [hit.clause.clause_id for hit in engine.search("岸电", 3)]
    assert found[0].page_content == engine.search("岸电", 1)[0].clause.text and found[0].metadata["rank"] == 1


def test_the_clauses_that_print_what_is_asked_of_a_document_come_first(engine):
    hits = engine.search("青白新区的批复是什么文号、哪天成文的？", 5)
    document = hits[0].document
    assert document.kind == "批复" and document.doc_no in hits[0].clause.text
    assert any("年" in hit.clause.text and hit.document == document for hit in hits[:2])


def test_a_document_that_speaks_of_both_places_is_preferred(tmp_path):
    (tmp_path / "c").mkdir()
    for name, places in {"a": "东港县、西岭县", "b": "南屏县、北川县"}.items():
        text = f"{places[:2]}合作方案\n第一条　本方案适用于{places}。\n第二条　景区实行联票制。\n第三条　共建林场。\n"
        (tmp_path / "c" / f"{name}.txt").write_text(text, encoding="utf-8")
    built(tmp_path / "c", tmp_path / "i")
    engine = engine_over(tmp_path / "i")
    for asked, expected in (("东港县和西岭县的景区联票", "东港"), ("南屏县和北川县的景区联票", "南屏")):
        rows = [hit for hit in engine.search(asked, 6) if "联票" in hit.clause.text]
        assert rows[0].document.title.startswith(expected)
