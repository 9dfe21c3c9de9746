"""What a document is made of, as data: its tree of headings and numbered items, its named lists, its tables in typed
cells.

Written into the index's SQLite file when it is built (index.structuring), and queried by parameters; nothing of it is
read off an answer.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from pathlib import Path

from index import leads
from index.disk import unchanging
from index.grids import Column
from index.listings import Listing

TABLES = """
CREATE TABLE nodes (id INTEGER PRIMARY KEY, doc_id TEXT, parent INTEGER, part TEXT, kind TEXT, number INTEGER, label TEXT,
    text TEXT, clause INTEGER, start INTEGER, stop INTEGER);
CREATE TABLE tables (id INTEGER PRIMARY KEY, doc_id TEXT, name TEXT, above TEXT);
CREATE TABLE table_columns (table_id INTEGER, place INTEGER, name TEXT, unit TEXT, kind TEXT);
CREATE TABLE table_rows (id INTEGER PRIMARY KEY, table_id INTEGER, place INTEGER, clause INTEGER, total INTEGER,
    read INTEGER);
CREATE TABLE cells (row_id INTEGER, place INTEGER, text TEXT, value TEXT);
CREATE TABLE lists (id INTEGER PRIMARY KEY, doc_id TEXT, clause INTEGER, name TEXT, counted INTEGER);
CREATE TABLE list_items (list_id INTEGER, place INTEGER, text TEXT, start INTEGER, stop INTEGER);
"""
TABLES += leads.SCHEMA
INDEXES = """
CREATE INDEX nodes_of ON nodes (doc_id, parent);
CREATE INDEX columns_of ON table_columns (table_id);
CREATE INDEX rows_of ON table_rows (table_id);
CREATE INDEX rows_at ON table_rows (clause);
CREATE INDEX cells_of ON cells (row_id);
CREATE INDEX lists_at ON lists (clause);
CREATE INDEX items_of ON list_items (list_id);
"""
_NAMES = ("nodes", "tables", "table_columns", "table_rows", "cells", "lists", "list_items", "table_pairs")


@dataclass(frozen=True, slots=True)
class Node:
    """A heading or a numbered unit, in its document's tree."""

    id: int
    doc_id: str
    parent: int | None
    part: str  # clause / preamble / notice / box / annex: as the clause it is printed in or above
    kind: str  # of index.markers, or 标题 for a heading without a number
    number: int | None
    label: str  # 第三条, （二）; empty without a number
    text: str  # the heading, or the unit up to its first stop
    clause: int  # store row of the clause that holds it, or of the first one below it
    start: int  # span of it in that clause; 0, 0 where it is printed above the clause
    stop: int


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row; `values` are the figures of its cells as decimals in words, None for a cell that holds none or was not
    read."""

    id: int
    place: int  # 1-based within its table
    clause: int  # store row
    total: bool  # a printed sum of others
    read: bool  # False: its cells could not be told apart and are empty
    cells: tuple[str, ...]
    values: tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its name, what stands above it, its columns and rows."""

    id: int
    doc_id: str
    name: str
    above: str
    columns: tuple[Column, ...]
    rows: tuple[TableRow, ...]


class Structure:
    """The structure of an opened index; every question of it is a query with parameters."""

    def __init__(self, path: Path, *, in_memory: bool = True) -> None:
        """`in_memory`: small enough to be copied; else it is read where it is."""
        if in_memory:
            self._db = sqlite3.connect(":memory:", check_same_thread=False)
            self._db.executescript(TABLES + INDEXES)
            self._db.execute("ATTACH DATABASE ? AS kept", (str(path),))
            for name in _NAMES:
                self._db.execute(f"INSERT INTO main.{name} SELECT * FROM kept.{name}")
            self._db.commit()
            self._db.execute("DETACH DATABASE kept")
        else:  # a file that is open outlives its folder
            self._db = sqlite3.connect(unchanging(path), uri=True, check_same_thread=False)
        self._of = [doc_id for (doc_id,) in self._db.execute("SELECT doc_id FROM tables ORDER BY id")]
        self.table = lru_cache(512)(self._table)  # by id

    def nodes(self, doc_id: str) -> list[Node]:
        """All headings and units of a document in printed order."""
        return [Node(*row) for row in self._db.execute("SELECT * FROM nodes WHERE doc_id = ? ORDER BY id", (doc_id,))]

    def children(self, node: Node) -> list[Node]:
        """What stands directly below a heading or unit."""
        found = self._db.execute(
            "SELECT * FROM nodes WHERE doc_id = ? AND parent = ? ORDER BY id", (node.doc_id, node.id)
        )
        return [Node(*row) for row in found]

    def tables_with(self, clauses: Collection[int]) -> list[int]:
        """Ids of the tables that have one of some store rows."""
        marks = ",".join("?" * len(clauses))
        found = self._db.execute(
            f"SELECT DISTINCT table_id FROM table_rows WHERE clause IN ({marks})", [int(clause) for clause in clauses]
        )
        return [number for (number,) in found]

    def leading(self, question: str, documents: Collection[str], most: int) -> list[int]:
        """Ids of at most `most` tables of some documents: those that share most with a question, best first."""
        if not self._of:
            return []
        found = leads.leading(self._db, question, len(self._of))
        return list(islice((number for number in found if self._of[number] in documents), most))

    def listed(self, clauses: Sequence[int]) -> list[tuple[int, Listing]]:
        """(store row of the clause, list) of the lists in some clauses."""
        marks = ",".join("?" * len(clauses))
        found = self._db.execute(
            f"SELECT * FROM lists WHERE clause IN ({marks}) ORDER BY id", [int(clause) for clause in clauses]
        ).fetchall()
        return [(clause, Listing(name, counted, self._items(number))) for number, _, clause, name, counted in found]

    def _items(self, number: int) -> tuple[tuple[str, int, int], ...]:
        found = self._db.execute("SELECT text, start, stop FROM list_items WHERE list_id = ? ORDER BY place", (number,))
        return tuple(found.fetchall())

    def _table(self, number: int) -> Table:
        _, doc_id, name, above = self._db.execute("SELECT * FROM tables WHERE id = ?", (number,)).fetchone()
        columns = self._db.execute(
            "SELECT name, unit, kind FROM table_columns WHERE table_id = ? ORDER BY place", (number,)
        )
        rows = []
        for key, _, place, clause, total, read in self._db.execute(
            "SELECT * FROM table_rows WHERE table_id = ? ORDER BY place", (number,)
        ).fetchall():
            cells = self._db.execute("SELECT text, value FROM cells WHERE row_id = ? ORDER BY place", (key,)).fetchall()
            rows.append(
                TableRow(
                    key, place, clause, bool(total), bool(read), tuple(t for t, _ in cells), tuple(v for _, v in cells)
                )
            )
        return Table(number, doc_id, name, above, tuple(Column(*own) for own in columns), tuple(rows))
