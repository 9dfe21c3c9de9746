"""Binary Word and rich text: numbers as drawn, tables, deleted and hidden text, code pages. tests/data/ferry.doc and ferry.xls
were saved by an office suite from an invented document."""

from __future__ import annotations

from pathlib import Path

import pytest

from eval.bench import written
from index.errors import UnreadableContent, UnreadableFile
from index.load import load_file, rtf, spreadsheets, word

DATA = Path(__file__).parent / "data"
FERRY = (DATA / "ferry.doc").read_bytes()
LINES = [
    (None, "云泽州渡口管理办法"),
    (1, "第一章　总则"),
    (None, "第一条 为了加强渡口管理，制定本办法。"),
    (None, "第二条 本办法适用于本州的渡口。"),
    (1, "第二章　经营"),
    (None, "每艘渡船补助3万元。"),
    (None, "县\t渡口\t标准"),
    (None, "临江县\t甲渡口\t300元"),
    (None, "临江县\t乙渡口\t320元"),
    (None, "合计\t\t620元"),
    (None, "本办法自2025年6月1日起施行。"),
]


def texts(reading):
    return [line.text for line in reading.lines if line.text.strip()]


def rich(body):
    head = r"{\rtf1\ansi\ansicpg936\deff0{\fonttbl{\f0\fcharset134 SimSun;}{\f1\fcharset0 Times;}}"
    return (head + body + "}").encode("latin-1")


def test_a_word_document_has_its_numbers_levels_tables_and_no_deleted_or_hidden_text():
    assert [(line.level, line.text) for line in word.read(FERRY).lines if line.text] == LINES


def test_a_cut_or_foreign_word_document_says_what_to_do(tmp_path):
    for size in range(0, len(FERRY), 1500):
        (tmp_path / "a.doc").write_bytes(FERRY[:size])
        try:
            found = [line.text for line in load_file(tmp_path / "a.doc", "a.doc").lines if line.text.strip()]
            assert found == [text for _, text in LINES]
        except UnreadableFile as failure:
            assert "已损坏" in failure.reason or "另存为" in failure.reason or "没有" in failure.reason
    with pytest.raises(UnreadableContent, match="另存为 .docx"):
        word.read(b"nothing of the kind")


def test_what_is_called_doc_is_read_by_what_it_is(tmp_path):
    blocks = [("title", "云泽州渡口管理办法"), ("p", "第一条　渡口应当设置标志。")]
    for write in (written.rtf, written.html, written.docx, written.odt, lambda _: FERRY):
        (tmp_path / "a.wps").write_bytes(write(blocks))
        assert any(line.text == "云泽州渡口管理办法" for line in load_file(tmp_path / "a.wps", "a.wps").lines)


def test_a_binary_workbook_shows_formats_merges_and_names_hidden_sheets():
    reading = spreadsheets.xls((DATA / "ferry.xls").read_bytes())
    assert texts(reading) == [
        "2025年渡口补贴表",
        "县\t渡口\t完成时间\t完成率",
        "临江县\t甲渡口\t2025年8月\t98.50%",
        "临江县\t乙渡口\t2025年9月\t100.00%",
    ]
    assert reading.gaps == ("隐藏的工作表“内部”未收录",)


def test_rich_text_in_code_pages_and_unicode():
    body = r"\pard\f0 \'b6\'c9\'bf\'da\f1 A\'b6\'c9 \u26631?\uc2\u24535\'d6\'be\uc0\u12290 \u-10180 \u-8448 \par"
    assert texts(rtf.read(rich(body))) == ["渡口A渡 标志。\U0001f300"]


def test_rich_text_without_what_is_hidden_deleted_or_no_text():
    body = (
        r"{\info{\title \u26631?}}{\header \pard x\par}{\*\generator y}\pard {\listtext\u31532?1\u26465?\tab}a{\v b}{\deleted c}d"
        r"{\field{\*\fldinst HYPERLINK z}{\fldrslt e}}{\chftn}{\footnote {\chftn} n}\line f;\par {\pict 0102}\pard g\par"
    )
    reading = rtf.read(rich(body))
    assert texts(reading) == ["第1条 ade", "f;", "注：n", "g"] and reading.gaps == ("文中有图片，图片内容未收录",)


def test_numbers_stored_as_figures_are_drawn_in_the_form_of_their_list():
    lists = (
        r"{\*\listtable{\list{\listlevel\levelnfc39{\leveltext x;}}{\listlevel\levelnfc0{\leveltext y;}}\listid7}}"
        r"{\*\listoverridetable{\listoverride\listid7\ls2}}"
    )
    body = r"\pard{\listtext\u31532?12\u26465?\tab}\ls2\ilvl0 a\par\pard{\listtext 3.\tab}\ls2\ilvl1 b\par"
    assert texts(rtf.read(rich(lists + body))) == ["第十二条 a", "3. b"]


def test_merged_cells_of_rich_text_are_carried():
    rows = (
        (r"\clvmgf\cellx1000\cellx2000", ("A", "1")),
        (r"\clvmrg\cellx1000\cellx2000", ("", "2")),
        (r"\cellx2000", ("C",)),
        (r"\cellx1000\cellx2000", ("D", "4")),
    )
    body = "".join(
        rf"\trowd{edges}\pard\intbl " + "".join(cell + r"\cell " for cell in cells) + r"\row" for edges, cells in rows
    )
    assert texts(rtf.read(rich(r"\pard x\par" + body + r"\pard y\par"))) == [
        "x",
        "A\t1",
        "A\t2",
        "C",
        "A\t1",
        "D\t4",
        "y",
    ]


def test_rich_text_cut_off_is_read_as_far_as_it_goes_and_named():
    reading = rtf.read(rich(r"\pard a\par\pard b\par")[:-8])
    assert texts(reading)[0] == "a" and reading.gaps == ("文件不完整，后面的内容可能缺失",)
