"""From a question to a checked, cited answer: start reading here.

Verbatim sentences stand there at once; a trained reader then says which of them answer, and whether any does: it puts a
short reply in the document's own words before them, or refuses. The chat model may say that reply more plainly; what
the clauses do not bear out, or the reader does not agree with, is dropped.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Generator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from index.errors import ModelError
from rag.answering import refusal, reply
from rag.answering.comparison import sides
from rag.answering.compose import Claim, compose
from rag.answering.conclusion import conclude
from rag.answering.evidence import Passage, passages, within
from rag.answering.study import study
from rag.answering.trusted import trusted
from rag.query import rewriting
from rag.query.lexical_overlap import is_colloquial
from rag.query.question import Query, understand
from rag.retrieval.filters import passes
from rag.retrieval.fusion import FIRST
from rag.schema import CONCLUDING, SUPPORTING, Answer, Event, Filters, Sentence, Side, Timings
from rag.stated import false_presupposition, metadata
from rag.structure import found as forms
from rag.structure.answering import structured
from rag.structure.sheets import Tabled

if TYPE_CHECKING:
    from index.schema import Document
    from rag.chat.model import ChatModel
    from rag.context import Context
    from rag.reading.clauses import Read
    from rag.retrieval.retrieve import Ranking

_BLIND = "嵌入服务没有回应，只按字词检索；所列原文是否回答了问题，未经判读。"
_UNREAD = "阅读服务没有回应：所列原文是否回答了问题，未经判读。"
SHOWN = 10  # hits that go with an answer
_GONE = "《{}》的来源文件 {} 已不在文件夹中，索引比文件夹旧。请运行 python -m index 更新后再引用。"
_log = logging.getLogger(__name__)
_HEARD = 5  # best sentences that may contradict a figure of the question


def stream(context: Tabled, question: str, history: Sequence[dict], filters: Filters) -> Generator[Event]:
    """The seven steps of an answer, each as soon as it is done; closing the iterator stops the model."""
    clock = _Clock()
    # 1 retrieve
    query = understand(question, history)
    ranking = context.rank(query, filters)
    answer = Answer(query.asked, (), (), tuple(context.hits(ranking, SHOWN)), refused=False)
    answer = replace(answer, timings=Timings(clock.ms(), ranking.rerank_ms))
    yield Event("evidence", answer)
    whole, ranking = ranking, context.in_force(query, ranking)

    # 2 headings, tables and the documents themselves answer by what they are, whole
    if (found := structured(context, query, ranking, filters)) is not None:
        yield Event("done", _structured(context, query, answer, found, clock))
        return

    # 3 choose sentences; what a document prints about itself needs no reading, nor does what nothing here is about
    facts = _own_facts(context, query, filters)
    candidates, chosen = _choose(context, query, ranking)
    if metadata.suffices(query, facts):
        told = [*facts, *_corrections(context, query, chosen)]
        yield Event("done", _finished(_with(context, query, answer, told), clock))
        return
    if not facts:
        evidence = _evidence(context, query, ranking, candidates)
        answer = replace(answer, max_cosine=evidence.max_cosine)
        if (why := refusal.reason(evidence, filters)) is not None:
            yield Event("done", _refuse(context, answer, why, chosen[:1], clock))
            return
    yield Event("extract", _with(context, query, answer, [*facts, *_extract(context, chosen)]))

    # 4 read: which clauses answer, and where; a question in everyday words once more, by the documents' words for it
    # too
    studied = study(context, query, ranking, candidates)
    everyday = not facts and is_colloquial(query, evidence.lexical_overlap)
    if everyday and not studied.judgement.conclude and (chat := context.chat) is not None:
        answer = yield from _in_their_words(chat, query, answer)
        query = replace(query, rewriting=answer.rewriting)
        if query.rewriting:
            whole = context.rank(query, filters)
            ranking = context.in_force(query, whole)
            answer = replace(answer, timings=replace(answer.timings, formal_ms=clock.ms()))
            candidates, chosen = _choose(context, query, ranking)
            studied = study(context, query, ranking, candidates)
    failed = bool(answer.notes)  # a model that failed once is not waited for again
    if studied.reads:
        _, chosen = _choose(context, query, studied.ranking, studied.reads)
    timings = replace(answer.timings, read_ms=studied.ms)
    answer = replace(
        answer,
        hits=tuple(context.hits(context.with_versions(query, studied.ranking, whole), SHOWN)),
        timings=timings,
        confidence=studied.judgement.confidence,
    )

    # 5 refuse, if the clauses do not answer
    if studied.judgement.refuse and not facts:
        yield Event("done", _refuse(context, answer, refusal.unanswered(studied.narrowed, filters), chosen[:1], clock))
        return

    # 6 conclude in the document's own words, where that is safe
    concluded = [] if facts else conclude(context, query, studied)
    shown = _as_printed(chosen) if concluded else chosen
    claims = [*facts, *_corrections(context, query, chosen), *concluded, *_extract(context, shown)]
    answer = _with(context, query, answer, claims)
    if context.reader is None:
        answer = replace(answer, notes=(*answer.notes, "未启用阅读模型：所列原文是否回答了问题，未经判读。"))
    if studied.failed:
        answer = replace(answer, notes=(*answer.notes, _BLIND if ranking.blind else _UNREAD))
    # Where a reader has found no answer, the chat model is not asked for one.
    unread = studied.judgement.confidence is None
    plain = claims[0].origin in ("span", "extract") and (concluded or unread)
    if failed or not plain or not reply.pays(query, claims[0].text):
        yield Event("done", _finished(answer, clock))
        return
    yield Event("read", answer)

    # 7 the chat model's reply: every sentence verified, and kept only where it agrees with the reader
    draft, first_token = "", None
    notes: tuple[str, ...] = ()
    try:
        for piece in reply.draft(context, query, chosen):
            draft += piece
            if draft and first_token is None:
                first_token = clock.ms()
            # An empty piece only says that the model is still reading; it gives the caller a moment to stop it.
            yield Event("draft", answer, draft)
    except ModelError as error:
        _log.warning("%s", error)  # what whoever keeps the machine needs; a reader needs to know what the answer is
        notes = ("对话模型暂时不可用，答复全部为原文。",)
    checked, dropped = reply.checked(context, query, draft, chosen, concluded)
    if dropped:
        notes += (f"模型草稿中有 {dropped} 句未能与原文核对一致，已删去。",)
    if context.chat is None:
        notes += ("本机未启用对话模型，答复全部为原文。",)
    if checked:
        claims = [claim for claim in claims if claim not in concluded]
    answer = replace(answer, notes=answer.notes + notes, timings=replace(answer.timings, first_token_ms=first_token))
    yield Event("done", _finished(_with(context, query, answer, [*checked, *claims]), clock))


class _Clock:
    def __init__(self) -> None:
        self._start = time.perf_counter()

    def ms(self) -> float:
        return (time.perf_counter() - self._start) * 1000


def _choose(
    context: Context, query: Query, ranking: Ranking, reads: Sequence[Read] = ()
) -> tuple[list[Passage], list[Passage]]:
    """(sentences of the first clauses, best first; those of them that are shown)."""
    found = passages(context.store, query, ranking, context.target_years, reads)
    candidates = trusted(context.store.clauses, found)
    shown = within(context.store, query, candidates, context.target_years, context.settings.extract_chars)
    return list(candidates), shown


def _in_their_words(chat: ChatModel, query: Query, answer: Answer) -> Generator[Event, None, Answer]:
    """The answer so far with the documents' words for the question; nothing new is told meanwhile, but every event
    gives the caller a moment to stop the model."""
    written = ""
    try:
        for piece in rewriting.written(chat, query):
            written += piece
            yield Event("formal", answer)
    except ModelError as error:
        _log.warning("%s", error)
        answer = replace(answer, notes=("对话模型暂时不可用，未能改写问题，只按原话检索。",))
    return replace(answer, rewriting=rewriting.words(written))


def _evidence(context: Context, query: Query, ranking: Ranking, candidates: Sequence[Passage]) -> refusal.Evidence:
    """What the decision to refuse is made from."""
    lexical_overlap = context.retriever.fusion.lexical_overlap(query.text, ranking.rows[:FIRST], names=True)
    return refusal.Evidence(
        context.store, query, ranking, candidates, context.retriever.titles, lexical_overlap,
        -1.0 if ranking.blind else context.foreign_threshold,
    )  # fmt: skip


def _own_facts(context: Context, query: Query, filters: Filters) -> list[Claim]:
    """Answers from the metadata of the documents the question names and the filters leave."""
    return [
        Claim(fact.text, fact.clause, fact.start, fact.stop, "metadata")
        for document in dict.fromkeys(context.in_force_of(query, d) for d in context.retriever.titles.meant(query))
        if passes(document, filters, context.status)
        for fact in metadata.facts(query, document, context.status(document), context.fact_clauses(document))
    ]


def _corrections(context: Context, query: Query, chosen: Sequence[Passage]) -> list[Claim]:
    """Where the best sentences give another figure than the question takes for granted."""
    clauses = context.store.clauses
    best = chosen[:_HEARD]
    texts = [clauses[p.clause].text[p.start : p.stop] for p in best]
    if "compare" in query.asks or (found := false_presupposition.corrected(texts, query.asked)) is None:
        return []
    place, start, stop = found
    passage, clause = best[place], clauses[best[place].clause]
    text = f"原文写的是“{texts[place][start:stop].strip()}”，与问题所说的数字不同。"
    return [Claim(text, clause, passage.start, passage.stop, "correction")]


def _extract(context: Context, chosen: Sequence[Passage]) -> list[Claim]:
    clauses = context.store.clauses
    return [
        Claim(clauses[p.clause].text[p.start : p.stop].strip(), clauses[p.clause], p.start, p.stop, "extract")
        for p in chosen
    ]


def _as_printed(chosen: Sequence[Passage]) -> list[Passage]:
    """The passages, those that support a 结论 in the order their documents print them; best first they answer alone."""
    support = sorted(chosen[:SUPPORTING], key=lambda passage: (passage.clause, passage.start))
    return [*support, *chosen[SUPPORTING:]]


def _with(context: Context, query: Query, answer: Answer, claims: Sequence[Claim]) -> Answer:
    """The answer with these claims, repeated ones left out, side by side where a comparison is asked for, and a warning
    for every cited plan that has ended, that has gaps or whose file is gone, and every cited clause that carries
    orders."""
    first: dict[tuple[str, bool], Claim] = {}
    for claim in claims:  # a 结论 may be a whole sentence: that sentence still stands below it as what it rests on
        first.setdefault((claim.text, claim.origin in CONCLUDING), claim)
    kept = list(first.values())
    documents = {claim.clause.doc_id: context.document(claim.clause) for claim in kept}
    expired = [d for d in documents.values() if context.status(d).value == "expired"]
    notes = tuple(f"《{d.title}》{context.status(d).reason}，引用前请核对是否有后续文件。" for d in expired)
    notes += tuple(f"《{d.title}》{'；'.join(d.gaps)}，引用前请核对原件。" for d in documents.values() if d.gaps)
    notes += _versions(context, documents)
    notes += tuple(_GONE.format(d.title, d.file) for d in documents.values() if context.gone(d))
    marked = dict.fromkeys((context.document(c.clause).title, mark.reason) for c in kept for mark in c.clause.marks)
    notes += tuple(f"《{title}》的引用条款中有{why}，未据以作答，请核对原文来源。" for title, why in marked)
    kept = [
        replace(claim, also=metadata.title_span(claim.text, claim.clause, _notice(context, claim))) for claim in kept
    ]
    sentences, citations = compose(kept, context.document, context.status)
    compared: tuple[Side, ...] = ()
    if "compare" in query.asks:
        compared = sides(sentences, citations, max(2, len(context.retriever.titles.best(query))))
    notes = tuple(dict.fromkeys((*answer.notes, *notes)))
    return replace(answer, sentences=sentences, citations=citations, comparison=compared, notes=notes)


def _versions(context: Context, documents: Mapping[str, Document]) -> tuple[str, ...]:
    """Of each cited document that there are several of: which it is, and which there are beside it, with all dates."""
    notes = [
        f"《{d.title}》另有{other.issued_on}成文的同名文件{other.doc_no or ''}，引用前请核对是否已被代替。"
        for d in documents.values()
        if (other := context.later(d)) is not None and other.doc_id not in documents
    ]
    for d in documents.values():
        others = sorted(
            (o for o in context.versions_of(d) if o.doc_id not in documents), key=lambda o: o.issued_on or ""
        )
        if others:
            told = "、".join(f"{other.issued_on}成文的{other.doc_no or '一份'}" for other in others)
            notes.append(f"《{d.title}》有不同版本：答复依据{d.issued_on}成文的{d.doc_no or '一份'}，未依据{told}。")
    return tuple(notes)


def _structured(context: Context, query: Query, answer: Answer, found: forms.Found, clock: _Clock) -> Answer:
    """A structured answer with its table or outline, or why there is none."""
    if found.refusal is not None:
        return _finished(replace(answer, refused=True, sentences=(Sentence(found.refusal, (), "refusal"),)), clock)
    answer = _with(context, query, replace(answer, notes=(*answer.notes, *found.notes)), found.claims)
    table = forms.grid(found.table, context.store.clauses, answer.citations)
    return _finished(replace(answer, table=table, outline=forms.outline(found.outline, answer.citations)), clock)


def _notice(context: Context, claim: Claim):
    return context.clauses(claim.clause.doc_id)[0]


def _refuse(context: Context, answer: Answer, why: str, nearest: Sequence[Passage], clock: _Clock) -> Answer:
    """Say what the documents do not state, and show the nearest clause as such."""
    claims = _extract(context, nearest)
    shown, citations = compose(claims, context.document, context.status)
    nearest_sentences = tuple(replace(s, origin="nearest") for s in shown)
    return _finished(
        replace(
            answer, refused=True, sentences=(Sentence(why, (), "refusal"), *nearest_sentences), citations=citations
        ),
        clock,
    )


def _finished(answer: Answer, clock: _Clock) -> Answer:
    return replace(answer, timings=replace(answer.timings, total_ms=clock.ms()))
