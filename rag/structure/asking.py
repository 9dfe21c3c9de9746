"""What is to be done with a table's rows: looked up, listed, counted, added, compared. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from index.entities.dates import CENTURY
from index.entities.numerals import chinese

# “最低工资” and “最高额度” are names; the most of rows ends its phrase or goes on with what it is the most of.
_MOST = re.compile(
    r"最(大|多|高|长|远|晚|迟|新|重|宽|小|少|低|短|近|早|轻|窄|先)(?=[的是为？?，,。几前两二三四五六七八九十一]|$|完|开|建|竣|投产|启|到期|哪|谁)"
)
_UP = "大多高长远晚迟新重宽"
_FIRST = re.compile(
    r"前([一二两三四五六七八九十\d]+)(?:位|名|个|项|家|大)?|最[大多高长小少低短早晚]的?([两二三四五六七八九十]|\d+)[个项家处座]"
)
_SUM = re.compile(r"合计|总共|一共|总计|总和|共计|加起来|加总|合起来|累计|加在一起|总额|总数|总量")
_MEAN = re.compile(r"平均|均值")
_APART = re.compile(r"相差|差多少|差距|[多少高低长短大小](?:了|出)?(?:多少|几)(?!个项目)|[多高大长]出")
_SHARE = re.compile(r"占(?:比|.{0,12}(?:百分之|比重|比例|多少|几成))|百分之多少|百分之几")
_COUNT = re.compile(r"(?<!哪)(?:几|多少|好多)(?:个(?!小时|工作日|月|部门|窗口)|项|条|家|处|座|种|类|批|所|户|名|行)")
_LIST = re.compile(
    r"哪些|哪几|哪[两二三四五六七八九十]|有什么|列出|列举|名单|清单|都有|分别|什么(?:项目|工程|事项|任务)"
)
_N = r"[\d.,]+"
_BOUND = re.compile(
    rf"(?P<before>超过|大于|高于|多于|不低于|不少于|不小于|至少|不超过|不高于|不大于|低于|少于|小于|不足|达到)?(?P<n>{_N})(?P<scale>万亿|亿|万|千)?(?P<unit>元|公里|千米|米|亩|吨|户|人|个|%|平方公里|平方米|公顷|千瓦|年)?"
    r"(?P<behind>以上|及以上|以下|及以下|以内)?"
)
_STRICT = {"超过": ">", "大于": ">", "高于": ">", "多于": ">", "低于": "<", "少于": "<", "小于": "<", "不足": "<", "不低于": ">=", "不少于": ">=",
           "不小于": ">=", "至少": ">=", "达到": ">=", "不超过": "<=", "不高于": "<=", "不大于": "<="}  # fmt: skip
SCALE = {"": 1, "千": 10**3, "万": 10**4, "亿": 10**8, "万亿": 10**12}
YEAR = re.compile(rf"(?<!\d)({CENTURY})年?(?:(\d{{1,2}})月)?(底前|底以前|以前|之前|前|以后|之后|以来|后|底)?")


@dataclass(frozen=True, slots=True)
class Doing:
    """An operation over rows: extreme, sum, mean, apart, share, count, list or lookup."""

    name: str
    up: bool = True  # of an extreme
    first: int = 1  # of an extreme: how many


@dataclass(frozen=True, slots=True)
class Bound:
    """A figure the rows must keep to, such as 超过5000万元."""

    relation: str  # > >= < <=
    value: float  # in the unit without its scale
    unit: str
    said: str


def doing(question: str) -> Doing:
    """The operation a compact question wants; a lookup where nothing else is said."""
    if match := _MOST.search(question):
        first = _FIRST.search(question)
        number = next((g for g in first.groups() if g), "1") if first else "1"
        return Doing("extreme", match[1] in _UP, int(number) if number.isdigit() else int(chinese(number) or 1))
    if _SHARE.search(question):
        return Doing("share")
    if _MEAN.search(question):
        return Doing("mean")
    if _APART.search(question):
        return Doing("apart")
    if _COUNT.search(question) and not re.search(
        r"(?:几|多少)(?:个|项|条|家|处)[^，。？?]{0,10}(?:合计|总投资|总共).{0,6}多少", question
    ):
        return Doing("count")
    if _SUM.search(question):
        return Doing("sum")
    return Doing("list") if _LIST.search(question) else Doing("lookup")


def bounds(question: str) -> list[Bound]:
    """The figures that a question bounds its rows by."""
    found = []
    for match in _BOUND.finditer(question):
        relation = _STRICT.get(match["before"] or "") or (
            "" if not match["behind"] else ">=" if "上" in match["behind"] else "<="
        )
        digits = match["n"].replace(",", "").strip(".")
        if relation and digits.replace(".", "", 1).isdigit() and match["unit"] != "年":
            found.append(Bound(relation, float(digits) * SCALE[match["scale"] or ""], match["unit"] or "", match[0]))
    return found


def keeps(value: float, bound: Bound) -> bool:
    """Whether a figure keeps to a bound."""
    return {">": value > bound.value, ">=": value >= bound.value, "<": value < bound.value, "<=": value <= bound.value}[
        bound.relation
    ]
