"""The structure of documents, written into the index's SQLite file: of new documents worked out, of those that did not
change copied from the file before."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from itertools import takewhile

from index import leads
from index.carried import Run, copy, first_at
from index.grids import column, typed
from index.listings import listings
from index.markers import marker, number
from index.outline import short
from index.schema import Clause, Grid
from index.structure import INDEXES, TABLES, Node
from index.terms import compact

_SUM = ("合计", "总计", "小计", "共计")


def write(db: sqlite3.Connection, clauses: Sequence[Clause], titles: Mapping[str, str], runs: Sequence[Run]) -> None:
    """Add the structure of `clauses`, in store order, to the database; `titles` by doc_id. Of `runs`, which are all of
    them, those that are old are copied from the file attached to the database."""
    db.executescript(TABLES)
    tables = _Tables(db, titles)
    for run in runs:
        if run.old_clause is None:
            new = clauses[run.clause : run.clause_end]
            _write_nodes(db, new, run.clause)
            tables.write(new, run.clause)
            _write_lists(db, new, run.clause)
        else:
            old, stop = run.old_clause, run.old_clause + run.clause_end - run.clause
            moved = run.clause - old
            _copy_nodes(db, (old, stop), moved)
            tables.copy((old, stop), moved)
            _copy_lists(db, (old, stop), moved)
    tables.write_pairs()
    db.executescript(INDEXES)
    db.commit()


def _count(db: sqlite3.Connection, table: str) -> int:
    return db.execute(f"SELECT coalesce(max(id) + 1, 0) FROM main.{table}").fetchone()[0]


def _write_nodes(db: sqlite3.Connection, clauses: Sequence[Clause], first: int) -> None:
    """`first`: the row of the first of these clauses."""
    db.executemany(
        f"INSERT INTO nodes VALUES ({','.join('?' * 11)})",
        (
            (n.id, n.doc_id, n.parent, n.part, n.kind, n.number, n.label, n.text, n.clause, n.start, n.stop)
            for n in nodes(clauses, _count(db, "nodes"), first)
        ),
    )


def _copy_nodes(db: sqlite3.Connection, clauses: tuple[int, int], moved: int) -> None:
    span = first_at(db, "nodes", clauses[0]), first_at(db, "nodes", clauses[1])
    by = _count(db, "nodes") - span[0]
    copy(db, "nodes", "id", span, {"id": by, "parent": by, "clause": moved})


def _write_lists(db: sqlite3.Connection, clauses: Sequence[Clause], first: int) -> None:
    place = _count(db, "lists")
    for row, clause in enumerate(clauses, first):
        for found in listings(clause):
            db.execute("INSERT INTO lists VALUES (?,?,?,?,?)", (place, clause.doc_id, row, found.name, found.counted))
            db.executemany(
                "INSERT INTO list_items VALUES (?,?,?,?,?)", ((place, at, *item) for at, item in enumerate(found.items))
            )
            place += 1


def _copy_lists(db: sqlite3.Connection, clauses: tuple[int, int], moved: int) -> None:
    span = first_at(db, "lists", clauses[0]), first_at(db, "lists", clauses[1])
    by = _count(db, "lists") - span[0]
    copy(db, "lists", "id", span, {"id": by, "clause": moved})
    copy(db, "list_items", "list_id", span, {"list_id": by})


def nodes(clauses: Sequence[Clause], count: int = 0, first: int = 0) -> Iterator[Node]:
    """The trees of all documents, parents before children, in printed order, numbered from `count`; `first` is the
    row of the first clause."""
    known: dict[tuple, int] = {}
    for row, clause in enumerate(clauses, first):
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


class _Tables:
    """Writes tables, and which of them hold which pairs of characters."""

    def __init__(self, db: sqlite3.Connection, titles: Mapping[str, str]) -> None:
        self._db = db
        self._titles = titles
        self._said: dict[int, list[str]] = {}  # what is printed in a new table
        self._moved: list[tuple[int, int, int]] = []  # stretches of old ones, and by how much their numbers grew

    def write(self, clauses: Sequence[Clause], first: int) -> None:
        """Write the nodes and tables of new clauses, `first` being the row of the first."""
        tables: dict[tuple[str, int], list[tuple[int, Grid]]] = {}
        for row, clause in enumerate(clauses, first):
            if (grid := clause.grid) is not None:
                tables.setdefault((clause.doc_id, grid.table), []).append((row, grid))
        db, key = self._db, _count(self._db, "table_rows")
        for table, ((doc_id, _), found) in enumerate(tables.items(), _count(db, "tables")):
            grid = found[0][1]
            name, above = _named([clauses[row - first].path for row, _ in found], grid)
            cells = (cell for _, own in found for cell in own.cells)
            self._said[table] = [self._titles[doc_id], name, above, *grid.columns, *cells]
            db.execute("INSERT INTO tables VALUES (?,?,?,?)", (table, doc_id, name, above))
            for at, title in enumerate(grid.columns):
                own = column(title, name, [g.cells[at] for _, g in found if not _total(g)])
                db.execute("INSERT INTO table_columns VALUES (?,?,?,?,?)", (table, at, own.name, own.unit, own.kind))
            for place, (row, grid) in enumerate(found, 1):
                db.execute(
                    "INSERT INTO table_rows VALUES (?,?,?,?,?,?)", (key, table, place, row, _total(grid), grid.read)
                )
                db.executemany(
                    "INSERT INTO cells VALUES (?,?,?,?)",
                    ((key, at, text, typed(text)) for at, text in enumerate(grid.cells)),
                )
                key += 1

    def copy(self, clauses: tuple[int, int], moved: int) -> None:
        """Copy the nodes and tables of old clauses, whose rows grow by `moved`."""
        db = self._db
        rows = first_at(db, "table_rows", clauses[0]), first_at(db, "table_rows", clauses[1])
        if rows[0] == rows[1]:
            return
        ends = "SELECT table_id FROM before.table_rows WHERE id = ?"
        (first,), (last,) = (db.execute(ends, (row,)).fetchone() for row in (rows[0], rows[1] - 1))
        by, of_rows = _count(db, "tables") - first, _count(db, "table_rows") - rows[0]
        tables = first, last + 1
        copy(db, "tables", "id", tables, {"id": by})
        copy(db, "table_columns", "table_id", tables, {"table_id": by})
        copy(db, "table_rows", "id", rows, {"id": of_rows, "table_id": by, "clause": moved})
        copy(db, "cells", "row_id", rows, {"row_id": of_rows})
        self._moved.append((*tables, by))

    def write_pairs(self) -> None:
        """Once, when all tables are there."""
        leads.write(self._db, self._said, self._moved)


def _named(paths: Sequence[Sequence[str]], grid: Grid) -> tuple[str, str]:
    """(the table's name, all headings above it): the last heading before its column line that is no group of its
    rows, and stands above all of them."""
    beside = zip(*(_above(path, grid) for path in paths), strict=False)
    above = [own[0] for own in takewhile(lambda own: len(set(own)) == 1, beside)]
    return (above[-1] if above else "", "\n".join(above))


def _above(path: Sequence[str], grid: Grid) -> list[str]:
    head = next((at for at, heading in enumerate(path) if compact(heading) == compact(grid.head)), len(path) - 1)
    return list(path[:head])


def _total(grid: Grid) -> bool:
    return any("".join(cell.split()).startswith(_SUM) for cell in grid.cells[:3])
