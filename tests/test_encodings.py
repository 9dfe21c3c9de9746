"""Text files: the encoding is recognised where it is sure, else named; heads in traditional characters."""

from __future__ import annotations

import pytest

from index.errors import UnreadableContent
from index.load import text
from index.parse import parse
from index.schema import Line, RawText

SIMPLE = (
    "云泽州人民政府关于加强渡口管理的通知\n云政发〔2025〕8号\n一、渡口应当设置明显的安全标志。\n二、每季度检查一次。\n"
)
FULL = "屏山縣政府關於加強渡口管理的通知\n屏政發〔2025〕8號\n一、渡口應當設置明顯的安全標誌。\n二、每季度檢查一次，並公布結果。\n"


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-16", "gb18030", "utf-8"])
def test_simplified_text_is_read_as_it_is(encoding):
    assert text.decode((SIMPLE * 3).encode(encoding)) == SIMPLE * 3


@pytest.mark.parametrize("encoding", ["big5", "gb18030", "utf-16-le"])
def test_traditional_text_is_read_as_it_is(encoding):
    assert text.decode(FULL.encode(encoding)) == FULL


def test_every_stretch_of_a_text_is_read_right_or_refused():
    """Never another text: what is not sure is named."""
    for whole, encodings in ((SIMPLE, ("gb18030", "utf-16-le")), (FULL, ("big5", "gb18030", "utf-16-be"))):
        for encoding in encodings:
            for begin in range(0, len(whole) - 4, 3):
                for size in (8, 20, 45):
                    part = whole[begin : begin + size]
                    try:
                        assert text.decode(part.encode(encoding)) == part or not part.strip()
                    except UnreadableContent as error:
                        assert "另存为" in str(error) or "为空" in str(error) or "二进制" in str(error)


def test_damaged_utf8_is_named_as_such():
    with pytest.raises(UnreadableContent, match="UTF-8 文本.*损坏"):
        text.decode((SIMPLE * 20).encode()[:-1] + b"\xff")


def test_other_encodings_are_refused():
    with pytest.raises(UnreadableContent, match="另存为"):
        text.decode("渡船の検査は毎年行わなければならない。".encode("shift_jis"))


def head(*rows):
    return parse(RawText("文件.txt", tuple(Line(row, n) for n, row in enumerate(rows, 1)), ""))[0]


def test_title_and_number_in_traditional_characters_are_apart():
    found = head(*FULL.strip().split("\n"), "屏山縣政府", "2025年3月5日")
    assert (found.document.title, found.document.doc_no) == ("屏山縣政府關於加強渡口管理的通知", "屏政發〔2025〕8號")
    assert found.document.issuers == ("屏山縣政府",)
    assert [clause.text[:2] for clause in found.clauses[1:]] == ["一、", "二、"]


def test_chapters_and_articles_in_traditional_characters_are_headings():
    found = head(
        "屏山縣渡口管理條例",
        "第一章　總則",
        "第一條　為加強渡口管理，制定本條例。",
        "第二條　本條例適用於本縣。",
        "第二章　罰則",
        "第三條　違反本條例者，處罰鍰。",
    )
    assert [(clause.path, clause.text[:3]) for clause in found.clauses] == [
        (("第一章　總則",), "第一條"),
        (("第一章　總則",), "第二條"),
        (("第二章　罰則",), "第三條"),
    ]
    assert found.document.kind == "条例"


@pytest.mark.parametrize("gap", ["", " ", "　"])
def test_a_title_and_its_number_on_one_line_are_apart(gap):
    found = head(f"云泽州人民政府关于加强渡口管理的通知{gap}云政发〔2025〕8号", *SIMPLE.strip().split("\n")[2:])
    assert (found.document.title, found.document.doc_no) == (
        "云泽州人民政府关于加强渡口管理的通知",
        "云政发〔2025〕8号",
    )


def test_a_list_of_documents_keeps_its_lines():
    rows = [
        "云泽州废止文件目录",
        *(f"{n}. 云泽州人民政府关于渡口{word}的通知（云政发〔201{n}〕{n}号）" for n, word in enumerate("管检修建", 1)),
    ]
    assert [clause.text for clause in head(*rows).clauses] == rows[1:]


def test_a_notice_that_holds_what_it_issues_keeps_its_own_title_and_its_last_item_is_a_clause():
    rows = [
        "云泽州审计局关于印发2025年检查计划的通知",
        "云审发〔2025〕2号",
        "各县审计局：",
        "现将检查计划印发给你们。",
        "一、检查渡口12个。",
        "二、检查渡船8艘。",
        "云泽州审计局",
        "2025年1月6日",
    ]
    found = head(*rows)
    assert found.document.title == rows[0]
    assert [clause.text for clause in found.clauses[1:]] == [rows[4], "\n".join(rows[5:])]
