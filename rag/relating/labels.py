"""What a clause is to a pasted one: 原文, 上位依据, 贯彻落实, 口径不一 or 同类条款, with the two spans that show it.

Deterministic: the same text by edit distance; a different figure, year or deontic strength on the same matter by
rag.relating.differences; higher and lower by what the documents say of each other (rag.lineage.graph) and by what the
paste itself names.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from index.duties import duties
from index.entities.mentions import mentions
from index.schema import Document
from index.sentences import split_sentences
from index.terms import compact, pairs
from rag.lineage.names import Names
from rag.relating import differences as differing
from rag.relating.scope import may_share, same_region
from rag.schema import Difference
from rag.tuned import numbers

if TYPE_CHECKING:
    from rag.context import Shelf

ORIGINAL, BASIS, IMPLEMENTS, DIFFERS, PARALLEL = "原文", "上位依据", "贯彻落实", "口径不一", "同类条款"
NEAREST = "最接近"  # not on the paste's matter, but nothing comes nearer
RELATIONS = (ORIGINAL, BASIS, IMPLEMENTS, DIFFERS, PARALLEL, NEAREST)
# Partial ratios of rapidfuzz.
_TUNED = numbers(__name__)
SAME_TEXT = _TUNED["same_text"]
COPY = _TUNED["copy"]  # against the paste's own clause, for a clause elsewhere: what is less names another project
_ON_MATTER, _IN_COMMON = (
    _TUNED["on_matter"],
    6,
)  # share of a sentence's weight, and character pairs, for one to prescribe the other
_DESCRIBES = re.compile(r"背景|(?:发展|基础|基本|资源)(?:基础|条件|情况)|现状|机遇|形势|意义|^前\s*言$")


@dataclass(frozen=True, slots=True)
class Related:
    """One label and what shows it; spans are of the paste and of the clause."""

    relation: str
    pasted: tuple[int, int]
    quote: tuple[int, int]
    differences: tuple[Difference, ...]  # spans as above
    hierarchy: str | None  # 上位依据 or 贯彻落实 where the documents stand so, beside whatever label


class Labeller:
    """Labels clauses of one library against pasted texts."""

    def __init__(self, library: Shelf) -> None:
        self._library = library
        self._names = Names(list(library.store.documents.values()))

    def source(self, text: str, rows: Sequence[int]) -> int | None:
        """The row among `rows` whose clause is the pasted text, or a near copy or a part of it; None where none is."""
        scored = [(self._edit_ratio(text, row), row) for row in rows]
        best = max(scored, default=(0.0, None))
        return best[1] if best[0] >= SAME_TEXT else None

    def label(self, text: str, source: int | None, row: int) -> Related:
        """What clause `row` is to the paste, whose own clause is `source` where it is held."""
        clause = self._library.store.clauses[row]
        pasted, quote, share = self._closest(text, source, row)
        found = tuple(self._differences(text, source, row))
        if row == source:
            return Related(ORIGINAL, pasted, quote, found, None)
        hierarchy = self._hierarchy(text, source, row, share)
        if deciding := [d for d in found if self._decides(d, source, row)]:
            first = deciding[0]
            return Related(DIFFERS, _around(text, first.ours), _around(clause.text, first.theirs), found, hierarchy)
        relation = ORIGINAL if self._is_copy(text, source, row) else hierarchy or PARALLEL
        return Related(relation, pasted, quote, found, hierarchy)

    def _hierarchy(self, text: str, source: int | None, row: int, share: float) -> str | None:
        """上位依据 or 贯彻落实, where the clause is on the paste's matter; `share` as `_closest` gives it."""
        on_matter = share >= _ON_MATTER and not self._only_describes(source, row)
        hierarchy = self._by_lineage(source, row) if on_matter else None
        notice = self._library.store.clauses[row].kind == "notice"  # stands for the document it carries
        if hierarchy is None and (on_matter or notice) and self._names_it(text, row):
            return BASIS
        return hierarchy

    def _is_copy(self, text: str, source: int | None, row: int) -> bool:
        """Whether a clause other than the paste's own says the same, nearly letter by letter.

        The paste's own clause is compared where it is held: noise in a paste would hide that another project is named.
        """
        from rapidfuzz import fuzz

        own, other = compact(text), compact(self._library.store.clauses[row].text)
        if source is None:
            return self._edit_ratio(text, row) >= SAME_TEXT
        held = compact(self._library.store.clauses[source].text)
        part = fuzz.partial_ratio_alignment(own, held)
        if part is not None and len(own) <= len(held):
            own = held[part.dest_start : part.dest_end]
        return len(own) <= 1.25 * len(other) and fuzz.partial_ratio(own, other) >= COPY

    def _decides(self, difference: Difference, source: int | None, row: int) -> bool:
        """Whether a difference is one between two documents on one region; one document has targets for many years."""
        if source is None or difference.kind == differing.UNITS:
            return difference.kind != differing.UNITS
        own, other = self._document(source), self._document(row)
        of_one = may_share if difference.kind == differing.MODAL else same_region
        return own.doc_id != other.doc_id and of_one(own, other)

    def _only_describes(self, source: int | None, row: int) -> bool:
        """Whether either clause stands under a heading that tells of the past or the present: it prescribes nothing."""
        clauses = self._library.store.clauses
        return any(_DESCRIBES.search(heading) for at in (source, row) if at is not None for heading in clauses[at].path)

    def _document(self, row: int) -> Document:
        return self._library.document(self._library.store.clauses[row])

    def _edit_ratio(self, text: str, row: int) -> float:
        from rapidfuzz import fuzz

        own, other = compact(text), compact(self._library.store.clauses[row].text)
        if min(len(own), len(other)) < 0.5 * len(own):
            return 0.0
        return fuzz.partial_ratio(own, other)

    def _by_lineage(self, source: int | None, row: int) -> str | None:
        """上位依据 or 贯彻落实, where the two documents say so."""
        if source is None:
            return None
        own, other = self._document(source).doc_id, self._document(row).doc_id
        if other in self._library.graph.rests_on(own):
            return BASIS
        return IMPLEMENTS if own in self._library.graph.rests_on(other) else None

    def _names_it(self, text: str, row: int) -> bool:
        """Whether the paste itself names the document of a clause."""
        document = self._document(row)
        named = (self._names.resolve(m.name, m.doc_no, document, others=False) for m in mentions(text))
        return document.doc_id in set(named)

    def _differences(self, text: str, source: int | None, row: int) -> list[Difference]:
        library, clause = self._library, self._library.store.clauses[row]
        years = (partial(self._year, source, text), partial(library.year_of, row))
        named = self._named(source, row)
        found = differing.figures(text, clause.text, self._weigh, years, row == source)
        found += differing.modals(text, clause.text, lambda term: 0.0 if term in named else self._weigh(term))
        return found + (differing.of_units(text, clause.text) if found else [])

    def _year(self, source: int | None, pasted: str, at: int) -> str | None:
        """The target year that governs a place of the paste, where its own clause is held."""
        if source is None:
            return None
        text = self._library.store.clauses[source].text
        place = text.find(pasted[at : at + 12].strip())
        return self._library.year_of(source, place) if place >= 0 else None

    def _closest(self, text: str, source: int | None, row: int) -> tuple[tuple[int, int], tuple[int, int], float]:
        """The two sentences that share most, and the share of the shorter's weight that the other holds.

        The words of the two documents' titles count for nothing: they name the document, not what a clause is about.
        """
        clause = self._library.store.clauses[row]
        named = self._named(source, row)
        best, most = ((0, len(text)), (0, len(clause.text)), 0.0), 0.0
        theirs = [(span, self._terms(clause.text[slice(*span)], named)) for span in _of_matter(clause.text)]
        for ours in _of_matter(text):
            own = self._terms(text[slice(*ours)], named)
            for span, terms in theirs:
                common = sum(map(self._weigh, own & terms))
                if common > most:
                    less = min(sum(map(self._weigh, own)), sum(map(self._weigh, terms)))
                    enough = len(own & terms) >= _IN_COMMON
                    best, most = (ours, span, common / less if enough else 0.0), common
        return best

    def _terms(self, text: str, named: set[str]) -> set[str]:
        return set(pairs(text)) - named

    def _named(self, *rows: int | None) -> set[str]:
        """Character pairs of the titles of the documents that rows belong to."""
        own = (self._document(row) for row in rows if row is not None)
        return {term for d in own for term in pairs(f"{d.title}，{d.notice_title or ''}")}

    def _weigh(self, term: str) -> float:
        return self._library.store.pairs.idf(term)


def _of_matter(text: str) -> list[tuple[int, int]]:
    """The sentences of a text but those that only name 责任单位."""
    spans = [(a, b) for a, b in split_sentences(text) if text[a] not in "（(" or not duties(text[a:b])]
    return spans or split_sentences(text)


def _around(text: str, span: tuple[int, int]) -> tuple[int, int]:
    """The sentence a span lies in."""
    return next(((a, b) for a, b in split_sentences(text) if a <= span[0] < b), (0, len(text)))
