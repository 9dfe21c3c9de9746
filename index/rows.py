"""The clauses of a large index, read from its SQLite file when asked for; what was read last is kept.

An index of up to HELD clauses is read whole when it is opened: every later step is then the faster, and a few tens of
megabytes are nothing. Of a larger one only the documents are held.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, overload

from index.disk import unchanging
from index.schema import Clause, Duty, Grid, Mark, Place, Source

if TYPE_CHECKING:
    import numpy as np

HELD = 20_000
_KEPT = 4_096  # clauses of a larger index: 5 MB, and a question reads a few hundred
_AT_ONCE = 1_000
_SELECT = "SELECT * FROM clauses WHERE row >= ? AND row < ? ORDER BY row"


def read(db: sqlite3.Connection, first: int = 0, last: int = 1 << 62) -> list[Clause]:
    """The clauses with the rows [first, last)."""
    headings = cache(lambda path: tuple(json.loads(path)))
    return [_clause(row, headings) for row in db.execute(_SELECT, (first, last))]


def _clause(row: tuple, headings) -> Clause:
    _, clause_id, doc_id, ordinal, kind, path, text, duties, file, page, line, doubtful, grid, places, marks, _ = row
    return Clause(
        clause_id,
        doc_id,
        ordinal,
        kind,
        headings(path),
        text,
        () if duties == "[]" else tuple(Duty(d["role"], d["region"], tuple(d["units"])) for d in json.loads(duties)),
        Source(file, page, line),
        bool(doubtful),
        grid and _grid(json.loads(grid)),
        tuple(Place(page, tuple(box)) for page, *box in json.loads(places)) if places else (),
        tuple(Mark(**mark) for mark in json.loads(marks)) if marks else (),
    )


def _grid(told: dict) -> Grid:
    return Grid(told["table"], told["head"], tuple(told["columns"]), tuple(told["cells"]), told["read"])


class Database:
    """A generation's SQLite file, open for reading by all threads; it outlives its folder."""

    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(unchanging(path), uri=True, check_same_thread=False)
        self._lock = threading.Lock()

    def all(self, query: str, values: Sequence = ()) -> list[tuple]:
        with self._lock:
            return self._db.execute(query, values).fetchall()

    def clauses(self, first: int, last: int) -> list[Clause]:
        """The clauses with the rows [first, last)."""
        with self._lock:
            return read(self._db, first, last)


class Clauses(Sequence[Clause]):
    """All clauses in row order, each read when asked for."""

    def __init__(self, db: Database, count: int) -> None:
        self._db, self._count = db, count
        self._kept: OrderedDict[int, Clause] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, at: int) -> Clause: ...
    @overload
    def __getitem__(self, at: slice) -> list[Clause]: ...
    def __getitem__(self, at):
        if isinstance(at, slice):
            first, last, step = at.indices(self._count)
            return self._db.clauses(first, last) if step == 1 else [self[row] for row in range(first, last, step)]
        row = int(at)
        row += self._count if row < 0 else 0
        if not 0 <= row < self._count:
            raise IndexError(at)
        with self._lock:
            if (known := self._kept.get(row)) is not None:
                self._kept.move_to_end(row)
                return known
        (found,) = self._db.clauses(row, row + 1)
        with self._lock:
            self._kept[row] = found
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return found

    def __iter__(self) -> Iterator[Clause]:
        for first in range(0, self._count, _AT_ONCE):
            yield from self._db.clauses(first, min(first + _AT_ONCE, self._count))


class RowOf(Mapping[str, int]):
    """clause_id → row."""

    def __init__(self, db: Database, count: int) -> None:
        self._db, self._count = db, count

    def __getitem__(self, clause_id: str) -> int:
        if not (found := self._db.all("SELECT row FROM clauses WHERE clause_id = ?", [clause_id])):
            raise KeyError(clause_id)
        return found[0][0]

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[str]:
        for first in range(0, self._count, _AT_ONCE):
            yield from (
                clause_id
                for (clause_id,) in self._db.all(
                    "SELECT clause_id FROM clauses WHERE row >= ? AND row < ? ORDER BY row", [first, first + _AT_ONCE]
                )
            )


class Sentences(Sequence[tuple[int, int, int]]):
    """(clause row, start, stop) of each sentence, over an array int [sentences, 3]."""

    def __init__(self, spans: np.ndarray) -> None:
        self.spans = spans

    def __len__(self) -> int:
        return len(self.spans)

    def __getitem__(self, at):
        if isinstance(at, slice):
            return list(map(tuple, self.spans[at].tolist()))
        return tuple(self.spans[at].tolist())

    def __iter__(self) -> Iterator[tuple[int, int, int]]:
        for first in range(0, len(self.spans), _AT_ONCE):
            yield from map(tuple, self.spans[first : first + _AT_ONCE].tolist())


class SentenceRows(Sequence[list[int]]):
    """For each clause row, the rows of its sentences in order; `first` int [clauses + 1]: where they begin."""

    def __init__(self, first: np.ndarray) -> None:
        self._first = first

    def __len__(self) -> int:
        return len(self._first) - 1

    def __getitem__(self, at):
        if isinstance(at, slice):
            return [self[row] for row in range(*at.indices(len(self)))]
        row = int(at) + (len(self) if at < 0 else 0)
        if not 0 <= row < len(self):
            raise IndexError(at)
        return list(range(int(self._first[row]), int(self._first[row + 1])))
