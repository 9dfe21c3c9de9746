"""How strictly a half-sentence asks: 探索建立 against 建立, 鼓励 against 应当. Pure.

Two half-sentences are compared where they ask for the same thing in the same words but those of force.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from index.terms import pairs
from rag.relating.indicators import Weigh, words_apart_from_figures
from rag.tuned import numbers

ASKED_FOR, TENTATIVE, PERMITTED, FIRM, DUTY = range(5)
SAME = numbers(__name__)["same"]  # weighted share of each half-sentence's pairs that the other holds, force aside
FEWEST = 6  # character pairs that a half-sentence has, force aside; less names no matter
_HALF = re.compile(r"[^，,；;。：:！!？?\n、]+(?:、[^，,；;。：:！!？?\n、]+)*")
_VERB = (
    r"建立|建设|制定|制订|设立|规划|推进|推动|推行|出台|支持|开展|编制|布局|构建|优化|提出|打造|实施|完善|申报|争取|探索|组建|成立|开通|"
    r"开行|发行|发展|开发|试行|扩大|放宽|取消|允许|将|把|在|对"
)
_TENTATIVE = re.compile(
    rf"^.{{0,6}}?(?:探索|研究(?={_VERB})|论证|谋划|力争|适时|酝酿|条件成熟)|有条件的|先行先试|试行|试点(?:示范|工作|改革)?$|试点(?={_VERB})"
)
_ASKED_FOR = re.compile(r"^.{0,6}?(?:争取|争创|申报|申请)")  # it is for others to grant
_PERMITTED = re.compile(r"^.{0,6}?(?:鼓励|支持|引导|倡导|允许|可以)|自愿")
_DUTY = re.compile(r"应当|必须|不得|禁止|严禁|一律|强制(?!性)")
_FORCE = re.compile(
    r"探索|研究|论证|谋划|争取|力争|适时|试点|先行先试|试行|有条件的|规划|鼓励|支持|引导|倡导|允许|可以|自愿|应当|必须|一律|强制|"
    r"积极|加快|大力|深入|进一步|持续|有序|稳步|着力|协同|共同|联合|推动|推进|开展|建立|健全|完善|建设|打造|构建|加强|强化|实施|推行"
)
_SETTING = re.compile(  # says where or by what, and asks nothing
    r"^.{0,2}(?:在|对|以|结合).*(?:下|中|上|内|时|方面|领域|基础)$|^.{0,2}(?:围绕|按照|依托|聚焦|针对|根据|通过|利用)"
)
_NUMBERED = re.compile(r"^(?:[（(][一二三四五六七八九十]+[)）]|[一二三四五六七八九十]+、|\d+[.．、])\s*")


@dataclass(frozen=True, slots=True)
class Half:
    """A half-sentence: its span, the pairs that say what it asks for, and how strictly it asks."""

    start: int
    stop: int
    terms: frozenset[str]
    last: str  # the pair it ends with: of what is asked for
    force: int


def unlike(ours: str, theirs: str, weigh: Weigh) -> Iterator[tuple[Half, Half]]:
    """Half-sentences of two texts that ask for the same thing with different force."""
    mine, other = list(_halves(ours)), list(_halves(theirs))
    for half in mine:
        alike = [h for h in other if _same(half, h, weigh)]
        if not alike or not all(_differ(half.force, h.force) for h in alike):
            continue
        nearest = max(alike, key=lambda h: sum(map(weigh, half.terms & h.terms)))
        if all(_differ(h.force, nearest.force) for h in mine if _same(h, nearest, weigh)):  # not said here both ways
            yield half, nearest


def _differ(a: int, b: int) -> bool:
    """A trial and anything done outright, a duty and a leave; what is supported is often what is also built."""
    if a == b or ASKED_FOR in (a, b):
        return False
    return TENTATIVE in (a, b) or {a, b} == {PERMITTED, DUTY}


def _halves(text: str) -> Iterator[Half]:
    for match in _HALF.finditer(text):
        words = _NUMBERED.sub("", "".join(match[0].split()))
        terms = frozenset(pairs(words_apart_from_figures(_FORCE.sub("，", words))))
        if len(terms) >= FEWEST and not _SETTING.search(words):
            yield Half(*match.span(), terms, pairs(words)[-1], _force(words))


def _force(words: str) -> int:
    if _DUTY.search(words):
        return DUTY
    if _ASKED_FOR.search(words):
        return ASKED_FOR
    if _TENTATIVE.search(words):
        return TENTATIVE
    return PERMITTED if _PERMITTED.search(words) else FIRM


def _same(a: Half, b: Half, weigh: Weigh) -> bool:
    """Whether two half-sentences ask for one thing: most of their words and what one ends with are the other's too."""
    common = [weight for weight in map(weigh, a.terms & b.terms) if weight > 0]
    if len(common) < FEWEST - 1 or not (a.last in b.terms or b.last in a.terms or a.last == b.last):
        return False
    weight = sum(common)
    return all(weight >= SAME * sum(map(weigh, own.terms)) for own in (a, b))
