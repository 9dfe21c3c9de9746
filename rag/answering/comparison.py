"""A comparison side by side: for each document, the sentence that speaks first for it. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from rag.schema import Citation, Sentence, Side


def sides(sentences: Sequence[Sentence], citations: Sequence[Citation], most: int) -> tuple[Side, ...]:
    """Up to `most` documents with their first verbatim sentence; () where all sentences are of one document."""
    by_number = {citation.n: citation for citation in citations}
    found: dict[str, Side] = {}
    for sentence in sentences:
        if sentence.origin != "extract":
            continue
        citation = by_number[sentence.citations[0]]
        found.setdefault(citation.document.doc_id, Side(citation.document, citation.status, sentence.text, citation.n))
    return tuple(found.values())[:most] if len(found) > 1 else ()
