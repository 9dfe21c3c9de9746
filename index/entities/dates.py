"""Years, months and days as texts name them, and from when a document says it is in force. Pure.

Three recognisers, by what is told of a text: a whole day as printed (`DAY`), any year, month or day of a flat text
(`dates`), and a bare year that no figure is part of (`YEAR`)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from index.entities.numerals import chinese, digits

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
CENTURY = r"(?:19|20)\d{2}"  # a year in figures, whatever stands around it
TO = r"\s*[—–\-－~～至到]+\s*"  # between the ends of a period
YEAR = re.compile(rf"(?<![\d.]){CENTURY}(?![\d.]|\s*[万亿千百]|\s*[元个人户亩吨米家])")  # 2000万元 names no year
SPAN_OF_YEARS = re.compile(rf"{CENTURY}\s*年?{TO}{CENTURY}\s*年?")  # a plan's, part of its name
# Of a flat text: a year, with month and day where they stand there.
NAMED = re.compile(
    rf"(?P<y>{CENTURY})(?:年(?:(?P<m>\d{{1,2}})月(?:(?P<d>\d{{1,2}})日)?)?|-(?P<m2>\d{{1,2}})-(?P<d2>\d{{1,2}}))?(?!\d)"
)
_CN_YEAR = re.compile(r"[一二][〇○零一二三四五六七八九]{3}(?=年)")
_YEARS = re.compile(rf"(?<!\d)({CENTURY})(?:年?[—至到~]({CENTURY}))?(?=年)")
_LONGEST = 30  # years of a span


def date_line(text: str) -> str | None:
    """ISO date of a paragraph that is a date and nothing else; 2021-08-20 may stand in brackets."""
    bare = "".join(text.split())
    match = _DATE.fullmatch(bare) or _ISO_LINE.fullmatch(bare)
    return iso(match) if match else None


def day(text: str) -> str | None:
    """ISO date of the first day that `text` names."""
    match = _DATE.search(text)
    return iso(match) if match else None


def days(text: str) -> Iterator[tuple[str, int, int]]:
    """(ISO date, start, stop) of each day that a text as printed names, in figures or in Chinese."""
    for match in _DATE.finditer(text):
        if (found := iso(match)) is not None:
            yield found, *match.span()


def dates(flat: str) -> set[str]:
    """Years (2022), months (2022-1) and days (2022-1-16) of a flat text."""
    found = set()
    for match in NAMED.finditer(_CN_YEAR.sub(lambda match: digits(match[0]) or match[0], flat)):
        if _is_date(match):
            parts = [match["y"], match["m"] or match["m2"], match["d"] or match["d2"]]
            found.add("-".join(str(int(part)) for part in parts if part))
    return found


def spans(flat: str) -> list[tuple[int, int]]:
    """Where a flat text names years, months and days."""
    named = [match.span() for match in NAMED.finditer(flat) if _is_date(match)]
    return named + [match.span() for match in _CN_YEAR.finditer(flat)]


def years(flat: str) -> list[str]:
    """The years of a flat text as they stand before 年; of a span of years, each."""
    found: list[str] = []
    for match in _YEARS.finditer(flat):
        first, last = int(match[1]), int(match[2] or match[1])
        found += [str(year) for year in range(first, max(first, min(last, first + _LONGEST)) + 1)]
    return found


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


def _is_date(match: re.Match[str]) -> bool:
    """A bare four-digit figure is a year only before 年, a dash or the end."""
    if match["m"] or match["m2"]:
        return True
    behind = match.string[match.end() : match.end() + 1]
    return match[0].endswith("年") or behind in ("", "—", "至", "到", "-", ")", "、")


def _days_later(start: str | None, days: int) -> str | None:
    if start is None:
        return None
    try:
        return (date.fromisoformat(start) + timedelta(days=days)).isoformat()
    except OverflowError:
        return None
