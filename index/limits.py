"""How far one file may go before it is given up, and how many are read at once."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """The defaults and their reasons are in index/settings.py; a file over one of them is named and left out."""

    seconds: float = 60.0
    memory: int = 2048  # MiB
    size: int = 200  # MiB
    at_once: int = 2
