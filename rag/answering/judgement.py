"""Whether the clauses answer the question: signals of retrieval and reader, and what is concluded from them. Pure.

No signal is a rule: each is a number, and what it weighs is fitted on questions whose answers are known (rag.calibration).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from rag.calibration import Calibration
from rag.reading.clauses import Read
from rag.verification.narrowing import Narrowing

_APART = -6.0  # log-odds that stand for “no second clause was read”


@dataclass(frozen=True, slots=True)
class Judgement:
    """What is thought of an answer before it is given."""

    confidence: float | None  # 0 to 1; None where nothing was read, or nothing is calibrated
    refuse: bool
    conclude: bool


UNREAD = Judgement(None, False, False)


def signals(
    reads: Sequence[Read], first: int, closeness: float, wording: float, narrowed: Narrowing
) -> dict[str, float]:  # fmt: skip
    """The signals of one question.

    `first` is the row of the clause that ranks first, `closeness` the best cosine of a sentence, `wording` the share of
    the question's wording that the first clauses bear out, and `narrowed` what the question names beside the clause
    that is likeliest to answer.
    """
    named = max(1, len(narrowed.mentions))
    best = max(reads, key=lambda own: own.answers)
    second = max((own.answers for own in reads if own.clause != best.clause), default=_APART)
    leading = max((own.answers for own in reads if own.clause == first), default=best.answers)
    return {
        "best": best.answers, "second": max(second, _APART), "leading": leading, "sure": math.log(best.sure + 1e-3),
        "closeness": closeness, "wording": wording,
        "missing": len(narrowed.missing) / named, "elsewhere": len(narrowed.elsewhere) / named,
    }  # fmt: skip


def judge(calibration: Calibration | None, found: dict[str, float] | None) -> Judgement:
    """The judgement that a calibration makes of these signals; `UNREAD` where either is missing."""
    if calibration is None or found is None:
        return UNREAD
    confidence = calibration.confidence(found)
    return Judgement(confidence, confidence < calibration.refuse_below, confidence >= calibration.conclude_from)
