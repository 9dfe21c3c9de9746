"""Figures, their units and bounds, and what they are counted by."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.entities.printed import flatten
from index.entities.quantities import bounds, per, quantities, same


def values(text):
    return [(str(q.value.normalize()), q.unit) for q in quantities(flatten(text))]


@settings(deadline=None)  # the first numeral loads the library that reads them
@given(st.text("一二三十百千万亿零两点第条", max_size=12))
def test_no_heap_of_numerals_is_too_odd_to_read(text):
    assert all(q.value >= 0 for q in quantities(flatten(f"共{text}项")))


def test_figures_are_read_alike_however_they_are_printed():
    assert values("9． 83％") == values("9.83%") == values("百分之九点八三") == [("9.83", "%")]
    assert values("三点五亿元") == values("3.5亿元") and values("上午九点二十五人到场") == [("25", "人")]
    assert values("五年内") == values("5年内") and values("1.2亿元") == values("12000万元")


@pytest.mark.parametrize(
    "text", ["第十二条", "2022年3月1日", "岚府发〔2022〕12号", "海岚省人民政府令第312号", "二〇二二年"]
)
def test_dates_numbers_and_ordinals_are_no_figures(text):
    assert values(text) == []


def test_a_figure_stands_where_it_says():
    flat = flatten("到2025年建成 320 万标箱泊位")
    (found,) = quantities(flat)
    assert flat[found.start : found.stop] == "320万标箱"


def test_units_that_mean_the_same_do_not_contradict_each_other():
    a, b, c = quantities("30个，30处，30吨")
    assert same(a, b) and not same(a, c)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("不低于30%", {"ge"}),
        ("不超过30天", {"le"}),
        ("约30个", {"about"}),
        ("超过30个", {"gt"}),
        ("附近3个", set()),
        ("30个", set()),
    ],
)
def test_how_a_figure_is_bound(text, expected):
    assert bounds(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("每人每月300元", {"每人", "每月"}),
        ("300元/人·月", {"每人", "每月"}),
        ("人均300元", {"每人"}),
        ("一次性300元", {"一次性"}),
        ("300元", set()),
    ],
)
def test_what_a_figure_is_counted_by(text, expected):
    assert per(text) == expected
