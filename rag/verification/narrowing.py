"""What narrows a question, and whether the clause that is to answer it speaks of that. Pure, no model, a few ms.

A question asks for one thing of one subject: “2027年大专毕业生每月补贴多少” is narrowed by 2027年 and 大专. A clause
that speaks of neither answers another question, however true it is; nor does the item of a list that stands beside the
one asked for. What only asks (多少, 咋个), what every clause has (标准, 时间, 部门) and verbs narrow nothing here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from itertools import groupby

from index.entities import addresses, dates, quantities, titles
from index.entities.printed import flatten, part
from index.entities.regions import stem
from index.terms import pairs
from rag.words import colloquial
from rag.words.dictionary import cut, tags

_NOUN = ("n", "j", "b", "run")  # jieba's nouns and names, abbreviations (社保), distinguishing words (大型)
_NAMED = ("ns", "nt", "nr", "nz", "run")
_ASKING = re.compile(
    r"好多|多[少大高长远宽久]|[几啥咋哪谁何]|什么|怎[么样]|时[候侯]|一共|总共|[我你咱您]|^[这那每各某该两]|^本[省市区县级人]|[里边数]$|^第"
)
# What a question calls the thing it asks for; the clause states it without the word.
_ASKED_FOR = frozenset(
    "时间 期限 时限 年限 日期 有效期 比例 比重 标准 金额 数额 数量 数目 长度 时长 规模 幅度 目标 目标值 指标 范围 情况 条件 材料 要求 规定 内容 名称 "
    "文号 文件 部门 单位 机构 机关 地方 地点 对象 方式 办法 措施 政策 问题 东西 事情 事项 方面 全省 全市 上门 电话 号码 上限 下限 顶多 最高 最低 最多 最少 每月 每年".split()
)
_PARTS = re.compile(r"[，,；;。:]")
_MOST = 0.5  # of a longer word's character pairs, that say it: 毕业生 is borne out by 毕业
_APART = 2  # characters between the two of an abbreviation: 研发 for 研究开发
_FIXED = ("year", "figure", "ordinal")
_COUNTING = frozenset(
    "个 项 条 家 户 座 所 列 件 类 种 处 区 县 市 省 名 位 人 月 倍 成".split()
)  # “哪三个市” counts the answer


@dataclass(frozen=True, slots=True)
class Mention:
    """What a question names: `kind` is year, figure, ordinal, title, name or word."""

    kind: str
    said: str


@dataclass(frozen=True, slots=True)
class Narrowing:
    """A question's mentions; which of them the source does not say at all, and which only of a sibling of the
    phrase."""

    mentions: tuple[Mention, ...]
    missing: tuple[Mention, ...]
    elsewhere: tuple[Mention, ...]

    @property
    def open(self) -> tuple[Mention, ...]:
        """All that the phrase's clause does not bear out."""
        return (*self.missing, *self.elsewhere)

    @property
    def share(self) -> float:
        """0 to 1: the share of the mentions that the phrase's clause does not bear out, each counting the same."""
        return len(self.open) / len(self.mentions) if self.mentions else 0.0

    @property
    def fixed(self) -> tuple[Mention, ...]:
        """Years, figures and ordinals not borne out: no other word can stand for them."""
        return tuple(mention for mention in self.open if mention.kind in _FIXED)


def narrowing(question: str, phrase: str, text: str, about: str) -> Narrowing:
    """How a question is narrowed beyond what the clause `text` says where `phrase` stands in it, and what its document
    and headings say (`about`). A row of a table says no year: give its header with `about`."""
    named = tuple(mentions(question))
    source, around, words = flatten(text), _Known(flatten(about)), flatten(phrase)
    known = _Known(source + "\n" + around.flat)
    missing = tuple(m for m in named if not known.states(m))
    held = [m for m in named if m not in missing and not around.states(m)]
    start = source.find(words)
    if start < 0 or not held:
        return Narrowing(named, missing, ())
    stop = start + len(words)
    siblings = _of_siblings([m for m in held if m.kind in ("name", "word")], named, source, start, stop)
    return Narrowing(named, missing, (*_of_other_years(held, named, source, start, stop), *siblings))


def mentions(question: str) -> Iterator[Mention]:
    """What a question names, kind by kind, none twice."""
    flat = flatten(question)
    titled = sorted(titles.titles(flat))
    yield from (Mention("title", title) for title in titled)
    for title in titled:
        flat = flat.replace(f"《{title}》", "，")
    yield from (Mention("year", year) for year in sorted({day.split("-")[0] for day in dates.dates(flat)}))
    measured = [
        q for q in quantities.quantities(flat) if q.unit and q.unit not in _COUNTING and q.value != 1
    ]  # “一年能领”
    yield from (Mention("figure", flat[q.start : q.stop]) for q in measured)
    yield from (
        Mention("ordinal", which) for which in sorted(addresses.ordinals(flat)) if addresses.NUMBERED.match(which)
    )
    yield from dict.fromkeys(Mention("name" if tag.startswith(_NAMED) else "word", word) for word, tag in nouns(flat))


def nouns(flat: str) -> Iterator[tuple[str, str]]:
    """(word, tag) of what a flattened text names; lone characters that the dictionary has no word for are one name."""
    tagged = [(word, tags().get(word, "x")) for word in cut(flat)]
    for lone, group in groupby(
        tagged, lambda pair: len(pair[0]) == 1 and "一" <= pair[0] <= "鿿" and pair[1][0] in "nxgjab"
    ):
        for word, tag in [("".join(word for word, _ in group), "run")] if lone else group:
            if len(word) > 1 and tag.startswith(_NOUN) and not _ASKING.search(word) and word not in _ASKED_FOR:
                yield word, tag


def says(word: str, flat: str) -> bool:
    """Whether a flattened text holds a word, its official name, what it abbreviates, or half of a longer one."""
    names = _names(word)
    if any(name in flat for name in names):
        return True
    word = names[0]
    if len(word) == 2:
        return _abbreviates(word, flat)
    own = set(pairs(word))
    return sum(pair in flat for pair in own) >= _MOST * len(own)


@lru_cache(4096)
def _names(word: str) -> tuple[str, ...]:
    return (stem(word), *colloquial.official(word))


def _abbreviates(word: str, flat: str) -> bool:
    """Whether the two characters stand near each other in order, no punctuation between."""
    at = flat.find(word[0])
    while at >= 0:
        between, found, _ = flat[at + 1 : at + _APART + 2].partition(word[1])
        if found and all("一" <= c <= "鿿" for c in between):
            return True
        at = flat.find(word[0], at + 1)
    return False


class _Known:
    """A flattened text whose facts are read once, and only if they are asked for."""

    def __init__(self, flat: str) -> None:
        self.flat = flat

    @cached_property
    def _years(self) -> set[str]:
        return {day.split("-")[0] for day in dates.dates(self.flat)}

    @cached_property
    def _quantities(self) -> list[quantities.Quantity]:
        return quantities.quantities(self.flat)

    def states(self, mention: Mention) -> bool:
        """Whether the text says what a mention names."""
        if mention.kind == "year":
            return mention.said in self._years
        if mention.kind == "ordinal":
            return mention.said in addresses.ordinals(self.flat)
        if mention.kind == "figure":
            return any(self._measures(q, g) for q in quantities.quantities(mention.said) for g in self._quantities)
        return says(mention.said, self.flat)

    def _measures(self, asked: quantities.Quantity, given: quantities.Quantity) -> bool:
        """Whether a given figure is the one asked for, or a bound of its unit on one side of which that falls: 70岁
        where 65周岁以上 stands."""
        if not quantities.same(asked, replace(given, value=asked.value)):
            return False
        around = self.flat[max(0, given.start - 4) : given.stop + 2]
        return asked.value == given.value or bool(quantities.bounds(around))


def _of_other_years(
    held: list[Mention], named: tuple[Mention, ...], source: str, start: int, stop: int
) -> Iterator[Mention]:
    """Years of which the phrase is not said: another stands in its part, or before it in its sentence."""
    years = {mention.said for mention in named if mention.kind == "year"}
    half, _ = part(source, start, _PARTS)
    sentence = source.rfind("。", 0, start) + 1
    told = dates.years(source[half:stop]) or dates.years(source[sentence:half])[-1:]
    if told and years.isdisjoint(told):
        yield from (mention for mention in held if mention.kind == "year")


def _of_siblings(
    held: list[Mention], named: tuple[Mention, ...], source: str, start: int, stop: int
) -> Iterator[Mention]:
    """Mentions that the clause says only of what stands beside the phrase in a list, in parts with a figure of its
    unit, where the phrase's own part names something that the question does not."""
    units = {q.unit for q in quantities.quantities(source[start:stop])} - {""}
    parts = list(_parts(source, units)) if units else []
    own = "".join(source[a:b] for a, b, _ in parts if a < stop and b > start)
    asked = "，".join(mention.said for mention in named)
    if not own or all(says(word, asked) for word, _ in nouns(own)):
        return
    for mention in held:
        where = [figured for a, b, figured in parts if says(mention.said, source[a:b])]
        if where and all(where) and not says(mention.said, own):
            yield mention


def _parts(source: str, units: set[str]) -> Iterator[tuple[int, int, bool]]:
    """(start, stop, whether it ends with a figure of these units) of the half-sentences, cut again behind such
    figures."""
    figures = {q.stop for q in quantities.quantities(source) if q.unit in units}
    begin = 0
    for cut_ in sorted({*figures, *(m.end() for m in _PARTS.finditer(source)), len(source)}):
        if cut_ > begin:
            yield begin, cut_, cut_ in figures
            begin = cut_
