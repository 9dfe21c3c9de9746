"""What figure or name a question asks for: the attribute, and the kind of unit its answer must carry. Pure.

Read from the words beside the interrogative (“……补助标准是多少元”, “有多少名院士”, “主任是谁”), never from the subject.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from index.entities import doc_nos, quantities
from index.entities.printed import flatten
from index.terms import pairs
from rag.query.question import Query
from rag.words import colloquial
from rag.words.dictionary import cut, tags

_INTERROGATIVE = re.compile(
    r"百分之几|多长时间|多少|好多(?=[年个块钱万人家亩])|叫什么(?:名字)?|是什么(?=[？?]?$)|(?<!不知道)(?<!不晓得)谁|哪里|哪儿|在哪(?![些个几年])|什么地方|(?<![许很众最])多[大高长远宽]|(?<![这那好十前后近数])几(?=[万亿千百]?(?:个百分点|个|项|条|家|人|年|月|天|折|块|元|所|名|位|户|座|处|种|公里|亩|吨|平方|小时|分钟|次|趟|层|成))"
)
_LATER = re.compile(_INTERROGATIVE.pattern + r"|多久|何时|什么|怎么|如何|哪")  # behind these “几天” are some days
_CONTACT = re.compile(
    r"联系人|(?:联系|咨询|投诉|举报)?电话(?:号码)?|联系方式|手机号|热线号码|邮箱|网址|官网|微信号|二维码"
)
_BEHIND = re.compile(
    r"^(?:万亿|亿|万|千|百)?(?:个(?=小时|工作日|月))?(个百分点|平方公里|平方米|公里|工作日|小时|分钟|人次|块钱|百分点|[个项条家人年月天折块元钱所名位户座处种亩吨米次趟层成%])?(?:[A-Za-z\d]{1,4}(?=[一-鿿]))?([一-鿿]{2,8})?"
)
# Words that stand between an attribute and its interrogative, or that say only that a figure is wanted.
_FILLERS = frozenset(
    "是 为 达到 要 要到 需要 有 到 能 能够 最高 最低 最多 最少 每 每年 各 各自 分别 给 发 收 交 领 打 定 了 的 在 由 共 一共 总共 大概 大约 约 目标 "
    "数量 标准 规模 总数 数 数值 指标 幅度 上限 下限 力争 控制 保持 增长 提高 降低 下降 压缩 建成 建设 完成 新增 现在 目前 超过 总 一趟 一次 平均 累计 以上 左右 具体 "
    "自己 后头 前头 一年 起码 起码得 至少得 期末 期内 规划 方案 纲要 相差 差 加起来 起来 合计 总计 不 率先 提出 明确 实现 要求 计划 规定 预计 将 会 可以 可 应 应当 得 还 又 都 里 中 上 下 内 一般 通常 法定 手里 手上 手头 年 年底 月 底 一带 附近 周边 周围 "
    "进去 进来 出去 出来 上去 上来 下去 下来 过去 过来 回去 回来".split()
)
# Cut off before words are told apart: 比重要达到 is 比重 and 要达到, not 比 and 重要.
_TRAIL = re.compile(
    r"(?:力争|分别|各自|一共|总共|大约|大概|现在|目前|最高|最低|能够|需要|要|应当|应|将|会|可以|可|达到|达|超过|到|是|为|有|在|各|给|发|收|的)+$"
)
_UNITS = {
    "money": "元 块 块钱 钱 美元",
    "percent": "% 百分点 个百分点 成",
    "people": "人 名 位 人次",
    "length": "公里 米",
    "area": "平方公里 平方千米 亩 公顷 平方米",
    "time": "年 月 天 日 小时 分钟 工作日 个月",
    "weight": "吨",
    "discount": "折",
    "things": "个 所 家 座 处 户 项 条 种 件 列 辆 台 套 批 次 届 张 宗 支",
}
_CLASS = {unit: kind for kind, units in _UNITS.items() for unit in units.split()}
_DAYS = frozenset("工作日 日 天".split())  # what is asked for in 工作日 is told in no months
_IMPLIED = {
    "percent": re.compile(r"(?:比例|比重|占比|[一-鿿]率)$"),
    "money": re.compile(r"(?:资金|补助|补贴|奖励|经费|费用|价格|工资)$"),
}
_DOCUMENTS = frozenset("规划 纲要 方案 批复 通知".split())
_COUNTED = re.compile(r"[两二三四五六七八九十\d]+[个条大项类种片][一-鿿]{0,3}$")
_QUOTED = re.compile(r"[“\"]([^“”\"]{2,12})[”\"][^“”\"，,。；;：:？?、]{0,8}$")
_NAMING = frozenset("数量 标准 规模 总数 数 数值 指标 目标 幅度 上限 下限".split())
_NO_NAMES = frozenset("r ns nr m t s d ad p c u y f".split())
_MEASURES = frozenset("率值量额比数")  # a word that ends so is an attribute, whatever a dictionary takes it for
_MOST = 0.6  # of a word's character pairs
_SAME = (
    frozenset(("GDP", "地区生产总值", "生产总值")),
    frozenset(("工程", "项目")),
)  # what officials and documents call differently


@dataclass(frozen=True, slots=True)
class Asked:
    """`attribute`: the words that name it, the head last; empty where the question does not say it plainly."""

    attribute: tuple[str, ...]
    units: frozenset[str]  # units one of which the answer's figure must carry; empty for any
    figure: bool  # a figure is asked for; else a name or a place


def asked(query: Query) -> list[Asked]:
    """One entry for each interrogative of a question whose answer is a figure, a name or a place, and for whom to
    call."""
    # What a follow-up leans on names its subject, not what it asks for; “货运呢？” may put one or the other in its
    # place.
    text = "".join((query.focus or query.text).split())
    open_ended = "whether" in query.asks  # “几家店能不能……” and “几亩田……多长” ask for no number
    found = []
    begin = 0
    for match in _INTERROGATIVE.finditer(text):
        before, behind = text[begin : match.start()], text[match.end() :]
        word = match[0]
        begin = match.end()
        if (word == "几" and (open_ended or _LATER.search(behind))) or (
            before.endswith(("差", "相差")) and word.startswith("多")
        ):
            continue  # a difference is worked out from two figures, none of which is called so
        figure = word in ("多少", "好多", "几", "百分之几") or word.startswith("多")
        unit, noun = "", ""
        if word in ("多少", "好多", "几"):
            unit, noun = _unit_and_noun(behind)
        attribute = (noun,) if noun else _head(before)
        units = _DAYS if unit == "工作日" else frozenset(_UNITS.get(_CLASS.get(unit, ""), "").split())
        for kind, named in _IMPLIED.items():
            if not units and attribute and named.search(attribute[-1]):
                units = frozenset(_UNITS[kind].split())
        if word == "百分之几":
            units = frozenset(_UNITS["percent"].split())
        if word == "多长时间":  # what stands before is what is to be done in it
            attribute, units = (), frozenset(_UNITS["time"].split())
        found.append(Asked(attribute, units, figure))
    return found + [Asked((word,), frozenset(), False) for word in dict.fromkeys(_CONTACT.findall(text))]


def fits(wanted: Asked, sentence: str) -> bool:
    """Whether `sentence` holds a figure of a fitting unit where one is asked for."""
    units = [q.unit for q in quantities.quantities(flatten(sentence))] if wanted.figure else []
    return not wanted.figure or (bool(units) and not (wanted.units and wanted.units.isdisjoint(units)))


def stated(wanted: Asked, sentence: str, around: str) -> bool:
    """Whether `sentence` gives what is asked for in so many words: the attribute's head, and a figure that fits.

    `around`: the clause with its headings, where the word that the head stands on may be said.
    """
    if not fits(wanted, sentence):
        return False
    if not wanted.attribute:
        return True
    *on, head = wanted.attribute
    return _says(flatten(sentence), head) and all(_says(flatten(around), word) for word in on)


def _says(flat: str, word: str) -> bool:
    """Whether a text holds a word or, of a longer one, most of its character pairs; of 文号, one."""
    if word.endswith("文号"):
        return bool(doc_nos.doc_nos(flat))
    names = [*next((same for same in _SAME if word in same), (word,)), *colloquial.official(word)]
    held = set(pairs(flat))
    return any(len(held & set(pairs(name))) >= _MOST * len(set(pairs(name))) for name in names)


def _unit_and_noun(behind: str) -> tuple[str, str]:
    """The measure word behind 多少 and the noun behind that; 户籍人口 is no 户."""
    parts = _BEHIND.match(behind)
    assert parts is not None  # each of its parts may be absent
    unit = parts[1] or ""
    first = next(iter(cut(behind)), "")
    if unit not in ("", "人") and first == unit + "才":  # “挂几天才行”; but 多少人才
        return unit, ""
    if unit and first.startswith(unit) and len(first) > len(unit):
        return "", _noun(behind[:8])
    return unit, _noun(parts[2] or "")


def _noun(text: str) -> str:
    """The noun that follows a measure word, with the one that completes it: up to the next verb or particle."""
    words = cut(re.split(r"[的吗呢啊了和及与，。？、]", text)[0])
    if not words or not _names(words[0]):
        return ""
    more = words[1] if len(words) > 1 and _names(words[1]) and tags().get(words[1], "n").startswith("n") else ""
    return words[0] + more


def _head(text: str) -> tuple[str, ...]:
    """The last content word before an interrogative, with the word it stands on; none behind a document's name, or
    where it only counts (“那三条带叫什么”)."""
    if _COUNTED.search(text):
        return ()
    if quoted := _QUOTED.search(text):
        return (quoted[1],)
    words = _measures_whole(cut(_TRAIL.sub("", re.split(r"[，,。；;：:？?、]", text)[-1])))
    named = False  # 补助标准 is of 补助, but in 接待多少人 the verb names nothing
    while words and not (_names(words[-1]) and (named or tags().get(words[-1]) != "v")):
        if words[-1] in _DOCUMENTS:
            return ()
        named = words.pop() in _NAMING
    return tuple(word for word in words[-2:] if len(word) > 1 and word not in _FILLERS and tags().get(word) != "r")


def _measures_whole(words: Sequence[str]) -> list[str]:
    """The words, a lone 率 or 量 joined to what it measures."""
    joined: list[str] = []
    for word in words:
        if joined and word in _MEASURES and len(joined[-1]) > 1:
            joined[-1] += word
        else:
            joined.append(word)
    return joined


def _names(word: str) -> bool:
    """Whether a word can name an attribute: no filler, pronoun, place, person, time or number."""
    plain = len(word) > 1 and not any(c.isdigit() for c in word)
    return plain and word not in _FILLERS and (word[-1] in _MEASURES or tags().get(word) not in _NO_NAMES)
