"""看原件: the page of the original file that a clause stands on, its place marked; and the file itself."""

from __future__ import annotations

import base64
import shutil
import time
import uuid
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from index.errors import BadInput, TiaowenError
from index.schema import Clause, Document
from page import html, picture

if TYPE_CHECKING:
    from rag.library import Library

_OLD = 600  # seconds that a copy made for a download is kept
_MARGIN = 0.006  # of the page, by which a mark is larger than what it marks


def file_of(library: Library, document: Document) -> tuple[Path, str]:
    """(the file a document was read from, or the container that holds it, its name); BadInput where it is gone."""
    corpus = [Path(path) for path in library.store.manifest.corpus]
    head, _, rest = document.file.partition("/")
    for root in corpus:
        if len(corpus) > 1 and root.is_dir() and root.name != head:
            continue
        if not root.is_dir():
            if root.is_file() and root.name in (document.file, head):
                return root, document.file
            continue
        name = Path(document.file if len(corpus) == 1 else rest)
        for each in (name, *name.parents):
            found = (root / each).resolve()
            if found.is_file() and found.is_relative_to(root.resolve()):
                return found, document.file
    raise BadInput(f"原件“{document.file}”已不在语料文件夹中，可能已被移走或改名")


def sheet(library: Library, document: Document, clause: Clause | None, page: int | None) -> str:
    """A page of the original as HTML, at the clause's place unless another page is asked for."""
    places = clause.places if clause is not None else ()
    number = page or (places[0].page if places else clause.source.page if clause is not None else None) or 1
    try:
        path, name = file_of(library, document)
        if not picture.can_be_drawn(name):
            raise BadInput("这种格式的原件不能在网页中显示，请用“下载原件”")
        found = picture.drawn(picture.Job(str(path), name, number, path.stat().st_mtime))
    except TiaowenError as error:
        return _pane(document, clause, f'<div class="tw-sheet">{html.error(str(error))}</div>', "")
    boxes = "".join(_box(p.box) for p in places if p.page == number)
    data = base64.b64encode(found.data).decode()
    shown = (
        f'<div class="tw-sheet" tabindex="0" role="region" aria-label="原件第 {number} 页"><div class="tw-leaf">'
        f'<img src="data:image/jpeg;base64,{data}" alt="原件第 {number} 页，文字见左侧正文">{boxes}</div></div>'
    )
    turn = (
        f'<span class="tw-turning">{_turn(number - 1, "上一页", number > 1)}<span>第 {number} / {found.pages} 页</span>'
        f"{_turn(number + 1, '下一页', number < found.pages)}</span>"
    )
    return _pane(document, clause, shown, turn)


def copy_for_download(library: Library, document: Document, room: Path) -> Path:
    """A copy of the original under its own name in a folder below `room`, whose older ones go."""
    path, _ = file_of(library, document)
    return fresh(room, path.name, lambda target: shutil.copyfile(path, target))


def fresh(room: Path, name: str, write) -> Path:
    """A new file below `room`, made by `write`; those that had their time are deleted."""
    if room.is_dir():
        for old in room.iterdir():
            if time.time() - old.stat().st_mtime > _OLD:
                shutil.rmtree(old, ignore_errors=True)
    target = room / uuid.uuid4().hex / name
    target.parent.mkdir(parents=True)
    write(target)
    return target


def _pane(document: Document, clause: Clause | None, body: str, turn: str) -> str:
    where = html.address(clause.path) if clause is not None else ""
    return (
        f'<section class="tw-originals" data-doc="{escape(document.doc_id)}" '
        f'data-clause="{escape(clause.clause_id) if clause is not None else ""}" aria-label="原件"><header><b>原件</b>'
        f'{turn}<button type="button" class="tw-close">关闭</button></header>'
        + (f'<p class="tw-path">{escape(where)}</p>' if where else "")
        + f"{body}</section>"
    )


def _turn(page: int, label: str, there_is: bool) -> str:
    return f'<button type="button" class="tw-page" data-page="{page}"{"" if there_is else " disabled"}>{label}</button>'


def _box(box: tuple[float, float, float, float]) -> str:
    left, top, right, bottom = (
        max(0.0, box[0] - _MARGIN), max(0.0, box[1] - _MARGIN / 2), min(1.0, box[2] + _MARGIN),
        min(1.0, box[3] + _MARGIN / 2),
    )  # fmt: skip
    return (
        f'<span class="tw-place" style="left:{left:.2%};top:{top:.2%};width:{right - left:.2%};'
        f'height:{bottom - top:.2%}"></span>'
    )
