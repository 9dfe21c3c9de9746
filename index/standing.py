"""Which clauses stand where: under the 第四章, the 第十七条, whatever the document; kept in the index for addresses."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from index.markers import marker, number

if TYPE_CHECKING:
    from index.schema import Clause

SCHEMA = "CREATE TABLE standing (kind TEXT, number INTEGER, rows BLOB);"  # rows: ascending, as little-endian int32
SELECT = "SELECT rows FROM standing WHERE kind = ? AND number IS ?"


def standing(clauses: Iterable[Clause]) -> Mapping[tuple[str, int | None], set[int]]:
    """(kind of number, its value) → rows of the clauses whose own number, or one above, it is."""
    places: dict[tuple[str, int | None], set[int]] = {}
    known: dict[str, tuple[str, int | None] | None] = {}  # headings come again and again
    for row, clause in enumerate(clauses):
        for heading in clause.path:
            if heading not in known:
                known[heading] = _place(heading)
            if (place := known[heading]) is not None:
                places.setdefault(place, set()).add(row)
        if (place := _place(clause.text.lstrip())) is not None:
            places.setdefault(place, set()).add(row)
    return places


def _place(heading: str) -> tuple[str, int | None] | None:
    found = marker(heading)
    return None if found is None else (found.kind, number(found.label))


def write(db: sqlite3.Connection, clauses: Iterable[Clause]) -> None:
    """Put them into the index."""
    import numpy as np

    db.executescript(SCHEMA)
    db.executemany(
        "INSERT INTO standing VALUES (?,?,?)",
        (
            (kind, value, np.array(sorted(rows), dtype="<i4").tobytes())
            for (kind, value), rows in standing(clauses).items()
        ),
    )
    db.execute("CREATE INDEX standing_at ON standing (kind, number)")
    db.commit()


def read(found: Iterable[tuple[bytes]]) -> list[int]:
    """The rows that SELECT gave."""
    import numpy as np

    return [row for (rows,) in found for row in np.frombuffer(rows, dtype="<i4").tolist()]
