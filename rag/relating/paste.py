"""A pasted text → the clauses it holds: one, or each of a draft's, by the product's own parser. Pure."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from index.parse import parse
from index.schema import Line, RawText

WHOLE = 500  # characters up to which a paste is one clause, however it is laid out
SHORTEST = 15  # characters: less is a heading, or the end of something
MOST = 200  # clauses of a draft that are looked up


@dataclass(frozen=True, slots=True)
class Parts:
    """What a paste is looked up by, and what of it is not."""

    units: tuple[str, ...]  # clauses, verbatim, in order; at least one
    short: int = 0  # clauses too short to say anything, such as headings
    beyond: int = 0  # clauses after the last that is looked up


def split(text: str) -> list[str]:
    """The clauses of a paste, verbatim, in order; at least one."""
    return list(parts(text).units)


def parts(text: str) -> Parts:
    """The clauses of a paste, and how many of it are left out."""
    if len(text) <= WHOLE:
        return Parts((text,))
    lines = tuple(Line(row, number) for number, row in enumerate(text.split("\n"), 1))
    raw = RawText("粘贴", lines, hashlib.sha256(text.encode()).hexdigest())
    clauses = [clause.text for parsed in parse(raw) for clause in parsed.clauses]
    units = [clause for clause in clauses if len(clause.strip()) >= SHORTEST]
    if not units:
        return Parts((text,))
    return Parts(tuple(units[:MOST]), len(clauses) - len(units), max(0, len(units) - MOST))
