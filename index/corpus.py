"""Documents into and out of the corpus folder, which is the truth: the index follows it at the next build.

A file that is added is read first, and copied only if something came of it. One that is removed, or replaced by a newer
text of the same document, is moved to a folder beside the corpus; nothing is ever deleted.
"""

from __future__ import annotations

import filecmp
import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from index.errors import BadInput, BrokenIndex, CorpusError
from index.limits import Limits
from index.load import pool
from index.load.listing import Found, listed, shown
from index.report import DocumentEntry
from index.schema import Document
from index.store import Store
from index.terms import compact


@dataclass(frozen=True, slots=True)
class Change:
    """What was done to the corpus folder; the paths are relative to it, those of `moved` to the folder beside it."""

    added: tuple[str, ...] = ()
    moved: tuple[str, ...] = ()  # removed, or replaced by what was added
    refused: tuple[tuple[str, str], ...] = ()  # (file, why)


def beside(corpus: Path) -> Path:
    """Where files go that leave the corpus."""
    return corpus.with_name(f"{corpus.name}-已移出")


def add(paths: Sequence[Path], corpus: Path, root: Path, limits: Limits, into: str = "") -> Change:
    """Copy files (of folders: all in them) into the corpus folder, or a folder `into` in it; a file whose one document
    is there already, by 文号 or by title and date, takes the place of that file. `root` is where the index is."""
    _check_folder(corpus)
    entries = _entries(root, corpus)
    added, moved, refused = [], [], []
    files: list[Found] = []
    for path in paths:
        if not path.exists():
            raise BadInput(f"找不到要加入的文件：{shown(str(path))}")
        found, failures = listed(path)
        files += found
        refused += [(failure.file, failure.reason) for failure in failures]
    outcomes = dict(pool.taken(files, limits))
    for place, file in enumerate(files):
        refused += outcomes[place].refused
        taken = [each.document for contents in outcomes[place].contents for each in contents.taken]
        if not taken:
            continue
        own = os.path.join(into, os.path.basename(file.path))
        target = corpus / own
        if target.exists() and filecmp.cmp(file.path, target, shallow=False):
            added.append(own)
            continue
        for name in dict.fromkeys([*replaced(taken, entries), *([own] if target.exists() else [])]):
            if (corpus / name).is_file():
                moved.append(_move(corpus, name))
        target.parent.mkdir(exist_ok=True)
        _copy(file.path, target)
        added.append(own)
    return Change(tuple(added), tuple(moved), tuple(refused))


def remove(names: Sequence[str], corpus: Path, root: Path) -> Change:
    """Move files out of the corpus folder, named by their path in it or by the title or 文号 of their only document.

    BadInput, and nothing is moved, where a name fits nothing, several files, or one of several documents in a file.
    """
    _check_folder(corpus)
    entries = _entries(root, corpus)
    files = [_file_named(name, corpus, entries) for name in names]
    return Change(moved=tuple(_move(corpus, file) for file in dict.fromkeys(files)))


def _check_folder(corpus: Path) -> None:
    if not corpus.is_dir():
        raise CorpusError(
            f"语料 {shown(str(corpus))} 不是文件夹，不能加入或移出文件。请把设置 corpus（TIAOWEN_CORPUS）改为一个文件夹"
        )


def _entries(root: Path, corpus: Path) -> tuple[DocumentEntry, ...]:
    """The documents of this folder indexed so far, their files named from it; none where there is no index yet."""
    try:
        store = Store.open(root)
    except BrokenIndex:
        return ()
    return documents_in(corpus, store)


def documents_in(corpus: Path, store: Store) -> tuple[DocumentEntry, ...]:
    """The documents of an index that lie in one of its folders, their files named from it."""
    if len(store.manifest.corpus) == 1:
        return store.report.documents
    head = f"{shown(corpus.name)}/"  # as the build names the files of several folders
    return tuple(
        replace(entry, file=entry.file.removeprefix(head))
        for entry in store.report.documents
        if entry.file.startswith(head)
    )


def replaced(taken: Sequence[Document], entries: Sequence[DocumentEntry]) -> list[str]:
    """The files that hold an older text of a document and no other document."""
    if len(taken) != 1:
        return []
    (new,) = taken
    same = [entry.file for entry in entries if _same(new, entry)]
    return [file for file in same if sum(entry.file == file for entry in entries) == 1]


def _same(new: Document, entry: DocumentEntry) -> bool:
    if compact(new.title) != compact(entry.title):
        return False
    # Of one title and other dates there are versions, which stay beside each other.
    if new.doc_no and entry.doc_no:
        return compact(new.doc_no) == compact(entry.doc_no)
    return new.issued_on == entry.issued_on


def _file_named(name: str, corpus: Path, entries: Sequence[DocumentEntry]) -> str:
    inside = os.path.normpath(name)
    if not os.path.isabs(inside) and not inside.startswith("..") and (corpus / inside).is_file():
        return inside
    files = list(dict.fromkeys(e.file for e in entries if name in (e.title, e.doc_no, e.doc_id)))
    if not files:
        raise BadInput(f"没有叫“{name}”的文件。python -m rag docs 列出全部文件；可用题名、文号或文件名")
    if len(files) > 1:
        raise BadInput(f"叫“{name}”的文件有 {len(files)} 份：{'、'.join(files)}。请写文件名")
    held = sum(entry.file == files[0] for entry in entries)
    if held > 1:
        raise BadInput(
            f"“{name}”与另外 {held - 1} 份文件同在 {files[0]} 中，不能单独移出。要全部移出，请写文件名 {files[0]}"
        )
    if not (corpus / files[0]).is_file():
        raise BadInput(f"“{name}”的来源文件 {files[0]} 已不在 {shown(str(corpus))} 中。请运行 python -m index 更新索引")
    return files[0]


def _move(corpus: Path, name: str) -> str:
    """Move a file out; an earlier one of that name there stays."""
    target = beside(corpus) / name
    if target.exists():
        target = target.with_name(f"{target.stem}-{datetime.now():%Y%m%d-%H%M%S-%f}{target.suffix}")
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.move(corpus / name, target)
    return target.relative_to(beside(corpus)).as_posix()


def _copy(path: Path, target: Path) -> None:
    """Copy a file so that a build never meets half of it."""
    part = target.with_name(f".{target.name}.part")
    try:
        shutil.copy2(path, part)
        os.replace(part, target)
    finally:
        part.unlink(missing_ok=True)
