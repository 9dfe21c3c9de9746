"""Clauses related to a pasted text: found by its wording and meaning, labelled, its own source first."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Protocol

from rag.context import Context
from rag.query.question import Query, clean
from rag.relating.labels import NEAREST, ORIGINAL, Labeller, Related
from rag.relating.paste import split
from rag.retrieval.fusion import CANDIDATES
from rag.retrieval.retrieve import Ranking
from rag.schema import Filters, Hit
from rag.tuned import numbers

MAX_PASTE = 50_000  # characters
READ = 2000  # characters of one clause that it is ranked by; a longer one has said its matter by then
_BY_BM25 = 20  # clauses best by BM25 alone that may be the source, as noise misleads the meaning
EACH = 3  # clauses kept for each clause of a draft, at least
# A clause is on a paste's matter with this lexical overlap, or so much nearer than a question from elsewhere.
_OVERLAP, _NEARER = (numbers(__name__)[n] for n in ("overlap", "nearer"))


class Labelling(Context, Protocol):
    """A context that can say what clauses are to a pasted text, and keeps a record of what was found."""

    @property
    def relations(self) -> Labeller: ...

    def told(self, kind: str, asked: str, clause_ids: Sequence[str]) -> None: ...


@dataclass(frozen=True, slots=True)
class RelatedClauses:
    """One clause of a paste and what is related to it."""

    text: str
    hits: tuple[Hit, ...]

    @property
    def related(self) -> tuple[Hit, ...]:
        """The hits on its matter; the others are only what comes nearest."""
        return tuple(hit for hit in self.hits if hit.relation != NEAREST)


def related_by_clause(context: Labelling, text: str, k: int, filters: Filters) -> list[RelatedClauses]:
    """The related clauses of each clause of the paste; BadInput for an empty or too long one.

    Of one clause `k` hits are given, of a draft's clauses at least EACH, together about `k`.
    """
    return [each for _, _, each in stepwise(context, text, k, filters)]


def stepwise(context: Labelling, text: str, k: int, filters: Filters) -> Generator[tuple[int, int, RelatedClauses]]:
    """(how many are done, of how many, the next ones), as they are found; errors as `related_by_clause`."""
    units = split(clean(text, MAX_PASTE))
    each = k if len(units) == 1 else max(EACH, k // len(units))
    for done, unit in enumerate(units, 1):
        yield done, len(units), _around(context, unit, each, filters)


def related(context: Labelling, text: str, k: int, filters: Filters) -> list[Hit]:
    """The hits of all clauses of the paste, none twice: `k`, or one for each clause of a longer draft."""
    found: dict[str, Hit] = {}
    around = related_by_clause(context, text, k, filters)
    for each in around:
        own = (hit for hit in each.hits if hit.clause.clause_id not in found)
        found |= {hit.clause.clause_id: hit for hit in islice(own, max(1, k // len(around)))}
    return [replace(hit, rank=place) for place, hit in enumerate(found.values(), 1)]


def _around(context: Labelling, text: str, k: int, filters: Filters) -> RelatedClauses:
    found = _looked_up(context, text, k, filters)
    context.told("related", text, [hit.clause.clause_id for hit in found.hits])
    return found


def _looked_up(context: Labelling, text: str, k: int, filters: Filters) -> RelatedClauses:
    query = Query(text[:READ], text[:READ], "", (), (), (), (), frozenset(), (), pasted=True)
    ranking = context.rank(query, filters, max(k, CANDIDATES))
    if not ranking.rows:
        return RelatedClauses(text, ())
    source = context.relations.source(text, _candidates(context, query, ranking, k))
    rows = [*([source] if source is not None else []), *(row for row in ranking.rows[:k] if row != source)][:k]
    on_matter = _on_matter(context, query, ranking, rows)
    labelled = [(row, _label(context, text, source, row, row in on_matter)) for row in rows]
    labelled.sort(key=lambda pair: pair[1].relation != ORIGINAL)
    hits = tuple(
        _hit(context, text, place, row, float(ranking.fused[row]), found)
        for place, (row, found) in enumerate(labelled, 1)
    )
    return RelatedClauses(text, hits)


def _candidates(context: Labelling, query: Query, ranking: Ranking, k: int) -> Sequence[int]:
    """Rows that may be the paste's own clause."""
    allowed = set(ranking.rows)
    by_bm25 = context.store.pairs.scores(query.text).best(_BY_BM25).tolist()
    return list(dict.fromkeys([*ranking.rows[:k], *(row for row in by_bm25 if row in allowed)]))


def _on_matter(context: Labelling, query: Query, ranking: Ranking, rows: Sequence[int]) -> set[int]:
    """The rows of the clauses that are on the paste's matter, by lexical overlap or by the cosine of a sentence."""
    overlaps = context.retriever.fusion.lexical_overlaps(query.text, rows)
    cosines = [float(ranking.sentences[context.store.sentence_rows[row]].max(initial=0)) for row in rows]
    least = context.foreign_threshold + _NEARER
    return {
        row
        for row, overlap, cosine in zip(rows, overlaps, cosines, strict=True)
        if overlap >= _OVERLAP or cosine >= least
    }


def _label(context: Labelling, text: str, source: int | None, row: int, on_matter: bool) -> Related:
    """What a clause is to the paste; one that is not on its matter only comes nearest."""
    found = context.relations.label(text, source, row)
    if on_matter or found.relation == ORIGINAL:
        return found
    return replace(found, relation=NEAREST, differences=(), hierarchy=None)


def _hit(context: Labelling, text: str, rank: int, row: int, score: float, found: Related) -> Hit:
    clause = context.store.clauses[row]
    return replace(
        context.hit(rank, row, score),
        relation=found.relation,
        hierarchy=found.hierarchy,
        quote=clause.text[slice(*found.quote)],
        unit=text,
        pasted=text[slice(*found.pasted)],
        differences=found.differences,
    )
