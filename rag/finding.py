"""Finding documents as in a catalogue: by title, by 文号 however it is written, and by words anywhere in their text.

Words are apart by blanks and all of them count. Nothing is ranked by meaning here: what is found holds the words.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from index.entities.doc_nos import DocNo, asked
from index.schema import Clause, Document
from index.terms import pairs

if TYPE_CHECKING:
    from index.store import Store

_BRACKETS = str.maketrans({"[": "〔", "(": "〔", "【": "〔", "<": "〔", "]": "〕", ")": "〕", "】": "〕", ">": "〕"})
_WORDS = 8  # of a query that count
_LONGEST = 60  # characters of a query; more is a paste, and the second tab is for that

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Found:
    """One document: by its title or 文号, or by passages, or both."""

    document: Document
    named: bool  # its title, its notice's title or its 文号 holds every word
    passages: tuple[Clause, ...]  # that hold a word themselves and, with their headings and the title, all of them


def words(query: str) -> list[str]:
    """The words of a query, in the form `spans` takes; a 文号 is one word, as it is printed."""
    numbers, rest = _numbers(query)
    return [*(number.printed for number in numbers), *rest][:_WORDS]


def find(store: Store, query: str, allowed: Sequence[str] | None = None) -> list[Found]:
    """Documents that a query names first, then those that hold its words, most passages first; [] for an empty query.

    `allowed`: doc_ids that may be found, all by default.
    """
    wanted = words(query)
    if not wanted:
        return []
    may = set(store.documents if allowed is None else allowed)
    numbers, rest = _numbers(query)
    named = {
        doc_id
        for doc_id, document in store.documents.items()
        if doc_id in may and _numbered(document, numbers) and _holds_all(_names(document), rest)
    }
    passages: dict[str, list[Clause]] = {}
    for clause in _passages(store, wanted, may):
        passages.setdefault(clause.doc_id, []).append(clause)
    found = [
        Found(document, doc_id in named, tuple(passages.get(doc_id, ())))
        for doc_id, document in store.documents.items()
        if doc_id in named or doc_id in passages
    ]
    return sorted(found, key=lambda each: (not each.named, -len(each.passages)))


def folded(text: str) -> str:
    """One form for letters, figures and brackets of every width."""
    return unicodedata.normalize("NFKC", text).lower().translate(_BRACKETS).strip()


def spans(text: str, words: Sequence[str]) -> tuple[Span, ...]:
    """Where words stand in a text, blanks and line breaks within them disregarded; overlapping and touching places are one."""
    flat, at = [], []
    for place, letter in enumerate(text):
        for each in folded(letter) if not letter.isspace() else "":
            flat.append(each)
            at.append(place)
    joined = "".join(flat)
    places = []
    for word in words:
        size, begin = len(word), joined.find(word)
        while begin >= 0:
            places.append((at[begin], at[begin + size - 1] + 1))
            begin = joined.find(word, begin + size)
    merged: list[Span] = []
    for start, stop in sorted(places):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(stop, merged[-1][1]))
        else:
            merged.append((start, stop))
    return tuple(merged)


def _flat(text: str) -> str:
    return "".join(folded(text).split())


def _names(document: Document) -> list[str]:
    return [_flat(name) for name in (document.title, document.notice_title, document.doc_no) if name]


def _holds_all(texts: Sequence[str], words: Sequence[str]) -> bool:
    return all(any(word in text for text in texts) for word in words)


def _numbers(query: str) -> tuple[list[DocNo], list[str]]:
    """(each 文号 in a query, its other words)."""
    query = folded(query)[:_LONGEST]
    found = asked(query)
    for number in reversed(found):
        query = f"{query[: number.start]} {query[number.stop :]}"
    return found, query.split()


def _numbered(document: Document, wanted: Sequence[DocNo]) -> bool:
    """Whether a document's 文号 is one of these; of none, every document's is."""
    if not wanted:
        return True
    own = asked(_flat(document.doc_no or ""))
    return bool(own) and any(
        (said.year, said.number) == (own[0].year, own[0].number)
        and (own[0].letters.endswith(said.letters) or said.letters.endswith(own[0].letters))
        for said in wanted
    )


def _passages(store: Store, words: Sequence[str], may: set[str]) -> Iterator[Clause]:
    """The clauses that hold a word themselves and, with their headings and their document's names, all of them."""
    texts = _texts(store)
    for row in _rows(store, words):
        clause = store.clauses[row]
        if clause.doc_id not in may:
            continue
        own = texts[row] = texts[row] or _flat(clause.printed)
        held = [word for word in words if word in own]
        if not held:
            continue
        if len(held) < len(words):
            around = [_flat(heading) for heading in clause.path] + _names(store.documents[clause.doc_id])
            if not all(word in own or any(word in text for text in around) for word in words):
                continue
        yield clause


@lru_cache(maxsize=1)
def _texts(store: Store) -> list[str]:
    """Room for each clause's text in the form that words are looked for in, filled as they are; of one index only."""
    return [""] * len(store.clauses)


def _rows(store: Store, words: Sequence[str]) -> Iterator[int]:
    """Rows worth looking at: those whose indexed text has every pair of some word, as the others may stand above it."""
    import numpy as np

    # What a marked passage says is printed, and is not indexed.
    found = np.array([row for row, clause in enumerate(store.clauses) if clause.marks], dtype=np.int64)
    for word in words:
        terms = [term for term in pairs(word) if len(term) == 2 and term >= "\u3400"]
        if not terms:
            yield from range(len(store.clauses))  # a lone letter or a figure may be a part of a longer term
            return
        held = store.pairs.holders(terms[0])
        for term in terms[1:]:
            held = np.intersect1d(held, store.pairs.holders(term))
        found = np.union1d(found, held)
    yield from found.tolist()
