"""A value in one of Word's number formats (ECMA-376 17.18.59). Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

_DIGITS = "〇一二三四五六七八九"
_STEMS, _BRANCHES = "甲乙丙丁戊己庚辛壬癸", "子丑寅卯辰巳午未申酉戌亥"
_CHICAGO = "*†‡§"
_REPEATS = 30  # of a letter; a value that needs more is printed in figures
_ROMAN = (
    (1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"), (10, "X"), (9, "IX"),
    (5, "V"), (4, "IV"), (1, "I"),
)  # fmt: skip


def numeral(number: int, kind: str) -> str:
    """A number as Word prints it; in figures where the format has no sign for the value, and where the format is not known."""
    if kind in ("none", "bullet"):
        return ""
    made = _FORMATS[kind](number) if kind in _FORMATS and number > 0 else None
    return str(number) if made is None else made


def custom(number: int, pattern: str) -> str:
    """A format given by its first members (w:format), of which Word makes only those with leading zeros: 001, 002, …"""
    first = re.match(r"0*\d", pattern)
    return str(number).zfill(min(len(first[0]), 9) if first else 0)


def circled(text: str) -> str | None:
    """① for 1, ㊀ for 一, Ⓐ for A; None where no such character is."""
    if text.isdecimal() and 1 <= int(text) <= 50:
        number = int(text)
        return chr((0x245F if number <= 20 else 0x323C if number <= 35 else 0x328D) + number)
    if len(text) == 1 and text in _DIGITS[1:] + "十":
        return chr(0x3280 + (_DIGITS[1:] + "十").index(text))
    if len(text) == 1 and text.isascii() and text.isalpha():
        return chr(ord(text) - 65 + 0x24B6) if text.isupper() else chr(ord(text) - 97 + 0x24D0)
    return None


def _counted(digits: str, units: str, myriad: str, ones: bool = True, zero: bool = True) -> Callable[[int], str | None]:
    """Counting by units (一百二十): `ones` says whether 一 stands before a unit, `zero` whether a gap is told
    (一百零一)."""

    def below(number: int) -> str:
        text, gap = "", False
        for place in (3, 2, 1, 0):
            digit = number // 10**place % 10
            if digit:
                text += digits[0] if gap and zero else ""
                text += ("" if digit == 1 and place and not ones else digits[digit]) + ("", *units)[place]
            gap = bool(text) and not digit
        return text

    def made(number: int) -> str | None:
        if number >= 10**8:
            return None
        high, low = divmod(number, 10_000)
        return (
            (below(high) + myriad if high else "")
            + (digits[0] if high and 0 < low < 1000 and zero else "")
            + below(low)
        )

    return made


def _tenfold(made: Callable[[int], str | None]) -> Callable[[int], str | None]:
    """Without the 一 before the 十 that opens a number: 十二, not 一十二."""
    return lambda number: re.sub("^一(?=十)", "", made(number) or "") or None


def _placed(digits: str) -> Callable[[int], str]:
    return lambda number: "".join(digits[int(figure)] for figure in str(number))


def _hundredfold(number: int) -> str:
    """Counted to 99, then figure by figure: 九十九, 一〇〇."""
    return (_CHINESE(number) or "") if number < 100 else _placed(_DIGITS)(number)


def _row(first: int, last: int) -> Callable[[int], str | None]:
    """Characters in a row of Unicode, from 1 to `last`."""
    return lambda number: chr(first - 1 + number) if number <= last else None


def _of(characters: Sequence[str]) -> Callable[[int], str | None]:
    return lambda number: characters[number - 1] if number <= len(characters) else None


def _repeated(characters: str) -> Callable[[int], str | None]:
    """A … Z, AA, BB … (17.18.59: the same letter again, once more for each round)."""

    def made(number: int) -> str | None:
        rounds, place = divmod(number - 1, len(characters))
        return characters[place] * (rounds + 1) if rounds < _REPEATS else None

    return made


def _roman(number: int) -> str | None:
    text = ""
    for amount, sign in _ROMAN if number < 4000 else ():
        text += sign * (number // amount)
        number %= amount
    return text or None


def _ordinal(number: int) -> str:
    last = number % 100 if number % 100 in (11, 12, 13) else number % 10
    return str(number) + {1: "st", 2: "nd", 3: "rd"}.get(last, "th")


_CHINESE = _tenfold(_counted("零一二三四五六七八九", "十百千", "万"))
_LATIN = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_FORMATS: dict[str, Callable[[int], str | None]] = {
    # Between 一百 and 一 some versions print a circle; statutes print 第一百零一条.
    "chineseCountingThousand": _CHINESE, "taiwaneseCountingThousand": _CHINESE,
    "chineseCounting": _hundredfold, "taiwaneseCounting": _hundredfold,
    "japaneseCounting": _counted("〇一二三四五六七八九", "十百千", "万", ones=False, zero=False),
    "koreanCounting": _counted("영일이삼사오육칠팔구", "십백천", "만", ones=False, zero=False),
    "chineseLegalSimplified": _counted("零壹贰叁肆伍陆柒捌玖", "拾佰仟", "万"),
    "ideographLegalTraditional": _counted("零壹貳參肆伍陸柒捌玖", "拾佰仟", "萬"),
    "japaneseLegal": _counted("零壱弐参四伍六七八九", "拾百阡", "萬", zero=False),
    "ideographDigital": _placed(_DIGITS), "taiwaneseDigital": _placed(_DIGITS), "japaneseDigitalTenThousand": _placed(_DIGITS),
    "koreanDigital": _placed("영일이삼사오육칠팔구"), "koreanDigital2": _placed("零一二三四五六七八九"),
    "decimalFullWidth": _placed("０１２３４５６７８９"), "decimalFullWidth2": _placed("０１２３４５６７８９"),
    "ideographTraditional": _of(_STEMS), "ideographZodiac": _of(_BRANCHES),
    "ideographZodiacTraditional": _of([stem + _BRANCHES[at % 12] for at, stem in enumerate(_STEMS * 6)]),
    "decimalEnclosedCircle": _row(0x2460, 20), "decimalEnclosedCircleChinese": _row(0x2460, 20),
    "decimalEnclosedParen": _row(0x2474, 20), "decimalEnclosedFullstop": _row(0x2488, 20),
    "ideographEnclosedCircle": _row(0x3280, 10),
    "upperLetter": _repeated(_LATIN), "lowerLetter": _repeated(_LATIN.lower()), "chicago": _repeated(_CHICAGO),
    "upperRoman": _roman, "lowerRoman": lambda number: (_roman(number) or "").lower() or None,
    "decimalZero": lambda number: f"{number:02}", "numberInDash": lambda number: f"- {number} -",
    "hex": lambda number: f"{number:X}", "ordinal": _ordinal,
}  # fmt: skip
