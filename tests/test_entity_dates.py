"""Years, months and days as texts name them."""

import pytest

from index.entities.dates import SPAN_OF_YEARS, YEAR, dates, day, days, spans, years
from index.entities.printed import flatten


def test_a_day_is_the_same_however_it_is_printed():
    texts = ("2022 年 1 月 16 日", "二〇二二年一月十六日", "二○二二年1月16日")
    assert {day(text) for text in texts} == {"2022-01-16"}
    assert dates(flatten(texts[0])) == dates(flatten("二〇二二年1月16日")) == dates("2022-1-16") == {"2022-1-16"}
    assert day("2022年2月30日") is None and day("渡口") is None


def test_every_day_of_a_text_with_its_place():
    text = "自2021年3月1日起，至二〇二三年二月三十日止，2024年5月 6日废止。"
    found = list(days(text))
    assert [each[0] for each in found] == ["2021-03-01", "2024-05-06"]
    assert [text[start:stop] for _, start, stop in found] == ["2021年3月1日", "2024年5月 6日"]


@pytest.mark.parametrize(
    ("flat", "expected"),
    [
        ("到2025年", {"2025"}),
        ("2022年3月", {"2022-3"}),
        ("2021—2025年", {"2021", "2025"}),
        ("补助2000万元", set()),
        ("共2022个", set()),
    ],
)
def test_a_bare_figure_is_a_year_only_where_one_may_stand(flat, expected):
    assert dates(flat) == expected
    assert bool(spans(flat)) is bool(expected)


def test_a_span_stands_for_each_of_its_years():
    assert years("2021—2023年建成，2025年验收") == ["2021", "2022", "2023", "2025"]
    assert years("1900—2099年")[-1] == "1930"


@pytest.mark.parametrize("text", ["补助2000万元", "共2022个", "长1999.5米", "有2023家", "编号120230"])
def test_a_year_of_a_question_is_no_part_of_a_figure(text):
    assert YEAR.findall(text) == []


def test_years_of_a_question():
    assert YEAR.findall("2025年和2027呢") == ["2025", "2027"]
    assert SPAN_OF_YEARS.sub("", "《规划（2021—2035年）》2025年目标") == "《规划（）》2025年目标"
