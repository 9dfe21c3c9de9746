"""One file as read → what the index takes from it: its documents, their gaps, and what to have a second look at.
Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from index.addressed.passages import marked
from index.doubts import doubts
from index.parse import ParsedDocument, parse
from index.places import places
from index.schema import Contents, RawText, Taken

_PAGES = re.compile(r"第\s*(\d+)\s*(?:[—–~至到-]\s*(\d+)\s*)?页")


def take(raw: RawText) -> Contents:
    """Parse a file and look over what came out; raises what the parser raises."""
    parsed = [replace(each, clauses=marked(each.document.title, each.clauses)) for each in parse(raw)]
    gaps = _own_gaps(raw.gaps, parsed)
    lines = [line for line in raw.lines if line.doubtful]
    stand = iter(places(raw.lines, [clause for each in parsed for clause in each.clauses]))
    taken = tuple(
        Taken(
            replace(each.document, gaps=own),
            tuple(replace(clause, places=next(stand)) for clause in each.clauses),
            doubts(each, lines if len(parsed) == 1 else ()),
        )
        for each, own in zip(parsed, gaps, strict=True)
    )
    pages = max((line.page for line in raw.lines if line.page is not None), default=None)
    return Contents(raw.file, raw.digest, pages, raw.gaps, taken)


def _own_gaps(gaps: Sequence[str], parsed: Sequence[ParsedDocument]) -> list[tuple[str, ...]]:
    """Of a file's gaps each document's own: those on its pages, and those that name no page."""
    first = [min((c.source.page for c in p.clauses if c.source.page is not None), default=None) for p in parsed]
    own = []
    for place, begin in enumerate(first):
        # Up to the page on which the next one begins: a lost page between two may be either's.
        end = next((page for page in first[place + 1 :] if page is not None), None)
        begin = None if place == 0 else begin
        own.append(tuple(gap for gap in gaps if _touches(gap, begin, end)))
    return own


def _touches(gap: str, begin: int | None, end: int | None) -> bool:
    pages = _PAGES.search(gap)
    if pages is None:
        return True
    low, high = int(pages[1]), int(pages[2] or pages[1])
    # The page before the first line may be the document's lost beginning.
    return (end is None or low <= end) and (begin is None or high >= begin - 1)
