"""A story (the body, a note, a text box, a cell) → its lines in the order in which they are read.

Changes that are tracked are taken as accepted: what is deleted or moved away is out, what is inserted or moved here is
in, and a paragraph whose end is deleted goes on in the next. Hidden text and tables of contents, which repeat the
headings, are out. Behind a paragraph stand the lines of its text boxes and then its notes, each as 注：….
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from index.load import notes
from index.load.docx import gaps, table
from index.load.docx.gaps import Gaps
from index.load.docx.names import COMPATIBLE, W, chosen, value
from index.load.docx.numbering import Counts, Numbering
from index.load.docx.passage import Passage, Passages, asks
from index.load.docx.styles import Style, Styles, contents, heading, hides
from index.load.docx.table import Carried, Rows, Squares

_LONGEST = 20_000  # characters of a paragraph made of others whose ends are deleted
_CONTENTS = re.compile(r"^\s*目\s*[录次]\s*$")
_PAGE = re.compile(r"\s\d{1,4}\s*$")
_LEFT_OUT = {W + name for name in ("sectPr", "del", "moveFrom", "sdtPr", "sdtEndPr", "customXmlPr", "tcPr", "pPr")}


@dataclass(frozen=True, slots=True)
class Row:
    """A line of prose."""

    text: str
    level: int | None = None
    note: bool = False


@dataclass(frozen=True, slots=True)
class Source:
    """What all stories of a document share."""

    styles: Styles
    numbering: Numbering
    gaps: Gaps
    carried: Carried
    note: Callable[[Any], list[str]]  # the lines of the note that a reference means
    diagram: Callable[[str | None], list[str]]  # the words of a diagram


class Story:
    """Reads blocks in turn; `items` are its lines and tables so far."""

    def __init__(self, source: Source, counts: Counts | None = None, inner: bool = False) -> None:
        self._source = source
        self._counts = counts or Counts(source.numbering)
        self._passages = Passages(source.styles, source.gaps, source.diagram)
        self._inner = inner  # within the line of another story
        self._lines = 0
        self._listing = 0  # content controls around that hold a table of contents
        self._unended: Passage | None = None  # a paragraph whose end is deleted
        self._notes = notes.Waiting(begun=inner)
        self.items: list[Row | Rows] = []

    def read(self, blocks: Iterable[Any]) -> Story:
        for block in blocks:
            self._block(block)
        self._end()
        self._add(*(Row(note, note=True) for note in self._notes.rest()))
        return self

    def _end(self) -> None:
        """Where no paragraph follows, one whose end is deleted ends all the same."""
        if self._unended is not None:
            ended, self._unended = self._unended, None
            self._tell(ended, ended.text, None)

    def _add(self, *items: Row | Rows) -> None:
        self.items += items
        self._lines += sum(len(item.rows) if isinstance(item, Rows) else 1 for item in items)

    def _block(self, element: Any) -> None:
        tag = element.tag
        if not isinstance(tag, str) or tag in _LEFT_OUT:
            return
        if not self._inner:
            self._source.gaps.at = self._lines + 1
        if tag == f"{W}p":
            self._paragraph(element)
        elif tag == f"{W}tbl":
            self._end()
            self._table(element)
        elif tag in (f"{W}altChunk", f"{W}subDoc"):
            self._source.gaps.add(gaps.FILE)
        elif tag == f"{COMPATIBLE}AlternateContent":
            for child in chosen(element):
                self._block(child)
        elif tag != f"{W}sdt" or not asks(element):
            lists = tag == f"{W}sdt" and value(element, "sdtPr/docPartObj/docPartGallery") == "Table of Contents"
            self._listing += lists
            for child in element:
                self._block(child)
            self._listing -= lists

    def _paragraph(self, element: Any) -> None:
        properties = element.find(f"{W}pPr")
        chain = self._source.styles.chain(value(properties, "pStyle"))
        listing = self._listing or self._passages.fields.listing
        passage = self._passages.read(element, chain)
        if (listing or self._passages.fields.listing) and _entry(passage, chain):
            self._forget_title()
            return
        if self._unended is not None:
            before, self._unended = self._unended, None
            passage = Passage(before.text + passage.text, before.boxes + passage.boxes, before.notes + passage.notes)
        mark = None if properties is None else properties.find(f"{W}rPr")
        hidden = self._source.styles.hidden(mark, hides(chain))
        if not passage.text.strip() and not passage.boxes and (hidden or element.find(f"{W}moveFrom") is not None):
            return  # all of it is hidden, or moved away
        if _ends_away(properties, mark) and len(passage.text) < _LONGEST:
            self._unended = passage
            return
        place = self._source.numbering.place(properties, chain)
        text = (self._counts.label(*place) if place is not None else "") + passage.text
        if hidden:  # a heading and its text that Word sets in one line (17.3.2.36)
            self._unended = Passage(text, passage.boxes, passage.notes)
            return
        self._tell(passage, text, heading(properties, chain))

    def _forget_title(self) -> None:
        """目录 stands over nothing where the entries below it are left out."""
        kept = len(self.items)
        while kept and isinstance(row := self.items[kept - 1], Row) and not row.text.strip():
            kept -= 1
        if kept and isinstance(row := self.items[kept - 1], Row) and _CONTENTS.match(row.text):
            self._lines -= len(self.items) - kept + 1
            del self.items[kept - 1 :]

    def _tell(self, passage: Passage, text: str, level: int | None) -> None:
        first, *more = text.split("\n")
        if text.strip() or not passage.boxes:
            self._add(Row(first, level if first.strip() else None), *(Row(line) for line in more))
        for box in passage.boxes:
            self._box(box)
        own = [note for reference in passage.notes for note in self._source.note(reference)]
        self._add(*(Row(note, note=True) for note in self._notes.behind(text, own)))

    def _box(self, box: Any) -> None:
        if isinstance(box, str):
            self._add(Row(box))
            return
        found = Story(self._source, inner=True).read(box)
        self._add(
            *(replace(item, level=None) if isinstance(item, Row) else item for item in found.items if _told(item))
        )

    def _table(self, element: Any) -> None:
        if table.single(element):
            for row in table.rows(element):
                for cell in table.cells(row):
                    if cell.merged != "continue":
                        for block in cell.element:
                            self._block(block)
            return
        squares = Squares(self._source.carried)
        for row in table.rows(element):
            if not self._inner:
                self._source.gaps.at = self._lines + len(squares.rows) + 1
            read: list[tuple[table.Cell, list[table.Part]]] = []
            for cell in table.cells(row):
                covered = cell.across or squares.covers(cell)
                read.append((cell, [] if covered else self._cell(cell.element)))
            squares.add(read)
        self._add(Rows(squares.rows))

    def _cell(self, element: Any) -> list[table.Part]:
        """The parts of a cell: its runs of paragraphs, each in a line, and the tables between them."""
        parts: list[table.Part] = []
        for item in Story(self._source, self._counts, inner=True).read(element).items:
            if isinstance(item, Rows):
                parts.append(item)
                continue
            text = " ".join(item.text.split("\t")).strip()
            if not text:
                continue
            if item.note:
                text = notes.within([text])
            if parts and isinstance(parts[-1], str):
                parts[-1] += text if item.note else f" {text}"
            else:
                parts.append(text)
        return parts


def _entry(passage: Passage, chain: tuple[Style, ...]) -> bool:
    """Whether a paragraph in a table of contents is of it: by its style, its link, its page number, or as its title."""
    text = passage.text.strip()
    return contents(chain) or passage.entry or not text or bool(_PAGE.search(text) or _CONTENTS.match(text))


def _ends_away(properties: Any, mark: Any) -> bool:
    """Whether a paragraph goes on in the next: its end is deleted or moved away, or it is the large first letter of
    one."""
    if mark is not None and (mark.find(f"{W}del") is not None or mark.find(f"{W}moveFrom") is not None):
        return True
    frame = None if properties is None else properties.find(f"{W}framePr")
    return frame is not None and frame.get(f"{W}dropCap", "none") != "none"


def _told(item: Row | Rows) -> bool:
    return isinstance(item, Rows) or bool(item.text.strip())


def note_rows(story: Story) -> list[str]:
    """The lines of a note."""
    found: list[str] = []
    for item in story.items:
        for text in [" ".join(filter(None, row)) for row in item.rows] if isinstance(item, Rows) else [item.text]:
            if text.strip():
                found.append(notes.told(text))
    return found
