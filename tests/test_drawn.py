"""Tables drawn with bars in plain text and Markdown: cells set apart, everything else as it stands."""

import pytest

from index.load import markdown, text


def rows(written, reader=text):
    return [line.text for line in reader.read(written.encode()).lines]


@pytest.mark.parametrize("reader", [text, markdown])
@pytest.mark.parametrize("bar", ["|", " | ", " ｜ ", "│"])
def test_lines_of_as_many_cells_are_rows(bar, reader):
    written = f"附表\n渡口{bar}年限{bar}投资\n东渡{bar}2024{bar}5\n西渡{bar}{bar}6\n说明见后。"
    assert rows(written, reader) == ["附表", "渡口\t年限\t投资", "东渡\t2024\t5", "西渡\t\t6", "说明见后。"]


def test_rules_and_bars_at_the_ends_are_no_text_and_a_row_goes_over_lines_where_every_row_is_ruled():
    drawn = "┌──┬──┐\n│渡口│投资│\n├──┼──┤\n│东渡│5 │\n│二期│  │\n├──┼──┤\n│西渡│6 │\n└──┴──┘\n完。"
    assert [row for row in rows(drawn) if row] == ["渡口\t投资", "东渡二期\t5", "西渡\t6", "完。"]
    plain = "+----+----+\n| 渡口 | 投资 |\n+----+----+\n| 东渡 | 5 |\n| 西渡 | 6 |\n+----+----+"
    assert [row for row in rows(plain) if row] == ["渡口\t投资", "东渡\t5", "西渡\t6"]


@pytest.mark.parametrize(
    "written",
    [
        "首页 | 新闻 | 政策",
        "甲 | 乙\n丙 | 丁",
        "甲 | 乙 | 丙\n一、总则\n丁 | 戊 | 己",
        "第一条　a|b 的取值。",
        "----\n====\n",
    ],
)
def test_a_bar_by_chance_stays(written):
    assert rows(written) == written.splitlines()


def test_markdown_without_bars_at_the_ends_is_a_table_and_an_escaped_bar_is_none():
    assert [row for row in rows("**渡口** | 投资\n--- | ---:\n东渡 | 5\\|6", markdown) if row] == [
        "渡口\t投资",
        "东渡\t5|6",
    ]


def test_every_line_keeps_its_number_and_many_rules_take_no_time():
    assert [line.number for line in text.read("甲|乙|丙\n一|二|三\n".encode()).lines] == [1, 2]
    assert len(rows("----\n" * 20_000)) == 20_000


def test_a_table_that_headings_interrupt_goes_on_by_its_numbers_even_by_a_single_row():
    written = "序号 | 任务 | 单位\n1 | 甲 | 乙\n2 | 丙 | 丁\n二、改革\n3 | 戊 | 己\n三、开放\n4 | 庚 | 辛\n5 | 壬 | 癸\n7 | 子 | 丑"
    assert [row.count("\t") for row in rows(written)] == [2, 2, 2, 0, 2, 0, 2, 2, 2]
    assert rows("1 | 甲 | 乙\n2 | 丙 | 丁\n一、其他\n5 | 戊 | 己")[-1] == "5 | 戊 | 己"
