"""Regions by table and by shape, level by level."""

import pytest

from index.entities.regions import (
    CITY,
    COUNTY,
    PROVINCE,
    TABLE,
    TOWN,
    at_start,
    district,
    first,
    is_place,
    is_province,
    stem,
)


def test_the_table_names_its_source_and_every_level():
    lines = TABLE.read_text(encoding="utf-8").splitlines()
    assert "GB/T 2260" in lines[0] and len(lines) > 3000
    codes = [line.split("\t")[0] for line in lines[1:]]
    assert codes == sorted(set(codes)) and sum(code.endswith("0000") for code in codes) == 34


@pytest.mark.parametrize(
    ("text", "names", "levels"),
    [
        ("四川省成都市锦江区春熙路", ("四川省", "成都市", "锦江区"), (PROVINCE, CITY, COUNTY)),
        ("广西壮族自治区人民政府", ("广西壮族自治区",), (PROVINCE,)),
        ("内蒙古自治区锡林郭勒盟", ("内蒙古自治区", "锡林郭勒盟"), (PROVINCE, CITY)),
        ("建德市人民政府", ("建德市",), (COUNTY,)),
        ("长沙县教育局", ("长沙县",), (COUNTY,)),
        ("海岚省青渡市湾城区龙门镇", ("海岚省", "青渡市", "湾城区", "龙门镇"), (PROVINCE, CITY, COUNTY, TOWN)),
        ("香港特别行政区政府", ("香港特别行政区",), (PROVINCE,)),
    ],
)
def test_a_chain_of_regions_is_read_level_by_level(text, names, levels):
    found = at_start(text)
    assert (found.names, found.levels) == (names, levels) and text[: found.stop] == "".join(names)


def test_short_names_count_only_where_a_name_must_stand():
    assert at_start("广西发改委") is None and at_start("广西发改委", short=True).names == ("广西",)
    assert at_start("长沙教育局", short=True).level == CITY


def test_a_district_is_named_with_its_city_a_county_alone():
    assert at_start("成都市锦江区").name == "成都市锦江区"
    assert at_start("长沙市长沙县").name == "长沙县"


def test_what_stands_before_an_organ_s_own_name():
    assert first("海岚省教育厅") == "海岚省" and first("云泽市交通局") == "云泽市"
    assert first("市教育局") is None and first("云泽市") is None


def test_places_by_name():
    assert is_place("广西") and is_place("成都市") and is_place("长三角") and not is_place("渡口")
    assert is_province("四川省") and is_province("重庆市") and not is_province("成都市")
    assert stem("重庆市") == "重庆" and stem("北区") == "北区"
    assert district("西城区的呢")[0] == "西城区" and district("没有地名") is None
