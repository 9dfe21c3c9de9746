"""Dates and figures in words: 成文日期 and 施行日期 as a document states them. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta

from index.numerals import chinese, digits

_CN_DIGITS = "〇○Ｏ零一二三四五六七八九"
_YEAR, FEW = rf"\d{{4}}|[{_CN_DIGITS}]{{4}}", r"\d{1,2}|[一二两三四五六七八九十]{1,3}"
DAY = rf"(?:{_YEAR})\s*年\s*(?:{FEW})\s*月\s*(?:{FEW})\s*日"
_DATE = re.compile(rf"({_YEAR})\s*年\s*({FEW})\s*月\s*({FEW})\s*日")
_ISO_LINE = re.compile(r"[（(]?(\d{4})-(\d{1,2})-(\d{1,2})[)）]?")
_IN_FORCE = r"(?:施行|实施|执行|生效|试行)"
_ITSELF = r"本[一-鿿]{1,12}(?:有效期[^，。；,]{1,12}[，,]\s*)?"
_EFFECTIVE = re.compile(rf"(?:{_ITSELF}|(?:公布|发布|印发)[，,\s]*)自\s*{_DATE.pattern}\s*起\s*{_IN_FORCE}")
_EFFECTIVE_ISSUED = re.compile(rf"自(?:印发|发布|公布)之日起\s*(?:(\d{{1,3}})\s*日后)?\s*{_IN_FORCE}")
DATE = _DATE.pattern  # year, month and day as three groups


def date_line(text: str) -> str | None:
    """ISO date of a paragraph that is a date and nothing else; 2021-08-20 may stand in brackets."""
    bare = "".join(text.split())
    match = _DATE.fullmatch(bare) or _ISO_LINE.fullmatch(bare)
    return iso(match) if match else None


def day(text: str) -> str | None:
    """ISO date of the first day that `text` names."""
    match = _DATE.search(text)
    return iso(match) if match else None


def iso(match: re.Match[str]) -> str | None:
    """ISO form of a match whose first three groups are year, month, day; None for a day the calendar does not have."""
    year, month, day = (number(group) for group in match.groups()[:3])
    if year is None or month is None or day is None:
        return None
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None


def effective_on(paragraphs: Sequence[str], issued: str | None) -> str | None:
    """ISO date of 自…起施行; `issued` serves 自印发之日起."""
    for text in reversed(paragraphs):
        if match := in_force(text):
            return iso(match) if match.re is _EFFECTIVE else _days_later(issued, int(match[1] or 0))
    return None


def in_force(text: str) -> re.Match[str] | None:
    """Where a text says from when its document is in force."""
    return _EFFECTIVE.search(text) or _EFFECTIVE_ISSUED.search(text)


def number(text: str) -> int | None:
    """2023, 二〇二三, 十二, 两 → int; None for what is no number."""
    if text.isdigit():
        return int(text)
    value = digits(text) if len(text) == 4 else chinese(text)
    return None if value is None else int(value)


def _days_later(start: str | None, days: int) -> str | None:
    if start is None:
        return None
    try:
        return (date.fromisoformat(start) + timedelta(days=days)).isoformat()
    except OverflowError:
        return None
