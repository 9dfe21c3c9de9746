"""A living corpus: added, replaced, removed; only what changed is done again; versions and near-duplicates named."""

import shutil
import sqlite3
from contextlib import closing

import numpy as np
import pytest
from conftest import SAMPLE, FakeEncoder, built, engine_over, quiet

from index import carried, content, corpus, journal, lexical, store, structuring
from index.build import build
from index.errors import BadInput, BrokenIndex, CorpusError
from index.limits import Limits
from index.load import pool
from index.report import in_words
from index.store import Store
from index.terms import pairs
from rag.live import Live

FERRY = "云泽州渡口管理办法\n云泽政发〔2023〕5号\n云泽州人民政府\n\n第一条　为加强渡口管理，制定本办法。\n第二条　渡口应当设置标志。\n"


@pytest.fixture
def folder(tmp_path):
    shutil.copytree(SAMPLE, tmp_path / "corpus")
    return tmp_path / "corpus"


def write(path, text):
    path.write_text(text, encoding="utf-8")
    return path


def same_scores(a, b, questions):
    return all(
        np.array_equal(getattr(getattr(a, kind).scores(q), part), getattr(getattr(b, kind).scores(q), part))
        for kind in ("pairs", "sentence_pairs")
        for q in questions
        for part in ("rows", "scores")
    )


def test_an_updated_index_is_the_one_a_rebuild_gives(folder, tmp_path):
    built(folder, tmp_path / "i")
    (folder / "02-青白新区批复.txt").unlink()
    write(folder / "03a.txt", FERRY)
    built(folder, tmp_path / "i")
    built(folder, tmp_path / "j")
    updated, anew = Store.open(tmp_path / "i"), Store.open(tmp_path / "j")
    assert (
        updated.clauses == anew.clauses and updated.documents == anew.documents and updated.sentences == anew.sentences
    )
    assert updated.vector_keys == anew.vector_keys and updated.report == anew.report
    assert np.array_equal(updated.dense.clause_vectors(), anew.dense.clause_vectors())
    assert np.array_equal(updated.dense.sentence_vectors(), anew.dense.sentence_vectors())
    assert same_scores(updated, anew, ["渡口应当设置标志", "港口岸电", "人才公寓租金标准", "没有"])


def rows(root):
    """Every row of an index's SQLite file, by table."""
    with closing(sqlite3.connect(store.current(root) / "clauses.sqlite")) as db:
        names = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: sorted(db.execute(f"SELECT * FROM {name}"), key=repr) for name in names}


def test_what_is_copied_from_the_file_before_is_what_a_rebuild_writes(folder, tmp_path, monkeypatch):
    table = "云泽州{}清单\n任务如下，请落实。\n\n| 序号 | 事项 | 牵头单位 |\n|---|---|---|\n| 1 | {} | 州交通局 |\n| 2 | 检查 | 州水利局 |\n\n{}"
    listed = "重点做好两项工作：一是修缮渡口；二是检查船只。\n"
    for name in ("00", "03a", "03b", "zz"):
        write(folder / f"{name}.md", table.format(f"渡口{name}", f"修缮{name}", listed))
    built(folder, tmp_path / "i")
    (folder / "03a.md").unlink()
    write(folder / "03b.md", table.format("渡口03b", "拆除", ""))
    write(folder / "02a.md", table.format("渡口02a", "新建", listed))
    copied = []
    monkeypatch.setattr(structuring, "copy", lambda db, name, *a: copied.append(name) or carried.copy(db, name, *a))
    built(folder, tmp_path / "i")
    assert {"nodes", "tables", "cells", "lists"} <= set(copied)
    monkeypatch.undo()
    built(folder, tmp_path / "j")
    ours, theirs = rows(tmp_path / "i"), rows(tmp_path / "j")
    assert ours.keys() == theirs.keys() and all(ours[name] for name in ("nodes", "cells", "lists", "table_pairs"))
    for name, found in ours.items():
        assert found == theirs[name], name


def test_scores_are_those_of_bm25s(sample):
    import bm25s

    texts = [clause.text for parsed in sample.values() for clause in parsed.clauses] + ["", "。"]
    own, theirs = lexical.Lexical.build(texts, pairs), bm25s.BM25()
    theirs.index([pairs(text) or [""] for text in texts], show_progress=False)
    for question in ("港口经营人应当使用岸电", "二十四小时报告", texts[7]):
        scores = theirs.get_scores(pairs(question))
        found = own.scores(question)
        assert found.rows.tolist() == np.flatnonzero(scores).tolist()
        assert found.scores == pytest.approx(scores[found.rows], rel=1e-6)


def test_only_what_changed_is_parsed_cut_and_tokenised(folder, tmp_path, monkeypatch):
    built(folder, tmp_path / "i")
    write(folder / "new.txt", FERRY)
    read, cut = [], []
    taken, split = pool.taken, content.split_sentences
    monkeypatch.setattr(pool, "taken", lambda files, limits: read.extend(f.name for f in files) or taken(files, limits))
    monkeypatch.setattr(content, "split_sentences", lambda text: cut.append(text) or split(text))
    monkeypatch.setattr(content, "pairs", lambda text: cut.append(text) or pairs(text))
    summary = built(folder, tmp_path / "i")
    assert read == ["new.txt"] and summary.embedded == len(
        [c for c in Store.open(tmp_path / "i").clauses if c.source.file == "new.txt"]
    )
    assert cut and all("渡口" in text or "云泽" in text for text in cut)


class Dying(FakeEncoder):
    """Encodes some, then dies as if killed: what it did is not taken back by any clean-up of the build's own."""

    def __init__(self, calls):
        super().__init__()
        self.left = calls

    def read_passages(self, texts, spans, space=None, progress=None):
        if not self.left:
            raise SystemExit
        self.left -= 1
        return super().read_passages(texts, spans, space, progress)


def test_a_build_that_was_killed_goes_on_where_it_was(folder, tmp_path, monkeypatch):
    monkeypatch.setattr("index.vectors._KEPT", 300)
    monkeypatch.setattr("index.vectors._FITTED", 1000)
    dying = Dying(5)
    with pytest.raises(SystemExit):
        build([folder], tmp_path / "i", lambda: dying, rebuild=False, progress=quiet)
    assert dying.encoded and (tmp_path / "i" / journal.NAME).is_file()
    monkeypatch.setattr(pool, "taken", lambda files, limits: iter(()) if not files else pytest.fail("parsed again"))
    encoder = FakeEncoder()
    summary = built(folder, tmp_path / "i", encoder)
    whole = len(set(Store.open(tmp_path / "i").vector_keys))
    assert encoder.encoded == summary.embedded == whole - dying.encoded
    assert not (tmp_path / "i" / journal.NAME).exists() and not list((tmp_path / "i").glob("building-*"))


def test_a_damaged_journal_is_thrown_away(folder, tmp_path):
    (tmp_path / "i" / "building-1").mkdir(parents=True)
    (tmp_path / "i" / journal.NAME).write_bytes(b"no database" * 1000)
    assert built(folder, tmp_path / "i").documents == 7
    assert not (tmp_path / "i" / "building-1").exists()


def test_a_file_is_added_replaced_by_its_newer_text_and_removed_and_nothing_is_deleted(folder, tmp_path):
    root, outside = tmp_path / "i", tmp_path / "outside"
    outside.mkdir()
    built(folder, root)
    one = write(outside / "渡口.txt", FERRY)
    change = corpus.add([one], folder, root, Limits())
    assert change.added == ("渡口.txt",) and not change.moved and built(folder, root).documents == 8
    newer = write(outside / "渡口（新）.txt", FERRY + "第三条　渡口每年检查一次。\n")
    change = corpus.add([newer, write(outside / "空.txt", "")], folder, root, Limits())
    assert change.added == ("渡口（新）.txt",) and change.moved == ("渡口.txt",) and change.refused[0][0] == "空.txt"
    assert (corpus.beside(folder) / "渡口.txt").read_text(encoding="utf-8") == FERRY
    assert built(folder, root).documents == 8
    assert corpus.remove(["云泽州渡口管理办法"], folder, root).moved == ("渡口（新）.txt",)
    assert built(folder, root).documents == 7 and not (folder / "渡口（新）.txt").exists()
    assert not list(folder.glob(".*"))


def test_what_cannot_be_removed_says_why_and_nothing_is_moved(folder, tmp_path):
    root = tmp_path / "i"
    built(folder, root)
    before = sorted(path.name for path in folder.iterdir())
    both = next(file for file in before if file.startswith("01-"))
    title = next(d.title for d in Store.open(root).documents.values() if d.file == both)
    for name, why in (("没有的文件", "没有叫"), ("../outside.txt", "没有叫"), (title, "不能单独移出")):
        with pytest.raises(BadInput, match=why):
            corpus.remove([before[-1], name], folder, root)
    with pytest.raises(CorpusError, match="不是文件夹"):
        corpus.remove(["x"], folder / before[0], root)
    assert sorted(path.name for path in folder.iterdir()) == before


def test_versions_stay_beside_each_other_and_the_earlier_one_is_marked(folder, tmp_path):
    old = FERRY + "\n云泽州人民政府\n2021年3月1日\n"
    new = FERRY.replace("〔2023〕5号", "〔2024〕9号") + "第三条　渡口每年检查一次。\n\n云泽州人民政府\n2024年3月1日\n"
    root = tmp_path / "i"
    write(folder / "a.txt", old)
    built(folder, root)
    change = corpus.add([write(tmp_path / "b.txt", new)], folder, root, Limits())
    assert not change.moved
    built(folder, root)
    engine = engine_over(root)
    first, second = engine.find("云泽州渡口管理办法")
    assert engine.later(first) == second and engine.later(second) is None
    answer = engine.ask("云泽政发〔2023〕5号规定渡口应当设置什么？")
    cited = {citation.document.doc_id for citation in answer.citations}
    assert (first.doc_id in cited and second.doc_id not in cited) == any("同名文件" in note for note in answer.notes)


def test_the_report_tells_what_to_look_at(folder, tmp_path):
    write(folder / "a.txt", FERRY + "第五条　另有规定的从其规定。\n" + "渡口的船舶应当定期检验，并保持适航状态。\n" * 4)
    write(folder / "b.txt", FERRY + "第五条　另有规定的从其规定。\n" + "渡口的船舶应当定期检验，并保持适航状态。\n" * 4)
    (folder / "坏.pdf").write_bytes(b"%PDF-1.7 broken")
    summary = built(folder, tmp_path / "i")
    report = Store.open(tmp_path / "i").report
    told = "\n".join(in_words(report))
    assert report.totals["documents"] == summary.documents == 9 and report.totals["clauses"] == summary.clauses
    assert report.totals["refused"] == 1 and report.totals["alike"] >= 1 and summary.attention
    assert "坏.pdf：PDF 已损坏" in told and "编号由“第二条”到“第五条”，不连续" in told and "几乎相同" in told


def test_an_open_library_moves_to_the_new_index_and_the_old_one_stays_whole(folder, tmp_path):
    root = tmp_path / "i"
    built(folder, root)
    live = Live(engine_over(root))
    before = live.now()
    assert live.now() is before
    write(folder / "new.txt", FERRY)
    built(folder, root)
    after = live.now()
    assert after is not before and len(after.documents()) == len(before.documents()) + 1 and not live.failure
    assert after.encoder is before.encoder and after.__dict__["foreign_threshold"] == before.foreign_threshold
    assert before.search("渡口", 3) and live.now() is after
    part = store.current(root) / "clauses.sqlite"
    part.write_bytes(b"x")
    (root / "CURRENT").write_text(store.current(root).name)
    assert live.now() is after and "clauses.sqlite" in live.failure
    with pytest.raises(BrokenIndex):
        Store.open(root)


def test_an_open_library_judges_by_the_day_it_is(folder, tmp_path, monkeypatch):
    from datetime import date

    from rag import live as room

    built(folder, tmp_path / "i")
    live = Live(engine_over(tmp_path / "i"))
    before = live.now()

    class Tomorrow(date):
        @classmethod
        def today(cls):
            return date(2031, 1, 1)

    monkeypatch.setattr(room, "date", Tomorrow)
    assert before.as_of < live.now().as_of == date(2031, 1, 1)


def test_an_answer_from_a_file_that_is_gone_says_so(folder, tmp_path):
    root = tmp_path / "i"
    write(folder / "new.txt", FERRY)
    built(folder, root)
    (folder / "new.txt").unlink()
    answer = engine_over(root).ask("云泽州渡口管理办法的文号是什么？")
    assert any("new.txt 已不在文件夹中" in note for note in answer.notes)
    shutil.rmtree(folder)
    assert not any("已不在" in note for note in engine_over(root).ask("云泽州渡口管理办法的文号是什么？").notes)


def test_a_page_that_is_open_moves_to_the_new_index_by_itself_and_says_so(folder, tmp_path):
    from page.app import build as page_over

    root = tmp_path / "i"
    built(folder, root)
    page = page_over(Live(engine_over(root, corpus=folder, var=tmp_path / "var")))
    look = next(event for event in page.fns.values() if event.name == "looked")
    shown = [each.value for each in look.inputs]
    assert all(isinstance(update, dict) and "value" not in update for update in look.fn(*shown))
    write(folder / "new.txt", FERRY)
    built(folder, root)
    head, listed, choices, mark = look.fn(*shown)
    assert "文件库已更新：" in head and mark != shown[0] and root.joinpath("CURRENT").read_text() in mark
    assert "云泽州渡口管理办法" in str(listed) and "云泽州渡口管理办法" in str(choices.choices)
    assert all(isinstance(update, dict) for update in look.fn(mark, *shown[1:]))
