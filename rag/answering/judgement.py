"""Whether the clauses answer the question: signals of retrieval and reader, and what is concluded from them. Pure.

What a signal weighs is fitted on questions whose answers are known (rag.calibration). Others were tried beside
these (how sure the span is, a figure's unit, a year, a list's sibling, the wording borne out): none told more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rag.calibration import Calibration
from rag.query.question import Query
from rag.reading.clauses import Read
from rag.verification.narrowing import Narrowing


@dataclass(frozen=True, slots=True)
class Judgement:
    """What is thought of an answer before it is given."""

    confidence: float | None  # 0 to 1; None where nothing was read, or nothing is calibrated
    refuse: bool
    conclude: bool


UNREAD = Judgement(None, False, False)


def sort_of(query: Query) -> str:
    """Which sort of answer is asked for, as thresholds tell them apart: what a phrase answers is not what measures do."""
    if query.asks & {"how", "compare"}:
        return "open"
    if query.asks & {"number", "when"}:
        return "figure"
    if query.asks & {"whether", "confirm"}:
        return "whether"
    return "list" if query.asks & {"list", "duty"} else "other"


def signals(reads: Sequence[Read], first: int, closeness: float, narrowed: Narrowing) -> dict[str, float]:
    """The signals of one question: the reader's log-odds of the window likeliest to answer and of the clause that ranked
    first before it was read, whose row is `first`; `closeness`, the best cosine of a sentence; and the share of what the
    question names that the likeliest clause does not say."""
    best = max(own.answers for own in reads)
    leading = max((own.answers for own in reads if own.clause == first), default=best)
    missing = len(narrowed.missing) / max(1, len(narrowed.mentions))
    return {"best": best, "leading": leading, "closeness": closeness, "missing": missing}


def judge(calibration: Calibration | None, sort: str, found: dict[str, float] | None) -> Judgement:
    """The judgement that a calibration makes of these signals; `UNREAD` where either is missing. Of a sort of question of
    which it has seen too few, it refuses and concludes nothing."""
    if calibration is None or found is None:
        return UNREAD
    confidence = calibration.confidence(found)
    refuse, conclude = calibration.refuse_below.get(sort, 0.0), calibration.conclude_from.get(sort, 1.0)
    return Judgement(confidence, confidence < refuse, confidence >= conclude)
