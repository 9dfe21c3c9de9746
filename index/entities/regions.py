"""Regions: provinces, cities and counties by table, and any name that has the shape of one. Pure.

A name that stands at the start of a text is read level by level (四川省成都市锦江区); what the table does not have, as a
place newly named or made up, is told by its shape. Short names (广西, 长沙) count only where a caller knows that a name
must stand there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

TABLE = Path(__file__).with_name("divisions.tsv")
PROVINCE, CITY, COUNTY, TOWN = range(4)
_NO_NAMES = ("城区", "郊区", "矿区")  # of a few cities, and words of every other
# Provinces by the letter that stands for them in a pair: 苏浙两省, 京津两市.
LETTERS = dict(
    zip(
        "京津冀晋蒙辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川黔贵滇云藏陕甘青宁新",
        "北京 天津 河北 山西 内蒙古 辽宁 吉林 黑龙江 上海 江苏 浙江 安徽 福建 江西 山东 河南 湖北 湖南 广东 广西 海南 重庆 四川 贵州 贵州 云南 云南 西藏 陕西 甘肃 青海 宁夏 新疆".split(),
        strict=True,
    )
)
# Names of regions of more than one division, and of other countries that policies speak of.
_WIDER = frozenset(
    "雄安 长三角 珠三角 京津冀 粤港澳 大湾区 前海 浦东 临港 横琴 长江中游 中原城市群 关中平原 北部湾 东北 美国 日本 韩国 欧盟 英国 德国 法国 俄罗斯".split()
)
_PEOPLES = r"(?:(?:壮|回|维吾尔|土家|苗|藏|羌|彝|布依|侗|哈尼|傣|白|景颇|傈僳|蒙古|朝鲜|哈萨克|柯尔克孜)族?)+"
_NO_PLACE = re.compile(r"(?:全|各|本|我|该|有关|相关|其他|所在|两|多|[省市县区]|[一-鿿]{0,2}[各两])")
_SHAPE = re.compile(
    r"(?P<province>[一-鿿]{2,3}?省|[一-鿿]{2,7}?自治区)|(?P<city>[一-鿿]{2,3}?市(?!场|政(?!府|协|务)|民(?!政|族|委)|级|区)|[一-鿿]{2,9}?(?:自治州|盟))"
    r"|(?P<county>[一-鿿]{1,9}?(?:自治县|自治旗|县)(?!级|域|城(?!乡|市|镇))|[一-鿿]{2,5}?(?<![地社园港片])区(?!域|级|内))"
    r"|(?P<town>[一-鿿]{1,6}?(?:镇|乡|街道)(?=(?:人民)?政府|办事处|党|$))"
)
_LEVELS = {"province": PROVINCE, "city": CITY, "county": COUNTY, "town": TOWN}
# A division, or an area of several that is called after its places: 都市圈, 新区, 走廊.
_AREA = re.compile(
    r"[一-鿿]{2,12}?(?:自治区|自治州|示范区|试验区|先行区|开发区|高新区|新区|示范带|[产农林牧]业带|经济带|城市群|都市圈|经济圈|走廊|毗邻地区|地区|省|市|县|区|州)"
)
ENDING = re.compile(r"(?:省|市|自治区|新区|区|县|州)$")
_DISTRICT = re.compile(r"[一-鿿]{1,4}?[省市县区州镇乡](?![一-鿿]{0,1}[里内级])")


@dataclass(frozen=True, slots=True)
class Region:
    """What stands at the start of a text: each name of the chain, the widest first, as printed."""

    names: tuple[str, ...]
    levels: tuple[int, ...]
    stop: int  # behind the last name

    @property
    def level(self) -> int:
        """PROVINCE, CITY, COUNTY or TOWN: of the last name."""
        return self.levels[-1]

    @property
    def name(self) -> str:
        """The last name, a district's with its city: 成都市锦江区."""
        within = self.levels[-1] == COUNTY and self.names[-1].endswith("区") and len(self.names) > 1
        return "".join(self.names[-2:]) if within or self.levels[-1] == TOWN else self.names[-1]


@lru_cache(8192)  # a cell of a table is looked at from several sides
def at_start(text: str, short: bool = False) -> Region | None:
    """The region a text begins with; `short`: a short name counts too (广西发展改革委, 长沙教育局)."""
    names: list[str] = []
    levels: list[int] = []
    at = 0
    while (found := _next(text, at, levels[-1] if levels else -1, short)) is not None:
        name, level = found
        names.append(name)
        levels.append(level)
        at += len(name)
    return Region(tuple(names), tuple(levels), at) if names else None


def known(text: str) -> Region | None:
    """The region a text begins with as far as the table has its names, or they are called 省, 市 or 自治区."""
    found = at_start(text)
    if found is None:
        return None
    sure = [name in _names() or name.endswith(("省", "市", "自治区")) for name in found.names]
    size = sure.index(False) if False in sure else len(sure)
    if not size:
        return None
    return Region(found.names[:size], found.levels[:size], sum(map(len, found.names[:size])))


def first(text: str) -> str | None:
    """The province or city that stands, by its full name, before an organ's own: 四川省 of 四川省成都市教育局."""
    found = at_start(text)
    name = found.names[0] if found is not None else ""
    return name if name.endswith(("省", "市", "自治区")) and len(text) >= len(name) + 2 else None


def is_province(name: str) -> bool:
    """Whether a region's name is a province's."""
    found = at_start(name, short=True)
    return found is not None and found.levels == (PROVINCE,)


def district(text: str) -> re.Match[str] | None:
    """The first stretch of a text with the shape of a division's name, however little stands before 区 or 县."""
    return _DISTRICT.search(text)


def areas(title: str) -> list[str]:
    """The divisions and wider areas that a compact title names, as printed, by their shape."""
    return _AREA.findall(title)


def stem(name: str) -> str:
    """A place's name without the kind of place: 重庆市 is 重庆."""
    return ENDING.sub("", name) if len(name) > 2 else name


def is_place(word: str) -> bool:
    """Whether a word is a name of the table, in full or short for a province or one of its chief cities, or a wider
    region's."""
    return word in _WIDER or word in _names() or word in _short_names()[0] or word in _CHIEF


def _next(text: str, at: int, above: int, short: bool) -> tuple[str, int] | None:
    """(name, level) at a place of a text, of a lower level than `above`."""
    longest, known = _longest(), _names()
    for size in range(min(longest, len(text) - at), 1, -1):
        name = text[at : at + size]
        if (level := known.get(name)) is not None and level > above:
            return name, level
    if _NO_PLACE.match(text, at) is None and (match := _SHAPE.match(text, at)) is not None:
        level = _LEVELS[str(match.lastgroup)]
        if level > above:
            return match[0], level
    if short and above < 0:
        for names, level in zip(_short_names(), (PROVINCE, CITY), strict=True):
            for size in (4, 3, 2):
                if text[at : at + size] in names:
                    return text[at : at + size], level
    return None


@cache
def _names() -> dict[str, int]:
    """Full name → level."""
    found: dict[str, int] = {}
    for code, name in _table():
        if name in _NO_NAMES:
            continue
        level = PROVINCE if code.endswith("0000") else CITY if code.endswith("00") else COUNTY
        found.setdefault(name, CITY if level == COUNTY and name.endswith("市") and code[2] == "9" else level)
    short = {f"{_bare(name)}州": CITY for name in found if name.endswith("自治州")}  # 恩施州
    return short | found | {"新疆生产建设兵团": PROVINCE}


@cache
def _longest() -> int:
    return max(map(len, _names()))


@cache
def _short_names() -> tuple[frozenset[str], frozenset[str]]:
    """Short names of provinces, and of cities."""
    provinces, cities = set(), set()
    for code, name in _table():
        if code.endswith("0000"):
            provinces.add(re.sub(r"(?:壮族|回族|维吾尔)?(?:省|市|自治区|特别行政区)$", "", name))
        elif code.endswith("00"):
            cities.add(_bare(name))
    return frozenset(provinces | {"兵团"}), frozenset(name for name in cities if len(name) > 1)


def _bare(name: str) -> str:
    """A city's name in short: 恩施 of 恩施土家族苗族自治州."""
    return re.sub(rf"(?:市|地区|盟|(?<=..){_PEOPLES}自治州)$", "", name)


@cache
def _table() -> tuple[tuple[str, str], ...]:
    lines = TABLE.read_text(encoding="utf-8").splitlines()
    return tuple((code, name) for code, name in (line.split("\t") for line in lines if not line.startswith("#")))


# Capitals of provinces and cities planned on their own; shorter names of smaller ones are everyday words too.
_CHIEF = frozenset(
    "石家庄 太原 沈阳 长春 哈尔滨 南京 杭州 合肥 福州 南昌 济南 郑州 武汉 长沙 广州 海口 成都 贵阳 昆明 西安 兰州 西宁 呼和浩特 南宁 拉萨 银川 乌鲁木齐 深圳 厦门 青岛 大连 宁波 苏州 无锡".split()
)
