"""A comparison as the two questions it is made of: “A和B哪边人口多” asks for A's and for B's. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial
from itertools import takewhile

from index.entities.dates import CENTURY
from index.entities.regions import LETTERS, is_place
from index.entities.titles import outermost
from rag.words.dictionary import cut

_JOINS = frozenset("和 与 跟 同 及 以及 还是 对比 相比 比 vs VS".split())
# Words behind which no side goes on.
_ENDS = frozenset(
    "的 哪 哪个 哪边 哪里 谁 各 各自 各有 各是 各占 分别 有 有什么 有啥 差 差别 差多少 相差 相比 比 比较 在 对 到 都 定 要 是 分 什么 又 里 中 一样 不同".split()
)
_STOP = re.compile(r"[，,。；;：:？?！!\s]")
_LEAST, _MOST = 2, 30  # characters, and words, of a side
_SUBJECT = re.compile(rf"{CENTURY}|[省市县区圈带州港城镇国]|规划|方案|纲要|细则|意见|办法|通知|批复|条例")
_LAST_YEAR = re.compile(rf"{CENTURY}\s*年?\s*$")


def compared(text: str) -> tuple[str, str] | None:
    """The question once without its second side and once without its first; None where no two sides are joined."""
    words = _words(text)
    for place, word in enumerate(words):
        if word not in _JOINS:
            continue
        ahead, after = range(place - 1, max(-1, place - _MOST), -1), range(place + 1, min(len(words), place + _MOST))
        before = takewhile(partial(_belongs, words, place - 1), ahead)
        behind = takewhile(lambda at: words[at] not in _ENDS, takewhile(partial(_belongs, words, place + 1), after))
        first = min(before, default=place)
        left, right = words[first:place], words[place + 1 : max(behind, default=place) + 1]
        year = _LAST_YEAR.search("".join(right))
        while year and not re.search(CENTURY, "".join(left)) and len("".join(right)) > year.start():
            right.pop()  # “甲区和乙区2025年的目标”: the year is that of both
        one, other = "".join(left).strip(), "".join(right).strip()
        if min(len(one), len(other)) < _LEAST or (
            len(one) >= 2 * len(other) and not (_SUBJECT.search(other) or is_place(other) or other in LETTERS)
        ):
            continue  # “甲区的产值和税收” compares nothing of two subjects
        return "".join(words[:place] + words[place + 1 + len(right) :]), "".join(words[:first] + words[place + 1 :])
    return None


def _belongs(words: Sequence[str], first: int, at: int) -> bool:
    """Whether the word `at` belongs to the side that begins at `first`."""
    return _goes_on(words[at], at == first)


def _goes_on(word: str, beside: bool) -> bool:
    """Whether a side goes on over a word; blanks may stand around what joins (“甲区 vs 乙区”)."""
    return (beside and word.isspace()) or not _STOP.match(word)


def _words(text: str) -> list[str]:
    """The text cut into words that make it up again, a 《title》 being one."""
    words: list[str] = []
    begin = 0
    for start, stop in outermost(text):
        words += [*_cut(text[begin:start]), text[start:stop]]
        begin = stop
    return words + _cut(text[begin:])


def _cut(text: str) -> list[str]:
    words: list[str] = []
    at = 0
    for word in cut(text):
        start = text.index(word, at)
        if start > at:
            words.append(text[at:start])  # white space
        words.append(word)
        at = start + len(word)
    return words + [text[at:]] * (at < len(text))
