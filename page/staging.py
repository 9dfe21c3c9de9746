"""Uploaded files on their way into the corpus: kept aside under their own names, checked for kind and size, cleaned
up."""

from __future__ import annotations

import re
import shutil
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from index.errors import BadInput
from index.load import READERS
from index.load.containers import SUFFIXES

KINDS = (*READERS, *SUFFIXES)
MOST = 50  # files at once
_OLD = 6 * 3600  # seconds after which what nobody took is deleted
_NAME = 120  # bytes of a name's stem; file systems allow 255 for all of it
_UNSAFE = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|]')


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as the browser sent it."""

    path: Path  # where the server keeps it
    name: str  # what it is called on the sender's machine


def stage(uploads: Sequence[Upload], room: Path, most_mib: int) -> list[Path]:
    """Move uploads into a folder of their own below `room`, under their own names; BadInput, and all are deleted, where
    there are too many, one is too large or of a kind nothing reads."""
    _sweep(room)
    try:
        if len(uploads) > MOST:
            raise BadInput(f"一次最多加入 {MOST} 个文件，收到 {len(uploads)} 个。请分几次加入，或打成一个 zip 压缩包")
        for upload in uploads:
            _check(upload, most_mib)
        folder = room / uuid.uuid4().hex
        folder.mkdir(parents=True)
        found: list[Path] = []
        for upload in uploads:
            target = folder / _own_name(upload.name, [path.name for path in found])
            shutil.move(upload.path, target)
            found.append(target)
        return found
    finally:
        for upload in uploads:
            upload.path.unlink(missing_ok=True)


def discard(paths: Sequence[Path | str]) -> None:
    """Delete staged files."""
    for folder in {Path(path).parent for path in paths}:
        shutil.rmtree(folder, ignore_errors=True)


def _check(upload: Upload, most_mib: int) -> None:
    suffix = PurePosixPath(upload.name).suffix.lower()
    if suffix not in KINDS:
        raise BadInput(f"“{upload.name}”不是可以收录的格式。可以加入：{'、'.join(kind[1:] for kind in KINDS)}")
    size = upload.path.stat().st_size / 2**20
    if size > most_mib:
        raise BadInput(f"“{upload.name}”有 {size:.0f} MiB，超过每个文件 {most_mib} MiB 的上限。请拆分后再加入")
    if not size:
        raise BadInput(f"“{upload.name}”是空文件，请检查后重新选择")


def _own_name(name: str, taken: Sequence[str]) -> str:
    """A name that may stand in the corpus: no folders, nothing hidden, none twice."""
    path = PurePosixPath(_UNSAFE.sub("_", name.replace("\\", "/").rsplit("/", 1)[-1]).lstrip(".~$ "))
    stem = path.stem.encode()[:_NAME].decode("utf-8", "ignore") or "文件"
    found, number = f"{stem}{path.suffix}", 1
    while found in taken:
        number += 1
        found = f"{stem}-{number}{path.suffix}"
    return found


def _sweep(room: Path) -> None:
    if room.is_dir():
        for folder in room.iterdir():
            if time.time() - folder.stat().st_mtime > _OLD:
                shutil.rmtree(folder, ignore_errors=True)
