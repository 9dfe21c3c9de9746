"""A question that leans on the conversation, completed: it takes over what it leaves out and nothing else. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.entities import regions
from index.entities.dates import SPAN_OF_YEARS, YEAR
from index.entities.titles import outermost
from rag.query.leaning import ATTRIBUTES, INTERROGATIVE, LEAD, TAIL, leans
from rag.words.dictionary import pieces, tag

_TURNS, _BEFORE = 6, 400  # earlier questions looked back at, and what of each is kept, in characters
_PRONOUN = re.compile(r"^(?:它们?|他们|其(?![他它余中实])|这(?:一?[个些项]|(?=[一-鿿]{2})))的?")
_WORDY = re.compile(r"\w")
# First letters of the tags of words that fill a slot, and of single characters that do: “慢充”.
_SLOTS, _LONE_VALUES = frozenset("nvabjlsztim?"), frozenset("nab")
_NAMED = frozenset("nbjs")
_MEASURE = re.compile(
    r"^(?:些|里|个?(?:小时|工作日|月)|[个家条项座户名位所处种年天日块钱元亩米吨套台辆次级成倍件]|万元|百分点)+(?:之?内)?"
)
_TRIMMED = frozenset(
    "vdpmrqcuyfzbt"
)  # first letters of the tags of what an interrogative takes with it from behind its subject
_MATTERS = frozenset(
    "奖励 补助 补贴 罚款 费用 工资 项目 方案 规划 批复 办法 意见 政策 条例 文件".split()
)  # asked about as often as asked for
_AUXILIARIES = frozenset("需要 可以 能够 应该 应当 达到 属于 具有 包括 实现 适用 要求".split())
_SHORTEST = 3  # characters of a subject
_PAUSES = "，,。；;：: 、"


def complete(asked: str, earlier: Sequence[str]) -> tuple[str, str]:
    """(what to search, the new part): a question that leans on the one before takes over what it leaves out.

    A bare year, place, group or document takes the place of the one in the earlier question; where something else is
    asked, the earlier question leaves its subject; else the two are joined.
    """
    earlier = earlier[-_TURNS:]
    if not earlier or not leans(asked, earlier):
        return asked, ""
    before, _ = complete(earlier[-1].strip()[-_BEFORE:], earlier[:-1])
    focus = _PRONOUN.sub("", TAIL.sub("", LEAD.sub("", asked))).strip() or asked
    before = _with_year(before, focus)
    if INTERROGATIVE.search(focus):
        return f"{_subject(before)} {focus}", focus
    if exchanged := _exchanged(before, focus):
        return exchanged, focus
    attribute = any(focus.endswith(word) for word in ATTRIBUTES if len(word) > 1)
    return f"{_subject(before) if attribute else before} {focus}", focus


def _with_year(before: str, focus: str) -> str:
    """The earlier question with the new one's year for its own; a year that is part of a name stays."""
    years = YEAR.findall(focus)
    named = [*(match.span() for match in SPAN_OF_YEARS.finditer(before)), *outermost(before)]
    return YEAR.sub(lambda m: years[0] if years and not any(a <= m.start() < b for a, b in named) else m[0], before)


def _exchanged(before: str, focus: str) -> str | None:
    """`before` with each value of `focus` in the place of its like; None where one has none there."""
    title, own = next(outermost(before), None), next(outermost(focus), None)
    if own:
        return before.replace(before[slice(*title)], focus[slice(*own)]) if title else None
    district, theirs = regions.district(focus), regions.district(before)
    if (
        district
        and theirs
        and theirs.start() == 0
        and district.end() == len(focus)
        and district[0][-1] == theirs[0][-1]
    ):
        return focus + before[theirs.end() :]
    words = [word for word in pieces(before) if word]
    said = [word for word in pieces(focus) if _WORDY.search(word)]
    exchanged = False
    for place, word in enumerate(said):
        if word in words or (YEAR.search(before) and (YEAR.fullmatch(word) or word in "年底")):
            exchanged = exchanged or bool(YEAR.fullmatch(word))
            continue
        if len(word) == 1 and tag(word)[0] not in _LONE_VALUES:
            continue
        like = _like(words, word, said[place + 1] if place + 1 < len(said) else "", said)
        if like is None:
            return None
        if like and word.endswith(words[like]) and tag(words[like - 1])[0] in _NAMED:
            words[like - 1] = ""  # “农村户口” for “城镇” and “户口”
        words[like] = word
        exchanged = True
    return "".join(words) if exchanged else None


def _like(words: Sequence[str], word: str, behind: str, said: Sequence[str]) -> int | None:
    """Where in `words` the value stands that `word` takes the place of: one of its kind, or before the same word."""
    for place in range(len(words) - 1, -1, -1):
        other = words[place]
        if other in said or tag(other)[0] not in _SLOTS or not _WORDY.match(other) or INTERROGATIVE.search(other):
            continue
        if behind and words[place + 1 : place + 2] == [behind]:
            return place
        if _is_place(word) and _is_place(other):
            return place
        if min(len(word), len(other)) > 1 and (word[-1] == other[-1] or tag(word) == tag(other) in ("nt", "nz")):
            return place
    return None


def _subject(before: str) -> str:
    """What a question is about: itself without its interrogative, and without what leads only to that."""
    found = INTERROGATIVE.search(before)
    ahead, behind = (before[: found.start()], _MEASURE.sub("", before[found.end() :])) if found else (before, "")
    if not ahead or any(tag(word)[0] == "n" and word not in ATTRIBUTES for word in pieces(behind)):
        return (ahead + behind).rstrip("？?。！! ")  # “今年新建多少个口袋公园”
    words = pieces(ahead)
    while words and _only_leads(words[-1]):
        words.pop()
    return "".join(words) if len("".join(words)) >= _SHORTEST else ahead.rstrip(_PAUSES)


def _only_leads(word: str) -> bool:
    """Whether a word before an interrogative leads to it and says nothing of the subject: “最长可以”, “标准是”."""
    if word in _PAUSES or word in _AUXILIARIES or (word in ATTRIBUTES and word not in _MATTERS):
        return True
    return tag(word)[0] in _TRIMMED and not (tag(word)[0] == "v" and len(word) > 1)


def _is_place(word: str) -> bool:
    return regions.is_place(word) or (len(word) > 1 and tag(word) == "ns")
