"""One document in 文件: tables as tables, contents, what is missing; and what is carried away of related clauses."""

import csv
import io
import re
from dataclasses import replace

from conftest import engine_over

from index.schema import Grid
from page import catalogue, exports, reader, shelves
from page.library import drawn, entries_of, listing
from page.related import _cut, _notes
from rag.relating.paste import MOST, Parts, parts
from rag.relating.related import MAX_PASTE, READ, RelatedClauses, related_by_clause, stepwise
from rag.schema import Filters, Hit, Status

UNKNOWN = Status("unknown", "未写明", None)


def rows(sample):
    """Two rows of a table and a clause after them."""
    parsed = sample["岚江省港口条例"]
    first = parsed.clauses[1]
    columns = ("项目", "建设单位")
    made = [
        replace(
            first, clause_id=f"r-{n}", kind="row", path=("附件", "项目 建设单位"), text="",
            grid=Grid(0, "项目 建设单位", columns, (f"泊位{n}", "港务所")),
        )
        for n in (1, 2)
    ]  # fmt: skip
    return parsed.document, [*made, replace(first, clause_id="after")]


def test_rows_of_one_table_are_one_table_with_its_header_row(sample):
    document, clauses = rows(sample)
    body = reader.document(document, clauses, reader.Reading(UNKNOWN))
    (table,) = re.findall(r"<table.*?</table>", body)
    assert re.findall(r'<th scope="col">([^<]+)</th>', table) == ["项目", "建设单位"]
    assert re.findall(r"<td>([^<]+)</td>", table) == ["泊位1", "港务所", "泊位2", "港务所"]
    assert [f'id="k-r-{n}"' in table for n in (1, 2)] == [True, True] and 'id="k-after"' not in table
    assert "<h3" in body and "<h4" not in body  # the column line is no heading above its table


def test_rows_whose_cells_could_not_be_told_apart_stay_text(sample):
    document, (first, *_) = rows(sample)
    unread = replace(first, text="泊位 港务所", grid=replace(first.grid, read=False, cells=("", "")))
    body = reader.document(document, [unread], reader.Reading(UNKNOWN))
    assert "<table" not in body and "泊位 港务所" in body


def test_what_is_missing_and_unsure_stands_above_the_text(sample):
    document, clauses = rows(sample)
    gap = replace(document, gaps=("第 2 页是图像，未识别出文字",))
    body = reader.document(
        gap, [replace(clauses[-1], doubtful=True)], reader.Reading(UNKNOWN, ("仅收录印发通知，没有找到正文",))
    )
    assert "第 2 页是图像" in body and "仅收录印发通知" in body and ">待核</span>" in body
    listed = catalogue.listed([catalogue.Entry(gap, UNKNOWN, 3, (), ("仅收录印发通知，没有找到正文",))], 1)
    assert ">仅收录印发通知</span>" in listed and "第 2 页是图像" in listed and "时效不明" not in listed


def test_one_clause_is_reached_by_tab_and_the_linked_one_if_there_is(sample):
    parsed = sample["岚江省港口条例"]
    for target in (None, parsed.clauses[3].clause_id):
        body = reader.document(parsed.document, parsed.clauses, reader.Reading(UNKNOWN), target)
        stops = re.findall(r'id="k-([^"]+)" tabindex="0"', body)
        assert (target or parsed.clauses[0].clause_id) in stops and len(stops) <= 2


def test_removing_asks_and_says_how_many_go_with_it(sample):
    document, clauses = rows(sample)
    asked = reader.document(document, clauses, reader.Reading(UNKNOWN, beside=4, removable=True))
    assert "确认移出" in asked and "全部 5 份文件" in asked
    assert "移出" not in reader.document(document, clauses, reader.Reading(UNKNOWN))


def test_the_list_is_grouped_by_date_issuer_and_topic_and_none_is_lost(sample_root):
    engine = engine_over(sample_root)
    entries = entries_of(engine)
    for by in catalogue.BY:
        body = listing(engine, "", by)
        shown = set(re.findall(r'href="\?doc=([^"&]+)"', body))
        assert shown == {entry.document.doc_id for entry in entries}
    years = re.findall(r"<h3>(\d{4})年</h3>", listing(engine, "", "成文日期"))
    assert years == sorted(years, reverse=True) and len(years) > 1


def test_the_search_marks_its_words_and_leads_to_the_clause(sample_root):
    engine = engine_over(sample_root)
    body = listing(engine, "客票 一码通乘")
    assert "<mark>一码通乘</mark>" in body and re.search(r'href="\?doc=[^"]+clause=', body)
    assert "须同时出现" in listing(engine, "没有这样的词")
    narrowed = listing(engine, "港口", catalogue.BY[0], "", "没有这份", "", None, None, None, None, None, None)
    assert "所选范围内" in narrowed


def test_the_day_set_in_the_page_is_the_day_of_every_badge(sample_root):
    engine = engine_over(sample_root)
    plan = next(d for d, _, _ in engine.documents() if "2020—2022年" in d.title)
    assert "已过期" in drawn(engine, plan.doc_id, "", "2024-06-01")
    assert "已过期" not in drawn(engine, plan.doc_id, "", "2021-06-01")
    assert (
        engine.on(engine.as_of) is engine and engine.on(plan_day := engine.as_of.replace(year=2021)).as_of == plan_day
    )
    assert engine.on(plan_day).graph is engine.graph
    assert engine.instead is not None and "instead" not in engine.on(plan_day).__dict__


def test_a_draft_is_looked_up_step_by_step_as_at_once(sample_root):
    engine = engine_over(sample_root)
    draft = "\n".join(
        f"第{n}条 推广“一码通乘”，统一城际列车检票标准，鼓励公交与城际列车优惠换乘，由交通部门落实。" * 3
        for n in "一二三四五六"
    )
    steps = list(stepwise(engine, draft, 20, Filters()))
    assert [done for done, _, _ in steps] == list(range(1, len(steps) + 1)) and len(
        {total for _, total, _ in steps}
    ) == 1
    assert [each for _, _, each in steps] == related_by_clause(engine, draft, 20, Filters())
    body = shelves.related([each for _, _, each in steps], ["注一"], len(steps))
    assert body.count('href="#u-') == len(steps) and "注一" in body and "<progress" not in body
    running = shelves.related([steps[0][2]], (), len(steps))
    assert "正在查找第 2 段" in running
    stopped = shelves.stopped([steps[0][2]], (), len(steps))
    assert f"其余 {len(steps) - 1} 段没有查找" in stopped and "<progress" not in stopped


def test_nothing_of_a_draft_is_left_out_silently():
    draft = "\n".join(f"第{n}条 渔港设施由港务所定期维护，并向社会公布结果。" for n in range(1, MOST + 30))
    found = parts("海州市渔港办法\n" + draft)
    assert len(found.units) == MOST and found.beyond >= 20
    told = "".join(_notes(found))
    assert f"其后 {found.beyond} 段没有查找" in told
    long = Parts(("长" * (READ + 1), "短段。"))
    assert f"第 1 段超过 {READ:,} 字" in "".join(_notes(long))
    text, said = _cut("渔港设施维护办法。\n" * 9000)
    assert (
        len(text) <= MAX_PASTE
        and text.endswith("\n")
        and "没有读入" in said
        and f"{81000 + 9000 - len(text):,}" in said
    )
    assert _cut("短") == ("短", "")


def carried(sample):
    parsed = sample["岚江省港口条例"]
    clause = replace(parsed.clauses[1], text="=1+1 渔港*泊位*\n第二行")
    hit = Hit(1, 1.0, clause, parsed.document, UNKNOWN, "同类条款", None, "渔港*泊位*")
    return [RelatedClauses("粘贴的条款", (hit,)), RelatedClauses("没有结果的条款", ())]


def test_the_table_carried_away_is_what_is_shown_and_runs_no_formula(sample):
    text = exports.table(carried(sample))
    head, row = csv.reader(io.StringIO(text.removeprefix("\ufeff")))
    assert text.startswith("\ufeff") and head[:3] == ["段", "粘贴的条款", "关系"]
    assert row[2] == "同类条款" and row[8] == "'=1+1 渔港*泊位*\n第二行" and "岚江省港口条例" in row[3]
