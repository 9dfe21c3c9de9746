"""A sign of life from a reader at work: what takes minutes in many equal steps, as a scan does page by page."""

from __future__ import annotations

from collections.abc import Callable

_told: list[Callable[[], None]] = []


def beat() -> None:
    """Say that a step is done, so that the time allowed for a file counts anew; nothing happens where nobody
    watches."""
    for tell in _told:
        tell()


def watch(tell: Callable[[], None]) -> None:
    """Have `tell` called at every beat."""
    _told.append(tell)
