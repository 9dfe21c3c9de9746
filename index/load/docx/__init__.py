"""DOCX → its lines as Word draws them: paragraphs with their automatic numbers, tables row by row, text boxes and
notes.

Headers, footers and comments are not text; pictures, charts and embedded files are named as gaps.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from index.errors import UnreadableContent
from index.load.docx.gaps import Gaps
from index.load.docx.names import DIAGRAM, DRAWING, W
from index.load.docx.numbering import Counts, Numbering
from index.load.docx.parts import Parts
from index.load.docx.story import Source, Story, note_rows
from index.load.docx.styles import Styles
from index.load.docx.table import Carried, Rows
from index.load.grid import told
from index.load.radicals import unified
from index.schema import Line, Reading

_NOTES = {f"{W}footnoteReference": ("footnotes", "footnote"), f"{W}endnoteReference": ("endnotes", "endnote")}


def read(data: bytes) -> Reading:
    """Lines numbered from 1, a line a paragraph or a table row; UnreadableContent when the file is of another kind."""
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise UnreadableContent("是旧版 .doc 或加密的 .docx，请用 Word 另存为未加密的 .docx")
    document = _Document(Parts(data))
    return Reading(
        [Line(unified(text), number, level=level) for number, (text, level) in enumerate(document.lines(), 1)],
        document.gaps.told(),
    )


class _Document:
    """The parts of a document that its stories are read with."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self.gaps = Gaps()
        self._styles = Styles(parts.tree(parts.related("styles")))
        self._numbering = Numbering(parts.tree(parts.related("numbering")), self._styles)
        self._carried = Carried()
        self._notes: dict[str, tuple[dict[str | None, Any], Counts]] = {}  # part → its notes by id, and their counts

    def lines(self) -> Iterator[tuple[str, int | None]]:
        for item in Story(self._source()).read(self._parts.blocks()).items:
            if isinstance(item, Rows):
                yield from ((line, None) for line in told(item.cells, whole=True))
            else:
                yield item.text, item.level

    def _source(self) -> Source:
        return Source(self._styles, self._numbering, self.gaps, self._carried, self._note, self._diagram)

    def _note(self, reference: Any) -> list[str]:
        part, name = _NOTES[reference.tag]
        if part not in self._notes:
            root = self._parts.tree(self._parts.related(part))
            found = {} if root is None else {each.get(f"{W}id"): each for each in root.iterchildren(W + name)}
            self._notes[part] = found, Counts(self._numbering)
        notes, counts = self._notes[part]
        note = notes.pop(reference.get(f"{W}id"), None)  # a note is told once, even where two places refer to it
        return [] if note is None else note_rows(Story(self._source(), counts, inner=True).read(note))

    def _diagram(self, relation: str | None) -> list[str]:
        """The words of a diagram (SmartArt), a line a box of it."""
        root = self._parts.tree(self._parts.target(relation))
        points = () if root is None else root.iter(f"{DIAGRAM}pt")
        words = ("".join(each.text or "" for each in point.iter(f"{DRAWING}t")).strip() for point in points)
        return [text for text in words if text]
