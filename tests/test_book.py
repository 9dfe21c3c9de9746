"""The real book: its 43 documents, its traps, and the proof that nothing is lost."""

import json
import unicodedata

import pytest
from conftest import SHARED, needs_book

pytestmark = needs_book


def bare(text):
    return "".join(unicodedata.normalize("NFKC", text).split())


def inventory():
    return [json.loads(row) for row in (SHARED / "truth" / "inventory.jsonl").read_text(encoding="utf-8").splitlines()]


def clauses_of(book, number):
    return book[1][number - 1].clauses


def find(book, number, words):
    found = [c for c in clauses_of(book, number) if bare(words) in bare(c.text)]
    assert found, words
    return found[0]


def test_exactly_the_documents_of_the_inventory_with_their_facts(book):
    _, parsed = book
    assert len(parsed) == 43
    for found, truth in zip(parsed, inventory(), strict=True):
        document = found.document
        assert document.title == truth["title"]
        assert document.notice_title == truth["notice_title"]
        assert document.doc_no == truth["doc_no"]
        assert list(document.issuers) == truth["issuers"]
        assert document.issued_on == truth["date"]
        assert document.level == truth["level"]
    kinds = sum(p.document.kind == t["type"] for p, t in zip(parsed, inventory(), strict=True))
    assert kinds >= 42  # the inventory calls one 联合实施方案 a 方案 and another 实施方案


def test_every_character_is_printed_once_and_in_order_or_listed_as_dropped(book):
    raw, parsed = book
    dropped = {line.number for p in parsed for line in p.dropped}
    expected = "".join("".join(line.text.split()) for line in raw.lines if line.number not in dropped)
    printed = "".join("".join(piece.split()) for p in parsed for piece in p.printed)
    assert printed == expected
    lost = sum(len("".join(line.text.split())) for line in raw.lines if line.number in dropped)
    assert lost < 0.002 * len(expected)


def test_what_is_printed_is_a_clause_a_heading_of_an_address_or_a_title_line(book):
    for found in book[1]:
        texts = {c.text for c in found.clauses}
        headings = {heading for c in found.clauses for heading in c.path}
        loose = [p for p in found.printed if p not in texts and p not in headings]
        titles = bare(found.document.title) + bare(found.document.notice_title or "")
        for piece in loose:
            assert bare(piece) in ("附件",) or bare(piece).strip("《》") in titles or len(piece) < 60, piece


def test_only_page_numbers_contents_and_repeated_headers_are_dropped(book):
    for found in book[1]:
        for line in found.dropped:
            text = line.text.strip()
            assert text.isdigit() or text.startswith(("第", "目录", "前言", "序", "号", "重", "责", "时限")), text


@pytest.mark.parametrize(
    ("number", "brackets"),
    [(5, 15), (13, 23), (23, 35), (24, 29), (25, 16), (28, 24), (29, 26), (33, 58), (34, 16), (35, 22), (36, 22), (37, 19)],
)
def test_every_bracket_of_responsible_units_is_parsed(book, number, brackets):
    assert sum(bool(c.duties) for c in clauses_of(book, number) if c.kind != "row") == brackets


@pytest.mark.parametrize(("number", "rows"), [(30, 179), (31, 20), (34, 48)])
def test_every_row_of_a_list_is_a_clause(book, number, rows):
    assert sum(c.kind == "row" for c in clauses_of(book, number)) == rows


def test_row_numbers_run_on_through_page_breaks_and_restart_with_a_new_list(book):
    import re

    numbers = [int(re.match(r"\d+", c.text)[0]) for c in clauses_of(book, 30) if c.kind == "row"]
    assert numbers == [*range(1, 45), *range(1, 102), *range(1, 35)]
    assert [int(re.match(r"\d+", c.text)[0]) for c in clauses_of(book, 34) if c.kind == "row"] == [*range(1, 49)]


def test_a_heading_glued_to_the_end_of_a_paragraph_is_cut_loose(book):
    clause = next(c for c in clauses_of(book, 21) if c.text.startswith("28． 加强农业农村污染跨界协同治理"))
    assert clause.path[-1] == "第五节 推进长江上游农村生态文明建设"
    assert find(book, 21, "进行集中支持。").text.endswith("进行集中支持。")


def test_the_rest_of_a_decimal_at_a_line_start_opens_no_clause(book):
    assert not any(c.text.startswith(("9． 83%", "52． 5%")) for c in clauses_of(book, 21))
    assert "9． 83% 。" in find(book, 21, "9.83%").text


def test_a_leftover_line_of_the_contents_is_no_heading(book):
    assert not any("第二节 加强规划实施保障" in c.path[:1] for c in clauses_of(book, 19))
    assert any(c.path[-1:] == ("第二节 加强规划实施保障",) for c in clauses_of(book, 19))


def test_a_title_with_stray_blanks_over_three_lines(book):
    document = book[1][3].document
    assert document.title == "成渝地区双城经济圈综合交通运输发展规划"


def test_an_annex_restarts_numbering_under_its_own_title(book):
    glossary = [c for c in clauses_of(book, 13) if c.kind == "annex" and c.text.startswith("一、")]
    assert glossary and glossary[0].path[0] == "附件 1"
    assert find(book, 21, "协调性分析").kind == "annex"


def test_a_wrapped_dash_is_no_item_and_a_real_one_is(book):
    assert not any(c.text.startswith("—遂宁") for c in clauses_of(book, 6))
    assert any(c.text.startswith("—产业竞争力显著增强。") for c in clauses_of(book, 9))


def test_a_sentence_broken_by_a_false_paragraph_end_is_whole(book):
    assert "布局建设一批" in bare(find(book, 21, "建设一批").text) or "布局建设一批" in "".join(
        bare(c.text) for c in clauses_of(book, 21)
    )
    assert "和潜力,构建" in bare(find(book, 21, "紧紧围绕成渝地区双城经济圈建设").text)


def test_paragraphs_with_their_own_units_are_clauses_under_their_heading(book):
    own = [c for c in clauses_of(book, 31) if any(h.startswith("（一）") for h in c.path) and c.duties]
    assert len(own) >= 3


def test_a_unit_without_text_is_a_clause(book):
    clause = find(book, 36, "18．争取国家政策支持。")
    assert clause.text.startswith("18．") and clause.responsible


def test_a_bracket_on_a_line_of_its_own_belongs_to_the_clause_above(book):
    clause = find(book, 24, "（十七）")
    assert clause.text.rstrip().endswith("四川省大数据中心等）")


def test_a_heading_alone_takes_the_next_paragraph(book):
    assert find(book, 8, "（四十二）").text.split("\n")[1].startswith("规划建设水文博物馆")


def test_a_page_number_inside_a_word_is_gone(book):
    assert "节能降碳标杆企业" in bare(find(book, 32, "降碳标杆企业").text)


def test_signature_and_date_end_the_last_clause_of_a_reply(book):
    last = clauses_of(book, 15)[-1]
    assert bare(last.text).endswith("2020年12月29日") or "2020年12月29日" in bare(last.text)


def test_plans_with_a_stated_term_have_a_period_and_target_years_are_none(book):
    periods = {p.document.title: p.document.period for p in book[1]}
    assert periods["推动成渝地区双城经济圈建设加强交通基础设施建设行动方案（2020—2022年）"].end == "2022"
    assert periods["重庆都市圈发展规划"].end == "2025"
    assert periods["成渝地区双城经济圈优化营商环境方案"] is None


def test_every_quote_of_the_development_questions_lies_in_one_clause(book):
    texts = [bare(c.text) for p in book[1] for c in p.clauses]
    rows = (SHARED / "eval" / "dev.jsonl").read_text(encoding="utf-8").splitlines()
    for quote in (bare(e["quote"]) for row in rows for e in json.loads(row)["evidence"]):
        assert any(quote in text for text in texts), quote
