"""时效 of a document as of a date: three values, the reason, and the words it rests on. Nothing is guessed. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from index.schema import Document
from rag.schema import Status

LABEL = {"in_force": "有效", "expired": "已过期", "unknown": "时效不明"}
_ENDED = re.compile(r"废止|失效|停止|不再|代替|替代|取代")
_TRIAL = re.compile(r"试行|暂行")


@dataclass(frozen=True, slots=True)
class Ended:
    """Another document's word that this one is no longer in force."""

    by: Document
    quote: str  # a verbatim sentence of `by`


def status(document: Document, as_of: date, ended: Sequence[Ended] = ()) -> Status:
    """expired once the stated period has ended or another document abolished it; in_force within the period; unknown
    where the text states none.

    A 施行日期 alone does not say how long a document stays in force, nor does 试行 without a term, nor a target year.
    """
    today = as_of.isoformat()
    unsure = None
    for each in ended:
        since = each.by.effective_on or each.by.issued_on
        if since is not None and since <= today:
            return Status("expired", f"{_said(each)}，自{since}起不再有效", each.quote)
        if since is None:
            unsure = Status("unknown", f"{_said(each)}，但未写明日期", each.quote)
    stated = _stated(document, today)
    return unsure if unsure is not None and stated.value != "expired" else stated


def _stated(document: Document, today: str) -> Status:
    """What the document says of itself."""
    if document.effective_on is not None and document.effective_on > today:
        return Status("unknown", f"自{document.effective_on}起施行，截至{today}尚未施行", None)
    if document.issued_on is not None and document.issued_on > today:
        return Status("unknown", f"{document.issued_on}印发，截至{today}尚未印发", None)
    period = document.period
    if period is None:
        return _without_period(document)
    if period.end is None:
        return Status("unknown", f"原文只写明起始时间（{period.text}）", period.text)
    if period.start is not None and period.start > today[: len(period.start)]:
        return Status("unknown", f"原文写明“{period.text}”，截至{today}尚未开始", period.text)
    # A year covers its last day; string order is date order for ISO dates.
    ended = period.end + "-12-31" if len(period.end) == 4 else period.end
    if ended < today:
        last = period.end + ("年底" if len(period.end) == 4 else "")
        return Status("expired", f"原文写明“{period.text}”，至{last}已届满", period.text)
    return Status("in_force", f"原文写明“{period.text}”，截至{today}仍在期内", period.text)


def _without_period(document: Document) -> Status:
    if match := _TRIAL.search(document.title):
        return Status("unknown", f"题名标明“{match[0]}”，原文未写明试行到何时", match[0])
    if document.effective_on is not None:
        return Status("unknown", f"自{document.effective_on}起施行，原文未写明有效期", None)
    return Status("unknown", "原文未写明实施期或有效期", None)


def _said(ended: Ended) -> str:
    """Who ended it in which words, short enough to stand within a reason."""
    words = " ".join(ended.quote.split())
    verb = _ENDED.search(words)  # an item of a list of ended documents holds none
    begin = max(0, verb.start() - 70) if verb else 0
    stop = (verb.end() if verb else 70) + 30
    clipped = ("……" if begin else "") + words[begin:stop] + ("……" if stop < len(words) else "")
    return f"已由《{ended.by.title}》废止或代替（原文：“{clipped}”）"
