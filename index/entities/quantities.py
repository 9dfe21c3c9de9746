"""Quantities of a flat text (index.entities.printed): value and unit, how they are bound, what they are counted by. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from index.entities import addresses, dates, doc_nos
from index.entities.numerals import CHINESE, chinese

_MEASURES = (
    "平方公里|平方千米|平方米|立方米|周岁|公里|千米|万千瓦|千瓦时|千瓦|个百分点|百分点|标箱|公顷|小时|分钟|人次|美元|个月|年度|工作日|天|亩|吨|元|人|"
    "个|项|条|家|户|座|所|列|倍|成|件|类|批|次|处|张|辆|架|米|票|种|届|级|位|名|期|周|日|月|年|宗|本|册|支|只|头|台|套|分|岁|票|艘|棵|株|县|区|市|省"
)
_REMEMBERED = 4096  # texts
_EACH = "(?:个(?=工作日|小时))?"  # 15个工作日 is told in 工作日
_ALIKE = (
    frozenset("个 家 所 座 处 项".split()),
    frozenset("岁 周岁".split()),
    frozenset("天 日".split()),
    frozenset("人 名 位".split()),
)
_SCALE = {"": 1, "十": 10, "百": 100, "千": 1000, "万": 10**4, "亿": 10**8, "万亿": 10**12}
_POINT = "(?:点[零〇一二三四五六七八九]{1,4}(?![十百刻分]))?"  # 百分之九点八三; but 三点十分 is a time
_NUMBER = re.compile(
    rf"(?P<pct>百分之(?P<cnpct>[{CHINESE}]+{_POINT}|\d+(?:\.\d+)?))"
    rf"|(?P<num>\d+(?:,\d{{3}})*(?:\.\d+)?)(?P<scale>万亿|亿|万|千|百)?(?:多|余)?{_EACH}(?P<unit>%|‰|(?:{_MEASURES}))?"
    rf"|(?P<cn>[{CHINESE}]{{1,6}}{_POINT})(?P<cnscale>万亿|亿|万)?{_EACH}(?P<cnunit>{_MEASURES})"
)
_BOUND_BY = {
    "ge": r"不低于|不少于|不小于|以上|至少|起码|最低|最少",
    "le": r"不超过|不高于|不多于|不大于|以下|以内|至多|最多|最高|顶多",
    "about": r"左右|约(?=\d|[一二三四五六七八九十几多])|大约|上下|(?<![附临毗靠最])近(?=\d|百分之|[一二三四五六七八九十]|多少)",
    "gt": r"超过(?<!不超过)|突破|超(?=\d|百分之|[一二三四五六七八九十]|多少)|高于(?<!不高于)|多于(?<!不多于)",
    "lt": r"低于(?<!不低于)|少于(?<!不少于)|小于(?<!不小于)",
}
_BOUNDS = {name: re.compile(pattern) for name, pattern in _BOUND_BY.items()}
_PER = re.compile(
    r"每(?:个)?(?:平方米|公里|公顷|工作日|小时|学年|学期|季度|批次|[人户家月年天日次亩吨件台辆座米套周度株头只名位生村镇县所期亿万百千个])|"
    r"[人户月年日亩地]均(?!可(?!支配)|[应须不需已由要有为在])|累计|单[笔户家个次人](?=[^一]|$)|一次性|按[月年季日](?=[^份])"
)
_PER_BEHIND = re.compile(r"(?<=[元亿万吨次%斤])(?:[/·](?:人|户|月|年|天|日|次|亩|吨|件|家|台|辆|平方米|立方米))+")
# fmt: off
_SAME_PER = {"按月": "每月", "月均": "每月", "每个月": "每月", "按年": "每年", "年均": "每年", "每天": "每日", "日均": "每日", "人均": "每人", "每名": "每人", "每位": "每人",
             "单人": "每人", "户均": "每户", "单户": "每户", "亩均": "每亩", "每个人": "每人", "单家": "每家", "单次": "每次"}
# fmt: on


@dataclass(frozen=True, slots=True)
class Quantity:
    """A figure: its value, its unit as written, and where it stands in the flat text."""

    value: Decimal
    unit: str
    start: int
    stop: int


def quantities(flat: str) -> list[Quantity]:
    """Figures of a flat text; dates, 文号 and ordinals left out: 第十二条 counts no twelve."""
    return list(told(flat))


@lru_cache(_REMEMBERED)
def told(flat: str) -> tuple[Quantity, ...]:
    """The figures of `quantities` as a tuple, worked out once for as long as a text is remembered."""
    taken = [*dates.spans(flat), *doc_nos.running(flat), *addresses.spans(flat)]
    found = []
    for match in _NUMBER.finditer(flat):
        if any(start <= match.start() < stop for start, stop in taken):
            continue
        value = _value(match)
        if value is not None:
            unit = "%" if match["pct"] else match["unit"] or match["cnunit"] or ""
            found.append(Quantity(value, unit, *match.span()))
    return tuple(found)


def same(a: Quantity, b: Quantity) -> bool:
    """Equal values, and units that do not contradict each other."""
    if a.value != b.value:
        return False
    return a.unit == b.unit or not a.unit or not b.unit or any({a.unit, b.unit} <= alike for alike in _ALIKE)


def bounds(flat: str) -> set[str]:
    """Which kinds of bound a stretch of text puts on its figures: ge, le, about, gt, lt."""
    return {name for name, pattern in _BOUNDS.items() if pattern.search(flat)}


def per(flat: str) -> set[str]:
    """What the figures of a stretch of text are counted by: 每月, 人均, 累计, 单笔 …; 元/月 is 每月."""
    found = {_SAME_PER.get(match[0], match[0]) for match in _PER.finditer(flat)}
    return found | {f"每{of}" for match in _PER_BEHIND.finditer(flat) for of in re.split(r"[/·]", match[0].strip("/·"))}


def _value(match: re.Match[str]) -> Decimal | None:
    if match["cnpct"]:
        return _chinese(match["cnpct"])
    if match["num"]:
        try:
            return Decimal(match["num"].replace(",", "")) * _SCALE[match["scale"] or ""]
        except InvalidOperation:
            return None
    value = _chinese(match["cn"])
    return None if value is None else value * _SCALE[match["cnscale"] or ""]


def _chinese(text: str) -> Decimal | None:
    if re.fullmatch(r"\d+(?:\.\d+)?", text):
        return Decimal(text)
    value = chinese(text)
    return None if value is None else Decimal(str(value))
