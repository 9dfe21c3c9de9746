"""The numbering of Chinese official texts: 编 章 节 条 一、 （一） 1． （1） ①, dashes, boxes, annexes. Pure.

GB/T 9704—2012 orders the levels 一、 → （一） → 1. → （1）; statutes use 编 → 章 → 节 → 条 → 款 → 项.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from index.entities.articles import cited, opens
from index.entities.numerals import chinese
from index.entities.traditional import folded

_CN = "一二三四五六七八九十百千零〇○两"
ARTICLE_RANK = 40
ITEM_RANK = 70  # of 1．, within （一）
BOX_RANK = 65  # a box stands below （一） and above its own numbered items
_N = rf"第[ 　]?(?:[{_CN}\d][ 　]?)+"
_KINDS: tuple[tuple[str, int, str], ...] = (
    (
        "附件",
        5,
        r"附\s*(?:件|录|表)\s*(?:[0-9０-９一二三四五六七八九十]{0,3}(?:[-—－]\d{1,2})?)\s*(?=$|[：:])|附(?=[：:])",
    ),
    ("编", 10, rf"{_N}(?:编|部分)(?=$|[\s　]|[^的，。、；是为])"),
    ("分编", 15, rf"{_N}分编(?=$|[\s　]|[^的，。、；是为])"),
    ("章", 20, rf"{_N}章(?=$|[\s　]|[^的，。、；是为])"),
    ("节", 30, rf"{_N}节(?=$|[\s　]|[^的，。、；是为])"),
    ("专栏", BOX_RANK, r"专\s*栏\s*[0-9０-９一二三四五六七八九十]+"),
    ("一、", 50, rf"[{_CN}]{{1,4}}\s*[、．.]"),
    ("（一）", 60, rf"[（(]\s*[{_CN}]{{1,4}}\s*[)）]"),
    ("1．", ITEM_RANK, r"\d{1,3}\s*[．.、](?!\s*\d(?!\d{3}\s*年))"),
    ("（1）", 75, r"[（(]\s*\d{1,3}\s*[)）]|\d{1,2}[)）]"),
    ("①", 80, r"[①-⑳]"),
    ("——", 90, r"[—–―─－]{1,4}(?![—–―─－])"),
)
_PATTERNS = tuple((kind, rank, re.compile(pattern)) for kind, rank, pattern in _KINDS)
_OPENING = 16  # characters within which a number ends
_PREFACE = re.compile(r"^(?:前\s*言|序\s*言|引\s*言|导\s*言)$")

_UNNUMBERED = re.compile(r"^[总附]\s*则$")


@dataclass(frozen=True, slots=True)
class Marker:
    """How a paragraph is numbered."""

    kind: str
    rank: int  # smaller is outer
    label: str  # as printed, e.g. （三）
    rest: str  # the paragraph behind it


@lru_cache(8192)  # each line is looked at from several sides, one line after another
def marker(text: str) -> Marker | None:
    """The numbering a paragraph opens with, or None."""
    plain = folded(text[:_OPENING]) + text[_OPENING:]
    if _PREFACE.match(text):
        return Marker("前言", 20, text, "")
    if _UNNUMBERED.match(text):
        return Marker("编", 10, text, "")
    if (found := opens(text)) is not None:
        return Marker("条", ARTICLE_RANK, found.label, found.rest)
    for kind, rank, pattern in _PATTERNS:
        if match := pattern.match(plain):
            rest = text[match.end() :]
            if rank < ARTICLE_RANK and (rest.endswith(("。", "；")) or cited(rest)):
                continue  # 第三章规定的事项由……负责。 speaks of a chapter and heads none
            if kind == "——" and (not rest.strip() or (len(match[0]) == 1 and not _sentence(rest))):
                return None
            return Marker(kind, rank, text[: match.end()].strip(), rest)
    return None


def cells_apart(text: str) -> bool:
    """Whether tabs set cells of a table apart: one behind a paragraph's number (第一条→为了……) does not."""
    if "\t" not in text:
        return False
    mark = marker(text)
    behind = mark.rest if mark is not None else text
    return "\t" in (behind[1:] if behind.startswith("\t") else text)


def number(label: str) -> int | None:
    """The value of a marker's label: 第十二章 → 12, （三） → 3, 7． → 7."""
    label = "".join(label.split())
    digits = re.search(r"\d+", label)
    if digits:
        return int(digits[0])
    numeral = re.search(rf"[{_CN}]+", label)
    value = chinese(numeral[0]) if numeral else None
    return None if value is None else int(value)


def _sentence(text: str) -> bool:
    """A single dash opens an item only before a sentence with its topic; else it is the rest of a wrapped range."""
    return bool(re.match(r"[^，、—]{4,30}。", text.strip()))
