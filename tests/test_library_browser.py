"""文件, 找相关政策 and what every tab owes: in a real Chromium, on an office screen and on a phone."""

import csv
import io
import re
import shutil

import docx
import pytest
from conftest import SAMPLE, built, engine_over
from test_browser import CHROMIUM, PASTE, browser, go, served, shot, visit  # noqa: F401

from rag.live import Live

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium: apt-get install chromium")
SIZES = {"office": {"width": 1366, "height": 768}, "phone": {"width": 390, "height": 844}}
NEW = "海州市渔港管理办法\n海渔发〔2022〕7号\n第一条 渔港泊位由港务所调度。\n第三条 渔港设施定期维护。\n"
TABLE = (
    "# 海州市项目清单\n\n一、项目\n\n| 序号 | 项目名称 | 建设单位 | 投资（万元） |\n|---|---|---|---|\n"
    "| 1 | 渔港泊位改造 | 港务所 | 120 |\n| 2 | 航道疏浚 | 航道中心 | 340 |\n| 3 | 灯塔维护 | 港务所 | 35 |\n"
)
DRAFT = "\n".join(
    f"第{n}条 {PASTE}由交通部门牵头，各县区配合，每年公布一次进展，并接受社会监督，确保按期完成。"
    for n in "一二三四五六七八"
)
sizes = pytest.mark.parametrize("size", SIZES)


@pytest.fixture(scope="module")
def live(tmp_path_factory):
    """The sample corpus in two folders, one with a table, open to change."""
    folder = tmp_path_factory.mktemp("library")
    shutil.copytree(SAMPLE, folder / "corpus" / "样例")
    (folder / "corpus" / "清单").mkdir()
    (folder / "corpus" / "清单" / "清单.md").write_text(TABLE, encoding="utf-8")
    built(folder / "corpus", folder / "index")
    return Live(engine_over(folder / "index", corpus=folder / "corpus", var=folder / "var"))


@pytest.fixture(scope="module")
def address(live):
    with served(live) as found:
        yield found


@pytest.fixture
def opened(visit, address):  # noqa: F811
    """Opens the page at a size, at a tab."""

    def at(size="office", tab="文件", **options):
        page = visit(address, viewport=SIZES[size], **options)
        if tab != "问政策":
            go(page, tab)
        return page

    return at


def read(page, words):
    """Open the first document that a search finds."""
    page.fill("#seek input, #seek textarea", words)
    page.wait_for_function(
        "w => document.querySelector('#library .tw-count')?.innerText.includes(w) && document.querySelector('.tw-list a')",
        arg=words,
    )
    page.click(".tw-list a >> nth=0")
    page.wait_for_selector("#document .tw-clause")


def sideways(page):
    return page.evaluate("document.documentElement.scrollWidth > innerWidth")


def boxes(page, selector):
    return page.evaluate(
        "s => [...document.querySelectorAll(s)].filter(e => e.checkVisibility({visibilityProperty: true}))"
        ".map(e => { const r = e.getBoundingClientRect(); return [r.left, r.top, r.right, r.bottom]; })",
        selector,
    )


def overlap(a, b):
    return a[0] < b[2] - 1 and b[0] < a[2] - 1 and a[1] < b[3] - 1 and b[1] < a[3] - 1


# 文件


@sizes
def test_a_number_however_written_and_two_words_are_found_and_lead_to_the_clause(opened, size):
    page = opened(size)
    page.wait_for_selector(".tw-list li")
    shot(page, f"library-{size}")
    page.fill("#seek input, #seek textarea", "岚府函(2021) 88号")
    page.wait_for_selector("#library mark:has-text('岚府函〔2021〕88号')")
    page.fill("#seek input, #seek textarea", "青白新区 面积")
    page.wait_for_selector("#library .tw-passages mark:has-text('面积')")
    shot(page, f"library-search-{size}")
    page.click(".tw-passages a >> nth=0")
    page.wait_for_selector("#document .tw-clause.target")
    page.wait_for_timeout(700)
    assert "面积" in page.inner_text("#document .tw-clause.target")
    target, bar = boxes(page, ".tw-clause.target")[0], boxes(page, ".tw-bar")[0]
    assert bar[3] <= target[1] + 1 < SIZES[size]["height"] and not sideways(page)
    shot(page, f"reader-{size}")


@sizes
def test_words_are_found_within_the_document_and_the_list_comes_back_as_it_was(opened, size):
    page = opened(size)
    read(page, "港口条例")
    page.fill(".tw-find input", "港口")
    page.wait_for_selector("mark.tw-hit.now")
    count = int(page.inner_text(".tw-find output").split("/")[1])
    text = page.text_content(".tw-clauses")
    assert count >= text.count("港口") > 3
    page.press(".tw-find input", "Enter")
    assert page.inner_text(".tw-find output") == f"2/{count}"
    page.wait_for_timeout(300)
    (now,) = boxes(page, "mark.tw-hit.now")
    assert 0 <= now[1] < SIZES[size]["height"]
    shot(page, f"reader-find-{size}")
    page.press(".tw-find input", "Escape")
    assert page.locator("mark.tw-hit").count() == 0 and page.text_content(".tw-clauses") == text
    page.click(".tw-back")
    page.wait_for_selector(".tw-list li >> visible=true")
    assert page.input_value("#seek input, #seek textarea") == "港口条例"


def test_contents_stay_in_sight_and_tell_where_one_is(opened):
    page = opened()
    read(page, "港口条例")
    links = page.locator(".tw-outline a")
    links.last.click()
    page.wait_for_timeout(900)
    (outline,) = boxes(page, ".tw-outline")
    assert outline[1] >= 0 and outline[3] <= 768
    assert page.locator('.tw-outline a[aria-current="true"]').count() == 1


def test_tools_stand_in_the_margin_and_cover_no_text(opened):
    page = opened()
    read(page, "港口条例")
    for place in (1, 4, 6):
        page.hover(f".tw-clause >> nth={place}")
        page.wait_for_timeout(100)
        (tools,) = boxes(page, ".tw-clause > .tw-tools")
        assert not any(overlap(tools, text) for text in boxes(page, ".tw-clauses :is(.tw-text, h3, h4)"))
    shot(page, "reader-tools")


@sizes
def test_a_table_is_a_table_with_its_header_row(opened, size):
    page = opened(size)
    read(page, "项目清单")
    assert page.locator(".tw-grid thead th").all_inner_texts()[1:3] == ["项目名称", "建设单位"]
    assert page.locator(".tw-grid tbody tr").count() == 3 and not sideways(page)
    shot(page, f"reader-table-{size}")


@sizes
def test_the_original_stands_beside_the_clause_with_its_place_marked(opened, size):
    page = opened(size)
    read(page, "航道养护工作要点")
    clause = page.locator(".tw-clause").nth(3)
    clause.click()
    clause.locator(".tw-original").click()
    page.wait_for_selector("#original img")
    page.wait_for_selector(".tw-place >> visible=true")
    page.wait_for_timeout(500)
    place, leaf = boxes(page, ".tw-place")[0], boxes(page, ".tw-leaf")[0]
    assert leaf[0] <= place[0] and place[2] <= leaf[2] + 1 and 0 <= place[1] < SIZES[size]["height"]
    if size == "office":
        (text,) = boxes(page, ".tw-clause:focus-within .tw-text, .tw-clause:focus .tw-text")[:1] or boxes(
            page, ".tw-paper"
        )
        assert not overlap(text, boxes(page, "#original-pane")[0])
    assert not sideways(page)
    shot(page, f"original-{size}")
    page.keyboard.press("Escape")
    page.wait_for_selector("#original-pane", state="hidden")


@sizes
def test_the_original_is_downloaded_as_it_is(opened, live, size):
    page = opened(size)
    read(page, "航道养护工作要点")
    with page.expect_download() as begun:
        page.click(".tw-download")
    original = next(SAMPLE.glob("*.pdf"))
    assert begun.value.suggested_filename == original.name
    with open(begun.value.path(), "rb") as got:
        assert got.read() == original.read_bytes()


@sizes
def test_a_document_leads_to_its_relations(opened, size):
    page = opened(size)
    read(page, "人才公寓管理办法")
    title = page.inner_text("#document h2").strip()
    page.click(".tw-lineage")
    page.wait_for_selector("#lineage >> visible=true")
    page.wait_for_function("t => document.querySelector('#lineage-pick input').value.includes(t)", arg=title[:8])


@sizes
def test_documents_are_checked_added_and_removed_and_the_page_follows(opened, live, tmp_path, size):
    page = opened(size)
    (tmp_path / "渔港〔新〕.txt").write_text(NEW, encoding="utf-8")
    before = len(live.now().documents())
    page.set_input_files("#add input[type=file], input[type=file]#add", tmp_path / "渔港〔新〕.txt") if page.locator(
        "#add input[type=file]"
    ).count() else _choose(page, tmp_path / "渔港〔新〕.txt")
    page.wait_for_selector("#adding .tw-card")
    told = page.inner_text("#adding")
    for word in ("海州市渔港管理办法", "海渔发〔2022〕7号", "编号由“第一条”到“第三条”，不连续"):
        assert word in told
    assert len(live.now().documents()) == before and "渔港〔新〕.txt" in told
    shot(page, f"adding-{size}")
    page.click("#accept")
    page.wait_for_selector("#adding:has-text('文件库已更新')")
    assert len(live.now().documents()) == before + 1 and not sideways(page)
    shot(page, f"added-{size}")
    read(page, "渔港管理办法")
    page.click(".tw-remove summary")
    shot(page, f"removing-{size}")
    page.click(".tw-remove-yes")
    page.wait_for_selector("#adding:has-text('已移到')")
    page.wait_for_selector(".tw-list li, #library .tw-empty")
    assert len(live.now().documents()) == before


def _choose(page, path):
    with page.expect_file_chooser() as chooser:
        page.click("#add")
    chooser.value.set_files(path)


@sizes
def test_what_cannot_be_added_says_why_and_leaves_nothing(opened, live, tmp_path, size):
    page = opened(size)
    (tmp_path / "坏.pdf").write_bytes(b"%PDF-1.7 nothing")
    _choose(page, tmp_path / "坏.pdf")
    page.wait_for_selector("#adding .tw-error")
    assert "不能加入" in page.inner_text("#adding") and page.is_disabled("#accept")
    page.click("#cancel")
    page.wait_for_selector("#accept", state="hidden")
    assert not [p for p in (live.now().settings.var / "staged").rglob("*") if p.is_file()]


def test_a_choice_of_collections_stands_where_there_are_several(opened):
    page = opened()
    page.click("#narrow button")
    page.click("#narrow input[aria-label='文件集'], #narrow label:has-text('文件集') input")
    page.click("[role=option]:has-text('清单')")
    page.wait_for_function("document.querySelectorAll('.tw-list > li').length === 1")
    assert "项目清单" in page.inner_text("#library")


@sizes
def test_the_day_is_one_for_the_whole_page(opened, size):
    page = opened(size)
    read(page, "2020—2022年")
    page.fill(".tw-day", "2021-06-01")
    page.wait_for_selector("#document h2 .tw-badge.in_force")
    page.click(".tw-today")
    page.wait_for_selector("#document h2 .tw-badge.expired")


# 找相关政策


@sizes
def test_a_draft_is_looked_up_with_contents_and_carried_away(opened, size):
    page = opened(size, "找相关政策")
    page.fill("#paste textarea", DRAFT)
    page.click("#find")
    page.wait_for_selector("#export-csv >> visible=true")
    assert page.locator(".tw-units li").count() == page.locator(".tw-unit").count() > 3
    assert "每段列出最相关的" in page.inner_text("#related") and not sideways(page)
    page.click(".tw-units a >> nth=2")
    page.wait_for_selector("#u-3[open]")
    shot(page, f"related-draft-{size}")
    with page.expect_download() as begun:
        page.click("#export-csv")
    with open(begun.value.path(), encoding="utf-8-sig", newline="") as table:
        rows = list(csv.DictReader(io.StringIO(table.read())))
    assert rows and {row["段"] for row in rows} >= {"1", "2"} and begun.value.suggested_filename.endswith(".csv")
    with page.expect_download() as begun:
        page.click("#export-md")
    assert re.fullmatch(r"相关政策-\d{4}-\d\d-\d\d\.md", begun.value.suggested_filename)
    with page.expect_download() as begun:
        page.click("#export-docx")
    told = [p.text for p in docx.Document(begun.value.path()).paragraphs]
    assert begun.value.suggested_filename.endswith(".docx") and told[0] == "相关政策" and "条款原文一" in told


@sizes
def test_a_draft_is_stopped_and_what_was_found_stays(opened, monkeypatch, size):
    import threading

    from page import related

    held, real = threading.Event(), related.stepwise

    def slow(*args):
        for number, step in enumerate(real(*args), 1):
            yield step
            if number == 2:
                held.wait(60)

    monkeypatch.setattr(related, "stepwise", slow)
    page = opened(size, tab="找相关政策")
    page.fill("#paste textarea", DRAFT)
    page.click("#find")
    page.wait_for_selector("#related progress")
    page.wait_for_timeout(1500)
    shot(page, f"related-progress-{size}")
    page.click("#halt:not([disabled])")
    page.wait_for_selector("#related:has-text('已停止：查找了前')")
    held.set()
    assert page.locator("#related progress").count() == 0 and page.is_disabled("#halt")


# every tab


def states(page):
    """Every tab with something in it, each in turn."""
    yield "问政策"
    go(page, "找相关政策")
    page.fill("#paste textarea", DRAFT)
    page.click("#find")
    page.wait_for_selector("#export-csv >> visible=true")
    yield "找相关政策"
    go(page, "文件")
    page.wait_for_selector(".tw-list li")
    yield "文件：列表"
    page.fill("#seek input, #seek textarea", "港口 规划")
    page.wait_for_selector("#library .tw-passages mark")
    yield "文件：查找"
    read(page, "项目清单")
    yield "文件：表格"
    page.click(".tw-back")
    read(page, "航道养护工作要点")
    page.click(".tw-bar .tw-original")
    page.wait_for_selector("#original img")
    yield "文件：原件"
    go(page, "文件关系")
    page.wait_for_selector(".tw-levels >> visible=true")
    yield "文件关系"


@sizes
def test_axe_has_nothing_serious_to_say_in_any_state(opened, size):
    from axe_playwright_python.sync_playwright import Axe

    page = opened(size, "问政策")
    for name in states(page):
        page.wait_for_timeout(400)
        found = Axe().run(page).response["violations"]
        serious = {
            v["id"]: [node["html"][:160] for node in v["nodes"][:3]]
            for v in found
            if v["impact"] in ("serious", "critical")
        }
        assert serious == {}, (name, serious)


@pytest.mark.parametrize("view", [{"width": 390, "height": 844}, {"width": 683, "height": 384}], ids=["phone", "200%"])
def test_nothing_scrolls_sideways_on_a_phone_or_at_twice_the_size(visit, address, view):  # noqa: F811
    page = visit(address, viewport=view)
    for name in states(page):
        page.wait_for_timeout(200)
        assert not sideways(page), name


@sizes
def test_arrow_keys_lead_from_tab_to_tab_and_from_clause_to_clause(opened, size):
    page = opened(size, tab="问政策")
    page.focus("button[role=tab] >> nth=0")
    for name in ("找相关政策", "文件", "文件关系"):
        page.keyboard.press("ArrowRight")
        assert page.evaluate("document.activeElement.ariaSelected") == "true"
        assert page.evaluate("document.activeElement.innerText").strip() == name
    page.keyboard.press("Home")
    assert "问政策" in page.evaluate("document.activeElement.innerText")
    go(page, "文件")
    read(page, "港口条例")
    page.focus('.tw-clause[tabindex="0"]')
    first = page.evaluate("document.activeElement.id")
    page.keyboard.press("ArrowDown")
    second = page.evaluate("document.activeElement.id")
    page.keyboard.press("Tab")
    assert second != first and page.evaluate("document.activeElement.matches('.tw-tools button')")
    assert page.locator('.tw-clause[tabindex="0"]').count() == 1


@sizes
def test_what_has_the_focus_can_be_seen(opened, size):
    page = opened(size)
    page.wait_for_selector(".tw-list li")
    page.focus("#seek input, #seek textarea")
    page.keyboard.press("Shift+Tab")
    for _ in range(9):
        page.keyboard.press("Tab")
        ring = page.evaluate(
            "() => { const e = document.activeElement, s = getComputedStyle(e), p = getComputedStyle(e.closest('.wrap, label, "
            ".wrap-inner, .input-container') ?? e); return [e.outerHTML.slice(0, 90), (s.outlineStyle !== 'none' && "
            "parseFloat(s.outlineWidth) >= 1) || s.boxShadow !== 'none' || p.boxShadow !== 'none' || p.outlineStyle !== 'none']; }"
        )
        assert ring[1], ring


def test_a_print_holds_the_document_and_nothing_else(opened):
    page = opened()
    read(page, "港口条例")
    page.emulate_media(media="print")
    for hidden in (".tw-head", "#tabs .tab-wrapper", ".tw-bar", ".tw-outline", "#listed"):
        assert not page.is_visible(hidden), hidden
    assert page.is_visible("#document h2") and not page.locator(".tw-tools >> visible=true").count()
    heights = page.evaluate(
        "['#reading', '#document'].map(s => [document.querySelector(s).scrollHeight, document.querySelector(s).clientHeight])"
    )
    assert all(whole <= shown + 2 for whole, shown in heights)
    shot(page, "print")


def test_the_night_keeps_contrast_and_turns_originals_back(opened):
    page = opened(color_scheme="dark")
    read(page, "航道养护工作要点")
    page.click(".tw-bar .tw-original")
    page.wait_for_selector("#original img")
    assert "invert" in page.evaluate("getComputedStyle(document.documentElement).filter")
    assert "invert" in page.evaluate("getComputedStyle(document.querySelector('.tw-leaf img')).filter")
    shot(page, "dark")
