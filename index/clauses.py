"""A document's paragraphs → clauses: the smallest units an official cites, each with its address. Pure.

Headings that stand alone and have something below them become the path; a numbered unit is a clause with the
paragraphs that belong to it; unnumbered paragraphs under a heading are clauses of their own; so are boxes, annexes,
and list rows. Every character lands once: in a path heading or in one clause's text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from index.headers import signature
from index.layout import Measure, Paragraph
from index.markers import BOX_RANK, ITEM_RANK, Marker, marker, number
from index.notice import is_closing_line
from index.outline import LONG, UNIT_RANK, Draft, Entry, Heading, TitleLine, alone, short
from index.styles import STYLED

_LISTED_MAX = 45  # characters of an annex's name in the list of annexes
_SHORT_ITEM = 30  # characters of an item that says no more than its condition and its figure
_SUBHEAD = BOX_RANK + 1
_CAPTION = re.compile(r"^(?:图|表)\s*\d|(?:图|表)$")
_NOTE = re.compile(r"注[：:]")
_TOPIC = re.compile(r"^[^。；：，]{4,30}。.")


def begin(prose: Sequence[Paragraph], titles: frozenset[str] = frozenset()) -> Walk:
    """A walk through a document whose prose is `prose`; what comes before its first number is its preamble.

    `titles`: of the policies it holds, where one notice issues several.
    """
    marks = [p.mark for p in prose if p.mark is not None and p.mark.kind != "附件"]
    last_annex = next((p for p in reversed(prose) if p.mark is not None and p.mark.kind == "附件"), None)
    return Walk("preamble" if any(marks) else "clause", titles=titles, bare=not any(marks), last_annex=last_annex)


@dataclass(slots=True)
class Walk:
    """Where in the document's outline the walk stands."""

    kind: str = "clause"
    titles: frozenset[str] = frozenset()  # of the policies it holds, where they are several
    root: tuple[str, ...] = ()  # headings above all numbering: an annex's title, or one of those titles
    stack: list[tuple[int, str]] = field(default_factory=list)
    unit: Draft | None = None  # the numbered unit that takes the next plain paragraphs
    bare: bool = False  # the text numbers nothing, so that short lines are its headings
    last_annex: Paragraph | None = None  # the last paragraph that names or opens an annex
    box: bool = False
    box_wide: bool = False  # the box is set wider than the text around it
    box_numbered: bool = False
    box_amid_units: bool = False  # the text around it is numbered, so that what is not belongs to the box
    table_next: bool = False  # a list follows the paragraphs at hand
    table: int = 0  # what tells the last list from others of the document: where its column names stand in the outline
    listing: bool = False  # inside “附件：1．… 2．…”, which names annexes and numbers no clauses
    outline: list[Entry] = field(default_factory=list)  # in printed order

    def path(self) -> tuple[str, ...]:
        return (*self.root, *(heading for _, heading in self.stack))

    def enter(self, rank: int, heading: str | None) -> None:
        """Leave everything of this rank or deeper; go below `heading`, if one is given."""
        while self.stack and self.stack[-1][0] >= rank:
            self.stack.pop()
        if heading is not None:
            self.stack.append((rank, heading))


def walk(found: Sequence[Paragraph], set_in: Measure, state: Walk) -> None:
    """Add the clauses and headings of consecutive paragraphs, numbered already, to `state.outline`."""
    place = 0
    while place < len(found):
        paragraph = found[place]
        mark = paragraph.mark
        if mark is not None and mark.kind in ("（1）", "①") and state.unit is not None:
            mark = None  # too small to be cited alone
        following = found[place + 1] if place + 1 < len(found) else None
        place += 1
        if paragraph.text.strip("《》") in state.titles:
            state.root, state.stack, state.unit, state.kind = (paragraph.text,), [], None, "preamble"
            state.outline.append(Heading(paragraph.text, paragraph.line, (), "preamble"))
        elif mark is not None and mark.kind == "附件":
            place += _annex(paragraph, mark, following, state)
        elif mark is None or (state.listing and mark.kind == "1．" and len(mark.rest) <= _LISTED_MAX):
            _plain(paragraph, following, set_in, state)
        elif mark.kind == "专栏":
            state.box, state.box_numbered, state.box_amid_units = True, False, state.unit is not None
            state.box_wide = following is not None and (following.rows == 1 or _wide(following, set_in))
            _heading(paragraph, mark, state)
        elif state.box and (mark.rank > ITEM_RANK or (mark.rank == ITEM_RANK and (state.box_numbered or _first(mark)))):
            state.box_numbered = state.box_numbered or mark.kind == "1．"
            _start(paragraph, mark, state, "box")
        else:
            _numbered(paragraph, mark, following, state)


def _annex(paragraph: Paragraph, mark: Marker, following: Paragraph | None, state: Walk) -> int:
    """附件 alone opens an annex, whose title is the next line; 附件：… only names them. Returns lines taken beyond."""
    state.box, state.unit = False, None
    named = mark.rest.strip(" ：:　")
    if named and not _opens_annex(paragraph, mark, following, state):
        state.unit = Draft("annex", state.path()[: len(state.root)], [(paragraph.text, paragraph.line)])
        state.outline.append(state.unit)
        state.listing = True
        return 0
    state.listing, state.kind, state.stack = False, "annex", []
    state.root = (paragraph.text,)
    state.outline.append(Heading(paragraph.text, paragraph.line, (), "annex"))
    if named or following is None or (following.mark is not None and following.mark.kind != STYLED):
        return 0
    if len(following.text) > 60 or following.text.endswith("。"):
        return 0
    state.outline.append(Heading(following.text, following.line, state.root, "annex"))
    state.root = (paragraph.text, following.text)
    return 1


def _opens_annex(paragraph: Paragraph, mark: Marker, following: Paragraph | None, state: Walk) -> bool:
    """附件2：分解表 heads an annex where its text follows; where names, a signature or the annex follow, it is
    listed."""
    if following is None:
        return state.table_next
    if is_closing_line(following.text) or signature(following.text):
        return False
    below = following.mark
    if below is not None and (below.kind == "附件" or (below.kind == "1．" and not _first(below))):
        return False
    counted = bool(re.search(r"[\d一二三四五六七八九]", mark.label))
    return counted or (below is not None and paragraph is state.last_annex)


def _heading(paragraph: Paragraph, mark: Marker, state: Walk) -> None:
    state.enter(mark.rank, None)
    state.outline.append(Heading(paragraph.text, paragraph.line, state.path(), "box" if state.box else state.kind))
    state.enter(mark.rank, paragraph.text)
    state.unit = None


def _first(mark: Marker) -> bool:
    return number(mark.label) == 1


def _plain(paragraph: Paragraph, following: Paragraph | None, set_in: Measure, state: Walk) -> None:
    last = state.outline[-1] if state.outline else None
    if _NOTE.match(paragraph.text) and isinstance(last, Draft) and last.path == state.path():
        last.parts.append((paragraph.text, paragraph.line))  # a note belongs to what it stands below
        return
    if (state.box or state.bare) and _heads(paragraph, following, state):
        state.enter(_SUBHEAD, None)
        state.outline.append(Heading(paragraph.text, paragraph.line, state.path(), "box" if state.box else state.kind))
        state.enter(_SUBHEAD, paragraph.text)
        state.unit, state.box_numbered = None, False
        return
    if state.box and not _in_box(paragraph, set_in, state):
        state.box = False
        state.enter(BOX_RANK, None)
        state.unit = None
    if state.unit is not None:
        state.unit.parts.append((paragraph.text, paragraph.line))
        return
    kind = "box" if state.box else state.kind
    state.outline.append(Draft(kind, state.path(), [(paragraph.text, paragraph.line)]))


def _heads(paragraph: Paragraph, following: Paragraph | None, state: Walk) -> bool:
    """An unnumbered line that heads what follows: in a box (…任务： before 1．), or in a text without numbers."""
    text = paragraph.text
    if following is None or len(text) > 40 or _CAPTION.search(text) or is_closing_line(following.text):
        return False
    below = following.mark
    if state.box and below is not None and below.rank >= ITEM_RANK:
        return text.endswith(("：", ":")) and _first(below)
    plain = len(text) <= 20 and text[-1] not in "。；：，、;:,）)" and not signature(text)
    return plain and below is None and len(following.text) > 40


def _in_box(paragraph: Paragraph, set_in: Measure, state: Walk) -> bool:
    """A box is set wider than the text around it; a numbered one ends with its numbering."""
    if state.box_amid_units:
        return True
    if state.box_numbered:
        return paragraph.mark is not None
    if not set_in.margin or not state.box_wide:
        # Without a layout only the style tells: text with topic sentences around a box that has none.
        last = next((entry for entry in reversed(state.outline) if not isinstance(entry, TitleLine)), None)
        turned = (
            isinstance(last, Draft)
            and last.kind == "box"
            and bool(_TOPIC.match(paragraph.text))
            and not _TOPIC.match(last.text)
        )
        return len(paragraph.text) < LONG and state.unit is None and not turned
    return (paragraph.rows == 1 and not set_in.full(paragraph.first_width)) or _wide(paragraph, set_in)


def _wide(paragraph: Paragraph, set_in: Measure) -> bool:
    """Set wider than the usual first line of a paragraph."""
    return paragraph.first_width > set_in.margin - 1


def _numbered(paragraph: Paragraph, mark: Marker, following: Paragraph | None, state: Walk) -> None:
    if state.box:
        state.box = False
        state.enter(BOX_RANK, None)
    state.listing = False
    below = following.mark if following is not None else None
    if state.kind == "preamble":
        state.kind = "clause"
        state.enter(0, None)
    outer = mark.rank < UNIT_RANK and mark.kind != "条" and (mark.kind != "1.1" or "." not in mark.label)
    within = below is not None and _deeper(below, mark)
    said = paragraph.text.endswith("。") and (_goes_on(following) or (not within and _follows_sentence(mark, state)))
    if alone(paragraph.text, mark) and not said and (outer or within) and not _states(paragraph, following):
        _heading(paragraph, mark, state)
        if mark.kind == "前言":
            state.kind = "preamble"
        return
    _start(paragraph, mark, state, state.kind)


def _states(paragraph: Paragraph, following: Paragraph | None) -> bool:
    """A line that closes with a stop before short items (（一）补贴渡船。 1.……每艘900元。) is their first sentence."""
    below = following.mark if following is not None else None
    items = below is not None and below.kind == "1．" and len(below.rest) <= _SHORT_ITEM and "。" not in below.rest[:-1]
    return paragraph.text.endswith("。") and items


def _goes_on(following: Paragraph | None) -> bool:
    """A signature, a date, a distribution mark or a note follows: nothing that a heading could head."""
    if following is None:
        return False
    text = following.text
    return is_closing_line(text) or bool(signature(text) or _NOTE.match(text))


def _follows_sentence(mark: Marker, state: Walk) -> bool:
    """Whether the item right before this one is a sentence with nothing below it, so that this one is a sentence too."""
    last = state.outline[-1] if state.outline else None
    if not isinstance(last, (Heading, Draft)) or not last.text.endswith("。") or "\n" in last.text:
        return False
    before = marker(last.text)
    return before is not None and before.kind == mark.kind and number(before.label) == (number(mark.label) or 0) - 1


def _start(paragraph: Paragraph, mark: Marker, state: Walk, kind: str) -> None:
    """Open a clause at a numbered paragraph; its short heading is where its own children hang."""
    state.enter(mark.rank, None)
    state.unit = Draft(kind, state.path(), [(paragraph.text, paragraph.line)])
    state.outline.append(state.unit)
    if mark.rank < 75:
        state.stack.append((mark.rank, short(paragraph.text, mark)))


def _deeper(below: Marker, mark: Marker) -> bool:
    return below.rank > mark.rank and below.kind != "专栏" and (below.rank < 75 or below.kind == "——")
