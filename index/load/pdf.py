"""PDF: its text in reading order, tables as rows, heads and page numbers out; scanned pages recognised."""

from __future__ import annotations

from index.errors import UnreadableContent
from index.load.paged import compose
from index.load.pdfium import Locked, Pages
from index.schema import Reading


def read(data: bytes) -> Reading:
    try:
        pages = Pages(data)
    except Locked as error:
        raise UnreadableContent("PDF 有密码保护") from error
    return Reading(compose.lines([compose.layout(pages.sheet(n)) for n in range(1, len(pages) + 1)]))
