"""Everyday words find their official names; the lexicon itself is clean."""

import re
from pathlib import Path

from conftest import built, engine_over

from rag import spoken

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


def test_an_everyday_question_reaches_the_clause_in_official_words(tmp_path):
    (tmp_path / "c").mkdir()
    for name, text in {
        "a": "某省便民方案\n第一条　推进异地就医费用直接结算。\n第二条　加强病虫害防治。\n第三条　办好老年食堂。\n",
        "b": "某省产业方案\n第一条　做强医药产业。\n第二条　提升看板管理水平。\n第三条　各类企业一视同仁。\n",
    }.items():
        (tmp_path / "c" / f"{name}.txt").write_text(text, encoding="utf-8")
    built(tmp_path / "c", tmp_path / "i")
    assert "异地就医" in engine_over(tmp_path / "i").search("老人在外地看病要自己垫钱吗", 3)[0].clause.text
