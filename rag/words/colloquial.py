"""The lexicon of colloquial words and what documents call them: 看病 is 就医 there, 门面 经营场所. Pure.

The lexicon (rag/words/colloquial.tsv) was written from general knowledge of official language, for any region's documents
and without a look at any; whoever keeps the product adds a line. It brings clauses near and tells what a question asks
for; it never stands in an answer.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

_FILE = Path(__file__).with_name("colloquial.tsv")  # everyday|everyday ⇥ official|official, # a section


def everyday(text: str) -> list[tuple[str, tuple[str, ...]]]:
    """(everyday word, its official names) for each in a text, the longest where several begin."""
    names, pattern = _lexicon()
    return [(match[0], names[match[0]]) for match in pattern.finditer("".join(text.split()))]


def official(text: str) -> list[str]:
    """The official names of a text's everyday words, none twice."""
    return list(dict.fromkeys(name for _, names in everyday(text) for name in names))


@cache
def _lexicon() -> tuple[dict[str, tuple[str, ...]], re.Pattern[str]]:
    names: dict[str, tuple[str, ...]] = {}
    for line in _FILE.read_text(encoding="utf-8").splitlines():
        everyday, tab, official = line.partition("\t")
        if tab:
            names.update(dict.fromkeys(everyday.split("|"), tuple(official.split("|"))))
    longest_first = sorted(names, key=len, reverse=True)
    return names, re.compile("|".join(map(re.escape, longest_first)))
