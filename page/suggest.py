"""What may be meant by the words being typed: titles and 文号 of the documents at hand. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from index.schema import Document
from index.terms import compact

_MOST = 6
_SHORTEST, _LONGEST = 3, 40  # characters of the words looked at, from the end of what is typed
_BRACKETS = str.maketrans("〔〕【】（）", "[][]()")


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A document, and how many of the characters last typed its name takes the place of."""

    title: str
    doc_no: str | None
    replaces: int


def suggest(documents: Sequence[Document], typed: str) -> list[Suggestion]:
    """Documents whose title or 文号 holds the end of what is typed, the longest such end; none where it says nothing.

    After 《 at least one character will do; elsewhere three, or a word of the question would call for documents.
    """
    opened = re.search(r"《([^《》]*)$", typed)
    if opened:
        words, least, before = opened[1], 1, 1
    else:
        words, least, before = re.split(r"[，。？！；\n]", typed)[-1][-_LONGEST:], _SHORTEST, 0
    names = [(document, _flat(document.title), _flat(document.doc_no or "")) for document in documents]
    for start in range(len(words)):
        end = words[start:]
        flat = _flat(end)
        if len(flat) < least or end != end.lstrip():
            continue
        found = [d for d, title, number in names if flat in title or (number and flat in number)]
        if len(found) == 1 and flat == _flat(found[0].title):
            return []  # it stands there in full
        if found:
            found.sort(key=lambda d: not _flat(d.title).startswith(flat))
            return [Suggestion(d.title, d.doc_no, len(end) + before) for d in found[:_MOST]]
        if opened:
            break
    return []


def _flat(text: str) -> str:
    """Without blanks, width and the kinds of brackets a 文号 is written with."""
    return compact(text.translate(_BRACKETS)).replace("(2", "[2").replace(")", "]").casefold()
