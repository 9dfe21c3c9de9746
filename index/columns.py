"""The cells of a list row → its columns, where text extraction left no marks between them. Pure.

Names come from the printed header; cells are told by what they are (organs, deadlines, years, figures), and a row is left
without columns where that does not settle it: a cell in a wrong column is worse than none.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from index.tables import TableRow


def aligned(head: Sequence[str], rows: Sequence[TableRow]) -> tuple[tuple[str, ...], tuple[TableRow, ...]]:
    """(names of the columns, the rows with a text for each column); no names where they cannot be told apart."""
    columns = tuple(" ".join(head).split())
    if len(columns) < 2 or any(len(name) < 2 for name in columns):
        return (), tuple(rows)
    told = [(_plain(row, len(columns)) if row.number is not None else None) for row in rows]
    if not any(told):
        return (), tuple(rows)
    return columns, tuple(replace(row, by_column=own) if own else row for row, own in zip(rows, told, strict=True))


def _plain(row: TableRow, count: int) -> tuple[str, ...] | None:
    """The cells of a row that prints as many, one a line or set apart by blanks on one."""
    if len(row.cells) == count:
        return row.cells
    parts = re.split(r"\s+", " ".join(row.lines).strip())
    return tuple(parts) if len(parts) == count else None
