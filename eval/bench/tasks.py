"""The tasks of an official's day, one after the other: what is done, and what has to come of it."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from eval.bench.matters import Matters
from eval.bench.workday import BOX, DONE, Official

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

_SEEK, _NEW = "#seek :is(input, textarea)", "新渡口夜航管理办法"
_RULES = (
    _NEW, "新渡发〔2026〕5号", "第一条　夜航渡船每晚二十三时停航。", "第二条　夜航渡船定员四十人。", "第三条　本办法自2026年6月1日起施行。",
)  # fmt: skip


def day(one: Official, again: Callable[[], BrowserContext], at_hand: Matters, room: Path) -> None:
    """From opening the page to coming back the next day; `again` gives a browser that knows of nothing."""
    _asks(one, at_hand)
    _works_with_answers(one, at_hand)
    _looks_up(one, at_hand)
    _keeps_documents(one, room)
    _compares_a_draft(one, at_hand, room)
    _comes_back(one, again, at_hand)


def _asks(one: Official, at_hand: Matters) -> None:
    with one.task("打开网页，看到可以问什么") as told:
        one.page.goto(one.url)
        one.see(".tw-welcome")
        told.append(f"首次绘制 {_paint(one):.2f} 秒")
    with one.task("问一个数字") as told:
        said = one.ask(at_hand.figure)
        assert at_hand.value in said, f"答复中没有 {at_hand.value}：{said[:80]}"
        told.append(f"答出 {at_hand.value}")
    with one.task("点句后的编号，看条款原文") as told:
        one.click("#chat a.tw-mark")
        one.see("#evidence .tw-card.tw-flash")
        told.append(f"标黄：{one.text('#evidence .tw-card.cited mark')[:24]}")
    with one.task("问一份文件的文号") as told:
        said = one.ask(f"《{at_hand.numbered.title}》的文号是什么？")
        assert (at_hand.numbered.doc_no or "") in said, said[:80]
        told.append(at_hand.numbered.doc_no or "未印文号")
    with one.task("接着追问，不重复文件名") as told:
        said = one.ask("它是哪个机关印发的？")
        assert any(issuer in said for issuer in at_hand.numbered.issuers), said[:80]
        told.append(at_hand.issuer)
    with one.task("问一章有哪些内容，展开各级标题") as told:
        one.ask(f"《{at_hand.headed.title}》的{at_hand.heading}包括哪些方面？")
        told.append(_beginning(one))
    with one.task("比较两份文件") as told:
        one.ask(f"《{at_hand.numbered.title}》和《{at_hand.other.title}》的成文日期分别是什么？")
        told.append(_beginning(one))
    if at_hand.row:
        with one.task("问表格里的一行") as told:
            one.ask(at_hand.row)
            told.append(_beginning(one))
    with one.task("问一个机关印发了哪些文件") as told:
        said = one.ask(f"{at_hand.issuer}印发的文件有哪些？")
        told.append(_beginning(one))
    with one.task("问文件里没有的事，得到拒答") as told:
        said = one.ask("量子传送门的收费标准是多少？")
        assert "未能回答" in said, said[:80]
        told.append("拒答，并说明原因")


def _works_with_answers(one: Official, at_hand: Matters) -> None:
    with one.task("限定到一份文件再问，再放开") as told:
        one.click("#scope summary")
        one.fill("#scope [name=document]", at_hand.numbered.title)
        one.click("#scope summary")
        one.ask(f"《{at_hand.numbered.title}》什么时候印发的？")
        titles = set(one.page.locator("#evidence .tw-group h3:visible").all_inner_texts())
        assert len(titles) == 1, titles
        one.click("#chips .tw-chip")
        told.append("只出自所选文件")
    with one.task("边输入边选文件名") as told:
        one.typed += 1
        one.page.focus(BOX)
        one.page.keyboard.type(at_hand.numbered.title[:4])
        one.see("#suggestions li")
        one.page.keyboard.press("ArrowDown")
        one.press(BOX, "Enter")
        told.append(one.page.input_value(BOX))
        one.page.fill(BOX, "")
    with one.task("上一问没答完就问下一问，都不丢") as told:
        for question in (f"《{at_hand.other.title}》的总体要求是什么？", at_hand.figure):
            one.fill(BOX, question)
            one.press(BOX, "Enter")
            one.turn += 1
        one.answered()
        told.append("两问都已作答")
    with one.task("停止一个回答，再重答") as told:
        one.fill(BOX, f"《{at_hand.headed.title}》的主要任务是什么？")
        one.press(BOX, "Enter")
        one.turn += 1
        one.see("#stop:visible, .tw-turn:last-child[data-stage=done]")
        if one.page.is_visible("#stop"):
            one.click("#stop")
            one.see(f"#t{one.turn}:is([data-stage=stopped], [data-stage=done])")
        one.click(f"#t{one.turn} .tw-retry")
        one.see(f"#t{one.turn}[data-stage=done] {DONE}")
        told.append("已核对的保留")
    with one.task("把答复复制到公文里") as told:
        one.click("#t2 .tw-copy")
        one.see('#t2 .tw-copy:has-text("已复制")')
        copied = one.page.evaluate("navigator.clipboard.readText()")
        assert "[1] 《" in copied
        told.append(f"{len(copied)} 字，带编号出处")
    with one.task("导出一问一答为 Word") as told:
        told.append(_opened(one.saved("#t1 .tw-save[data-form=docx]"), at_hand.value))
    with one.task("导出整个对话为 Word") as told:
        one.click("#export summary")
        told.append(_opened(one.saved("#export .tw-save[data-form=docx]"), "出处"))
    with one.task("指出一处有误，说明原因") as told:
        one.click(f"#t{one.turn} .tw-wrong")
        one.page.select_option(f"#t{one.turn} [name=reason]", index=1)
        one.click(f"#t{one.turn} .tw-complaint [type=submit]")
        one.see(f"#t{one.turn} .tw-wrong[aria-pressed=true]")
        told.append(one.text(f"#t{one.turn} .tw-judge span"))
    with one.task("把某一条答复的链接发给自己，打开") as told:
        one.click("#t2 .tw-link")
        one.see('#t2 .tw-link:has-text("已复制")')
        one.page.goto(one.page.evaluate("navigator.clipboard.readText()"))
        one.see("#t2.tw-flash")
        told.append("直达那一问")


def _looks_up(one: Official, at_hand: Matters) -> None:
    with one.task("凭半个文号找文件") as told:
        one.tab("文件")
        one.fill(_SEEK, at_hand.half)
        one.see("#library .tw-list mark")
        assert at_hand.numbered.title in one.text("#library")
        told.append(f"“{at_hand.half}”找到{one.text('#library .tw-count').split('：')[1]}")
    with one.task("用正文里的两个词找到条款") as told:
        one.fill(_SEEK, at_hand.words)
        one.see("#library .tw-passages mark")
        one.click(".tw-passages a")
        one.see("#document .tw-clause.target")
        told.append(f"“{at_hand.words}”直达条款")
    with one.task("在全文中查找一个词，看文件关系") as told:
        one.fill(".tw-find input", at_hand.words[:2])
        one.see("mark.tw-hit.now")
        found = one.text(".tw-find output")
        one.click(".tw-lineage")
        one.see("#lineage :is(.tw-levels, .tw-empty) >> visible=true")
        told.append(f"本文 {found} 处；{one.text('#lineage :is(.tw-count, .tw-empty)')[:30]}")
    with one.task("看原件，下载原件") as told:
        one.tab("文件")
        if one.page.locator(".tw-bar .tw-original").count():
            one.click(".tw-bar .tw-original")
            one.see("#original img")
        told.append(one.saved(".tw-download").name)
    with one.task("看某一天的时效") as told:
        one.fill(".tw-day", "2019-06-01")
        one.see(".tw-today")
        one.click(".tw-today")
        one.see(".tw-asof:not(.chosen)")
        told.append("改日期、回到今天")


def _keeps_documents(one: Official, room: Path) -> None:
    import docx

    made = docx.Document()
    for line in _RULES:
        made.add_paragraph(line)
    made.save(str(room / "新办法.docx"))
    with one.task("加入一份 Word 文件：先检查再加入") as told:
        one.click(".tw-back")
        one.chose("#add", room / "新办法.docx")
        one.see("#adding .tw-card")
        assert _NEW in one.text("#adding")
        one.click("#accept")
        one.see("#adding:has-text('文件库已更新')")
        told.append("检查、进度、结果都在页面上")
    with one.task("马上问新文件") as told:
        one.tab("问政策")
        one.click("#clear")
        one.see(".tw-sample")
        one.turn = 0
        said = one.ask("夜航渡船定员多少人？")
        assert "四十" in said, said[:80]
        told.append("答出新文件")
    with one.task("移出这份文件") as told:
        one.tab("文件")
        one.fill(_SEEK, _NEW)
        one.see(f".tw-list a:has-text('{_NEW}')")
        one.click(".tw-list a")
        one.see(f"#document h2:has-text('{_NEW}')")
        one.click(".tw-remove summary")
        one.click(".tw-remove-yes")
        one.see("#adding:has-text('已移到')")
        told.append("原件移到“已移出”，不删除")


def _compares_a_draft(one: Official, at_hand: Matters, room: Path) -> None:
    with one.task("粘贴一条，找相关政策") as told:
        one.tab("找相关政策")
        one.fill("#paste textarea", at_hand.clause.text)
        one.click("#find")
        one.see("#export-docx >> visible=true")
        told.append(one.text("#related .tw-found b"))
    with one.task("把相关政策导出为 Word") as told:
        told.append(_opened(one.saved("#export-docx"), "条款原文"))
    draft = room / "草案.txt"
    body = at_hand.clause.text.replace("\n", "")
    draft.write_text("\n".join(f"第{n}条　{body}" for n in "一二三四五"), encoding="utf-8")
    with one.task("上传一份草案，逐条查找") as told:
        one.click("#wipe")
        one.chose("#draft", draft)
        one.page.wait_for_function("document.querySelector('#paste textarea').value.length > 50")
        one.click("#find")
        one.see("#export-docx >> visible=true")
        told.append(f"{one.page.locator('.tw-units li').count()} 段，有目录")


def _comes_back(one: Official, again: Callable[[], BrowserContext], at_hand: Matters) -> None:
    with one.task("第二天再来，找到昨天的对话接着问") as told:
        one.page.context.close()
        one.came(again())
        one.page.goto(one.url)
        one.see(".tw-welcome")
        one.click("#talks")
        one.see(".tw-talks li")
        one.fill("#find-talk", at_hand.figure[:6])
        time.sleep(0.5)
        one.click(".tw-talk")
        one.see("#t2 .tw-copy")
        one.turn = one.page.locator("#chat .tw-turn").count()
        one.ask(f"《{at_hand.numbered.title}》是什么时候印发的？")
        told.append(f"第 {one.turn} 问接上")
    with one.task("打印（存为 PDF）") as told:
        one.clicks += 1
        one.page.pdf(path=one.pictures / "对话.pdf", format="A4")
        told.append("只有问答与引用的条款")


def _beginning(one: Official) -> str:
    said = one.page.inner_text(f"#t{one.turn} .tw-answer")
    return " ".join(said.split())[:46]


def _paint(one: Official) -> float:
    """Seconds until something stood on the page."""
    return one.page.evaluate(
        "new Promise(go => { const look = () => { const p = performance.getEntriesByName('first-contentful-paint')[0];"
        " p ? go(p.startTime / 1000) : setTimeout(look, 50); }; look(); })"
    )


def _opened(path: Path, holds: str) -> str:
    """A Word file opened again."""
    import docx

    paragraphs = [p.text for p in docx.Document(str(path)).paragraphs]
    assert holds in "".join(paragraphs), paragraphs[:4]
    return f"{path.name}，{len(paragraphs)} 段"
