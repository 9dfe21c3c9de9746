"""What stands still in 问政策: the bar, the question box, the panes. Filled by page/ask.js. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from index.schema import Document
from page.evidence import NOTHING
from page.filters import ANY, FIELDS, Field
from page.html import empty, escape


def shell(welcome: str) -> str:
    """The tab as it first stands; `welcome` is where the conversation will be."""
    return f"""<div class="tw-asking">
<section id="talk" aria-label="问答">
<div class="tw-bar"><button type="button" id="talks" aria-expanded="false" aria-controls="history">对话记录</button>
<span class="tw-name" id="name"></span>
<details class="tw-menu" id="export" hidden><summary>导出对话</summary><div>
<button type="button" class="tw-save" data-form="docx">Word 文件</button>
<button type="button" class="tw-save" data-form="md">Markdown 文件</button></div></details>
<button type="button" id="clear">新对话</button></div>
<div id="chat" role="log" aria-live="polite" aria-label="对话" tabindex="0">{welcome}</div>
<div id="composer">
<div id="told" role="alert" hidden></div>
<div class="tw-over"><details id="scope"><summary>限定文件范围</summary><form class="tw-scopes"></form></details>
<div id="chips" aria-live="polite"></div></div>
<div id="editing" hidden><span></span><button type="button">取消修改</button></div>
<div id="question"><textarea rows="1" placeholder="输入问题，可以接着追问" aria-label="问题"
 role="combobox" aria-expanded="false" aria-autocomplete="list" aria-controls="suggestions"></textarea>
<ul id="suggestions" role="listbox" aria-label="文件" hidden></ul>
<button type="button" id="stop" hidden>停止</button><button type="button" id="send">提问</button></div>
<p class="tw-keys">回车发送，Shift+回车换行</p>
</div></section>
<aside id="beside" aria-label="依据"><button type="button" id="close-evidence" aria-label="关闭依据">关闭</button>
<div id="evidence" tabindex="0" role="region" aria-label="条款原文">{empty(NOTHING)}</div></aside>
<nav id="history" aria-label="对话记录" hidden><div class="tw-bar"><b>对话记录</b>
<button type="button" id="close-history">关闭</button></div>
<input type="search" id="find-talk" placeholder="查找对话" aria-label="查找对话">
<div id="undo" role="status" hidden><span></span><button type="button">撤销</button></div>
<div id="listed-talks"></div></nav>
</div>"""


def scopes(documents: Sequence[Document]) -> str:
    """The fields to narrow by, with what the documents at hand offer."""
    return "".join(_field(field, documents) for field in FIELDS) + '<button type="reset">全部清除</button>'


def _field(field: Field, documents: Sequence[Document]) -> str:
    """A field; nothing for one with nothing to choose from."""
    label = f"<span>{escape(field.label)}</span>"
    told = f'name="{escape(field.name)}" data-label="{escape(field.label)}"'
    if field.choices is None:
        return f'<label>{label}<input {told} maxlength="80" placeholder="{escape(field.hint)}"></label>'
    options = "".join(f"<option>{escape(value)}</option>" for value in field.options(documents))
    if not options:
        return ""
    return f'<label>{label}<select {told}><option value="">{ANY}</option>{options}</select></label>'
