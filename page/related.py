"""找相关政策: a pasted clause or a draft and the clauses around it, wired in Gradio."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import gradio as gr

from index.errors import TiaowenError
from index.load import READERS, pool
from index.schema import Document
from memo.markdown import markdown
from memo.paper import related_paper
from memo.word import word
from page import exports, html, shelves
from page.day import at
from page.downloads import download
from page.filters import filters, panel
from page.originals import fresh
from rag.query.question import clean
from rag.relating.paste import SHORTEST, Parts, parts
from rag.relating.related import EACH, MAX_PASTE, READ, RelatedClauses, stepwise

if TYPE_CHECKING:
    from rag.engine import Engine
    from rag.live import Live

SHOWN = 20  # clauses shown for a paste
_STEP = 0.5  # seconds between two views of a draft that is looked up
_WAITING = "粘贴一条（或一段）条款，点“查找相关条款”。相关条款会按文件分组显示在这里，相同或最接近的句子标黄。"
_READ = "草案已读入文本框，点“查找相关条款”逐段查找。"
_BROKEN = "程序内部出错，查找没有完成。详情见运行条问的窗口。"


@dataclass(frozen=True, slots=True)
class Result:
    """What was found for a paste."""

    found: tuple[RelatedClauses, ...] = ()
    notes: tuple[str, ...] = ()  # what was left out, and why
    total: int = 0  # clauses to be looked up


@dataclass(frozen=True, slots=True)
class RelatedTab:
    """What other tabs and the page need of this one."""

    paste: gr.Textbox
    found: gr.HTML
    kept: gr.State  # a Result: what is shown
    search_on: Callable[[Callable], None]  # has an event start the search for what is in the paste box
    settle: Callable[[], None]  # to be called after the last of these: what stops them is wired


def related_tab(engine: Engine | Live, documents: Sequence[Document], opening: str, day: gr.State) -> RelatedTab:
    """Build the tab."""
    with gr.Row(elem_id="match"):
        with gr.Column(scale=2, min_width=320, elem_id="pasted"):
            paste = gr.Textbox(
                label="条款原文",
                lines=10,
                max_lines=18,
                elem_id="paste",
                placeholder="把正在起草或核对的条款粘贴到这里。也可以在“文件”里点某一条旁边的“找相关条款”。",
            )
            draft = gr.UploadButton(
                "或上传草案（Word、WPS、PDF、文本、图片等）", file_types=list(READERS), elem_id="draft", size="sm"
            )
            with gr.Row(elem_id="seekers"):
                find = gr.Button("查找相关条款", variant="primary", elem_id="find", scale=3)
                stop = gr.Button("停止", elem_id="halt", scale=1, min_width=72, interactive=False)
                clear = gr.Button("清空", elem_id="wipe", scale=1, min_width=72)
            with gr.Accordion("限定文件范围", open=False):
                picks = panel(documents, "match")
        with gr.Column(scale=3, min_width=360, elem_id="matches"):
            found = gr.HTML(html.empty(_WAITING), elem_id="related", js_on_load=opening, apply_default_css=False)
            with gr.Row(visible=False, elem_id="exports") as row:
                as_word = gr.Button("导出 Word", elem_id="export-docx", size="sm", scale=0)
                as_text = gr.Button("导出 Markdown", elem_id="export-md", size="sm", scale=0)
                as_table = gr.Button("导出 CSV（表格）", elem_id="export-csv", size="sm", scale=0)
    saved = download("related")
    kept = gr.State(Result())
    idle, busy, here, away = (
        gr.Button(interactive=False),
        gr.Button(interactive=True),
        gr.Row(visible=True),
        gr.Row(visible=False),
    )

    def look(text: str, as_of: str, *picked: str) -> Iterator[tuple]:
        """Stream what is found, clause by clause: (results, what is kept, the stop button, the exports)."""
        if not text.strip():
            yield html.error("请先粘贴条款原文：目前没有可以检索的文字。"), Result(), idle, away
            return
        result = Result()
        try:
            whole = parts(clean(text, MAX_PASTE))
            result = Result((), _notes(whole), len(whole.units))
            yield shelves.related((), result.notes, result.total), result, busy, away
            shown = time.monotonic()
            with closing(stepwise(at(engine, as_of), text, SHOWN, filters(*picked))) as steps:
                for done, total, each in steps:
                    result = Result((*result.found, each), result.notes, total)
                    if done == total or time.monotonic() - shown > _STEP:
                        yield shelves.related(result.found, result.notes, total), result, gr.skip(), gr.skip()
                        shown = time.monotonic()
                    else:
                        yield gr.skip(), result, gr.skip(), gr.skip()
            yield gr.skip(), result, idle, here
        except TiaowenError as error:
            yield html.error(str(error)), result, idle, away

    def halt(result: Result) -> tuple:
        """Show what there is as all there will be."""
        if not result.found:
            return html.empty("已停止。"), result, idle, away
        return shelves.stopped(result.found, result.notes, result.total), result, idle, here

    def read(path: str) -> tuple[str, str]:
        """An uploaded draft's text into the paste box; what cannot be read, or is left out, is said where results would
        be."""
        try:
            settings = engine.now().settings
            raw = pool.lines(Path(path), Path(path).name, settings.limits)
        except TiaowenError as error:
            return "", html.error(str(error))
        finally:
            Path(path).unlink(missing_ok=True)
        text, left = _cut("\n".join(line.text for line in raw.lines))
        told = "".join(f'<p class="tw-note">{html.lines(note)}</p>' for note in (*raw.gaps, *([left] if left else [])))
        return text, told + html.empty(_READ)

    def exported(result: Result, as_of: str, name: str) -> str:
        if not result.found:
            raise gr.Error("还没有可以导出的结果，请先查找。", title="未能完成")
        today = at(engine, as_of).as_of
        made = _FORMS[name](result, today)
        return str(fresh(saved.room, f"相关政策-{today.isoformat()}.{name}", lambda to: to.write_bytes(made)))

    how = {"api_visibility": "private", "show_progress": "hidden"}
    asking: list = []
    outputs = [found, kept, stop, row]

    def search_on(event: Callable) -> None:
        looked = event(look, [paste, day, *picks], outputs, concurrency_limit=4, concurrency_id="match", **how)
        looked.failure(lambda: (html.error(_BROKEN), idle), None, [found, stop], **how)
        asking.append(looked)

    search_on(find.click)
    draft.upload(read, [draft], [paste, found], **how)
    for name, button in (("docx", as_word), ("md", as_text), ("csv", as_table)):
        saved.on(button.click, partial(exported, name=name), [kept, day])

    def settle() -> None:
        stop.click(halt, [kept], outputs, cancels=asking, queue=False, **how)
        clear.click(
            lambda: ("", html.empty(_WAITING), Result(), idle, away),
            None,
            [paste, *outputs],
            cancels=asking,
            queue=False,
            **how,
        )

    return RelatedTab(paste, found, kept, search_on, settle)


_FORMS: Mapping[str, Callable[[Result, date], bytes]] = {
    "docx": lambda result, day: word(related_paper(result.found, day, result.notes)),
    "md": lambda result, day: markdown(related_paper(result.found, day, result.notes)).encode(),
    "csv": lambda result, day: exports.table(result.found).encode(),
}


def _notes(whole: Parts) -> tuple[str, ...]:
    """What of a paste is not looked up, or not wholly, and why."""
    count = len(whole.units)
    each = SHOWN if count == 1 else max(EACH, SHOWN // count)
    long = [str(number) for number, unit in enumerate(whole.units, 1) if len(unit) > READ]
    notes = []
    if count > 1:
        notes.append(f"按条分为 {count} 段，每段列出最相关的 {each} 条以内；要看更多，请单独粘贴那一段。")
    if whole.short:
        notes.append(f"另有 {whole.short} 处不足 {SHORTEST} 字（多为标题），没有单独查找。")
    if whole.beyond:
        notes.append(f"只查找前 {count} 段，其后 {whole.beyond} 段没有查找；请分批粘贴。")
    if long:
        notes.append(f"第 {'、'.join(long)} 段超过 {READ:,} 字，只按其前 {READ:,} 字查找。")
    return tuple(notes)


def _cut(text: str) -> tuple[str, str]:
    """(what of a draft can be looked up, whole lines; what is said of the rest)."""
    if len(text) <= MAX_PASTE:
        return text, ""
    end = text.rfind("\n", 0, MAX_PASTE) + 1 or MAX_PASTE
    begins = " ".join(text[end : end + 60].split())[:20]
    return text[:end], (
        f"草案共 {len(text):,} 字，一次最多查找 {MAX_PASTE:,} 字：从“{begins}”起的 {len(text) - end:,} 字没有读入。"
        "请把后半部分另存为一个文件，再上传一次。"
    )
