"""What a question takes for granted and the documents contradict: an issuer, a figure. Pure.

A correction quotes the clause and never repeats the wrong figure, so that nothing in an answer is unheld.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.schema import Document
from index.terms import compact, pairs
from rag.verification import facts

_ISSUED = r"(?:批复|批准|印发|发布|出台|制定|公布|下发|颁布|通过)"
_ORGAN = re.compile(
    rf"(?:^|[，。；：由是])((?:中共中央|国务院|全国人大|[一-鿿]{{2,10}}?(?:委员会|人民政府|政府|办公厅|办公室|部|委|厅|局|银行)))(?=[^，。；]{{0,10}}?{_ISSUED})"
)
_SHARED = 2  # character pairs that two half-sentences must share to speak of the same thing
_SPLIT = re.compile(r"[，,；;。：:、]")
_TOGETHER = re.compile(r"^[两双三四五多几各]个?(?:省市|[省市县区地方家级])(?:的)?")


def wrong_issuer(question: str, document: Document) -> str | None:
    """The organ that the question says issued `document`, where none of its issuers is meant."""
    match = _ORGAN.search(compact(question))
    if match is None:
        return None
    said = match[1]
    if re.search(r"[哪谁几何]|什么", said):
        return None  # it asks, and takes nothing for granted
    issuers = [compact(issuer) for issuer in document.issuers]
    # 省政府 is short for any 人民政府 among them, 市教委 for its 教育委员会, 两省市政府 for both together.
    short = _TOGETHER.sub("", said).removeprefix("省").removeprefix("市")
    known = any(said in issuer or issuer in said or set(short) <= set(issuer) for issuer in issuers)
    return None if known or not issuers else said


def other_figure(question: str, sentence: str) -> tuple[int, int] | None:
    """Span of the half-sentence of `sentence` that gives another figure than the question does for the same thing.

    None where the sentence holds each of the question's figures, or none of the same unit on the same matter.
    """
    asked, source = facts.flatten(question), facts.flatten(sentence)
    given = facts.quantities(source)
    for said in facts.quantities(asked):
        if not said.unit or not asked[said.start].isdigit() or any(facts.same_quantity(said, g) for g in given):
            continue
        about = set(pairs(_half(asked, said.start)))
        for g in given:
            if g.unit == said.unit and len(about & set(pairs(_half(source, g.start)))) >= _SHARED:
                return _span(sentence, _half(source, g.start))
    return None


def _half(flat: str, at: int) -> str:
    """The half-sentence in which a place lies."""
    start = max((m.end() for m in _SPLIT.finditer(flat, 0, at)), default=0)
    end = _SPLIT.search(flat, at)
    return flat[start : end.start() if end else len(flat)]


def _span(text: str, flat: str) -> tuple[int, int] | None:
    """Where a flattened stretch stands in the text as printed; None where normalisation changed it."""
    pattern = r"\s*".join(map(re.escape, flat))
    match = re.search(pattern, text) or re.search(pattern, text.replace("％", "%"))
    return match.span() if match else None


def corrected(sentences: Sequence[str], question: str) -> tuple[int, int, int] | None:
    """(place of the sentence, span) of the first correction among the best sentences; None if one bears it out."""
    figures = [q for q in facts.quantities(facts.flatten(question)) if q.unit]
    held = [q for text in sentences for q in facts.quantities(facts.flatten(text))]
    if not figures or any(facts.same_quantity(q, g) for q in figures for g in held):
        return None
    for place, sentence in enumerate(sentences):
        if (span := other_figure(question, sentence)) is not None:
            return place, *span
    return None
