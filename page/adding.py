"""Adding documents, as HTML: what would be read of a file, how a build goes on, and its report. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from index.corpus import Change, beside
from index.report import DocumentEntry, Report
from index.schema import Contents, Taken
from page.html import address, clipped, doubt, lines, reasons

_CLAUSES = 200  # of a document, shown when unfolded
_LETTERS = 120  # of a clause


@dataclass(frozen=True, slots=True)
class Checked:
    """What reading some files gave, before any of them is added."""

    contents: tuple[Contents, ...]
    refused: tuple[tuple[str, str], ...]  # (file, why)
    replaces: tuple[DocumentEntry, ...] = ()  # documents of which these are the newer text


def checked(found: Checked) -> str:
    """The documents that would be read, what is missing and unsure, and what would be replaced."""
    documents = [taken for contents in found.contents for taken in contents.taken]
    clauses = sum(len(taken.clauses) for taken in documents)
    head = (
        f"将读出 {len(documents)} 份文件、{clauses} 条，请看看题名、文号和条款是否读对，再点“加入”"
        if documents
        else "没有可以加入的文件"
    )
    parts = [
        f'<h3>加入前检查</h3><p class="tw-count" aria-live="polite">{head}</p>',
        refusals(found.refused, "不能加入"),
    ]
    for entry in found.replaces:
        parts.append(
            f'<div class="tw-doubts">将替换现有的《{escape(entry.title)}》（{escape(entry.file)}），'
            "旧文件移到“已移出”文件夹，不删除。</div>"
        )
    for contents in found.contents:
        pages = f"，{contents.pages} 页" if contents.pages else ""
        parts.append(f"<h4>{escape(contents.file)}{pages}</h4>")
        if contents.gaps:
            parts.append(f'<div class="tw-warn">{lines("；".join(contents.gaps))}</div>')
        parts += [_document(taken, alone=len(documents) == 1) for taken in contents.taken]
    return f'<section class="tw-check" aria-label="加入前检查">{"".join(parts)}</section>'


def _document(taken: Taken, *, alone: bool) -> str:
    document = taken.document
    facts = {
        "文号": document.doc_no or "未写明",
        "发文机关": "、".join(document.issuers) or "未写明",
        "成文日期": document.issued_on or "未写明",
        "实施期": document.period.text if document.period else None,
        "印发通知": document.notice_title,
        "条款": f"{len(taken.clauses)} 条",
    }
    rows = "".join(f"<div><dt>{name}</dt><dd>{escape(value)}</dd></div>" for name, value in facts.items() if value)
    unsure = f'<div class="tw-doubts">请与原件核对：{escape("；".join(taken.doubts))}</div>' if taken.doubts else ""
    clauses = "".join(
        f"<li>{doubt(c)}<span class='tw-path'>{escape(address(c.path))}</span> {escape(clipped(c.printed, _LETTERS))}{reasons(c)}</li>"
        for c in taken.clauses[:_CLAUSES]
    )
    left = len(taken.clauses) - _CLAUSES
    more = f"<li>以下 {left} 条从略</li>" if left > 0 else ""
    opened = " open" if alone else ""
    return (
        f'<article class="tw-card"><header><b>《{escape(document.title)}》</b></header>{unsure}'
        f'<dl class="tw-facts">{rows}</dl><details{opened}><summary>看条款</summary><ol class="tw-peek">{clauses}{more}</ol>'
        "</details></article>"
    )


def refusals(refused: Sequence[tuple[str, str]], what: str) -> str:
    """Files that were left out and why; nothing where there are none."""
    if not refused:
        return ""
    rows = "".join(f"<li>{escape(file)}：{escape(why)}</li>" for file, why in refused)
    return f'<div class="tw-error" role="alert"><b>{what}（{len(refused)}）</b><ul>{rows}</ul></div>'


def progress(what: str, stage: str, done: int, total: int) -> str:
    """A build on its way."""
    share = f' value="{done}" max="{total}"' if total else ""
    count = f" {done}/{total}" if total else ""
    return (
        f'<section class="tw-check" aria-label="更新进度"><h3>{escape(what)}</h3><p role="status">{escape(stage)}{count}</p>'
        f'<progress aria-label="更新进度"{share}></progress><p class="tw-count">可以离开这一页，更新会继续；'
        "完成前仍按原来的文件检索和回答。</p></section>"
    )


def done(change: Change, report: Report | None, corpus: Path) -> str:
    """What was changed, and what of it the build's report wants to be looked at."""
    told = [f"已加入：{'、'.join(change.added)}"] if change.added else []
    told += [f"已移到“{beside(corpus).name}”：{'、'.join(change.moved)}"] if change.moved else []
    body = "".join(f"<p>{escape(line)}</p>" for line in told) or "<p>文件库没有改动。</p>"
    return (
        f'<section class="tw-check" aria-label="更新结果"><h3>文件库已更新</h3><div role="status">{body}</div>'
        f"{refusals(change.refused, '未加入')}{'' if report is None else reported(report, change.added)}</section>"
    )


def reported(report: Report, files: Sequence[str] | None = None) -> str:
    """The build's report as HTML; of some files only what concerns them."""

    def mine(file: str) -> bool:
        return files is None or any(
            file == name or file.startswith(f"{name}/") or file.endswith(f"/{name}") for name in files
        )

    entries = [entry for entry in report.files if mine(entry.file)]
    titles = {entry.doc_id: f"《{entry.title}》（{entry.file}）" for entry in report.documents}
    own = [entry for entry in report.documents if mine(entry.file)]
    ids = {entry.doc_id for entry in own}
    groups = {
        "没有收录": [f"{file}：{why}" for entry in entries for file, why in entry.refused],
        "内容有缺": [f"{entry.file}：{'；'.join(entry.gaps)}" for entry in entries if entry.gaps],
        "请与原件核对": [f"《{e.title}》（{e.file}）：{'；'.join(e.doubts)}" for e in own if e.doubts],
        "内容几乎相同": [
            f"{titles[p.first]} 与 {titles[p.second]}：约 {p.share:.0%} 的文字相同"
            for p in report.alike
            if p.first in ids or p.second in ids
        ],
    }
    n = report.totals
    parts = [f"<p>现有 {n['files']} 个文件、{n['documents']} 份政策文件、{n['clauses']} 条。</p>"]
    for name, rows in groups.items():
        if rows:
            listed = "".join(f"<li>{escape(row)}</li>" for row in rows)
            parts.append(
                f"<details{' open' if files is not None else ''}><summary>{name}（{len(rows)}）</summary><ul>{listed}</ul></details>"
            )
    if not any(groups.values()):
        parts.append("<p>没有需要留意的地方。</p>")
    return f'<div class="tw-report">{"".join(parts)}</div>'


def folded(report: Report) -> str:
    """The whole report, folded, above the list."""
    count = report.attention + report.totals["refused"]
    what = f"收录报告（{count} 处需要留意）" if count else "收录报告"
    return f'<details class="tw-reporting"><summary>{what}</summary>{reported(report)}</details>'
