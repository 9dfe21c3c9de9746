"""A spreadsheet's number and its format → what the cell shows (2025年8月30日, 12.5%, 1,200.00). Pure.

Of the format language (ECMA-376 part 1, 18.8.31) all that official tables use: sections, literals, digits, thousands,
percent, dates and times. Fractions and exponents are shown as General shows them.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

BUILTIN = {  # number format ids that files only name, as a Chinese system shows them
    1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 14: "yyyy/m/d", 15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy",
    18: "h:mm AM/PM", 19: "h:mm:ss AM/PM", 20: "h:mm", 21: "h:mm:ss", 22: "yyyy/m/d h:mm", 27: 'yyyy"年"m"月"', 28: 'm"月"d"日"',
    29: 'm"月"d"日"', 30: "m/d/yy", 31: 'yyyy"年"m"月"d"日"', 32: 'h"时"mm"分"', 33: 'h"时"mm"分"ss"秒"', 34: 'h"时"mm"分"',
    35: 'h"时"mm"分"ss"秒"', 36: 'yyyy"年"m"月"', 37: "#,##0;-#,##0", 38: "#,##0;-#,##0", 39: "#,##0.00;-#,##0.00",
    40: "#,##0.00;-#,##0.00", 41: "#,##0;-#,##0", 42: "¥#,##0;¥-#,##0", 43: "#,##0.00;-#,##0.00", 44: "¥#,##0.00;¥-#,##0.00",
    45: "mm:ss", 46: "[h]:mm:ss", 47: "mm:ss.0", 50: 'yyyy"年"m"月"', 51: 'm"月"d"日"', 52: 'yyyy"年"m"月"', 53: 'm"月"d"日"',
    54: 'm"月"d"日"', 55: 'h"时"mm"分"', 56: 'h"时"mm"分"ss"秒"', 57: 'yyyy"年"m"月"', 58: 'm"月"d"日"',
}  # fmt: skip
_TOKEN = re.compile(
    r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]|AM/PM|A/P|上午/下午|am/pm|general|y+|m+|d+|h+|s+(?:\.0+)?|aaaa?|[eE][+-]?|[0#?]+|[.,%@/]|.',
    re.I | re.S,
)
_DATES = re.compile(r"^(?:y+|m+|d+|h+|s+(?:\.0+)?|aaaa?)$", re.I)
_ELAPSED = re.compile(r"^\[([hms])+\]$", re.I)
_WEEK = "一二三四五六日"


def shown(value: float, form: str, since_1904: bool = False) -> str:
    """`value` as a cell of the format `form` shows it."""
    sections = _sections(form)
    place = 1 if value < 0 and len(sections) > 1 else 2 if value == 0 and len(sections) > 2 else 0
    tokens = sections[min(place, len(sections) - 1)]
    if any(_DATES.match(token) or _ELAPSED.match(token) for token in tokens):
        return _date(value, tokens, since_1904)
    return _number(abs(value) if place == 1 else value, tokens)


def general(value: float) -> str:
    """A number without a format: up to eleven figures, no trailing zeros."""
    if value == int(value) and abs(value) < 1e15:
        return str(int(value))
    text = f"{value:.10g}"
    if "e" in text and 1e-9 < abs(value) < 1e15:
        text = f"{Decimal(repr(value)):f}"
    return text


@lru_cache(512)
def _sections(form: str) -> list[list[str]]:
    """The format's sections as tokens, what only colours or pads taken out."""
    sections: list[list[str]] = [[]]
    for token in _TOKEN.findall(form[:255]):
        if token == ";":
            sections.append([])
        elif token[0] == "[" and not _ELAPSED.match(token):
            if currency := re.match(r"\[\$([^-\]]*)", token):
                sections[-1].append(f'"{currency[1]}"')
        elif token[0] not in "_*":
            sections[-1].append(token)
    return sections


def _literal(token: str) -> str:
    return token[1:-1] if token[0] == '"' else token[1:] if token[0] == "\\" else token


def _number(value: float, tokens: list[str]) -> str:
    bare = [token for token in tokens if token[0] not in '"\\']
    if any(token.lower() == "general" or token[0] in "eE/" for token in bare) or not any(t[0] in "0#?" for t in bare):
        if not any(token.lower() == "general" or token[0] in "eE/" for token in bare):
            return "".join(_literal(token) for token in tokens if token != "@") or general(value)
        kept = "".join(general(value) if token.lower() == "general" else _literal(token) for token in tokens)
        return kept if any(token.lower() == "general" for token in bare) else general(value)
    places = [at for at, token in enumerate(tokens) if token[0] in "0#?"]
    dot = next((at for at, token in enumerate(tokens) if token == "." and places[0] - 1 <= at <= places[-1]), None)
    whole = "".join(tokens[at] for at in places if dot is None or at < dot)
    part = "".join(tokens[at] for at in places if dot is not None and at > dot)
    commas = [at for at, token in enumerate(tokens) if token == ","]
    last_whole = max((at for at in places if dot is None or at < dot), default=places[0])
    scaled = sum(1 for at in commas if (at > last_whole and (dot is None or at < dot)) or at > places[-1])
    thousands = any(places[0] < at < last_whole for at in commas)
    exact = Decimal(repr(value)) * (100 if "%" in bare else 1) / (Decimal(1000) ** scaled)
    figures = f"{exact.copy_abs().quantize(Decimal(1).scaleb(-len(part)), ROUND_HALF_UP):f}"
    front, _, back = figures.partition(".")
    front = front.lstrip("0").rjust(whole.count("0"), "0")
    if thousands:
        front = f"{int(front):,}".rjust(len(front)) if front else front
    least = len(part.rstrip("#?"))
    while len(back) > least and back.endswith("0"):
        back = back[:-1]
    text = front + ("." + back if back or (dot is not None and "0" in part) else "")
    sign = "-" if exact < 0 and text.strip("0.,") else ""
    out, put = "", False
    for at, token in enumerate(tokens):
        if at in places or at == dot or (token == "," and places[0] <= at <= places[-1] + scaled):
            out, put = out + ("" if put else sign + text), True
        else:
            out += _literal(token)
    return out.strip()


def _date(value: float, tokens: list[str], since_1904: bool) -> str:
    if not 0 <= value < 2_958_466:
        return general(value)
    moment = _moment(value, since_1904, any(re.fullmatch(r"s+\.0+", token, re.I) for token in tokens))
    half = any(token.lower() in ("am/pm", "a/p") or token == "上午/下午" for token in tokens)
    out, before = "", ""
    for at, token in enumerate(tokens):
        low = token.lower()
        following = next((t.lower() for t in tokens[at + 1 :] if _DATES.match(t)), "")
        if _ELAPSED.match(token):
            unit = {"h": 24, "m": 1440, "s": 86400}[low[1]]
            out, before = out + str(int(value * unit + 1e-6)), low[1]
        elif low in ("am/pm", "a/p", "上午/下午"):
            out += "上午" if moment.hour < 12 else "下午"
        elif _DATES.match(token):
            minute = low[0] == "m" and (before[:1] == "h" or following[:1] == "s")
            out, before = out + _field(moment, low, minute, half), low
        elif token != "@":
            out += _literal(token)
    return out.strip()


def _field(moment: datetime, low: str, minute: bool, half: bool) -> str:
    if low[0] == "y":
        return f"{moment.year:04d}" if len(low) > 2 else f"{moment.year % 100:02d}"
    if low[0] == "a":
        return ("星期" if len(low) > 3 else "") + _WEEK[moment.weekday()]
    if low[0] == "d" and len(low) > 2:
        return "星期" + _WEEK[moment.weekday()]
    if low[0] == "m" and not minute and len(low) > 2:
        return f"{moment.month}月"
    if low[0] == "h":
        hour = (moment.hour % 12 or 12) if half else moment.hour
        return f"{hour:02d}" if len(low) > 1 else str(hour)
    if low[0] == "s":
        return (f"{moment.second:02d}" if low[:2] == "ss" else str(moment.second)) + (
            f".{moment.microsecond // 1000:03d}"[: low.count("0") + 1] if "." in low else ""
        )
    number = moment.minute if minute else moment.month if low[0] == "m" else moment.day
    return f"{number:02d}" if len(low) > 1 else str(number)


def _moment(value: float, since_1904: bool, exact: bool) -> datetime:
    """The day and time of a serial number; 1900 is a leap year to a spreadsheet, so days before March 1900 are one
    off."""
    start = datetime(1904, 1, 1) if since_1904 else datetime(1899, 12, 31) if value < 60 else datetime(1899, 12, 30)
    moment = start + timedelta(days=value)
    return moment if exact else (moment + timedelta(microseconds=500_000)).replace(microsecond=0)
