"""The index on disk: swapped in whole, reused by content, refused when damaged."""

import os
import shutil
from dataclasses import replace

import pytest
from conftest import SAMPLE, FakeEncoder, built, quiet

from index import store
from index.build import build
from index.errors import BrokenIndex, CorpusError
from index.store import Store


@pytest.fixture
def corpus(tmp_path):
    folder = tmp_path / "corpus"
    shutil.copytree(SAMPLE, folder)
    return folder


def test_an_unchanged_corpus_embeds_nothing_and_a_changed_document_only_its_own_clauses(corpus, tmp_path):
    encoder = FakeEncoder()
    first = built(corpus, tmp_path / "i", encoder)
    assert first.documents == 7 and encoder.encoded == first.embedded == first.clauses
    again = built(corpus, tmp_path / "i", encoder)
    assert (again.changed, again.embedded, encoder.encoded) == (False, 0, first.clauses)
    statute = corpus / "04-岚江省港口条例.txt"
    statute.write_text(
        statute.read_text(encoding="utf-8").replace("岸电等清洁能源", "岸电等绿色能源"), encoding="utf-8"
    )
    assert built(corpus, tmp_path / "i", encoder).embedded == 1


def test_clauses_come_back_as_they_were_parsed(corpus, tmp_path, sample):
    built(corpus, tmp_path / "i")
    opened = Store.open(tmp_path / "i")
    parsed = {c.clause_id: c for p in sample.values() for c in p.clauses}
    # Where they stand on their pages is told of a whole file, after it is parsed.
    assert {c.clause_id: replace(c, places=()) for c in opened.clauses} == parsed
    assert any(c.places for c in opened.clauses)
    assert list(opened.documents.values()) == [p.document for p in sample.values()]


def test_a_build_that_dies_leaves_the_old_index_working(corpus, tmp_path, monkeypatch):
    built(corpus, tmp_path / "i")
    before = Store.open(tmp_path / "i").manifest
    (corpus / "new.txt").write_text("关于测试的说明\n这是新增的内容。\n", encoding="utf-8")
    monkeypatch.setattr(os, "replace", lambda *a: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    with pytest.raises(OSError, match="No space"):
        built(corpus, tmp_path / "i")
    assert Store.open(tmp_path / "i").manifest == before
    assert not list((tmp_path / "i").glob("building-*"))


def test_a_full_disk_is_told_as_such_and_leaves_the_old_index(corpus, tmp_path, monkeypatch):
    built(corpus, tmp_path / "i")
    (corpus / "new.txt").write_text("关于测试的说明\n这是新增的内容。\n", encoding="utf-8")

    def full(self, folder):
        raise RuntimeError("write error in sentences.faiss (No space left on device)")

    monkeypatch.setattr("index.dense.Dense.save", full)
    with pytest.raises(OSError, match="No space left"):
        built(corpus, tmp_path / "i")
    Store.open(tmp_path / "i")


def test_a_damaged_or_missing_index_is_refused_with_what_mends_it(corpus, tmp_path):
    with pytest.raises(BrokenIndex, match="python -m index"):
        Store.open(tmp_path / "none")
    built(corpus, tmp_path / "i")
    part = store.current(tmp_path / "i") / "clauses.sqlite"
    part.write_bytes(part.read_bytes()[:-100])
    with pytest.raises(BrokenIndex, match="clauses.sqlite.*python -m index"):
        Store.open(tmp_path / "i")
    assert built(corpus, tmp_path / "i").changed
    Store.open(tmp_path / "i")


def test_an_unreadable_file_is_reported_and_the_rest_indexed(corpus, tmp_path):
    (corpus / "bad.pdf").write_bytes(b"%PDF-1.7 broken")
    (corpus / "bad.txt").write_bytes(bytes(range(256)) * 20)
    (corpus / "empty.md").write_text("", encoding="utf-8")
    (corpus / "sheet.xlsx").write_bytes(b"PK")
    summary = built(corpus, tmp_path / "i")
    assert summary.documents == 7
    assert set(summary.skipped) == {"bad.pdf", "bad.txt", "empty.md", "sheet.xlsx"}


def test_an_empty_or_missing_corpus_is_an_error_and_keeps_the_index(corpus, tmp_path):
    built(corpus, tmp_path / "i")
    (tmp_path / "void").mkdir()
    for path in (tmp_path / "void", tmp_path / "nowhere"):
        with pytest.raises(CorpusError):
            build([path], tmp_path / "i", FakeEncoder, rebuild=False, progress=quiet)
    Store.open(tmp_path / "i")


def test_nothing_in_the_index_is_pickled(corpus, tmp_path):
    built(corpus, tmp_path / "i")
    for path in store.current(tmp_path / "i").rglob("*"):
        if path.is_file():
            assert not path.read_bytes().startswith(b"\x80"), path
            assert path.suffix in (".sqlite", ".faiss", ".npy", ".json"), path
