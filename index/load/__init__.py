"""Files → lines: one reader a format, chosen by suffix. A new format is one module and one entry in READERS."""

from __future__ import annotations

import hashlib
import re
import stat
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from index.errors import OutOfMemory, UnreadableContent, UnreadableFile
from index.load import containers, docx, html, kinds, markdown, odt, ofd, pdf, rtf, scan, spreadsheets, text, word
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
    ".doc": word.read, ".wps": word.read, ".dot": word.read, ".rtf": rtf.read, ".odt": odt.read, ".ofd": ofd.read,
    ".html": html.read, ".htm": html.read, ".mht": html.read, ".mhtml": html.read, ".xlsx": spreadsheets.xlsx,
    ".xlsm": spreadsheets.xlsx, ".xls": spreadsheets.xls, ".et": spreadsheets.xls, ".ods": spreadsheets.ods,
    ".csv": spreadsheets.csv,
    ".png": scan.read, ".jpg": scan.read, ".jpeg": scan.read, ".tif": scan.read, ".tiff": scan.read, ".bmp": scan.read,
}  # fmt: skip

NAMES = "、".join(
    dict.fromkeys(next(k for k, v in READERS.items() if v is reader)[1:] for reader in READERS.values())
)  # one each


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
    """What one file of a corpus holds, of a zip or an e-mail each of its files, and what could not be read and why."""
    raws: list[RawText] = []
    failures: list[UnreadableFile] = []
    try:
        data, suffix = _opened(path, name)
        if suffix not in containers.SUFFIXES:
            return [_read(data, name, suffix)], []
        for member in containers.members(data, name, suffix):
            try:
                raws.append(_read(member.data, member.name, member.suffix, member.reason))
            except UnreadableFile as failure:
                failures.append(failure)
        if not (raws or failures):
            failures.append(UnreadableFile(name, "里面没有任何文件或文字"))
    except UnreadableFile as failure:
        failures.append(failure)
    except UnreadableContent as error:
        failures.append(UnreadableFile(name, str(error)))
    return raws, failures


def load_file(path: Path, name: str) -> RawText:
    """Read one file; UnreadableFile says why it could not be, whatever its reader met."""
    data, suffix = _opened(path, name)
    return _read(data, name, suffix)


def _opened(path: Path, name: str) -> tuple[bytes, str]:
    """A file's bytes, and the suffix they are read under."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise UnreadableFile(name, "不是普通文件，已跳过")  # a pipe would never end
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
        "".join(line.text for line in lines).encode()  # half a character can be neither stored nor shown
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
