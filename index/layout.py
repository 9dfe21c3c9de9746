"""Lines → paragraphs: page numbers out, wrapped lines rejoined, what was dropped kept for the proof. Pure.

Two kinds of text are met. In *flowing* text each line is a paragraph. In *wrapped* text (books, PDF) a paragraph is
broken at the right margin, and often neither indentation nor blank lines survive; then the width of a line tells: a
line that reaches the margin goes on in the next, and a paragraph's first line is narrower by its lost indent.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from index.entities.dates import date_line
from index.entities.doc_nos import is_doc_no
from index.markers import Marker, cells_apart, marker
from index.schema import Line

_PAGE_NUMBER = re.compile(
    r"^\s*(?:\d{1,4}|[-—–－·]+\s*\d{1,4}\s*[-—–－·]+|第\s*\d{1,4}\s*页(?:[，,\s]*共\s*\d+\s*页)?)\s*$"
)
_INVISIBLE = "\ufeff\u200b"
_CLOSED = "。；：！？:;!?…"
_CAPTION = re.compile(r"^(?:图|表)\s*\d+")
_DUTIES_END = re.compile(r"[（(〔](?:责任|牵头|配合)单位\s*[：:].*[)）〕]$")
_ENDS_IN_BRACKET = re.compile(r"[）)〕]$")


@dataclass(frozen=True, slots=True)
class Row:
    """One line with text, and what the blank lines around it say."""

    text: str  # stripped
    line: Line
    gap: int  # blank lines before it; 0 at the start
    page_top: bool  # opens a page: one leading space in a wrapped text, a new page, or a dropped page number before it
    indented: bool  # a paragraph's indent survives
    heading: int = 0  # its level where the file itself marks it as a heading, 0 for none

    @property
    def width(self) -> int:
        """Columns: two for a wide character, one for any other."""
        return columns(self.text)


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Rejoined lines."""

    text: str
    line: Line  # the first of them
    rows: int
    first_width: int  # columns of its first line
    heading: int = 0
    mark: Marker | None = None  # its numbering, once the whole document has been weighed (index.numbering)


@dataclass(frozen=True, slots=True)
class Measure:
    """How wide a wrapped text is set; `margin` 0 for flowing text."""

    margin: int  # the usual width of a line in mid-paragraph
    indents: bool  # whether paragraphs' indents survive

    def full(self, width: int) -> bool:
        return bool(self.margin) and width >= self.margin - 5

    def opening(self, width: int) -> bool:
        """Full, but narrower by an indent: the first line of a paragraph."""
        return self.full(width) and width <= self.margin - 2


def columns(text: str) -> int:
    """Width of `text`: East Asian wide, full and ambiguous characters count two."""
    return sum(2 if unicodedata.east_asian_width(c) in "WFA" else 1 for c in text)


def rows(lines: Sequence[Line]) -> tuple[list[Row], list[Line]]:
    """The lines with text, and the page numbers dropped from among them."""
    kept: list[Row] = []
    dropped: list[Line] = []
    usual = _usual_gap(lines)
    gap, after_number, page = 0, False, None
    for line in lines:
        text = _strip(line.text)
        if not text:
            gap += 1
            continue
        new_page = line.page is not None and line.page != page
        page = line.page
        if line.level is None and _is_page_number(line.text, gap, usual):
            dropped.append(line)
            after_number, gap = True, 0
            continue
        space = line.text[: len(line.text) - len(line.text.lstrip(" \t\u3000\xa0"))]
        top = not kept or after_number or new_page or "\f" in line.text or (space == " " and gap < max(usual, 1))
        wide = columns(space.replace("\t", "    "))
        # A style of headings on a whole sentence is there for its looks.
        heading = 0 if text[-1] in "。；" else line.level or 0
        kept.append(Row(text, line, gap if kept else 0, top, wide >= 3, heading))
        gap, after_number = 0, False
    if not kept:  # nothing but numbers: they are the text
        return [Row(_strip(line.text), line, 0, True, False) for line in dropped], []
    return kept, dropped


def _strip(text: str) -> str:
    return text.strip().strip(_INVISIBLE).strip()


def _usual_gap(lines: Sequence[Line]) -> int:
    gaps: Counter[int] = Counter()
    gap = 0
    for line in lines:
        if line.text.strip():
            gaps[gap] += 1
            gap = 0
        else:
            gap += 1
    return gaps.most_common(1)[0][0] if gaps else 0


def _is_page_number(text: str, gap: int, usual: int) -> bool:
    """A dashed or worded page number anywhere; a bare integer only behind a wider gap than lines usually have."""
    if not _PAGE_NUMBER.match(text):
        return False
    return not text.strip().isdigit() or (usual > 0 and gap > usual)


def measure(found: Sequence[Row]) -> Measure:
    """Tell wrapped from flowing text: in a wrapped one, most of the widest lines stop in mid-sentence."""
    widths = sorted(row.width for row in found)
    if len(widths) < 4:
        return Measure(0, False)
    widest = widths[int((len(widths) - 1) * 0.97)]
    near = [row for row in found if widest * 0.88 <= row.width <= widest * 1.1]
    broken = sum(not _closed(row.text) for row in near)
    paged = found[0].line.page is not None  # a format with pages breaks its lines, however short the text
    if not 28 <= widest <= 140 or (not paged and (len(near) < 3 or broken * 2 < len(near))):
        return Measure(0, False)
    margin = Counter(row.width for row in near).most_common(1)[0][0]
    indented = sum(row.indented for row in found)
    return Measure(max(margin, widest - 4), indented * 20 >= len(found))


def paragraphs(found: Sequence[Row], set_in: Measure) -> list[Paragraph]:
    """Rejoin wrapped lines; no character is added or lost but the blanks at line ends."""
    out: list[Paragraph] = []
    group: list[Row] = []
    for row in found:
        if group and not _goes_on(group, row, set_in):
            out.append(_join(group))
            group = []
        group.append(row)
    if group:
        out.append(_join(group))
    return out


def _join(group: Sequence[Row]) -> Paragraph:
    text = ""
    for row in group:
        # Chinese needs nothing between lines; two Latin words need their blank back.
        text += (" " if _latin(text[-1:]) and _latin(row.text[:1]) else "") + row.text
    line = group[0].line
    if not line.doubtful and any(row.line.doubtful for row in group):
        line = replace(line, doubtful=True)
    return Paragraph(text, line, len(group), group[0].width, group[0].heading)


def _latin(character: str) -> bool:
    return character.isascii() and character.isalpha()


def _goes_on(group: Sequence[Row], row: Row, set_in: Measure) -> bool:
    """Whether `row` continues the paragraph that `group` holds so far."""
    last = group[-1]
    if not set_in.margin or last.heading or row.heading or cells_apart(last.text) or cells_apart(row.text):
        return False
    if is_doc_no(last.text) or (len(row.text) < 40 and is_doc_no(row.text)):
        return False
    if len(group) == 1 and _CAPTION.match(last.text) and max(last.width, row.width) <= 20 and marker(row.text) is None:
        return True
    if set_in.indents:
        if row.indented or _breaks(last, row):
            return False
        if not _closed(last.text):
            return set_in.full(last.width) or not _alone(row)
        # Behind a sentence that ends at the margin a short line without a stop is a signature.
        return set_in.full(last.width) and (set_in.full(row.width) or _stops(row.text))
    if _DUTIES_END.search("".join(r.text for r in group[-12:])) and not _brackets_open(group):
        return False  # the bracket of 责任单位 ends its paragraph, even at the margin
    open_sentence = not _closed(last.text)
    if set_in.full(last.width):
        if open_sentence:
            # A numbered line behind an unfinished full line is the rest of a figure (9． 83%) or of a dash, no heading;
            # behind a closing bracket (of 责任单位) it is one.
            if _ENDS_IN_BRACKET.search(last.text) and not _brackets_open(group) and marker(row.text) is not None:
                return False
            return not _heading_like(row)
        if marker(row.text) is not None or _heading_like(row):
            return False
        # The tail of a paragraph ends it with a stop; a short line without one is a caption or a signature.
        return not set_in.opening(row.width) and (set_in.full(row.width) or _stops(row.text))
    if marker(row.text) is not None:
        return False
    if last.text[-1:] in "，,、" or (open_sentence and _brackets_open(group)):
        return True
    # A paragraph of several lines that stops in mid-sentence, short of the margin, was broken by the typesetting.
    within = len(group) > 1 and set_in.full(group[0].width)
    near = within or last.width >= 0.78 * set_in.margin
    return open_sentence and near and date_line(last.text) is None and not _alone(row)


def _closed(text: str) -> bool:
    """Whether a sentence ends here: closing marks behind a stop count with it."""
    bare = text.rstrip('”’」』）)〕》" ')
    return bare[-1:] in _CLOSED or (bare != text and bool(_ENDS_IN_BRACKET.search(text)) and _units_end(text))


def _stops(text: str) -> bool:
    return _closed(text) or text[-1:] in "”’）)〕》"


def _units_end(text: str) -> bool:
    charged = "单位" in text[-400:] or "负责" in text[-12:] or text.startswith(("（此件", "(此件"))
    return charged and bool(_ENDS_IN_BRACKET.search(text))


def _brackets_open(group: Sequence[Row]) -> bool:
    text = "".join(row.text for row in group)
    return any(text.count(a) > text.count(b) for a, b in ("（）", "()", "《》", "〔〕", "“”"))


def _heading_like(row: Row) -> bool:
    """A numbered heading on a line of its own."""
    found = marker(row.text)
    return found is not None and found.kind in ("编", "分编", "章", "节", "专栏", "附件")


def _breaks(last: Row, row: Row) -> bool:
    return marker(row.text) is not None and _closed(last.text)


def _alone(row: Row) -> bool:
    """Signature, date or distribution mark: never the rest of a sentence."""
    return date_line(row.text) is not None or row.text.startswith(("（此件", "(此件"))
