"""Files → lines: one reader a format, chosen by suffix. A new format is one module and one entry in READERS."""

from __future__ import annotations

import hashlib
import re
import stat
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from index.errors import OutOfMemory, UnreadableContent, UnreadableFile
from index.load import docx, markdown, pdf, text
from index.load.listing import listed
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
}  # fmt: skip


def load_folder(path: Path) -> tuple[list[RawText], list[UnreadableFile]]:
    """Every file below a folder (or the one file named), in natural order, and those that could not be read and why.

    Read within this process, for files that are trusted; index.load.pool reads any.
    """
    found, failures = listed(path)
    raws: list[RawText] = []
    for each in found:
        read, refused = load_files(each.path, each.name)
        raws += read
        failures += refused
    return raws, failures


def load_files(path: Path, name: str) -> tuple[list[RawText], list[UnreadableFile]]:
    """What one file of a corpus holds, and what of it could not be read and why."""
    try:
        return [load_file(path, name)], []
    except UnreadableFile as failure:
        return [], [failure]


def load_file(path: Path, name: str) -> RawText:
    """Read one file; UnreadableFile says why it could not be, whatever its reader met."""
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        raise UnreadableFile(name, f"不支持的格式 {path.suffix or '（无扩展名）'}；支持 {'、'.join(READERS)}")
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise UnreadableFile(name, "不是普通文件，已跳过")  # a pipe would never end
        data = path.read_bytes()
    except OSError as error:
        raise UnreadableFile(name, f"无法打开（{error.strerror}）") from error
    except MemoryError as error:
        raise OutOfMemory(name) from error
    try:
        found = reader(data)
        lines = tuple(replace(line, text=_UNSEEN.sub("", line.text)) for line in found.lines)
        "".join(line.text for line in lines).encode()  # half a character can be neither stored nor shown
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
