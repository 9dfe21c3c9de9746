"""What a sentence puts in the place of other words of its source: another year, another place. Pure.

A name or year that the clause does mention is still wrong where it stands for another one. Both texts are cut into
words and compared as sequences; only like for like counts, so that rewording and reordering are left alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from index.entities.dates import CENTURY
from index.entities.regions import stem
from rag.words.dictionary import cut, tags

_WHOLE = re.compile(rf"{CENTURY}(?:年(?:\d{{1,2}}月(?:\d{{1,2}}日)?)?|-\d{{1,2}}-\d{{1,2}})|\d+(?:\.\d+)?")
_LONGEST = 3  # words on either side of a substitution; what is longer is another wording, not another name


def substituted(flat: str, source: str) -> Iterator[tuple[str, str, str]]:
    """(code, what the sentence says, what stands there in the source) of flattened texts."""
    said, given = _words(flat), _words(source)
    for tag, a, b, c, d in SequenceMatcher(None, said, given, autojunk=False).get_opcodes():
        if tag != "replace" or b - a > _LONGEST or d - c > _LONGEST:
            continue
        yield from _pair("date", _dates(said[a:b]), _dates(given[c:d]))
        yield from _pair("name", _places(said[a:b]), _places(given[c:d]))


def _pair(code: str, mine: Sequence[str], theirs: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    """Where one thing stands for one other; a longer form of the same thing is no other."""
    if len(mine) == len(theirs) == 1 and not (mine[0].startswith(theirs[0]) or theirs[0].startswith(mine[0])):
        yield code, mine[0], theirs[0]


def _words(flat: str) -> list[str]:
    """Words, each date and figure whole."""
    words, at = [], 0
    for match in _WHOLE.finditer(flat):
        words += [*cut(flat[at : match.start()]), match[0]]
        at = match.end()
    return [*words, *cut(flat[at:])]


def _dates(words: Sequence[str]) -> list[str]:
    found = [
        match[0] for word in words if (match := re.match(rf"{CENTURY}(?:年|-\d)", word)) and _WHOLE.fullmatch(word)
    ]
    return [word[:4] for word in found]


def _places(words: Sequence[str]) -> list[str]:
    """Words the dictionary has as places, the kind of place cut off: 重庆市 is 重庆."""
    return [stem(word) for word in words if len(word) > 1 and tags().get(word) == "ns"]
