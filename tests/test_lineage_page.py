"""文件关系 as a user meets it: the command, the drawing, and the tab in Chromium."""

import json
import os
import re
import subprocess
import sys
from datetime import date
from html import escape

import pytest
from conftest import ROOT, engine_over
from test_browser import CHROMIUM, browser, engine, go, shot, url, visit  # noqa: F401
from test_lineage import graph, policy

from index.store import Store
from page.graph import ABOVE, BELOW, drawing, groups
from page.lineage import drawn
from rag.library import Library
from rag.schema import Status

needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="no chromium: apt-get install chromium")
HOSTILE = '<b onclick="x">坏"\'&</b>规划'
WORD = "岚湾双城带便民服务行动方案"


def run(root, *args):
    environment = os.environ | {"TIAOWEN_INDEX": str(root), "TIAOWEN_EMBEDDER": "/nowhere", "TIAOWEN_CHAT_MODEL": ""}
    done = subprocess.run(
        [sys.executable, "-m", "rag", *args],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


def unknown(_):
    return Status("unknown", "未写明", None)


# --- python -m rag lineage, --as-of ---


def test_the_command_needs_no_model_and_speaks_json_or_words(sample_root):
    code, out, _ = run(sample_root, "lineage", WORD, "--json")
    found = json.loads(out)
    assert code == 0 and found["document"] == WORD and found["nodes"][0]["title"] == WORD
    code, out, _ = run(sample_root, "lineage", WORD)
    assert code == 0 and "〔上位依据〕《岚湾双城带建设规划》" in out


def test_an_unknown_title_is_one_chinese_line_and_exit_2(sample_root):
    code, out, err = run(sample_root, "lineage", "没有这份文件")
    assert (code, out, len(err.strip().splitlines())) == (2, "", 1) and "没有题名或文号含" in err


def test_the_day_is_set_on_the_command_line(sample_root):
    title = "澜湾市临港产业协作行动方案（2020—2022年）"

    def value(*args):
        return {d["document"]: d["status"] for d in json.loads(run(sample_root, "docs", "--json", *args)[1])}[title]

    assert (value("--as-of", "2021-06-01"), value("--as-of", "2024-06-01")) == ("in_force", "expired")
    code, _, err = run(sample_root, "docs", "--as-of", "昨天")
    assert code == 2 and "--as-of 应为日期" in err


# --- the drawing ---


def star(above=2, below=7):
    """A plan resting on `above` plans, with `below` resting on it and a reply that approves it."""
    plan = "海州湾区发展规划"
    basis = [policy(f"国家第{n}号海洋发展规划", "略", day=f"20{10 + n}-01-01") for n in range(above)]
    own = policy(plan, "根据" + "".join(f"《{d.title}》" for d, _ in basis) + "，制定本规划。")
    rest = [
        policy(f"海州湾区第{n}项实施方案", f"为落实《{plan}》，制定本方案。", day=f"2021-0{1 + n % 9}-01")
        for n in range(below)
    ]
    reply = policy("关于海州湾区事项的批复", f"原则同意《{plan}》。", kind="批复")
    policies = [*basis, own, *rest, reply]
    return graph(*policies).around(own[0]), {d.doc_id: d for d, _ in policies}


def test_bases_and_approval_stand_above_and_what_implements_it_below():
    around, documents = star()
    assert [(g.label, len(g.nodes)) for g in groups(around, ABOVE)] == [("上位依据", 2), ("批准本文件", 1)]
    assert [(g.label, len(g.nodes)) for g in groups(around, BELOW)] == [("贯彻落实", 7)]
    svg = drawing(around, documents, unknown, 3)
    tops = {title: float(y) for y, title in re.findall(r'<foreignObject x="\d+" y="([\d.]+)".*?title="([^"]+)"', svg)}
    centre = tops.pop("海州湾区发展规划")
    assert all((y < centre) == ("国家" in title or "批复" in title) for title, y in tops.items())


@pytest.mark.parametrize(("above", "below", "columns"), [(0, 1, 5), (1, 43, 5), (12, 3, 3), (3, 6, 3)])
def test_boxes_never_overlap_nor_leave_the_drawing(above, below, columns):
    around, documents = star(above, below)
    svg = drawing(around, documents, unknown, columns)
    width, height = map(float, re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', svg).groups())
    boxes = [
        tuple(map(float, b))
        for b in re.findall(r'<foreignObject x="([\d.-]+)" y="([\d.-]+)" width="(\d+)" height="(\d+)"', svg)
    ]
    assert len(boxes) == above + below + 2
    for x, y, w, h in boxes:
        assert x >= 0 and x + w <= width and y >= 0 and y + h <= height
    for place, (x, y, w, h) in enumerate(boxes):
        assert not any(
            x < b[0] + b[2] and b[0] < x + w and y < b[1] + b[3] and b[1] < y + h for b in boxes[place + 1 :]
        )


def test_titles_from_documents_are_escaped_wherever_they_are_shown():
    bad = policy(HOSTILE, f"根据《国家<i>规划</i>纲要》和《海州湾区发展规划》，制定本{HOSTILE}。")
    other = policy("海州湾区发展规划", "略")
    around, documents = graph(other, bad).around(bad[0]), {d.doc_id: d for d, _ in (bad, other)}
    svg = drawing(around, documents, unknown, 5)
    assert HOSTILE not in svg and escape(HOSTILE) in svg and "<i>规划" not in svg


def test_every_quote_and_title_of_the_sample_is_drawn(sample_root):
    library = Library(Store.open(sample_root), date(2024, 6, 1))
    for document, _, _ in library.documents():
        shown, around = drawn(library, document.doc_id), library.graph.around(document)
        assert shown.count("<blockquote>") == len(around.edges)
        assert shown.count("<svg") == (2 if around.edges else 0)
        assert re.sub("<[^>]+>", "", shown).strip()
    assert "请选择一份文件" in drawn(library, None) and "请选择一份文件" in drawn(library, "nothing")


def test_a_document_without_relations_says_so(sample_root):
    sample = engine_over(sample_root)
    alone = next(d for d, _, _ in sample.documents() if not sample.graph.around(d).edges)
    assert "没有提到别的文件" in drawn(sample, alone.doc_id)


# --- the tab ---


@needs_chromium
def test_the_tab_draws_recentres_and_opens_a_document(visit, url, engine):  # noqa: F811
    tab = visit(url)
    go(tab, "文件关系")
    tab.wait_for_selector(".tw-graph >> visible=true")
    shown = tab.locator(".tw-drawn.wide .tw-node.centre").inner_text()
    tab.locator(".tw-drawn.wide .tw-centre").first.click()
    tab.wait_for_function(
        "was => document.querySelector('.tw-drawn.wide .tw-node.centre').innerText !== was", arg=shown
    )
    centre = tab.locator(".tw-drawn.wide .tw-node.centre").inner_text()
    assert tab.input_value("#lineage-pick input") in centre.replace("\n", "")
    shot(tab, "lineage")
    tab.locator(".tw-drawn.wide .tw-node a.tw-open").first.click()
    tab.wait_for_selector("#document .tw-clause")
    tab.go_back()
    tab.wait_for_selector(".tw-graph >> visible=true")
    tab.click(".tw-evidence blockquote .tw-open >> nth=0")
    tab.wait_for_selector("#document .tw-clause.target")


@needs_chromium
@pytest.mark.parametrize("width", [800, 1280])
def test_one_drawing_is_shown_at_each_width_without_scrolling_sideways(visit, url, width):  # noqa: F811
    tab = visit(url, viewport={"width": width, "height": 1000})
    go(tab, "文件关系")
    tab.wait_for_selector(".tw-graph >> visible=true")
    assert tab.locator(".tw-graph >> visible=true").count() == 1
    assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert tab.locator(".tw-node >> visible=true").first.evaluate("e => getComputedStyle(e).fontSize") >= "13px"
    shot(tab, f"lineage-{width}")
