"""What a document is about, by the classes under which governments publish their documents (topics.tsv: a class, and
words that tell it). Told by words, not judged; a document may have two topics, or none. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from index.schema import Clause, Document
from index.terms import compact

OTHER = "其他"
_GENERAL = "国民经济与区域发展"
_HEADINGS = 3  # headings that speak of a topic where the title does not
_MOST = 2  # topics of a document


def topics(document: Document, clauses: Sequence[Clause]) -> tuple[str, ...]:
    """The topics of a document, at most two, the one with most words first: by its title, else by its headings."""
    # Who issued it is no topic: an office of agriculture also writes of its seals.
    title = compact(document.title)
    for issuer in document.issuers:
        title = title.replace(compact(issuer), "")
    counted = _counted([title], 1)
    if not counted:
        headings = dict.fromkeys(heading for clause in clauses for heading in clause.path)
        counted = _counted([compact(heading) for heading in headings], _HEADINGS)
    # General development stands in most titles, and comes after what is closer.
    found = sorted((name for name, _ in counted), key=lambda name: name == _GENERAL)
    return tuple(found[:_MOST]) or (OTHER,)


def names() -> list[str]:
    """Every topic in the order of the table, OTHER last."""
    return [*_table(), OTHER]


def _counted(texts: Sequence[str], least: int) -> list[tuple[str, int]]:
    """(topic, letters of its words that texts hold) where at least `least` texts hold some, most letters first."""
    letters: Counter[str] = Counter()
    held: Counter[str] = Counter()
    for text in texts:
        for name, words in _table().items():
            said = sum(len(word) for word in words if word in text)
            letters[name] += said
            held[name] += said > 0
    return [(name, count) for name, count in letters.most_common() if count and held[name] >= least]


@cache
def _table() -> dict[str, tuple[str, ...]]:
    rows = (Path(__file__).parent / "topics.tsv").read_text(encoding="utf-8").splitlines()
    return {name: tuple(words.split()) for name, words in (row.split("\t") for row in rows)}
