"""Documents into and out of the corpus from the page: staged, checked, one change at a time, errors in plain words."""

import threading
from pathlib import Path

import pytest
from conftest import built, engine_over

from index.corpus import Change
from index.errors import BadInput
from index.limits import Limits
from index.load import pool
from index.load.listing import listed
from page import adding, staging
from page.keeping import BUSY, Keeper
from rag.live import Live

FARM = "海州市农田管理办法\n海农发〔2021〕4号\n第一条 农田灌溉设施由乡镇维护。\n第二条 农田不得荒置。\n"
PORT = "海州市渔港管理办法\n海渔发〔2022〕7号\n第一条 渔港泊位由港务所调度。\n第三条 渔港设施定期维护。\n"


@pytest.fixture
def live(tmp_path):
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "农田.txt").write_text(FARM, encoding="utf-8")
    built(tmp_path / "corpus", tmp_path / "index")
    return Live(engine_over(tmp_path / "index", corpus=tmp_path / "corpus", var=tmp_path / "var"))


def file(folder, name, text):
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name


def ended(work):
    assert work.wait(60)
    return work


def titles(live):
    return sorted(document.title for document, _, _ in live.now().documents())


def test_a_file_is_added_and_removed_and_the_open_engine_moves(live, tmp_path):
    keeper = Keeper(live)
    (corpus,) = keeper.corpora
    work = ended(keeper.add([file(tmp_path / "new", "渔港.txt", PORT)], corpus))
    assert work.error == "" and work.change.added == ("渔港.txt",) and work.summary.documents == 2
    assert titles(live) == ["海州市农田管理办法", "海州市渔港管理办法"]
    told = adding.done(work.change, live.now().store.report, corpus)
    assert "已加入：渔港.txt" in told and "编号由“第一条”到“第三条”" in told
    work = ended(keeper.remove("农田.txt"))
    assert titles(live) == ["海州市渔港管理办法"] and "corpus-已移出" in adding.done(work.change, None, corpus)
    assert (tmp_path / "corpus-已移出" / "农田.txt").is_file()


def test_only_one_change_is_under_way_and_the_second_is_told(live, tmp_path, monkeypatch):
    keeper, held = Keeper(live), threading.Event()
    monkeypatch.setattr("page.keeping.add", lambda *_: held.wait(30) and Change())
    work = keeper.add([tmp_path], keeper.corpora[0])
    with pytest.raises(BadInput, match=BUSY):
        keeper.remove("农田.txt")
    held.set()
    assert ended(work).error == "" and not keeper.busy


def test_the_last_document_cannot_be_removed_and_a_bug_is_told_in_plain_words(live, monkeypatch, capsys):
    keeper = Keeper(live)
    assert "没有可读的文件" in ended(keeper.remove("农田.txt")).error
    assert titles(live) == ["海州市农田管理办法"]

    def broken(*_):
        raise RuntimeError("a bug")

    monkeypatch.setattr("page.keeping.remove", broken)
    (live.now().settings.corpus / "农田.txt").write_text(FARM, encoding="utf-8")
    assert "程序内部出错" in ended(keeper.remove("农田.txt")).error and "a bug" in capsys.readouterr().err


def test_an_index_of_other_folders_is_not_changed_from_the_page(live, tmp_path):
    live.now().settings.corpus = tmp_path / "elsewhere"
    with pytest.raises(BadInput, match="不是从设置中的文件夹建立"):
        _ = Keeper(live).corpora


def test_of_a_container_the_whole_is_named(live, tmp_path):
    (tmp_path / "corpus" / "包.zip").write_bytes(b"")
    assert Keeper(live).place("包.zip/内/甲.txt") == (tmp_path / "corpus", "包.zip")


def test_uploads_keep_their_names_and_leave_their_place(tmp_path):
    sent = [
        staging.Upload(file(tmp_path / "up", f"{n}", PORT), name)
        for n, name in enumerate(["渔〔1〕.txt", "a/b/渔〔1〕.txt"])
    ]
    staged = staging.stage(sent, tmp_path / "room", 5)
    assert [path.name for path in staged] == ["渔〔1〕.txt", "渔〔1〕-2.txt"]
    assert not any(upload.path.exists() for upload in sent)
    staging.discard(staged)
    assert not any(path.parent.exists() for path in staged)


@pytest.mark.parametrize(
    ("name", "size", "word"),
    [
        ("程序.exe", 9, "不是可以收录的格式"),
        ("大.txt", 3 * 2**20, "超过每个文件 2 MiB"),
        ("空.txt", 0, "空文件"),
        ("无后缀", 9, "不是可以"),
    ],
)
def test_what_may_not_be_uploaded_is_refused_and_deleted(tmp_path, name, size, word):
    sent = staging.Upload(file(tmp_path / "up", "x", "a" * size), name)
    with pytest.raises(BadInput, match=word):
        staging.stage([sent], tmp_path / "room", 2)
    assert not sent.path.exists()


def test_too_many_and_odd_names(tmp_path):
    many = [staging.Upload(file(tmp_path / "up", str(n), "甲"), f"{n}.txt") for n in range(staging.MOST + 1)]
    with pytest.raises(BadInput, match="一次最多加入"):
        staging.stage(many, tmp_path / "room", 2)
    odd = staging.Upload(file(tmp_path / "up", "y", "甲"), "..\\..\\.~$坏:名" + "长" * 200 + ".txt")
    (path,) = staging.stage([odd], tmp_path / "room", 2)
    assert path.name.startswith("坏_名") and path.name.endswith(".txt") and len(path.name.encode()) < 200


def test_a_check_shows_what_would_be_read_with_gaps_and_doubts(tmp_path):
    path = file(tmp_path / "up", "渔港.txt", PORT)
    (_, outcome), *_ = pool.taken(listed(Path(path))[0], Limits())
    told = adding.checked(adding.Checked(outcome.contents, (("坏.pdf", "无法打开"),)))
    for word in (
        "将读出 1 份文件、",
        "海州市渔港管理办法",
        "海渔发〔2022〕7号",
        "编号由“第一条”到“第三条”",
        "渔港泊位",
        "坏.pdf：无法打开",
    ):
        assert word in told
    assert "没有可以加入的文件" in adding.checked(adding.Checked((), (("坏.pdf", "无法打开"),)))


def test_who_may_only_read_is_offered_nothing_and_refused(live, tmp_path):
    import gradio as gr

    from page.changing import changing

    with gr.Blocks():
        reader = changing(live, Keeper(live), lambda request: False)
    assert reader.offered(None).visible is False
    assert "不能增减文件" in reader._check([], [], None)[0]
    ((told, *_),) = reader._add([str(file(tmp_path / "new", "渔港.txt", PORT))], None, None)
    assert "不能增减文件" in told and titles(live) == ["海州市农田管理办法"]
    ((told, *_),) = reader.remove("x", None, str, str)
    assert "不能增减文件" in told
