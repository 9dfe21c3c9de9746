"""Clause addresses in a question (第四章第二节, 第十七条): which clauses stand there. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property

from index.located import Place, Value, located, value
from index.schema import Clause

Located = Callable[[str, Value], Iterable[int]]
# What officials call a place, and how documents number it; 款 and 项 lie within a clause.
_KINDS = {"编": ("编",), "部分": ("编", "一、"), "章": ("章",), "节": ("节",), "条": ("条", "1．")}


def numbered(address: Sequence[str]) -> tuple[str, ...]:
    """The parts of an address that clauses are numbered by."""
    return tuple(part for part in address if _named(part) is not None)


class Addresses:
    """Which clauses stand where."""

    def __init__(self, clauses: Sequence[Clause] = (), located: Located | None = None) -> None:
        """`located`: what an index knows of them (Store.located), else they are looked through."""
        self._clauses, self._located = clauses, located

    def rows(self, address: Sequence[str]) -> list[int]:
        """The rows of the clauses whose own number, or one above, each part of `address` is; none for an empty
        address."""
        wanted = [(_KINDS[name], value(part)) for part in address if (name := _named(part)) is not None]
        found = [set().union(*(self._under(kind, own) for kind in kinds)) for kinds, own in wanted]
        return sorted(set.intersection(*found)) if found else []

    def _under(self, kind: str, own: Value) -> Iterable[int]:
        return self._at.get((kind, own), ()) if self._located is None else self._located(kind, own)

    @cached_property
    def _at(self) -> Mapping[Place, set[int]]:
        """(kind of number, its value) → rows; worked out when an address is first asked for."""
        return located(self._clauses)


def _named(part: str) -> str | None:
    """Which of _KINDS a part of an address is; 第十条之一 is a 条."""
    return next((name for name in _KINDS if part.endswith(name) or f"{name}之" in part), None)
