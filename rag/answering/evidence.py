"""Choosing sentences: which verbatim sentences of the retrieved clauses answer the question, within a budget."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import chain, zip_longest
from typing import TYPE_CHECKING

from index.duties import duties
from index.entities import quantities
from index.entities.dates import CENTURY
from index.entities.printed import flatten
from index.store import Store
from index.terms import compact, pairs
from rag.answering import items
from rag.query.lexical_overlap import LexicalOverlap
from rag.query.question import Query
from rag.reading.clauses import Read
from rag.retrieval.fusion import z_scores
from rag.retrieval.retrieve import Ranking
from rag.stated.target_year import TargetYear
from rag.tuned import numbers

if TYPE_CHECKING:
    import numpy as np

_TUNED = numbers(__name__)
_MEANING, _OVERLAP, _CLAUSE = (
    _TUNED[n] for n in ("meaning", "lexical_overlap", "clause")
)  # what a sentence's cosine, its lexical overlap with the question and its clause's score weigh
_MAX_SIM, _BESIDE = (
    _TUNED["max_sim"],
    _TUNED["beside"],
)  # what MaxSim weighs, and what the cosine weighs beside that
_NOTICE = _TUNED["notice"]  # addressees and “请认真贯彻执行” answer nothing; a document's own facts are read elsewhere
_WEAK, _WEAK_FACT = (
    _TUNED["weak"],
    _TUNED["weak_fact"],
)  # z-scores below the best at which a sentence no longer belongs to the answer
_NAMED = _TUNED["named"]  # z-scores the name of one of the items asked for gains
_CAPTION = 40  # characters of a figure's or table's caption
_LABEL = 3  # pairs of characters: “一区”。 before what it names is no sentence
_ANSWERS = _TUNED["answers"]  # z-scores for words that a reader is sure answer
_TERM, _FEW = _TUNED["term"], 3  # z-scores for holding the terms a question quotes, where so few sentences do
_SURE = _TUNED["sure"]  # lexical overlap of the best sentence from which a question for one figure is answered by few
_DATES = 2  # sentences shown for the year they name alone
_OTHER_YEAR = re.compile(rf"{CENTURY}\s*年")
_YEAR = _TUNED["year"]  # z-scores by which the year asked for lifts a sentence, and another year lowers it
_FIGURE = _TUNED["figure"]
_WHEN = re.compile(r"\d{4}\s*年|\d+\s*月|年底|年内|期间")
_UNITS = re.compile(r"(?:责任|牵头|配合|主管|实施)(?:单位|部门)|牵头负责|负责|组织实施|会同")
_LIST = re.compile(r"、.*、|；")
_HEADING = re.compile(r"^\s*(?:[（(]?[一二三四五六七八九十]+[）)、]|\d+\s*[．.、])")


@dataclass(frozen=True, slots=True)
class Passage:
    """One verbatim sentence chosen as evidence."""

    sentence: int  # row in the store
    clause: int  # row in the store
    start: int  # span within the clause's text
    stop: int
    score: float
    lexical_overlap: float  # 0..1: share of the question's weight of character pairs found in the sentence
    similarity: float  # cosine of sentence and question


def passages(
    store: Store,
    query: Query,
    ranking: Ranking,
    years: Sequence[TargetYear | None],
    reads: Sequence[Read] = (),
    depth: int = 20,
) -> list[Passage]:
    """Sentences of the first `depth` clauses, best first; `years` as rag.stated.target_year gives them, one a sentence,
    and `reads` what a reader has said of these clauses.

    Of a comparison, those for either side by turns, so that both are heard.
    """
    if not ranking.sub_rankings:
        return _for_one(store, query, ranking, years, reads, depth)
    sides = [
        _for_one(store, *side, years, reads, depth)
        for side in zip(query.sub_queries, ranking.sub_rankings, strict=True)
    ]
    best = max((own[0].score for own in sides if own), default=0.0)
    sides = [[replace(p, score=p.score - own[0].score + best) for p in own] for own in sides]
    found: dict[int, Passage] = {}
    for passage in chain.from_iterable(zip_longest(*sides)):
        if passage is not None:
            found.setdefault(passage.sentence, passage)
    return list(found.values())


def _for_one(
    store: Store, query: Query, ranking: Ranking, years: Sequence[TargetYear | None], reads: Sequence[Read], depth: int
) -> list[Passage]:
    """Sentences of the first `depth` clauses for one question that is no comparison, best first.

    z-scores over those sentences: meaning (cosine), MaxSim where there are token states, lexical overlap (weighted
    share of the question's character pairs) and the clause's own score, weighed as above, and a bonus where the
    sentence holds the kind of thing asked for (a number, a date, units).
    """
    import numpy as np

    rows = sorted(row for clause in ranking.rows[:depth] for row in store.sentence_rows[clause])
    if not rows:
        return []
    overlap = LexicalOverlap.of(f"{query.text} {query.rewriting}", store.pairs.idf)
    texts = [store.sentence(row) for row in rows]
    lexical_overlap = np.array([overlap.share(set(pairs(text))) for text in texts])
    similarity, meaning = ranking.sentences[rows], ranking.meaning[rows]
    max_sim = None if ranking.max_sim is None else ranking.max_sim[rows]
    scores = [own for own in (lexical_overlap, meaning, max_sim) if own is not None]
    if "duty" in query.asks:
        _speak_for_clause(store, rows, texts, scores)
    opens = _speak_for_items(store, rows, scores) if "list" in query.asks else []
    clause = np.array([ranking.fused[store.sentences[row][0]] for row in rows])
    kinds = [store.clauses[store.sentences[row][0]].kind for row in rows]
    bonus = np.array(
        [_fits(query, text) - (_NOTICE if kind == "notice" else 0.0) for text, kind in zip(texts, kinds, strict=True)]
    )
    bonus -= [0.0 if place in opens else _bare_heading(text) for place, text in enumerate(texts)]
    if (wanted := items.counted(query)) is not None:
        bonus += _NAMED * np.array(items.among(store, rows, wanted))
    bonus += _quotes(query, texts)
    bonus += _ANSWERS * _answering(store, rows, reads)
    if query.years:
        bonus += [_timely(query, text, years[row]) for row, text in zip(rows, texts, strict=True)]
    told = _MEANING * z_scores(meaning)
    if max_sim is not None:
        told = _BESIDE * told + _MAX_SIM * z_scores(max_sim)
    score = told + _OVERLAP * z_scores(lexical_overlap) + _CLAUSE * z_scores(clause) + bonus
    found = [
        Passage(rows[i], row, start, stop, float(score[i]), float(lexical_overlap[i]), float(similarity[i]))
        for i in np.argsort(-score, kind="stable")
        for row, start, stop in [store.sentences[rows[i]]]
    ]
    names = items.whole(store, query, ranking.rows[:depth])
    least = float(similarity.min())  # some of the names may stand in clauses that were no candidates
    first = [
        Passage(row, *store.sentences[row], found[0].score, 0.0, ranking.sentences.get(row, least)) for row in names
    ]
    return first + [passage for passage in found if passage.sentence not in names]


def _answering(store: Store, rows: Sequence[int], reads: Sequence[Read]) -> np.ndarray:
    """float [sentences], 0 to 1: how likely a sentence holds words that answer, as a reader has marked them."""
    import numpy as np

    found = np.zeros(len(rows))
    by_clause: dict[int, list[Read]] = {}
    for own in reads:
        by_clause.setdefault(own.clause, []).append(own)
    for place, row in enumerate(rows):
        clause, start, stop = store.sentences[row]
        for own in by_clause.get(clause, ()):
            if own.span[0] < stop and own.span[1] > start:
                found[place] = max(found[place], 1 / (1 + math.exp(-own.answers)))
    return found


def _speak_for_clause(store: Store, rows: Sequence[int], texts: Sequence[str], scores: Sequence[np.ndarray]) -> None:
    """A bracket of 责任单位 answers for its whole clause, so it takes the best scores found there (in place)."""
    owner = [store.sentences[row][0] for row in rows]
    brackets = [place for place, text in enumerate(texts) if duties(text)]
    for own in scores:
        best: dict[int, float] = {}
        for clause, score in zip(owner, own, strict=True):
            best[clause] = max(best.get(clause, score), score)
        own[brackets] = [best[owner[place]] for place in brackets]


def _speak_for_items(store: Store, rows: Sequence[int], scores: Sequence[np.ndarray]) -> list[int]:
    """Places of the sentences that open a list (“有下列情形之一的：”); they take the best scores of its items (in
    place)."""
    places = {row: place for place, row in enumerate(rows)}
    runs = {place: run for place, row in enumerate(rows) if len(run := items.run(store, row, whole=False)) > 1}
    for place, run in runs.items():
        for own in scores:
            own[place] = max(own[places[row]] for row in run)
    return list(runs)


def within(
    store: Store, query: Query, chosen: Sequence[Passage], years: Sequence[TargetYear | None], budget: int
) -> list[Passage]:
    """The best passages that fit in `budget` characters, best first, so that the first sentence answers.

    A question for one figure or date is answered by few sentences; for measures, all that fit are wanted.

    A passage that repeats one already taken (nine tenths of its pairs) is skipped, and, unless a list is asked for, one
    that is a mere label; the first is taken in any case.
    """
    sure = bool(chosen) and chosen[0].lexical_overlap >= _SURE
    narrow = sure and bool(query.asks & {"number", "when"}) and not query.asks & {"compare", "list", "duty"}
    weak = _WEAK_FACT if narrow else _WEAK
    listed = "list" in query.asks or items.counted(query) is not None
    taken: list[Passage] = []
    seen: list[frozenset[str]] = []
    used = 0
    for passage in chosen:
        if taken and passage.score < chosen[0].score - weak:
            break
        text = store.sentence(passage.sentence)
        terms = frozenset(pairs(text))
        if taken and used + len(text) > budget:
            continue
        if taken and not listed and len(terms) < _LABEL and not _figures(text):
            continue
        if any(len(terms & other) >= 0.9 * len(terms) for other in seen):
            continue
        for row in items.run(store, passage.sentence, whole="list" in query.asks):
            _, start, stop = store.sentences[row]
            taken.append(replace(passage, sentence=row, start=start, stop=stop))
            seen.append(frozenset(pairs(store.sentence(row))))
            used += stop - start
            if used >= budget:
                break
        if used >= budget:
            break
    return _dated(store, taken, years) if query.years or query.asks & {"when", "compare"} else taken


def _dated(store: Store, taken: Sequence[Passage], years: Sequence[TargetYear | None]) -> list[Passage]:
    """The passages, each followed by the sentence that names its year, where it stands under one it does not say."""
    shown = {passage.sentence for passage in taken}
    dated: list[Passage] = []
    for passage in taken:
        dated.append(passage)
        governing = years[passage.sentence]
        if governing is None or governing.sentence in shown or len(shown) >= len(taken) + _DATES:
            continue
        if governing.year in store.sentence(passage.sentence) or not _figures(store.sentence(passage.sentence)):
            continue
        shown.add(governing.sentence)
        clause, start, stop = store.sentences[governing.sentence]
        dated.append(replace(passage, sentence=governing.sentence, clause=clause, start=start, stop=stop))
    return dated


def _fits(query: Query, text: str) -> float:
    """Whether a sentence holds what the question's form expects, 0 to 2."""
    bonus = 0.0
    if "number" in query.asks and _figures(text):
        bonus += _FIGURE
    if "when" in query.asks and _WHEN.search(text):
        bonus += 0.7
    if "duty" in query.asks and _UNITS.search(text):
        bonus += 1.5
    if "list" in query.asks and _LIST.search(text):
        bonus += 0.4
    return min(bonus, 2.0)


def _quotes(query: Query, texts: Sequence[str]) -> np.ndarray:
    """float [texts]: what holding the terms is worth that the question puts between quotation marks: they are the
    documents' own, and most where the sentence says what they are (“两带”：……); less, the more sentences hold them."""
    import numpy as np

    bonus = np.zeros(len(texts))
    plain = [compact(text) for text in texts]
    for term in map(compact, query.quoted):
        defines = re.compile(rf"{re.escape(term)}[”\"]?(?::|,?即|是指|包括)")
        held = np.array([(term in text) + bool(defines.search(text)) for text in plain])
        bonus += _TERM / len(query.quoted) * held * min(1.0, _FEW / max(1, int(np.count_nonzero(held))))
    return bonus


def _figures(text: str) -> bool:
    """Whether a sentence states a figure that is no date."""
    return bool(quantities.quantities(flatten(text)))


def speaks_of(years: Sequence[str], text: str, governing: TargetYear | None) -> bool:
    """Whether a sentence names one of the years or stands under it."""
    return any(year in text for year in years) or (governing is not None and governing.year in years)


def _timely(query: Query, text: str, governing: TargetYear | None) -> float:
    """What speaking of the year asked for is worth; less than nothing where another year governs or is named."""
    if speaks_of(query.years, text, governing):
        return _YEAR
    return -_YEAR if governing is not None or _OTHER_YEAR.search(text) else 0.0


def _bare_heading(text: str) -> float:
    """A heading or caption alone says what follows, not the answer."""
    if text.rstrip().endswith(("：", ":")) or (
        len(text) < _CAPTION and text.rstrip().endswith(("图", "表", "名单", "清单"))
    ):
        return 3.0
    return 1.5 if len(text) < 30 and _HEADING.match(text) else 0.0
