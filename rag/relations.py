"""What a clause is to a pasted one: 原文, 上位依据, 贯彻落实, 口径不一 or 同类条款, with the two spans that show it.

Deterministic: the same text by edit distance; a different figure, year or force on the same matter by rag.differences;
higher and lower by what the documents say of each other (rag.lineage) and by what the paste itself names.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from index.schema import Document
from index.sentences import split_sentences
from index.terms import compact, pairs
from rag import differences as differing
from rag.differences import Difference
from rag.mentions import mentions
from rag.names import Names
from rag.scope import may_share

if TYPE_CHECKING:
    from rag.library import Library

ORIGINAL, BASIS, IMPLEMENTS, DIFFERS, PARALLEL = "原文", "上位依据", "贯彻落实", "口径不一", "同类条款"
NEAREST = "最接近"  # nothing in the corpus is related; this is what comes nearest
RELATIONS = (ORIGINAL, BASIS, IMPLEMENTS, DIFFERS, PARALLEL, NEAREST)
SAME_TEXT = 80.0  # rapidfuzz partial ratio: with 15% of the characters changed sources score 83 and more, others below 79
_ON_MATTER, _IN_COMMON = 0.4, 6  # share of a sentence's weight, and character pairs, for one to prescribe the other
_COMPARED = 0.35  # the same, from which figures are compared


@dataclass(frozen=True, slots=True)
class Related:
    """One label and what shows it; spans are of the paste and of the clause."""

    relation: str
    pasted: tuple[int, int]
    quote: tuple[int, int]
    differences: tuple[Difference, ...]  # spans as above


class Relations:
    """Labels clauses of one library against pasted texts."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._names = Names(list(library.store.documents.values()))

    def source(self, text: str, rows: Sequence[int]) -> int | None:
        """The row among `rows` whose clause is the pasted text, or a near copy or a part of it; None where none is."""
        scored = [(self._likeness(text, row), row) for row in rows]
        best = max(scored, default=(0.0, None))
        return best[1] if best[0] >= SAME_TEXT else None

    def label(self, text: str, source: int | None, row: int) -> Related:
        """What clause `row` is to the paste, whose own clause is `source` where it is held."""
        clause = self._library.store.clauses[row]
        pasted, quote, share = self._closest(text, clause.text)
        if row == source or self._likeness(text, row) >= SAME_TEXT:
            return Related(ORIGINAL, pasted, quote, tuple(self._differences(text, source, row)))
        found = tuple(self._differences(text, source, row))
        deciding = [d for d in found if d.kind != differing.UNITS]
        if deciding and (source is None or may_share(self._document(source), self._document(row))):
            first = deciding[0]
            return Related(DIFFERS, _around(text, first.ours), _around(clause.text, first.theirs), found)
        relation = self._by_lineage(text, source, self._document(row)) if share >= _ON_MATTER else None
        return Related(relation or PARALLEL, pasted, quote, found)

    def _document(self, row: int) -> Document:
        return self._library.document(self._library.store.clauses[row])

    def _likeness(self, text: str, row: int) -> float:
        from rapidfuzz import fuzz

        own, other = compact(text), compact(self._library.store.clauses[row].text)
        if min(len(own), len(other)) < 0.5 * len(own):
            return 0.0
        return fuzz.partial_ratio(own, other)

    def _by_lineage(self, text: str, source: int | None, document: Document) -> str | None:
        """上位依据 or 贯彻落实, where documents say so."""
        if source is not None:
            own = self._document(source)
            if document.doc_id in self._library.graph.rests_on(own.doc_id):
                return BASIS
            if own.doc_id in self._library.graph.rests_on(document.doc_id):
                return IMPLEMENTS
        named = (self._names.resolve(m.name, m.doc_no, document, others=False) for m in mentions(text))
        return BASIS if document.doc_id in set(named) else None

    def _differences(self, text: str, source: int | None, row: int) -> list[Difference]:
        library, clause = self._library, self._library.store.clauses[row]
        found: list[Difference] = []
        for a, b in split_sentences(text):
            for c, d in split_sentences(clause.text):
                if differing.share(text[a:b], clause.text[c:d], self._weigh) < _COMPARED:
                    continue
                years = (self._year(source, text[a:b]), library.year_of(row, c))
                for each in differing.differences(text[a:b], clause.text[c:d], self._weigh, years):
                    ours, theirs = each.ours, each.theirs
                    found.append(
                        Difference(each.kind, (ours[0] + a, ours[1] + a), (theirs[0] + c, theirs[1] + c), each.what)
                    )  # fmt: skip
        return found + (differing.of_units(text, clause.text) if found else [])

    def _year(self, source: int | None, sentence: str) -> str | None:
        """The target year that governs a pasted sentence, where its own clause is held."""
        if source is None:
            return None
        text = self._library.store.clauses[source].text
        place = text.find(sentence.strip()[:12])
        return self._library.year_of(source, max(place, 0)) if place >= 0 else None

    def _closest(self, text: str, other: str) -> tuple[tuple[int, int], tuple[int, int], float]:
        """The two sentences that share most, and the share of the shorter's weight that the other holds."""
        best = ((0, len(text)), (0, len(other)), 0.0)
        most = 0.0
        theirs = [(span, set(pairs(other[span[0] : span[1]]))) for span in split_sentences(other)]
        for ours in split_sentences(text):
            own = set(pairs(text[ours[0] : ours[1]]))
            for span, terms in theirs:
                common = sum(map(self._weigh, own & terms))
                if common > most:
                    less = min(sum(map(self._weigh, own)), sum(map(self._weigh, terms)))
                    telling = len(own & terms) >= _IN_COMMON
                    best, most = (ours, span, common / less if telling else 0.0), common
        return best

    def _weigh(self, term: str) -> float:
        return self._library.store.pairs.idf(term)


def _around(text: str, span: tuple[int, int]) -> tuple[int, int]:
    """The sentence a span lies in."""
    return next(((a, b) for a, b in split_sentences(text) if a <= span[0] < b), (0, len(text)))
