"""Headings that a file marks by its styles, among numbers: a style misused on an item never moves what is around it.
Pure.

Offices put heading styles on whatever is to look bold. So a number tells its place before its style does, a sentence is
no heading, and a styled line that the count of 一、 or （一） goes on across is one of its items. What is left heads
what follows, by its level.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.layout import Paragraph
from index.markers import ARTICLE_RANK, ITEM_RANK, Marker, number

STYLED = "标题"
_FIRST_RANK = 10  # and the level: outside 章, as no level says how it stands to numbers
_COUNTED = ("一、", "（一）", "1．")
_HEADS = ("编", "分编", "章", "节", "附件")
_LONGEST = 60  # characters of a heading
_TEXT = re.compile(r"。.|[；，;,]$")


def styled(scope: Sequence[Paragraph], marks: Sequence[Marker | None]) -> list[Marker | None]:
    """The marks of one scope, with 标题 for the paragraphs that only their style makes headings."""
    if not any(paragraph.heading for paragraph in scope):
        return list(marks)
    ahead = _ahead(marks)
    out: list[Marker | None] = []
    open_: list[Marker] = []  # outermost first
    by_number: set[int] = set()  # levels at which 1. 2. are headings
    for place, (paragraph, mark) in enumerate(zip(scope, marks, strict=True)):
        if paragraph.heading and (mark is None or mark.rank >= ITEM_RANK):
            rank = _FIRST_RANK + paragraph.heading
            if mark is not None:
                kept = _item(mark, open_, paragraph.heading in by_number)
            else:
                kept = _text(paragraph) or _amid(rank, open_, ahead[place])
            if not kept:
                by_number |= {paragraph.heading} if mark else set()
                mark = Marker(STYLED, rank, "", paragraph.text)
        if mark is not None:
            while open_ and open_[-1].rank >= mark.rank:
                open_.pop()
            open_.append(mark)
        out.append(mark)
    return out


def _text(paragraph: Paragraph) -> bool:
    """A sentence, or several."""
    return len(paragraph.text) > _LONGEST or bool(_TEXT.search(paragraph.text))


def _item(mark: Marker, open_: Sequence[Marker], headed: bool) -> bool:
    """A numbered paragraph below 条, 一、 or （一）, where no heading of its level is numbered so."""
    return not headed and any(mark.rank > above.rank >= ARTICLE_RANK for above in open_)


def _amid(rank: int, open_: Sequence[Marker], ahead: dict[str, int | None]) -> bool:
    """Whether an unnumbered line stands amid a count that it would cut: 一、 before it, 二、 behind it, and no heading
    of its level above them."""
    if any(above.rank == rank for above in open_):
        return False
    outermost = next((above for above in open_ if above.kind in _COUNTED), None)
    if outermost is None or (value := number(outermost.label)) is None:
        return False
    return ahead.get(outermost.kind) == value + 1


def _ahead(marks: Sequence[Marker | None]) -> list[dict[str, int | None]]:
    """Behind each place: the next number of each kind before the next chapter or annex."""
    out: list[dict[str, int | None]] = []
    found: dict[str, int | None] = {}
    for mark in reversed(marks):
        out.append(found)
        if mark is not None and mark.kind in _HEADS:
            found = {}
        elif mark is not None and mark.kind in _COUNTED:
            found = {**found, mark.kind: number(mark.label)}
    return out[::-1]
