"""The graph of a large index, kept beside it: worked out once a generation, not at every start.

Thrown away where any byte of it changed, or where the code that works it out is another.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import astuple
from functools import cache
from pathlib import Path

from rag.lineage.graph import Edge, Lineage, Node

NAME = "lineage.json"


def kept(folder: Path, make: Callable[[], Lineage]) -> Lineage:
    """The graph kept in an index's folder; made, and kept there where that can be written to, where there is none."""
    path = folder / NAME
    with suppress(OSError, ValueError, TypeError, KeyError):
        head, _, body = path.read_bytes().partition(b"\n")
        if head.decode("ascii") == _head(body):
            told = json.loads(body)
            nodes = [Node(*row) for row in told["nodes"]]
            edges = tuple(Edge(*row) for row in ((*row[:4], tuple(row[4]), *row[5:]) for row in told["edges"]))
            return Lineage({node.id: node for node in nodes}, edges)
    made = make()
    told = {"nodes": list(map(astuple, made.nodes.values())), "edges": list(map(astuple, made.edges))}
    body = json.dumps(told, ensure_ascii=False).encode()
    part = path.with_name(f"{NAME}.{os.getpid()}.part")
    with suppress(OSError):
        part.write_bytes(_head(body).encode("ascii") + b"\n" + body)
        os.replace(part, path)
    return made


def _head(body: bytes) -> str:
    return f"{_code()} {hashlib.sha256(body).hexdigest()}"


@cache
def _code() -> str:
    found = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        found.update(path.read_bytes())
    return found.hexdigest()
