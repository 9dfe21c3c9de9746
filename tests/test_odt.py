"""OpenDocument text: numbers as drawn, tables, notes, tracked changes, text boxes."""

from __future__ import annotations

import pytest

from eval.bench import written
from index.errors import UnreadableContent
from index.load import odt

STYLES = (
    '<text:list-style style:name="L"><text:list-level-style-number text:level="1" style:num-format="一, 二, 三, ..." '
    'style:num-prefix="第" style:num-suffix="条"/><text:list-level-style-number text:level="2" style:num-format="1" '
    'style:num-prefix="（" style:num-suffix="）"/></text:list-style>'
)

ITEM = "<text:list-item><text:p>{}</text:p></text:list-item>"


def lines(body, styles=STYLES):
    reading = odt.read(written.odf(body, styles))
    return [line.text for line in reading.lines if line.text]


def items(*texts, more=""):
    return f'<text:list text:style-name="L"{more}>' + "".join(map(ITEM.format, texts)) + "</text:list>"


def test_numbers_are_drawn_and_go_on_where_the_file_says_so():
    nested = "<text:list>" + "".join(map(ITEM.format, ("乙项。", "丙项。"))) + "</text:list>"
    body = (
        items("甲。")
        + "<text:p>段。</text:p>"
        + items("乙。", more=' text:continue-numbering="true"')
        + '<text:list text:style-name="L" text:continue-numbering="true">'
        + ITEM.format("丙。").replace("</text:list-item>", nested + "</text:list-item>")
        + "</text:list>"
        + items("另一份。")
    )
    assert lines(body) == [
        "第一条甲。",
        "段。",
        "第二条乙。",
        "第三条丙。",
        "（1）乙项。",
        "（2）丙项。",
        "第一条另一份。",
    ]


def test_deleted_text_is_out_and_notes_stand_below():
    body = (
        "<text:tracked-changes><text:changed-region><text:deletion><text:p>旧的话。</text:p></text:deletion></text:changed-region>"
        '</text:tracked-changes><text:p>每艘<text:change/>补助<text:s text:c="2"/>3万元<text:note>'
        "<text:note-citation>1</text:note-citation><text:note-body><text:p>含税。</text:p></text:note-body></text:note>。"
        "<office:annotation><text:p>批注</text:p></office:annotation></text:p>"
    )
    assert lines(body) == ["每艘补助  3万元。", "注：含税。"]


def test_merged_cells_are_carried_and_a_text_box_stands_once():
    row = "<table:table-row>{}</table:table-row>"
    cell = "<table:table-cell{}><text:p>{}</text:p></table:table-cell>"
    head = row.format(cell.format("", "县") + cell.format("", "数"))
    table = (
        f"<table:table><table:table-header-rows>{head}</table:table-header-rows>"
        + (
            row.format(cell.format(' table:number-rows-spanned="2"', "甲县") + cell.format("", "3"))
            + row.format("<table:covered-table-cell/>" + cell.format("", "5"))
        )
        + "</table:table>"
    )
    box = "<text:p>段。<draw:frame><draw:text-box><text:p>框中的话。</text:p></draw:text-box></draw:frame></text:p>"
    assert lines(table + box) == ["县\t数", "甲县\t3", "甲县\t5", "段。", "框中的话。"]


def test_a_locked_or_foreign_file_says_what_to_do():
    with pytest.raises(UnreadableContent, match="密码"):
        odt.read(written.zipped({"content.xml": "<x/>", "META-INF/manifest.xml": "<m><encryption-data/></m>"}))
    with pytest.raises(UnreadableContent, match="另存为"):
        odt.read(written.odf("", kind="presentation"))
