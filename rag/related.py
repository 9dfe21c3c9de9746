"""Clauses related to a pasted one: ranked like a search by its wording, each with the sentence that relates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from index.terms import compact
from rag.question import Query, clean

if TYPE_CHECKING:
    from rag.engine import Engine
    from rag.schema import Filters, Hit

MAX_PASTE = 50_000  # characters
SAME_TEXT = 85.0  # rapidfuzz partial ratio from which a clause counts as the paste's own source
ORIGINAL, PARALLEL = "原文", "同类条款"
_READ = 3000  # characters of a paste that are ranked by; what a longer one adds, its first clauses have said


def related(engine: Engine, text: str, k: int, filters: Filters) -> list[Hit]:
    """The `k` clauses nearest to the paste, its own source first, with the best matching sentence of each as quote."""
    from rapidfuzz import fuzz

    pasted = clean(text, MAX_PASTE)[:_READ]
    query = Query(pasted, pasted, "", (), (), (), (), frozenset(), pasted=True)
    ranking = engine.rank(query, filters)
    flat = compact(pasted)
    rows = engine.store.sentence_rows()
    found = []
    for row in ranking.rows[:k]:
        clause = engine.store.clauses[row]
        same = fuzz.partial_ratio(flat, compact(clause.text)) >= SAME_TEXT and len(clause.text) >= 0.5 * len(flat)
        best = max(rows[row], key=lambda s: ranking.sentences[s])
        _, start, stop = engine.store.sentences[best]
        found.append((not same, row, ORIGINAL if same else PARALLEL, clause.text[start:stop]))
    found.sort(key=lambda entry: entry[0])
    return [
        engine.hit(place, row, float(ranking.fused[row]), relation, quote)
        for place, (_, row, relation, quote) in enumerate(found, 1)
    ]
