"""What stands first in an answer, and what it is worth alone. Pure.

A short reply is what the product puts above the verbatim sentences: the document's own words (`span`) or the chat
model's checked ones (`model`). A pipeline that does not tell where its sentences come from gives none.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import takewhile

from eval import scoring
from eval.questions import Question
from eval.trace import Reply, Said

SHORT = ("span", "model")  # origins of a short reply
CORRECTION = "correction"  # origin of what sets a false presupposition right
CONCLUSION = (*SHORT, "metadata", CORRECTION)  # origins of what the page shows as 结论
HALF = 0.5  # share of the must groups that makes a short reply right
LIKE = 0.6  # F1 with the reference from which an answer counts as complete
WINDOW = 500  # characters of an answer that are read


def short_reply(reply: Reply) -> tuple[Said, ...]:
    """The leading sentences that are a short reply; a refusal has none."""
    return () if reply.refused else _leading(reply.sentences, SHORT)


def lead(reply: Reply) -> str:
    """What is read first, as characters are counted: the 结论 whole, else the first sentence."""
    return _text(_leading(reply.sentences, CONCLUSION) or reply.sentences[:1])


def corrected(question: Question, reply: Reply) -> bool:
    """Whether the answer to an unanswerable question begins by setting its presupposition right.

    The correction may quote what a careless answer would give; whatever follows it may not.
    """
    corrections = _leading(reply.sentences, (CORRECTION,))
    return bool(corrections) and not spoiled(question, _text(reply.sentences[len(corrections) :]))


def spoiled(question: Question, text: str) -> bool:
    """Whether the flat `text` holds what a right answer never contains."""
    return any(scoring.flat(bad) in text for bad in question.must_not)


def conclusion_scores(question: Question, reply: Reply) -> dict[str, float]:
    """Fields of measures about what stands first; none where nothing tells right from wrong."""
    short = short_reply(reply)
    given = float(bool(short))
    if not question.answerable:
        return {"short_reply": given, "short_reply_right": 0.0, "replied_wrongly": given}
    scores: dict[str, float] = {}
    if question.must:
        first, text = lead(reply), _text(short)
        right = bool(short) and scoring.nuggets(question.must, text, len(text)) >= HALF and not spoiled(question, text)
        answers = not reply.refused and not scoring.unmet(question.must, first) and not spoiled(question, first)
        scores |= {"lead": float(answers), "replied": given, "short_reply": given, "short_reply_right": float(right)}
    if question.answer:
        like = answer_f1(question.answer, reply)
        scores |= {"answer_f1": like, "f1_complete": float(like >= LIKE)}
    return scores


def answer_f1(reference: str, reply: Reply) -> float:
    """The best F1 of `reference` with the short reply, the first sentence, the first three, or the first WINDOW
    characters of the whole; a refusal gives 0."""
    if reply.refused:
        return 0.0
    said = reply.sentences
    return max(character_f1(reference, _text(part)[:WINDOW]) for part in (short_reply(reply), said[:1], said[:3], said))


def character_f1(one: str, other: str) -> float:
    """F1 of two texts as bags of characters (SQuAD's over words), after NFKC and without white space; 0 if either is
    empty."""
    left, right = Counter(scoring.flat(one)), Counter(scoring.flat(other))
    return 2 * (left & right).total() / (left.total() + right.total()) if left and right else 0.0


def _leading(sentences: Sequence[Said], origins: Sequence[str]) -> tuple[Said, ...]:
    return tuple(takewhile(lambda said: said.origin in origins, sentences))


def _text(sentences: Sequence[Said]) -> str:
    return scoring.answer_text([said.text for said in sentences])
