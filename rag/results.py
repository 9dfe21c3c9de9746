"""A batch's output: a file of JSON lines that only ever grows, at the hands of one process at a time.

A line is written whole, its newline last, and is never moved or changed afterwards; so a process killed at any moment
leaves every answer it wrote and at most the beginning of one more. That beginning is all that is ever taken out, when
the file is next opened. A file that holds anything else is not ours, and is not touched.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from index.errors import BadInput

_OPENING = b'{"id": '  # of every line we write


class Results:
    """An open output: which ids it holds, and more lines at its end."""

    def __init__(self, file: BinaryIO, done: Counter[str | int]) -> None:
        self._file = file
        self.done = done  # how many lines answer each id

    def append(self, line: dict) -> None:
        """Write one line, on the disk when this returns. `line` begins with its id."""
        # Half a character (\ud800) has no UTF-8; what backslashreplace makes of it is JSON's own escape.
        self._file.write(json.dumps(line, ensure_ascii=False).encode("utf-8", "backslashreplace") + b"\n")
        self._file.flush()
        os.fsync(self._file.fileno())


@contextmanager
def opened(target: Path) -> Iterator[Results]:
    """The output `target`, made where it is not there; BadInput where another process writes it, or it is none of
    ours."""
    from filelock import FileLock, Timeout

    target = target.resolve()  # two names of one file are one output
    if target.is_dir() or not target.parent.is_dir():
        raise BadInput(f"无法写入 {target}：它是文件夹，或所在的文件夹不存在")
    try:
        lock = FileLock(target.with_name(f"{target.name}.lock"), timeout=0).acquire()
    except Timeout as error:
        raise BadInput(f"另一个进程正在写 {target}。请等它结束，或换一个输出文件") from error
    with lock, target.open("a+b") as file:
        done = _done(file, target)
        folder = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)  # the name of a file made now
        finally:
            os.close(folder)
        yield Results(file, done)


def _done(file: BinaryIO, target: Path) -> Counter[str | int]:
    """The ids of the lines written whole; the beginning of one behind them is cut off."""
    file.seek(0)
    done: Counter[str | int] = Counter()
    whole = 0
    for number, row in enumerate(file, 1):  # a binary file has lines at \n alone
        if not row.endswith(b"\n"):
            if not _begun(row):
                raise _foreign(target, number)
            file.truncate(whole)
            break
        whole += len(row)
        if row.strip():
            done[_id(row, target, number)] += 1
    return done


def _begun(row: bytes) -> bool:
    """Whether this is the beginning of a line of ours, which a loss of power may have filled with zeros."""
    return _OPENING.startswith(row[: len(_OPENING)].rstrip(b"\0"))


def _id(row: bytes, target: Path, number: int) -> str | int:
    try:
        found = json.loads(row)["id"]
        if not isinstance(found, (str, int)):
            raise TypeError
    except (ValueError, KeyError, TypeError) as error:
        raise _foreign(target, number) from error
    return found


def _foreign(target: Path, number: int) -> BadInput:
    return BadInput(f"{target} 第 {number} 行不是批处理的结果，文件未改动。请换一个输出文件，或删去这一行")
