"""Clause addresses in a question (第四章第二节, 第十七条): which clauses stand there. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from index.entities.addresses import articles
from index.markers import marker, number
from index.schema import Clause

Value = tuple[int | None, int]

# What officials call a place, and how documents number it; 款 and 项 lie within a clause.
_KINDS = {"编": ("编",), "部分": ("编", "一、"), "章": ("章",), "节": ("节",), "条": ("条", "1．")}


def numbered(address: Sequence[str]) -> tuple[str, ...]:
    """The parts of an address that clauses are numbered by."""
    return tuple(part for part in address if _named(part) is not None)


class Addresses:
    """Which clauses stand where."""

    def __init__(self, clauses: Sequence[Clause]) -> None:
        self._clauses = clauses

    def rows(self, address: Sequence[str]) -> list[int]:
        """The rows of the clauses whose own number, or one above, each part of `address` is; none for an empty
        address."""
        wanted = [(_KINDS[name], _value(part)) for part in address if (name := _named(part)) is not None]
        found = [set().union(*(self._at.get((kind, value), ()) for kind in kinds)) for kinds, value in wanted]
        return sorted(set.intersection(*found)) if found else []

    @cached_property
    def _at(self) -> dict[tuple[str, Value], set[int]]:
        """(kind of number, its value) → rows; worked out when an address is first asked for."""
        places: dict[tuple[str, Value], set[int]] = {}
        for row, clause in enumerate(self._clauses):
            for heading in (*clause.path, clause.text.lstrip()):
                if (found := marker(heading)) is not None:
                    places.setdefault((found.kind, _value(found.label)), set()).add(row)
        return places


def _named(part: str) -> str | None:
    """Which of _KINDS a part of an address is; 第十条之一 is a 条."""
    return next((name for name in _KINDS if part.endswith(name) or f"{name}之" in part), None)


def _value(label: str) -> Value:
    """The number of a label, and the one behind 之 or 0: 第十条之一 is no 第十条."""
    own = articles(label)
    return own[0][1] if own else (number(label), 0)
