"""Corruptions and true paraphrases of a sentence, made by rule: what verification must catch, and what it must not.

Each maker takes a sentence and a random generator and gives the changed sentence, or "" where it finds nothing to
change; where a question belongs to it, (sentence, question). No maker knows how verification works.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from decimal import Decimal

import cn2an

Maker = Callable[[str, random.Random], str | tuple[str, str]]

_FIGURE = re.compile(r"(?<![\d.〔\[（(第“])\d+(?:\.\d+)?(?![\d.年月日号〕）).．、—\-:：]|\s*(?:年|月|日|号|．))")
_YEAR = re.compile(r"20[0-4]\d(?=\s*年)")
_UNITS = (
    ("平方公里", "平方米"), ("公里", "米"), ("亿元", "万元"), ("万元", "亿元"), ("个百分点", "倍"), ("万人次", "万户"), ("万人", "万户"),
    ("万吨", "万立方米"), ("亩", "公顷"), ("小时", "天"), ("分钟", "小时"), ("％", "‰"), ("%", "倍"), ("家", "人"), ("万千瓦", "万吨"),
    ("工作日", "月"), ("个", "年"), ("年", "月"), ("项", "万元"), ("条", "米"), ("座", "吨"),
)  # fmt: skip
_REGIONS = (
    "重庆", "四川", "成都", "绵阳", "泸州", "宜宾", "达州", "南充", "广安", "遂宁", "资阳", "内江", "万州", "涪陵", "永川", "江津", "合川", "潼南", "荣昌",
    "长寿", "邻水", "武胜", "岳池", "开江", "梁平", "垫江", "大足", "铜梁", "德阳", "眉山", "雅安", "乐山", "自贡", "忠县", "开州", "云阳", "渝北",
)  # fmt: skip
_ELSEWHERE = ("浙江", "上海", "广东", "贵阳", "西安", "武汉", "长沙", "昆明", "苏州", "青岛")
_TURNED = (
    ("不得", "可以"), ("应当", "可以"), ("可以", "不得"), ("严禁", "允许"), ("禁止", "允许"), ("鼓励", "强制"), ("支持", "限制"), ("允许", "禁止"),
    ("推动", "暂停"), ("加快", "暂缓"), ("不再", "继续"), ("探索", "禁止"), ("建立", "不建立"), ("开展", "不开展"), ("推进", "不推进"), ("实施", "不实施"),
    ("完善", "不完善"), ("加强", "不再加强"), ("纳入", "不纳入"), ("实行", "不实行"),
)  # fmt: skip
_BOUNDS = re.compile(r"左右|以上|以内|以下|不低于|不少于|不超过|超过|突破|约(?=\s*\d)|力争(?=达到)|不高于|近(?=\s*\d)")


def _replaced(sentence: str, match: re.Match[str], new: str) -> str:
    return sentence[: match.start()] + new + sentence[match.end() :]


def figure(sentence: str, rng: random.Random) -> str:
    """Another value in a figure's place."""
    found = list(_FIGURE.finditer(sentence))
    if not found:
        return ""
    match = rng.choice(found)
    value = Decimal(match[0])
    ways = [value + rng.randint(1, 9), value * 10, value / 2 if value > 3 else value + 2]
    return _replaced(sentence, match, format(rng.choice(ways).normalize(), "f"))


def year(sentence: str, rng: random.Random) -> str:
    """Another year."""
    found = list(_YEAR.finditer(sentence))
    if not found:
        return ""
    match = rng.choice(found)
    return _replaced(sentence, match, str(int(match[0]) + rng.choice([-4, -3, -2, -1, 1, 2, 3, 4])))


def unit(sentence: str, rng: random.Random) -> str:
    """Another unit behind a figure."""
    found = [(m, new) for old, new in _UNITS for m in re.finditer(rf"(?<=\d)(?<!20\d\d)\s*{old}", sentence)]
    if not found:
        return ""
    match, new = rng.choice(found)
    return _replaced(sentence, match, new)


def region(sentence: str, rng: random.Random) -> str:
    """Another place."""
    found = [m for name in _REGIONS for m in re.finditer(name, sentence)]
    if not found:
        return ""
    match = rng.choice(found)
    pool = _REGIONS if rng.random() < 0.6 else _ELSEWHERE
    return _replaced(sentence, match, rng.choice([name for name in pool if name not in sentence]))


def turned(sentence: str, rng: random.Random) -> str:
    """Duty, permission or negation turned."""
    found = [(m, new) for old, new in _TURNED for m in re.finditer(old, sentence)]
    if not found:
        return ""
    match, new = rng.choice(found)
    return _replaced(sentence, match, new)


def swapped(sentence: str, rng: random.Random) -> str:
    """Two figures of one unit exchanged."""
    found = [
        (m, re.match(r"\s*(万?亿?[^\W\d，。、；]|[%％])", sentence[m.end() :])) for m in _FIGURE.finditer(sentence)
    ]
    couples = [
        (a, b) for i, (a, u) in enumerate(found) for b, v in found[i + 1 :] if u and v and u[1] == v[1] and a[0] != b[0]
    ]
    if not couples:
        return ""
    a, b = rng.choice(couples)
    return sentence[: a.start()] + b[0] + sentence[a.end() : b.start()] + a[0] + sentence[b.end() :]


def unbounded(sentence: str, rng: random.Random) -> str:
    """A bound beside a figure left out."""
    found = [
        m
        for m in _BOUNDS.finditer(sentence)
        if re.search(r"\d[^，。；、]{0,5}$", sentence[: m.start()]) or re.match(r"\s*\d", sentence[m.end() :])
    ]
    return _replaced(sentence, rng.choice(found), "") if found else ""


_PER = re.compile(r"(?:每[一-鿿]|[人户年月日]均|累计|单笔|单户|最高|一次性)(?=[^，。；、：\d]{0,10}\d)|(?<=元)/[一-鿿]")
_PLACED = re.compile(r"第([一二三四五六七八九十]{1,3}|\d+)(?=[条章批次届期项款])")
_HALF = re.compile(
    r"(?:^|(?<=[，；：]))([^，。；：、（）()\d]{3,14}?)\s*(\d+(?:\.\d+)?)\s*((?:亿|万)?[一-鿿％%]{1,3})(?=[，。；]|$)"
)
_GROUPS = (
    "退役军人", "大专毕业生", "个体工商户", "外资企业", "民办学校", "残疾人家庭", "低保对象", "留学回国人员", "农民工", "在职教师", "护理人员", "新生儿", "渔民", "出租车司机",
    "博士后", "养殖户", "家政公司", "律师事务所",
)  # fmt: skip


def _siblings(sentence: str, rng: random.Random) -> tuple[re.Match[str], re.Match[str]] | None:
    """Two half-sentences, each a subject before a figure of one unit."""
    found = list(_HALF.finditer(sentence))
    couples = [
        (a, b)
        for a in found
        for b in found
        if a is not b and a[3] == b[3] and a[2] != b[2] and not set(a[1]) >= set(b[1])
    ]
    return rng.choice(couples) if couples else None


def group(sentence: str, rng: random.Random) -> str:
    """A neighbour's name before one's own figure."""
    couple = _siblings(sentence, rng)
    return f"{couple[1][1]}{couple[0][2]}{couple[0][3]}。" if couple else ""


def sibling(sentence: str, rng: random.Random) -> str:
    """A neighbour's figure, which it keeps itself."""
    couple = _siblings(sentence, rng)
    return sentence[: couple[0].start(2)] + couple[1][2] + sentence[couple[0].end(2) :] if couple else ""


def per(sentence: str, rng: random.Random) -> str:
    """What a figure is counted by left out."""
    found = list(_PER.finditer(sentence))
    return _replaced(sentence, rng.choice(found), "") if found else ""


def ordinal(sentence: str, rng: random.Random) -> str:
    """A place in an order told as a number of things."""
    found = list(_PLACED.finditer(sentence))
    if not found:
        return ""
    match = rng.choice(found)
    return _replaced(sentence, match, str(match[1] if match[1].isdigit() else cn2an.cn2an(match[1], "smart")))


def _half(sentence: str, rng: random.Random) -> re.Match[str] | None:
    """A half-sentence that gives a figure."""
    found = list(_HALF.finditer(sentence))
    return rng.choice(found) if found else None


def narrowed(sentence: str, rng: random.Random) -> str | tuple[str, str]:
    """A figure said of a group that only the question names."""
    half, whom = _half(sentence, rng), rng.choice(_GROUPS)
    return (f"{whom}{half[0].strip()}。", f"{whom}{half[1]}多少？") if half else ""


def subjectless(sentence: str, rng: random.Random) -> str | tuple[str, str]:
    """The bare figure to a question about a group that only the question names."""
    half, whom = _half(sentence, rng), rng.choice(_GROUPS)
    return (f"{half[2]}{half[3]}。", f"{whom}{half[1]}多少？") if half else ""


def attributed(titles: list[str], own: str) -> Maker:
    """The sentence said of another document; `own` is its title."""

    def make(sentence: str, rng: random.Random) -> str:
        other = rng.choice([title for title in titles if title != own])
        return f"{rng.choice(['根据', ''])}《{other}》{rng.choice(['提出', '规定', '明确'])}，{sentence}"

    return make


CORRUPTIONS: dict[str, Maker] = {
    "figure": figure, "year": year, "unit": unit, "region": region, "turned": turned, "swapped": swapped, "unbounded": unbounded,
    "group": group, "sibling": sibling, "per": per, "ordinal": ordinal, "narrowed": narrowed, "subjectless": subjectless,
}  # fmt: skip


def verbatim(sentence: str, rng: random.Random) -> str:
    """As it stands."""
    return sentence


def shortened(sentence: str, rng: random.Random) -> str:
    """Without its first part."""
    head, comma, rest = sentence.partition("，")
    return rest if comma and len(rest) >= 12 and not re.match(r"(?:但|其|并|且)", rest) else ""


def bare(sentence: str, rng: random.Random) -> str:
    """Without its number and its full stop, blanks closed."""
    short = re.sub(r"^[（(]?[\d一二三四五六七八九十]+[）).．、]\s*", "", sentence).rstrip("。；")
    short = "".join(short.split())
    return short if short != sentence and len(short) >= 10 else ""


def wide(sentence: str, rng: random.Random) -> str:
    """Figures and percent signs in the other width."""
    if not re.search(r"\d", sentence):
        return ""
    return sentence.translate(str.maketrans("0123456789%％", "０１２３４５６７８９％%"))


def percent(sentence: str, rng: random.Random) -> str:
    """百分之 for %."""
    return re.sub(r"(\d+(?:[.．]\s?\d+)?)\s*[%％]", r"百分之\1", sentence) if re.search(r"\d\s*[%％]", sentence) else ""


def numerals(sentence: str, rng: random.Random) -> str:
    """中文数字 for a small figure with a unit, or the reverse."""
    unit = r"\s*(?=个|家|项|条|座|小时|分钟|倍|公里|天|处|万|亿|所)"
    found = list(re.finditer(rf"(?<![\d.〔第])[1-9]\d{{0,2}}{unit}", sentence))
    if found:
        match = rng.choice(found)
        return _replaced(sentence, match, cn2an.an2cn(match[0].strip(), "low"))
    found = list(
        re.finditer(
            r"(?<![第一二三四五六七八九十百千万“])[二三四五六七八九十](?=个|家|项|条|年|小时|天)(?!年来)", sentence
        )
    )
    if not found:
        return ""
    match = rng.choice(found)
    return _replaced(sentence, match, str(cn2an.cn2an(match[0], "smart")))


def scaled(sentence: str, rng: random.Random) -> str:
    """万 for 亿 and 亿 for 万."""
    found = list(re.finditer(r"(?<![\d.．])(?<!．\s)(\d+(?:\.\d+)?)\s*(亿|万)(?!亿)", sentence))
    if not found:
        return ""
    match = rng.choice(found)
    value = Decimal(match[1]) * 10**4 if match[2] == "亿" else Decimal(match[1]) / 10**4
    if match[2] == "万" and value < Decimal("0.1"):
        return _replaced(sentence, match, format((Decimal(match[1]) * 10**4).normalize(), "f"))
    return _replaced(sentence, match, format(value.normalize(), "f") + ("万" if match[2] == "亿" else "亿"))


def reordered(sentence: str, rng: random.Random) -> str:
    """Two neighbours of an enumeration exchanged."""
    found = list(re.finditer(r"([一-鿿]{2,8})、([一-鿿]{2,8})(?=、)", sentence))
    # The first item may carry the verb, so a later pair is exchanged.
    found = [m for m in found if m.start() and sentence[m.start() - 1] == "、"]
    if not found:
        return ""
    match = rng.choice(found)
    return _replaced(sentence, match, f"{match[2]}、{match[1]}")


def titled(own: str) -> Maker:
    """With the document's title as its subject."""

    def make(sentence: str, rng: random.Random) -> str:
        return rng.choice([f"《{own}》提出，{sentence}", f"根据《{own}》，{sentence}", f"《{own}》明确{sentence}"])

    return make


def dated(sentence: str, rng: random.Random) -> str:
    """Years in 中文数字, days as 2022-01-16."""
    day = re.search(r"(20\d\d)\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*日", sentence)
    if day:
        return _replaced(sentence, day, f"{day[1]}-{int(day[2]):02}-{int(day[3]):02}")
    found = list(_YEAR.finditer(sentence))
    if not found:
        return ""
    match = rng.choice(found)
    return _replaced(sentence, match, "".join("〇一二三四五六七八九"[int(c)] for c in match[0]))


def halved(sentence: str, rng: random.Random) -> str:
    """One of its half-sentences."""
    found = [part for part in re.split(r"[；。]", sentence) if 12 <= len(part) < len(sentence) - 1]
    return rng.choice(found) + "。" if found else ""


def plain(sentence: str, rng: random.Random) -> str:
    """的 and 了 left out."""
    short = re.sub(r"(?<=[一-鿿]{2})[的了](?=[一-鿿]{2})(?!确)", "", sentence)
    return short if short != sentence else ""


def asked(sentence: str, rng: random.Random) -> str | tuple[str, str]:
    """A half-sentence with a figure, to the question for it."""
    half = _half(sentence, rng)
    return (half[0].strip() + "。", rng.choice([f"{half[1]}多少？", f"{half[1]}的目标是好多嘛"])) if half else ""


def told(sentence: str, rng: random.Random) -> str | tuple[str, str]:
    """The bare figure, to the question for it."""
    half = _half(sentence, rng)
    return (f"{half[2]}{half[3]}。", f"请问{half[1]}多少？") if half else ""


PARAPHRASES: dict[str, Maker] = {
    "verbatim": verbatim, "shortened": shortened, "bare": bare, "wide": wide, "percent": percent, "numerals": numerals,
    "scaled": scaled, "reordered": reordered, "dated": dated,
    "halved": halved, "plain": plain, "asked": asked, "told": told,
}  # fmt: skip
