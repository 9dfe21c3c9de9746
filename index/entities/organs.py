"""Organs: whether a name is one's, whose it is, and at which level it stands. Pure.

The centre's organs are known by a list, as are their short names; every other is of the region its name begins with,
in full or short, and of no level where it names none: 教育局 alone may be anybody's.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from index.entities.regions import CITY, PROVINCE, Region, at_start
from index.entities.traditional import folded

CENTRE, MINISTRY, JOINT, OFFICES_JOINT, OFFICE, LOCAL_OFFICE = (
    "中央",
    "部委",
    "省市联合",
    "厅局联合",
    "厅局",
    "市县部门",
)

_CENTRAL = re.compile(
    r"^(?:中华人民共和国)?(?:中共中央|中央(?:办公厅|军委|军事委员会|纪委|政法委)|国务院|最高人民(?:法|检察)院|(?:第\S{1,3}届)?全国人民代表大会|全国人大|全国政协)"
    r"(?:办公厅|常务委员会|常委会)*$"
)
_CENTRAL_TITLE = re.compile(r"(?:中共中央|国务院|全国人(?:民代表)?大|中央办公厅)|中华人民共和国.+(?:法|法典|条例)$")
# Departments of the State Council, what stands below it or below them, and of the party's centre; short names too.
_MINISTRIES = frozenset(
    "外交部 国防部 国家发展和改革委员会 国家发展改革委 国家发改委 发展改革委 发改委 教育部 科学技术部 科技部 工业和信息化部 工信部 国家民族事务委员会 国家民委 公安部 国家安全部 "
    "民政部 司法部 财政部 人力资源和社会保障部 人力资源社会保障部 人社部 自然资源部 生态环境部 环境保护部 住房和城乡建设部 住房城乡建设部 住建部 交通运输部 水利部 农业农村部 农业部 商务部 文化和旅游部 文化部 "
    "国家卫生健康委员会 国家卫生健康委 国家卫健委 卫生健康委 卫健委 退役军人事务部 应急管理部 应急部 中国人民银行 人民银行 央行 审计署 国家语言文字工作委员会 国家语委 国务院国有资产监督管理委员会 国务院国资委 国资委 "
    "海关总署 国家税务总局 税务总局 国家市场监督管理总局 市场监管总局 国家金融监督管理总局 金融监管总局 中国证券监督管理委员会 中国证监会 证监会 国家广播电视总局 广电总局 国家体育总局 体育总局 国家统计局 统计局 "
    "国家知识产权局 知识产权局 国家国际发展合作署 国家医疗保障局 国家医保局 医保局 国家信访局 国家机关事务管理局 国管局 中国科学院 中科院 中国社会科学院 中国工程院 工程院 国务院发展研究中心 中央广播电视总台 中国气象局 气象局 "
    "国家粮食和物资储备局 国家能源局 能源局 国家数据局 国家国防科技工业局 国家烟草专卖局 国家移民管理局 国家林业和草原局 国家林草局 国家铁路局 铁路局 中国民用航空局 中国民航局 民航局 国家邮政局 国家文物局 "
    "国家中医药管理局 国家疾病预防控制局 国家疾控局 国家矿山安全监察局 国家消防救援局 国家外汇管理局 外汇局 国家药品监督管理局 国家药监局 国家档案局 国家保密局 国家密码管理局 国家网信办 国家互联网信息办公室 "
    "中国银行保险监督管理委员会 中国银保监会 银保监会 国务院扶贫办 国家乡村振兴局 中央组织部 中央宣传部 中央统战部 中央网信办 中央编办 中央农办 中央文明办 全国总工会 共青团中央 全国妇联 中国残联 中国科协 中国红十字会".split()
)
_MINISTRY_SHAPE = re.compile(
    r"^(?:(?:国家|中国|中华|全国)[一-鿿]{2,16}(?:委|委员会|局|总局|署|部|办|会|协会|院)|[一-鿿]{2,12}(?:部|总局|总署))$"
)
_ENDING = re.compile(
    r"(?:人民政府|[县市省区州盟旗乡镇]政府|办公厅|办公室|委员会|管理局|总局|总署|银行|法院|检察院|协会|集团|公司|中心|学会|厅|局|部|委|署|会|院)$"
)
_GOVERNMENT = re.compile(
    r"(?:人民政府|[县市省区州盟旗乡镇]政府|行政公署|政府)(?:办公厅|办公室)?$|人民代表大会|人大常委会|^中共.+委(?:员会)?$|委(?:办公厅|办公室)$|人民(?:法院|检察院)$|政协|党委$|兵团$|街道办事处$"
)
_GOVERNED = ("", "管理委员会", "管委会")  # behind the name of a zone: who governs it
_TOGETHER = re.compile(r"联合(?:办公室|领导小组|工作组|指挥部|会议)")
_WITHIN = re.compile(
    r"^(?:省|市|自治区|区|县|州|盟|旗|乡|镇|街道)(?=[一-鿿]{2,})"
)  # whose own name is left out: 市教育局
# Words before a title: 关于 or 印发 behind one or several organs.
BEFORE_A_TITLE = re.compile(
    r"^(?:[一-鿿、\s]{2,120}?(?:政府|办公厅|办公室|委员会|领导小组|总局|总署|银行|法院|检察院|厅|局|部|委|署|会|院|中央)"
    r"(?:等[一二三四五六七八九十\d]{0,3}(?:部门|单位|部委)?)?(?:联合)?)(?=关于|印发)"
)
_ISSUED = r"(?:批复|批准|印发|发布|出台|制定|公布|下发|颁布|通过)"
_ISSUING = re.compile(
    rf"(?:^|[，。；：由是])((?:中共中央|国务院|全国人大|[一-鿿]{{2,10}}?(?:委员会|人民政府|政府|办公厅|办公室|部|委|厅|局|银行)))(?=[^，。；]{{0,10}}?{_ISSUED})"
)
# A unit that is charged with something: more kinds than those that issue, and words of the same endings that are none.
_UNIT = re.compile(
    r"(?:人民政府|政府|办公厅|办公室|委员会|管理局|银行|法院|检察院|公司|中心|办|厅|局|部|委|署|院|会|海关|协会|部门|单位|分行|管理部|总队|大队|值班室|研究室)$"
)
_SHORT = re.compile(r"(?:办|部|院|会|署)$")  # also ends many words that are no organ: 补办, 学会, 内部
_NO_UNIT = re.compile(r"[，。；：]|(?:补办|续办|办理|代办|内部|全部|机会|社会|大会|监督)$")
# What may be the first of several organs at the head of a file, by its last letter alone: 财政部 税务总局关于……
_OF_SEVERAL = re.compile(r"(?:^|\s)[一-鿿]{2,12}(?:部|局|厅|委|府|会|院|行|室|署)$")
# In a sentence: names of places and organs by their endings.
NAMED = re.compile(
    r"[一-鿿]{1,8}?(?:省|市|自治区|新区|高新区|示范区|区|县|州|厅|局|委员会|委|部|办公室|银行|海关|法院|检察院|公司|大学|机场|港)"
)
_OFFICE = re.compile(r"[\u3400-\u9fff]{2,14}?(?:厅|局|委员会|委)(?:[、等 　]|关于|办公室|$)")


@dataclass(frozen=True, slots=True)
class Organ:
    """An organ by its name: `rank` is CENTRE, MINISTRY, or that of its region; None where the name does not tell."""

    name: str
    region: Region | None
    central: bool
    ministry: bool
    government: bool  # the people's government, congress, court or party committee of its region, no department

    @property
    def level(self) -> str | None:
        """中央, 部委, the region's name for its government, 厅局 or 市县部门 for a department; None: not told."""
        if self.central or self.ministry:
            return CENTRE if self.central else MINISTRY
        if self.region is None:
            return OFFICE if self.name.startswith("省") else LOCAL_OFFICE if self.name[:1] in "县区州旗" else None
        if self.government:
            return self.region.name
        return OFFICE if self.region.level == PROVINCE else LOCAL_OFFICE


def organ(name: str) -> Organ:
    """What an organ's name tells of it."""
    plain = folded("".join(name.split()))
    if _CENTRAL.match(plain):
        return Organ(name, None, True, False, True)
    local = re.sub(r"^中共|^中国共产党", "", plain)
    bare = re.sub(r"(?:办公厅|办公室)$", "", re.sub(r"^中华人民共和国", "", plain)) or plain
    if bare in _MINISTRIES or plain in _MINISTRIES:
        return Organ(name, None, False, True, False)
    if plain.endswith("海关"):
        return Organ(name, None, False, plain.startswith("中华"), False)  # of no city, though it is called after one
    below = next((own for own in _MINISTRIES if len(own) > 4 and plain.startswith(own)), "")  # 国家税务总局四川省税务局
    region = at_start(local[len(below) :], short=True)
    government = bool(_GOVERNMENT.search(plain)) or (region is not None and local[region.stop :] in _GOVERNED)
    if region is None and not _WITHIN.match(plain) and not government and not _TOGETHER.search(plain):
        return Organ(name, None, False, bool(_MINISTRY_SHAPE.match(bare)), False)
    return Organ(name, region, False, False, government)


def level(issuers: Sequence[str]) -> str | None:
    """The level of a document by all who issued it: 中央, 部委, 省市联合, 厅局联合, a region's name, 厅局, 市县部门."""
    organs = [organ(name) for name in issuers]
    if not organs or all(own.central for own in organs):
        return CENTRE if organs else None
    if any(own.ministry for own in organs):
        return MINISTRY
    if any(_TOGETHER.search(own.name) for own in organs):
        return JOINT
    government = all(own.government for own in organs)
    if len({own.region.names[0] for own in organs if own.region is not None}) > 1:
        return JOINT if government else OFFICES_JOINT
    # Of several of one region, the widest speaks for all: 市人民政府 beside its departments.
    placed = [own for own in organs if own.region is not None and own.government is government]
    return min(placed, key=_width).level if placed else organs[0].level


def level_of_title(title: str) -> str | None:
    """The level of a document whose title alone is known: 中央, 部委, 厅局 or the name of the region it begins with."""
    if _CENTRAL_TITLE.match(title):
        return CENTRE
    named = BEFORE_A_TITLE.match(title)
    if named is not None and organ(re.split(r"[、等 　]", named[0])[0]).ministry:
        return MINISTRY
    local = re.sub(r"^中共", "", title)
    region = at_start(local)
    if region is None:
        return None
    return OFFICE if region.level == PROVINCE and _OFFICE.match(local[region.stop :]) else region.name


def is_issuer(name: str) -> bool:
    """Whether a name may be that of an organ that issues documents."""
    return bool(_ENDING.search(folded(name))) or bool(_CENTRAL.match(name)) or name.startswith("中共")


def ends_organ(text: str) -> bool:
    """Whether a text ends with an organ's name."""
    return bool(_ENDING.search(text)) or text.endswith("中央")


def ends_with_one_of_several(head: str) -> bool:
    """Whether what stands before a blank in a file's head may be the first of several organs that share its title."""
    return bool(_OF_SEVERAL.search(head))


def is_unit(name: str) -> bool:
    """Whether a name reads like that of an organ or a body that may be charged with something."""
    if not 2 <= len(name) <= 24 or not _UNIT.search(name) or _NO_UNIT.search(name):
        return False
    return not _SHORT.search(name) or len(name) <= 12 or at_start(name) is not None


def issuing(question: str) -> str | None:
    """The organ that a compact question takes for the issuer of a document."""
    match = _ISSUING.search(question)
    return match[1] if match else None


def _width(own: Organ) -> int:
    return own.region.level if own.region is not None else CITY
