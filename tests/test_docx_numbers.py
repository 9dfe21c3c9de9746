"""Automatic numbers of Word: counted, restarted and drawn as Word does (ECMA-376 17.9)."""

import pytest
from word import item, level, lists, package, paragraph, style

from index.load.docx import read
from index.load.numerals import circled, numeral


def labels(body, numbering, **parts):
    return [line.text for line in read(package(body, numbering=numbering, **parts)).lines]


def on(number, abstract="1", override=""):
    return f'<w:num w:numId="{number}"><w:abstractNumId w:val="{abstract}"/>{override}</w:num>'


def begins(place, start):
    return f'<w:lvlOverride w:ilvl="{place}"><w:startOverride w:val="{start}"/></w:lvlOverride>'


def linked(place, number=None):
    own = "" if number is None else f'<w:numId w:val="{number}"/>'
    return "<w:numPr>" + ("" if place is None else f'<w:ilvl w:val="{place}"/>') + own + "</w:numPr>"


ARTICLE = level(0, "第%1条", "chineseCountingThousand")
WALK = [item("", level=at) for at in (0, 1, 2, 2, 1, 2, 0, 2)]


@pytest.mark.parametrize(
    ("restart", "last"),
    [
        ("", ["1.2.1", "2", "2.1.1"]),
        ("<w:lvlRestart w:val='0'/>", ["1.2.3", "2", "2.1.4"]),
        ("<w:lvlRestart w:val='1'/>", ["1.2.3", "2", "2.1.1"]),
    ],
)
def test_a_level_restarts_behind_the_levels_that_its_definition_names(restart, last):
    found = labels("".join(WALK), lists(level(0, "%1"), level(1, "%1.%2"), level(2, "%1.%2.%3", more=restart)))
    assert [text.strip() for text in found] == ["1", "1.1", "1.1.1", "1.1.2", "1.2", *last]


def test_articles_are_counted_through_the_chapters_to_120():
    numbering = lists(
        level(0, "第%1章", "chineseCountingThousand", "<w:suff w:val='space'/>"),
        level(1, "第%2条", "chineseCountingThousand", "<w:lvlRestart w:val='0'/><w:suff w:val='space'/>"),
    )
    body = "".join(item("总则", level=0) + "".join(item("内容。", level=1) for _ in range(12)) for _ in range(10))
    found = labels(body, numbering)
    assert [found[n] for n in (0, 1, 13, 14, 129)] == [
        "第一章 总则",
        "第一条 内容。",
        "第二章 总则",
        "第十三条 内容。",
        "第一百二十条 内容。",
    ]
    assert found[10 * 11 - 1].startswith("第一百零一条") or "第一百零一条 内容。" in found


@pytest.mark.parametrize(("suffix", "parted"), [("tab", " "), ("space", " "), ("nothing", ""), (None, " ")])
def test_what_parts_a_number_from_its_text_is_a_blank_or_nothing(suffix, parted):
    more = "" if suffix is None else f"<w:suff w:val='{suffix}'/>"
    assert labels(item("规划。"), lists(level(0, "第%1条", more=more))) == [f"第1条{parted}规划。"]


def test_lists_on_one_abstract_list_go_on_with_one_count():
    body = "".join(item("甲", number) for number in "112212")
    assert labels(body, lists(ARTICLE, nums=on(2))) == [f"第{n}条 甲" for n in "一二三四五六"]


def test_a_start_of_its_own_counts_once_where_the_list_is_first_met():
    body = "".join(item("甲", number) for number in "112212")
    assert labels(body, lists(ARTICLE, nums=on(2, override=begins(0, 5)))) == [f"第{n}条 甲" for n in "一二五六七八"]


def test_a_level_changed_for_one_list_is_drawn_in_that_list_only():
    changed = f'<w:lvlOverride w:ilvl="0">{level(0, "（%1）")}</w:lvlOverride>'
    assert labels(item("甲") + item("乙", "2"), lists(ARTICLE, nums=on(2, override=changed))) == [
        "第一条 甲",
        "（2） 乙",
    ]


def test_a_list_that_points_at_a_style_has_its_levels_and_a_count_of_its_own():
    numbering = (
        lists(ARTICLE, nums=on(2, "2"))
        + '<w:abstractNum w:abstractNumId="2"><w:numStyleLink w:val="条目"/></w:abstractNum>'
    )
    found = labels(
        item("甲") + item("乙", "2") + item("丙"), numbering, styles=style("条目", linked(None, 1), kind="numbering")
    )
    assert found == ["第一条 甲", "第一条 乙", "第二条 丙"]


def test_the_level_of_a_style_is_the_one_that_names_it():
    numbering = lists(
        level(0, "第%1章", more="<w:pStyle w:val='章'/>"), level(1, "第%2条", more="<w:pStyle w:val='条'/>")
    )
    styles = (
        style("章", linked(None, 1))
        + style("条", linked(None, 1))
        + style("条二", based_on="条")
        + style("旁", linked(None, 1))
    )
    body = "".join(paragraph("甲", f'<w:pStyle w:val="{name}"/>') for name in ("章", "条", "条二", "旁", "章", "条"))
    assert labels(body, numbering, styles=styles) == ["第1章 甲", "第1条 甲", "第2条 甲", "甲", "第2章 甲", "第1条 甲"]


def test_a_style_may_hold_only_the_level_and_have_its_list_from_the_style_it_is_based_on():
    styles = style("一级", linked(None, 1)) + style("二级", linked(1), "一级")
    body = paragraph("甲", '<w:pStyle w:val="一级"/>') + paragraph("乙", '<w:pStyle w:val="二级"/>')
    assert labels(body, lists(level(0, "%1、"), level(1, "%1.%2")), styles=styles) == ["1、 甲", "1.1 乙"]


def test_paragraphs_without_a_style_have_the_number_of_the_default_one():
    styles = style("正文", linked(0, 1)).replace("<w:style ", '<w:style w:default="1" ')
    assert labels(paragraph("甲") + paragraph("乙"), lists(ARTICLE), styles=styles) == ["第一条 甲", "第二条 乙"]


@pytest.mark.parametrize("number", ["0", "77"])
def test_list_0_and_a_list_that_is_not_there_take_the_number_of_the_style_away(number):
    body = "".join(paragraph("甲", f'<w:pStyle w:val="条"/>{more}') for more in ("", linked(0, number), ""))
    assert labels(body, lists(ARTICLE), styles=style("条", linked(0, 1))) == ["第一条 甲", "甲", "第二条 甲"]


def test_an_empty_paragraph_of_a_list_is_counted_and_a_hidden_or_moved_one_is_not():
    hidden = paragraph(
        "<w:r><w:rPr><w:vanish/></w:rPr><w:t>密</w:t></w:r>", f"{linked(0, 1)}<w:rPr><w:vanish/></w:rPr>"
    )
    moved = paragraph("<w:moveFrom><w:r><w:t>旧</w:t></w:r></w:moveFrom>", linked(0, 1))
    assert labels(item("甲") + hidden + moved + item("") + item("乙"), lists(ARTICLE)) == [
        "第一条 甲",
        "第二条 ",
        "第三条 乙",
    ]


def test_levels_passed_over_stand_at_their_start():
    numbering = lists(level(0, "%1"), level(1, "%1.%2"), level(2, "%1.%2.%3"))
    assert labels("".join(item("甲", level=at) for at in (1, 0, 2, 1)), numbering) == [
        "1.1 甲",
        "2 甲",
        "2.1.1 甲",
        "2.2 甲",
    ]


def test_a_level_without_a_start_begins_at_0():
    assert labels(item("甲"), lists(level(0, "%1.", start=None))) == ["0. 甲"]


def test_legal_numbering_draws_all_levels_in_figures_but_keeps_leading_zeros():
    numbering = lists(
        level(0, "%1", "upperRoman"),
        level(1, "%1.%2", "decimalZero", "<w:isLgl/>"),
        level(2, "%1.%3", "chineseCounting", "<w:isLgl/>"),
    )
    assert labels(item("甲") + item("乙", level=1) + item("丙", level=2), numbering) == ["I 甲", "1.01 乙", "1.1 丙"]


def test_bullets_are_not_drawn_but_dashes_are():
    numbering = lists(level(0, "\uf0b7", "bullet")) + lists(
        level(0, "——", "bullet", "<w:suff w:val='nothing'/>"), number="2"
    )
    assert labels(item("甲") + item("乙", "2"), numbering) == ["甲", "——乙"]


def test_the_text_of_a_level_without_a_number_is_drawn():
    assert labels(item("甲"), lists(level(0, "附件：", "none", "<w:suff w:val='nothing'/>"))) == ["附件：甲"]


def test_a_hidden_number_is_not_drawn():
    hidden = level(0, "%1.").replace("</w:lvl>", "<w:rPr><w:vanish/></w:rPr></w:lvl>")
    assert labels(item("甲"), lists(hidden)) == ["甲"]


def test_a_custom_format_has_leading_zeros():
    numbering = lists(
        level(0, "%1.").replace(
            '<w:numFmt w:val="decimal"/>',
            '<mc:AlternateContent><mc:Choice Requires="w14"><w:numFmt w:val="custom" w:format="001, 002, 003, ..."/>'
            '</mc:Choice><mc:Fallback><w:numFmt w:val="decimal"/></mc:Fallback></mc:AlternateContent>',
        )
    )
    assert labels(item("甲") + item("乙"), numbering) == ["001. 甲", "002. 乙"]


@pytest.mark.parametrize(
    ("kind", "drawn"),
    [
        ("chineseCountingThousand", "一 二 十 十一 二十 一百 一百零一 一百一十 一百二十 一千零二十"),
        ("japaneseCounting", "一 二 十 十一 二十 百 百一 百十 百二十 千二十"),
        ("chineseCounting", "一 二 十 十一 二十 一〇〇 一〇一 一一〇 一二〇 一〇二〇"),
        ("chineseLegalSimplified", "壹 贰 壹拾 壹拾壹 贰拾 壹佰 壹佰零壹 壹佰壹拾 壹佰贰拾 壹仟零贰拾"),
        ("ideographLegalTraditional", "壹 貳 壹拾 壹拾壹 貳拾 壹佰 壹佰零壹 壹佰壹拾 壹佰貳拾 壹仟零貳拾"),
        ("ideographDigital", "一 二 一〇 一一 二〇 一〇〇 一〇一 一一〇 一二〇 一〇二〇"),
        ("ideographTraditional", "甲 乙 癸 11 20 100 101 110 120 1020"),
        ("ideographZodiac", "子 丑 酉 戌 20 100 101 110 120 1020"),
        ("ideographZodiacTraditional", "甲子 乙丑 癸酉 甲戌 癸未 100 101 110 120 1020"),
        ("decimalEnclosedCircle", "① ② ⑩ ⑪ ⑳ 100 101 110 120 1020"),
        ("decimalEnclosedParen", "⑴ ⑵ ⑽ ⑾ ⒇ 100 101 110 120 1020"),
        ("decimalEnclosedFullstop", "⒈ ⒉ ⒑ ⒒ ⒛ 100 101 110 120 1020"),
        ("ideographEnclosedCircle", "㊀ ㊁ ㊉ 11 20 100 101 110 120 1020"),
        ("upperRoman", "I II X XI XX C CI CX CXX MXX"),
        ("lowerRoman", "i ii x xi xx c ci cx cxx mxx"),
        ("upperLetter", "A B J K T VVVV WWWW FFFFF PPPPP 1020"),
        ("decimalZero", "01 02 10 11 20 100 101 110 120 1020"),
        ("decimalFullWidth", "１ ２ １０ １１ ２０ １００ １０１ １１０ １２０ １０２０"),
        ("numberInDash", "- 1 -|- 2 -"),
        ("ordinal", "1st 2nd 10th 11th 20th 100th 101st 110th 120th 1020th"),
        ("cardinalText", "1 2 10 11 20 100 101 110 120 1020"),
    ],
)
def test_each_format_draws_its_own_numerals(kind, drawn):
    expected = drawn.split("|") if "|" in drawn else drawn.split()
    assert [numeral(value, kind) for value in (1, 2, 10, 11, 20, 100, 101, 110, 120, 1020)][: len(expected)] == expected


def test_numerals_without_end_are_figures():
    assert (
        numeral(10**9, "lowerLetter")
        == numeral(10**9, "upperRoman")
        == numeral(10**9, "chineseCountingThousand")
        == str(10**9)
    )
    assert numeral(0, "chineseCounting") == "0" and numeral(5, "bullet") == numeral(5, "none") == ""


def test_rings_are_drawn_around_what_unicode_has_them_for():
    assert [circled(text) for text in ("1", "20", "21", "36", "50", "51", "一", "十", "A", "z", "甲")] == [
        "①", "⑳", "㉑", "㊱", "㊿", None, "㊀", "㊉", "Ⓐ", "ⓩ", None
    ]  # fmt: skip
