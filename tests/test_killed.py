"""A build that is killed (SIGKILL, at any moment) loses nothing it had read; a watched folder is followed by itself."""

import os
import queue
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest
from conftest import FakeEncoder, built, ended, quiet

from index.build import build
from index.journal import NAME
from index.load import pool
from index.store import Store

FILES = 60
TESTS = Path(__file__).parent
BUILD = "import sys; from pathlib import Path; from conftest import built; built(Path(sys.argv[1]), Path(sys.argv[2]))"
WATCH = """
import signal
import sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored where the tests themselves run in the background
import index.encoder
from conftest import FakeEncoder
index.encoder.open_encoder = lambda settings: FakeEncoder()
from index.__main__ import app
app([sys.argv[1], "--watch"])
"""


def rules(number, articles=8):
    body = "".join(
        f"第{'一二三四五六七八'[n]}条　第{number}号渡口每年检查{n + number}次，记入日志。\n" for n in range(articles)
    )
    return f"第{number}渡口管理办法\n\n{body}"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "corpus").mkdir()
    for number in range(FILES):
        (tmp_path / "corpus" / f"{number:03}.txt").write_text(rules(number), encoding="utf-8")
    return tmp_path / "corpus"


def child(code, *arguments, **more):
    environment = os.environ | {"PYTHONPATH": f"{TESTS}{os.pathsep}{TESTS.parent}"}
    return subprocess.Popen([sys.executable, "-c", code, *map(str, arguments)], cwd=TESTS, env=environment, **more)


def kept(root):
    """How many files the journal holds; none while it is not there."""
    try:
        with closing(sqlite3.connect(f"file:{root / NAME}?mode=ro", uri=True)) as database:
            return database.execute("SELECT count(*) FROM taken").fetchone()[0]
    except sqlite3.OperationalError:
        return 0


def until(condition, seconds=60):
    stop = time.monotonic() + seconds
    while time.monotonic() < stop:
        if found := condition():
            return found
        time.sleep(0.01)
    raise AssertionError("nothing happened in time")


def lines(stream, seconds=90):
    """A function that gives the next line of a stream, and fails where none comes in time."""
    read = queue.Queue()
    threading.Thread(target=lambda: [read.put(line) for line in stream], daemon=True).start()

    def following():
        try:
            return read.get(timeout=seconds)
        except queue.Empty:
            raise AssertionError(f"nothing was said for {seconds} seconds") from None

    return following


def test_what_was_read_before_a_kill_is_not_read_again_and_nothing_is_lost(folder, tmp_path, monkeypatch):
    root, before = tmp_path / "i", 0
    for _ in range(3):
        building = child(BUILD, folder, root)
        until(lambda before=before: kept(root) > before + 4)
        building.send_signal(signal.SIGKILL)
        building.wait(60)
        now = kept(root)
        assert before < now  # it went on from what the one before had done
        before = now
    assert not (root / "CURRENT").exists()
    read, taken = [], pool.taken
    monkeypatch.setattr(pool, "taken", lambda files, limits: read.extend(f.name for f in files) or taken(files, limits))
    summary = built(folder, root)
    assert len(read) == FILES - before and summary.documents == FILES and summary.clauses == 8 * FILES
    monkeypatch.setattr(pool, "taken", taken)
    encoder = FakeEncoder()
    build([folder], tmp_path / "j", lambda: encoder, rebuild=False, progress=quiet)
    assert Store.open(root).clauses == Store.open(tmp_path / "j").clauses
    assert not (root / NAME).exists()


def test_a_watched_folder_is_indexed_again_when_files_come_change_and_go(folder, tmp_path):
    for number in range(3, FILES):
        (folder / f"{number:03}.txt").unlink()
    root = tmp_path / "i"
    environment = {"TIAOWEN_INDEX": str(root), "TIAOWEN_CORPUS": str(folder)}
    os.environ |= environment
    watching = child(WATCH, folder, stdout=subprocess.PIPE, text=True)
    try:
        told = lines(watching.stdout)
        assert "3 份文件，24 条" in told() and "正在留意" in told()
        (folder / "下级").mkdir()
        (folder / "下级" / "新 件.txt").write_text(rules(77), encoding="utf-8")
        assert "4 份文件，32 条" in told()
        (folder / "001.txt").write_text(rules(1, 5), encoding="utf-8")
        assert "4 份文件，29 条" in told()
        (folder / "000.txt").unlink()
        assert "3 份文件，21 条" in told()
        assert {d.file for d in Store.open(root).documents.values()} == {"001.txt", "002.txt", "下级/新 件.txt"}
    finally:
        for name in environment:
            del os.environ[name]
        watching.send_signal(signal.SIGINT)
        ended(watching)
