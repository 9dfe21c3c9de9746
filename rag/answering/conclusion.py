"""The short reply in the document's own words: the words a reader marks, completed to what can be read alone."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from index.sentences import split_sentences
from rag.answering.compose import Claim
from rag.answering.trusted import behind
from rag.query.question import Query
from rag.verification.citations import repeats

if TYPE_CHECKING:
    from rag.answering.study import Study
    from rag.context import Context
    from rag.reading.clauses import Read

LONGEST, LISTED = 80, 160  # characters of a 结论, and of one that names all of a list
_BREAK = re.compile(r"[，,；;：:。！？!?\n]")
_EDGES = " \t\n\u3000，,；;：:。、"


def phrase(text: str, span: tuple[int, int], longest: int = LONGEST) -> tuple[int, int]:
    """[start, stop) of the words around `span` that can be read alone: its sentence where that is short, else from as
    far before it as fits (the subject and the year stand there) to the end of its half-sentence."""
    around = [own for own in split_sentences(text) if own[0] < span[1] and own[1] > span[0]]
    if not around:
        return span
    start, stop = around[0][0], around[-1][1]
    if stop - start > longest:
        breaks = [match.end() for match in _BREAK.finditer(text, start, stop)]
        stop = next((place for place in breaks if place >= span[1]), stop)
        begins = [start, *(place for place in breaks if place <= span[0])]
        start = next((place for place in begins if stop - place <= longest), begins[-1])
    while start < stop and text[start] in _EDGES:
        start += 1
    while stop > start and text[stop - 1] in _EDGES:
        stop -= 1
    return start, stop


def conclude(context: Context, query: Query, studied: Study) -> list[Claim]:
    """The claim that answers, if the judgement is that one does, or the two of a comparison; nothing where a clause
    does not speak of a year or a figure that the question names, where it would only say the question back, or stands behind a passage that takes back what is before it."""
    if not studied.judgement.conclude:
        return []
    if not studied.sub_studies:
        claim = _claim(context, query, studied)
        return [] if claim is None else [claim]
    claims = [_claim(context, side, own) for side, own in zip(query.sub_queries, studied.sub_studies, strict=True)]
    told = [claim for claim in claims if claim is not None]
    return [_named(context, claim) for claim in told] if len(told) == len(claims) else []


def _named(context: Context, claim: Claim) -> Claim:
    """A side of a comparison says whose it is."""
    return replace(claim, text=f"《{context.document(claim.clause).title}》：{claim.text}")


def _claim(context: Context, query: Query, studied: Study) -> Claim | None:
    if studied.best is None or studied.narrowed is None:
        return None
    clause = context.store.clauses[studied.best.clause]
    start, stop = studied.phrase
    said = clause.text[start:stop]
    if studied.narrowed.fixed or not said or repeats(said, query.text) or behind(clause, start):
        return None
    year = _year(context, query, studied.best, said)
    text = f"到{year}年：{said}。" if year else f"{said}。"
    return Claim(text, clause, start, stop, "span")


def _year(context: Context, query: Query, best: Read, said: str) -> str | None:
    """The target year that governs these words, where a year is asked for and they do not say it."""
    year = context.year_of(best.clause, best.span[0]) if query.years else None
    return year if year and year not in said else None
