"""Whether a claim's figures are the source's: the same value and unit, bound, what it is counted by, and subject.
Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.entities import quantities
from index.entities.printed import flatten, part
from index.terms import pairs

# What stands by figures whatever they are figures of.
COMMON = frozenset(
    pair for word in ("达到", "力争", "实现", "超过", "突破", "左右", "以上", "目标", "其中", "分别", "总体", "到年", "年底", "根据", "规定", "提出", "明确")
    for pair in pairs(word)
)  # fmt: skip
_SEGMENT = re.compile(r"[，,、；;：:。]|以及|[和与及]")
_HALF = re.compile(r"[，,；;。]")
_SENTENCE = re.compile(r"[；;。]")
_BEHIND = 8  # characters behind a figure that may say what it is counted by: 元/人·月, 元每月


def problems(claim: str, window: str, about: str, question: str = "") -> list[tuple[str, str]]:
    """(code, what) of each figure that the window of a clause, or what is known about its document, does not bear out.

    A bound or a measure that the question names (“每月最多多少”) need not be said again.
    """
    flat, source = flatten(claim), flatten(window)
    asked = _bare(flatten(question))
    given = quantities.quantities(source)
    around = quantities.quantities(flatten(about))
    found = []
    for q in quantities.quantities(flat):
        same = [g for g in given if quantities.same(q, g)]
        if not same:
            if not any(quantities.same(q, a) for a in around):
                found.append(("figure", flat[q.start : q.stop]))
        elif not _same_bound(flat, q, source, same, quantities.bounds(asked)):
            found.append(("bound", flat[max(0, q.start - 4) : q.stop + 2]))
        elif not _same_measure(flat, q, source, same, quantities.per(asked)):
            found.append(("per", flat[max(0, q.start - 8) : q.stop + 2]))
        elif _swapped(flat, q, source, given) or _other_subject(flat, q, source, same):
            found.append(("subject", _segment(flat, q.start)))
    return found


def _bare(question: str) -> str:
    """A question without its own figures and their bounds: what it says of the figure it asks for."""
    for q in reversed(quantities.quantities(question)):
        question = question.replace(_near(question, q), "，")
    return question


def _same_bound(
    flat: str, q: quantities.Quantity, source: str, same: Sequence[quantities.Quantity], asked: set[str]
) -> bool:
    """Whether 以上, 左右, 不超过 … stand by the figure in both, or in neither."""
    mine = quantities.bounds(_near(flat, q))
    return any(mine <= theirs <= mine | asked for theirs in (quantities.bounds(_near(source, g)) for g in same))


def _near(flat: str, q: quantities.Quantity) -> str:
    before = re.split(r"[，,、；;。]", flat[max(0, q.start - 8) : q.start])[-1]
    behind = re.split(r"[，,、；;。]", flat[q.stop : q.stop + 3])[0]
    return before + flat[q.start : q.stop] + behind


def _same_measure(
    flat: str, q: quantities.Quantity, source: str, same: Sequence[quantities.Quantity], asked: set[str]
) -> bool:
    """Whether the figure is counted by the same in both: 每人每月300元 is not 每人300元, whoever asks for the month."""
    said = quantities.per(_scope(flat, q))
    alone = sum(other.unit == q.unit for other in quantities.quantities(flat)) == 1
    mine = quantities.per(flat) if alone else said
    return any(
        (quantities.per(_scope(source, g)) or quantities.per(_lead(source, g.start))) <= mine | asked
        and said <= quantities.per(_around(source, g.start)) | asked
        for g in same
    )


def _scope(flat: str, q: quantities.Quantity) -> str:
    """The half-sentence before a figure, from the last figure of its unit on, and what hangs on the figure behind."""
    start, _ = part(flat, q.start, _HALF)
    before = [other.stop for other in quantities.quantities(flat[start : q.start]) if other.unit == q.unit]
    behind = re.match(r"[/·每人户月年天日次亩吨件家台辆平方立米]*", flat[q.stop : q.stop + _BEHIND])
    return flat[start + max(before, default=0) : q.stop] + (behind[0] if behind else "")


def _lead(flat: str, at: int) -> str:
    """The words that lead a list in, up to its colon, where a place of the text stands in one."""
    begin = flat.rfind("。", 0, at) + 1
    return re.split(r"[；;]", flat[begin : max(begin, flat.rfind(":", begin, at) + 1)])[-1]


def _around(flat: str, at: int) -> str:
    """The part of a sentence in which a figure stands, and the words that lead its list in."""
    return _lead(flat, at) + flat[slice(*part(flat, at, _SENTENCE))]


def _swapped(flat: str, q: quantities.Quantity, source: str, given: Sequence[quantities.Quantity]) -> bool:
    """Whether the words beside the figure stand, in the source, beside another figure of its unit instead."""
    context = set(pairs(re.sub(r"[\d.%]+", "", _segment(flat, q.start)))) - COMMON
    if not context:
        return False
    best_same = best_other = 0
    for g in given:
        overlap = len(context & set(pairs(_segment(source, g.start))))
        if quantities.same(q, g):
            best_same = max(best_same, overlap)
        elif g.unit == q.unit:
            best_other = max(best_other, overlap)
    return best_other > best_same


def _other_subject(flat: str, q: quantities.Quantity, source: str, same: Sequence[quantities.Quantity]) -> bool:
    """Whether the words before the figure name what, in the source, another figure's half-sentence speaks of."""
    start, _ = part(flat, q.start, _SEGMENT)
    said = set(pairs(flat[start : q.start])) - COMMON
    own: set[str] = set()
    others: set[str] = set()
    at = 0
    for sentence in _SENTENCE.split(source):
        stop = at + len(sentence)
        if any(at <= g.start < stop for g in same):
            own |= set(pairs(sentence))
        elif quantities.quantities(sentence):
            others |= set(pairs(sentence))
        at = stop + 1
    return len(said & others - own) >= 2


def _segment(flat: str, at: int) -> str:
    """The stretch between commas in which a place of the text lies."""
    return flat[slice(*part(flat, at, _SEGMENT))]
