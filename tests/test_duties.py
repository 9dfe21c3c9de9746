"""责任单位 in brackets, paragraphs and cells."""

import pytest

from index.duties import cell_duties, duties, is_organ


def grouped(text):
    return [(d.role, d.region, d.units) for d in duties(text)]


def test_units_are_grouped_by_the_province_printed_before_them():
    assert grouped("做好工作。（责任单位：甲江省公安厅、省财政厅等；乙湾市公安局、市财政局（含派出机构）等）") == [
        ("责任单位", "甲江省", ("甲江省公安厅", "省财政厅")),
        ("责任单位", "乙湾市", ("乙湾市公安局", "市财政局（含派出机构）")),
    ]


def test_a_comma_may_part_two_provinces_while_a_city_government_stays_with_its_own():
    assert grouped("（责任单位：乙湾市发展改革委、市能源局，甲江省发展改革委、省能源局，丙都市政府）") == [
        ("责任单位", "乙湾市", ("乙湾市发展改革委", "市能源局")),
        ("责任单位", "甲江省", ("甲江省发展改革委", "省能源局", "丙都市政府")),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("（牵头单位：市交通局；配合单位：市财政局、各有关区县〔自治县，以下简称区县〕政府）",
         [("牵头单位", None, ("市交通局",)), ("配合单位", None, ("市财政局", "各有关区县〔自治县，以下简称区县〕政府"))]),
        ("(责任单位:两省市公安部门，有关地方政府)", [("责任单位", None, ("两省市公安部门", "有关地方政府"))]),
        ("〔责任单位：甲江省财政厅等〕", [("责任单位", "甲江省", ("甲江省财政厅",))]),
        ("（甲江省、乙湾市、科技部牵头负责）", [("牵头单位", None, ("甲江省", "乙湾市", "科技部"))]),
        ("（市场监管总局牵头，商务部、财政部按职责分工负责）", [("牵头单位", None, ("市场监管总局",)), ("配合单位", None, ("商务部", "财政部"))]),
        ("（财政部、税务总局等按职责分工负责）", [("责任单位", None, ("财政部", "税务总局"))]),
        ("给予补贴。\n责任单位：市财政局；配合单位：市教委", [("责任单位", None, ("市财政局",)), ("配合单位", None, ("市教委",))]),
        ("（责任单位：甲江省能源局；乙湾市能源局；两省市列首位的为牵头单位，下同）",
         [("责任单位", "甲江省", ("甲江省能源局",)), ("责任单位", "乙湾市", ("乙湾市能源局",))]),
    ],
)  # fmt: skip
def test_every_printed_form_is_read(text, expected):
    assert grouped(text) == expected


@pytest.mark.parametrize(
    "text", ["由市财政局负责落实。", "（含市财政局）", "（以下简称新区）", "领导小组负责统筹（每年负责一次）。"]
)
def test_prose_that_names_organs_assigns_nothing(text):
    assert duties(text) == ()


def test_cells_belong_to_the_province_that_heads_their_column():
    found = cell_duties("责任单位", ("市商务委", "成都海关", "商务厅", "省发展改革委"), ("乙湾市", "甲江省"))
    assert [(d.region, d.units) for d in found] == [
        ("乙湾市", ("市商务委",)),
        (None, ("成都海关",)),
        ("甲江省", ("商务厅", "省发展改革委")),
    ]
    assert cell_duties(None, ("疏运中心",)) == ()


def test_words_that_merely_end_like_organs_are_none():
    assert is_organ("四川省大数据中心") and is_organ("川渝两省市有关部门（单位）")
    assert not is_organ("放射性同位素转让遗失补办") and not is_organ("新闻发布会，提升影响")
