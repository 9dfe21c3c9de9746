"""Headings, units, boxes and annexes: which texts are clauses, and their addresses."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from parsing import bare, clause, parsed, raw

from index.decimals import uses_decimals
from index.markers import marker, number
from index.parse import parse

PLAN = (
    "某方案\n为做好工作，制定本方案。\n一、加强建设，提升能力\n（一）基本原则。\n——坚持创新。破除障碍。\n——坚持共享。惠及群众。\n"
    "（二）重点任务。围绕重点，抓好落实。\n1．建设泵站。建成3座。\n2．疏浚河道。完成20公里。\n（三）保障措施\n加强领导。\n强化监督。\n"
    "二、组织实施\n各单位要落实责任。\n"
)


def addresses(document):
    return [(" > ".join(c.path), bare(c.text)) for c in document.clauses]


def test_headings_alone_are_addresses_and_numbered_units_are_clauses():
    assert addresses(parsed(PLAN)) == [
        ("", "为做好工作，制定本方案。"),
        ("一、加强建设，提升能力 > （一）基本原则。", "——坚持创新。破除障碍。"),
        ("一、加强建设，提升能力 > （一）基本原则。", "——坚持共享。惠及群众。"),
        ("一、加强建设，提升能力", "（二）重点任务。围绕重点，抓好落实。"),
        ("一、加强建设，提升能力 > （二）重点任务。", "1．建设泵站。建成3座。"),
        ("一、加强建设，提升能力 > （二）重点任务。", "2．疏浚河道。完成20公里。"),
        ("一、加强建设，提升能力", "（三）保障措施加强领导。强化监督。"),
        ("二、组织实施", "各单位要落实责任。"),
    ]


def test_paragraphs_under_a_section_are_clauses_of_their_own():
    found = parsed("某规划\n第一章 布局\n第一节 双核\n重庆核。以主城为核心。\n成都核。以成都为核心。")
    assert [c.path for c in found.clauses] == [("第一章 布局", "第一节 双核")] * 2


def test_items_of_an_article_stay_in_it_and_what_it_cites_opens_none():
    found = parsed(
        "某条例\n第一章　总　　则\n　　第一条　为了管理，制定本条例。\n　　第二条　下列各项：\n　　（一）动物；\n　　（二）植物。\n"
        "　　前款规定以外的除外。\n第三条　依照第二条规定办理。\n第四条之一　分级管理。"
    )
    assert [c.text.count("\n") for c in found.clauses] == [0, 3, 0, 0]
    assert found.clauses[-1].path == ("第一章　总　　则",)


def test_a_very_long_article_is_cut_into_its_paragraphs_under_its_number():
    items = "\n".join(f"（{n}）{'应当' * 100}；" for n in "一二三四五六")
    found = parsed(f"某条例\n第一条 目的。\n第二条 下列情形：\n{items}\n第三条 施行。")
    cut = [c for c in found.clauses if c.path and c.path[-1].startswith("第二条")]
    assert len(cut) == 6 and all(len(c.text) < 300 for c in cut)


def test_small_numbers_stay_in_their_unit():
    found = parsed("某办法\n一、条件\n1．申请人条件\n（1）年满十八岁；\n（2）有固定住所。\n2．程序\n当场办结。")
    assert [c.text.count("\n") for c in found.clauses] == [2, 1]


def test_a_plan_numbered_by_decimals_has_their_outline():
    found = parsed(
        "某应急预案\n1 总则\n1.1 目的\n做好处置。\n1.2 依据\n依法制定。\n2 体系\n2.1 指挥部\n设立指挥部。\n2.1.1 职责\n"
        "组织处置，2.5 万人以内由县级负责。\n3 附则\n解释权属于本局。"
    )
    assert clause(found, "1.2").path == ("1 总则",)
    assert clause(found, "2.1.1").path == ("2 体系", "2.1 指挥部")
    assert clause(found, "解释权").path == ("3 附则",)


TECHNICAL = "附件：渡口技术规范\n1.范围\n1.1适用渡口\n1.2适用渡船\n2.设施\n2.1栈桥\n2.2护栏"


def test_an_annex_that_counts_by_decimals_changes_nothing_above_it():
    body = (
        "某方案\n一、范围\n（一）渡口\n1.人渡。免费。\n2.车渡。收费。\n（二）渡船\n每年检验。\n二、补助\n按规定补助。"
    )
    alone, with_annex = addresses(parsed(body)), addresses(parsed(body + "\n" + TECHNICAL))
    assert with_annex[: len(alone)] == alone
    assert with_annex[len(alone) :] == [
        ("附件：渡口技术规范 > 1.范围", "1.1适用渡口"),
        ("附件：渡口技术规范 > 1.范围", "1.2适用渡船"),
        ("附件：渡口技术规范 > 2.设施", "2.1栈桥"),
        ("附件：渡口技术规范 > 2.设施", "2.2护栏"),
    ]


def test_decimals_below_a_chinese_number_stay_below_it():
    found = parsed(
        "某方案\n一、建设\n1.泵站\n1.1 选址\n选在河口。\n1.2 容量\n三台。\n2.水闸\n2.1 选址\n选在支流。\n二、管护\n1.巡查。每日一次。"
    )
    assert clause(found, "2.1").path == ("一、建设", "2.水闸") and clause(found, "1.巡查").path == ("二、管护",)


def test_each_chapter_counts_for_itself_and_figures_are_no_numbers():
    found = parsed(
        "某规范\n第一章 渡口\n1.1 选址\n河口为宜。\n1.2 容量\n2.5万人以上的渡口设候船室。\n（一）候船室\n不小于80平方米。\n第二章 渡船\n（一）船员\n1.船长。一名。\n2.水手。两名。"
    )
    assert clause(found, "（一）候船室").path == ("第一章 渡口", "1.2 容量")
    assert clause(found, "1.2").text.endswith("2.5万人以上的渡口设候船室。") and clause(found, "2.水手").path == (
        "第二章 渡船",
        "（一）船员",
    )


def test_items_of_a_plan_by_decimals_may_count_by_themselves():
    found = parsed(
        "某预案\n1 总则\n1.1 目的\n做好处置。\n1.2 原则\n1.统一。服从指挥。\n2.快速。及时处置。\n3.安全。保护群众。\n2 体系\n2.1 指挥部\n设立指挥部。"
    )
    assert clause(found, "3.安全").path == ("1 总则", "1.2 原则") and clause(found, "2.1").path == ("2 体系",)


def test_items_stay_within_articles_in_the_statute_and_open_clauses_in_its_annex():
    found = parsed(
        "某条例\n第一条 目的：\n（一）甲；\n（二）乙。\n第二条 施行。\n附件1：目录\n一、渡口\n（一）人渡口。\n（二）车渡口。\n附：\n说明\n1.渡船。指客船。\n2.浮桥。指临时桥。"
    )
    assert found.clauses[0].text == "第一条 目的：\n（一）甲；\n（二）乙。"
    assert clause(found, "（二）车渡口").path == ("附件1：目录", "一、渡口") and clause(found, "2.浮桥").path == (
        "附：",
        "说明",
    )


def test_text_without_numbers_is_a_clause_a_paragraph_under_its_subheads():
    long = "各地积极探索不同的路径，取得了一些值得关注的经验，也暴露出不少需要解决的问题，需要认真研究。"
    found = parsed(f"数字乡村怎么建\n{long}\n先把网络铺好\n{long}\n再把数据用起来\n{long}")
    assert [(c.kind, c.path) for c in found.clauses] == [
        ("clause", ()),
        ("clause", ("先把网络铺好",)),
        ("clause", ("再把数据用起来",)),
    ]


def test_a_box_keeps_its_items_and_sub_heads_and_ends_with_its_numbering():
    found = parsed(
        "某规划\n第一章 布局\n推动协同发展。完善机制，扎实推进。\n专栏 1 重点任务\n甲新区重点建设任务：\n1．产业。建设园区。\n2．新城。建设住房。\n"
        "乙示范区重点建设任务：\n1．交通。建设通道。\n加强区域合作。深化交流，扎实推进。"
    )
    boxes = [c for c in found.clauses if c.kind == "box"]
    assert [c.path[-1] for c in boxes] == ["甲新区重点建设任务："] * 2 + ["乙示范区重点建设任务："]
    assert found.clauses[-1].kind == "clause" and found.clauses[-1].path == ("第一章 布局",)


def test_annexes_are_listed_in_one_clause_and_have_addresses_of_their_own():
    found = parsed(
        "某方案\n一、任务\n抓好落实。\n附件：1．名词解释\n2．主要指标\n附件 1\n名词解释\n一、双核。指两个中心。\n附件2：主要指标\n本表为预期性指标。"
    )
    assert clause(found, "附件：1．名词解释").text.endswith("2．主要指标")
    assert clause(found, "一、双核").path == ("附件 1", "名词解释")
    assert clause(found, "本表").path == ("附件2：主要指标",) and clause(found, "本表").kind == "annex"


def test_policies_issued_together_each_head_their_articles():
    found = parsed(
        "甲市教育局 甲市财政局关于印发《助学办法》《奖学办法》的通知\n甲教发〔2022〕3号\n各区教育局：\n现将两办法印发给你们。\n"
        "2022年3月4日\n助学办法\n第一条 资助学生。\n第二条 标准为3000元。\n奖学办法\n第一条 奖励学生。\n第二条 标准为5000元。"
    )
    assert [c.path for c in found.clauses[1:]] == [("助学办法",)] * 2 + [("奖学办法",)] * 2


def test_a_heading_with_nothing_below_is_a_clause():
    found = parsed("某方案\n一、任务\n抓好落实。\n附件\n空间布局图")
    assert (found.clauses[-1].text, found.clauses[-1].path) == ("空间布局图", ("附件",))


def test_a_signature_below_plain_paragraphs_ends_the_last_of_them():
    found = parsed(
        "某办公室关于做好工作的通知\n各单位：\n一、推进项目\n认真落实责任。\n某建设联合办公室\n2022 年 1 月 30 日\n（此件公开发布）"
    )
    assert found.clauses[-1].text == "认真落实责任。\n某建设联合办公室\n2022 年 1 月 30 日\n（此件公开发布）"


@pytest.mark.parametrize("width", [24, 31, 40])
def test_wrapped_and_indented_lines_are_the_same_clauses_as_flowing_ones(width):
    flowing = PLAN.replace(
        "完成20公里。", "完成20公里。" + "同步整治岸线、涵闸和泵站，建立长效管护机制，确保安全度汛。" * 3
    ).replace("制定本方案。", "结合实际，统筹推进防洪、供水、灌溉和生态治理，经研究，制定本方案。" * 4)
    lines = []
    for place, row in enumerate(flowing.splitlines()):
        text = "　　" * (place > 0) + row
        lines += [text[i : i + width] for i in range(0, len(text), width)]
    assert addresses(parsed("\n".join(lines))) == addresses(parsed(flowing))


def test_numbering_is_recognised_and_figures_are_not():
    assert marker("（十二）加强领导。").kind == "（一）"
    assert marker("(三) 发展定位。").kind == "（一）"
    assert marker("1． 建设基地").kind == "1．"
    assert marker("第十七条 规定").kind == "条" and marker("第十七条的规定") is None
    assert marker("9． 83% 。") is None and marker("5.7") is None
    assert marker("—遂宁—内江、渝昆铁路") is None and marker("—产业竞争力显著增强。分工合理").kind == "——"
    assert marker("3.2022年底前完成改造。").kind == "1．" and marker("一. 目标任务").kind == "一、"
    assert marker("第三章规定的事项由主管部门负责。") is None and marker("附　　则").kind == "编"
    assert (number("第二十一章"), number("（三）"), number("7．")) == (21, 3, 7)
    assert not uses_decimals(["2.5 亿吨", "3 个基地"])


FRAGMENTS = [
    "甲市人民政府关于印发《乙方案》的通知", "甲市人民政府令", "第3号", "乙方案", "甲政发〔2021〕9号", "各区县：", "第一章 总则",
    "第一节 目标", "第一条 为了", "前 言", "（一）目标。内容。", "1．任务", "1.1 目的", "1.2 依据", "附件", "附件：1．甲", "2．乙",
    "序号 任务 单位", "序", "号", "1 甲 市财政局", "2", "一、航道 80 30", "合计 3", "目录", "专栏 1 重点", "——坚持。好", "2021年3月5日",
    "（此件公开发布）", "甲市人民政府", "a\tb\tc", "1\t2\t3", "注：无", "（责任单位：甲省财政厅、", "市教委；乙市", ")", "", " ", "12",
    "- 3 -", "本办法自2023年2月29日起施行，有效期3年。", "9999年12月31日", "规划期2021—2025年", "\x0c", "甲" * 90, "甲" * 45 + "。",
    "图 1 某", "第九条要求的", "第二条规划、交通", "第 三 条\t中小渡口", "第一条之一", "附：",
    "附件：目录", "1.范围", "2.1 桥", "2.2 船", "三、船", "乙规定（试行）", "自发布之日起30日后施行",
]  # fmt: skip
ANY = st.one_of(st.sampled_from(FRAGMENTS), st.sampled_from(FRAGMENTS), st.text(max_size=30))


@settings(max_examples=400, deadline=None)
@given(st.lists(ANY, max_size=30), st.booleans())
def test_any_text_parses_and_every_character_lands_once_in_order_or_is_listed_as_dropped(rows, spaced):
    source = raw(("\n\n" if spaced else "\n").join(rows))
    found = parse(source)
    dropped = {line.number for p in found for line in p.dropped}
    expected = bare("".join(line.text for line in source.lines if line.number not in dropped))
    printed = bare("".join(piece for p in found for piece in p.printed))
    invisible = str.maketrans("", "", "\ufeff\u200b")  # trimmed from the ends of lines
    assert printed.translate(invisible) == expected.translate(invisible)
    for p in found:
        assert [c.ordinal for c in p.clauses] == list(range(len(p.clauses)))
        assert all(c.text.strip() and c.doc_id == p.document.doc_id for c in p.clauses)
        # Every piece printed is a clause's text, in order, or a title line or heading.
        pieces = iter(p.printed)
        assert all(c.text in pieces for c in p.clauses)


def test_a_plan_behind_the_reply_that_approves_it_has_its_own_headings():
    found = parsed(
        "云泽市人民政府关于同意云泽湿地修复方案的批复\n云府〔2024〕3号\n市林业局：\n现批复如下：\n一、原则同意《云泽湿地修复方案》，请组织实施。\n"
        "二、严禁占用基本农田。\n云泽市人民政府\n2024年7月9日\n云泽湿地修复方案\n一、修复范围\n湿地面积460公顷。\n二、修复内容\n（一）修复岸线。修复湖岸18公里。"
    )
    assert [(c.path, c.text[:5]) for c in found.clauses[-3:]] == [
        ((), "二、严禁占"),
        (("云泽湿地修复方案", "一、修复范围"), "湿地面积4"),
        (("云泽湿地修复方案", "二、修复内容"), "（一）修复"),
    ]


def test_a_sentence_among_sentences_heads_nothing_though_plain_text_follows():
    found = parsed("云泽市公交票价方案\n一、普通线路票价2元。\n二、空调线路票价3元。\n特此公告。")
    assert [(c.path, c.text) for c in found.clauses] == [
        ((), "一、普通线路票价2元。"),
        ((), "二、空调线路票价3元。\n特此公告。"),
    ]
    found = parsed("云泽市公交票价方案\n一、普通线路票价2元。\n注：老人免费。\n二、空调线路票价3元。")
    assert [c.text for c in found.clauses] == ["一、普通线路票价2元。\n注：老人免费。", "二、空调线路票价3元。"]


def test_headings_that_end_with_a_stop_stay_headings():
    found = parsed(
        "云泽市工作方案\n一、提高认识。\n各区应当重视这项工作，落实责任。\n二、强化落实。\n各区应当每月检查一次。"
    )
    assert [c.path for c in found.clauses] == [("一、提高认识。",), ("二、强化落实。",)]
