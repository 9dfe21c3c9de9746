"""The real book: its 43 documents, its traps (truth/census.md §9), and the proof that nothing is lost."""

import json
import re
import time

import pytest
from conftest import SHARED, needs_book
from parsing import bare, clause, folded

from index.parse import parse
from index.schema import Line, RawText

pytestmark = needs_book
OPEN, CLOSE = "（(〔[【", "）)〕]】"
LISTS = (30, 31, 34)  # documents with tables


def inventory():
    return [json.loads(row) for row in (SHARED / "truth" / "inventory.jsonl").read_text(encoding="utf-8").splitlines()]


def clauses_of(book, number):
    return book[1][number - 1].clauses


def find(book, number, words):
    """The one clause of document `number` that holds these words."""
    found = [c for c in clauses_of(book, number) if folded(words) in folded(c.text)]
    assert len(found) == 1, (words, len(found))
    return found[0]


def at(book, number, line):
    """The clause that begins at this line (0-based, as in the census)."""
    return next(c for c in clauses_of(book, number) if c.source.line == line + 1)


def rows_of(book, number):
    return [c for c in clauses_of(book, number) if c.kind == "row"]


# --- documents ---


def test_exactly_the_documents_of_the_inventory_with_their_facts(book):
    _, found = book
    assert len(found) == 43
    for parsed, truth in zip(found, inventory(), strict=True):
        document = parsed.document
        assert document.title == truth["title"]
        assert document.notice_title == truth["notice_title"]
        assert document.doc_no == truth["doc_no"]
        assert list(document.issuers) == truth["issuers"]
        assert document.issued_on == truth["date"]
        assert document.level == truth["level"]
    kinds = [(p.document.kind, t["type"]) for p, t in zip(found, inventory(), strict=True)]
    other = [pair for pair in kinds if pair[0] != pair[1]]
    # The inventory calls one 联合实施方案 a 方案 and the other 实施方案 实施方案.
    assert other == [("实施方案", "方案")]


def test_documents_begin_where_their_titles_stand(book):
    for parsed, truth in zip(book[1], inventory(), strict=True):
        assert parsed.clauses[0].source.line == truth["start_line"] + 1
        assert parsed.clauses[0].kind == "notice"


def test_only_stated_terms_are_periods(book):
    for parsed, truth in zip(book[1], inventory(), strict=True):
        stated, found = truth["period"], parsed.document.period
        if stated is None or stated.startswith(("目标", "2021年底前", "2020、", "2-3年")):
            assert found is None, parsed.document.title
        else:
            years = re.findall(r"\d{4}", stated)
            assert found.end == (years[0] if "展望" in stated else years[-1])
            assert found.start == (None if "至" in stated else years[0])
            assert bare(found.text) in bare(parsed.document.title + "".join(c.text for c in parsed.clauses))


def test_ids_are_distinct_and_parsing_again_gives_the_same(book):
    raw, found = book
    began = time.process_time()
    again = parse(raw)
    assert time.process_time() - began < 5
    assert [p.clauses for p in again] == [p.clauses for p in found]
    assert len({p.document.doc_id for p in found}) == 43
    assert len({c.clause_id for p in found for c in p.clauses}) == sum(len(p.clauses) for p in found)


# --- nothing lost ---


def test_every_character_is_printed_once_and_in_order_or_listed_as_dropped(book):
    raw, found = book
    dropped = {line.number for p in found for line in p.dropped}
    expected = bare("".join(line.text for line in raw.lines if line.number not in dropped))
    assert bare("".join(piece for p in found for piece in p.printed)) == expected


def test_only_page_numbers_contents_and_repeated_headers_are_dropped(book):
    raw, found = book
    contents = range(9, 63)  # of document 1, with the page number in it
    dropped = [line for p in found for line in p.dropped]
    loose = [line.text.strip() for line in dropped if line.number - 1 not in contents]
    numbers = [text for text in loose if text.isdigit()]
    assert numbers == sorted(numbers, key=int) and len(set(numbers)) == len(numbers)  # each page's, once
    headers = [text for text in loose if not text.isdigit()]
    assert headers.count("序号 类型 重点任务 牵头单位 完成时限") == 3
    assert headers.count("序号 事 项 名 称 实施部门") == 9
    assert [text for text in headers if not text.startswith("序号 ")] == [
        "第二节 加强规划实施保障",
        *["序", "号", "重 点 事 项", "责 任 单 位 完成", "时限重庆市 四川省"] * 2,
    ]


def test_what_is_printed_is_a_clause_a_heading_of_an_address_or_a_title_line(book):
    for found in book[1]:
        texts = {c.text for c in found.clauses}
        headings = {heading for c in found.clauses for heading in c.path}
        titles = bare(found.document.title) + bare(found.document.notice_title or "")
        for piece in found.printed:
            if piece not in texts and piece not in headings:
                assert bare(piece).strip("《》") in titles or bare(piece) == "2022年8月", piece


def test_every_heading_of_the_inventory_opens_a_clause_or_is_an_address(book):
    raw, found = book
    for parsed, truth in zip(found, inventory(), strict=True):
        begins = {c.source.line - 1 for c in parsed.clauses}
        headings = {bare(heading) for c in parsed.clauses for heading in c.path}
        for scheme, lines in truth["heading_lines"].items():
            for line in lines:
                if scheme != "第X节(mid-line)":
                    assert line in begins or bare(raw.lines[line].text) in headings, raw.lines[line].text


def reprinted(found, line_of):
    lines = [line_of(line, place) for place, line in enumerate("\n".join(found.printed).split("\n"))]
    rows = [row for group in lines for row in group]
    return RawText("x.txt", tuple(Line(row, n) for n, row in enumerate(rows, 1)), "x")


def wrapped(line, place, width=40):
    text = "　　" * (place > 0) + line
    return [text[i : i + width] for i in range(0, len(text), width)]


def compared(book, line_of):
    """(clauses that differ, clauses compared) when each document without tables is set anew by `line_of`."""
    missing = total = 0
    for number, found in enumerate(book[1], 1):
        if number in LISTS or (number == 8 and line_of is wrapped):  # 8's notice names its title like a heading
            continue
        (again,) = parse(reprinted(found, line_of))
        assert again.document.title == found.document.title
        assert again.document.doc_no == found.document.doc_no
        assert again.document.issuers == found.document.issuers
        mine = {(tuple(map(bare, c.path)), bare(c.text)) for c in again.clauses}
        missing += sum((tuple(map(bare, c.path)), bare(c.text)) not in mine for c in found.clauses)
        total += len(found.clauses)
    return missing, total


def test_the_same_documents_as_flowing_text_give_the_same_clauses(book):
    missing, total = compared(book, lambda line, place: [line])
    assert missing == 0 and total == sum(len(p.clauses) for n, p in enumerate(book[1], 1) if n not in LISTS)
    assert compared(book, lambda line, place: ["　　" + line, ""])[0] == 0


def test_the_same_documents_wrapped_and_indented_give_the_same_clauses(book):
    missing, total = compared(book, wrapped)
    assert missing <= 0.005 * total


# --- responsible units, lists ---


def printed_units(text):
    """Units of every bracket, by brute force: cut at every mark outside inner brackets."""
    units = []
    for match in re.finditer(r"[（(〔]\s*(?:责任单位|牵头单位)[：:]|[（(][^（）]*牵头负责[）)]", text):
        depth, end = 0, match.start()
        while True:
            depth += (text[end] in OPEN) - (text[end] in CLOSE)
            if depth == 0:
                break
            end += 1
        body = re.sub(r"^(?:责任单位|牵头单位)[：:]|牵头负责$", "", text[match.start() + 1 : end]).replace(
            "配合单位：", ""
        )
        unit, depth = "", 0
        for character in body + "；":
            depth += (character in OPEN) - (character in CLOSE)
            if depth <= 0 and character in "、，；,;":
                units.append(re.sub(r"等$", "", "".join(unit.split())))
                unit = ""
            else:
                unit += character
    return [unit for unit in units if unit and unit not in ("下同", "两省市列首位的为牵头单位")]


def test_the_units_of_all_321_brackets_are_those_printed(book):
    brackets = 0
    for found in book[1]:
        for each in found.clauses:
            if each.kind != "row":
                assert list(each.responsible) == printed_units(each.text)
                brackets += len(re.findall(r"[（(〔]\s*(?:责任单位|牵头单位)[：:]|牵头负责[）)]", each.text))
    assert brackets == 321


@pytest.mark.parametrize(
    ("number", "brackets"),
    [
        (5, 15), (13, 23), (23, 35), (24, 29), (25, 16), (28, 24), (29, 26), (33, 58), (34, 16), (35, 22), (36, 22), (37, 19),
    ],
)  # fmt: skip
def test_every_bracket_charges_one_clause(book, number, brackets):
    assert sum(bool(c.duties) for c in clauses_of(book, number) if c.kind != "row") == brackets


def test_groups_of_units_belong_to_the_province_printed_before_them(book):
    first = find(book, 36, "加大可再生能源开发力度").duties
    assert [(d.region, d.units) for d in first] == [
        ("重庆市", ("重庆市发展改革委", "市能源局")),
        ("四川省", ("四川省发展改革委", "省能源局")),
    ]
    regions = {d.region for number in (24, 28, 36, 37) for c in clauses_of(book, number) for d in c.duties}
    assert regions == {"重庆市", "四川省"}


@pytest.mark.parametrize(("number", "rows"), [(30, 179), (31, 20), (34, 48)])
def test_every_row_of_a_list_is_a_clause(book, number, rows):
    assert len(rows_of(book, number)) == rows


def test_row_numbers_run_on_through_page_breaks_and_restart_with_a_new_list(book):
    numbers = [int(re.match(r"\d+", c.text)[0]) for c in rows_of(book, 30)]
    assert numbers == [*range(1, 45), *range(1, 102), *range(1, 35)]
    assert [int(re.match(r"\d+", c.text)[0]) for c in rows_of(book, 34)] == [*range(1, 49)]


def test_rows_of_a_list_of_tasks_name_their_units(book):
    for row in rows_of(book, 30):
        assert row.duties and row.duties[0].role in ("牵头单位", "实施部门")
        assert {d.region for d in row.duties} <= {"重庆市", "四川省", None}
    assert find(book, 30, "培育各类产权交易平台").responsible[-1] == "四川省地方金融监管局"
    assert find(book, 30, "辐射安全许可遗失补办").responsible == ("重庆市生态环境局", "四川省生态环境厅")
    columns = find(book, 31, "共同打造中欧班列（成渝）品牌，力争").duties
    assert [(d.region, d.units) for d in columns] == [
        ("重庆市", ("市政府口岸物流办",)),
        (None, ("成都市政府",)),
        ("四川省", ("省政府口岸物流办",)),
    ]
    assert not any(c.duties for c in rows_of(book, 34))


# --- the traps of census §9, by number ---


def test_1_a_page_number_before_a_title_hides_no_document(book):
    assert [book[1][n - 1].clauses[0].text.split("\n")[0][:11] for n in (7, 43)] == [
        "推动成渝地区双城经济圈",
        "四川省经济和信息化厅 ",
    ]


def test_2_a_heading_glued_to_the_end_of_a_paragraph_is_cut_loose(book):
    assert clause(book[1][20], "28． 加强农业农村污染").path[-1] == "第五节 推进长江上游农村生态文明建设"
    assert find(book, 21, "进行集中支持。").text.endswith("进行集中支持。")


def test_3_the_rest_of_a_decimal_at_a_line_start_opens_no_clause(book):
    assert not any(c.text.startswith(("9． 83%", "52． 5%")) for c in clauses_of(book, 21))
    assert "9． 83% 。" in find(book, 21, "9.83%").text


def test_4_a_heading_run_together_with_its_text_is_one_clause(book):
    found = at(book, 21, 9134)
    assert found.text.startswith("12．共建国家农业高新技术产业示范区积极争取国家在川渝") and "\n" in found.text


def test_5_a_leftover_line_of_the_contents_is_no_heading(book):
    found = at(book, 19, 8560)
    assert found.path == ("第十二章 推动规划有效实施", "第二节 加强规划实施保障")
    assert [c.path for c in clauses_of(book, 19)][1] == ("前 言",)


def test_6_the_body_begins_behind_the_contents(book):
    assert at(book, 1, 66).path == ("前言",) and at(book, 1, 66).kind == "preamble"
    assert at(book, 1, 100).path == ("第一章 规划背景",)


def test_7_a_title_with_stray_blanks_over_three_lines(book):
    document = book[1][3].document
    assert document.title == "成渝地区双城经济圈综合交通运输发展规划"
    assert document.notice_title == "国家发展改革委 交通运输部关于印发《成渝地区双城经济圈综合交通运输发展规划》的通知"


def test_8_a_signature_before_a_title_with_the_same_words(book):
    assert bare(clauses_of(book, 10)[-1].text).endswith("四川省人民政府重庆市人民政府2022年2月10日")
    assert clauses_of(book, 11)[0].source.line == 4759 + 1


def test_9_a_cited_notice_begins_no_document(book):
    assert "的通知" in find(book, 22, "经川渝两省市政府同意").text
    assert book[1][40].document.doc_no is None


def test_10_a_table_cell_numbered_like_a_section_is_the_group_of_its_rows(book):
    first, second = rows_of(book, 30)[:2]
    assert "\n一、共同打造一流市场环境\n在企业登记" in first.text and second.path[-1] == "一、共同打造一流市场环境"
    assert rows_of(book, 34)[0].path[-1] == "一、航道工程 806 307"


def test_11_a_row_number_at_a_page_top_and_a_page_number_within_a_row(book):
    assert rows_of(book, 30)[14].text.startswith("15\n共同开展绿色低碳产业专利数据库建设")
    third = rows_of(book, 34)[2].text
    assert "329" not in third and third.endswith("\n7")


def test_12_a_split_amount_opens_no_row(book):
    assert "\n5.7\n" in rows_of(book, 34)[3].text


def test_13_a_list_of_annexes_numbers_no_clauses_and_the_glossary_no_sections(book):
    listed = at(book, 13, 6286)
    assert listed.kind == "annex" and listed.text.endswith("2．加强交通基础设施建设行动方案主要指标")
    assert [c.path for c in clauses_of(book, 13)][-7:] == [("附件 1", "名 词 解 释")] * 7
    assert find(book, 21, "协调性分析").kind == "annex"


def test_14_a_wrapped_dash_is_no_item_and_a_real_one_is(book):
    assert (
        "乐山—自贡" in find(book, 6, "构筑“五横五纵”旅游通道").text
        or "—遂宁—内江" in find(book, 6, "构筑“五横五纵”").text
    )
    assert not any(c.text.startswith(("—遂宁", "—3条")) for n in (6, 31) for c in clauses_of(book, n))
    assert at(book, 9, 4258).text.startswith("—产业竞争力显著增强。")


def test_15_circled_numbers_stay_in_their_item(book):
    assert at(book, 19, 7585).text.startswith("3．航运中心。①航道：") and "②港口：" in at(book, 19, 7585).text


def test_16_a_sentence_broken_by_a_false_paragraph_end_is_whole(book):
    assert "布局建设一批" in bare(at(book, 21, 9287).text)
    assert "和潜力,构建" in bare(at(book, 21, 8874).text)


def test_17_paragraphs_with_their_own_units_are_clauses_under_their_heading(book):
    heading = "（一）提高对外物流通道整体辐射能级。"
    assert at(book, 31, 13647).text.startswith(heading)
    for line in (13661, 13673, 13685, 13699):
        found = at(book, 31, line)
        assert found.path == ("二、统筹推进区域口岸物流联网运行", heading) and found.duties


def test_18_a_caption_over_two_lines_is_one_paragraph(book):
    assert "\n图 3 产业发展带\n" in find(book, 40, "图 3 产业发展带").text


def test_19_a_unit_without_text_is_a_clause(book):
    found = at(book, 36, 17782)
    assert found.text.startswith("18．争取国家政策支持。（责任单位：") and len(found.responsible) == 4


def test_20_a_bracket_on_a_line_of_its_own_belongs_to_the_clause_above(book):
    found = find(book, 24, "（十七）建立完善")
    assert "达到100％。" in bare(found.text) and found.text.endswith("四川省大数据中心等）")


def test_21_a_signature_at_once_before_the_next_title(book):
    assert bare(clauses_of(book, 22)[-1].text).endswith("2022年6月11日")
    assert book[1][22].document.notice_title.startswith("四川省人民政府办公厅")


def test_22_a_page_number_inside_a_word_is_gone(book):
    assert "节能降碳标杆企业" in bare(find(book, 32, "共同开展科技创新").text)


def test_23_a_heading_alone_takes_the_next_paragraph(book):
    assert at(book, 8, 4053).text.split("\n")[1].startswith("规划建设水文博物馆")


def test_headings_alone_with_children_are_addresses_and_no_clauses(book):
    for number in (25, 26, 27, 39, 40, 41, 42):
        assert not any(len(bare(c.text)) < 12 for c in clauses_of(book, number) if c.kind == "clause")
    assert at(book, 5, 2095).path == ("二、打造战略科技力量，合作共建国家级创新平台",)
    assert at(book, 2, 1515).path[-1].startswith("（一）加快形成具有竞争力的金融机构组织体系")


def test_a_notice_holds_title_number_signature_date_and_publicity_in_one_clause(book):
    for found, truth in zip(book[1], inventory(), strict=True):
        text = bare(found.clauses[0].text)
        printed = bare("".join(truth["title_as_printed"]))
        assert text.startswith(printed + bare(truth["doc_no"] or ""))
        whole = bare("".join(c.text for c in found.clauses if c.kind in ("notice", "clause")))
        if truth.get("date_raw") and truth["date"]:
            assert bare(truth["date_raw"] + truth.get("publicity", "")) in whole


def test_every_quote_of_the_development_questions_lies_in_one_clause(book):
    texts = {p.document.title: [folded(c.text) for c in p.clauses] for p in book[1]}
    rows = (SHARED / "eval" / "dev.jsonl").read_text(encoding="utf-8").splitlines()
    for evidence in (e for row in rows for e in json.loads(row)["evidence"]):
        own = [text for title, group in texts.items() if title.endswith(evidence["doc"]) for text in group]
        assert any(folded(evidence["quote"]) in text for text in own), evidence
