"""The target year (目标年) that governs each sentence: what “到2025年，……” says holds until another year is named.
Pure.

Plans state a year once and then list figures for sentences and paragraphs on end; a figure is only an answer for a year
if that year governs it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import overload

from index.schema import Clause
from index.terms import normalise

_TARGET = re.compile(r"(?:到|至|截至|力争)\s*(20\d{2})\s*年(?!度?[末底]?(?:以来|间))")
_DOCUMENTS = 2_000  # whose years are kept
_OPENING = 12  # characters: a paragraph that names its year this early sets it for those beside it


@dataclass(frozen=True, slots=True)
class TargetYear:
    """A target year and the sentence that names it."""

    year: str
    sentence: int  # row


class TargetYears(Sequence[TargetYear | None]):
    """For each sentence of a store the year that governs it, worked out a document at a time: no year reaches into
    another document. `rows_of(clause row)`: (the first, behind the last) clause row of its document."""

    def __init__(
        self,
        clauses: Sequence[Clause],
        sentences: Sequence[tuple[int, int, int]],
        sentence_rows: Sequence[Sequence[int]],
        rows_of: Callable[[int], tuple[int, int]],
    ) -> None:
        self._clauses, self._sentences, self._sentence_rows = clauses, sentences, sentence_rows
        self._rows_of = rows_of
        self._of_document = lru_cache(_DOCUMENTS)(self._governed)

    def __len__(self) -> int:
        return len(self._sentences)

    @overload
    def __getitem__(self, at: int) -> TargetYear | None: ...
    @overload
    def __getitem__(self, at: slice) -> list[TargetYear | None]: ...
    def __getitem__(self, at: int | slice) -> TargetYear | list[TargetYear | None] | None:
        if isinstance(at, slice):
            return [self[row] for row in range(*at.indices(len(self)))]
        first, found = self._of_document(*self._rows_of(self._sentences[at][0]))
        return found[(at if at >= 0 else len(self) + at) - first]

    def _governed(self, begin: int, end: int) -> tuple[int, list[TargetYear | None]]:
        """(the first sentence of some clauses, what governs each of theirs)."""
        rows = [row for clause in range(begin, end) for row in self._sentence_rows[clause]]
        first = rows[0]
        own = [(clause - begin, start, stop) for clause, start, stop in self._sentences[first : rows[-1] + 1]]
        found = target_years(self._clauses[begin:end], own)
        return first, [own and replace(own, sentence=own.sentence + first) for own in found]


def target_years(clauses: Sequence[Clause], sentences: Sequence[tuple[int, int, int]]) -> list[TargetYear | None]:
    """For each sentence (clause row, start, stop) the year that governs it, None where none does.

    Within a clause a year holds from the sentence that names it; for the clauses below a clause that heads them, the
    last one named there; and where a year opens a clause, for those that follow under the same heading.
    """
    found: list[TargetYear | None] = []
    below: dict[tuple[str, tuple[str, ...]], TargetYear] = {}  # (document, path) → year set for what stands there
    row, year = -1, None
    for sentence, (clause_row, start, stop) in enumerate(sentences):
        clause = clauses[clause_row]
        if clause_row != row:
            row, year = clause_row, _inherited(below, clause)
        text = normalise(clause.text[start:stop])
        for match in _TARGET.finditer(text):
            year = TargetYear(match[1], sentence)
            below[(clause.doc_id, (*clause.path, clause.text.split("\n", 1)[0].strip()))] = year
            if start == 0 and match.start() <= _OPENING:
                below[(clause.doc_id, clause.path)] = year
        found.append(year)
    return found


def _inherited(below: dict[tuple[str, tuple[str, ...]], TargetYear], clause: Clause) -> TargetYear | None:
    for depth in range(len(clause.path), 0, -1):
        if (year := below.get((clause.doc_id, clause.path[:depth]))) is not None:
            return year
    return None
