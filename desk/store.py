"""The file of conversations: SQLite in WAL mode, opened once a process, whose every call is one transaction."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from index.errors import TiaowenError

_VERSION = 1
_KEPT_DELETED = 86_400  # seconds a deleted conversation can be brought back; gone for good at the next start after that
_SCHEMA = """
CREATE TABLE conversation (
    id TEXT PRIMARY KEY, owner TEXT NOT NULL, title TEXT NOT NULL, pinned INTEGER NOT NULL DEFAULT 0,
    updated REAL NOT NULL, deleted REAL);
CREATE INDEX conversation_owner ON conversation (owner, deleted, updated);
CREATE TABLE turn (
    conversation TEXT NOT NULL REFERENCES conversation (id) ON DELETE CASCADE, place INTEGER NOT NULL,
    question TEXT NOT NULL, scope TEXT NOT NULL, stage TEXT NOT NULL, asked REAL NOT NULL, answer TEXT,
    error TEXT NOT NULL DEFAULT '', PRIMARY KEY (conversation, place));
CREATE TABLE feedback (
    conversation TEXT NOT NULL, place INTEGER NOT NULL, useful INTEGER NOT NULL, reason TEXT NOT NULL,
    clause TEXT NOT NULL, given REAL NOT NULL, PRIMARY KEY (conversation, place),
    FOREIGN KEY (conversation, place) REFERENCES turn (conversation, place) ON DELETE CASCADE);
"""


class DeskError(TiaowenError):
    """The file of conversations cannot be read or written."""


class Store:
    """The open file. Threads share the connection, one transaction at a time."""

    def __init__(self, path: Path) -> None:
        """Open or make the file; DeskError says what is wrong with it."""
        self.path = path
        self._lock = threading.RLock()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._connection = sqlite3.connect(path, timeout=10, check_same_thread=False)
        except (OSError, sqlite3.Error) as error:
            raise DeskError(f"对话记录文件 {path} 打不开（{error}）。请检查该文件夹的权限和磁盘空间") from error
        self._connection.row_factory = sqlite3.Row
        with self.transaction() as rows:
            version = rows.execute("PRAGMA user_version").fetchone()[0]
        if version > _VERSION:
            raise DeskError(f"对话记录文件 {path} 由更新的版本写成，请升级条问，或在设置 desk 中另指定一个文件")
        with self.transaction() as rows:
            rows.execute("PRAGMA journal_mode = WAL")
            rows.execute("PRAGMA synchronous = NORMAL")
            rows.execute("PRAGMA foreign_keys = ON")
            if version == 0:
                rows.executescript(f"BEGIN; {_SCHEMA} PRAGMA user_version = {_VERSION}; COMMIT;")
        with self.transaction() as rows:
            rows.execute("DELETE FROM conversation WHERE deleted < unixepoch() - ?", [_KEPT_DELETED])

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """The connection, its changes kept when the block ends and undone when it fails."""
        with self._lock:
            try:
                with self._connection:
                    yield self._connection
            except sqlite3.Error as error:
                raise DeskError(
                    f"对话记录文件 {self.path} 读写失败（{error}）。请检查磁盘空间；文件若已损坏，请移走后重启"
                ) from error

    def close(self) -> None:
        with self._lock:
            self._connection.close()
