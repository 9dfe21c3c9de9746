"""What a sentence asserts that must not change: figures with units, dates, 《titles》, 文号, bounds, negation,
modality, acts.

Pure. All comparison is between normalised forms, so that 9． 83％ is 9.83%, 五年 is 5年, 〔2022〕 is [2022].
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from index.numerals import chinese, digits

_CN = "零〇一二两三四五六七八九十百千"
_MEASURES = (
    "平方公里|平方千米|平方米|立方米|周岁|公里|千米|万千瓦|千瓦时|千瓦|个百分点|百分点|标箱|公顷|小时|分钟|人次|美元|个月|年度|工作日|天|亩|吨|元|人|"
    "个|项|条|家|户|座|所|列|倍|成|件|类|批|次|处|张|辆|架|米|票|种|届|级|位|名|期|周|日|月|年|宗|本|册|支|只|头|台|套|分|岁|票|艘|棵|株|县|区|市|省"
)
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
    rf"(?P<pct>百分之(?P<cnpct>[{_CN}]+{_POINT}|\d+(?:\.\d+)?))"
    rf"|(?P<num>\d+(?:,\d{{3}})*(?:\.\d+)?)(?P<scale>万亿|亿|万|千|百)?(?:多|余)?{_EACH}(?P<unit>%|‰|(?:{_MEASURES}))?"
    rf"|(?P<cn>[{_CN}]{{1,6}}{_POINT})(?P<cnscale>万亿|亿|万)?{_EACH}(?P<cnunit>{_MEASURES})"
)
_DATE = re.compile(
    r"(?P<y>(?:19|20)\d{2})(?:年(?:(?P<m>\d{1,2})月(?:(?P<d>\d{1,2})日)?)?|-(?P<m2>\d{1,2})-(?P<d2>\d{1,2}))?(?!\d)"
)
_CN_YEAR = re.compile(r"[一二][〇○零一二三四五六七八九]{3}(?=年)")
_ORDINAL = re.compile(rf"第(?P<place>[{_CN}]+|\d+)(?P<of>[一-鿿]?)")
_TITLE = re.compile(r"《([^《》]+(?:<[^<>]*>[^《》]*)?)》")
_DOC_NO = re.compile(r"[^\W\d_日号为是的照据按和与]{2,12}\[\d{4}\]\d+号")
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
_SAME_PER = {"按月": "每月", "月均": "每月", "每个月": "每月", "按年": "每年", "年均": "每年", "每天": "每日", "日均": "每日", "人均": "每人", "每名": "每人", "每位": "每人",
             "单人": "每人", "户均": "每户", "单户": "每户", "亩均": "每亩", "每个人": "每人", "单家": "每家", "单次": "每次"}  # fmt: skip
_MODALS = (
    "应当|必须|务必|可以|鼓励|支持|允许|探索|力争|争取|原则上|有条件|优先|严禁|禁止|不得|不予|暂不|无需|不必|不再|免予|"
    "主动公开|依申请公开|不予公开|公开发布|强制|自愿|试行|试点|完成|启动"
)
_MODAL = re.compile(_MODALS)
# What is done to a document: who printed it need not have approved it.
_ACT = re.compile(r"批准|批复|核准|印发|转发|发布(?!会)|颁布|公布|下发|废止|修订|审议|签署|签发")
_NEGATION = re.compile(
    r"不得|禁止|严禁|不再|不能|不可(?!或缺|分割|持续)|不予|不必|不准|不允许|不(?=[一-鿿])|未(?=[一-鿿])(?!来)|没有|无需|无须|并非|非(?=[一-鿿])(?!遗|公|物|常|税)"
)
# Stopping or limiting something must be the clause's own word; a rise is no fall.
_AGAINST = re.compile(
    r"暂停|暂缓|停止|取消|撤销|中止|终止|推迟|延缓|延后|叫停|放弃|废除|限制|限定|压制|抑制|阻止|拒绝|反对|削弱|弱化"
)
_RISE = re.compile(r"增加|增长|提高|提升|上升|扩大|延长|上调|翻番|加大|加快")
_FALL = re.compile(r"减少|降低|下降|压缩|压减|缩减|缩短|缩小|削减|下调|减小|放缓|减缓")
# Words in which a negating character negates nothing.
_IDIOM = re.compile(
    r"不断|不低于|不少于|不超过|不高于|不小于|不大于|不多于|不同|不动产|不仅|不良|不足|不平衡|不可移动|无废|无人|无线|无障碍|无纸化|无缝|无理由|无差别|无还本|不可或缺|不可分割|不见面|非遗|非物质|非公有|非税|非法|非自然人|未来|未成年|不利|不含|不包括|不限于|不等|不光|不只|不管|不论|无论|不孕"
)


@dataclass(frozen=True, slots=True)
class Quantity:
    """A figure: its value, its unit as written, and where it stands in the normalised text."""

    value: Decimal
    unit: str
    start: int
    stop: int


def flatten(text: str) -> str:
    """NFKC without white space, brackets of 文号 made [], dashes made one: the form all facts are read from."""
    flat = "".join(unicodedata.normalize("NFKC", text).split())
    flat = flat.replace("〔", "[").replace("〕", "]").replace("〈", "<").replace("〉", ">").replace("∶", ":")
    flat = re.sub(r"(?<=[一-鿿])\((\d{4})\)(?=\d+号)", r"[\1]", flat)
    flat = re.sub(r"[—–―─-]+", "—", flat)
    return re.sub(r"(?<=\d)—(?=\d{1,2}—\d{1,2}(?!\d))|(?<=\d{4}—\d{2})—(?=\d{1,2}(?!\d))", "-", flat)


def quantities(flat: str) -> list[Quantity]:
    """Figures of a flattened text; dates, 文号 and ordinals left out: 第十二条 counts no twelve."""
    taken = [
        match.span()
        for pattern in (_DATE, _DOC_NO, _CN_YEAR, _ORDINAL)
        for match in pattern.finditer(flat)
        if _is_date(match)
    ]
    found = []
    for match in _NUMBER.finditer(flat):
        if any(start <= match.start() < stop for start, stop in taken):
            continue
        value = _value(match)
        if value is not None:
            unit = "%" if match["pct"] else match["unit"] or match["cnunit"] or ""
            found.append(Quantity(value, unit, *match.span()))
    return found


def _is_date(match: re.Match[str]) -> bool:
    """A bare four-digit figure is a year only before 年, a dash or the end."""
    if match.re is not _DATE or match["m"] or match["m2"]:
        return True
    behind = match.string[match.end() : match.end() + 1]
    return match[0].endswith("年") or behind in ("", "—", "至", "到", "-", ")", "、")


def dates(flat: str) -> set[str]:
    """Years (2022), months (2022-1) and days (2022-1-16) of a flattened text."""
    found = set()
    text = _CN_YEAR.sub(lambda match: digits(match[0]) or match[0], flat)
    for match in _DATE.finditer(text):
        if not _is_date(match):
            continue
        parts = [match["y"], match["m"] or match["m2"], match["d"] or match["d2"]]
        found.add("-".join(str(int(part)) for part in parts if part))
    return found


def ordinals(flat: str) -> set[str]:
    """第12条, 第2批 of a flattened text, the numeral as a figure."""
    found = ((match, _chinese(match["place"])) for match in _ORDINAL.finditer(flat))
    return {f"第{value.normalize():f}{match['of']}" for match, value in found if value is not None}


def titles(flat: str) -> set[str]:
    """What stands between 《》."""
    return set(_TITLE.findall(flat))


def doc_nos(flat: str) -> set[str]:
    """文号, brackets made []."""
    return {re.sub(r"^.*?([一-鿿]{2,8}\[)", r"\1", number) for number in _DOC_NO.findall(flat)}


def per(text: str) -> set[str]:
    """What the figures of a stretch of text are counted by: 每月, 人均, 累计, 单笔 …; 元/月 is 每月."""
    found = {_SAME_PER.get(match[0], match[0]) for match in _PER.finditer(text)}
    return found | {f"每{of}" for match in _PER_BEHIND.finditer(text) for of in re.split(r"[/·]", match[0].strip("/·"))}


def bounds(text: str) -> set[str]:
    """Which kinds of bound a stretch of text puts on its figures."""
    return {name for name, pattern in _BOUNDS.items() if pattern.search(text)}


def modals(flat: str) -> set[str]:
    """Words of duty, permission and degree."""
    return set(_MODAL.findall(flat))


def acts(flat: str) -> set[str]:
    """What is said to have been done to a document."""
    return set(_ACT.findall(flat))


def reversals(flat: str, source: str) -> list[str]:
    """Words of stopping or limiting that the source lacks, and rises where it only speaks of falls, or the reverse."""
    found = [word for word in dict.fromkeys(_AGAINST.findall(flat)) if word not in source]
    for mine, theirs in ((_RISE, _FALL), (_FALL, _RISE)):
        if (said := mine.search(flat)) and theirs.search(source) and not mine.search(source):
            found.append(said[0])
    return found


def negations(flat: str) -> list[str]:
    """What is negated: the two characters behind each negating word, idioms aside."""
    plain = _IDIOM.sub(lambda m: "□" * len(m[0]), flat)
    return [plain[match.end() : match.end() + 2] for match in _NEGATION.finditer(plain)]


def same_quantity(a: Quantity, b: Quantity) -> bool:
    """Equal values, and units that do not contradict each other."""
    if a.value != b.value:
        return False
    return a.unit == b.unit or not a.unit or not b.unit or any({a.unit, b.unit} <= alike for alike in _ALIKE)


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
