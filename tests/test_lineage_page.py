"""文件关系 as a user meets it: the command, the levels, and the tab in Chromium."""

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
from page.graph import ABOVE, BELOW, LEVELS, drawing, groups, level
from page.lineage import drawn
from rag.library import Library
from rag.lineage.graph import Node
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
    around, _ = star()
    assert [(g.label, len(g.nodes)) for g in groups(around, ABOVE)] == [("上位依据", 2), ("批准本文件", 1)]
    assert [(g.label, len(g.nodes)) for g in groups(around, BELOW)] == [("贯彻落实", 7)]


@pytest.mark.parametrize(("above", "below"), [(0, 1), (1, 43), (12, 3)])
def test_every_document_stands_once_in_its_level_and_more_than_ten_are_folded(above, below):
    around, documents = star(above, below)
    body = drawing(around, documents, unknown)
    assert body.count('class="tw-node') == above + below + 2 and body.count("tw-node centre") == 1
    for column in re.findall(r"<section.*?</section>", body):
        shown, _, folded = column.partition("<details")
        assert shown.count("tw-node") <= 10 and (not folded or shown.count("tw-node") == 10)
        assert int(re.search(r"(\d+) 份</span></h3>", column)[1]) == column.count('class="tw-node')


def test_levels_stand_from_the_centre_down():
    def node(title, level=None, doc_no=None):
        return Node("x", title, doc_no, None, level, False)

    told = {
        "中央": [
            node("国务院关于渔港的意见"),
            node("中华人民共和国港口法"),
            node("x", "中央"),
            node("意见", doc_no="国发〔2020〕1号"),
        ],
        "部委": [node("国家海洋局关于泊位的通知"), node("交通运输部关于航道的意见"), node("x", "部委")],
        "省市": [node("岚江省渔港条例"), node("x", "省市联合"), node("x", "岚江省"), node("重庆市港口条例")],
        "厅局": [node("岚江省交通运输厅关于泊位的通知"), node("x", "厅局联合"), node("x", "厅局")],
        "市县及其他": [node("海州市渔港办法")],
        "层级不明": [node("渔港办法")],
    }
    assert {name: {level(each) for each in nodes} for name, nodes in told.items()} == {name: {name} for name in told}
    assert list(told) == list(LEVELS)


def test_titles_from_documents_are_escaped_wherever_they_are_shown():
    bad = policy(HOSTILE, f"根据《国家<i>规划</i>纲要》和《海州湾区发展规划》，制定本{HOSTILE}。")
    other = policy("海州湾区发展规划", "略")
    around, documents = graph(other, bad).around(bad[0]), {d.doc_id: d for d, _ in (bad, other)}
    svg = drawing(around, documents, unknown)
    assert HOSTILE not in svg and escape(HOSTILE) in svg and "<i>规划" not in svg


def test_every_quote_and_title_of_the_sample_is_drawn(sample_root):
    library = Library(Store.open(sample_root), date(2024, 6, 1))
    for document, _, _ in library.documents():
        shown, around = drawn(library, document.doc_id), library.graph.around(document)
        assert shown.count("<blockquote>") == len(around.edges)
        assert shown.count('class="tw-levels"') == (1 if around.edges else 0)
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
    tab.wait_for_selector(".tw-levels >> visible=true")
    shown = tab.locator(".tw-node.centre").inner_text()
    tab.locator(".tw-centre").first.click()
    tab.wait_for_function("was => document.querySelector('.tw-node.centre').innerText !== was", arg=shown)
    centre = tab.locator(".tw-node.centre").inner_text()
    assert tab.input_value("#lineage-pick input") in centre.replace("\n", "")
    shot(tab, "lineage")
    tab.locator(".tw-node a.tw-open").first.click()
    tab.wait_for_selector("#document .tw-clause")
    tab.go_back()
    tab.wait_for_selector(".tw-levels >> visible=true")
    tab.click(".tw-evidence blockquote .tw-open >> nth=0")
    tab.wait_for_selector("#document .tw-clause.target")


@needs_chromium
@pytest.mark.parametrize("width", [390, 1366])
def test_levels_are_columns_and_on_a_phone_a_list_without_scrolling_sideways(visit, url, width):  # noqa: F811
    tab = visit(url, viewport={"width": width, "height": 844})
    go(tab, "文件关系")
    tab.wait_for_selector(".tw-levels >> visible=true")
    lefts = tab.evaluate("[...document.querySelectorAll('.tw-level')].map(e => e.getBoundingClientRect().left)")
    assert len(lefts) > 1 and (len(set(lefts)) == 1 if width == 390 else lefts == sorted(set(lefts)))
    assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert (
        tab.locator(".tw-node a >> visible=true").first.evaluate("e => parseFloat(getComputedStyle(e).fontSize)") >= 13
    )
    shot(tab, f"lineage-{width}")
