"""PDF with a text layer, by pypdf: running heads and page numbers out, the page kept with each line."""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Sequence

from index.errors import UnreadableContent
from index.load.radicals import unified
from index.schema import Line, Reading

_NUMBER = re.compile(r"^[\s\-—–·.第页/共]*\d{1,4}[\s\-—–·.页/共\d]*$|^[\s\-—–·]*[ivxIVX]{1,6}[\s\-—–·]*$")


def read(data: bytes) -> Reading:
    """Lines of every page; UnreadableContent when the file is locked or has no text layer."""
    pages = _pages(data)
    if pages is None:
        raise UnreadableContent("PDF 有密码保护")
    if not any(row.strip() for page in pages for row in page):
        raise UnreadableContent("PDF 没有文字层（可能是扫描件）")
    heads = _running(pages)
    lines: list[Line] = []
    for number, rows in enumerate(pages, 1):
        edge = _edges(rows)
        for place, row in enumerate(rows):
            if place in edge and (_NUMBER.match(row) or _shape(row) in heads):
                continue
            lines.append(Line(unified(row), place + 1, number))
    return Reading(lines)


def _pages(data: bytes) -> list[list[str]] | None:
    """The lines of each page; None where a password is needed."""
    from pypdf import PdfReader

    reader = PdfReader(io.BytesIO(data))
    if reader.is_encrypted and not reader.decrypt(""):
        return None
    return [(page.extract_text() or "").splitlines() for page in reader.pages]


def _edges(rows: Sequence[str]) -> set[int]:
    """Places of the first two and last two lines with text: only there can a running head or page number stand."""
    filled = [place for place, row in enumerate(rows) if row.strip()]
    return set(filled[:2] + filled[-2:])


def _running(pages: Sequence[Sequence[str]]) -> set[str]:
    """Shapes that stand at the edge of at least three pages and of at least half of them."""
    counts = Counter(shape for rows in pages for shape in {_shape(rows[place]) for place in _edges(rows)})
    return {shape for shape, n in counts.items() if shape and n >= 3 and n * 2 >= len(pages)}


def _shape(row: str) -> str:
    """The line without blanks and without a page number at either end, which alone may differ from page to page."""
    return re.sub(r"^[—–·\-]?\d+[—–·\-]?|[—–·\-]?\d+[—–·\-]?$", "0", "".join(row.split()))
