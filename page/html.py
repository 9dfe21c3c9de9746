"""The pieces of the page as HTML: cards, marks, badges. Pure; every word that comes from outside is escaped here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import escape
from urllib.parse import urlencode

from index.errors import BrokenIndex, ModelError, TiaowenError
from index.schema import Clause, Document
from rag.schema import Status
from rag.status import LABEL

KINDS = {"preamble": "前言", "notice": "印发通知", "box": "专栏", "annex": "附件", "row": "表格行"}
_LONG = 320  # characters; a longer clause is shown around its quote, the whole of it on demand
_MARKED = 40  # of a marked passage, where it is named
_UNSURE = "由扫描图像识别，把握不大，引用前请与原件核对"
_UNUSED = "没有用于检索和作答，请核对原文来源"
_AROUND = 80  # characters of a long clause shown before and after the quote


BROKEN = "程序内部出错，没有完成。请重试，或换一种问法；仍不成时请告知管理员。"


def plainly(error: Exception) -> str:
    """What an official reads of a failure. Addresses and settings are for whoever keeps the machine, in its log."""
    if isinstance(error, ModelError):
        return "模型暂时不可用，没有完成。请稍后重试；仍不成时请告知管理员。"
    if isinstance(error, BrokenIndex):
        return "文件库的索引暂时不可用，没有完成。请告知管理员。"
    return str(error) if isinstance(error, TiaowenError) else BROKEN


def clipped(text: str, most: int) -> str:
    """A text on one line, cut behind `most` characters; not escaped."""
    flat = " ".join(text.split())
    return flat if len(flat) <= most else flat[:most] + "……"


def lines(text: str) -> str:
    """Escaped, line breaks kept."""
    return escape(text).replace("\n", "<br>")


def error(message: str) -> str:
    """A failure, said as such."""
    return f'<div class="tw-error" role="alert"><b>未能完成</b>{lines(message)}</div>'


def empty(message: str) -> str:
    """Nothing to show, and why."""
    return f'<div class="tw-empty">{escape(message)}</div>'


def says_something(status: Status) -> bool:
    """Whether 时效 says something: that a document states no period is what most do, and is said of none."""
    return status.value != "unknown" or status.span is not None or "未写明" not in status.reason


def badge(status: Status) -> str:
    """时效 as a small label whose title gives the reason; nothing where it says nothing."""
    if not says_something(status):
        return ""
    return f'<span class="tw-badge {escape(status.value)}" title="{escape(status.reason)}">{LABEL[status.value]}</span>'


def doubt(clause: Clause) -> str:
    """Labels for a clause that wants comparing with the original: read from a scan with little confidence, or with words
    that state no policy; nothing for others."""
    labels = "".join(f'<span class="tw-badge tw-doubt" title="{_UNSURE}">待核</span>' for _ in range(clause.doubtful))
    return labels + (
        "" if not clause.marks else f'<span class="tw-badge tw-marked" title="{_UNUSED}">含非政策文字</span>'
    )


def reasons(clause: Clause) -> str:
    """Why a clause wants comparing, below its text, where a label's title cannot be read: on paper, on a phone."""
    told = [f"待核：{_UNSURE}。"] if clause.doubtful else []
    for mark in clause.marks:
        told.append(f"含非政策文字：“{clipped(mark.words, _MARKED)}”是{mark.reason}，{_UNUSED}。")
    return "".join(f'<p class="tw-why">{escape(line)}</p>' for line in told)


def address(path: Sequence[str]) -> str:
    """The headings above a clause, outermost first, on one line."""
    return " › ".join(path)


def warning(status: Status) -> str:
    """What to mind before citing an expired document; nothing for others."""
    if status.value != "expired":
        return ""
    return f'<div class="tw-warn">{escape(status.reason)}，引用前请核对是否有后续文件。</div>'


def gaps(document: Document) -> str:
    """What of a document could not be read, and is not among its clauses."""
    return f'<div class="tw-warn">{lines("；".join(document.gaps))}</div>' if document.gaps else ""


def opener(document: Document, clause: Clause | None, label: str) -> str:
    """A link to a document, at a clause where one is given: opened in the third tab, or by itself in a new one."""
    query = {"doc": document.doc_id} | ({"clause": clause.clause_id} if clause is not None else {})
    return f'<a class="tw-open" href="?{escape(urlencode(query))}">{label}</a>'


def copier(text: str, label: str) -> str:
    """A button that copies `text`."""
    return f'<button type="button" class="tw-copy" data-copy="{escape(text)}">{label}</button>'


def highlighted(text: str, quotes: Iterable[str]) -> str:
    """The text escaped, with every quote marked where it first occurs; overlapping quotes become one mark."""
    parts, at = [], 0
    for start, stop in _spans(text, quotes):
        parts += [lines(text[at:start]), f"<mark>{lines(text[start:stop])}</mark>"]
        at = stop
    return "".join([*parts, lines(text[at:])])


def clause_text(text: str, quotes: Sequence[str]) -> str:
    """A clause with its quotes marked; of a long one the part around them, and the whole of it unfolded on demand."""
    spans = _spans(text, quotes)
    if len(text) <= _LONG:
        return f'<div class="tw-text">{highlighted(text, quotes)}</div>'
    start = max(0, spans[0][0] - _AROUND) if spans else 0
    stop = min(len(text), spans[-1][1] + _AROUND) if spans else 2 * _AROUND
    if start < _AROUND:
        start = 0
    if len(text) - stop < _AROUND:
        stop = len(text)
    if (start, stop) == (0, len(text)):
        return f'<div class="tw-text">{highlighted(text, quotes)}</div>'
    shown = ("……" if start else "") + highlighted(text[start:stop], quotes) + ("……" if stop < len(text) else "")
    return (
        f'<div class="tw-text">{shown}</div><details class="tw-whole"><summary>展开整条（{len(text)} 字）</summary>'
        f'<div class="tw-text">{highlighted(text, quotes)}</div></details>'
    )


def tabular(clause: Clause) -> bool:
    """Whether a clause is a row whose cells are known by their columns, and whole: a marked passage is missing in them."""
    grid = clause.grid
    return clause.kind == "row" and grid is not None and grid.read and bool(grid.columns) and not clause.marks


def row(clause: Clause, quotes: Sequence[str] = ()) -> str:
    """A row of a table by itself: each cell behind its column's name, marked where a quote holds it."""
    grid = clause.grid
    assert grid is not None  # tabular(clause)
    cells = "".join(
        f"<div>{f'<dt>{escape(name)}</dt>' if (name := ' '.join(column.split())) else ''}<dd>{_cell(cell, quotes)}</dd></div>"
        for column, cell in zip(grid.columns, grid.cells, strict=False)
        if cell.strip()
    )
    return f'<dl class="tw-cells">{cells}</dl>'


def _cell(cell: str, quotes: Sequence[str]) -> str:
    if len(cell) > 1 and any(cell in quote for quote in quotes):  # a figure of one digit stands in any quote
        return f"<mark>{lines(cell)}</mark>"
    return highlighted(cell, quotes)


def _spans(text: str, quotes: Iterable[str]) -> list[tuple[int, int]]:
    """Where the quotes are, in order, overlapping and touching ones merged."""
    merged: list[tuple[int, int]] = []
    for start, stop in sorted((at, at + len(q)) for q in quotes if q and (at := text.find(q)) >= 0):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(stop, merged[-1][1]))
        else:
            merged.append((start, stop))
    return merged


def card(
    clause: Clause,
    document: Document,
    status: Status,
    quotes: Sequence[str],
    lead: str,
    *,
    titled: bool,
    css: str = "",
    between: str = "",
    lost: str = "",
) -> str:
    """A clause with where it stands. `lead` (HTML) comes first, `between` (HTML) before the text; `titled` shows its
    document, title, 文号 and 时效; `lost` says why it can no longer be opened."""
    number = escape(document.doc_no or "未印文号") + (f"　{escape(document.issued_on)}" if document.issued_on else "")
    title = f"<b>《{escape(document.title)}》</b>{badge(status)}" if titled else ""
    kind = f'<span class="tw-kind">{KINDS[clause.kind]}</span>' if clause.kind in KINDS else ""
    kind += doubt(clause)
    heads = {clause.grid.head} if tabular(clause) and clause.grid is not None else set()  # stands before the cells
    path = [heading for heading in clause.path if heading not in heads]
    where = f'<span class="tw-path">{escape(address(path))}</span>' if path else ""
    page = f"，第 {clause.source.page} 页" if clause.source.page else ""
    return (
        f'<article class="tw-card {css}" tabindex="-1"><header>{lead}{title}{"" if titled else kind + where}</header>'
        + (
            f'<div class="tw-meta"><span>{number}</span>{kind}{where}</div>{warning(status)}{gaps(document)}'
            if titled
            else ""
        )
        + between
        + (row(clause, quotes) if tabular(clause) else clause_text(clause.printed, quotes))
        + reasons(clause)
        + (f'<div class="tw-lost">{escape(lost)}</div>' if lost else "")
        + f"<footer>{'' if lost else opener(document, clause, '在全文中查看')}"
        f"{copier(cited(document, clause, status), '复制引文')}"
        f'<span class="tw-file">{escape(clause.source.file)}{page}</span></footer></article>'
    )


def cited(document: Document, clause: Clause, status: Status, quote: str | None = None) -> str:
    """Document, 文号, address and the words cited (the whole clause by default), as plain text."""
    number = f"（{document.doc_no}）" if document.doc_no else ""
    where = f"，{address(clause.path)}" if clause.path else ""
    words = re.sub(r"\s*\n\s*", " ", quote if quote is not None else clause.printed)
    checked = ("，扫描识别，待核" if clause.doubtful else "") + ("，含非政策文字" if clause.marks else "")
    return f"《{document.title}》{number}{where}：“{words}”（{LABEL[status.value]}{checked}）"
