"""What a build has done so far, on disk beside the index: a build that is killed goes on from there.

SQLite; thrown away when it is of another build, when any of it cannot be read, and when the build is done.
"""

from __future__ import annotations

import io
import json
import sqlite3
import zlib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from index.store import is_full
from index.token_index import Tokens
from index.whitening import Whitening

if TYPE_CHECKING:
    from index.encoder import Reading
    from index.schema import Contents

NAME = "journal.sqlite"
_VERSION = 2
_AT_ONCE = 500  # keys looked up in one query
_TABLES = """
CREATE TABLE IF NOT EXISTS about (name TEXT PRIMARY KEY, value BLOB);
CREATE TABLE IF NOT EXISTS taken (file TEXT, digest TEXT, contents TEXT, sum INTEGER, PRIMARY KEY (file, digest));
CREATE TABLE IF NOT EXISTS readings (key TEXT PRIMARY KEY, head BLOB, parts BLOB, ids BLOB, vectors BLOB, counts BLOB,
    sum INTEGER);
"""


class Journal:
    """The files taken and the clauses read by a build that is not done."""

    def __init__(self, root: Path, code: str, *, anew: bool) -> None:
        """`code`: digest of the code that parses; what another has left is dropped, and with `anew` everything."""
        self._file = root / NAME
        if anew:
            self.clear()
        try:
            self._open(code)
        except sqlite3.DatabaseError as error:
            if is_full(error):
                raise
            self.clear()
            self._open(code)

    def _open(self, code: str) -> None:
        self._db = sqlite3.connect(self._file)
        if self._one("PRAGMA user_version") != _VERSION and self._one("SELECT count(*) FROM sqlite_master"):
            self._db.close()
            raise sqlite3.DatabaseError("a journal of another version")
        # It has to outlive the process, not the machine.
        self._db.executescript(
            f"PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; PRAGMA user_version = {_VERSION};" + _TABLES
        )
        self._same("code", code.encode(), "taken", "readings")

    def _one(self, query: str) -> int:
        return self._db.execute(query).fetchone()[0]

    def _same(self, name: str, value: bytes, *tables: str) -> None:
        """Empty the tables that were filled while `name` was another."""
        found = self._db.execute("SELECT value FROM about WHERE name = ?", [name]).fetchone()
        if found is None or found[0] != value:
            for table in tables:
                self._db.execute(f"DELETE FROM {table}")
            self._db.execute("DELETE FROM about WHERE name = 'space'")
            self._db.execute("INSERT OR REPLACE INTO about VALUES (?, ?)", [name, value])
            self._db.commit()

    def taken(self, file: str, digest: str) -> tuple[Contents, ...] | None:
        """What was taken from a file with these bytes."""
        found = self._db.execute(
            "SELECT contents, sum FROM taken WHERE file = ? AND digest = ?", [file, digest]
        ).fetchone()
        if found is None or found[1] != _sum([found[0].encode()]):
            return None
        from pydantic import TypeAdapter

        from index.schema import Contents

        return TypeAdapter(tuple[Contents, ...]).validate_json(found[0])

    def keep_taken(self, file: str, digest: str, contents: Sequence[Contents]) -> None:
        text = json.dumps([asdict(each) for each in contents], ensure_ascii=False)
        self._db.execute(
            "INSERT OR REPLACE INTO taken VALUES (?, ?, ?, ?)", [file, digest, text, _sum([text.encode()])]
        )
        self._db.commit()

    def read_with(self, model: str, old: str) -> None:
        """From now on clauses are read with this model, beside those of the generation `old`, if any."""
        self._same("model", f"{model}\n{old}".encode(), "readings")

    def whitening(self) -> Whitening | None:
        """The whitening of the token vectors kept here; None where nothing is, or the model gives none."""
        found = self._db.execute("SELECT value FROM about WHERE name = 'space'").fetchone()
        if found is None:
            return None
        if found[0][:4] != _sum([found[0][4:]]).to_bytes(4, "big"):
            raise ValueError("a damaged journal")
        return Whitening.load(io.BytesIO(found[0][4:]))

    def keep_whitening(self, whitening: Whitening | None) -> None:
        if whitening is not None:
            whitening.save(out := io.BytesIO())
            value = _sum([out.getvalue()]).to_bytes(4, "big") + out.getvalue()
            self._db.execute("INSERT OR REPLACE INTO about VALUES ('space', ?)", [value])

    def known(self, keys: Sequence[str]) -> set[str]:
        """The keys, of those given, whose clauses were read and are kept here."""
        return {key for key, *_ in self._rows(keys)}

    def keep(self, keys: Sequence[str], readings: Sequence[Reading]) -> None:
        rows = []
        for key, reading in zip(keys, readings, strict=True):
            tokens = reading.tokens
            arrays = () if tokens is None else (tokens.ids, tokens.vectors, tokens.counts)
            blobs: list[bytes | None] = [reading.head.astype("<f4").tobytes(), reading.parts.astype("<f4").tobytes()]
            blobs += [array.tobytes() for array in arrays] if arrays else [None] * 3
            rows.append([key, *blobs, _sum([key.encode(), *blobs])])
        self._db.executemany("INSERT OR REPLACE INTO readings VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
        self._db.commit()

    def readings(self, keys: Sequence[str]) -> Iterator[tuple[str, Reading]]:
        """What was read of these clauses, in any order."""
        import numpy as np

        from index.encoder import Reading

        for key, head, parts, ids, vectors, counts in self._rows(keys):
            vector = np.frombuffer(head, dtype="<f4")
            tokens = None
            if ids is not None:
                own = np.frombuffer(ids, dtype=np.int32)
                of_tokens = np.frombuffer(vectors, dtype=np.uint8)
                shape = (len(own), len(of_tokens) // len(own) if len(own) else self._bytes())
                tokens = Tokens(own, of_tokens.reshape(shape), np.frombuffer(counts, dtype=np.int64))
            yield key, Reading(vector, np.frombuffer(parts, dtype="<f4").reshape(-1, len(vector)), tokens)

    def _bytes(self) -> int:
        whitening = self.whitening()
        return 0 if whitening is None else (whitening.axes.shape[1] + 1) // 2

    def _rows(self, keys: Sequence[str]) -> Iterator[tuple]:
        """(key, head, parts, ids, vectors, counts) of those that are as they were written."""
        for first in range(0, len(keys), _AT_ONCE):
            some = keys[first : first + _AT_ONCE]
            marks = ",".join("?" * len(some))
            for *row, total in self._db.execute(f"SELECT * FROM readings WHERE key IN ({marks})", list(some)):
                if total == _sum([row[0].encode(), *row[1:]]):
                    yield tuple(row)

    def close(self, *, done: bool) -> None:
        """Leave it for a later build to go on from, or be rid of it."""
        self._db.close()
        if done:
            self.clear()

    def clear(self) -> None:
        """Remove it from the disk."""
        _remove(self._file)

    @staticmethod
    def drop(root: Path) -> bool:
        """Remove the journal below `root`, which nobody has open; whether there was one."""
        had = (root / NAME).exists()
        _remove(root / NAME)
        return had


def _remove(file: Path) -> None:
    for suffix in ("", "-wal", "-shm", "-journal"):
        with suppress(FileNotFoundError):
            file.with_name(NAME + suffix).unlink()


def _sum(parts: Sequence[bytes | None]) -> int:
    """A checksum: what a failing disk makes of a page SQLite does not see."""
    total = 0
    for part in parts:
        total = zlib.crc32(part or b"", total)
    return total
