"""BEIR sets: checked on reading, ranked by document, scored as ir-measures does, encoded once."""

from __future__ import annotations

import json

import numpy as np
import pytest
from conftest import FakeEncoder
from test_token_index import WordEncoder

from eval import beir
from eval.beir_set import Entry, read
from eval.vectors import CachedEncoder
from index.errors import BadInput

CORPUS = [
    {
        "_id": "d1",
        "title": "甲办法",
        "text": "第一条 为了规范公租房管理，制定本办法。\n第二条 家庭年收入低于5万元的可以申请公租房。",
    },
    {"_id": "d2", "title": "乙办法", "text": "第一条 为了保护水库，制定本办法。\n第二条 水库周边一公里内不得养殖。"},
    {"_id": "d3", "title": "", "text": "第一条 高速公路每十公里设置服务标志。"},
]
QUERIES = [
    {"_id": "a", "text": "申请公租房的收入条件"},
    {"_id": "b", "text": "水库周边可以养殖吗"},
    {"_id": "c", "text": "无判定"},
]
QRELS = "query-id\tcorpus-id\tscore\na\td1\t1\nb\td2\t2\nb\td1\t0\n"


def folder(tmp_path, corpus=CORPUS, queries=QUERIES, qrels=QRELS):
    root = tmp_path / "set"
    (root / "qrels").mkdir(parents=True, exist_ok=True)
    for name, rows in (("corpus", corpus), ("queries", queries)):
        text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        (root / f"{name}.jsonl").write_text(text, encoding="utf-8")
    (root / "qrels" / "test.tsv").write_text(qrels, encoding="utf-8")
    return root


@pytest.fixture
def fake(monkeypatch, tmp_path):
    encoder = FakeEncoder()
    monkeypatch.setenv("TIAOWEN_VAR", str(tmp_path / "var"))
    monkeypatch.setattr("index.encoder.open_encoder", lambda settings: encoder)
    return encoder


@pytest.mark.parametrize("split", ["always", "never"])
def test_a_set_is_indexed_searched_and_scored(tmp_path, fake, split, capsys):
    report = beir.evaluate(folder(tmp_path), split, None, None)
    assert report["documents"] == 3 and report["queries"] == 2
    assert report["clauses"] == 3 if split == "never" else report["clauses"] >= 5
    assert report["systems"]["ours"]["nDCG@10"]["value"] == 1 and set(report["systems"]) > {"ours", "dense"}
    assert (
        json.loads((tmp_path / "var" / "eval" / "beir-set" / "report.json").read_text(encoding="utf-8"))["set"] == "set"
    )
    assert "nDCG@10" in capsys.readouterr().out


def test_a_second_run_encodes_nothing(tmp_path, fake):
    beir.evaluate(folder(tmp_path), "always", None, None)
    first = fake.encoded
    beir.evaluate(folder(tmp_path), "always", None, None)
    beir.evaluate(folder(tmp_path), "always", None, tmp_path / "elsewhere")
    assert first > 0 and fake.encoded == first
    changed = [*CORPUS[:2], {**CORPUS[2], "text": "第一条 变了。"}]
    beir.evaluate(folder(tmp_path, changed), "always", None, None)
    assert fake.encoded == first + 1


def test_long_documents_are_cut_and_short_ones_are_not(tmp_path, fake):
    assert beir.evaluate(folder(tmp_path), "auto", None, None)["split"] is False
    long = [{**row, "text": row["text"] + "\n第三条 " + "其他规定。" * 100} for row in CORPUS]
    assert beir.evaluate(folder(tmp_path, long), "auto", None, None)["split"] is True


def test_a_cut_document_keeps_its_title_and_its_entry():
    documents, clauses, owner = beir.clauses_of([Entry("d1", "甲办法", CORPUS[0]["text"])], True, lambda *_: None)
    assert {d.title for d in documents} == {"甲办法"} and {owner[c.doc_id] for c in clauses} == {"d1"}


def test_scores_are_by_query_and_missing_results_count():
    values = beir.per_query({"a": {"x": 1, "y": 2}, "b": {"z": 1}}, {"a": ["y", "n", "x"], "b": []})
    gain = 2 + 1 / np.log2(4)
    assert values["nDCG@10"] == [pytest.approx(gain / (2 + 1 / np.log2(3))), 0]
    assert values["R@5"] == [1, 0] and values["RR@10"] == [1, 0]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"qrels": "a\td1\t1\nx\td1\t1\n"}, "第 2 行：queries.jsonl 中没有 x"),
        ({"qrels": "a\td9\t1\n"}, "第 1 行：corpus.jsonl 中没有 d9"),
        ({"qrels": "a\td1\n"}, "第 1 行|没有一个查询"),
        ({"qrels": "a\td1\t0\n"}, "没有一个查询有相关文档"),
        ({"corpus": [{"title": "无号"}]}, "缺少 _id"),
        ({"corpus": [CORPUS[0], CORPUS[0]]}, "重复"),
        ({"queries": [{"_id": "a", "text": 3}]}, "text 应为文字"),
    ],
)
def test_a_broken_set_is_refused_with_its_place(tmp_path, change, said):
    with pytest.raises(BadInput, match=said):
        read(folder(tmp_path, **change))


def test_a_missing_set_is_refused(tmp_path):
    with pytest.raises(BadInput, match="找不到"):
        read(tmp_path / "none")
    with pytest.raises(BadInput, match="dev.tsv"):
        read(folder(tmp_path), "dev")


def test_a_damaged_cache_is_named(tmp_path):
    (tmp_path / "v.sqlite").write_bytes(b"no database " * 100)
    with pytest.raises(BadInput, match="请删除它再运行"):
        CachedEncoder(FakeEncoder(), tmp_path / "v.sqlite")


def test_cached_vectors_are_those_of_the_encoder(tmp_path):
    encoder = FakeEncoder()
    texts, spans = ["水库周边不得养殖", "公租房", "水库周边不得养殖"], [[(0, 4), (4, 8)], [(0, 3)], [(0, 4), (4, 8)]]
    for _ in range(2):
        cached = CachedEncoder(encoder, tmp_path / "v.sqlite")
        read = cached.read_passages(texts, spans)
        cached.close()
    for own, expected in zip(read, encoder.read_passages(texts, spans), strict=True):
        assert np.array_equal(own.head, expected.head) and np.array_equal(own.parts, expected.parts)


@pytest.mark.parametrize("encoder", [FakeEncoder(), WordEncoder()])
def test_a_space_is_fitted_once_and_kept_with_what_was_read(tmp_path, encoder):
    texts, spans = ["水库周边不得养殖", "公租房"], [[(0, 4), (4, 8)], [(0, 3)]]
    read = []
    for _ in range(2):
        cached = CachedEncoder(encoder, tmp_path / "v.sqlite")
        before = encoder.encoded
        read.append(cached.read_and_fit(texts, spans))
        cached.close()
    (first, whitening), (second, again) = read
    assert encoder.encoded == before and (whitening is None) == (again is None) == (
        not isinstance(encoder, WordEncoder)
    )
    for one, other in zip(first, second, strict=True):
        assert np.array_equal(one.head, other.head) and np.array_equal(one.parts, other.parts)
        assert whitening is None or np.array_equal(one.tokens.vectors, other.tokens.vectors)
    assert whitening is None or np.array_equal(whitening.axes, again.axes)
