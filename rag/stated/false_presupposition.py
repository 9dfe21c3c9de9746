"""What a question takes for granted and the documents contradict: an issuer, a figure. Pure.

A correction quotes the clause and never repeats the wrong figure, so that nothing in an answer is unheld.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.entities import organs, quantities
from index.entities.printed import flatten, locate, part
from index.schema import Document
from index.terms import compact, pairs

_SHARED = 2  # character pairs that two half-sentences must share to speak of the same thing
_SPLIT = re.compile(r"[，,；;。：:、]")
_TOGETHER = re.compile(r"^[两双三四五多几各]个?(?:省市|[省市县区地方家级])(?:的)?")


def wrong_issuer(question: str, document: Document) -> str | None:
    """The organ that the question says issued `document`, where none of its issuers is meant."""
    said = organs.issuing(compact(question))
    if said is None:
        return None
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
    asked, source = flatten(question), flatten(sentence)
    given = quantities.quantities(source)
    for said in quantities.quantities(asked):
        if not said.unit or not asked[said.start].isdigit() or any(quantities.same(said, g) for g in given):
            continue
        about = set(pairs(_half(asked, said.start)))
        for g in given:
            if g.unit == said.unit and len(about & set(pairs(_half(source, g.start)))) >= _SHARED:
                return locate(sentence, _half(source, g.start))
    return None


def _half(flat: str, at: int) -> str:
    """The half-sentence in which a place lies."""
    return flat[slice(*part(flat, at, _SPLIT))]


def corrected(sentences: Sequence[str], question: str) -> tuple[int, int, int] | None:
    """(place of the sentence, span) of the first correction among the best sentences; None if one bears it out."""
    figures = [q for q in quantities.quantities(flatten(question)) if q.unit]
    held = [q for text in sentences for q in quantities.quantities(flatten(text))]
    if not figures or any(quantities.same(q, g) for q in figures for g in held):
        return None
    for place, sentence in enumerate(sentences):
        if (span := other_figure(question, sentence)) is not None:
            return place, *span
    return None
