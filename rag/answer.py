"""From a question to a checked, cited answer: start reading here.

The answer is verbatim sentences first, at once; the chat model may put a short direct reply before them, of which only
what the clauses bear out is kept. Whether to refuse is decided from the evidence, never by the model.
"""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from index.errors import ModelError
from rag.answering import instructions, metadata, premise, refusal, reply
from rag.answering.comparison import sides
from rag.answering.compose import Claim, compose
from rag.answering.evidence import Passage, passages, within
from rag.answering.trusted import trusted, without_orders
from rag.query import formal
from rag.query.question import Query, understand
from rag.query.wording import is_everyday
from rag.retrieval.filters import passes
from rag.retrieval.retrieve import FIRST
from rag.schema import Answer, Event, Filters, Sentence, Timings

if TYPE_CHECKING:
    from rag.engine import Engine
    from rag.retrieval.retrieve import Ranking

SHOWN = 10  # hits that go with an answer
_HEARD = 5  # best sentences that may contradict a figure of the question


def stream(engine: Engine, question: str, history: Sequence[dict], filters: Filters) -> Iterator[Event]:
    """The five steps of an answer, each as soon as it is done; closing the iterator stops the model."""
    clock = _Clock()
    # 1 retrieve
    query = understand(question, history)
    ranking = engine.rank(query, filters)
    answer = Answer(query.asked, (), (), tuple(engine.hits(ranking, SHOWN)), refused=False)
    answer = replace(answer, timings=Timings(clock.ms(), ranking.rerank_ms))
    yield Event("evidence", answer)

    # 2 choose evidence; of a question in everyday words once more, by the documents' words for it too
    facts = _own_facts(engine, query, filters)
    candidates, chosen = _choose(engine, query, ranking)
    held = None if facts else _held(engine, query, ranking, candidates)
    if held and engine.chat is not None and is_everyday(query, held.wording) and not refusal.elsewhere(held):
        answer = yield from _in_their_words(engine, query, answer)
        query = replace(query, formal=answer.formal)
    failed = bool(answer.notes)  # a model that failed once is not waited for again
    if query.formal:
        ranking = engine.rank(query, filters)
        timings = replace(answer.timings, formal_ms=clock.ms())
        answer = replace(answer, hits=tuple(engine.hits(ranking, SHOWN)), timings=timings)
        yield Event("evidence", answer)
        candidates, chosen = _choose(engine, query, ranking)
        held = _held(engine, query, ranking, candidates)

    # 3 refuse, if the evidence does not hold what is asked for
    if held:
        answer = replace(answer, closeness=held.closeness)
        if (why := refusal.reason(held)) is not None:
            yield Event("done", _refuse(engine, answer, why, chosen[:1], clock))
            return

    # 4 answer: the extract at once, then the model's short reply
    claims = [*facts, *_corrections(engine, query, chosen), *_extract(engine, chosen, after_facts=metadata.suffices(query, facts))]
    answer = _with(engine, query, answer, claims)
    yield Event("extract", answer)
    if failed or claims[0].origin != "extract" or not reply.pays(query, claims[0].text):  # what is there is the reply
        yield Event("done", _finished(answer, clock))
        return
    draft, notes, first_token = "", (), None
    try:
        for piece in reply.draft(engine, query, chosen):
            draft += piece
            if draft and first_token is None:
                first_token = clock.ms()
            # An empty piece only says that the model is still reading; it gives the caller a moment to stop it.
            yield Event("draft", answer, draft)
    except ModelError as error:
        notes = (f"对话模型未能作答（{error}），答复全部为原文摘录。",)

    # 5 verify every sentence, cite or drop
    checked, dropped = reply.checked(engine, query, draft, chosen)
    if dropped:
        notes += (f"模型草稿中有 {dropped} 句未能与原文核对一致，已删去。",)
    if engine.chat is None:
        notes += ("本机未启用对话模型，答复全部为原文摘录。",)
    answer = _with(engine, query, answer, [*checked, *claims])
    answer = replace(answer, notes=answer.notes + notes, timings=replace(answer.timings, first_token_ms=first_token))
    yield Event("done", _finished(answer, clock))


class _Clock:
    def __init__(self) -> None:
        self._start = time.perf_counter()

    def ms(self) -> float:
        return (time.perf_counter() - self._start) * 1000


def _choose(engine: Engine, query: Query, ranking: Ranking) -> tuple[list[Passage], list[Passage]]:
    """(sentences of the first clauses, best first; those of them that are shown)."""
    clauses = engine.store.clauses
    candidates = trusted(clauses, passages(engine.store, query, ranking, engine.horizons))
    shown = within(engine.store, query, candidates, engine.horizons, engine.settings.extract_chars)
    return candidates, without_orders(clauses, shown)


def _in_their_words(engine: Engine, query: Query, answer: Answer) -> Generator[Event, None, Answer]:
    """The answer so far with the documents' words for the question; nothing new is told meanwhile, but every event gives
    the caller a moment to stop the model."""
    written = ""
    try:
        for piece in formal.written(engine.chat, query):
            written += piece
            yield Event("formal", answer)
    except ModelError as error:
        answer = replace(answer, notes=(f"对话模型未能改写问题（{error}），只按原话检索。",))
    return replace(answer, formal=formal.words(written))


def _held(engine: Engine, query: Query, ranking: Ranking, candidates: Sequence[Passage]) -> refusal.Evidence:
    """What the decision to refuse is made from."""

    def shares(rows: Sequence[int]) -> list[float]:
        return engine.retriever.fusion.shares(query.text, rows, names=True)

    def alike(words: Sequence[str], sentences: Sequence[int]) -> float:
        return engine.retriever.fusion.alike(query.text, words, sentences)

    return refusal.Evidence(
        engine.store, query, ranking, candidates, engine.horizons, engine.retriever.titles,
        max(shares(ranking.rows[:FIRST]), default=0.0), shares, alike, engine.settings.refuse_below,
    )  # fmt: skip


def _own_facts(engine: Engine, query: Query, filters: Filters) -> list[Claim]:
    """Answers from the metadata of the documents the question names and the filters leave."""
    return [
        Claim(fact.text, fact.clause, fact.start, fact.stop, "metadata")
        for document in engine.retriever.titles.meant(query) if passes(document, filters, engine.status)
        for fact in metadata.facts(query, document, engine.status(document), engine.telling(document))
    ]


def _corrections(engine: Engine, query: Query, chosen: Sequence[Passage]) -> list[Claim]:
    """Where the best sentences give another figure than the question takes for granted."""
    clauses = engine.store.clauses
    best = chosen[:_HEARD]
    texts = [clauses[p.clause].text[p.start : p.stop] for p in best]
    if "compare" in query.asks or (found := premise.corrected(texts, query.asked)) is None:
        return []
    place, start, stop = found
    passage, clause = best[place], clauses[best[place].clause]
    text = f"原文写的是“{texts[place][start:stop].strip()}”，与问题所说的数字不同。"
    return [Claim(text, clause, passage.start, passage.stop, "correction")]


def _extract(engine: Engine, chosen: Sequence[Passage], after_facts: bool) -> list[Claim]:
    if after_facts:
        return []
    clauses = engine.store.clauses
    return [
        Claim(clauses[p.clause].text[p.start : p.stop].strip(), clauses[p.clause], p.start, p.stop, "extract")
        for p in chosen
    ]  # fmt: skip


def _with(engine: Engine, query: Query, answer: Answer, claims: Sequence[Claim]) -> Answer:
    """The answer with these claims, repeated ones left out, side by side where a comparison is asked for, and a warning
    for every cited plan that has ended and every cited clause that carries orders."""
    seen: set[str] = set()
    kept = [claim for claim in claims if not (claim.text in seen or seen.add(claim.text))]
    documents = {claim.clause.doc_id: engine.document(claim.clause) for claim in kept}
    expired = [d for d in documents.values() if engine.status(d).value == "expired"]
    notes = tuple(f"《{d.title}》{engine.status(d).reason}，引用前请核对是否有后续文件。" for d in expired)
    ordering = dict.fromkeys(engine.document(c.clause).title for c in kept if instructions.spans(c.clause.text))
    notes += tuple(f"《{title}》的引用条款中有写给问答程序的指令文字，未据以作答，请核对原文来源。" for title in ordering)
    kept = [replace(claim, also=metadata.title_span(claim.text, claim.clause, _notice(engine, claim))) for claim in kept]
    sentences, citations = compose(kept, engine.document, engine.status)
    compared = ()
    if "compare" in query.asks:
        compared = sides(sentences, citations, max(2, len(engine.retriever.titles.best(query))))
    notes = tuple(dict.fromkeys((*answer.notes, *notes)))
    return replace(answer, sentences=sentences, citations=citations, comparison=compared, notes=notes)


def _notice(engine: Engine, claim: Claim):
    return engine.clauses(claim.clause.doc_id)[0]


def _refuse(engine: Engine, answer: Answer, why: str, nearest: Sequence[Passage], clock: _Clock) -> Answer:
    """Say what the documents do not state, and show the nearest clause as such."""
    claims = _extract(engine, nearest, after_facts=False)
    shown, citations = compose(claims, engine.document, engine.status)
    nearest_sentences = tuple(replace(s, origin="nearest") for s in shown)
    return _finished(
        replace(answer, refused=True, sentences=(Sentence(why, (), "refusal"), *nearest_sentences), citations=citations),
        clock,
    )  # fmt: skip


def _finished(answer: Answer, clock: _Clock) -> Answer:
    return replace(answer, timings=replace(answer.timings, total_ms=clock.ms()))
