"""Files → lines: one reader a format, chosen by suffix. A new format is one module and one entry in READERS."""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from index.errors import OutOfMemory, UnreadableContent, UnreadableFile
from index.load import docx, markdown, pdf, scan, text
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
    ".png": scan.read, ".jpg": scan.read, ".jpeg": scan.read, ".tif": scan.read, ".tiff": scan.read, ".bmp": scan.read,
}  # fmt: skip


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
        try:
            raws.append(load_file(file, name))
        except UnreadableFile as failure:
            failures.append(failure)
    return raws, failures


def load_file(path: Path, name: str) -> RawText:
    """Read one file; UnreadableFile says why it could not be, whatever its reader met."""
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        raise UnreadableFile(name, f"不支持的格式 {path.suffix or '（无扩展名）'}；支持 {'、'.join(READERS)}")
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UnreadableFile(name, f"无法打开（{error.strerror}）") from error
    except MemoryError as error:
        raise OutOfMemory(name) from error
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
        raise UnreadableFile(name, f"{path.suffix[1:].upper()} 已损坏或不完整（{type(error).__name__}）") from error
    if not any(line.text.strip() for line in lines):
        raise UnreadableFile(name, "没有文字内容")
    return RawText(name, lines, hashlib.sha256(data).hexdigest(), found.gaps)


def shown(name: str) -> str:
    """A file's name as it can be printed and stored: bytes of it that are no UTF-8 as \\xNN, which keeps names apart."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def _natural(name: str) -> list[tuple[int, int, str]]:
    return [(0, int(part), "") if part.isdigit() else (1, 0, part) for part in re.split(r"(\d+)", name)]
