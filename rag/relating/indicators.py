"""What a figure is a figure of: its words, the part of the region it is of, and how far two of them are one. Pure."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass

from index.entities import quantities
from index.entities.printed import part
from index.terms import pairs
from rag.tuned import numbers

Weigh = Callable[[str], float]  # a character pair → what it counts

FEWEST = 3  # character pairs an indicator has at least; with less, the half-sentence before tells what it is of
_HELD = numbers(__name__)["held"]  # share of the shorter indicator's weight that the longer must hold
_SPLIT = re.compile(r"[，,；;。：:\n]|(?<=[^\d])、")
_FIGURES = re.compile(r"[\d.%‰]+|[零〇一二三四五六七八九十百千万亿]+(?=[个项条家所人亩])")
_BOUNDS = re.compile(
    r"达到|达|超过|突破|力争|实现|不低于|不少于|不超过|左右|以上|以下|约|近|超|分别|总数|数量|预计|年末|为|到(?=$|年)|^年"
)
_CHANGES = (
    "增长",
    "年均",
    "增速",
    "提高",
    "下降",
    "降低",
    "减少",
    "压缩",
    "新增",
    "累计",
    "培育",
    "引进",
    "新建",
    "创建",
)
_SHARED_OUT = re.compile(r"分别")  # 甲、乙分别达到1吨、2吨: only the last name stands beside its figure
_MORE_FOLLOWS = re.compile(r"^[^，,；;。]{0,4}?[、和及]\s*[^，,；;。]{0,4}?\d")
_NAMED_PART = re.compile(
    r"[一-鿿]{2}(?:城镇群|城市群|都市圈|都市区|经济圈|中心城区|城区|新区|科学城|示范[区带]|试验区|先行区|开发区|高新区|库区|山区|老区|"
    r"园区|港区|片区|区县|区域|毗邻地区)|(?:核心|中心城|主城|城|区县|县|乡镇|农村|民营|国有|规模以上)(?=[一-鿿])"
)
_WHOLE = re.compile(r"全[市省县区]|[本我][市省县区]")


@dataclass(frozen=True, slots=True)
class Stated:
    """One figure of a flattened sentence and what it is of."""

    quantity: quantities.Quantity
    words: str  # the half-sentence around it, the figure and its bounds out
    parts: frozenset[str]  # parts of a region, or of what is counted, named in its half-sentence or the one before

    @property
    def terms(self) -> frozenset[str]:
        """Character pairs of `words`."""
        return frozenset(pairs(self.words))


def stated(flat: str) -> list[Stated]:
    """The figures of a flattened sentence whose unit and indicator are both told; years and ordinals are none."""
    found = []
    for q in quantities.quantities(flat):
        words = _words(flat, q)
        if not q.unit or q.unit == "年" or len(pairs(words)) < FEWEST or _is_shared_out(flat, q):
            continue
        found.append(Stated(q, words, frozenset(_NAMED_PART.findall(_lead(flat, q.start)))))
    return found


def cosine(a: frozenset[str], b: frozenset[str], weigh: Weigh) -> float:
    """0 to 1: cosine of two indicators' weighted character pairs; 0 where each has its own name for what it counts.

    One may say more than the other (成渝地区进出口总额, 进出口总额), but 高铁里程 and 普速铁路里程 are two indicators.
    """
    common, *weights = (sum(map(weigh, own)) for own in (a & b, a, b))
    if not all(weights) or common < _HELD * min(weights):
        return 0.0
    return common / math.sqrt(weights[0] * weights[1])


def comparable(a: Stated, b: Stated, one_clause: bool = False) -> bool:
    """Whether nothing beside the two says that they count different things: growth and level, a part and another.

    Of `one_clause`, as pasted and as held, the parts are the same, even where the paste leaves out the words before.
    """
    if a.quantity.unit != b.quantity.unit or (not one_clause and a.parts != b.parts):
        return False
    return not any((word in a.words) != (word in b.words) for word in _CHANGES)


def words_apart_from_figures(flat: str) -> str:
    """A flattened text without its figures."""
    return _FIGURES.sub("", flat)


def _lead(flat: str, at: int) -> str:
    """What stands before a place in its half-sentence and in the one before."""
    cuts = [match.end() for match in _SPLIT.finditer(flat, 0, at)]
    return flat[cuts[-2] if len(cuts) > 1 else 0 : at]


def _words(flat: str, q: quantities.Quantity) -> str:
    """The words of the half-sentence that say neither how much nor when, with those before where they are too few."""
    start, stop = part(flat, q.start, _SPLIT)
    own = _bare(f"{flat[start : q.start]}，{flat[q.stop : max(stop, q.stop)]}")
    if len(pairs(own)) < FEWEST and start > 1:
        before = flat[slice(*part(flat, start - 2, _SPLIT))]
        for each in reversed(quantities.quantities(before)):
            before = before[: each.start] + before[each.stop :]
        own = _bare(before) + own
    return own


def _bare(half: str) -> str:
    return _WHOLE.sub("", _BOUNDS.sub("", _FIGURES.sub("", half))).strip("，")


def _is_shared_out(flat: str, q: quantities.Quantity) -> bool:
    """Whether a figure is one of several behind 分别, and not the last: its name stands elsewhere."""
    start, stop = part(flat, q.start, _SPLIT)
    first = _SHARED_OUT.search(flat, start, stop) is not None
    return (first or start == q.start) and bool(_MORE_FOLLOWS.match(flat[q.stop :]))
