"""Everyday words find their official names; the lexicon itself is clean."""

import re
from pathlib import Path

from conftest import built, engine_over

from rag.query import spoken
from rag.retrieval.fusion import Fusion, Parts

LINES = [line for line in Path(spoken.__file__).with_name("spoken.tsv").read_text("utf-8").splitlines() if line[:1] != "#"]


def test_everyday_words_are_named_as_documents_name_them_each_once():
    found = spoken.official("我爸看病，外地看病怎么报销？")
    assert "就医" in found and "异地就医" in found and len(found) == len(set(found))
    assert spoken.official("第一条　为了规范行为，制定本办法。") == []


def test_the_longest_everyday_word_decides():
    assert set(spoken.official("外地看病")).isdisjoint(set(spoken.official("看病")) - set(spoken.official("外地看病")))


def test_every_line_of_the_lexicon_names_everyday_words_once():
    seen = set()
    for line in LINES:
        everyday, official = line.split("\t")
        for word in everyday.split("|"):
            assert re.fullmatch(r"[^\s|]{2,8}", word) and word not in seen, line
            seen.add(word)
        assert all(re.fullmatch(r"[^\s|]{2,10}", word) for word in official.split("|")), line


def test_an_everyday_question_is_brought_nearer_to_the_clause_in_official_words(tmp_path):
    (tmp_path / "c").mkdir()
    text = "某省便民方案\n第一条　推进异地就医费用直接结算。\n第二条　加强病虫害防治。\n第三条　办好社区食堂。\n第四条　修缮航道。\n"
    (tmp_path / "c" / "a.txt").write_text(text, encoding="utf-8")
    built(tmp_path / "c", tmp_path / "i")
    engine = engine_over(tmp_path / "i")
    (row,) = (row for row, clause in enumerate(engine.store.clauses) if "就医" in clause.text)
    asked = "老人在外地看病要自己垫钱吗"
    without, with_names = (Fusion(engine.store, engine.encoder, Parts(spoken=w)).scores(asked).fused for w in (0.0, 0.2))
    assert with_names[row] - with_names.mean() > without[row] - without.mean()
    pasted = Fusion(engine.store, engine.encoder, Parts(spoken=9.0)).scores(asked, pasted=True).fused
    assert pasted[row] < with_names[row]  # a paste is in a document's own words already
