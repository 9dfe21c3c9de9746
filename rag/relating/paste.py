"""A pasted text → the clauses it holds: one, or each of a draft's, by the product's own parser. Pure."""

from __future__ import annotations

import hashlib

from index.parse import parse
from index.schema import Line, RawText

WHOLE = 500  # characters up to which a paste is one clause, however it is laid out
SHORTEST = 15  # characters: less is a heading, or the end of something
MOST = 200  # clauses of a draft that are looked up


def split(text: str) -> list[str]:
    """The clauses of a paste, verbatim, in order; at least one."""
    if len(text) <= WHOLE:
        return [text]
    lines = tuple(Line(row, number) for number, row in enumerate(text.split("\n"), 1))
    raw = RawText("粘贴", lines, hashlib.sha256(text.encode()).hexdigest())
    clauses = [clause.text for parsed in parse(raw) for clause in parsed.clauses]
    return [clause for clause in clauses if len(clause.strip()) >= SHORTEST][:MOST] or [text]
