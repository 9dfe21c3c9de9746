"""What of a clause a reader is given beside its text: the title of its document and the headings above it. Pure."""

from __future__ import annotations

from index.addressed.passages import heading
from index.schema import Clause, Document

_TITLE, _HEADING = 40, 30  # characters kept of each: names and column lines stand at their beginning
_HEADINGS = 2  # the innermost


def address(document: Document, clause: Clause) -> str:
    """The title and the innermost headings, cut to what fits beside the text."""
    headings = [" ".join(heading(each).split())[:_HEADING] for each in clause.path[-_HEADINGS:]]
    return " > ".join((heading(document.title)[:_TITLE], *headings))
