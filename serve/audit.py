"""Who asked what, and what they were given: an append-only SQLite file whose entries are chained by their hashes.

Each entry's hash covers the one before, so none can be changed, put in or taken out of the middle without `verify`
saying so. Someone who can write the file can also make a whole new chain: note the head that `verify` prints elsewhere,
and give it to a later `verify`. Old entries leave only through `prune`, which writes down where the chain goes on.
"""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TextIO

from index.errors import BadInput, TiaowenError
from serve.database import Database

_FIRST = "0" * 64
_FIELDS = ("seq", "at", "user", "door", "kind", "asked", "given", "models", "generation")
_TABLES = """
CREATE TABLE IF NOT EXISTS entries (seq INTEGER PRIMARY KEY, at TEXT NOT NULL, user TEXT NOT NULL, door TEXT NOT NULL,
    kind TEXT NOT NULL, asked TEXT NOT NULL, given TEXT NOT NULL, models TEXT NOT NULL, generation TEXT NOT NULL,
    hash TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS anchors (upto INTEGER PRIMARY KEY, hash TEXT NOT NULL, at TEXT NOT NULL);
CREATE TRIGGER IF NOT EXISTS entries_stay BEFORE UPDATE ON entries BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER IF NOT EXISTS anchored BEFORE DELETE ON entries
    WHEN OLD.seq > (SELECT coalesce(max(upto), 0) FROM anchors) BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER IF NOT EXISTS anchors_stay BEFORE UPDATE ON anchors BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER IF NOT EXISTS anchors_kept BEFORE DELETE ON anchors BEGIN SELECT RAISE(ABORT, 'append-only'); END;
"""


class BrokenChain(TiaowenError):
    """The record is not as it was written."""


@dataclass(frozen=True, slots=True)
class Head:
    """Where a chain ends: what to note elsewhere."""

    seq: int
    hash: str

    def __str__(self) -> str:
        return f"{self.seq}:{self.hash}"


class Audit:
    """The file `path`; made where there is none."""

    def __init__(self, path: Path) -> None:
        self._db = Database(path, _TABLES)

    def record(
        self, user: str, door: str, kind: str, asked: str, given: object, models: Mapping, generation: str
    ) -> None:
        """Append one entry; TiaowenError where it cannot be written."""
        with self._db.writing() as db:
            self._append(db, user, door, kind, asked, given, models, generation)

    def verify(self, noted: str | None = None) -> Head:
        """The head of the chain, where every entry is as it was written; BrokenChain names the first that is not.

        `noted` is a head printed before: it must still be in the chain, or have been pruned with what came before it.
        """
        anchor = self._db.row("SELECT upto, hash FROM anchors ORDER BY upto DESC LIMIT 1")
        head = Head(anchor["upto"], anchor["hash"]) if anchor else Head(0, _FIRST)
        seen = {head.seq: head.hash} | {r["upto"]: r["hash"] for r in self._db.rows("SELECT * FROM anchors")}
        pruned = head.seq
        for row in self._rows():
            if row["seq"] != head.seq + 1 or row["hash"] != _hash(head.hash, [row[name] for name in _FIELDS]):
                raise BrokenChain(f"审计记录第 {head.seq + 1} 条缺失或被改动，此前各条完好")
            head = Head(row["seq"], row["hash"])
            seen[head.seq] = head.hash
        if noted is not None:
            seq, _, digest = noted.partition(":")
            if not seq.isdigit() or len(digest) != 64:
                raise BadInput("--head 应为 verify 以前印出的“序号:哈希”")
            if seen.get(int(seq), digest if int(seq) < pruned else "") != digest:
                raise BrokenChain(f"审计记录与此前记下的第 {seq} 条不符：记录被截短或整体改写")
        return head

    def export(self, target: TextIO) -> int:
        """Write all entries as CSV; how many."""
        writer = csv.writer(target)
        writer.writerow((*_FIELDS, "hash"))
        count = 0
        for row in self._rows():
            writer.writerow([_plain(value) for value in row])
            count += 1
        return count

    def prune(self, before: date) -> int:
        """Delete what is older than a day, as far as it is the beginning of the chain; how many entries."""
        with self._db.writing() as db:
            kept = db.execute("SELECT min(seq) FROM entries WHERE at >= ?", (before.isoformat(),)).fetchone()[0]
            last = db.execute(
                "SELECT seq, hash FROM entries WHERE ? IS NULL OR seq < ? ORDER BY seq DESC LIMIT 1", (kept, kept)
            ).fetchone()
            if last is None:
                return 0
            db.execute("INSERT INTO anchors VALUES (?, ?, ?)", (last["seq"], last["hash"], _now()))
            said = {"upto": last["seq"], "hash": last["hash"]}
            self._append(db, "", "command", "prune", before.isoformat(), said, {}, "")
            return db.execute("DELETE FROM entries WHERE seq <= ?", (last["seq"],)).rowcount

    def close(self) -> None:
        self._db.close()

    def _rows(self) -> Iterator:
        """Entries in order, a thousand at a time: a record of years does not fit into memory."""
        last = 0
        while rows := self._db.rows("SELECT * FROM entries WHERE seq > ? ORDER BY seq LIMIT 1000", last):
            yield from rows
            last = rows[-1]["seq"]

    @staticmethod
    def _append(db, user, door, kind, asked, given, models, generation) -> None:
        last = db.execute("SELECT seq, hash FROM entries ORDER BY seq DESC LIMIT 1").fetchone()
        last = last or db.execute("SELECT upto, hash FROM anchors ORDER BY upto DESC LIMIT 1").fetchone()
        seq, before = last or (0, _FIRST)
        asked = asked.encode("utf-8", "replace").decode()
        row = [seq + 1, _now(), user, door, kind, asked, _json(given), _json(models), generation]
        db.execute("INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", (*row, _hash(before, row)))


def _hash(before: str, row: list) -> str:
    return hashlib.sha256(json.dumps([before, *row], separators=(",", ":")).encode()).hexdigest()


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _now() -> str:
    return datetime.now().astimezone().isoformat(timespec="seconds")


def _plain(value: object) -> object:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")) else value
