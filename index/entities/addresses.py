"""Addresses and other ordinals: 第四章第二节, 第十条之一, 第2批. Pure.

What opens a paragraph as 第十条 is weighed over the whole document by index.entities.articles; here stands how an
address is written wherever it is named.
"""

from __future__ import annotations

import re

from index.entities.numerals import CHINESE, chinese

_N = rf"[{CHINESE}○\d]+"
_ORDINAL = re.compile(rf"第(?P<place>[{CHINESE}]+|\d+)(?P<of>[一-鿿]?)")
_PART = re.compile(
    rf"第{_N}(?:编|部分|章|节|条(?:之[一二三四五六七八九十\d]{{1,3}}(?![一-鿿]*[条项款])|(?=$|[^一-鿿]|[的是规第讲说怎有原全写内要中里款项]))|款|项)"
)
_ARTICLE = re.compile(rf"第(?P<article>{_N})条(?:之(?P<sub>[{CHINESE}]+|\d{{1,2}}))?(?:第(?P<below>{_N})[款项])?")
NUMBERED = re.compile(r"第\d+[批期届次条款项编章轮级阶]")
WITHIN = rf"第{_N}[章节条款项]"  # a part of a document that another names


def spans(flat: str) -> list[tuple[int, int]]:
    """Where a flat text names ordinals."""
    return [match.span() for match in _ORDINAL.finditer(flat)]


def ordinals(flat: str) -> set[str]:
    """第12条, 第2批 of a flat text, the numeral as a figure."""
    found = ((match, _value(match["place"])) for match in _ORDINAL.finditer(flat))
    return {f"第{value}{match['of']}" for match, value in found if value is not None}


def parts(text: str) -> list[str]:
    """The parts of the addresses a text names, in order: 第四章, 第二节, 第十条之一."""
    return _PART.findall("".join(text.split()))


def articles(text: str) -> list[tuple[str, tuple[int, int], bool]]:
    """(as written, (number, number behind 之 or 0), whether it goes on to a 款 or 项) of each article a text names."""
    found = []
    for match in _ARTICLE.finditer(text):
        number, sub = _value(match["article"]), _value(match["sub"]) if match["sub"] else 0
        if number is not None and sub is not None:
            found.append((match[0], (number, sub), match["below"] is not None))
    return found


def _value(numeral: str) -> int | None:
    value = int(numeral) if numeral.isdigit() else chinese(numeral)
    return None if value is None else int(value)
