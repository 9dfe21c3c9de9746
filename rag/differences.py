"""Where two sentences on the same matter differ: figure, year, modal word, responsible unit. Pure.

Two figures are of the same indicator where their units agree and the words beside them do; a figure that the other
sentence holds as well is no difference.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from index.duties import duties
from index.terms import pairs
from rag import facts
from rag.spans import locate

Weigh = Callable[[str], float]  # a character pair → what it counts

FIGURE, YEAR, MODAL, UNITS = "数字", "年份", "要求", "责任单位"
SAME = 0.7  # weighted share of the words beside a figure that the other's must hold
CLOSE = 0.6  # the same for whole sentences, below which their modal words are not compared
_SPLIT = re.compile(r"[，,；;。：:\n]|(?<=[^\d])、")
_FIGURES = re.compile(r"[\d.%‰]+|[零〇一二三四五六七八九十百千万亿]+(?=[个项条家所人亩])")
_MODAL = re.compile(r"应当|必须|不得|可以|鼓励|支持|禁止|严禁|原则上|力争|探索|优先|强制|自愿|全面|逐步")
_STRICT = {"应当": 2, "必须": 2, "强制": 2, "不得": 3, "禁止": 3, "严禁": 3, "可以": 1, "鼓励": 1, "支持": 1, "自愿": 1, "探索": 0, "力争": 0}


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing said differently; spans are of the two texts given."""

    kind: str  # FIGURE / YEAR / MODAL / UNITS
    ours: tuple[int, int]
    theirs: tuple[int, int]
    what: str  # the words both stand beside


def differences(ours: str, theirs: str, weigh: Weigh, years: tuple[str | None, str | None] = (None, None)) -> list[Difference]:
    """Differences between two sentences; `years` are the target years that govern them where they name none."""
    found = _figures(ours, theirs, weigh, years)
    if share(ours, theirs, weigh) >= CLOSE:
        found += _modals(ours, theirs)
    return found


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
    nowhere = (0, 0)
    both = zip([*here, *[nowhere] * (len(there) - len(here))], [*there, *[nowhere] * (len(here) - len(there))], strict=True)
    return [Difference(UNITS, a, b, "责任单位") for a, b in both]


def share(a: str, b: str, weigh: Weigh) -> float:
    """0 to 1: weighted share of the shorter text's character pairs that the other holds."""
    first, second = (set(pairs(_FIGURES.sub("", facts.flatten(text)))) for text in (a, b))
    less = min((sum(map(weigh, own)) for own in (first, second)), default=0.0)
    return sum(map(weigh, first & second)) / less if less else 0.0


def half(flat: str, at: int) -> str:
    """The stretch between commas in which a place of a flattened text lies."""
    start = max((m.end() for m in _SPLIT.finditer(flat, 0, at)), default=0)
    end = _SPLIT.search(flat, at)
    return flat[start : end.start() if end else len(flat)]


def about(flat: str, at: int) -> str:
    """The words of the half-sentence around a figure, figures out."""
    return _FIGURES.sub("", half(flat, at))


def same_matter(a: str, b: str, weigh: Weigh) -> bool:
    """Whether the words beside two figures name the same indicator: each holds most of the other's."""
    first, second = set(pairs(a)), set(pairs(b))
    common = sum(map(weigh, first & second))
    return all(total > 0 and common >= SAME * total for total in (sum(map(weigh, first)), sum(map(weigh, second))))


def _figures(ours: str, theirs: str, weigh: Weigh, years: tuple[str | None, str | None]) -> list[Difference]:
    mine, other = facts.flatten(ours), facts.flatten(theirs)
    stated, given = facts.quantities(mine), facts.quantities(other)
    found = []
    for q in stated:
        if not q.unit:
            continue
        rivals = [g for g in given if g.unit == q.unit and same_matter(about(mine, q.start), about(other, g.start), weigh)]
        if not rivals:
            continue
        equal = [g for g in rivals if g.value == q.value]
        kind, g = (YEAR, equal[0]) if equal else (FIGURE, rivals[0])
        if equal and not _other_year(mine, q, other, equal[0], years):
            continue
        if not equal and any(facts.same_quantity(s, g) for s in stated):
            continue  # the other figure is ours as well, only elsewhere in the sentence
        here, there = locate(ours, mine[q.start : q.stop]), locate(theirs, other[g.start : g.stop])
        if here and there:
            found.append(Difference(kind, here, there, about(mine, q.start)))
    return found


def _other_year(mine: str, q: facts.Quantity, other: str, g: facts.Quantity, years: tuple[str | None, str | None]) -> bool:
    """Whether one figure is set for different years."""
    ours, theirs = _year(mine, q.start) or years[0], _year(other, g.start) or years[1]
    return ours is not None and theirs is not None and ours != theirs


def _year(flat: str, at: int) -> str | None:
    """The year last named before a place."""
    named = re.findall(r"(20\d{2})年", flat[:at])
    return named[-1] if named else None


def _modals(ours: str, theirs: str) -> list[Difference]:
    """Words of different force: 应当 against 可以, 不得 against 鼓励."""
    mine, other = _MODAL.findall(ours), _MODAL.findall(theirs)
    force = [{_STRICT[word] for word in words if word in _STRICT} for words in (mine, other)]
    if not all(force) or not (max(force[0]) >= 2 or max(force[1]) >= 2) or force[0] & force[1]:
        return []
    here, there = _MODAL.search(ours), _MODAL.search(theirs)
    return [Difference(MODAL, here.span(), there.span(), "语气")]


def _spans(text: str, words: Sequence[str]) -> list[tuple[int, int]]:
    found = (locate(text, word) for word in words)
    return [span for span in found if span is not None]
