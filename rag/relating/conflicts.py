"""一致性检查: pairs of clauses across documents that give one indicator different values, or one value different years.

For a person to judge: ranked by how surely the words name the same indicator. Pure but for the store it reads.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from index.entities import dates
from index.entities.printed import flatten
from index.schema import Clause, Document
from index.sentences import split_sentences
from rag.relating.differences import FIGURE, YEAR
from rag.relating.indicators import Stated, comparable, cosine, stated
from rag.relating.scope import may_share, same_region
from rag.tuned import numbers

if TYPE_CHECKING:
    from rag.context import Shelf

SAME = numbers(__name__)["same"]  # cosine of two indicators' weighted character pairs
_COMMON = 0.02  # share of statements: a pair of characters more usual than this brings no two together


@dataclass(frozen=True, slots=True)
class Statement:
    """One figure with what it is a figure of."""

    clause: Clause
    start: int  # span of the sentence in clause.text
    stop: int
    stated: Stated
    printed: str  # the figure as it stands in the normalised sentence
    year: str | None  # target year named before it, or governing the sentence

    @property
    def indicator(self) -> str:
        return self.stated.words

    @property
    def quote(self) -> str:
        return self.clause.text[self.start : self.stop]


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two statements that may contradict each other."""

    kind: str  # FIGURE, or YEAR where the values agree
    first: Statement
    second: Statement
    cosine: float  # 0 to 1: how far the two name the same indicator
    nested: bool  # one region lies within the other

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why both may hold."""
        years = {self.first.year, self.second.year}
        other_year = self.kind == FIGURE and None not in years and len(years) == 2
        return (*(["所属年份不同"] if other_year else []), *(["地域范围不同"] if self.nested else []))

    @property
    def explained(self) -> bool:
        return bool(self.reasons)


def conflicts(shelf: Shelf) -> list[Conflict]:
    """All pairs: unexplained first, then those of one region, then the most alike."""
    statements = list(_statements(shelf))
    terms = [statement.stated.terms for statement in statements]
    holders: dict[str, list[int]] = defaultdict(list)
    for place, own in enumerate(terms):
        for term in own:
            holders[term].append(place)
    usual = max(20, _COMMON * len(statements))
    found: dict[tuple[str, str, str], Conflict] = {}
    for place, own in enumerate(terms):
        near = {other for term in own if len(holders[term]) <= usual for other in holders[term] if other > place}
        for other in sorted(near):
            pair = _compare(shelf, statements[place], statements[other])
            if pair is None:
                continue
            alike = cosine(own, terms[other], shelf.store.pairs.idf)
            if alike >= SAME:
                ids = (statements[place].clause.clause_id, statements[other].clause.clause_id, pair[0])
                if ids not in found or found[ids].cosine < alike:
                    found[ids] = Conflict(pair[0], statements[place], statements[other], alike, *pair[1:])
    return sorted(found.values(), key=lambda c: (c.explained, c.nested, -round(c.cosine, 6)))


def _statements(shelf: Shelf) -> Iterator[Statement]:
    for row, clause in enumerate(shelf.store.clauses):
        if clause.kind in ("notice", "row"):
            continue
        for start, stop in split_sentences(clause.text):
            flat = flatten(clause.text[start:stop])
            for each in stated(flat):
                q = each.quantity
                year = _named_year(flat[: q.start]) or shelf.year_of(row, start)
                yield Statement(clause, start, stop, each, flat[q.start : q.stop], year)


def _named_year(before: str) -> str | None:
    years = sorted(day for day in dates.dates(before) if "-" not in day)
    return years[-1] if years else None


def _compare(shelf: Shelf, a: Statement, b: Statement) -> tuple[str, bool] | None:
    """(kind, nested) where two statements of different documents differ; None where they do not."""
    if a.clause.doc_id == b.clause.doc_id or not comparable(a.stated, b.stated):
        return None
    first, second = (_document(shelf, s) for s in (a, b))
    if not may_share(first, second):
        return None
    nested = not same_region(first, second)
    years = (a.year, b.year)
    differ = None not in years and years[0] != years[1]
    if a.stated.quantity.value != b.stated.quantity.value:
        return FIGURE, nested
    return (YEAR, nested) if differ else None


def _document(shelf: Shelf, statement: Statement) -> Document:
    return shelf.document(statement.clause)
