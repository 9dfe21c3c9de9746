"""一致性检查: pairs of clauses across documents that give one indicator different values, or one value different years.

For a person to judge: ranked by how surely the words name the same indicator. Pure but for the store it reads.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from index.schema import Clause, Document
from index.sentences import split_sentences
from index.terms import pairs
from rag import facts
from rag.differences import FIGURE, YEAR, about, half
from rag.scope import may_share

if TYPE_CHECKING:
    from rag.library import Library

SAME = 0.62  # cosine of two indicators' weighted character pairs
FEWEST = 4  # character pairs an indicator has at least; with less, the half-sentence before tells what it is of
_BOUNDS = re.compile(r"达到|达|超过|突破|力争|实现|不低于|不少于|不超过|左右|以上|以下|约|近|超|分别|累计|总数|数量|为|到(?=$|年)|^年")
_COMMON = 0.02  # share of statements: a pair of characters more usual than this brings no two together
_GROWTH = ("增长", "年均", "增速", "提高", "下降", "降低", "减少", "压缩", "新增")


@dataclass(frozen=True, slots=True)
class Statement:
    """One figure with what it is a figure of."""

    clause: Clause
    start: int  # span of the sentence in clause.text
    stop: int
    indicator: str  # the half-sentence around the figure, the figure out
    value: Decimal
    unit: str
    printed: str  # the figure as it stands in the normalised sentence
    year: str | None  # target year named before it, or governing the sentence

    @property
    def quote(self) -> str:
        return self.clause.text[self.start : self.stop]


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two statements that may contradict each other."""

    kind: str  # FIGURE, or YEAR where the values agree
    first: Statement
    second: Statement
    likeness: float  # 0 to 1: how far the two name the same indicator
    explained: bool  # different years are named, so that the figures may both hold


def conflicts(library: Library) -> list[Conflict]:
    """All pairs, most alike and unexplained first."""
    statements = list(_statements(library))
    terms = [frozenset(pairs(s.indicator)) for s in statements]
    holders: dict[str, list[int]] = defaultdict(list)
    for place, own in enumerate(terms):
        for term in own:
            holders[term].append(place)
    usual = max(20, _COMMON * len(statements))
    weigh = library.store.pairs.idf
    weight = [sum(map(weigh, own)) for own in terms]
    found: dict[tuple[str, str, str], Conflict] = {}
    for place, own in enumerate(terms):
        near = {other for term in own if len(holders[term]) <= usual for other in holders[term] if other > place}
        for other in sorted(near):
            pair = _compare(library, statements[place], statements[other])
            if pair is None:
                continue
            common = sum(map(weigh, own & terms[other]))
            likeness = common / math.sqrt(weight[place] * weight[other])
            if likeness >= SAME:
                ids = (statements[place].clause.clause_id, statements[other].clause.clause_id, pair[0])
                if ids not in found or found[ids].likeness < likeness:
                    found[ids] = Conflict(pair[0], statements[place], statements[other], likeness, pair[1])
    return sorted(found.values(), key=lambda c: (c.explained, -c.likeness))


def _statements(library: Library) -> Iterator[Statement]:
    for row, clause in enumerate(library.store.clauses):
        if clause.kind in ("notice", "row"):
            continue
        for start, stop in split_sentences(clause.text):
            flat = facts.flatten(clause.text[start:stop])
            for q in facts.quantities(flat):
                indicator = _indicator(flat, q.start)
                if q.unit and q.unit != "年" and len(pairs(indicator)) >= FEWEST:
                    year = _named_year(flat[: q.start]) or library.year_of(row, start)
                    yield Statement(clause, start, stop, indicator, q.value, q.unit, flat[q.start : q.stop], year)


def _indicator(flat: str, at: int) -> str:
    """What a figure is a figure of: the words of its half-sentence that say neither how much nor when."""
    own = _BOUNDS.sub("", about(flat, at))
    if len(pairs(own)) < FEWEST and (start := flat.rfind(half(flat, at), 0, at + 1)) > 1:
        own = _BOUNDS.sub("", about(flat, start - 2)) + own
    return own


def _named_year(before: str) -> str | None:
    years = sorted(day for day in facts.dates(before) if "-" not in day)
    return years[-1] if years else None


def _compare(library: Library, a: Statement, b: Statement) -> tuple[str, bool] | None:
    """(kind, explained) where two statements of different documents differ; None where they cannot or do not."""
    if a.clause.doc_id == b.clause.doc_id or a.unit != b.unit:
        return None
    if any((word in a.indicator) != (word in b.indicator) for word in _GROWTH):
        return None  # a level and its growth are two indicators
    first, second = (_document(library, s) for s in (a, b))
    if not may_share(first, second):
        return None
    years = (a.year, b.year)
    differ = None not in years and years[0] != years[1]
    if a.value != b.value:
        return FIGURE, differ
    return (YEAR, False) if differ else None


def _document(library: Library, statement: Statement) -> Document:
    return library.document(statement.clause)
