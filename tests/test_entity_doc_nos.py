"""文号: alone on a line, in running text, in a question."""

import pytest

from index.entities.doc_nos import alone, asked, doc_nos, is_central, labelled, normal, order_no, running, same
from index.entities.printed import flatten


@pytest.mark.parametrize(
    ("line", "number"),
    [
        ("岚府发〔2022〕12号", "岚府发〔2022〕12号"),
        ("（岚府发[2022]12号）", "岚府发〔2022〕12号"),
        ("岚 府 发 〔2022〕 第 12 号", "岚府发〔2022〕第12号"),
        ("岚府发〔2022〕12号 签发人：王某", "岚府发〔2022〕12号"),
        ("财政部公告2024年第8号", "财政部公告2024年第8号"),
        ("根据岚府发〔2022〕12号，制定本办法", None),
        ("岚府发", None),
    ],
)
def test_a_line_that_is_one_and_nothing_else(line, number):
    assert alone(line) == number


def test_one_behind_its_label_and_that_of_an_order():
    assert labelled("文　号：岚府发〔2022〕12号　发布日期：2022年") == "岚府发〔2022〕12号"
    assert labelled("题名：渡口办法") is None
    assert order_no("（第312号）") == "第312号" and order_no("第312号令") is None


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("根据岚府发〔2022〕12号和岚府办〔2021〕3号的要求", ["岚府发〔2022〕12号", "岚府办〔2021〕3号"]),
        ("依照海岚省人民政府令第312号执行", ["海岚省人民政府令第312号"]),
        ("废止《办法》（岚府发〔2019〕7号）", ["岚府发〔2019〕7号"]),
        ("共建成2022个渡口", []),
    ],
)
def test_words_that_run_into_it_are_left_out(text, numbers):
    assert [text[start:stop] for start, stop in running(text)] == numbers
    assert doc_nos(flatten(text)) == set(map(flatten, numbers))


@pytest.mark.parametrize(
    "said",
    [
        "岚府发〔2022〕12号是什么",
        "岚府发(2022)12号",
        "岚府发[2022]012号",
        "岚府发2022年第12号",
        "岚府发2022年12号文",
        "岚府发2022 12号",
    ],
)
def test_a_question_may_write_it_in_any_way(said):
    (number,) = asked(said)
    assert number.whole and number.printed == "岚府发〔2022〕12号" and same(number, "岚府发〔2022〕12号")


def test_an_announcement_is_printed_its_own_way():
    (number,) = asked("税务总局公告2020年第9号")
    assert number.printed == "税务总局公告2020年第9号" and same(number, "税务总局公告2020年第9号")


def test_half_of_one_is_found_but_is_not_whole():
    (number,) = asked("2022 12号")
    assert (number.letters, number.year, number.number, number.whole) == ("", "2022", "12", False)
    assert asked("2022年建成12个渡口") == asked("2022年12号楼") == []


def test_one_form_for_comparison():
    assert (
        normal("岚府发〔2022〕第12号")
        == normal("岚府发［2022］12號")
        == normal("岚府发（2022）12号")
        == "岚府发[2022]12号"
    )
    assert normal("岚府发〔2022〕12号") != normal("岚府发〔2022〕21号")
    assert is_central("国办发〔2022〕1号") and not is_central("岚府发〔2022〕1号")
