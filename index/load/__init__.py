"""Files → lines: one reader a format, chosen by suffix. A new format is one module and one entry in READERS."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from index.errors import OutOfMemory, UnreadableContent, UnreadableFile
from index.load import containers, docx, html, kinds, markdown, odt, ofd, pdf, rtf, scan, spreadsheets, text, word
from index.schema import RawText, Reading

# Controls, soft hyphens, zero-width, direction and tag characters: no print shows them, but they part words, turn the
# order of figures on the page and carry text that only a machine reads.
_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e007f]"
)


class Reader(Protocol):
    """Reads one format: bytes in, lines and gaps out; UnreadableContent where it can say why not. Any other error means
    damage."""

    def __call__(self, data: bytes) -> Reading: ...


READERS: dict[str, Reader] = {
    ".txt": text.read, ".md": markdown.read, ".markdown": markdown.read, ".pdf": pdf.read, ".docx": docx.read,
    ".doc": word.read, ".wps": word.read, ".dot": word.read, ".rtf": rtf.read, ".odt": odt.read, ".ofd": ofd.read,
    ".html": html.read, ".htm": html.read, ".mht": html.read, ".mhtml": html.read, ".xlsx": spreadsheets.xlsx,
    ".xlsm": spreadsheets.xlsx, ".xls": spreadsheets.xls, ".et": spreadsheets.xls, ".ods": spreadsheets.ods,
    ".csv": spreadsheets.csv,
    ".png": scan.read, ".jpg": scan.read, ".jpeg": scan.read, ".tif": scan.read, ".tiff": scan.read, ".bmp": scan.read,
}  # fmt: skip

NAMES = "、".join(dict.fromkeys(next(k for k, v in READERS.items() if v is reader)[1:] for reader in READERS.values()))  # one each


def load_folder(path: Path) -> tuple[list[RawText], list[UnreadableFile]]:
    """Every file below a folder (or the one file named), in natural order, and those that could not be read and why.

    Hidden files are passed over; a file of an unknown format is reported, not ignored.
    """
    root = path if path.is_dir() else path.parent
    files = [p for p in path.rglob("*") if p.is_file()] if path.is_dir() else [path]
    raws: list[RawText] = []
    failures: list[UnreadableFile] = []
    for file in sorted(files, key=lambda p: _natural(p.relative_to(root).as_posix())):
        name = shown(file.relative_to(root).as_posix())
        if any(part.startswith(".") for part in Path(name).parts):
            continue
        for each in load_each(file, name):
            (failures if isinstance(each, UnreadableFile) else raws).append(each)
    return raws, failures


def load_each(path: Path, name: str) -> Iterator[RawText | UnreadableFile]:
    """The file, or each file of a zip or an e-mail: read, or why it could not be."""
    try:
        data, suffix = _opened(path, name)
        if suffix not in containers.SUFFIXES:
            yield _read(data, name, suffix)
            return
        for member in containers.members(data, name, suffix):
            try:
                yield _read(member.data, member.name, member.suffix, member.reason)
            except UnreadableFile as failure:
                yield failure
    except UnreadableFile as failure:
        yield failure
    except UnreadableContent as error:
        yield UnreadableFile(name, str(error))


def load_file(path: Path, name: str) -> RawText:
    """Read one file; UnreadableFile says why it could not be, whatever its reader met."""
    data, suffix = _opened(path, name)
    return _read(data, name, suffix)


def _opened(path: Path, name: str) -> tuple[bytes, str]:
    """A file's bytes, and the suffix they are read under."""
    try:
        data = path.read_bytes()
        return data, kinds.kind(data, path.suffix.lower())
    except OSError as error:
        raise UnreadableFile(name, f"无法打开（{error.strerror}）") from error
    except MemoryError as error:
        raise OutOfMemory(name) from error
    except UnreadableContent as error:
        raise UnreadableFile(name, str(error)) from error


def _read(data: bytes, name: str, suffix: str, reason: str | None = None) -> RawText:
    reader = READERS.get(suffix)
    if reason is not None or reader is None:
        raise UnreadableFile(name, reason or _unknown(suffix))
    try:
        found = reader(data)
        lines = tuple(replace(line, text=_UNSEEN.sub("", line.text)) for line in found.lines)
    except UnreadableContent as error:
        raise UnreadableFile(name, str(error)) from error
    except MemoryError as error:
        raise OutOfMemory(name) from error
    except Exception as error:
        # The libraries meet damage with any error there is (zlib.error, RuntimeError, RecursionError, KeyError …), and
        # one damaged file must not keep the others from being read.
        raise UnreadableFile(name, f"{suffix[1:].upper()} 已损坏或不完整（{type(error).__name__}）") from error
    if not any(line.text.strip() for line in lines):
        raise UnreadableFile(name, "没有文字内容" + ("（" + "；".join(found.gaps) + "）" if found.gaps else ""))
    return RawText(name, lines, hashlib.sha256(data).hexdigest(), found.gaps)


def _unknown(suffix: str) -> str:
    if suffix in containers.SUFFIXES:
        return "里面有多个文件，请放入语料文件夹，或解压后逐个读取"
    advice = kinds.ADVICE.get(suffix)
    return advice or f"不支持的格式 {suffix or '（无扩展名）'}；支持 {'、'.join((*READERS, *containers.SUFFIXES))}"


def shown(name: str) -> str:
    """A file's name as it can be printed and stored: bytes of it that are no UTF-8 as \\xNN, which keeps names apart."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def _natural(name: str) -> list[tuple[int, int, str]]:
    return [(0, int(part), "") if part.isdigit() else (1, 0, part) for part in re.split(r"(\d+)", name)]
