"""The reader's step of an answer: the first clauses read, put in order anew, and judged."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rag.answering.conclusion import phrase
from rag.answering.evidence import Passage
from rag.answering.judgement import UNREAD, Judgement, Unlike, judge, signals, sort_of
from rag.query.asked import asked, fits, stated
from rag.query.question import Query
from rag.reading.clauses import Read, by_clause, read
from rag.retrieval.rerank import reordered
from rag.retrieval.retrieve import FIRST
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


def study(engine: Engine, query: Query, ranking: Ranking, candidates: Sequence[Passage]) -> Study:
    """Read the first clauses of a ranking; as it is where no reader is set, or nothing was found."""
    if engine.reader is None or not candidates:
        return Study(ranking)
    begin = time.perf_counter()
    sentences: dict[int, list[Passage]] = {}
    for passage in candidates:
        sentences.setdefault(passage.clause, []).append(passage)
    lowest = min(passage.score for passage in candidates)

    def promise(row: int, start: int, stop: int) -> float:
        inside = (p.score for p in sentences.get(row, ()) if p.start < stop and p.stop > start)
        return max(inside, default=lowest)

    depth = engine.settings.reader_depth
    rows = ranking.rows[:depth]
    reads = read(engine.reader, query.text, rows, engine.store.clauses, engine.document, promise, depth)
    if not reads:
        return Study(ranking)
    weight = 0.0 if engine.calibration is None else engine.calibration.order
    settled = reordered(ranking, {row: float(ranking.fused[row]) + weight * told for row, told in by_clause(reads).items()})
    place = {row: at for at, row in enumerate(settled.rows)}
    # What ranks first among what is likely to answer: the reader's word and the ranking's together.
    reads = sorted(reads, key=lambda own: (place[own.clause], -own.answers))
    best = max(reads, key=lambda own: own.answers)
    text = engine.store.clauses[best.clause].text
    span = phrase(text, best.span)
    narrowed = _narrowed(engine, query, best, text[slice(*span)])
    wording = engine.retriever.fusion.coverage(query.text, ranking.rows[:FIRST], names=True)
    found = signals(
        reads, settled.rows[0], max(p.similarity for p in candidates), wording, narrowed,
        _unlike(engine, query, best, text[slice(*span)]),
    )  # fmt: skip
    taken = (time.perf_counter() - begin) * 1000
    return Study(settled, tuple(reads), found, best, span, narrowed, judge(engine.calibration, sort_of(query), found), taken)


def _narrowed(engine: Engine, query: Query, best: Read, said: str) -> Narrowing:
    clause = engine.store.clauses[best.clause]
    document = engine.document(clause)
    above = "\n".join((document.title, document.notice_title or "", *document.issuers, *clause.path))
    return narrowing(query.text, said, clause.text, above)


def _unlike(engine: Engine, query: Query, best: Read, said: str) -> Unlike:
    clause = engine.store.clauses[best.clause]
    window = clause.text[best.start : best.stop]
    wanted = asked(query)
    around = "\n".join((*clause.path, clause.text))
    year = engine.year_of(best.clause, best.span[0]) or ""
    told = f"{said}{year}{engine.document(clause).title}"
    return Unlike(
        unstated=any(not (fits(own, said) and stated(own, window, around)) for own in wanted),
        untimely=bool(query.years) and not any(year in told for year in query.years),
    )
