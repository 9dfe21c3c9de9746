"""The record: complete, append-only, chained, pruned without a break, exported."""

import csv
import io
import sqlite3
from datetime import date
from types import SimpleNamespace

import pytest
from conftest import FakeChat, built, engine_over

from index.errors import BadInput, TiaowenError
from rag.live import Live
from rag.relating.related import related_by_clause
from rag.schema import Filters
from serve.asking import Guarded
from serve.audit import Audit, BrokenChain
from serve.house import House, Mode
from serve.people import Person


def filled(path, count=5):
    audit = Audit(path)
    for number in range(count):
        audit.record("李丽", "page", "ask", f"问题{number}", {"clauses": [f"c{number}"]}, {"chat": "m"}, "gen-1")
    return audit


def tampered(path, *statements):
    """Change the file as someone would who has it, triggers and all."""
    with sqlite3.connect(path) as db:
        for name in ("entries_stay", "anchored", "anchors_stay", "anchors_kept"):
            db.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            db.execute(statement)
    db.close()


def test_an_untouched_record_verifies_and_goes_on_after_reopening(tmp_path):
    first = filled(tmp_path / "a.sqlite")
    head = first.verify()
    first.close()
    again = filled(tmp_path / "a.sqlite", 1)
    assert head.seq == 5 and again.verify(str(head)).seq == 6


@pytest.mark.parametrize(
    ("statement", "place"),
    [
        ("UPDATE entries SET asked = '别的' WHERE seq = 3", 3),
        ("UPDATE entries SET given = '{}' WHERE seq = 5", 5),
        ("DELETE FROM entries WHERE seq = 2", 2),
        ("DELETE FROM entries WHERE seq = 1", 1),
    ],
)
def test_what_was_changed_or_taken_out_is_named(tmp_path, statement, place):
    filled(tmp_path / "a.sqlite").close()
    tampered(tmp_path / "a.sqlite", statement)
    with pytest.raises(BrokenChain, match=f"第 {place} 条"):
        Audit(tmp_path / "a.sqlite").verify()


def test_a_record_cut_short_is_found_by_the_head_noted_before(tmp_path):
    audit = filled(tmp_path / "a.sqlite")
    noted = str(audit.verify())
    audit.close()
    tampered(tmp_path / "a.sqlite", "DELETE FROM entries WHERE seq > 3")
    assert Audit(tmp_path / "a.sqlite").verify().seq == 3
    with pytest.raises(BrokenChain, match="第 5 条"):
        Audit(tmp_path / "a.sqlite").verify(noted)
    with pytest.raises(BadInput):
        Audit(tmp_path / "a.sqlite").verify("五")


def test_the_file_refuses_changes_made_without_effort(tmp_path):
    filled(tmp_path / "a.sqlite").close()
    db = sqlite3.connect(tmp_path / "a.sqlite")
    for statement in ("UPDATE entries SET user = ''", "DELETE FROM entries"):
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            db.execute(statement)
    db.close()


def test_pruning_keeps_the_rest_verifiable(tmp_path, monkeypatch):
    days = iter([f"2026-01-0{n}T09:00:00+08:00" for n in range(1, 6)] + ["2026-02-01T09:00:00+08:00"] * 9)
    monkeypatch.setattr("serve.audit._now", lambda: next(days))
    audit = filled(tmp_path / "a.sqlite")
    early = str(audit.verify())
    assert audit.prune(date(2026, 1, 4)) == 3
    head = audit.verify(early)
    assert head.seq == 6 and audit.prune(date(2026, 1, 4)) == 0
    assert audit.prune(date(2026, 2, 2)) == 3  # all of it, the entry about the first pruning too
    assert audit.verify(str(head)).seq == 7
    audit.record("乙", "api", "ask", "又问", {}, {}, "gen-1")
    assert audit.verify().seq == 8


def test_export_writes_every_entry_and_no_formula(tmp_path):
    audit = filled(tmp_path / "a.sqlite", 2)
    audit.record("丙", "api", "ask", '=HYPERLINK("x")', {}, {}, "gen-1")
    target = io.StringIO()
    assert audit.export(target) == 3
    rows = list(csv.DictReader(io.StringIO(target.getvalue())))
    assert rows[0]["asked"] == "问题0" and rows[2]["asked"].startswith("'=")


def test_an_answer_is_recorded_with_what_was_given_by_what_before_it_is_shown(sample_root, tmp_path):
    engine = engine_over(sample_root, FakeChat(), var=tmp_path)
    house = House(engine.settings, Live(engine), Mode.OPEN, audit=Audit(tmp_path / "a.sqlite"))
    guarded = Guarded(house, "page", lambda: Person("李丽", "reader"))
    for event in guarded.now().ask_stream("岚城至湾城城际铁路全长多少公里？"):
        rows = house.audit._db.rows("SELECT * FROM entries")
        assert len(rows) == (event.stage == "done")
    (row,) = rows
    assert (row["user"], row["door"], row["kind"]) == ("李丽", "page", "ask")
    assert event.answer.citations[0].clause.clause_id in row["given"] and event.answer.sentences[0].text in row["given"]
    assert "fake-1" in row["models"] and row["generation"] == engine.store.folder.name
    guarded.now().related("推动城际铁路建设，统一检票标准。", 3)
    related_by_clause(guarded.now(), "推动城际铁路建设，统一检票标准。", 3, Filters())
    asked = guarded.now().asked_by("王强").ask_stream("岚城至湾城城际铁路全长多少公里？")
    next(asked)
    asked.close()
    rows = house.audit._db.rows("SELECT * FROM entries ORDER BY seq")
    assert [(r["kind"], r["user"]) for r in rows[1:]] == [("related", "李丽"), ("related", "李丽"), ("ask", "王强")]
    assert '"evidence"' in rows[3]["given"] and rows[1]["given"] == rows[2]["given"] != "[]"


def test_documents_added_and_removed_in_the_page_are_on_record_with_who_did_it(tmp_path):
    import gradio as gr

    from page.changing import Changing
    from page.keeping import Keeper

    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "农田.txt").write_text("海州市农田管理办法\n第一条 农田不得荒置。\n", encoding="utf-8")
    (tmp_path / "staged").mkdir()
    (tmp_path / "staged" / "渔港.txt").write_text(
        "海州市渔港管理办法\n第一条 渔港泊位由港务所调度。\n", encoding="utf-8"
    )
    built(tmp_path / "corpus", tmp_path / "index")
    engine = engine_over(tmp_path / "index", corpus=tmp_path / "corpus", var=tmp_path / "var")
    house = House(engine.settings, Live(engine), Mode.OPEN, audit=Audit(tmp_path / "a.sqlite"))
    guarded = Guarded(house, "page", lambda: Person("无人", "reader"))
    request = SimpleNamespace(username="李丽", client=SimpleNamespace(host="192.0.2.7"))
    with gr.Blocks():
        changing = Changing(guarded, Keeper(guarded), lambda _: True)
    told = list(changing._add([str(tmp_path / "staged" / "渔港.txt")], None, request))[-1][0]
    assert "已加入：渔港.txt" in told
    (farm,) = [d.doc_id for d, _, _ in house.live.now().documents() if "农田" in d.title]
    told = list(changing.remove(farm, request, str, str))[-1][2]
    assert "已移到" in told
    rows = house.audit._db.rows("SELECT * FROM entries ORDER BY seq")
    assert [(r["user"], r["door"], r["kind"], r["asked"]) for r in rows] == [
        ("李丽", "page", "documents.add", "渔港.txt"),
        ("李丽", "page", "documents.remove", "农田.txt"),
    ]
    assert '"added":["渔港.txt"]' in rows[0]["given"] and house.audit.verify().seq == 2


def test_what_cannot_be_recorded_is_not_answered(sample_root, tmp_path):
    engine = engine_over(sample_root, FakeChat(), var=tmp_path)
    house = House(engine.settings, Live(engine), audit=Audit(tmp_path / "a.sqlite"))
    house.audit._db._db.execute("PRAGMA query_only = ON")
    with pytest.raises(TiaowenError, match="写不进"):
        Guarded(house, "page", lambda: Person("", "reader")).now().ask("岚城至湾城城际铁路全长多少公里？")
