"""What of a question a structured answer takes into account, and what it leaves over. Pure but for the dictionary."""

from __future__ import annotations

import re
from collections.abc import Iterable

from rag.words.dictionary import cut, tag

# Words of a question that name nothing: how it asks, what all tables and documents hold, politeness.
_PLAIN = re.compile(
    r"相差|差额|差距|高出|多出|占比|占|百分之|比例|比重|平均|最[大多高长远晚迟新重小少低短近早轻先]的?|前[一二两三四五六七八九十\d]+|请问|请|麻烦|帮我|帮忙|告诉我|我想|想知道|想问|问一下|一下|查一下|查|列出|列举|列|全部|所有|都|全|分别|各自|各|具体|其中|里面|里头|里边|里|中|上|下|内|"
    r"一共|总共|共有|共计|合计|总计|总和|加起来|加总|累计|合起来|共|总|多少钱|多少|几个|几|哪些|哪几|哪个|哪家|哪里|哪儿|哪|什么时候|什么|何时|谁|是不是|是否|有没有|怎么样|怎样|"
    r"如何|多大|多高|多长|多久|多远|为|是|有|的|了|吗|呢|吧|啊|呀|要|需要|要求|由|在|从|到|和|与|及|跟|或|以及|对|把|被|将|能|可以|应该|应当|会|"
    r"这|那|该|本|此|哪一|一个|个|项|条|家|份|座|所|处|名|种|类|行|单位|部门|负责|承担|建设|安排|情况|信息|数据|标准|金额|数额|数量|名称|时间|地点|内容|事项|项目|工程|任务|"
    r"目前|现在|现行|最新|计划|规定|确定|明确|列入|纳入|提到|提出|规划|方案|文件|表|清单|表格|名单|表里|表中"
)
_COUNTS = ("n", "v", "a", "eng", "i", "l", "j", "b")  # tags of words that mean something
# Whose money or goal it is: 省级补助 is none of 市级补助, though they share all but a letter.
_LEVEL = re.compile(r"(?:省|市|县|区|镇|乡|国家)级|中央|地方|自筹|配套|上年|去年")
_FIGURE = re.compile(r"\d")


def common(a: str, b: str, least: int = 2) -> list[str]:
    """The stretches of at least `least` characters that two texts share, longest first, none within another."""
    found: list[str] = []
    rest = a
    while True:
        best = _longest(rest, b)
        if len(best) < least:
            return found
        found.append(best)
        rest = rest.replace(best, "\n")


def longest(a: str, b: str) -> int:
    """Length of the longest stretch that two texts share."""
    return len(_longest(a, b))


def _longest(a: str, b: str) -> str:
    best = ""
    for start in range(len(a)):
        size = len(best) + 1
        while start + size <= len(a) and "\n" not in a[start : start + size] and a[start : start + size] in b:
            best = a[start : start + size]
            size += 1
    return best


def left_over(question: str, told: Iterable[str]) -> list[str]:
    """The words of a question that mean something and that no part of the answer accounts for."""
    told = [*told]
    rest = question
    for own in sorted({own for own in told if own}, key=len, reverse=True):
        for part in common(rest, own):
            rest = rest.replace(part, " ")
    rest = _PLAIN.sub(" ", rest)
    levels = [match[0] for match in _LEVEL.finditer(question) if not any(match[0] in own for own in told)]
    words = (word for piece in rest.split() for word in cut(piece))
    return levels + [
        word for word in words if _FIGURE.search(word) or (len(word) > 1 and tag(word).startswith((*_COUNTS, "?")))
    ]
