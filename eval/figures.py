"""Numbers, dates and 《titles》 in a text, for the scorer alone. Pure.

Written without a look at the product's own verification: an instrument must not share its subject's code. A claim's
figures are read strictly (what is surely a figure), a clause's leniently (what may be one), so that an alarm means
something. Units beyond percentages are not compared: the words around a figure are the business of the wording.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

_DIGIT = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_SMALL = {"十": 10, "百": 100, "千": 1000}
_BIG = {"万": 10**4, "亿": 10**8, "万亿": 10**12}
_SCALES = {
    "万亿": 10**12,
    "千亿": 10**11,
    "百亿": 10**10,
    "十亿": 10**9,
    "亿": 10**8,
    "千万": 10**7,
    "百万": 10**6,
    "十万": 10**5,
    "万": 10**4,
}
_SCALE = "|".join(_SCALES)
_DASH = r"[-—–−~至到]+"
_HAN = "零〇一二三四五六七八九"
_CIRCLED = re.compile("[\u2460-\u249b\u24ea-\u24ff\u2776-\u2793]")  # ① ⑴ ⒈ ❶: item numbers
_ITEM = re.compile(r"^[(（]?\d{1,2}[)）.、．](?!\d)")
_TITLE = re.compile(r"《([^《》]+)》")
_YEARS = re.compile(rf"((?:19|20)\d\d)年?{_DASH}((?:19|20)\d\d)年")
_DATE = re.compile(r"((?:19|20)\d\d)年(?:(\d{1,2})月(?:(\d{1,2})[日号])?)?")
_HAN_DATE = re.compile(
    rf"([{_HAN}]{{4}})年(?:([一二三四五六七八九十]{{1,2}})月(?:([一二三四五六七八九十]{{1,3}})[日号])?)?"
)
_ISO = re.compile(r"(?<!\d)((?:19|20)\d\d)([-/.])(\d{1,2})\2(\d{1,2})(?!\d)")
_DAY = re.compile(r"(?<!\d)(\d{1,2})月(?:(\d{1,2})[日号])?")
_UNIT = r"%|‰|个百分点"
_NUMBER = re.compile(
    rf"(?<![a-z\d.])(\d+(?:\.\d+)?)({_SCALE})?({_UNIT})?(?:{_DASH}(\d+(?:\.\d+)?)({_SCALE})?({_UNIT})?)?"
)
_CODE = re.compile(r"[a-z]+-?\d+(?:\.\d+)*")
_AND = re.compile(r"[、,和与及]")
_BLANKS = ("", "\n")
_AREA = re.compile(r"^[kcdm]?m[23]$")  # m² after NFKC
_HAN_NUMBER = re.compile(rf"(百分之)?([{_HAN}两十百千万亿]+)")
_MEASURE = re.compile(
    r"个|项|条|家|座|名|人|次|年|月|日|天|周|倍|成|所|处|户|届|类|种|级|章|节|款|编|位|件|场|元|亩|公顷|公里|平方|吨|小时|分钟|%"
)


@dataclass(frozen=True, slots=True)
class Figures:
    """What a text states that can be wrong by one character."""

    dates: frozenset[tuple[int | None, int | None, int | None]]  # year, month, day; None where not stated
    numbers: frozenset[tuple[Fraction, str]]  # value with 万 and 亿 multiplied out; "%", "‰", "个百分点" or ""
    codes: frozenset[str]  # letters with digits: g93, pm2.5
    titles: frozenset[str]  # the words between 《 and 》


def figures(text: str, *, lenient: bool = False, blank: str = "") -> Figures:
    """The figures of `text`, each white space read as `blank`.

    `lenient` takes every Chinese numeral for a number, also where it is part of a word, and lets the first of “1.7 和
    4.6 个百分点” share what follows the last.
    """
    plain = _plain(text, blank)
    titles = frozenset(_TITLE.findall(plain))
    body = _ITEM.sub("", plain)
    dates: set[tuple[int | None, int | None, int | None]] = set()

    def take(pattern: re.Pattern[str], read) -> None:
        nonlocal body

        def found(match: re.Match[str]) -> str:
            dates.update(read(match))
            return "\n"  # what stood on either side must not grow together

        body = pattern.sub(found, body)

    take(_ISO, lambda m: [(int(m[1]), int(m[3]), int(m[4]))])
    take(_YEARS, lambda m: [(int(m[1]), None, None), (int(m[2]), None, None)])
    take(_DATE, lambda m: [(int(m[1]), _int(m[2]), _int(m[3]))])
    take(_HAN_DATE, lambda m: [(int("".join(str(_DIGIT[c]) for c in m[1])), _han(m[2]), _han(m[3]))])
    take(_DAY, lambda m: [(None, int(m[1]), _int(m[2]))])
    codes = frozenset(code for code in _CODE.findall(body) if not _AREA.match(code))
    found = list(_NUMBER.finditer(_CODE.sub("\n", body)))
    numbers = {number for match in found for number in _numbers(match)}
    if lenient:
        numbers |= _sharing(found)
    numbers |= {number for match in _HAN_NUMBER.finditer(body) if (number := _han_number(match, lenient)) is not None}
    return Figures(frozenset(dates), frozenset(numbers), codes, titles)


def missing(claim: str, clause: str) -> list[str]:
    """Figures of `claim` that `clause` does not hold, as readable words; empty when it holds them all.

    White space is typesetting in “9． 83%” and parts two cells in “2023 2027”: a claim may be read either way, the
    clause both ways at once.
    """
    held = _union([figures(clause, lenient=True, blank=blank) for blank in _BLANKS])
    return min((_missing(figures(claim, blank=blank), held, _plain(clause)) for blank in _BLANKS), key=len)


def _missing(said: Figures, held: Figures, plain: str) -> list[str]:
    lost = [_date_words(date) for date in said.dates if not _holds_date(date, held)]
    lost += [
        f"{_decimal(value)}{unit}"
        for value, unit in said.numbers
        if (value, unit) not in held.numbers and not _as_year(value, unit, held)
    ]
    lost += [code for code in said.codes if code not in plain]
    lost += [f"《{title}》" for title in said.titles if title not in plain]
    return sorted(lost)


def _union(several: Sequence[Figures]) -> Figures:
    return Figures(*(frozenset().union(*(getattr(own, name) for own in several)) for name in Figures.__slots__))


def _plain(text: str, blank: str = "") -> str:
    """NFKC, lower case, white space as `blank`; item numbers in circles and commas within figures taken out first."""
    text = re.sub(r"(?<=\d),(?=\d{3}(?!\d))", "", _CIRCLED.sub("", text))
    return blank.join(unicodedata.normalize("NFKC", text).lower().split())


def _sharing(found: Sequence[re.Match[str]]) -> set[tuple[Fraction, str]]:
    """Numbers without a unit, read with what follows the next one, where only 和 or a comma stands between them."""
    shared: set[tuple[Fraction, str]] = set()
    scale, unit, begin = None, None, -1
    for match in reversed(found):
        between = match.string[match.end() : begin] if begin >= 0 else ""
        if _AND.fullmatch(between) and not match[2] and not match[3] and match[4] is None:
            shared.add((_value(match[1], scale), unit or ""))
        else:
            scale, unit = match[2], match[3]
        begin = match.start()
    return shared


def _int(digits: str | None) -> int | None:
    return None if digits is None else int(digits)


def _numbers(match: re.Match[str]) -> list[tuple[Fraction, str]]:
    """The one or two numbers of a match; in 3—5% and 50—100万 the first shares what follows the second."""
    first, scale, unit, second, scale2, unit2 = match.groups()
    if second is None:
        return [(_value(first, scale), unit or "")]
    return [(_value(first, scale or scale2), unit or unit2 or ""), (_value(second, scale2), unit2 or "")]


def _value(digits: str, scale: str | None) -> Fraction:
    return Fraction(digits) * (_SCALES[scale] if scale else 1)


def _han_number(match: re.Match[str], lenient: bool) -> tuple[Fraction, str] | None:
    value = _han(match[2])
    if value is None:
        return None
    if match[1]:
        return Fraction(value), "%"
    after = match.string[match.end() :]
    before = match.string[match.start() - 1 : match.start()]
    # 一个 says as little as “a”; 十四五 and 四川 are words; digits before 万 were read as one number with it.
    sure = value > 1 and _MEASURE.match(after) is not None and not before.isdigit()
    return (Fraction(value), "") if sure or lenient else None


def _han(text: str | None) -> int | None:
    """Value of a Chinese numeral below 10¹⁶; None where the characters make none (十四五, 万, 四三)."""
    if not text:
        return None
    for name in ("万亿", "亿", "万"):
        head, mark, tail = text.rpartition(name)
        if mark:
            high, low = _han(head), _han(tail) if tail else 0
            return None if high is None or low is None or low >= _BIG[name] else high * _BIG[name] + low
    total, digit, last = 0, None, 10_000
    for place, character in enumerate(text):
        if character in _SMALL:
            size = _SMALL[character]
            if size >= last or (digit is None and (size != 10 or place)):
                return None
            total, digit, last = total + (1 if digit is None else digit) * size, None, size
        elif digit is not None and digit != 0:
            return None
        else:
            digit = _DIGIT[character]
    return total + (digit or 0)


def _holds_date(date: tuple[int | None, int | None, int | None], held: Figures) -> bool:
    """Whether some date of `held` agrees with every part stated; a year alone may also stand as a number: 〔2022〕."""
    if any(all(part is None or part == other for part, other in zip(date, own, strict=True)) for own in held.dates):
        return True
    return date[1:] == (None, None) and (Fraction(date[0] or 0), "") in held.numbers


def _as_year(value: Fraction, unit: str, held: Figures) -> bool:
    return not unit and value.denominator == 1 and any(value == year for year, _, _ in held.dates)


def _date_words(date: tuple[int | None, int | None, int | None]) -> str:
    return "".join(f"{part}{name}" for part, name in zip(date, "年月日", strict=True) if part is not None)


def _decimal(value: Fraction) -> str:
    return str(value.numerator) if value.denominator == 1 else f"{float(value):.10g}"
