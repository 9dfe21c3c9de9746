"""Automatic numbers: what Word draws before a paragraph and its text does not hold (ECMA-376 17.9).

What a list looks like is read once (Numbering); where it stands is counted for each story by itself (Counts): the body,
the footnotes, the endnotes and every text box have counts of their own, as in Word.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from index.load.docx.names import COMPATIBLE, W, integer, switch, value
from index.load.docx.styles import Style, Styles
from index.load.numerals import custom, numeral

_LEVELS = 9  # of a list (17.9.6)
_DASH = re.compile(r"^[-—–―─－]+$")  # of all bullets, the one that officials read as a mark: ——加强……
_SUFFIXES = {"space": " ", "nothing": ""}  # 17.9.28; a tab, the default, is a blank here: tabs part cells


@dataclass(frozen=True, slots=True)
class Level:
    """One level of a list."""

    kind: str  # w:numFmt
    pattern: str  # w:lvlText, with %1 … %9 for the numbers of the levels
    start: int
    restart: int | None  # w:lvlRestart
    suffix: str
    legal: bool  # w:isLgl
    style: str | None  # the paragraph style it is linked to
    digits: str | None  # w:format of a custom format

    def shown(self, number: int, plain: bool) -> str:
        """A number of this level; `plain` in figures, as w:isLgl asks of all but 01, 02 (17.9.4)."""
        if self.digits is not None:
            return custom(number, self.digits)
        return numeral(number, "decimal" if plain and self.kind not in ("decimalZero", "none", "bullet") else self.kind)


@dataclass(frozen=True, slots=True)
class List:
    """A w:num: the levels of its abstract list with its own changes, and which count it goes on with."""

    count: str  # id of the abstract list; all lists on one share its count (17.9.15)
    levels: dict[int, Level]
    starts: dict[int, int]  # level → w:startOverride


class Numbering:
    """The lists of a document."""

    def __init__(self, root: Any, styles: Styles) -> None:
        self.lists: dict[str, List] = {}
        if root is None:
            return
        abstract = {each.get(f"{W}abstractNumId"): each for each in root.iterchildren(f"{W}abstractNum")}
        on = {each.get(f"{W}numId"): value(each, "abstractNumId") for each in root.iterchildren(f"{W}num")}
        for each in root.iterchildren(f"{W}num"):
            base = _defined(value(each, "abstractNumId"), abstract, on, styles)
            if base is None:
                continue
            levels, starts = dict(_levels(base)), {}
            for change in each.iterchildren(f"{W}lvlOverride"):
                place = integer(change.get(f"{W}ilvl"))
                start = integer(value(change, "startOverride"))
                if place is not None and start is not None:
                    starts[place] = start
                levels |= _levels(change)
            self.lists[each.get(f"{W}numId")] = List(value(each, "abstractNumId") or "", levels, starts)

    def place(self, properties: Any, chain: tuple[Style, ...]) -> tuple[str, int] | None:
        """(w:numId, level) of a paragraph with these properties (w:pPr) and styles; None where it is not numbered.

        Its own word comes first, then its styles'. In a style the level is that which names the style (17.9.23); a
        level that names another style is not drawn, nor counted.
        """
        own = value(properties, "numPr/numId")
        number = own if own is not None else next((style.number for style in chain if style.number is not None), None)
        if number is None or number not in self.lists:  # 0 is no list and takes one away (17.9.18)
            return None
        levels = self.lists[number].levels
        place = integer(value(properties, "numPr/ilvl"))
        linked = {level.style: at for at, level in levels.items() if level.style is not None}
        for style in chain if place is None else ():
            place = linked.get(style.id, style.number_level)
            if place is not None:
                break
        place = place or 0
        if place not in levels:
            return None
        named = levels[place].style
        elsewhere = own is None and named is not None and named not in {style.id for style in chain}
        return None if elsewhere else (number, place)


@dataclass(slots=True)
class Counts:
    """How far the lists of one story are counted."""

    numbering: Numbering
    _counts: dict[str, dict[int, int]] = field(default_factory=dict)  # count → level → its last number
    _begun: set[tuple[str, int]] = field(default_factory=set)  # (w:numId, level) that have had their own start

    def label(self, number: str, place: int) -> str:
        """Count a paragraph of this list and level, and draw its number with what parts it from the text."""
        found = self.numbering.lists[number]
        levels, counts = found.levels, self._counts.setdefault(found.count, {})
        for outer in range(place):  # levels that were passed over stand at their start
            if outer in levels and outer not in counts:
                counts[outer] = self._start(found, number, outer)
        if place in found.starts and (number, place) not in self._begun:
            self._begun.add((number, place))
            counts[place] = found.starts[place]  # once, where this list is first met (17.9.26)
        else:
            counts[place] = counts[place] + 1 if place in counts else self._start(found, number, place)
        for deeper in [at for at in counts if at > place and at in levels and _restarts(levels[at], at, place)]:
            del counts[deeper]
        return _drawn(levels, place, counts)

    def _start(self, found: List, number: str, place: int) -> int:
        self._begun.add((number, place))
        return found.starts.get(place, found.levels[place].start)


def _restarts(level: Level, at: int, used: int) -> bool:
    """Whether a level begins anew behind a paragraph of an outer one: always; with w:lvlRestart n only behind the first
    n levels, with 0 never; a level that is not outer counts for nothing (17.9.10)."""
    if level.restart is None or level.restart > at:
        return True
    return used < level.restart


def _drawn(levels: dict[int, Level], place: int, counts: dict[int, int]) -> str:
    level = levels[place]
    if level.kind == "bullet":
        return level.pattern if _DASH.match(level.pattern) else ""

    def shown(match: re.Match[str]) -> str:
        at = int(match[1]) - 1
        return levels[at].shown(counts.get(at, levels[at].start), level.legal) if at in levels else ""

    text = re.sub(r"%([1-9])", shown, level.pattern)
    return text + ("" if text[-1:].isspace() else level.suffix) if text.strip() else ""


def _defined(name: str | None, abstract: dict[str, Any], on: dict[str, str | None], styles: Styles) -> Any:
    """The abstract list that holds the levels: itself, or that of the style it points at (17.9.21)."""
    for _ in range(4):
        found = abstract.get(name or "")
        style = value(found, "numStyleLink")
        if found is None or style is None:
            return found
        name = on.get(styles.number_of(style) or "")
    return None


def _levels(element: Any) -> list[tuple[int, Level]]:
    found = []
    for level in element.iterchildren(f"{W}lvl"):
        place = integer(level.get(f"{W}ilvl"))
        if place is None or not 0 <= place < _LEVELS:
            continue
        kind = level.find(f"{W}numFmt")
        if kind is None:  # a custom format stands beside one for older programs
            kind = next(level.iterfind(f"{COMPATIBLE}AlternateContent/{COMPATIBLE}Choice/{W}numFmt"), None)
        start = integer(value(level, "start"))
        found.append(
            (
                place,
                Level(
                    "decimal" if kind is None else kind.get(f"{W}val", "decimal"),
                    "" if switch(level, "rPr/vanish") else value(level, "lvlText") or "",
                    0 if start is None else start,  # 17.9.25
                    integer(value(level, "lvlRestart")),
                    _SUFFIXES.get(value(level, "suff") or "tab", " "),
                    bool(switch(level, "isLgl")),
                    value(level, "pStyle"),
                    None if kind is None else kind.get(f"{W}format"),
                ),
            )
        )
    return found
