"""Spreadsheets: sheets, titles, headers, merged cells, displayed values, and what is hidden or not computed."""

from __future__ import annotations

from pathlib import Path

import pytest

from eval.bench import written
from index.errors import UnreadableContent, UnreadableFile
from index.load import READERS, load_file, spreadsheets
from index.load.formats import general, shown
from index.parse import parse
from index.schema import RawText


def texts(reading):
    return [line.text for line in reading.lines if line.text]


@pytest.mark.parametrize(
    ("value", "form", "text"),
    [
        (45899, 'yyyy"年"m"月"d"日"', "2025年8月30日"), (45899, "yyyy-mm-dd", "2025-08-30"), (45899.75, "yyyy/m/d h:mm", "2025/8/30 18:00"),
        (45899, "[$-804]yyyy\\年m\\月;@", "2025年8月"), (0.125, "0.0%", "12.5%"), (0.5, "0%", "50%"), (1234567.5, "#,##0.00", "1,234,567.50"),
        (1200, "#,##0", "1,200"), (12345678, '#,##0.0,"千元"', "12,345.7千元"), (12, '0"人"', "12人"), (-3.5, "0.00_);(0.00)", "(3.50)"),
        (-3.5, "0.0", "-3.5"), (0, '0.0;-0.0;"—"', "—"), (7, "000", "007"), (3, "General", "3"), (2.5, "0.##", "2.5"), (2, "0.##", "2"),
        (1.005, "0.00", "1.01"), (0.5, "h:mm", "12:00"), (1.5, "[h]:mm", "36:00"), (98.5, "¥#,##0.00", "¥98.50"),
        (45899, "aaaa", "星期六"), (5, "[红色]0;[蓝色]-0", "5"), (1000, "[>=1000]0.0;0", "1000.0"), (2260, '"约"General"元"', "约2260元"),
    ],
)  # fmt: skip
def test_a_number_is_shown_as_its_cell_shows_it(value, form, text):
    assert shown(value, form) == text


def test_a_number_without_a_format_has_no_spurious_figures():
    assert [general(value) for value in (2260.0, 0.1 + 0.2, 1 / 3, -5, 123456789012)] == [
        "2260",
        "0.3",
        "0.3333333333",
        "-5",
        "123456789012",
    ]


def test_each_sheet_is_a_heading_and_its_table_and_the_file_names_the_document():
    data = written.xlsx(
        {
            "临江县": ([["序号", "事项", "标准"], ["1", "渡口补贴", "每年3000元"]], [], ""),
            "高台县": ([["序号", "事项", "标准"], ["1", "渡口补贴", "每年2400元"]], [], ""),
        }
    )
    reading = spreadsheets.xlsx(data)
    found = parse(RawText("渡口补贴标准.xlsx", tuple(reading.lines), ""))[0]
    assert found.document.title == "渡口补贴标准"
    assert [(clause.path, clause.text.split("\n")[-1]) for clause in found.clauses] == [
        (("临江县", "序号 事项 标准"), "每年3000元"),
        (("高台县", "序号 事项 标准"), "每年2400元"),
    ]


def test_title_rows_stand_above_a_header_of_two_rows_and_groups_between_rows():
    rows = [
        ["2025年渡口改造项目清单", "", "", "", ""],
        ["填报单位：州交通局", "", "", "单位：万元", ""],
        ["序号", "项目", "投资", "", "备注"],
        ["", "", "总投资", "本年", ""],
        ["一、临江县", "", "", "", ""],
        ["1", "甲渡口", 120, 60, ""],
        ["2", "乙渡口", 80, 80, "完工"],
        ["二、高台县", "", "", "", ""],
        ["1", "丙渡口", 95.5, 40, ""],
        ["合计", "", 295.5, 180, ""],
        ["注：含征地费用。", "", "", "", ""],
    ]
    merged = ["A1:E1", "A3:A4", "B3:B4", "C3:D3", "E3:E4", "A5:E5", "A10:B10", "A11:E11"]
    head = "序号\t项目\t投资总投资\t投资本年\t备注"
    found = texts(spreadsheets.xlsx(written.xlsx({"Sheet1": (rows, merged, "")})))
    assert found == [
        "2025年渡口改造项目清单", "填报单位：州交通局\u3000单位：万元", head, "一、临江县", head, "1\t甲渡口\t120\t60\t", "2\t乙渡口\t80\t80\t完工",
        "二、高台县", head, "1\t丙渡口\t95.5\t40\t", "合计\t\t295.5\t180\t", "注：含征地费用。",
    ]  # fmt: skip


def test_merged_cells_are_carried_down():
    rows = [["县", "渡口", "渡船数"], ["临江县", "甲渡口", 3], ["", "乙渡口", 5], ["高台县", "丙渡口", 2]]
    found = texts(spreadsheets.xlsx(written.xlsx({"渡船": (rows, ["A2:A3"], "")})))
    assert found[-3:] == ["临江县\t甲渡口\t3", "临江县\t乙渡口\t5", "高台县\t丙渡口\t2"]


def test_formats_and_stored_results_of_formulas_are_shown():
    styles = (
        '<numFmts><numFmt numFmtId="170" formatCode="yyyy&quot;年&quot;m&quot;月&quot;"/></numFmts><cellXfs>'
        + "".join(f'<xf numFmtId="{number}"/>' for number in (0, 170, 10, 14))
    )
    cells = [
        '<c s="1"><v>45899</v></c>',
        '<c s="2"><f>A1/B1</f><v>0.985</v></c>',
        '<c s="3"><v>45899</v></c>',
        "<c><f>SUM(A:A)</f></c>",
    ]
    reading = spreadsheets.xlsx(
        written.xlsx({"表": ([["月份", "正常率", "日期", "合计"], cells], [], "")}, styles + "</cellXfs>")
    )
    assert texts(reading)[-1] == "2025年8月\t98.50%\t2025/8/30\t"
    assert reading.gaps == ("工作表“表”有 1 个公式没有保存结果，未收录；请用 Excel 或 WPS 打开后重新保存",)


def test_what_is_hidden_is_left_out_and_named():
    rows = [["渡口", "底价", "标准"], ["甲渡口", 9, 300], None, ["乙渡口", 8, 320]]
    cols = '<cols><col min="2" max="2" hidden="1"/></cols>'
    data = written.xlsx({"公开": (rows, [], cols), "内部": ([["密", "值"]], [], "")}, hidden=("内部",))
    reading = spreadsheets.xlsx(data)
    assert texts(reading) == ["公开", "渡口\t标准", "甲渡口\t300", "乙渡口\t320"]
    assert reading.gaps == ("隐藏的工作表“内部”未收录", "工作表“公开”有 1 列被隐藏，未收录")


def test_a_merged_range_of_a_whole_sheet_costs_nothing():
    rows = [["渡口", "标准"], ["甲渡口", "300"]]
    assert len(texts(spreadsheets.xlsx(written.xlsx({"表": (rows, ["A3:XFD1048576", "C1:XFD1"], "")})))) == 2


def test_an_opendocument_sheet_shows_the_text_stored_with_its_cells():
    cells = "".join(f"<table:table-cell><text:p>{text}</text:p></table:table-cell>" for text in ("甲渡口", "1,200.00"))
    head = "".join(f"<table:table-cell><text:p>{text}</text:p></table:table-cell>" for text in ("渡口", "标准"))
    body = (
        f'<table:table table:name="标准"><table:table-row>{head}<table:table-cell table:number-columns-repeated="16000"/></table:table-row>'
        f'<table:table-row>{cells}</table:table-row><table:table-row table:number-rows-repeated="1048000"><table:table-cell/>'
        "</table:table-row></table:table>"
    )
    assert texts(spreadsheets.ods(written.odf(body, kind="spreadsheet"))) == ["标准", "渡口\t标准", "甲渡口\t1,200.00"]


def test_comma_separated_values_are_one_table():
    assert texts(spreadsheets.csv('渡口,标准\r\n甲渡口,"1,200"\r\n'.encode("gb18030"))) == [
        "渡口\t标准",
        "甲渡口\t1,200",
    ]


def test_what_is_no_workbook_says_what_to_do():
    with pytest.raises(UnreadableContent, match="另存为 .xlsx"):
        spreadsheets.xlsx(written.zipped({"a.txt": "x"}))
    with pytest.raises(UnreadableContent, match="另存为 .xlsx"):
        READERS[".xls"](b"no workbook" * 50)


def test_who_reports_and_in_what_unit_stands_above_the_columns_though_its_cells_are_merged():
    rows = [
        ["资金安排表", "", ""],
        ["填报单位：农业局", "", "单位：万元"],
        ["县区", "产业", ""],
        ["", "种植", "养殖"],
        ["南坪县", 12, 8],
        ["北山区", 9, 6],
    ]
    merged = ["A1:C1", "A2:B2", "A3:A4", "B3:C3"]
    found = spreadsheets.xlsx(written.xlsx({"表": (rows, merged, "")}))
    told = [line.text for line in found.lines if "\t" in line.text]
    assert told[0] == "县区\t产业种植\t产业养殖" and "填报单位：农业局\u3000单位：万元" in [
        line.text for line in found.lines
    ]


def test_a_binary_workbook_whose_sectors_lead_back_is_refused_and_not_read_for_ever(tmp_path):
    data = (Path(__file__).parent / "data" / "ferry.xls").read_bytes()
    (tmp_path / "a.xls").write_bytes(data[:799] + bytes(2684 - 799) + data[2684:])  # the table of sectors is all zero
    with pytest.raises(UnreadableFile):
        load_file(tmp_path / "a.xls", "a.xls")
