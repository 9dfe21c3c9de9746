"""Where two texts on the same matter differ: figure, year, modal word, responsible unit. Pure.

Two figures are of the same indicator where their units agree and the words beside them do; a figure that the other text
gives for the same indicator as well is no difference.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from index.duties import duties
from index.entities import dates
from index.entities.printed import flatten, locate
from index.sentences import split_sentences
from rag.relating.deontic_strength import unlike
from rag.relating.indicators import Stated, Weigh, comparable, cosine, stated
from rag.schema import Difference
from rag.tuned import numbers

YearAt = Callable[[int], str | None]  # a place of a text → the target year that governs it

FIGURE, YEAR, MODAL, UNITS = "数字", "年份", "要求", "责任单位"
SAME = numbers(__name__)["same"]  # cosine of two indicators' weighted character pairs, from which they are one


@dataclass(frozen=True, slots=True)
class _Figure:
    """A figure with its place in the text and its year."""

    stated: Stated
    span: tuple[int, int]
    year: str | None


def no_year(_: int) -> None:
    """The target year of a text of which none is known."""


def differences(ours: str, theirs: str, weigh: Weigh) -> list[Difference]:
    """What two texts say differently."""
    return figures(ours, theirs, weigh) + modals(ours, theirs, weigh)


def figures(
    ours: str, theirs: str, weigh: Weigh, years: tuple[YearAt, YearAt] = (no_year, no_year), one_clause: bool = False
) -> list[Difference]:
    """Figures of one indicator that differ, or that agree but are set for different years.

    `years` tell the target years that govern the two texts where a sentence names none; `one_clause` says that the one
    is the other as pasted.
    """
    mine, other = (_figures(text, year_at) for text, year_at in zip((ours, theirs), years, strict=True))
    found = []
    for own in mine:
        rivals = [r for r in other if _same(own.stated, r.stated, weigh, one_clause)]
        rivals = [r for r in rivals if r.year == own.year or None in (r.year, own.year)] or rivals
        equal = [r for r in rivals if r.stated.quantity.value == own.stated.quantity.value]
        if equal:
            if not any(r.year == own.year or None in (r.year, own.year) for r in equal):
                found.append(Difference(YEAR, own.span, equal[0].span, own.stated.words))
        elif rivals:
            found.append(Difference(FIGURE, own.span, rivals[0].span, own.stated.words))
    return found


def modals(ours: str, theirs: str, weigh: Weigh) -> list[Difference]:
    """Half-sentences that ask for the same thing with different deontic strength: 应当 against 可以, 探索建立 against 建立."""
    return [Difference(MODAL, (a.start, a.stop), (b.start, b.stop), "语气") for a, b in unlike(ours, theirs, weigh)]


def of_units(ours: str, theirs: str) -> list[Difference]:
    """Responsible units that only one of two clauses charges, where both charge some."""
    mine, other = duties(ours), duties(theirs)
    if not mine or not other:
        return []
    charged = [{unit for duty in group for unit in duty.units} for group in (mine, other)]
    here = _spans(ours, sorted(charged[0] - charged[1]))
    there = _spans(theirs, sorted(charged[1] - charged[0]))
    if not here and not there:
        return []
    return [Difference(UNITS, a, b, "责任单位") for a, b in zip_longest(here, there, fillvalue=(0, 0))]


def _figures(text: str, year_at: YearAt) -> list[_Figure]:
    found = []
    for start, stop in split_sentences(text):
        sentence = text[start:stop]
        if not re.search(r"[\d〇零一二三四五六七八九十百千]", sentence):
            continue
        flat = flatten(sentence)
        for each in stated(flat):
            span = locate(sentence, flat[each.quantity.start : each.quantity.stop])
            if span is not None:
                year = _year(flat, each.quantity.start) or year_at(start)
                found.append(_Figure(each, (span[0] + start, span[1] + start), year))
    return found


def _same(a: Stated, b: Stated, weigh: Weigh, one_clause: bool) -> bool:
    return comparable(a, b, one_clause) and cosine(a.terms, b.terms, weigh) >= SAME


def _year(flat: str, at: int) -> str | None:
    """The year last named before a place."""
    named = dates.years(flat[:at])
    return named[-1] if named else None


def _spans(text: str, words: Sequence[str]) -> list[tuple[int, int]]:
    found = (locate(text, word) for word in words)
    return [span for span in found if span is not None]
