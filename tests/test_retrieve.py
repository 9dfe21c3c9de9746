"""Ranking: what a question names comes first, an address resolves, no document crowds a paste's list, filters hold."""

import numpy as np
import pytest
from conftest import FakeEncoder, built, engine_over
from hypothesis import given
from hypothesis import strategies as st

from rag.query.addresses import Addresses
from rag.query.question import understand
from rag.retrieval.diversity import diversified
from rag.retrieval.retrieve import RankingConfig, Retriever
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
    settled = diversified(scores, owners, 1.0, 2)
    assert (settled <= scores + 1e-6).all()
    for owner in range(documents):
        own = np.flatnonzero(owners == owner)
        order = own[np.argsort(-scores[own], kind="stable")]
        assert (np.diff(settled[order]) <= 1e-6).all()


def test_a_crowd_of_one_document_lets_others_in():
    scores = np.array([5, 4.9, 4.8, 4.7, 4.6, 4.5, 3.9], dtype=np.float32)
    settled = diversified(scores, np.array([0, 0, 0, 0, 0, 0, 1]), 1.0, 2)
    assert np.argsort(-settled)[2] == 6


def test_search_is_a_langchain_retriever(engine):
    from langchain_core.runnables import RunnableLambda

    from rag.langchain import PolicyRetriever

    found = (PolicyRetriever(engine=engine, k=3) | RunnableLambda(lambda documents: documents)).invoke("岸电")
    assert [d.id for d in found] == [hit.clause.clause_id for hit in engine.search("岸电", 3)]
    assert found[0].page_content == engine.search("岸电", 1)[0].clause.text and found[0].metadata["rank"] == 1


def test_ask_is_a_langchain_tool(engine):
    from rag.langchain import PolicyTool

    tool = PolicyTool(engine=engine)
    call = {"type": "tool_call", "id": "1", "name": tool.name, "args": {"question": "青白新区总面积是多少？"}}
    told = tool.invoke(call)
    assert told.artifact == {**told.artifact, "question": "青白新区总面积是多少？"} and told.artifact["citations"]
    for citation in told.artifact["citations"]:
        assert f"[{citation['n']}] 《{citation['document']}》" in told.content and citation["quote"] in told.content
    failed = tool.invoke(call | {"args": {"question": "？！"}})
    assert failed.status == "error" and "请输入问题" in failed.content
    assert tool.args_schema.model_json_schema()["properties"]["question"]["maxLength"] == 5000


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


def corpus_of(tmp_path, lines):
    """An index and an engine over documents, title → articles."""
    (tmp_path / "c").mkdir()
    for title, said in lines.items():
        text = (
            title
            + "\n"
            + "\n".join(f"第{n}条　{line}" for n, line in zip("一二三四五六七八九"[: len(said)], said, strict=True))
        )
        (tmp_path / "c" / f"{title}.txt").write_text(text, encoding="utf-8")
    built(tmp_path / "c", tmp_path / "i")
    return engine_over(tmp_path / "i")


def test_every_clause_of_a_document_named_by_its_title_comes_before_all_others(tmp_path):
    lines = {
        "岭南县林场管理办法": ["林场实行联营。", "苗圃另行规定。"],
        "河湾县渔港管理办法": ["渔港停泊收费。", "渔港停泊应当报告。", "渔港停泊收费应当公示。"],
    }
    engine = corpus_of(tmp_path, lines)
    hits = engine.search("《岭南县林场管理办法》里渔港停泊收费怎么公示？", 9)
    named = [hit.document.title == "岭南县林场管理办法" for hit in hits]
    own = len(engine.store.clauses_of(hits[0].document.doc_id))
    assert named == [True] * own + [False] * (len(named) - own) and own < len(named)
    assert hits[own - 1].score > hits[own].score
    plain = Retriever(engine.store, FakeEncoder(), config=RankingConfig(named=False)).rank(
        understand("《岭南县林场管理办法》里渔港停泊收费怎么公示？")
    )
    assert "渔港" in engine.store.clauses[plain.rows[0]].text


def test_a_filter_leaves_an_address_to_the_documents_it_lets_through(tmp_path):
    lines = {"岭南县林场管理办法": ["林场联营。", "苗圃登记。"], "河湾县渔港管理办法": ["渔港停泊。", "渔港收费。"]}
    engine = corpus_of(tmp_path, lines)
    assert engine.search("岭南县林场管理办法第二条", 1)[0].document.title == "岭南县林场管理办法"
    hits = engine.search("岭南县林场管理办法第二条", 5, filters=Filters(document="渔港"))
    assert hits[0].clause.text.startswith("第二条") and {hit.document.title for hit in hits} == {"河湾县渔港管理办法"}


@pytest.mark.parametrize(
    "asked",
    [
        "岸电",
        "推动客票一体化。统一城际列车检票标准，推广“一码通乘”，方便群众出行换乘。" * 2,
        "港口和铁路哪个规划里程更长？",
    ],
)
def test_as_many_hits_are_given_as_are_asked_for_where_there_are_so_many(tmp_path, asked):
    articles = [
        f"{a}县{b}项目由{c}局办理。" for a in "甲乙丙丁戊己庚辛壬癸" for b in "农林牧渔工" for c in "东西南北中"
    ]
    text = "某省项目办法\n" + "".join(f"第{n}条　{article}\n" for n, article in enumerate(articles, 1))
    (tmp_path / "c").mkdir()
    (tmp_path / "c" / "a.txt").write_text(text, encoding="utf-8")
    built(tmp_path / "c", tmp_path / "i")
    engine = engine_over(tmp_path / "i")
    clauses = len(engine.store.clauses)
    assert clauses >= 250
    for k in (1, 230, 1000):
        hits = engine.search(asked, k)
        assert len(hits) == min(k, clauses) and len({hit.clause.clause_id for hit in hits}) == len(hits)
        assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


@pytest.mark.parametrize(
    "asked", ["使用岸电有什么规定？", "《岚江省港口条例》第三条", "港口条例是哪天发布的？", "港口和铁路哪个里程更长？"]
)
def test_a_filter_that_leaves_no_clause_gives_no_hit_and_a_refusal(engine, asked):
    nothing = Filters(document="没有这份文件")
    assert (
        engine.search(asked, 5, filters=nothing)
        == []
        == engine.related("鼓励港口经营人使用岸电等清洁能源。", 5, nothing)
    )
    answer = engine.ask(asked, filters=nothing)
    assert answer.refused and "没有可以检索的条款" in answer.sentences[0].text and answer.hits == answer.citations == ()


def test_of_a_comparison_under_a_filter_both_sides_hold_to_it(engine):
    query = understand("港口和铁路哪个里程更长？")
    assert query.sub_queries
    ranking = engine.rank(query, Filters(document="港口"))
    assert len(ranking.sub_rankings) == 2 and set(ranking.rows) == {
        row for side in ranking.sub_rankings for row in side.rows
    }
    assert ranking.rows and all("港口" in engine.document(engine.store.clauses[row]).title for row in ranking.rows)
    assert engine.ask("港口和铁路哪个里程更长？", filters=Filters(document="港口")).sentences


def test_names_of_a_list_are_told_though_some_of_their_clauses_were_no_candidates(tmp_path):
    from dataclasses import replace

    from rag.answering.evidence import passages

    zones = ["北部林区", "东部港区", "南部茶区", "西部矿区"]
    told = "".join(f"（{n}）{zone}。发展与{zone}相称的产业。\n" for n, zone in zip("一二三四", zones, strict=True))
    (tmp_path / "c").mkdir()
    (tmp_path / "c" / "a.txt").write_text(
        f"湾城发展规划\n一、总体要求\n坚持全域统筹。\n二、四个片区\n{told}", encoding="utf-8"
    )
    built(tmp_path / "c", tmp_path / "i")
    engine = engine_over(tmp_path / "i")
    query = understand("湾城的四个片区，分别叫什么？")
    ranking = engine.rank(query)
    left = next(row for row, clause in enumerate(engine.store.clauses) if "西部矿区" in clause.text)
    sentences = ranking.sentences.rows
    kept = np.array([engine.store.sentences[row][0] != left for row in sentences])
    fewer = replace(ranking.sentences, rows=sentences[kept], values=ranking.sentences.values[kept])
    ranking = replace(ranking, rows=[row for row in ranking.rows if row != left], sentences=fewer, meaning=fewer)
    found = passages(engine.store, query, ranking, engine.target_years)
    assert [zone in engine.store.sentence(p.sentence) for zone, p in zip(zones, found, strict=False)] == [True] * 4
