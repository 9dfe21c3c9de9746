"""Collections: folders of a corpus, asked together or separately."""

from dataclasses import replace

import pytest
from conftest import FakeEncoder, engine_over, quiet

from index import corpus
from index.build import build
from index.errors import BadInput
from index.limits import Limits
from index.settings import Settings
from index.store import Store
from page.filters import filters, in_words
from rag.collection import LOOSE, collection, collections
from rag.schema import Filters

FARM = "海州市农田管理办法\n海农发〔2021〕4号\n第一条 农田灌溉设施由乡镇维护。\n第二条 农田不得荒置。\n"
PORT = "海州市渔港管理办法\n海渔发〔2022〕7号\n第一条 渔港泊位由港务所调度。\n第二条 渔港设施定期维护。\n"


@pytest.fixture
def folders(tmp_path):
    for name, text in (("农业/农田.txt", FARM), ("港口/渔港.txt", PORT)):
        path = tmp_path / "corpus" / name
        path.parent.mkdir(parents=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path


def indexed(paths, root):
    build(paths, root, FakeEncoder, rebuild=False, progress=quiet)
    return engine_over(root)


def test_first_folders_of_the_corpus_are_collections_and_narrow_a_search(folders):
    engine = indexed([folders / "corpus"], folders / "index")
    assert collections(engine.store.documents.values()) == ["农业", "港口"]
    hits = engine.search("设施由谁维护", filters=Filters(collection="港口"))
    assert hits and {collection(hit.document) for hit in hits} == {"港口"}
    assert {collection(h.document) for h in engine.search("设施由谁维护")} == {"农业", "港口"}
    assert engine.related("渔港设施定期维护", 5, Filters(collection="没有")) == []


def test_several_corpus_folders_are_collections_of_their_own(folders):
    paths = [folders / "corpus" / "农业", folders / "corpus" / "港口"]
    engine = indexed(paths, folders / "index")
    assert collections(engine.store.documents.values()) == ["农业", "港口"]


def test_what_lies_in_a_zip_or_beside_the_folders_is_no_collection(sample):
    document = next(iter(sample.values())).document
    named = {file: collection(replace(document, file=file)) for file in ("a.txt", "包.zip/甲.txt", "夹/包.zip/甲.txt")}
    assert named == {"a.txt": LOOSE, "包.zip/甲.txt": LOOSE, "夹/包.zip/甲.txt": "夹"}
    assert collections([document]) == []


def test_the_settings_name_further_folders_and_two_of_one_name_are_refused(monkeypatch, tmp_path):
    monkeypatch.setenv("TIAOWEN_COLLECTIONS", f"{tmp_path / '甲'}:{tmp_path / '乙'}")
    settings = Settings(corpus=tmp_path / "丙")
    assert [path.name for path in settings.corpora] == ["丙", "甲", "乙"]
    with pytest.raises(BadInput, match="同名"):
        _ = Settings(corpus=tmp_path / "x" / "甲").corpora


def test_files_are_added_into_a_folder_and_replace_their_older_text_there(folders):
    root, home = folders / "index", folders / "corpus"
    indexed([home], root)
    new = folders / "新农田.txt"
    new.write_text(FARM.replace("不得荒置", "不得抛荒"), encoding="utf-8")
    change = corpus.add([new], home, root, Limits(), into="农业")
    assert change.added == ("农业/新农田.txt",) and change.moved == ("农业/农田.txt",)
    assert (home / "农业" / "新农田.txt").is_file() and not (home / "农业" / "农田.txt").exists()


def test_of_several_folders_each_knows_its_own_documents(folders):
    paths = [folders / "corpus" / "农业", folders / "corpus" / "港口"]
    indexed(paths, folders / "index")
    entries = corpus.documents_in(paths[1], Store.open(folders / "index"))
    assert [entry.file for entry in entries] == ["渔港.txt"]
    change = corpus.remove(["海渔发〔2022〕7号"], paths[1], folders / "index")
    assert change.moved == ("渔港.txt",)


def test_the_panel_makes_the_filter_and_says_it():
    chosen = filters("", "", None, None, None, None, None, "港口")
    assert chosen == Filters(collection="港口") and in_words(chosen) == "文件集“港口”"
