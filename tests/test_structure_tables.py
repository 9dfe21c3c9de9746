"""Tables as typed rows, and the cells of lists printed without marks in their columns."""

import json
from pathlib import Path

import pytest
from conftest import needs_book
from parsing import parsed

from index.grids import column, grid_columns, own_unit, typed, units_stand
from index.load import load_folder
from index.parse import parse

HERE = Path(__file__).resolve().parent
CASES = HERE.parent.parent / "shared" / "cases"


def rows(text):
    found = parsed(text)
    return [c.grid for c in found.clauses if c.grid is not None]


def test_an_empty_cell_keeps_its_column():
    table = rows("某表\n分工如下，请落实。\n项目\t投资（万元）\t备注\n甲桥\t\t续建\n乙桥\t120\t")
    assert [row.cells for row in table] == [("甲桥", "", "续建"), ("乙桥", "120", "")]


def test_a_merged_cell_of_groups_is_carried_down():
    table = rows("某表\n清单如下，请落实。\n序号\t所属区\t名称\n1\t东区\t甲园\n2\t\t乙园\n3\t西区\t丙园")
    assert [row.cells[1] for row in table] == ["东区", "东区", "西区"]


def test_a_second_line_of_names_is_joined_to_the_first():
    columns, body = grid_columns(["名称", "投资（万元）", ""], [["", "2024年", "2025年"], ["甲桥", "10", "20"]])
    assert columns == ("名称", "投资（万元）2024年", "投资（万元）2025年") and body == [("甲桥", "10", "20")]


def test_units_come_from_the_column_or_from_the_line_above_the_table():
    assert (column("总投资（万 元）", "", ["1,200", "85"]).name, column("总投资（万元）", "", ["1,200"]).unit) == (
        "总投资",
        "万元",
    )
    assert column("里程", "里程表 单位：公里", ["12.5"]).unit == "公里"


def test_a_unit_stands_in_brackets_or_in_a_column_of_units_and_organs_are_no_units():
    assert own_unit("轨道里程（公里）") == ("轨道里程", "公里") and own_unit("轨道里程") == ("轨道里程", "")
    assert units_stand("单位", ["公里", "%", "亿立方米", "—"])
    assert not units_stand("单位", ["市水务局", "公里"]) and not units_stand("责任单位", ["个"])


@pytest.mark.parametrize(
    ("cell", "value"), [("1,200", "1200"), ("12.4 公里", "12.4"), ("12%，最高500万元", None), ("2024年6月", None)]
)
def test_a_cell_is_a_figure_only_where_it_holds_one_and_nothing_else(cell, value):
    assert typed(cell) == value


def test_wrapped_lines_of_a_task_go_to_its_columns_and_its_group_is_carried():
    table = rows(
        "某清单\n说明如下，请落实。\n序号 类型 重点任务 牵头单位 完成时限\n1\n一、共同\n打 造 环\n境\n在企业登记、土地管理、投融资、人才招引、\n"
        "环境保护等领域统一规则\n甲江省财政厅\n6 月底前\n2 推进服务标准化、规范化， 乙湾市教委 持续推进\n编制指南\n"
    )
    assert [row.cells for row in table] == [
        (
            "1",
            "一、共同打造环境",
            "在企业登记、土地管理、投融资、人才招引、环境保护等领域统一规则",
            "甲江省财政厅",
            "6月底前",
        ),
        ("2", "一、共同打造环境", "推进服务标准化、规范化，编制指南", "乙湾市教委", "持续推进"),
    ]


def test_a_row_whose_cells_cannot_be_told_apart_is_kept_as_unread():
    table = rows(
        "某清单\n说明如下，请落实。\n序号 任务 责任单位\n1 新建水库 县水利局\n2 培训人员，切实提高服务效能县有\n关部门（单位）\n"
    )
    assert len(table) == 2 and table[0].read


@needs_book
def test_rows_of_the_book_stand_cell_by_cell_in_their_columns(book):
    truth = [json.loads(line) for line in (HERE / "structure_truth.jsonl").read_text(encoding="utf-8").splitlines()]
    held = {
        tuple("".join(cell.split()) for cell in grid.cells)
        for document in book[1]
        for grid in (c.grid for c in document.clauses if c.grid is not None)
    }
    assert len(truth) >= 60
    assert [cells for cells in truth if tuple(cells) not in held] == []


@pytest.mark.skipif(not CASES.is_dir(), reason="the documents that are easily misread are not here")
def test_rows_of_files_that_are_easily_misread_stand_cell_by_cell_in_their_columns():
    truth = [
        json.loads(line) for line in (HERE / "structure_truth_cases.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    missing = []
    for case in dict.fromkeys(own["case"] for own in truth):
        raws, _ = load_folder(CASES / case)
        grids = (c.grid for raw in raws for document in parse(raw) for c in document.clauses)
        held = {tuple("".join(cell.split()) for cell in grid.cells) for grid in grids if grid is not None}
        missing += [own for own in truth if own["case"] == case and tuple(own["cells"]) not in held]
    assert len(truth) > 20 and missing == []
