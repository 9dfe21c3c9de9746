"""The ablation over several sets: sets opened by name, each part off in turn, one table."""

import json

import pytest
from conftest import SAMPLE, FakeEncoder, built

from eval import ablation
from eval.ablation import evaluate
from eval.retrieval_sets import open_set
from index.errors import BadInput
from index.settings import Settings

QUESTION = {
    "id": "q1",
    "type": "fact",
    "question": "危险货物作业要提前多久报告？",
    "evidence": [{"doc": "岚江省港口条例", "quote": "作业前二十四小时"}],
}
PASTE = {
    "id": "r1",
    "paste": "鼓励港口经营人使用岸电等清洁能源。",
    "expect": [{"doc": "岚江省港口条例", "quote": "岸电"}],
}
CORPUS = [
    {"_id": f"d{n}", "title": f"第{n}号码头", "text": f"第{n}号码头停靠{n}万吨船舶，由渔政站管理。"} for n in range(6)
]


@pytest.fixture
def settings(tmp_path, monkeypatch):
    built(SAMPLE, tmp_path / "index")
    own = Settings(index=tmp_path / "index", var=tmp_path, chat_model="")
    monkeypatch.setattr(ablation, "load_settings", lambda: own)
    monkeypatch.setattr("index.encoder.open_encoder", lambda settings: FakeEncoder())
    return own


def lines(path, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
    return path


def beir(folder):
    lines(folder / "corpus.jsonl", CORPUS)
    lines(folder / "queries.jsonl", [{"_id": "a", "text": "3号码头停靠多大的船？"}, {"_id": "b", "text": "5号码头"}])
    (folder / "qrels").mkdir()
    (folder / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\na\td3\t1\nb\td5\t1\n", encoding="utf-8")
    return folder


def test_every_part_is_measured_on_every_set(settings, tmp_path):
    questions, pastes = lines(tmp_path / "own.jsonl", [QUESTION] * 2), lines(tmp_path / "pastes.jsonl", [PASTE] * 2)
    evaluate([str(questions), f"{pastes}@{SAMPLE}", str(beir(tmp_path / "piers"))], tmp_path / "ABLATION.md")
    text = (tmp_path / "ABLATION.md").read_text(encoding="utf-8")
    assert "| ranking | own | pastes | piers | |" in text
    assert (
        "without BM25" in text and "pastes: no feedback" in text and "named by 文号" not in text.split("| ranking")[0]
    )
    row = next(line for line in text.splitlines() if line.startswith("| whole"))
    assert row.count("/1.000/") + row.count("1.000 |") >= 2


def test_quotes_are_found_without_punctuation_and_topics_are_drawn_evenly(settings, tmp_path):
    bare = QUESTION | {"evidence": [{"doc": "x", "quote": "危险货物的名称数量和作业地点"}]}
    file = lines(tmp_path / "many.jsonl", [bare] * 10)
    opened = open_set(str(file), settings, FakeEncoder(), 4, lambda *a: None)
    assert len(opened.topics) == 4
    rows = [row for row, clause in enumerate(opened.store.clauses) if "作业前二十四小时" in clause.text]
    assert opened.topics[0].score(rows)["recall@1"] == 1.0


def test_a_set_without_topics_and_a_file_that_is_none_are_named(settings, tmp_path):
    for rows in ([], [{"id": "x", "question": "？", "evidence": []}]):
        with pytest.raises(BadInput, match="没有可以评测检索的题目"):
            open_set(str(lines(tmp_path / "none.jsonl", rows)), settings, FakeEncoder(), 9, lambda *a: None)
    with pytest.raises(BadInput, match="无法读取"):
        open_set(str(tmp_path / "absent.jsonl"), settings, FakeEncoder(), 9, lambda *a: None)
