"""找相关政策: a pasted clause and the clauses around it, wired in Gradio."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import gradio as gr

from index.errors import TiaowenError
from index.load import NAMES, READERS, pool
from index.schema import Document
from page import html, shelves
from page.filters import filters, panel
from rag.relating.related import MAX_PASTE, neighbourhoods

if TYPE_CHECKING:
    from rag.engine import Engine
    from rag.live import Live

SHOWN = 20  # clauses shown for a paste
_WAITING = "粘贴一条（或一段）条款，点“查找相关条款”。相关条款会按文件分组显示在这里，相同或最接近的句子标黄。"
_READ = "草案已读入左边的文本框，点“查找相关条款”逐段查找。"
_BROKEN = "程序内部出错，查找没有完成。详情见运行条问的窗口。"


def related_tab(
    engine: Engine | Live, documents: Sequence[Document], opening: str
) -> tuple[gr.Textbox, gr.HTML, Callable[[Callable], None]]:
    """Build the tab; (paste box, results, what makes an event start the search) let other tabs look things up here."""
    with gr.Row(elem_id="match"):
        with gr.Column(scale=2, min_width=320, elem_id="pasted"):
            paste = gr.Textbox(
                label="条款原文",
                lines=10,
                max_lines=18,
                elem_id="paste",
                placeholder="把正在起草或核对的条款粘贴到这里。也可以在“文件库”里点某一条下面的“找相关条款”。",
            )
            draft = gr.UploadButton(f"或上传草案（{NAMES} 等）", file_types=list(READERS), elem_id="draft", size="sm")
            with gr.Row():
                find = gr.Button("查找相关条款", variant="primary", elem_id="find", scale=3)
                clear = gr.Button("清空", elem_id="wipe", scale=1, min_width=72)
            with gr.Accordion("限定文件范围", open=False):
                picks = panel(documents, "match")
        with gr.Column(scale=3, min_width=360, elem_id="matches"):
            found = gr.HTML(html.empty(_WAITING), elem_id="related", js_on_load=opening, apply_default_css=False)

    def look(text: str, *picked: str) -> str:
        if not text.strip():
            return html.error("请先粘贴条款原文：目前没有可以检索的文字。")
        try:
            return shelves.related(neighbourhoods(engine.now(), text, SHOWN, filters(*picked)))
        except TiaowenError as error:
            return html.error(str(error))

    def read(path: str) -> tuple[str, str]:
        """An uploaded draft's text into the paste box; what cannot be read is said where results would be."""
        try:
            raw = pool.lines(Path(path), Path(path).name, engine.now().settings.limits)
        except TiaowenError as error:
            return "", html.error(str(error))
        return "\n".join(line.text for line in raw.lines)[:MAX_PASTE], html.empty(_READ)

    how = {"api_visibility": "private"}

    def search_on(event: Callable) -> None:
        """Have a Gradio event start the search for what is in the paste box."""
        looked = event(look, [paste, *picks], [found], concurrency_limit=4, show_progress="minimal", **how)
        looked.failure(lambda: html.error(_BROKEN), None, [found], show_progress="hidden", **how)

    search_on(find.click)
    draft.upload(read, [draft], [paste, found], show_progress="minimal", **how)
    clear.click(lambda: ("", html.empty(_WAITING)), None, [paste, found], queue=False, show_progress="hidden", **how)
    return paste, found, search_on
