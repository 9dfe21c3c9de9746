"""时效 of a document as of a date: three values, the reason, and the words it rests on. Nothing is guessed. Pure."""

from __future__ import annotations

from datetime import date

from index.schema import Document
from rag.schema import Status

LABEL = {"in_force": "有效", "expired": "已过期", "unknown": "时效不明"}


def status(document: Document, as_of: date) -> Status:
    """expired once the stated period has ended; in_force within it; unknown where the text states none.

    A 施行日期 alone does not say how long a document stays in force, so it only tells what is not yet in force.
    """
    today = as_of.isoformat()
    if document.effective_on is not None and document.effective_on > today:
        return Status("unknown", f"自{document.effective_on}起施行，截至{today}尚未施行", None)
    period = document.period
    if period is None:
        return Status("unknown", "原文未写明实施期或有效期", None)
    if period.end is None:
        return Status("unknown", f"原文只写明起始时间（{period.text}）", period.text)
    # A year covers its last day; string order is date order for ISO dates.
    ended = period.end + "-12-31" if len(period.end) == 4 else period.end
    if ended < today:
        return Status("expired", f"原文写明“{period.text}”，至{period.end}{'年底' if len(period.end) == 4 else ''}已届满", period.text)
    return Status("in_force", f"原文写明“{period.text}”，截至{today}仍在期内", period.text)
