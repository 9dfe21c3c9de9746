"""What figure or name a question asks for: the attribute, and the kind of unit its answer must carry. Pure.

Read from the words beside the interrogative (“……补助标准是多少元”, “有多少名院士”, “主任是谁”), never from the subject.
"""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass

from index.terms import pairs
from rag import facts
from rag.question import Query

_INTERROGATIVE = re.compile(
    r"百分之几|多少|叫什么(?:名字)?|是什么(?=[？?]?$)|谁|哪里|哪儿|在哪(?![些个几年])|什么地方|多[大高长远宽]|几(?=[万亿千百]?(?:个百分点|个|项|条|家|人|年|月|天|折|块|元|所|名|位|户|座|处|种|公里|亩|吨|平方|小时|分钟|次|趟|层|成))"
)
_BEHIND = re.compile(r"^(?:万亿|亿|万|千|百)?(个百分点|平方公里|平方米|公里|工作日|小时|分钟|人次|块钱|百分点|[个项条家人年月天折块元钱所名位户座处种亩吨米次趟层成%])?([一-鿿]{2,8})?")
# Words that stand between an attribute and its interrogative, or that say only that a figure is wanted.
_FILLERS = frozenset(
    "是 为 达到 要 要到 需要 有 到 能 能够 最高 最低 最多 最少 每 每年 各 各自 分别 给 发 收 交 领 打 定 了 的 在 由 共 一共 总共 大概 大约 约 目标 "
    "数量 标准 规模 总数 数 数值 指标 力争 控制 保持 增长 提高 降低 下降 压缩 建成 建设 完成 新增 现在 目前 超过 总 一趟 一次 平均 累计 以上 左右 具体 "
    "不 率先 提出 明确 实现 要求 计划 规定 预计 将 会 可以 可 应 应当 得 还 又 都 里 中 上 下 内 年 年底 月 底".split()
)
# Cut off before words are told apart: 比重要达到 is 比重 and 要达到, not 比 and 重要.
_TRAIL = re.compile(r"(?:力争|分别|各自|一共|总共|大约|大概|现在|目前|最高|最低|能够|需要|要|应当|应|将|会|可以|可|达到|达|超过|到|是|为|有|在|各|给|发|收|的)+$")
_UNITS = {
    "money": "元 块 块钱 钱 美元", "percent": "% 百分点 个百分点 成", "people": "人 名 位 人次", "length": "公里 米",
    "area": "平方公里 平方千米 亩 公顷 平方米", "time": "年 月 天 日 小时 分钟 工作日 个月", "weight": "吨", "discount": "折", "things": "个 所 家 座 处 户 项 条 种 件 列 辆 台 套 批 次 届 张 宗 支",
}  # fmt: skip
_CLASS = {unit: kind for kind, units in _UNITS.items() for unit in units.split()}
_PERCENT = re.compile(r"(?:比例|比重|占比|[一-鿿]率)$")
_MOST = 0.6  # of a word's character pairs
_SAME = (frozenset(("GDP", "地区生产总值", "生产总值")),)  # what officials and documents call differently


@dataclass(frozen=True, slots=True)
class Asked:
    """`attribute`: the words that name it, the head last; empty where the question does not say it plainly."""

    attribute: tuple[str, ...]
    units: frozenset[str]  # units one of which the answer's figure must carry; empty for any
    figure: bool  # a figure is asked for; else a name or a place


def asked(query: Query) -> list[Asked]:
    """One entry for each interrogative of a question whose answer is a figure, a name or a place."""
    text = "".join(query.text.split())
    found = []
    begin = 0
    for match in _INTERROGATIVE.finditer(text):
        before, behind = text[begin : match.start()], text[match.end() :]
        word = match[0]
        begin = match.end()
        figure = word in ("多少", "几", "百分之几") or word.startswith("多")
        unit, noun = "", ""
        if word in ("多少", "几"):
            parts = _BEHIND.match(behind)
            unit, noun = parts[1] or "", _noun(parts[2] or "")
        attribute = (noun,) if noun else _head(before)
        units = frozenset(_UNITS.get(_CLASS.get(unit, ""), "").split())
        if word == "百分之几" or (not units and attribute and _PERCENT.search(attribute[-1])):
            units = frozenset(_UNITS["percent"].split())
        found.append(Asked(attribute, units, figure))
    return found


def stated(wanted: Asked, sentence: str, around: str) -> bool:
    """Whether `sentence` gives what is asked for: the attribute's head, and a figure of a fitting unit where one is.

    `around`: the clause with its headings, where the word that the head stands on may be said.
    """
    flat = facts.flatten(sentence)
    if wanted.figure:
        units = [q.unit for q in facts.quantities(flat)]
        if not units or (wanted.units and not wanted.units & set(units)):
            return False
    if not wanted.attribute:
        return True
    *on, head = wanted.attribute
    return _says(flat, head) and all(_says(facts.flatten(around), word) for word in on)


def _says(flat: str, word: str) -> bool:
    """Whether a text holds a word or, of a longer one, most of its character pairs."""
    names = next((same for same in _SAME if word in same), frozenset((word,)))
    held = set(pairs(flat))
    return any(len(held & set(pairs(name))) >= _MOST * len(set(pairs(name))) for name in names)


def _noun(text: str) -> str:
    """The noun that follows a measure word: up to the next verb or particle."""
    words = _cut(re.split(r"[的吗呢啊了和及与]", text)[0])
    return words[0] if words and len(words[0]) > 1 and words[0] not in _FILLERS else ""


def _head(text: str) -> tuple[str, ...]:
    """The last content word before an interrogative, with the word it stands on."""
    words = _cut(_TRAIL.sub("", re.split(r"[，,。；;：:？?、]", text)[-1]))
    while words and (words[-1] in _FILLERS or len(words[-1]) < 2):
        words.pop()
    return tuple(word for word in words[-2:] if len(word) > 1 and word not in _FILLERS)


def _cut(text: str) -> list[str]:
    import jieba

    jieba.setLogLevel(logging.WARNING)
    return [word for word in jieba.lcut(text, HMM=False) if word.strip()]
