"""A short run of tests/durability.py: kills, damage, failing writes, clocks and two writers break no index and no batch.

In a process of its own: the harness forks, and puts a reader without processes in the pool's place.
"""

import subprocess
import sys

import pytest
from conftest import ROOT

from index import journal
from index.store import current, previous, sweep


def test_nothing_that_happens_to_a_machine_breaks_an_index_or_a_batch():
    short = ["--kills", "12", "--damages", "16", "--every", "25"]
    done = subprocess.run(
        [sys.executable, str(ROOT / "tests" / "durability.py"), *short], capture_output=True, text=True, timeout=600
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]


def test_the_generation_before_is_kept_and_older_ones_are_swept(tmp_path):
    for name in ("gen-" + "a" * 16, "gen-" + "b" * 16, "gen-" + "c" * 16, "building-1"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "manifest.json").write_text("{}", encoding="utf-8")
    (tmp_path / "CURRENT").write_text("gen-" + "a" * 16, encoding="ascii")
    kept = previous(tmp_path)
    sweep(tmp_path)
    assert {p.name for p in tmp_path.iterdir()} == {"CURRENT", current(tmp_path).name, kept.name}


@pytest.mark.parametrize("damage", [b"", b"SQLite format 3\0" + bytes(84), b"x" * 5000])
def test_a_journal_that_is_none_is_thrown_away(tmp_path, damage):
    (tmp_path / journal.NAME).write_bytes(damage)
    opened = journal.Journal(tmp_path, "code", anew=False)
    assert opened.taken("a.txt", "0") is None and opened.known(["k"]) == set()
    opened.close(done=True)
    assert list(tmp_path.iterdir()) == []


def test_what_a_journal_no_longer_holds_as_it_was_written_is_read_again(tmp_path):
    opened = journal.Journal(tmp_path, "code", anew=False)
    opened.keep_taken("a.txt", "0", ())
    assert opened.taken("a.txt", "0") == ()
    opened._db.execute("UPDATE taken SET contents = '[ ]'")
    assert opened.taken("a.txt", "0") is None
    opened.close(done=True)
