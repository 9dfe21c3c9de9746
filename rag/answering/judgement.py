"""Whether the clauses answer the question: signals of retrieval and reader, and what is concluded from them. Pure.

No signal is a rule: each is a number, and what it weighs is fitted on questions whose answers are known
(rag.calibration).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from rag.calibration import Calibration
from rag.query.question import Query
from rag.reading.clauses import Read
from rag.tuned import numbers
from rag.verification.narrowing import Narrowing

_APART = numbers(__name__)["apart"]  # log-odds that stand for “no second clause was read”


@dataclass(frozen=True, slots=True)
class Judgement:
    """What is thought of an answer before it is given."""

    confidence: float | None  # 0 to 1; None where nothing was read, or nothing is calibrated
    refuse: bool
    conclude: bool


@dataclass(frozen=True, slots=True)
class Unlike:
    """How marked words are not of the kind that is asked for."""

    unstated: bool  # what is asked for by name, or a figure of a fitting unit, is not beside them
    untimely: bool  # they are of another year than the one asked for


UNREAD = Judgement(None, False, False)


def sort_of(query: Query) -> str:
    """Which sort of answer is asked for, as thresholds tell them apart: what a phrase answers is not what measures
    do."""
    if query.asks & {"how", "compare"}:
        return "open"
    if query.asks & {"number", "when"}:
        return "figure"
    if query.asks & {"whether", "confirm"}:
        return "whether"
    return "list" if query.asks & {"list", "duty"} else "other"


def signals(
    reads: Sequence[Read], first: int, max_cosine: float, lexical_overlap: float, narrowed: Narrowing, unlike: Unlike
) -> dict[str, float]:
    """The signals of one question.

    `first` is the row of the clause that ranks first, `max_cosine` the best cosine of a sentence, `lexical_overlap`
    that of the question with the first clauses, `narrowed` what the question names beside the clause that is
    likeliest to answer, and `unlike` how the words marked there are not of the kind asked for.
    """
    named = max(1, len(narrowed.mentions))
    best = max(reads, key=lambda own: own.answers)
    second = max((own.answers for own in reads if own.clause != best.clause), default=_APART)
    leading = max((own.answers for own in reads if own.clause == first), default=best.answers)
    return {
        "best": best.answers,
        "second": max(second, _APART),
        "leading": leading,
        "sure": math.log(best.sure + 1e-3),
        "max_cosine": max_cosine,
        "lexical_overlap": lexical_overlap,
        "missing": len(narrowed.missing) / named,
        "elsewhere": len(narrowed.elsewhere) / named,
        "unstated": float(unlike.unstated),
        "untimely": float(unlike.untimely),
    }


def judge(calibration: Calibration | None, sort: str, found: dict[str, float] | None) -> Judgement:
    """The judgement that a calibration makes of these signals; `UNREAD` where either is missing. Of a sort of question
    of which it has seen too few, it refuses and concludes nothing."""
    if calibration is None or found is None:
        return UNREAD
    confidence = calibration.confidence(found)
    refuse, conclude = calibration.refuse_below.get(sort, 0.0), calibration.conclude_from.get(sort, 1.0)
    return Judgement(confidence, confidence < refuse, confidence >= conclude)
