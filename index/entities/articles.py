"""第X条 at a paragraph's start: an article, or a sentence that begins by citing one? Decided by the whole sequence.
Pure.

One line alone does not tell: “第二条规划、交通等部门……” opens an article, “第九条要求的证明……” cites one. So all
paragraphs that begin with 第X条 are weighed together: the cheapest way through them is kept (dynamic programming over a
chain), where leaving out a number that stands apart costs much, a gap, a repeat or a step back in the count costs
something, and so do words that continue a citation (的, 第二款, 规定的) or a sentence left open in the paragraph
before.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from index.entities.numerals import chinese

_CN = "一二三四五六七八九十百千零〇○两"
_NUMERAL = rf"(?:[{_CN}](?:[ 　]?[{_CN}])*|\d{{1,4}})"
_OPENS = re.compile(rf"第[ 　]?({_NUMERAL})[ 　]?[条條](?:[ 　]?之[ 　]?([{_CN}]{{1,3}}|\d{{1,2}})(?!般|定|切|些))?")
# What goes on with a citation: surely, or perhaps.
_SURE = re.compile(
    rf"的(?![士确])|之(?:规定|外|前|后)|(?:或者|以及|[和与或及至到、，～~—–-])\s*第\s*{_NUMERAL}\s*[条款项章]|第\s*{_NUMERAL}\s*[款项条]"
    rf"|第?[（(]\s*{_NUMERAL}\s*[)）]\s*[款项、]"
    rf"|[{_CN}]款|所(?:称|列|述|指|规|涉|确定|要求|提|禁止|设定|附)|以外|除外|外[，。；的]|[，。；”’」》）)]"
    r"|规定(?:[的之，、：；。者外中所不]|情形|条件|程序|期限|标准|范围|情况|内容|事项|行为|办理|执行|处罚|处理|予以|进行|给予|以外)"
    r"|[中内](?:的|所|规定|有关|关于)|款[的规中所、和]|(?:有关|相关)规定"
)
_PERHAPS = re.compile(
    r"规定|要求|确定|明确|列举|列明|载明|约定|提出|提及|涉及|指出|设定|授权|适用|参照|是(?:关于|对|指|在|为)|或者|等[规条款的]"
    r"|、|及(?![时早物])|和(?![谐平解睦])|与(?![会时])|或(?!有)|至(?!少)|到(?![期达岗位货])|款(?![项物])|项(?!目)"
)
_OPEN_END = re.compile(r"[^。；：！？!?;:.…”’」』》）)\]】〕]$")
_LONG_LINE = 20  # characters; a shorter line without a stop is a heading, not an open sentence

# Costs. Only their order matters: no single doubt outweighs a number that stands apart in its place.
_APART, _CLOSE, _STRAY = 9.0, 6.0, 1.5  # of leaving out a number: apart from its text; not; not, where the others are
_TAKING = (
    (0.0, 0.0),
    (2.0, 0.5),
    (7.0, 3.0),
)  # of taking one, by whether its words look like a citation; where it stands apart
_LEAVING_DOUBTFUL = ((), (2.5, 6.0), (0.0, 2.0))  # of leaving such a one out, likewise
_OPEN = 4.0  # of taking one behind a sentence left open
_GAP, _MORE, _NEAR = 2.5, 0.25, 6  # of the first number missing, of each further, of how many that is told apart
_FAR = 4.5  # of any other step, back or ahead
_AGAIN = 3.0  # of the same number once more
_ANEW = 0.5  # of 第一条 below a new chapter or title


@dataclass(frozen=True, slots=True)
class Article:
    """第十条之一 and what stands behind it."""

    label: str  # as printed
    value: tuple[int, int]  # 第十条之二 → (10, 2)
    apart: bool  # a blank or tab, or nothing, stands behind it
    rest: str
    cites: int  # 0: nothing in the words behind it says that it is cited; 1: perhaps; 2: surely


@dataclass(frozen=True, slots=True)
class Opening:
    """A paragraph that begins with 第X条, in its surroundings."""

    article: Article
    fresh: bool = False  # a heading or title stands between it and the one before
    open: bool = False  # the paragraph before ends in mid-sentence


def article(text: str) -> Article | None:
    """第X条 at the start of `text`."""
    match = _OPENS.match(text)
    if match is None or (number := _value(match[1])) is None:
        return None
    rest = text[match.end() :]
    bare = rest.lstrip()
    sub = _value(match[2]) if match[2] else 0
    cites = 2 if cited(rest) else 1 if _PERHAPS.match(bare) else 0
    return Article(match[0], (number, sub or 0), rest[:1].isspace() or not bare, rest, cites)


def cited(rest: str) -> bool:
    """Whether what stands behind a number (第三章……) surely goes on with a citation."""
    return bool(_SURE.match(rest.lstrip()))


def opens(text: str) -> Article | None:
    """The article `text` opens as far as this line alone tells: all but what is surely a citation."""
    found = article(text)
    return found if found is not None and found.cites < 2 else None


def unfinished(text: str) -> bool:
    """Whether a paragraph ends in mid-sentence, so that the next may be the rest of it."""
    return bool(text) and (text[-1] in "，、," or (len(text) > _LONG_LINE and bool(_OPEN_END.search(text))))


def chain(openings: Sequence[Opening]) -> list[bool]:
    """Which of the openings, in printed order, are articles: those on the cheapest way; linear in their number."""
    plain = [o.article.apart for o in openings if not o.article.cites]
    set_apart = len(plain) >= 3 and 5 * sum(plain) >= 4 * len(plain)
    ways = _Ways()
    costs: list[float] = []  # of the cheapest way that ends here, less that of leaving out all openings so far
    before: list[int | None] = []  # the opening it comes from
    for place, opening in enumerate(openings):
        step, came = ways.to(opening)
        costs.append(step + _taking(opening, set_apart) - _leaving(opening, set_apart))
        before.append(came)
        ways.add(opening.article.value, costs[-1], place)
    kept = [False] * len(openings)
    at = min(range(len(openings)), key=costs.__getitem__, default=None)
    if at is not None and costs[at] >= 0:
        at = None  # leaving out all is cheaper still
    while at is not None:
        kept[at], at = True, before[at]
    return kept


class _Ways:
    """The cheapest ways so far, by the number they end with: all that a step's cost depends on."""

    def __init__(self) -> None:
        self._ends: dict[tuple[int, int], _Way] = {}
        self._of_number: dict[int, _Way] = {}  # 第X条 with or without 之
        self._any: _Way | None = None

    def add(self, value: tuple[int, int], cost: float, place: int) -> None:
        way = (cost, place, value)
        self._ends[value] = min(self._ends.get(value, way), way)
        self._of_number[value[0]] = min(self._of_number.get(value[0], way), way)
        self._any = way if self._any is None else min(self._any, way)

    def to(self, opening: Opening) -> tuple[float, int | None]:
        """The cost of coming to an opening, and from which; None where it is the first."""
        number, inserted = opening.article.value
        ways = [self._ends.get((number, other)) for other in (inserted, inserted - 1, 0)]
        ways += [self._of_number.get(number - back) for back in range(1, _NEAR + 1)]
        steps = [(way[0] + _step(way[2], opening), way[1]) for way in (*ways, self._any) if way is not None]
        return min([(_step(None, opening), None), *steps], key=lambda step: step[0])


_Way = tuple[float, int, tuple[int, int]]  # cost, place, value


def _step(before: tuple[int, int] | None, opening: Opening) -> float:
    """What the count costs from one article to the next; `before` None: there is none before."""
    number, inserted = opening.article.value
    if number == 1 and not inserted and (before is None or opening.fresh):
        return 0.0 if before is None else _ANEW
    last, last_inserted = before or (0, 0)
    missing = number - last - 1
    if number == last and inserted > last_inserted:
        return 0.0 if inserted == last_inserted + 1 else _GAP
    if inserted:
        return _GAP if missing == 0 else _FAR
    if (number, inserted) == before:
        return _AGAIN
    if missing == 0:
        return 0.0
    return _GAP + _MORE * (missing - 1) if 0 < missing < _NEAR else _FAR


def _taking(opening: Opening, set_apart: bool) -> float:
    article = opening.article
    stray = 1.0 if set_apart and not article.apart else 0.0
    return _TAKING[article.cites][article.apart] + stray + (_OPEN if opening.open else 0.0)


def _leaving(opening: Opening, set_apart: bool) -> float:
    article = opening.article
    plain = _APART if article.apart else _STRAY if set_apart else _CLOSE
    cost = min(plain, _LEAVING_DOUBTFUL[article.cites][article.apart]) if article.cites else plain
    return cost / 3 if opening.open else cost


def _value(numeral: str) -> int | None:
    plain = "".join(numeral.split())
    value = int(plain) if plain.isdigit() else chinese(plain)
    return None if value is None else int(value)
