"""What a document is made of, as data: its tree of headings and numbered items, its named lists, its tables in typed
cells.

Written into the index's SQLite file when it is built, and queried by parameters; nothing of it is read off an answer.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from pathlib import Path

from index import leads
from index.grids import Column, column, typed
from index.listings import Listing, listings
from index.markers import marker, number
from index.outline import short
from index.schema import Clause, Grid
from index.terms import compact

_TABLES = """
CREATE TABLE nodes (id INTEGER PRIMARY KEY, doc_id TEXT, parent INTEGER, part TEXT, kind TEXT, number INTEGER, label TEXT,
    text TEXT, clause INTEGER, start INTEGER, stop INTEGER);
CREATE INDEX nodes_of ON nodes (doc_id, parent);
CREATE TABLE tables (id INTEGER PRIMARY KEY, doc_id TEXT, name TEXT, above TEXT);
CREATE TABLE table_columns (table_id INTEGER, place INTEGER, name TEXT, unit TEXT, kind TEXT);
CREATE TABLE table_rows (id INTEGER PRIMARY KEY, table_id INTEGER, place INTEGER, clause INTEGER, total INTEGER,
    read INTEGER);
CREATE INDEX rows_of ON table_rows (table_id);
CREATE INDEX rows_at ON table_rows (clause);
CREATE TABLE cells (row_id INTEGER, place INTEGER, text TEXT, value TEXT);
CREATE INDEX cells_of ON cells (row_id);
CREATE TABLE lists (id INTEGER PRIMARY KEY, doc_id TEXT, clause INTEGER, name TEXT, counted INTEGER);
CREATE INDEX lists_at ON lists (clause);
CREATE TABLE list_items (list_id INTEGER, place INTEGER, text TEXT, start INTEGER, stop INTEGER);
CREATE INDEX items_of ON list_items (list_id);
"""
_TABLES += leads.SCHEMA
_NAMES = ("nodes", "tables", "table_columns", "table_rows", "cells", "lists", "list_items", "table_pairs")
_SUM = ("合计", "总计", "小计", "共计")


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


def write(db: sqlite3.Connection, clauses: Sequence[Clause], titles: Mapping[str, str]) -> None:
    """Add the structure of `clauses`, in store order, to the database; `titles` by doc_id."""
    db.executescript(_TABLES)
    db.executemany(
        f"INSERT INTO nodes VALUES ({','.join('?' * 11)})",
        (
            (n.id, n.doc_id, n.parent, n.part, n.kind, n.number, n.label, n.text, n.clause, n.start, n.stop)
            for n in nodes(clauses)
        ),
    )
    _write_tables(db, clauses, titles)
    for place, (row, found) in enumerate((row, own) for row, clause in enumerate(clauses) for own in listings(clause)):
        db.execute("INSERT INTO lists VALUES (?,?,?,?,?)", (place, clauses[row].doc_id, row, found.name, found.counted))
        db.executemany(
            "INSERT INTO list_items VALUES (?,?,?,?,?)", ((place, at, *item) for at, item in enumerate(found.items))
        )
    db.commit()


class Structure:
    """The structure of an opened index; every question of it is a query with parameters."""

    def __init__(self, path: Path, *, in_memory: bool = True) -> None:
        """`in_memory`: small enough to be copied; else it is read where it is."""
        if in_memory:
            self._db = sqlite3.connect(":memory:", check_same_thread=False)
            self._db.executescript(_TABLES)
            self._db.execute("ATTACH DATABASE ? AS kept", (str(path),))
            for name in _NAMES:
                self._db.execute(f"INSERT INTO main.{name} SELECT * FROM kept.{name}")
            self._db.commit()
            self._db.execute("DETACH DATABASE kept")
        else:  # a file that is open outlives its folder
            self._db = sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True, check_same_thread=False)
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


def nodes(clauses: Sequence[Clause]) -> Iterator[Node]:
    """The trees of all documents, parents before children, in printed order."""
    known: dict[tuple, int] = {}
    count = 0
    for row, clause in enumerate(clauses):
        parent: int | None = None
        path = clause.path[:-1] if clause.kind == "row" else clause.path  # a table's column line is no heading
        for heading in path:
            key = (clause.doc_id, parent, compact(heading))
            if key not in known:
                known[key] = count
                yield _node(count, clause, parent, heading, heading, row, 0, 0)
                count += 1
            parent = known[key]
        if clause.kind in ("row", "notice", "preamble"):
            continue
        for first, node in _units(clause, row, parent, count):
            if first:
                known[(clause.doc_id, parent, compact(node.text))] = node.id
            yield node
            count += 1


def _units(clause: Clause, row: int, parent: int | None, count: int) -> Iterator[tuple[bool, Node]]:
    """The numbered units a clause holds: itself, and the items that begin its further lines."""
    at, own = 0, None
    above: list[tuple[int, int]] = []  # (rank, id) of the units that are open
    for place, line in enumerate(clause.text.split("\n")):
        mark = marker(line.strip())
        if mark is not None and mark.kind not in ("前言", "附件", "专栏", "——"):
            while above and above[-1][0] >= mark.rank:
                above.pop()
            held = above[-1][1] if above else own if place and own is not None else parent
            text = short(line.strip(), mark) if not place else line.strip()
            node = _node(count, clause, held, text, line.strip(), row, at, at + len(line))
            if not place:
                own = count
            above.append((mark.rank, count))
            yield not place, node
            count += 1
        at += len(line) + 1


def _node(
    key: int, clause: Clause, parent: int | None, text: str, printed: str, row: int, start: int, stop: int
) -> Node:
    mark = marker(printed)
    part = clause.kind
    if part == "row":  # what stands above a table belongs to the body, or to its annex
        part = (
            "annex"
            if clause.path and (first := marker(clause.path[0])) is not None and first.kind == "附件"
            else "clause"
        )
    kind, label = (mark.kind, mark.label) if mark is not None else ("标题", "")
    value = number(label) if label else None
    return Node(key, clause.doc_id, parent, part, kind, value, label, text, row, start, stop)


def _write_tables(db: sqlite3.Connection, clauses: Sequence[Clause], titles: Mapping[str, str]) -> None:
    tables: dict[tuple[str, int], list[tuple[int, Grid]]] = {}
    for row, clause in enumerate(clauses):
        if (grid := clause.grid) is not None:
            tables.setdefault((clause.doc_id, grid.table), []).append((row, grid))
    key = 0
    said: dict[int, list[str]] = {}
    for table, ((doc_id, _), found) in enumerate(tables.items()):
        first, grid = found[0]
        name, above = _named(clauses[first].path, grid)
        said[table] = [titles[doc_id], name, above, *grid.columns, *(cell for _, own in found for cell in own.cells)]
        db.execute("INSERT INTO tables VALUES (?,?,?,?)", (table, doc_id, name, above))
        for at, title in enumerate(grid.columns):
            own = column(title, name, [g.cells[at] for _, g in found if not _total(g)])
            db.execute("INSERT INTO table_columns VALUES (?,?,?,?,?)", (table, at, own.name, own.unit, own.kind))
        for place, (row, grid) in enumerate(found, 1):
            db.execute("INSERT INTO table_rows VALUES (?,?,?,?,?,?)", (key, table, place, row, _total(grid), grid.read))
            db.executemany(
                "INSERT INTO cells VALUES (?,?,?,?)",
                ((key, at, text, typed(text)) for at, text in enumerate(grid.cells)),
            )
            key += 1
    leads.write(db, said)


def _named(path: Sequence[str], grid: Grid) -> tuple[str, str]:
    """(the table's name, all headings above it): the last heading before its column line that is no group of its
    rows."""
    head = next((at for at, heading in enumerate(path) if compact(heading) == compact(grid.head)), len(path) - 1)
    above = list(path[:head])
    return (above[-1] if above else "", "\n".join(above))


def _total(grid: Grid) -> bool:
    return any("".join(cell.split()).startswith(_SUM) for cell in grid.cells[:3])
