"""The reader's step of an answer: the first clauses read, put in order anew, and judged."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rag.answering.conclusion import LISTED, LONGEST, phrase
from rag.answering.evidence import Passage
from rag.answering.judgement import UNREAD, Judgement, judge, signals, sort_of
from rag.query.question import Query
from rag.reading.clauses import Read, by_clause, read
from rag.retrieval.rerank import reordered
from rag.retrieval.retrieve import together
from rag.verification.narrowing import Narrowing, narrowing

if TYPE_CHECKING:
    from rag.engine import Engine
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
    sides: tuple[Study, ...] = ()  # of a comparison: what was found for either


def study(engine: Engine, query: Query, ranking: Ranking, candidates: Sequence[Passage]) -> Study:
    """Read the first clauses of a ranking; as it is where no reader is set, or nothing was found.

    Of a comparison, half as many for either side, beside that side's question; it is as sure as its weaker side, and
    refused where neither is answered.
    """
    if engine.reader is None or not candidates:
        return Study(ranking)
    begin = time.perf_counter()
    depth = engine.settings.reader_depth
    if not ranking.sides:
        found = _read(engine, query, ranking, candidates, depth)
    else:
        each = zip(query.sides, ranking.sides, strict=True)
        sides = tuple(_read(engine, side, own, candidates, max(1, depth // len(ranking.sides))) for side, own in each)
        found = _together(sides) if all(side.reads for side in sides) else Study(ranking)
    return replace(found, ms=(time.perf_counter() - begin) * 1000) if found.reads else found


def _together(sides: tuple[Study, ...]) -> Study:
    weaker = min(sides, key=lambda side: side.judgement.confidence or 0.0)
    refuse, conclude = (all(getattr(side.judgement, told) for side in sides) for told in ("refuse", "conclude"))
    return replace(
        weaker, ranking=together(tuple(side.ranking for side in sides)), reads=tuple(read for side in sides for read in side.reads),
        judgement=Judgement(weaker.judgement.confidence, refuse, conclude), sides=sides,
    )  # fmt: skip


def _read(engine: Engine, query: Query, ranking: Ranking, candidates: Sequence[Passage], depth: int) -> Study:
    """The first clauses of one ranking read beside one question."""
    sentences: dict[int, list[Passage]] = {}
    for passage in candidates:
        sentences.setdefault(passage.clause, []).append(passage)
    lowest = min(passage.score for passage in candidates)

    def promise(row: int, start: int, stop: int) -> float:
        inside = (p.score for p in sentences.get(row, ()) if p.start < stop and p.stop > start)
        return max(inside, default=lowest)

    reads = read(engine.reader, query.text, ranking.rows[:depth], engine.store.clauses, engine.document, promise, depth)
    if not reads:
        return Study(ranking)
    weight = 0.0 if engine.calibration is None else engine.calibration.order
    settled = reordered(ranking, {row: float(ranking.fused[row]) + weight * told for row, told in by_clause(reads).items()})
    place = {row: at for at, row in enumerate(settled.rows)}
    # What ranks first among what is likely to answer: the reader's word and the ranking's together.
    reads = sorted(reads, key=lambda own: (place[own.clause], -own.answers))
    best = max(reads, key=lambda own: own.answers)
    text = engine.store.clauses[best.clause].text
    span = phrase(text, best.span, LISTED if query.asks & {"list", "duty"} else LONGEST)
    narrowed = _narrowed(engine, query, best, text[slice(*span)])
    found = signals(reads, ranking.rows[0], max(p.similarity for p in candidates), narrowed)
    return Study(settled, tuple(reads), found, best, span, narrowed, judge(engine.calibration, sort_of(query), found))


def _narrowed(engine: Engine, query: Query, best: Read, said: str) -> Narrowing:
    clause = engine.store.clauses[best.clause]
    document = engine.document(clause)
    above = "\n".join((document.title, document.notice_title or "", *document.issuers, *clause.path))
    return narrowing(query.text, said, clause.text, above)
