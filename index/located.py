"""Which clauses stand where: under the 第四章, the 第十七条, whatever the document; kept in the index for addresses."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from index.carried import BEFORE, Run, renumbered
from index.entities.addresses import articles
from index.markers import marker, number

if TYPE_CHECKING:
    from index.schema import Clause

Value = tuple[int | None, int]
Place = tuple[str, Value]  # kind of number, its value
# rows: ascending, as little-endian int32
SCHEMA = "CREATE TABLE located (kind TEXT, number INTEGER, sub INTEGER, rows BLOB);"
SELECT = "SELECT rows FROM located WHERE kind = ? AND number IS ? AND sub = ?"


def value(label: str) -> Value:
    """The number of a label, and the one behind 之 or 0: 第十条之一 is no 第十条."""
    own = articles(label)
    return own[0][1] if own else (number(label), 0)


def located(clauses: Iterable[Clause], first: int = 0) -> Mapping[Place, set[int]]:
    """Place → rows of the clauses whose own number, or one above, it is; `first` is the row of the first clause."""
    places: dict[Place, set[int]] = {}
    known: dict[str, Place | None] = {}  # headings come again and again
    for row, clause in enumerate(clauses, first):
        for heading in clause.path:
            if heading not in known:
                known[heading] = _place(heading)
            if (place := known[heading]) is not None:
                places.setdefault(place, set()).add(row)
        if (place := _place(clause.text.lstrip())) is not None:
            places.setdefault(place, set()).add(row)
    return places


def _place(heading: str) -> Place | None:
    found = marker(heading)
    return None if found is None else (found.kind, value(found.label))


def write(db: sqlite3.Connection, clauses: Sequence[Clause], runs: Sequence[Run]) -> None:
    """Put them into the index; of the runs that are old, from the file attached to it."""
    import numpy as np

    places: dict[Place, list[int]] = {}
    for run in runs:
        if run.old_clause is None:
            for place, rows in located(clauses[run.clause : run.clause_end], run.clause).items():
                places.setdefault(place, []).extend(rows)
    moved = [
        (run.old_clause, run.old_clause + run.clause_end - run.clause, run.clause - run.old_clause)
        for run in runs
        if run.old_clause is not None
    ]
    if moved:
        kept = db.execute(f"SELECT kind, number, sub, rows FROM {BEFORE}.located").fetchall()
        for (kind, *own, _), blob in zip(kept, renumbered([rows for *_, rows in kept], moved), strict=True):
            if blob:
                places.setdefault((kind, (own[0], own[1])), []).extend(np.frombuffer(blob, dtype="<i4").tolist())
    db.executescript(SCHEMA)
    db.executemany(
        "INSERT INTO located VALUES (?,?,?,?)",
        (
            (kind, *own, np.array(sorted(rows), dtype="<i4").tobytes())
            for (kind, own), rows in sorted(places.items(), key=lambda item: repr(item[0]))
        ),
    )
    db.execute("CREATE INDEX located_at ON located (kind, number, sub)")
    db.commit()


def read(found: Iterable[tuple[bytes]]) -> list[int]:
    """The rows that SELECT gave."""
    import numpy as np

    return [row for (rows,) in found for row in np.frombuffer(rows, dtype="<i4").tolist()]
