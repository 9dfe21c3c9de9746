"""What a new generation's SQLite file takes over from the one before, row for row: whole documents that did not change.

Everything in that file is in document order and numbered from zero without a gap, so that a stretch of documents that
stand together in both is copied by adding to the numbers how far it has moved.
"""

from __future__ import annotations

import sqlite3
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from index.disk import unchanging

if TYPE_CHECKING:
    from index.schema import Document

BEFORE = "before"  # what the older file is called in a query


@dataclass(frozen=True, slots=True)
class Before:
    """A generation whose rows hold for every document that is the very object it gave."""

    file: Path  # its SQLite file
    documents: Mapping[str, Document]  # by id, in row order
    starts: Mapping[str, int]  # the row of the first clause of each document that has one


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of documents, [begin, end) by row, and of their clauses; `old` and `old_clause` are the rows at which
    it begins in the generation before, None where it is new."""

    document: int
    document_end: int
    clause: int
    clause_end: int
    old: int | None
    old_clause: int | None


def runs(documents: Sequence[Document], counts: Sequence[int], before: Before | None) -> list[Run]:
    """The documents of a new generation, `counts` being the numbers of their clauses, in as few stretches as may be."""
    known: dict[str, tuple[Document, int, int]] = {}
    if before is not None:
        known = {
            doc_id: (document, row, before.starts[doc_id])
            for row, (doc_id, document) in enumerate(before.documents.items())
            if doc_id in before.starts
        }
    found: list[Run] = []
    clause = 0
    for row, (document, count) in enumerate(zip(documents, counts, strict=True)):
        held, old, old_clause = known.get(document.doc_id, (None, None, None))
        if held is not document:
            old = old_clause = None
        last = found[-1] if found else None
        if last is not None and _follows(last, old, old_clause):
            found[-1] = Run(last.document, row + 1, last.clause, clause + count, last.old, last.old_clause)
        else:
            found.append(Run(row, row + 1, clause, clause + count, old, old_clause))
        clause += count
    return found


def _follows(last: Run, old: int | None, old_clause: int | None) -> bool:
    if last.old is None or last.old_clause is None or old is None:
        return last.old is None and old is None
    return old == last.old + last.document_end - last.document and old_clause == (
        last.old_clause + last.clause_end - last.clause
    )


def attach(db: sqlite3.Connection, before: Before) -> None:
    """Make the older file readable as BEFORE; it is only read."""
    db.execute(f"ATTACH DATABASE ? AS {BEFORE}", (unchanging(before.file),))


def copy(db: sqlite3.Connection, table: str, key: str, span: tuple[int, int], moved: Mapping[str, int]) -> None:
    """Copy the rows of a table whose `key` is in [begin, end), adding to some of its columns."""
    columns = [name for _, name, *_ in db.execute(f"PRAGMA main.table_info({table})")]
    told = ", ".join(f"{name} + {moved[name]}" if name in moved else name for name in columns)
    db.execute(
        f"INSERT INTO main.{table} SELECT {told} FROM {BEFORE}.{table} WHERE {key} >= ? AND {key} < ? ORDER BY {key}",
        span,
    )


def first_at(db: sqlite3.Connection, table: str, clause: int) -> int:
    """The id of the first row of an older table that belongs to a document beginning at this clause, or to a later one;
    the number of its rows where none does."""
    count = db.execute(f"SELECT count(*) FROM {BEFORE}.{table}").fetchone()[0]
    query = f"SELECT clause FROM {BEFORE}.{table} WHERE id = ?"
    return bisect_left(range(count), clause, key=lambda row: db.execute(query, (row,)).fetchone()[0])


def renumbered(blobs: Sequence[bytes], moved: Sequence[tuple[int, int, int]]) -> list[bytes]:
    """Lists of numbers, int32 as bytes, with what is `moved` added to those in each stretch (begin, end, how far), the
    others left out."""
    import numpy as np

    numbers = np.frombuffer(b"".join(blobs), dtype="<i4")
    places = np.full(max(numbers.max(initial=-1) + 1, *(end for _, end, _ in moved)), -1, dtype=np.int32)
    for begin, end, by in moved:
        places[begin:end] = np.arange(begin + by, end + by)
    lengths = np.array([len(blob) // 4 for blob in blobs], dtype=np.int64)
    found = places[numbers]
    ends = np.cumsum(lengths)
    kept = np.concatenate([[0], np.cumsum(found >= 0)])
    whole = found[found >= 0].astype("<i4").tobytes()
    return [whole[4 * kept[end - length] : 4 * kept[end]] for length, end in zip(lengths, ends, strict=True)]
