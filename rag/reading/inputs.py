"""A question beside a window of a clause → what a reader's network takes: token ids and a mark for every token. Pure.

A mark says which part a token belongs to (question, address, body) and how long the run of characters is that the other
side has in common with it: what a question names and a clause does not say is the first thing that tells a near miss,
and a small network sees it at once if it is told (the exact-match feature of DrQA, Chen et al. 2017, by run length).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tokenizers import Tokenizer

QUESTION, ADDRESS, BODY = range(3)
_LONGEST_RUN = 3  # characters; longer runs in common say no more
MARKS = 3 * (_LONGEST_RUN + 1)
_ROOM = (56, 30, 150)  # tokens of each part; what is longer loses its beginning (question, address) or end (body)


@dataclass(frozen=True, slots=True)
class Pair:
    """A question and a window of a clause under its address."""

    question: str
    address: str  # the document's title and the headings above the clause
    body: str


@dataclass(frozen=True, slots=True)
class Input:
    """One sequence: beginning mark, question, end mark, address, end mark, body, end mark."""

    ids: list[int]
    marks: list[int]  # MARKS kinds: part × run in common
    first: int  # place of the first token of the body
    spans: list[tuple[int, int]]  # [start, stop) in the body's text of each of its tokens

    @property
    def last(self) -> int:
        """Place behind the body's last token."""
        return self.first + len(self.spans)


class Inputs:
    """Makes inputs by a tokenizer file of the XLM-RoBERTa kind (beginning mark 0, end mark 2)."""

    def __init__(self, tokenizer: Path) -> None:
        from tokenizers import Tokenizer

        self._tokenizer: Tokenizer = Tokenizer.from_file(str(tokenizer))
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()

    def make(self, pairs: Sequence[Pair]) -> list[Input]:
        """One input a pair, in order."""
        texts = [text for pair in pairs for text in (pair.question, pair.address, pair.body)]
        encoded = self._tokenizer.encode_batch(texts, add_special_tokens=False)
        return [self._one(pair, encoded[3 * row : 3 * row + 3]) for row, pair in enumerate(pairs)]

    def _one(self, pair: Pair, encoded: Sequence) -> Input:
        clause = f"{pair.address}\n{pair.body}"
        runs = (common(pair.question, clause), common(pair.address, pair.question), common(pair.body, pair.question))
        ids, marks, first, spans = [0], [0], 0, []
        for part, (own, shared) in enumerate(zip(encoded, runs, strict=True)):
            kept = slice(0, _ROOM[part]) if part == BODY else slice(max(0, len(own.ids) - _ROOM[part]), None)
            first, spans = len(ids), own.offsets[kept]
            ids += own.ids[kept]
            marks += [part * (_LONGEST_RUN + 1) + max(shared[a:b], default=0) for a, b in spans]
            ids.append(2)
            marks.append(part * (_LONGEST_RUN + 1))
        return Input(ids, marks, first, [tuple(span) for span in spans])


def common(text: str, other: str) -> list[int]:
    """For each character of `text`, the length (at most 3) of the longest run around it that `other` holds too.

    White space and punctuation count for nothing; width and case make no difference.
    """
    places = [place for place, c in enumerate(text) if _plain(c)]
    plain = "".join(_plain(text[place]) for place in places)
    held = "".join(map(_plain, other))
    longest = [0] * len(text)
    for size in range(1, _LONGEST_RUN + 1):
        grams = {held[at : at + size] for at in range(len(held) - size + 1)}
        for at in range(len(plain) - size + 1):
            if plain[at : at + size] in grams:
                for place in places[at : at + size]:
                    longest[place] = size
    return longest


@lru_cache(maxsize=1 << 16)
def _plain(character: str) -> str:
    """One character without width and case; empty where it is no letter or digit."""
    plain = unicodedata.normalize("NFKC", character).lower()[:1]
    return plain if plain.isalnum() else ""
