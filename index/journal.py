"""What a build has done so far, on disk beside the index: a build that is killed goes on from there.

SQLite; thrown away when it is of another build, when any of it cannot be read, and when the build is done.
"""

from __future__ import annotations

import io
import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from index.late import Tokens
from index.space import Space

if TYPE_CHECKING:
    from index.encoder import Reading
    from index.schema import Contents

NAME = "journal.sqlite"
_AT_ONCE = 500  # keys looked up in one query
_TABLES = """
CREATE TABLE IF NOT EXISTS about (name TEXT PRIMARY KEY, value BLOB);
CREATE TABLE IF NOT EXISTS taken (file TEXT, digest TEXT, contents TEXT, PRIMARY KEY (file, digest));
CREATE TABLE IF NOT EXISTS readings (key TEXT PRIMARY KEY, head BLOB, parts BLOB, ids BLOB, vectors BLOB, counts BLOB);
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
        except sqlite3.DatabaseError:
            self.clear()
            self._open(code)

    def _open(self, code: str) -> None:
        self._db = sqlite3.connect(self._file)
        # It has to outlive the process, not the machine.
        self._db.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF;" + _TABLES)
        self._same("code", code.encode(), "taken", "readings")

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
        found = self._db.execute("SELECT contents FROM taken WHERE file = ? AND digest = ?", [file, digest]).fetchone()
        if found is None:
            return None
        from pydantic import TypeAdapter

        from index.schema import Contents

        return TypeAdapter(tuple[Contents, ...]).validate_json(found[0])

    def keep_taken(self, file: str, digest: str, contents: Sequence[Contents]) -> None:
        text = json.dumps([asdict(each) for each in contents], ensure_ascii=False)
        self._db.execute("INSERT OR REPLACE INTO taken VALUES (?, ?, ?)", [file, digest, text])
        self._db.commit()

    def read_with(self, model: str, old: str) -> None:
        """From now on clauses are read with this model, beside those of the generation `old`, if any."""
        self._same("model", f"{model}\n{old}".encode(), "readings")

    def space(self) -> Space | None:
        """The space of the token vectors kept here; None where nothing is, or the model gives none."""
        found = self._db.execute("SELECT value FROM about WHERE name = 'space'").fetchone()
        return None if found is None else Space.load(io.BytesIO(found[0]))

    def keep_space(self, space: Space | None) -> None:
        if space is not None:
            space.save(out := io.BytesIO())
            self._db.execute("INSERT OR REPLACE INTO about VALUES ('space', ?)", [out.getvalue()])

    def known(self, keys: Sequence[str]) -> set[str]:
        """Those of these clauses that were read."""
        return {key for key, *_ in self._rows("key", keys)}

    def keep(self, keys: Sequence[str], readings: Sequence[Reading]) -> None:
        rows = []
        for key, reading in zip(keys, readings, strict=True):
            tokens = reading.tokens
            arrays = [] if tokens is None else [tokens.ids, tokens.vectors, tokens.counts]
            packed: list[object] = [array.tobytes() for array in arrays]
            rows.append(
                [
                    key,
                    reading.head.astype("<f4").tobytes(),
                    reading.parts.astype("<f4").tobytes(),
                    *(packed or [None] * 3),
                ]
            )
        self._db.executemany("INSERT OR REPLACE INTO readings VALUES (?, ?, ?, ?, ?, ?)", rows)
        self._db.commit()

    def readings(self, keys: Sequence[str]) -> Iterator[tuple[str, Reading]]:
        """What was read of these clauses, in any order."""
        import numpy as np

        from index.encoder import Reading

        for key, head, parts, ids, vectors, counts in self._rows("key, head, parts, ids, vectors, counts", keys):
            vector = np.frombuffer(head, dtype="<f4")
            tokens = None
            if ids is not None:
                own = np.frombuffer(ids, dtype=np.int32)
                of_tokens = np.frombuffer(vectors, dtype=np.int8)
                shape = (len(own), len(of_tokens) // len(own) if len(own) else self._axes())
                tokens = Tokens(own, of_tokens.reshape(shape), np.frombuffer(counts, dtype=np.int64))
            yield key, Reading(vector, np.frombuffer(parts, dtype="<f4").reshape(-1, len(vector)), tokens)

    def _axes(self) -> int:
        space = self.space()
        return 0 if space is None else space.axes.shape[1]

    def _rows(self, columns: str, keys: Sequence[str]) -> Iterator[tuple]:
        for first in range(0, len(keys), _AT_ONCE):
            some = keys[first : first + _AT_ONCE]
            marks = ",".join("?" * len(some))
            yield from self._db.execute(f"SELECT {columns} FROM readings WHERE key IN ({marks})", list(some))

    def close(self, *, done: bool) -> None:
        """Leave it for a later build to go on from, or be rid of it."""
        self._db.close()
        if done:
            self.clear()

    def clear(self) -> None:
        """Remove it from the disk."""
        for suffix in ("", "-wal", "-shm"):
            with suppress(FileNotFoundError):
                self._file.with_name(NAME + suffix).unlink()
