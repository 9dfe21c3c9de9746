"""Lists printed cell by cell, flattened, or with tabs."""

import pytest
from parsing import bare, parsed

BROKEN = (
    "某清单\n说明如下，请认真落实。\n序号 类型 重点任务 牵头单位 完成时限\n1\n一、共同\n打 造 一\n流 环 境\n在企业登记、土地管理、投融资、人才招引、\n"
    "环境保护等领域探索统一规则\n川渝两省市有关部门\n（单位）\n6 月底前\n2\n培育各类产权交易平台，探索建立跨省市交易\n制度\n甲江省地方金融监管\n12 月底前\n"
    "序号 类型 重点任务 牵头单位 完成时限\n局\n3 推进服务标准化、规范化， 乙湾市政府职转办 持续推进\n编制指南，实现办理要素相对统一\n甲江省推进协调办\n"
)


def rows(text):
    return [c for c in parsed(text).clauses if c.kind == "row"]


def test_wrapped_cells_are_rejoined_and_repeated_headers_dropped():
    found = rows(BROKEN)
    assert [c.text.split("\n")[0].split()[0] for c in found] == ["1", "2", "3"]
    assert "人才招引、环境保护等领域探索统一规则\n川渝两省市有关部门（单位）\n6 月底前" in found[0].text
    assert [line.text for line in parsed(BROKEN).dropped] == ["序号 类型 重点任务 牵头单位 完成时限"]


def test_a_group_named_in_a_cell_is_the_address_of_the_rows_below_it():
    found = rows(BROKEN)
    assert "\n一、共同打造一流环境\n" in found[0].text
    assert found[1].path[-1] == "一、共同打造一流环境"


def test_a_unit_cut_by_its_deadline_is_whole_and_flattened_rows_know_their_units():
    found = rows(BROKEN)
    assert [c.responsible for c in found] == [
        ("川渝两省市有关部门（单位）",),
        ("甲江省地方金融监管局",),
        ("乙湾市政府职转办", "甲江省推进协调办"),
    ]
    assert found[0].duties[0].role == "牵头单位"


def test_row_text_keeps_the_printed_order_of_characters():
    assert "探索建立跨省市交易制度甲江省地方金融监管12月底前局" in bare(rows(BROKEN)[1].text)


def test_figures_cut_in_two_open_no_rows_and_group_lines_are_addresses():
    found = parsed(
        "某项目表\n序号\n项目名称\n建设年限\n投资\n合 计 99 42\n一、航道工程 80 30\n1\n某航道整治工程\n2020\n202\n5\n5.\n7\n2\n某枢纽\n2021\n2024\n3.1\n"
        "二、港口工程 19 12\n3\n某港区\n2022\n2026\n7\n注：以批复为准。"
    )
    table = [c for c in found.clauses if c.kind == "row"]
    assert [c.text.split("\n")[0] for c in table] == ["1", "2", "3"]
    assert "2020\n2025\n5.7" in table[0].text
    assert [c.path[-1] for c in table] == ["一、航道工程 80 30", "一、航道工程 80 30", "二、港口工程 19 12"]
    assert found.clauses[-1].text == "注：以批复为准。" and all(not c.duties for c in table)


def test_lists_with_the_same_columns_follow_one_another():
    found = parsed(
        "某清单\n说明如下，请落实。\n第一批事项\n序号 事项 实施部门\n1 甲事\n市教委\n2 乙事\n市财政局\n"
        "第二批通办事项\n序号 事项 实施部门\n1 丙事\n市公安局\n2 丁事\n市水利局"
    )
    assert [(c.path[0], c.responsible) for c in found.clauses if c.kind == "row"] == [
        ("第一批事项", ("市教委",)),
        ("第一批事项", ("市财政局",)),
        ("第二批通办事项", ("市公安局",)),
        ("第二批通办事项", ("市水利局",)),
    ]


def test_a_flattened_list_ends_with_its_rows():
    found = parsed(
        "某分工\n为落实规划，制定本分工。\n序号 任务 责任单位\n1 新建水库3座 县水利局\n2 改造灌区5万亩 县农业农村局、县水利局\n"
        "3 治理河道 县水利局\n以上任务每季度通报。"
    )
    units = [c.responsible for c in found.clauses if c.kind == "row"]
    assert units == [("县水利局",), ("县农业农村局", "县水利局"), ("县水利局",)]
    assert found.clauses[-1].text == "以上任务每季度通报。" and found.clauses[-1].kind != "row"


def test_cells_set_apart_by_tabs_are_rows_with_or_without_numbers():
    found = rows(
        "某表\n分工如下，请落实。\n任务\t责任单位\t时限\n制定标准\t市财政局、市教委\t2023年\n开展培训\t市公安局\t2024年"
    )
    assert [c.text for c in found] == ["制定标准\n市财政局、市教委\n2023年", "开展培训\n市公安局\n2024年"]
    assert found[0].responsible == ("市财政局", "市教委")
    assert found[0].path == ("任务 责任单位 时限",)


@pytest.mark.parametrize("above", [False, True])
def test_a_list_that_headings_interrupt_is_one_table_with_the_columns_named_at_its_head(tmp_path, above):
    from conftest import built

    from index.store import Store

    corpus = tmp_path / "corpus"
    corpus.mkdir()
    head = ["一、设施建设\n", "序号 | 任务 | 牵头单位 | 时限\n"]
    (corpus / "a.txt").write_text(
        f"沐川县2024年重点任务清单\n\n{''.join(reversed(head) if above else head)}1 | 修复北堤 | 县水利局 | 5月底\n"
        "2 | 新建渡口 | 县交通局 | 6月底\n二、便民服务\n3 | 开通夜班公交 | 县交通局 | 9月底\n三、改革\n"
        "4 | 公布权责清单 | 县司法局 | 7月底\n5 | 推行一窗受理 | 县数据局 | 8月底\n",
        encoding="utf-8",
    )
    built(corpus, tmp_path / "i")
    store = Store.open(tmp_path / "i")
    rows = [clause for clause in store.clauses if clause.kind == "row"]
    assert [clause.grid.cells[1] for clause in rows] == [
        "修复北堤", "新建渡口", "开通夜班公交", "公布权责清单", "推行一窗受理",
    ]  # fmt: skip
    assert {clause.grid.columns for clause in rows} == {("序号", "任务", "牵头单位", "时限")}
    assert [clause.path[0][:2] for clause in rows] == ["一、", "一、", "二、", "三、", "三、"]
    (number,) = store.structure.tables_with([row for row, c in enumerate(store.clauses) if c.kind == "row"])
    table = store.structure.table(number)
    assert [row.place for row in table.rows] == [1, 2, 3, 4, 5] and table.name == ""
