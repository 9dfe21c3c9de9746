"""One question's scores, and in words why it lost points."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from eval import scoring
from eval.conclusion import conclusion_scores, corrected
from eval.questions import Question
from eval.ranking import DEPTH, rank_scores
from eval.trace import Passage, Reply, Trace

SHOULD = 10  # a quote ranked behind this is listed as missed


@dataclass(frozen=True, slots=True)
class Missed:
    """A quote that search did not bring among the first SHOULD: the clause that holds it beside the one found first."""

    quote: str
    doc: str
    rank: int | None  # None: not among the first DEPTH
    holder: Passage | None  # None: no single passage holds it
    instead: Passage | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """Scores by field (see measures), and what went wrong."""

    scores: dict[str, float]
    lost: tuple[str, ...] = ()
    missed: tuple[Missed, ...] = ()
    ranks: tuple[int | None, ...] = field(default=())  # of each quote


class Collection:
    """All passages of a pipeline, to look up which of them hold a quote."""

    def __init__(self, passages: Sequence[Passage]) -> None:
        self._passages = list(passages)
        self._flats = [scoring.flat(passage.text) for passage in passages]

    def holding(self, quotes: Sequence[str]) -> list[Passage]:
        """Passages that hold at least one of the quotes."""
        wanted = [scoring.flat(quote) for quote in quotes]
        return [
            p for p, text in zip(self._passages, self._flats, strict=True) if any(quote in text for quote in wanted)
        ]


def judge(question: Question, trace: Trace, collection: Collection) -> Verdict:
    """Score what the pipeline did. A question it could not take has no scores: it is a failure, not an empty answer."""
    if trace.error is not None:
        return Verdict({}, (f"未能运行：{trace.error}",))
    scores: dict[str, float] = {"search_seconds": trace.search_seconds}
    lost: list[str] = []
    missed: tuple[Missed, ...] = ()
    ranks: list[int | None] = []
    if question.quotes:
        relevant = len(collection.holding(question.quotes))
        texts = [passage.text for passage in trace.found]
        scores |= rank_scores(question.quotes, question.any_of, texts, relevant)
        ranks = scoring.quote_ranks(question.quotes, texts[:DEPTH])
        missed = _missed(question, trace, ranks, collection)
        lost += [
            f"证据排第 {m.rank} 位：“{m.quote}”" if m.rank else f"前 {DEPTH} 条未检出证据：“{m.quote}”" for m in missed
        ]
        if trace.related is not None:
            by_related = rank_scores(question.quotes, question.any_of, [p.text for p in trace.related], relevant)
            scores |= {f"related.{name}": value for name, value in by_related.items()}
            if by_related["recall@10"] < 1:
                lost.append(f"相关条款前 10 条只含 {by_related['recall@10']:.0%} 的证据")
    if trace.related_seconds is not None:
        scores["related_seconds"] = trace.related_seconds
    if trace.reply is not None:
        own, why = _answer(question, trace.reply)
        scores |= own
        lost += why
    if trace.grade is not None:
        scores |= {"judged_correct": trace.grade.correct, "judged_supported": trace.grade.supported}
        if trace.grade.correct < 1 or trace.grade.supported < 1:
            lost.append(f"评判：正确 {trace.grade.correct:g}，有据 {trace.grade.supported:g}（{trace.grade.reason}）")
    return Verdict(scores, tuple(lost), missed, tuple(ranks))


def _missed(
    question: Question, trace: Trace, ranks: Sequence[int | None], collection: Collection
) -> tuple[Missed, ...]:
    late = [rank is None or rank > SHOULD for rank in ranks]
    if question.any_of and not all(late):
        return ()
    return tuple(
        Missed(
            evidence.quote,
            evidence.doc,
            rank,
            next(iter(collection.holding([evidence.quote])), None),
            trace.found[0] if trace.found else None,
        )
        for evidence, rank, is_late in zip(question.evidence, ranks, late, strict=True)
        if is_late
    )


def _answer(question: Question, reply: Reply) -> tuple[dict[str, float], list[str]]:
    scores = {
        f"{name}_seconds": seconds
        for name in ("evidence", "words", "token", "end")
        if (seconds := getattr(reply.seconds, name)) is not None
    }
    scores |= {
        "refused": float(reply.refused),
        "unanswerable": float(not question.answerable),
        "answerable": float(question.answerable),
        "refused_rightly": float(reply.refused and not question.answerable),
        "refused_wrongly": float(reply.refused and question.answerable),
        "responded_rightly": float(reply.refused != question.answerable),
    }
    lost = []
    if reply.refused and question.answerable:
        lost.append("误拒：资料中有答案")
    text = scoring.answer_text([said.text for said in reply.sentences])
    set_right = not question.answerable and corrected(question, reply)
    if not reply.refused and not question.answerable:
        lost.append(f"应拒未拒{'，前提已更正' if set_right else ''}：资料中没有答案")
        lost += [] if set_right else _spoiling(question, text)
    scores |= conclusion_scores(question, reply)
    if scores.get("short_reply", 0) > scores.get("short_reply_right", 0):
        lost.append("短答不对")
    if question.answerable and question.must:
        lost += _nuggets(question, reply, text, scores)
        lost += [] if reply.refused or scores["lead"] else ["首句未答"]
    if reply.confidence is not None and (question.must or not question.answerable):
        scores |= {"confidence": reply.confidence, "borne_out": scores.get("complete@500", float(set_right))}
    citing = scoring.citing(
        [(said.text, said.marks) for said in reply.sentences],
        {mark: passage.text for mark, passage in reply.cited.items()},
        question.quotes,
        given=question.question if reply.refused else "",
    )
    scores |= {"unheld": float(len(citing.unheld)), "misplaced": float(len(citing.misplaced))}
    lost += [f"没有一条引用含有“{figure}”" for figure in citing.unheld]
    lost += [f"“{figure}”所标出处不含它" for figure in citing.misplaced]
    if not reply.refused:  # a refusal's nearest clause is shown as such, it supports nothing
        scores["chars"] = float(len(text))
        if citing.precision is not None:
            scores["citation_precision"] = citing.precision
            lost += [f"引用 [{mark}] 不支持所在句" for mark in citing.wrong]
        if citing.recall is not None:
            scores["citation_recall"] = citing.recall
            lost += [f"没有有效引用：“{sentence}”" for sentence in citing.bare]
    return scores, lost


def _nuggets(question: Question, reply: Reply, text: str, scores: dict[str, float]) -> list[str]:
    """Add nuggets and complete to `scores`; why they are not full. A refusal answers nothing, whatever it shows."""
    for limit in (200, 500):
        got = 0.0 if reply.refused else scoring.nuggets(question.must, text, limit)
        whole = not reply.refused and scoring.complete(question.must, question.must_not, text, limit)
        scores |= {f"nuggets@{limit}": got, f"complete@{limit}": float(whole)}
    if reply.refused:
        return []
    late, absent = scoring.unmet(question.must, text, 500), scoring.unmet(question.must, text)
    lost = []
    for group in scoring.unmet(question.must, text, 200):
        where = "缺要点" if group in absent else "要点在 500 字之后" if group in late else "要点在 200 字之后"
        lost.append(f"{where}：{'｜'.join(group)}")
    return lost + _spoiling(question, text)


def _spoiling(question: Question, text: str) -> list[str]:
    return [f"含有不应出现的“{bad}”" for bad in question.must_not if scoring.flat(bad) in text]
