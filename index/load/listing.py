"""A folder → the files in it, in natural order, and what of it cannot be read at all."""

from __future__ import annotations

import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path

from index.errors import UnreadableFile

_KINDS = (
    (stat.S_ISFIFO, "管道"),
    (stat.S_ISSOCK, "套接字"),
    (stat.S_ISCHR, "设备"),
    (stat.S_ISBLK, "设备"),
    (stat.S_ISDIR, "文件夹"),
)


@dataclass(frozen=True, slots=True)
class Found:
    """One file of a corpus."""

    path: Path
    name: str  # relative to the corpus root, with forward slashes, as it can be printed and stored


def listed(path: Path) -> tuple[list[Found], list[UnreadableFile]]:
    """Every regular file below a folder (or the one named), in natural order; folders, links and special files that
    stand in its way, each with why.

    Hidden files and the locks that office programs leave beside open ones are passed over. Nothing is opened.
    """
    if not path.is_dir():
        why = _irregular(path)
        name = shown(path.name)
        return ([], [UnreadableFile(name, why)]) if why else ([Found(path, name)], [])
    found: list[Found] = []
    failures: list[UnreadableFile] = []

    def closed(error: OSError) -> None:
        name = shown(os.path.relpath(error.filename, path).replace(os.sep, "/"))
        whole = "所选文件夹" if name == "." else name
        failures.append(
            UnreadableFile(whole, f"文件夹无法打开（{error.strerror}），其中的文件没有收录。请检查权限后重试")
        )

    for folder, folders, files in os.walk(path, onerror=closed):
        folders[:] = [name for name in folders if not _passed_over(name)]
        linked = [name for name in folders if os.path.islink(os.path.join(folder, name))]
        for name in (*files, *linked):
            if _passed_over(name):
                continue
            file = Path(folder, name)
            told = shown(file.relative_to(path).as_posix())
            if why := "是指向文件夹的链接，没有进入；请把其中的文件放进来" if name in linked else _irregular(file):
                failures.append(UnreadableFile(told, why))
            else:
                found.append(Found(file, told))
    return sorted(found, key=lambda each: _natural(each.path.relative_to(path).as_posix())), failures


def shown(name: str) -> str:
    """A file's name as it can be printed and stored: bytes of it that are no UTF-8 as \\xNN, which keeps names
    apart."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def _passed_over(name: str) -> bool:
    return name.startswith((".", "~$"))


def _irregular(path: Path) -> str:
    """Why what stands there is no file to read; empty where it is one."""
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return "链接指向的文件不存在"
    except OSError as error:
        return f"无法打开（{error.strerror}）"
    return (
        ""
        if stat.S_ISREG(mode)
        else f"不是普通文件（{next((kind for test, kind in _KINDS if test(mode)), '特殊文件')}），已跳过"
    )


def _natural(name: str) -> list[tuple[int, int, str]]:
    return [(0, int(part), "") if part.isdecimal() else (1, 0, part) for part in re.split(r"(\d+)", name)]
