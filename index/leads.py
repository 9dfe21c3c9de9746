"""Which tables hold a question's character pairs, so that a question is compared with a few tables and not with all.

Written when the index is built: a row of the SQLite file for each pair, with the tables that hold it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence

from index.carried import renumbered
from index.terms import pairs

SCHEMA = "CREATE TABLE table_pairs (pair TEXT PRIMARY KEY, tables BLOB);"  # tables: ids as little-endian int32
_AT_ONCE = 500  # parameters of one query


def write(
    db: sqlite3.Connection, texts: Mapping[int, Iterable[str]], moved: Sequence[tuple[int, int, int]] = ()
) -> None:
    """Add the pairs of each table's name, headings, columns and cells; `texts`: table id → these. `moved`: stretches
    [begin, end) of the tables of the attached file, and what is added to their ids."""
    import numpy as np

    held: dict[str, list[bytes]] = {}
    if moved:
        old, blobs = zip(*db.execute("SELECT pair, tables FROM before.table_pairs"), strict=True)
        held = {pair: [blob] for pair, blob in zip(old, renumbered(blobs, moved), strict=True) if blob}
    for table, own in texts.items():
        number = np.array([table], dtype="<i4").tobytes()
        for pair in {pair for text in own for pair in pairs(text)}:
            held.setdefault(pair, []).append(number)
    db.executemany(
        "INSERT INTO table_pairs VALUES (?,?)",
        ((pair, np.sort(np.frombuffer(b"".join(tables), dtype="<i4")).tobytes()) for pair, tables in held.items()),
    )


def leading(db: sqlite3.Connection, question: str, tables: int) -> list[int]:
    """The ids of the tables that share pairs with a question, those that share most first: a pair counts the more the
    fewer of all `tables` tables hold it."""
    import numpy as np

    score = np.zeros(tables, dtype=np.float32)
    for held in _held(db, sorted(set(pairs(question)))):
        places = np.frombuffer(held, dtype="<i4")
        score[places] += np.log1p(tables / len(places))
    best = np.argsort(-score, kind="stable")
    return best[: int((score > 0).sum())].tolist()


def _held(db: sqlite3.Connection, wanted: Sequence[str]) -> Iterable[bytes]:
    for at in range(0, len(wanted), _AT_ONCE):
        some = wanted[at : at + _AT_ONCE]
        marks = ",".join("?" * len(some))
        yield from (
            held for (held,) in db.execute(f"SELECT tables FROM table_pairs WHERE pair IN ({marks})", some).fetchall()
        )
