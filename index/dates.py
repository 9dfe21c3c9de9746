"""Dates, terms and figures in words: 成文日期, 施行日期, 实施期 and 有效期 as a document states them. Pure."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Sequence
from datetime import date, timedelta

from index.numerals import chinese, digits
from index.schema import Period

_CN_DIGITS = "〇○Ｏ零一二三四五六七八九"
_YEAR, _FEW = rf"\d{{4}}|[{_CN_DIGITS}]{{4}}", r"\d{1,2}|[一二两三四五六七八九十]{1,3}"
_DATE = re.compile(rf"({_YEAR})\s*年\s*({_FEW})\s*月\s*({_FEW})\s*日")
_ISO_LINE = re.compile(r"[（(]?(\d{4})-(\d{1,2})-(\d{1,2})[)）]?")
_TO = r"\s*[—–\-－~～至到]+\s*"
_YEARS = re.compile(rf"[（(]\s*(\d{{4}})\s*年?{_TO}(\d{{4}})\s*年?\s*[)）]")
_TITLE_YEAR = re.compile(rf"(?<!\d)(\d{{4}})\s*年(?!{_TO})")
_SPAN = re.compile(
    r"(?:规划|实施|方案|计划|行动|政策|执行|建设)(?:期限?|周期|年限)(?:为|是|：)?\s*(?:自|从)?\s*"
    rf"(?:(\d{{4}})\s*年?{_TO}(\d{{4}})\s*年?|[至到]\s*(\d{{4}})\s*年)"
    r"(?:[，,]\s*展望(?:期|至|到)*\s*\d{4}\s*年)?"
)
_TERM = r"(?:有效|试行)期(?:限)?"
_TRIED = r"起(?:试行|暂行)[，,]?\s*(?:试行|暂行)|(?:施行|实施)[，,]\s*(?:试行|暂行|期限)"
_VALID_YEARS = re.compile(rf"(?:{_TERM}|{_TRIED})(?:期限?)?(?:为|是)?\s*({_FEW})\s*(年|个月)")
_VALID_UNTIL = re.compile(rf"{_TERM}(?:为|(?:自|从)(?:.{{4,20}}?))?(?:至|到)+\s*{_DATE.pattern}")
_DAY = rf"(?:{_YEAR})\s*年\s*(?:{_FEW})\s*月\s*(?:{_FEW})\s*日"
_DAYS = (  # from a day to a day, as the term of the document
    re.compile(
        rf"(?:规划|实施|方案|计划|行动|政策|执行|有效|试行)(?:期限?|周期|年限)(?:为|是|：)?\s*(?:自|从)?\s*({_DAY})\s*起?\s*{_TO}({_DAY})"
    ),
    re.compile(
        rf"(?:自|从)\s*({_DAY})\s*起(?:施行|实施|执行|生效|试行)[，,]?\s*(?:有效期|执行|实施|施行)?{_TO}({_DAY})\s*(?:止|(?=[。；，,)）]|$))"
    ),
    re.compile(rf"(?:自|从)\s*({_DAY})\s*起?\s*{_TO}({_DAY})\s*止?(?:施行|实施|执行|有效)"),
)
_ITSELF = r"本(?:办法|条例|规定|方案|政策|措施|意见|通知|细则|决定|计划|规则|标准|公告|文件|清单|要点|指南)"
_ENDS = re.compile(rf"{_ITSELF}[^《》。；原所]*?({_DAY})\s*(?:起|后)?\s*(?:自行|自动|即行)?(?:废止|失效|停止执行)")
_IN_FORCE = r"(?:施行|实施|执行|生效|试行)"
_EFFECTIVE = re.compile(rf"(?:本[一-鿿]{{1,12}}|(?:公布|发布|印发)[，,\s]*)自\s*{_DATE.pattern}\s*起\s*{_IN_FORCE}")
_EFFECTIVE_ISSUED = re.compile(rf"自(?:印发|发布|公布)之日起\s*(?:(\d{{1,3}})\s*日后)?\s*{_IN_FORCE}")
# A term is the document's own where its sentence speaks of this document or of its coming into force.
_OF_ITSELF = re.compile(r"本[办条规方政措意通细决计清要指标准实]|起(?:施行|实施|执行|生效|试行)|日后施行|^[（(]?有效期")
_YEARLY = ("要点", "清单", "通知", "工作计划", "计划")  # kinds whose title names the year they are for
DATE = _DATE.pattern  # year, month and day as three groups


def date_line(text: str) -> str | None:
    """ISO date of a paragraph that is a date and nothing else; 2021-08-20 may stand in brackets."""
    bare = "".join(text.split())
    match = _DATE.fullmatch(bare) or _ISO_LINE.fullmatch(bare)
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


def period(
    title: str, kind: str | None, paragraphs: Sequence[str], effective: str | None, issued: str | None
) -> Period | None:
    """The stated 实施期 or 有效期; target years (“到2025年……”) are no period."""
    if match := _YEARS.search(title):
        return Period(match[1], match[2], match[0])
    for text in paragraphs:
        if match := _SPAN.search(text):
            return Period(match[1], match[2] or match[3], match[0])
        for pattern in _DAYS:
            match = pattern.search(text)
            if match and _of_itself(text, match) and (last := _day(match[2])):
                return Period(_day(match[1]), last, match[0])
        if (match := _ENDS.search(text)) and (last := _day(match[1])):
            return Period(effective, last, match[0])
        match = _VALID_UNTIL.search(text)
        if match and _OF_ITSELF.search(_sentence(text, match.start())) and (day := iso(match)):
            return Period(effective, day, match[0])
        match = _VALID_YEARS.search(text)
        if match and (start := effective or issued) and _OF_ITSELF.search(_sentence(text, match.start())):
            return Period(start, _later(start, number(match[1]), 12 if match[2] == "年" else 1), match[0])
    if (match := _TITLE_YEAR.search(title)) and kind in _YEARLY:
        return Period(match[1], match[1], match[0])
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


def _of_itself(text: str, match: re.Match[str]) -> bool:
    """Whether a term is the document's own: its sentence says so, or speaks of nothing else before it."""
    sentence = _sentence(text, match.start())
    return sentence.startswith(match[0]) or bool(_OF_ITSELF.search(sentence))


def _sentence(text: str, place: int) -> str:
    """The sentence of `text` around `place`."""
    begin = max(text.rfind(mark, 0, place) for mark in "。；\n") + 1
    ends = [end for mark in "。；\n" if (end := text.find(mark, place)) >= 0]
    return text[begin : min(ends, default=len(text))]


def _days_later(start: str | None, days: int) -> str | None:
    if start is None:
        return None
    try:
        return (date.fromisoformat(start) + timedelta(days=days)).isoformat()
    except OverflowError:
        return None


def _day(text: str) -> str | None:
    match = _DATE.search(text)
    return iso(match) if match else None


def _later(start: str, count: int | None, months: int) -> str | None:
    """The last day of a term of `count` times `months` from an ISO date."""
    begin = date.fromisoformat(start)
    if count is None:
        return None
    year, month = divmod(begin.year * 12 + begin.month - 1 + count * months, 12)
    if not date.min.year <= year <= date.max.year:
        return None
    last = monthrange(year, month + 1)[1]
    return (date(year, month + 1, min(begin.day, last)) - timedelta(days=begin.day <= last)).isoformat()
