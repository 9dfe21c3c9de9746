"""Written questions and twins, in either of the forms they are kept in → entries. Frozen.

A file of pairs has a line for a question and one for its twin (../shared/eval/README.md has the fields); a file of
entries has a line for a quote, with every question that it answers and every twin that nothing answers
(rag/training/data/README.md).
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Quote:
    """Verbatim words of a document, which is named by its file without the ending."""

    document: str
    text: str


@dataclass(frozen=True, slots=True)
class Entry:
    """What answers a question, and what only seems to."""

    quotes: tuple[Quote, ...]  # where the answer stands
    span: str  # the words of it that answer
    asks: tuple[str, ...]  # questions that it answers, in different words
    twins: tuple[str, ...]  # questions that differ from them by little, and that nothing in the document answers
    near: tuple[Quote, ...]  # what tempts beside it
    history: tuple[dict[str, str], ...] = ()  # turns before each of the questions: role, content

    @property
    def document(self) -> str:
        """The one that is asked about."""
        return self.quotes[0].document


def read(file: Path) -> Iterator[Entry]:
    """The entries of a JSON Lines file, in order."""
    pairs: dict[str, list[dict]] = defaultdict(list)
    for line in file.read_text(encoding="utf-8").splitlines():
        told = json.loads(line)
        if "asks" in told:
            yield _entry(told)
        else:
            pairs[told["pair"]].append(told)
    for both in pairs.values():
        yield _pair(*sorted(both, key=lambda told: not told["answerable"]))


def _entry(told: dict) -> Entry:
    name = told["doc"]
    near = tuple(Quote(name, text) for text in told.get("near", ()))
    return Entry((Quote(name, told["quote"]),), told["span"], tuple(told["asks"]), tuple(told["twins"]), near)


def _pair(asked: dict, twin: dict) -> Entry:
    near = [*asked.get("near", ()), *twin.get("near", ())]
    return Entry(
        tuple(Quote(e["doc"], e["quote"]) for e in asked["evidence"]),
        asked["span"],
        (asked["question"],),
        (twin["question"],),
        tuple(dict.fromkeys(Quote(e["doc"], e["quote"]) for e in near)),
        tuple(asked.get("history", ())),
    )
