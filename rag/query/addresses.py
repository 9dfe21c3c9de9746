"""Clause addresses in a question (第四章第二节, 第十七条): which clauses stand there. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from index.markers import marker, number
from index.schema import Clause

# What officials call a place, and how documents number it; 款 and 项 lie within a clause.
_KINDS = {"编": ("编",), "部分": ("编", "一、"), "章": ("章",), "节": ("节",), "条": ("条", "1．")}


def numbered(address: Sequence[str]) -> tuple[str, ...]:
    """The parts of an address that clauses are numbered by."""
    return tuple(part for part in address if any(part.endswith(name) for name in _KINDS))


def stands_at(clause: Clause, address: Sequence[str]) -> bool:
    """Whether every part of `address` is the clause's own number or one above it; False for an empty address."""
    wanted = [(_KINDS[name], number(part)) for part in address for name in _KINDS if part.endswith(name)]
    own = {
        (found.kind, number(found.label))
        for heading in (*clause.path, clause.text.lstrip()) if (found := marker(heading)) is not None
    }  # fmt: skip
    return bool(wanted) and all(any((kind, value) in own for kind in kinds) for kinds, value in wanted)
