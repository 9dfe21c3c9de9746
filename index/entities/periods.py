"""How long a document says it holds: 实施期 and 有效期. Only a sentence about the document itself sets its period.
Pure.

Policies state terms of many things: licences, contracts, subsidies, projects, other plans. What a term is of stands
before it in its sentence, so that is read whole: it may name this document, say when it comes into force, who
interprets it and what it replaces, and nothing else. A term without any of these is the document's where it closes the
text.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from index.entities.dates import DAY, FEW, TO, day, number
from index.schema import Period

_TITLE_YEARS = re.compile(rf"[（(]\s*(\d{{4}})\s*年?{TO}(\d{{4}})\s*年?\s*[)）]")
_TITLE_SPAN = re.compile(rf"(?<!\d)(\d{{4}})\s*年?{TO}(\d{{4}})\s*年(?!前|底|来|以来)")
_PLANNING = ("方案", "计划", "规划", "纲要", "要点", "清单", "措施")  # kinds whose title names the years they are for
_PLANNED_WORK = re.compile(r"工作(?:要点|安排|方案|计划)|行动")
_TITLE_YEAR = re.compile(rf"(?<![\d—–\-－~～至到])(\d{{4}})\s*年(?!{TO})")
_YEARLY = ("要点", "清单", "通知", "工作计划", "计划")  # kinds whose title names the year they are for
_CLOSING = 3  # paragraphs at the end in which a bare term closes the text

# --- what may stand before a term ---
_KIND = r"(?:办法|条例|规定|方案|政策|措施|意见|通知|细则|决定|计划|规则|标准|公告|通告|文件|清单|要点|指南|规程|规划|纲要|制度|预案|批复|目录|指引|公约|章程)"
_ITSELF = (
    rf"(?:本(?:行动|工作|实施|管理|暂行|试行|若干|专项|应急|指导|政策|发展|总体|[三五]年){{0,3}}{_KIND}"
    rf"|(?:以上|上述)(?:各项)?(?:政策|措施|规定|意见|条款)+|《{_KIND}》)(?:[（(][试暂]行[)）])?"
)
_COUNT = r"\d{1,3}\s*(?:日|天|个工作日|个?月)"
_SINCE = (
    rf"(?:自|从|于)\s*(?:{DAY}|(?:印发|发布|公布|颁布|下发|发文|施行|实施|公告|通过|批准)(?:之日)?)\s*(?:后?\s*{_COUNT})?\s*(?:之日)?起?\s*"
    rf"(?:满?\s*{_COUNT}\s*后)?\s*(?:正式|开始)?"
)
_FORCE = rf"{_SINCE}(?:施行|实施|执行|生效|试行|暂行)"
_EXPLAINED = r"由[^，。；：,]{2,60}?(?:负责)?(?:解释|修订|组织实施)"
_BASE_YEAR = r"规划基(?:期|准年)[为是]?\s*\d{4}\s*年"
_REPLACING = rf"(?:原|此前|《[^《》。]{{1,80}}》)(?:《[^《》。]{{1,80}}》|[^。；《》]){{0,100}}?(?:废止|失效|不一致的)|以{_ITSELF}为准"
_NUMBER = r"(?:第[一二三四五六七八九十百零\d]+条(?:之[一二三四五])?|[（(][一二三四五六七八九十\d]{1,3}[)）]|[一二三四五六七八九十]{1,3}、|\d{1,2}[.．、])?"
_LABEL = r"(?:(?:施行|实施|执行|有效|试行)[期时][间限]?[：:])?"
_ABOUT_IT = rf"{_ITSELF}|{_FORCE}|{_EXPLAINED}|{_REPLACING}|{_BASE_YEAR}"
_OWN = rf"{_NUMBER}\s*{_LABEL}(?P<own>(?:(?>{_ABOUT_IT})[，,、\s的其]*+){{0,6}}?)"  # atomic: no text makes it slow

# --- terms: in years, to a day, from a day to a day ---
_TERM = r"(?:有效|试行|暂行|执行|施行|实施)(?:期限?|时间|限期)"
_IS = r"(?:暂定)?(?:为|是|[：:])?\s*"
_LASTS = rf"(?:{_TERM}|期限|试行|暂行)(?:期限?)?{_IS}(?:(?:自|从)[^，。；,]{{2,20}}?起(?:计算)?)?\s*(?P<count>{FEW})\s*(?P<unit>年|个月)(?!以[上内下])"
_VALID = rf"(?:自|从)(?:印发|发布|公布|下发|施行|实施)之日起\s*(?P<valid>{FEW})\s*(?P<valid_unit>年|个月)内?有效"
_UNTIL = rf"(?:{_TERM}{_IS}(?:(?:自|从)[^，。；,]{{2,20}}?)?|有效|执行|实施|施行)?(?:截?[至到])+\s*(?P<until>{DAY}|\d{{4}}\s*年\s*[底末])"
_TRIED = rf"{_SINCE}(?:试行|暂行|施行|实施|执行)\s*(?P<count>{FEW})\s*(?P<unit>年|个月)(?!以[上内下])"
_NAMED = r"(?:规划|实施|方案|计划|行动|政策|执行)(?:期限?|周期|年限)"
_PLANNED = r"(?:规划|实施|方案|计划|行动|政策|执行|建设|有效|试行)?(?:期限?|周期|年限)"
_SPAN = (
    rf"{_PLANNED}(?:为|是|[：:])?\s*(?:自|从)?\s*(?:(?P<first>\d{{4}})\s*年?{TO}(?P<last>\d{{4}})\s*年?|[至到]\s*(?P<only>\d{{4}})\s*年)"
    r"(?:[，,]\s*展望(?:期|至|到)*\s*\d{4}\s*年)?(?![\d月])"
)
_HOUR = r"(?:\s*(?:零|\d{1,2})\s*[时点](?:整|\d{1,2}分)?)?"
_DAYS = rf"{_PLANNED}{_IS}(?:自|从)?\s*(?P<from>{DAY}){_HOUR}\s*起?\s*{TO}(?P<to>{DAY}){_HOUR}"
_MONTH = r"\d{4}\s*年\s*\d{1,2}\s*月"
_MONTHS = rf"(?:{_PLANNED}|(?:实施|执行|行动)时间)(?:为|是|[：:])?\s*(?:自|从)?\s*(?P<month>{_MONTH}){TO}(?P<last_month>{_MONTH})(?:底|末)?(?!\s*\d)"
_FROM = rf"(?:自|从)\s*(?P<since>{DAY})\s*起(?:施行|实施|执行|生效|试行)[，,]?\s*(?:有效期|执行|实施|施行)?{TO}(?P<till>{DAY})\s*(?:止|(?=[，,)）]|$))"
_WITHIN = rf"(?:自|从)\s*(?P<begin>{DAY}){_HOUR}\s*起?\s*{TO}(?P<end>{DAY}){_HOUR}\s*止?(?:施行|实施|执行|有效)"
_ENDS = rf"(?:自|于|至)?\s*(?P<ends>{DAY})\s*(?:起|后)?\s*(?:自行|自动|即行)?(?:废止|失效|停止执行)"


def _stating(term: str) -> re.Pattern[str]:
    return re.compile(rf"[（(]?{_OWN}(?P<term>{term})")


_ENDING = _stating(_ENDS)  # which names what ends, unlike the others
_STATED = (
    *map(_stating, (_SPAN, _DAYS, _MONTHS, _FROM, _WITHIN)),
    _ENDING,
    *map(_stating, (_UNTIL, _VALID, _TRIED, _LASTS)),
)
_NAMED_YEARS = re.compile(
    rf"{_NUMBER}\s*{_ITSELF}(?P<term>[（(]\s*(?P<first>\d{{4}})\s*年?{TO}(?P<last>\d{{4}})\s*年?\s*[)）])"
)
_OPENING_PLAN = re.compile(rf"[，,]\s*(?P<term>(?=规划){_SPAN})")
_PLAN = re.compile(rf"{_NUMBER}\s*(?:本(?:发展|总体)?规划|规划范围)")
_OF_PLANS = re.compile(rf"{_NAMED}|自|从")  # what needs no subject: only policies are in force from a day on
_BARE = re.compile(r"(?:有效|试行)期")
_ENDED = re.compile(
    r"[止内]?[）)”]*\s*(?:$|[，,、（(])"
)  # a term that goes on (有效期五年的许可证) is of something else
_LAST = re.compile(rf"止?[）)]?\s*(?:[，,]\s*{_EXPLAINED})?$")
_FORCED = re.compile(_FORCE)
_ABOUT = re.compile(_OWN)


def period(
    title: str, kind: str | None, paragraphs: Sequence[str], effective: str | None, issued: str | None
) -> Period | None:
    """The stated 实施期 or 有效期; target years (“到2025年……”) and terms of anything else are no period."""
    if match := _TITLE_YEARS.search(title):
        return Period(match[1], match[2], match[0])
    match = _TITLE_SPAN.search(title)
    if match and ((kind or "").endswith(_PLANNING) or _PLANNED_WORK.search(title, match.end())):
        return Period(match[1], match[2], match[0])
    for place, text in enumerate(paragraphs):
        closing = place >= len(paragraphs) - _CLOSING
        sentences = [sentence.strip() for sentence in re.split(r"[。；;\n]", text)]
        alone = closing and sum(map(bool, sentences)) == 1
        for sentence, before in zip(sentences, ["", *sentences], strict=False):
            behind = (about := _ABOUT.fullmatch(before)) is not None and bool(about["own"])
            for match in _matches(sentence, alone or behind):
                if found := _period(match, effective, issued):
                    return found
    if (match := _TITLE_YEAR.search(title)) and kind in _YEARLY:
        return Period(match[1], match[1], match[0])
    return None


def _matches(sentence: str, closes: bool) -> Iterator[re.Match[str]]:
    """The terms of a sentence that are the document's own; `closes`: it closes a text, so that a bare 有效期 is too."""
    for pattern in _STATED:
        if (match := pattern.match(sentence)) and _ENDED.match(sentence, match.end()):
            if (
                match["own"]
                or (pattern is not _ENDING and _OF_PLANS.match(match["term"]))
                or (closes and _BARE.match(match["term"]) and _LAST.match(sentence, match.end()))
            ):
                yield match
    if match := _NAMED_YEARS.match(sentence):
        yield match
    if _PLAN.match(sentence) and (match := _OPENING_PLAN.search(sentence)):
        yield match


def _period(match: re.Match[str], effective: str | None, issued: str | None) -> Period | None:
    """What a term says; None for a day that the calendar does not have, or years without a beginning."""
    said = {name: value for name, value in match.groupdict().items() if value}
    text = match["term"]
    if "last" in said or "only" in said:
        return Period(said.get("first"), said.get("last") or said["only"], text)
    for first, last in (("from", "to"), ("since", "till"), ("begin", "end")):
        if last in said:
            return Period(day(said[first]), end, text) if (end := day(said[last])) else None
    if "last_month" in said:
        first_month, last_month = (_month(said[name]) for name in ("month", "last_month"))
        return Period(first_month[0], last_month[1], text) if first_month and last_month else None
    for last in ("until", "ends"):
        if last in said:
            end = day(said[last]) or (said[last][:4] if said[last][-1] in "底末" else None)
            return Period(effective, end, text) if end else None
    count, unit = said.get("count") or said["valid"], said.get("unit") or said["valid_unit"]
    # The sentence's own day of coming into force, if it names one (自2021年3月1日起施行，有效期五年).
    forced = _FORCED.search(match["own"] + text) or _FORCED.match(match.string[match.end() :].lstrip("，, "))
    if (start := (day(forced[0]) if forced else None) or effective or issued) is None:
        return None
    return Period(start, _later(start, number(count), 12 if unit == "年" else 1), text)


def _month(text: str) -> tuple[str, str] | None:
    """The first and last day of 2024年1月, as ISO dates."""
    year, month = (int(part) for part in re.findall(r"\d+", text))
    if not (date.min.year <= year <= date.max.year and 1 <= month <= 12):
        return None
    return date(year, month, 1).isoformat(), date(year, month, monthrange(year, month)[1]).isoformat()


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
