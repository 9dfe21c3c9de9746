"""Whether a question leans on the conversation: a logistic regression over what its words show. Pure.

The weights stand in leaning.json, made by rag.training.followups from questions asked after others.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from rag.words.dictionary import cut, tag

WEIGHTS = Path(__file__).with_name("leaning.json")
LOOKED_AT = 2  # earlier questions whose words count as said: the one before may itself lean on another

LEAD = re.compile(
    r"^(?:那么|那(?![个份些])|还有|另外|再问|请问|换成|如果是|要是|至于|同样|其中|而(?!且))+(?:对于|关于)?[，, ]*"
)
TAIL = re.compile(r"(?:的?(?:情况|话))?(?:又)?(?:呢|吗|(?<![什怎多这那])么|嘛|嘞|怎么样|如何|怎样)?[？?。！! ]*$")
INTERROGATIVE = re.compile(
    r"百分之几|多少|几多|好多|什么|啥|咋|怎么|怎样|如何|哪|谁|几|多[久长大高远]|是否|能否|是不是|有没有|([一-鿿])不\1|[吗么不伐没][？?。！! ]*$"
)
# Nouns that name what is asked of a subject: one of them alone is no subject.
ATTRIBUTES = frozenset(
    "标准 比例 条件 要求 期限 时限 时间 时候 金额 额度 上限 下限 数量 规模 面积 范围 对象 流程 材料 手续 费用 电话 地址 文号 日期 单位 部门 责任 程序 目标 "
    "指标 比重 户数 人数 依据 理由 问题 方式 渠道 年限 名单 级别 内容 措施 原因 结果 效果 方面 关系 情况 项目 环节 奖励 补助 补贴 罚款 工资 任务 重点 资金 "
    "人 钱 户 家 个 次 年 月 天 元 万元 一部分 方案 规划 文件 批复 办法 意见 政策 条例".split()
)
_POINTS_BACK = re.compile(
    r"它|他们|其(?!他|它|余|中|实)|(?<!那)这|该(?![不怎])|上述|前述|前面|刚才|此(?!外)|里[面头]|文中|当中|那[个份些]"
)
_CONDITION = re.compile(r"要是|如果|违反|逾期|超过?|没|未|不|过期|到期|期满")
_PAUSE = re.compile("[，,、]")
_KINDS = tuple(
    re.compile(p)
    for p in (
        r"多少|几|好多",
        r"谁|哪个?(?:单位|部门)",
        r"怎么|咋|如何",
        r"什么时候|何时|啥时候|哪一?年|多久",
        r"吗|是不是|能不能|不[？?]?$",
    )
)
_SPACED = re.compile(r"[一-鿿] +[一-鿿]")  # words put down as for a search engine
_WORDY = re.compile(r"\w")
_CONTENT = frozenset(
    "nvabljiszt?"
)  # first letters of the tags of words that say something; ? where the dictionary has none
_NOUNS = frozenset("njsilz?")
_LONGEST_ENDING = 6  # characters


@dataclass(frozen=True, slots=True)
class Head:
    """A logistic regression: `weights` over features less `mean` over `scale`, by the feature's name."""

    names: tuple[str, ...]
    weights: tuple[float, ...]
    mean: tuple[float, ...]
    scale: tuple[float, ...]
    bias: float

    def score(self, features: dict[str, float]) -> float:
        """The log odds that a question leans on the one before."""
        parts = zip(self.names, self.weights, self.mean, self.scale, strict=True)
        return self.bias + sum(weight * (features[name] - mean) / scale for name, weight, mean, scale in parts)


def leans(asked: str, earlier: Sequence[str]) -> bool:
    """Whether `asked` leaves out what the questions before it, oldest first, have named."""
    return bool(earlier) and _head().score(features(asked, earlier)) > 0


def features(asked: str, earlier: Sequence[str]) -> dict[str, float]:
    """What the head judges by, each a number; flags are 0 or 1."""
    core = TAIL.sub("", LEAD.sub("", asked.strip()))
    interrogative = INTERROGATIVE.search(core)
    words = _words(core)
    content = [word for word in words if tag(word)[0] in _CONTENT and not INTERROGATIVE.search(word)]
    ahead = _words(re.split("[，,]", core[: interrogative.start()] if interrogative else core)[0])
    subject = sum(map(_names, ahead))
    said, mine = _pairs(cut(" ".join(earlier[-LOOKED_AT:]))), _pairs(content)
    last = earlier[-1] if earlier else ""
    found = {
        "leads_on": bool(LEAD.match(asked)),
        "points_back": bool(_POINTS_BACK.match(core)),
        "conditional": bool(_CONDITION.match(core)),
        "no_interrogative": not INTERROGATIVE.search(asked),
        "begins_with_interrogative": bool(interrogative) and not ahead,
        "headless": _headless(words),
        "has_subject": subject > 0,
        "subject_nouns": min(subject, 3),
        "attribute_ahead": bool(ahead) and not subject,
        "nouns": min(sum(map(_names, words)), 6),
        "verbs": min(sum(tag(word)[0] == "v" for word in content), 5),
        "parts": len(_PAUSE.findall(core)),
        "spaced": bool(_SPACED.search(core)),
        "shared": len(mine & said) / max(1, len(mine)),
        "same_kind": any(kind.search(asked) and kind.search(last) for kind in _KINDS),
        "same_ending": _same_ending(asked, last),
    }
    return {name: float(value) for name, value in found.items()}


def _words(text: str) -> list[str]:
    return [word for word in cut(text) if _WORDY.search(word)]


def _names(word: str) -> bool:
    """Whether a word may name a subject of its own."""
    attribute = word in ATTRIBUTES or word[-2:] in ATTRIBUTES
    return tag(word)[0] in _NOUNS and not attribute and not INTERROGATIVE.search(word) and bool(_WORDY.search(word))


def _headless(words: Sequence[str]) -> bool:
    """Whether 的 stands for a noun left out: “没办的罚多少”, “省级的”."""
    behind = (
        words[place + 1] if place + 1 < len(words) else "" for place, word in enumerate(words) if word in ("的", "嘅")
    )
    return any(not word or (tag(word)[0] in "vdrmyz" and word not in ("时候", "话")) for word in behind)


def _pairs(words: Iterable[str]) -> frozenset[str]:
    """The character pairs of words; a lone character stands for itself."""
    return frozenset(word[at : at + 2] for word in words for at in range(max(1, len(word) - 1)) if _WORDY.search(word))


def _same_ending(one: str, other: str) -> int:
    one, other = TAIL.sub("", one), TAIL.sub("", other)
    length = 0
    while length < min(len(one), len(other), _LONGEST_ENDING) and one[-1 - length] == other[-1 - length]:
        length += 1
    return length


@cache
def _head() -> Head:
    told = json.loads(WEIGHTS.read_text(encoding="utf-8"))
    return Head(tuple(told["names"]), tuple(told["weights"]), tuple(told["mean"]), tuple(told["scale"]), told["bias"])
