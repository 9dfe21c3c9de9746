"""What people have written is backed up as it is at one moment, and put back whole or not at all."""

import sqlite3
import threading

import pytest

from index.errors import BadInput
from rag.backup import MANIFEST, backup, databases, restore


@pytest.fixture
def var(tmp_path):
    folder = tmp_path / "var"
    for name in ("desk.sqlite", "server/audit.sqlite", "index/gen-1/clauses.sqlite", "journal.sqlite"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        with sqlite3.connect(folder / name) as db:
            db.execute("PRAGMA journal_mode = WAL")
            db.execute("CREATE TABLE rows (value INTEGER)")
            db.executemany("INSERT INTO rows VALUES (?)", ((n,) for n in range(100)))
        db.close()
    return folder


def rows(path):
    db = sqlite3.connect(path)
    found = db.execute("SELECT count(*), sum(value) FROM rows").fetchone()
    db.close()
    return found


def test_what_can_be_made_again_is_left_out(var):
    assert [p.relative_to(var).as_posix() for p in databases(var)] == ["desk.sqlite", "server/audit.sqlite"]


def test_a_backup_put_back_is_what_was_there_and_what_it_replaces_is_kept(var, tmp_path):
    made = backup(var, tmp_path / "safe")
    with sqlite3.connect(var / "desk.sqlite") as db:
        db.execute("DELETE FROM rows WHERE value > 10")
    db.close()
    assert restore(var, made) == ["desk.sqlite", "server/audit.sqlite"]
    assert rows(var / "desk.sqlite") == (100, 4950)
    (before,) = (var / "backups").iterdir()
    assert rows(before / "desk.sqlite") == (11, 55)
    assert not list(tmp_path.rglob("*.part"))


def test_a_database_that_is_written_to_is_copied_as_of_one_moment(var, tmp_path):
    stop = threading.Event()

    def write():
        db = sqlite3.connect(var / "desk.sqlite", timeout=20)
        while not stop.is_set():
            with db:
                db.execute("INSERT INTO rows VALUES (1)")
                db.execute("INSERT INTO rows VALUES (-1)")
        db.close()

    writer = threading.Thread(target=write, daemon=True)
    writer.start()
    try:
        sums = [rows(backup(var, tmp_path / "safe") / "desk.sqlite") for _ in range(5)]
    finally:
        stop.set()
        writer.join(60)
    assert all(count % 2 == 0 and total == 4950 for count, total in sums)


@pytest.mark.parametrize("damage", ["flip", "gone", "manifest"])
def test_a_damaged_backup_is_named_and_nothing_is_touched(var, tmp_path, damage):
    made = backup(var, tmp_path / "safe")
    file = made / (MANIFEST if damage == "manifest" else "server/audit.sqlite")
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.unlink() if damage == "gone" else file.write_bytes(data[:-9] if damage == "manifest" else data)
    with sqlite3.connect(var / "desk.sqlite") as db:
        db.execute("DELETE FROM rows")
    db.close()
    with pytest.raises(BadInput, match=file.name):
        restore(var, made)
    assert rows(var / "desk.sqlite") == (0, None) and not (var / "backups").exists()


def test_nothing_to_back_up_and_no_backup_are_said(tmp_path):
    with pytest.raises(BadInput, match="没有需要备份"):
        backup(tmp_path, tmp_path / "safe")
    with pytest.raises(BadInput, match="不是备份"):
        restore(tmp_path, tmp_path)
