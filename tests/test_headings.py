"""Headings that Word's styles or Markdown's marks make travel as levels: the words stay the document's own."""

import pytest
from word import docx_of, numbered, write

from index.load import load_file
from index.parse import parse


def word(tmp_path, *paragraphs):
    """The only document of a Word file; a paragraph is its text, or (text, level of its heading style)."""

    def build(document):
        for paragraph in paragraphs:
            text, level = paragraph if isinstance(paragraph, tuple) else (paragraph, None)
            document.add_heading(text, level) if level else document.add_paragraph(text)

    (found,) = parse(load_file(write(tmp_path, "w.docx", docx_of(build)), "w.docx"))
    return found


def addresses(found):
    return [(c.path, c.text) for c in found.clauses]


def test_styled_titles_and_chapters_of_word_are_title_and_path(tmp_path):
    found = word(
        tmp_path, ("云泽州交通运输局关于印发《云泽州渡口管理办法（试行）》的通知", 1), "云交发〔2024〕6号", "各县（区）交通运输局：",
        "现将《云泽州渡口管理办法（试行）》印发给你们，请遵照执行。", "云泽州交通运输局", "2024年3月5日", ("云泽州渡口管理办法（试行）", 1),
        ("第一章 总则", 2), "第一条 为加强渡口管理，制定本办法。", "第二条 本办法适用于本州渡口。", ("第二章 运营", 2), ("第一节 船舶", 3),
        "第三条 渡船每年检验一次。",
    )  # fmt: skip
    document = found.document
    assert document.title == "云泽州渡口管理办法（试行）" and document.issuers == ("云泽州交通运输局",)
    assert (
        document.notice_title == "云泽州交通运输局关于印发《云泽州渡口管理办法（试行）》的通知"
        and document.doc_no == "云交发〔2024〕6号"
    )
    assert addresses(found)[1:] == [
        (("第一章 总则",), "第一条 为加强渡口管理，制定本办法。"),
        (("第一章 总则",), "第二条 本办法适用于本州渡口。"),
        (("第二章 运营", "第一节 船舶"), "第三条 渡船每年检验一次。"),
    ]
    assert "#" not in "".join(found.printed)


def test_a_styled_title_without_a_notice_has_no_marks(tmp_path):
    found = word(
        tmp_path,
        ("云泽州2025年防汛工作要点", 1),
        "为做好防汛工作，制定本要点。",
        ("一、备足物资", 2),
        "（一）储备沙袋8万只。",
    )
    assert found.document.title == "云泽州2025年防汛工作要点"
    assert addresses(found) == [((), "为做好防汛工作，制定本要点。"), (("一、备足物资",), "（一）储备沙袋8万只。")]


def test_unnumbered_styled_headings_of_word_nest_by_their_level(tmp_path):
    found = word(
        tmp_path,
        "云泽州古树保护办法",
        ("保护措施", 1),
        ("挂牌", 2),
        "古树应当挂牌，写明树种和树龄。",
        ("复壮", 2),
        "衰弱的古树应当复壮。",
        ("监督", 1),
        "州林业局每年检查。",
    )
    assert addresses(found) == [
        (("保护措施", "挂牌"), "古树应当挂牌，写明树种和树龄。"),
        (("保护措施", "复壮"), "衰弱的古树应当复壮。"),
        (("监督",), "州林业局每年检查。"),
    ]


@pytest.mark.parametrize("end", ["。", ""])
def test_numbered_items_in_a_heading_style_stay_below_their_unit(tmp_path, end):
    found = word(
        tmp_path,
        "云泽州稳就业若干措施",
        "一、支持企业",
        "（一）给予补贴。",
        (f"1.吸纳应届毕业生的，每人补贴900元{end}", 1),
        (f"2.开办见习基地的，每个补贴4万元{end}", 1),
        "二、帮扶个人",
        "（一）提供培训。组织培训20期。",
    )
    assert addresses(found) == [
        (("一、支持企业",), "（一）给予补贴。"),
        (("一、支持企业", "（一）给予补贴。"), f"1.吸纳应届毕业生的，每人补贴900元{end}"),
        (("一、支持企业", "（一）给予补贴。"), f"2.开办见习基地的，每个补贴4万元{end}"),
        (("二、帮扶个人",), "（一）提供培训。组织培训20期。"),
    ]


def test_a_style_on_sentences_or_amid_a_count_moves_nothing(tmp_path):
    found = word(
        tmp_path,
        "云泽州渡运若干措施",
        ("一、支持改造", 3),
        ("（一）补贴栈桥。每处补贴3万元。", 1),
        ("对改造期间停渡的船员另行补助", 1),
        "二、支持安全",
        ("州财政安排专项资金，用于配备救生设施。", 1),
        ("（一）配备救生衣", 2),
        ("每船不少于20件。", 1),
        "三、强化保障",
        "落实责任。",
    )
    assert addresses(found) == [
        (("一、支持改造",), "（一）补贴栈桥。每处补贴3万元。\n对改造期间停渡的船员另行补助"),
        (("二、支持安全",), "州财政安排专项资金，用于配备救生设施。"),
        (("二、支持安全",), "（一）配备救生衣\n每船不少于20件。"),
        (("三、强化保障",), "落实责任。"),
    ]


def test_styled_parts_that_a_count_runs_on_through_stay_headings(tmp_path):
    found = word(
        tmp_path,
        "云泽州渡运规划",
        ("总体要求", 1),
        "一、背景。渡运繁忙。",
        "二、目标。改造渡口。",
        ("重点任务", 1),
        "三、建设。新建渡口。",
        "四、管护。每日巡查。",
    )
    assert [c.path for c in found.clauses] == [("总体要求",)] * 2 + [("重点任务",)] * 2


def test_styled_numbers_of_the_first_level_are_headings_by_their_style(tmp_path):
    found = word(
        tmp_path,
        "云泽州渡运指南",
        ("1. 准备", 1),
        "（一）备齐材料。交身份证。",
        ("2. 办理", 1),
        "（一）提交申请。现场受理。",
    )
    assert [c.path for c in found.clauses] == [("1. 准备",), ("2. 办理",)]


@pytest.mark.parametrize("above", ["第二条 对下列企业给予补助：", "一、支持企业"])
def test_numbered_items_in_a_heading_style_stay_below_an_article_and_below_a_styled_title(tmp_path, above):
    found = word(
        tmp_path,
        "云泽州稳就业若干规定",
        "第一条 为稳定就业，制定本规定。",
        ("补助办法", 1),
        above,
        ("1.吸纳应届毕业生每人900元", 3),
        ("2.开办见习基地每个4万元", 3),
    )
    assert found.clauses[-1].path[0] == "补助办法" and "2.开办见习基地每个4万元" in found.clauses[-1].text
    assert above in (*found.clauses[-1].path, found.clauses[-1].text.split("\n")[0])


def test_headings_numbered_1_stay_headings_where_their_texts_list_items(tmp_path):
    found = word(
        tmp_path,
        "云泽州平台管理指南",
        ("1.总体要求", 1),
        "一、坚持安全。",
        "二、坚持节约。",
        ("2.运行维护", 1),
        "每日巡检。",
    )
    assert addresses(found)[-1] == (("2.运行维护",), "每日巡检。")


def test_a_styled_heading_keeps_the_number_word_draws_and_the_lines_it_is_broken_into(tmp_path):
    def build(document):
        document.ids = {}
        document.add_paragraph("云泽州湿地条例")
        numbered(document, "保护", "chineseCountingThousand", "第%1章 ")
        document.paragraphs[-1].style = "Heading 2"
        document.add_paragraph("第一条 湿地实行名录管理。")
        document.add_heading("附件1\n湿地名录", 1)
        document.add_paragraph("1.白鹭洲湿地。")

    (found,) = parse(load_file(write(tmp_path, "w.docx", docx_of(build)), "w.docx"))
    assert addresses(found) == [
        (("第一章 保护",), "第一条 湿地实行名录管理。"),
        (("附件1", "湿地名录"), "1.白鹭洲湿地。"),
    ]


def markdown(tmp_path, text):
    return load_file(write(tmp_path, "m.md", text.encode()), "m.md")


def test_markdown_gives_the_same_levels_and_no_marks(tmp_path):
    raw = markdown(
        tmp_path, "# 云泽州古树保护办法\n\n## 挂牌\n- 写明树种\n> 写明树龄\n\n- 3 -\n\n ### 复壮 #1\n#无空格\n"
    )
    assert [(line.text.strip(), line.level) for line in raw.lines if line.text.strip()] == [
        ("云泽州古树保护办法", 1),
        ("挂牌", 2),
        ("写明树种", None),
        ("写明树龄", None),
        ("- 3 -", None),
        ("复壮 #1", 3),
        ("#无空格", None),
    ]


def test_a_column_headed_with_the_sign_for_number_is_no_heading(tmp_path):
    raw = markdown(tmp_path, "| # | 事项 |\n|---|---|\n| 1 | 挂牌 |\n")
    assert [(line.text, line.level) for line in raw.lines] == [("#\t事项", None), ("", None), ("1\t挂牌", None)]


def test_a_heading_that_is_a_bare_number_is_no_page_number(tmp_path):
    (found,) = parse(
        markdown(tmp_path, "# 云泽州年鉴\n概况一节。\n\n\n## 2024\n建成渡口3座。\n## 2025\n建成渡口5座。\n")
    )
    assert addresses(found)[1:] == [(("2024",), "建成渡口3座。"), (("2025",), "建成渡口5座。")]
