"""Whose an organ is and at which level it stands, by its name as public lists have it."""

import pytest

from index.entities.organs import is_issuer, is_unit, issuing, level, level_of_title, organ
from index.entities.regions import at_start

CENTRE = (
    "中共中央 国务院 中共中央办公厅 国务院办公厅 全国人民代表大会 全国人民代表大会常务委员会 全国人大常委会 中央军委 最高人民法院 最高人民检察院 全国政协 "
    "中央纪委 第十四届全国人民代表大会 中华人民共和国国务院"
).split()
MINISTRIES = (
    "外交部 国防部 国家发展和改革委员会 国家发展改革委 国家发改委 教育部 教育部办公厅 科学技术部 科技部 工业和信息化部 工信部 国家民族事务委员会 国家民委 公安部 国家安全部 民政部 "
    "司法部 财政部 人力资源和社会保障部 人力资源社会保障部 人社部 自然资源部 生态环境部 住房和城乡建设部 住房城乡建设部 住建部 交通运输部 水利部 农业农村部 商务部 文化和旅游部 "
    "国家卫生健康委员会 国家卫生健康委 国家卫健委 国家卫生健康委办公厅 退役军人事务部 应急管理部 中国人民银行 人民银行 审计署 国务院国有资产监督管理委员会 国务院国资委 国资委 海关总署 国家税务总局 税务总局 "
    "国家市场监督管理总局 市场监管总局 国家金融监督管理总局 中国证券监督管理委员会 中国证监会 证监会 国家广播电视总局 广电总局 国家体育总局 国家统计局 国家知识产权局 国家医疗保障局 国家医保局 国家信访局 "
    "国家国际发展合作署 国家机关事务管理局 中国科学院 中科院 中国工程院 中国气象局 国家粮食和物资储备局 国家能源局 国家数据局 国家林业和草原局 国家林草局 国家铁路局 中国民用航空局 中国民航局 国家邮政局 国家文物局 "
    "国家中医药管理局 国家疾控局 国家矿山安全监察局 国家外汇管理局 国家药品监督管理局 国家药监局 国家档案局 国家保密局 国家网信办 国家乡村振兴局 中央组织部 中央宣传部 中央网信办 全国总工会 共青团中央 全国妇联"
).split()
PROVINCES = (
    "北京市 天津市 河北省 山西省 内蒙古自治区 辽宁省 吉林省 黑龙江省 上海市 江苏省 浙江省 安徽省 福建省 江西省 山东省 河南省 湖北省 湖南省 广东省 广西壮族自治区 海南省 重庆市 四川省 "
    "贵州省 云南省 西藏自治区 陕西省 甘肃省 青海省 宁夏回族自治区 新疆维吾尔自治区"
).split()
SHORT = (
    "北京 天津 河北 山西 内蒙古 辽宁 吉林 黑龙江 上海 江苏 浙江 安徽 福建 江西 山东 河南 湖北 湖南 广东 广西 海南 重庆 四川 贵州 云南 西藏 陕西 甘肃 青海 宁夏 新疆"
).split()
LOCAL = {
    "石家庄市人民政府": "石家庄市", "吉林市人民政府办公室": "吉林市", "吉林省吉林市人民政府": "吉林市", "浙江省建德市人民政府": "建德市", "长沙县人民政府": "长沙县", "湖南省长沙市长沙县人民政府": "长沙县",
    "恩施土家族苗族自治州人民政府": "恩施土家族苗族自治州", "恩施州人民政府": "恩施州", "锡林郭勒盟行政公署": "锡林郭勒盟", "大兴安岭地区行政公署": "大兴安岭地区", "伊犁哈萨克自治州人民政府": "伊犁哈萨克自治州",
    "峨边彝族自治县人民政府": "峨边彝族自治县", "阿鲁科尔沁旗人民政府": "阿鲁科尔沁旗", "成都市锦江区人民政府": "成都市锦江区", "四川省成都市锦江区人民政府办公室": "成都市锦江区", "上海市浦东新区人民政府": "上海市浦东新区",
    "天津市滨海新区人民政府": "天津市滨海新区", "中共长沙市委": "长沙市", "中共长沙市委办公厅": "长沙市", "中共四川省委": "四川省", "中共四川省委办公厅": "四川省", "内蒙古自治区党委": "内蒙古自治区", "广东省人大常委会": "广东省",
    "江苏省高级人民法院": "江苏省", "上海市人民检察院": "上海市", "昆山市人民法院": "昆山市", "佛山市顺德区人民政府": "佛山市顺德区", "新疆生产建设兵团": "新疆生产建设兵团", "海岚省人民政府": "海岚省", "云泽市人民政府": "云泽市",
}  # fmt: skip
OFFICES = "四川省教育厅 重庆市教育委员会 广西发改委 广西壮族自治区发展和改革委员会 内蒙古自治区农牧厅 新疆维吾尔自治区财政厅 北京市住房和城乡建设委员会 国家税务总局四川省税务局 湖北省卫生健康委 宁夏回族自治区水利厅 海岚省民政厅 省财政厅".split()
BUREAUS = "长沙县教育局 长沙市教育局 建德市财政局 成都市锦江区住房和城乡建设局 恩施州人力资源和社会保障局 深圳市发展和改革委员会 阿鲁科尔沁旗农牧局 石家庄市公安局 云泽市交通运输局 浦东新区教育局 县教育局 区住房和城乡建设局".split()
NOBODY_S = "教育局 市教育局 市人民政府 金融工作局 市财政局 某某单位 领导小组办公室 南京海关".split()

NAMES = [
    *((name, "中央") for name in CENTRE),
    *((name, "部委") for name in MINISTRIES),
    *((name + government, name) for name in PROVINCES for government in ("人民政府", "人民政府办公厅")),
    *((name + ("教育委员会" if name in ("北京市", "上海市") else "教育厅"), "厅局") for name in PROVINCES),
    *((name + "发改委", "厅局") for name in SHORT),
    *LOCAL.items(),
    *((name, "厅局") for name in OFFICES),
    *((name, "市县部门") for name in BUREAUS),
    *((name, None) for name in NOBODY_S),
]


@pytest.mark.parametrize(("name", "expected"), NAMES)
def test_an_organ_stands_where_its_name_says(name, expected):
    assert organ(name).level == expected


def test_names_of_every_kind_are_tried():
    assert len(NAMES) >= 280


@pytest.mark.parametrize(
    ("issuers", "expected"),
    [
        (("中共中央", "国务院"), "中央"),
        (("财政部", "海岚省人民政府"), "部委"),
        (("海岚省人民政府", "云江省人民政府"), "省市联合"),
        (("海岚省教育厅", "云江省教育厅"), "厅局联合"),
        (("推动海岚云江经济圈建设联合办公室",), "省市联合"),
        (("云泽市人民政府",), "云泽市"),
        (("云泽市教育局", "云泽市财政局"), "市县部门"),
        (("海岚省教育厅", "海岚省财政厅"), "厅局"),
        (("教育局",), None),
        ((), None),
    ],
)
def test_who_issued_a_document_together_tells_its_level(issuers, expected):
    assert level(issuers) == expected


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("国务院关于加强渡口管理的通知", "中央"),
        ("中华人民共和国渡口法", "中央"),
        ("财政部关于印发《渡口资金办法》的通知", "部委"),
        ("海岚省教育厅关于开展检查的通知", "厅局"),
        ("海岚省渡口条例", "海岚省"),
        ("云泽市渡口条例", "云泽市"),
        ("渡口条例", None),
    ],
)
def test_a_title_alone_may_tell_the_level(title, expected):
    assert level_of_title(title) == expected


def test_issuers_and_units_are_told_from_words_that_end_alike():
    assert is_issuer("云泽市人民政府") and is_issuer("國務院辦公廳") and not is_issuer("渡口管理")
    assert all(map(is_unit, ("市教育局", "各乡镇政府", "渡口管理中心")))
    assert not any(map(is_unit, ("补办", "内部", "机会", "加强监督", "局")))


def test_who_a_question_takes_for_the_issuer():
    assert issuing("这份办法，省教育厅印发的吗") == "省教育厅"
    assert issuing("渡口有多少个") is None


@pytest.mark.parametrize("text", ["全市各县", "市教育局", "县人民政府", "国家乡村振兴局", "中国人民银行"])
def test_words_of_a_place_are_no_region(text):
    assert at_start(text, short=True) is None
