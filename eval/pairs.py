"""Minimal pairs: a question that is answerable and its twin, a word away, that is not. Pure.

One must be answered and the other not; a pipeline that answers what lies near gets half of each pair, one that refuses
whatever is doubtful the other half.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from eval.conclusion import corrected
from eval.questions import Question
from eval.trace import Trace
from eval.verdict import Verdict


def paired(questions: Sequence[Question], traces: Sequence[Trace], verdicts: Sequence[Verdict]) -> list[Verdict]:
    """The verdicts, those of whole pairs with their pair's fields (see measures).

    What concerns the pair stands with the answerable question, so that its type tells what kind of pair it is. A pair
    of which one question is not there, or has no reply, has no fields.
    """
    places: dict[str, list[int]] = {}
    for place, (question, trace) in enumerate(zip(questions, traces, strict=True)):
        if question.pair and trace.reply is not None:
            places.setdefault(question.pair, []).append(place)
    scored = list(verdicts)
    for own in places.values():
        if len(own) == 2:
            answerable, twin = sorted(own, key=lambda place: not questions[place].answerable)
            scores, other = scored[answerable].scores, scored[twin].scores
            if (reply := traces[twin].reply) is None:
                continue
            declined = float(reply.refused or corrected(questions[twin], reply))
            right = float(scores["complete@500"] and declined)  # complete is 0 where it is refused
            fields = {"pair_right": right, "pair_refused": scores["refused_wrongly"]}
            scored[answerable] = replace(scored[answerable], scores=scores | fields)
            fields = {"twin_refused": declined, "twin_replied": other["replied_wrongly"]}
            scored[twin] = replace(scored[twin], scores=other | fields)
    return scored
