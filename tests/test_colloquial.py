"""Everyday words are known under their official names; the lexicon itself is clean."""

import re
from pathlib import Path

from rag.words import colloquial

LINES = [
    line
    for line in Path(colloquial.__file__).with_name("colloquial.tsv").read_text("utf-8").splitlines()
    if line[:1] != "#"
]


def test_everyday_words_are_named_as_documents_name_them_each_once():
    found = colloquial.official("我爸看病，外地看病怎么报销？")
    assert "就医" in found and "异地就医" in found and len(found) == len(set(found))
    assert colloquial.official("第一条　为了规范行为，制定本办法。") == []


def test_the_longest_everyday_word_decides():
    assert set(colloquial.official("外地看病")).isdisjoint(
        set(colloquial.official("看病")) - set(colloquial.official("外地看病"))
    )


def test_every_line_of_the_lexicon_names_everyday_words_once():
    seen = set()
    for line in LINES:
        everyday, official = line.split("\t")
        for word in everyday.split("|"):
            assert re.fullmatch(r"[^\s|]{2,8}", word) and word not in seen, line
            seen.add(word)
        assert all(re.fullmatch(r"[^\s|]{2,10}", word) for word in official.split("|")), line
