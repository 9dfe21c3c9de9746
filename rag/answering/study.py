"""The reader's step of an answer: the first clauses read, put in order anew, and judged."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from index.entities import doc_nos
from index.entities.printed import flatten
from index.errors import Unreachable
from rag.answering.conclusion import LISTED, LONGEST, phrase
from rag.answering.evidence import Passage
from rag.answering.judgement import UNREAD, Judgement, Unlike, judge, signals, sort_of
from rag.query.asked import asked, fits, stated
from rag.query.question import Query
from rag.reading.clauses import Read, by_clause, read
from rag.reading.reader import Reader
from rag.retrieval.fusion import FIRST
from rag.retrieval.rerank import reordered
from rag.retrieval.retrieve import together
from rag.verification.narrowing import Narrowing, narrowing

_log = logging.getLogger(__name__)
_N = "[\\d一二两三四五六七八九十]"
_TIME = re.compile(rf"{_N}\s*(?:年|个?月|[日天周点]|个?工作日|小时|分钟)|年[底内初末]|期间|[之即当次]日")

if TYPE_CHECKING:
    from rag.context import Context
    from rag.retrieval.retrieve import Ranking


@dataclass(frozen=True, slots=True)
class Study:
    """What reading has changed and found."""

    ranking: Ranking
    reads: tuple[Read, ...] = ()  # best first
    signals: dict[str, float] | None = None  # of rag.answering.judgement
    best: Read | None = None  # the window likeliest to answer
    phrase: tuple[int, int] = (0, 0)  # of its clause's text: the words that answer, completed to be read alone
    narrowed: Narrowing | None = None  # what the question names and the best clause does not bear out
    judgement: Judgement = UNREAD
    ms: float | None = None
    sub_studies: tuple[Study, ...] = ()  # of a comparison: what was found for either
    failed: bool = False  # the reader, or the encoder whose nearness it is weighed with, could not be reached


def study(context: Context, query: Query, ranking: Ranking, candidates: Sequence[Passage]) -> Study:
    """Read the first clauses of a ranking; as it is where no reader is set, or nothing was found.

    Of a comparison, half as many for either side, beside that side's question; it is as sure as its weaker side, and
    refused where neither is answered.
    """
    reader = context.reader
    if reader is None or not candidates:
        return Study(ranking)
    if ranking.blind:
        return Study(ranking, failed=True)
    try:
        return _studied(context, reader, query, ranking, candidates)
    except Unreachable as error:
        _log.warning("%s", error)
        return Study(ranking, failed=True)


def _studied(context: Context, reader: Reader, query: Query, ranking: Ranking, candidates: Sequence[Passage]) -> Study:
    begin = time.perf_counter()
    depth = context.settings.reader_depth
    if not ranking.sub_rankings:
        found = _read(context, reader, query, ranking, candidates, depth)
    else:
        each = zip(query.sub_queries, ranking.sub_rankings, strict=True)
        half = max(1, depth // len(ranking.sub_rankings))
        sub_studies = tuple(_read(context, reader, side, own, candidates, half) for side, own in each)
        found = _together(sub_studies) if all(side.reads for side in sub_studies) else Study(ranking)
    return replace(found, ms=(time.perf_counter() - begin) * 1000) if found.reads else found


def _together(sub_studies: tuple[Study, ...]) -> Study:
    weaker = min(sub_studies, key=lambda side: side.judgement.confidence or 0.0)
    refuse, conclude = (all(getattr(side.judgement, told) for side in sub_studies) for told in ("refuse", "conclude"))
    return replace(
        weaker,
        ranking=together(tuple(side.ranking for side in sub_studies)),
        reads=tuple(read for side in sub_studies for read in side.reads),
        judgement=Judgement(weaker.judgement.confidence, refuse, conclude),
        sub_studies=sub_studies,
    )


def _read(
    context: Context, reader: Reader, query: Query, ranking: Ranking, candidates: Sequence[Passage], depth: int
) -> Study:
    """The first clauses of one ranking read beside one question."""
    sentences: dict[int, list[Passage]] = {}
    for passage in candidates:
        sentences.setdefault(passage.clause, []).append(passage)
    lowest = min(passage.score for passage in candidates)

    def promise(row: int, start: int, stop: int) -> float:
        inside = (p.score for p in sentences.get(row, ()) if p.start < stop and p.stop > start)
        return max(inside, default=lowest)

    reads = read(
        reader,
        query.text,
        ranking.rows[:depth],
        context.store.clauses,
        context.document,
        context.year_of,
        promise,
        depth,
    )
    if not reads:
        return Study(ranking)
    weight = 0.0 if context.calibration is None else context.calibration.order
    settled = reordered(
        ranking, {row: float(ranking.fused[row]) + weight * told for row, told in by_clause(reads).items()}
    )
    place = {row: at for at, row in enumerate(settled.rows)}
    # What ranks first among what is likely to answer: the reader's word and the ranking's together.
    reads = sorted(reads, key=lambda own: (place[own.clause], -own.answers))
    best = max(reads, key=lambda own: own.answers)
    text = context.store.clauses[best.clause].text
    span = phrase(text, best.span, LISTED if query.asks & {"list", "duty"} else LONGEST)
    narrowed = _narrowed(context, query, best, text[slice(*span)])
    lexical_overlap = context.retriever.fusion.lexical_overlap(query.text, ranking.rows[:FIRST], names=True)
    found = signals(
        reads,
        settled.rows[0],
        max(p.similarity for p in candidates),
        lexical_overlap,
        narrowed,
        _unlike(context, query, best, text[slice(*span)]),
    )
    return Study(settled, tuple(reads), found, best, span, narrowed, judge(context.calibration, sort_of(query), found))


def _narrowed(context: Context, query: Query, best: Read, said: str) -> Narrowing:
    clause = context.store.clauses[best.clause]
    document = context.document(clause)
    above = "\n".join((document.title, document.notice_title or "", *document.issuers, *clause.path))
    return narrowing(query.text, said, clause.text, above)


def _unlike(context: Context, query: Query, best: Read, said: str) -> Unlike:
    clause = context.store.clauses[best.clause]
    window = clause.text[best.start : best.stop]
    wanted = asked(query)
    around = "\n".join((*clause.path, clause.text))
    year = context.year_of(best.clause, best.span[0]) or ""
    told = f"{said}{year}{context.document(clause).title}"
    return Unlike(
        unstated=any(not (fits(own, said) and stated(own, window, around)) for own in wanted) or _formless(query, said),
        untimely=bool(query.years) and not any(year in told for year in query.years),
    )


def _formless(query: Query, said: str) -> bool:
    """Whether a time or a 文号 is asked for and the words hold nothing of that form."""
    when = query.asks & {"when", "date"} and not _TIME.search(said)
    return bool(when or ("doc_no" in query.asks and not doc_nos.doc_nos(flatten(said))))
