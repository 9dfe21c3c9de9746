"""The numbering of Chinese official texts: 编 章 节 条 一、 （一） 1． （1） ①, dashes, boxes, annexes. Pure.

GB/T 9704—2012 orders the levels 一、 → （一） → 1. → （1）; statutes use 编 → 章 → 节 → 条 → 款 → 项.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from index.numerals import chinese
from index.traditional import folded

_CN = "一二三四五六七八九十百千零〇○两"
BOX_RANK = 65  # a box stands below （一） and above its own numbered items
_KINDS: tuple[tuple[str, int, str], ...] = (
    ("附件", 5, r"附\s*(?:件|录|表)\s*(?:[0-9０-９一二三四五六七八九十]{0,3})\s*(?=$|[：:])"),
    ("编", 10, rf"第[{_CN}\d]+(?:编|部分)(?=$|[\s　]|[^的，。、；是为])"),
    ("分编", 15, rf"第[{_CN}\d]+分编(?=$|[\s　]|[^的，。、；是为])"),
    ("章", 20, rf"第[{_CN}\d]+章(?=$|[\s　]|[^的，。、；是为])"),
    ("节", 30, rf"第[{_CN}\d]+节(?=$|[\s　]|[^的，。、；是为])"),
    ("条", 40, rf"第[{_CN}\d]+条(?:之[{_CN}]+)?(?=[\s　]|[^的，。、；和至或第款规所中及与])"),
    ("专栏", BOX_RANK, r"专\s*栏\s*[0-9０-９一二三四五六七八九十]+"),
    ("一、", 50, rf"[{_CN}]{{1,4}}\s*[、．.]"),
    ("（一）", 60, rf"[（(]\s*[{_CN}]{{1,4}}\s*[)）]"),
    ("1．", 70, r"\d{1,3}\s*[．.、](?!\s*\d(?!\d{3}\s*年))"),
    ("（1）", 75, r"[（(]\s*\d{1,3}\s*[)）]|\d{1,2}[)）]"),
    ("①", 80, r"[①-⑳]"),
    ("——", 90, r"[—–―─－]{1,4}(?![—–―─－])"),
)
_PATTERNS = tuple((kind, rank, re.compile(pattern)) for kind, rank, pattern in _KINDS)
DOC_NO = re.compile(
    r"^[（(]?\s*([一-鿿]{2,14}\s*[〔\[［【（(]\s*\d{4}\s*[〕\]］】）)]\s*(?:第\s*)?\d+\s*[号號])\s*[）)]?$"
)
_OPENING = 16  # characters within which a number ends
_PREFACE = re.compile(r"^(?:前\s*言|序\s*言|引\s*言|导\s*言)$")


_UNNUMBERED = re.compile(r"^[总附]\s*则$")
_DECIMAL = re.compile(r"^(\d{1,2}(?:[.．]\d{1,2}){0,3})[.．]?[\s　]*(?=[一-鿿“《])(.*)$")
_DECIMAL_RANKS = (45, 61, 62, 63)


@dataclass(frozen=True, slots=True)
class Marker:
    """How a paragraph is numbered."""

    kind: str
    rank: int  # smaller is outer
    label: str  # as printed, e.g. （三）
    rest: str  # the paragraph behind it


def marker(text: str) -> Marker | None:
    """The numbering a paragraph opens with, or None."""
    plain = folded(text[:_OPENING]) + text[_OPENING:]
    if _PREFACE.match(text):
        return Marker("前言", 20, text, "")
    if _UNNUMBERED.match(text):
        return Marker("编", 10, text, "")
    for kind, rank, pattern in _PATTERNS:
        if match := pattern.match(plain):
            rest = text[match.end() :]
            if rank < 40 and rest.endswith(("。", "；")):
                continue  # 第三章规定的事项由……负责。 speaks of a chapter and heads none
            if kind == "——" and (not rest.strip() or (len(match[0]) == 1 and not _sentence(rest))):
                return None
            return Marker(kind, rank, text[: match.end()].strip(), rest)
    return None


def decimal(text: str) -> Marker | None:
    """The numbering 1 / 1.1 / 1.1.1 of plans for emergencies and of standards, for texts known to use it."""
    match = _DECIMAL.match(text)
    if match is None:
        return None
    depth = len(re.findall(r"[.．]", match[1]))
    return Marker("1.1", _DECIMAL_RANKS[depth], match[1], match[2])


def uses_decimals(texts: Sequence[str]) -> bool:
    """Whether paragraphs are numbered 1.1, 1.2 …: some x.1 with x.2 behind it; a lone 1.2 is a figure."""
    labels = [found.label for text in texts if (found := decimal(text)) is not None]
    return any(re.fullmatch(r"\d+[.．]1", label) and label[:-1] + "2" in labels for label in labels)


def number(label: str) -> int | None:
    """The value of a marker's label: 第十二章 → 12, （三） → 3, 7． → 7."""
    digits = re.search(r"\d+", label)
    if digits:
        return int(digits[0])
    numeral = re.search(rf"[{_CN}]+", label)
    value = chinese(numeral[0]) if numeral else None
    return None if value is None else int(value)


def _sentence(text: str) -> bool:
    """A single dash opens an item only before a sentence with its topic; else it is the rest of a wrapped range."""
    return bool(re.match(r"[^，、—]{4,30}。", text.strip()))
