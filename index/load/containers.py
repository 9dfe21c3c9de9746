"""Files that hold files: a zip or an e-mail → its members, each to be read as a file of its own, named
archive/member."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, cast

from index.errors import UnreadableContent
from index.load import kinds

if TYPE_CHECKING:
    from email.message import EmailMessage, MIMEPart

SUFFIXES = (".zip", ".eml")
_DEEP = 3  # containers within containers
_MEMBERS = 5_000
_LARGEST = 200 * 2**20  # bytes a member may unpack to
_WHOLE = 1024 * 2**20  # bytes all members together may
_RATIO = 400  # times a member may grow; text hardly passes 20, empty spreadsheets 100
_SMALL = 4 * 2**20  # bytes below which the ratio does not matter
_HIDDEN = ("__MACOSX", "Thumbs.db", "desktop.ini")


@dataclass(frozen=True, slots=True)
class Member:
    """A file within a container."""

    name: str  # path from the outermost container's own name on, with forward slashes
    suffix: str  # under which it is read
    data: bytes
    reason: str | None = None  # why it cannot be read, in Chinese; data is empty then


def members(data: bytes, name: str, suffix: str) -> Iterator[Member]:
    """The files in the container `data`, called `name`, of the kind `suffix` (one of SUFFIXES), and in those within it.

    What a container withholds (locked, too large, too deep) comes as a member with its reason; UnreadableContent where
    the container itself cannot be opened.
    """
    yield from _expanded(data, name, suffix, 1, [_WHOLE])


def _expanded(data: bytes, name: str, suffix: str, depth: int, left: list[int]) -> Iterator[Member]:
    """`left`: one number, the bytes that may still be unpacked, shared by all levels."""
    for member in (_mail if suffix == ".eml" else _zip)(data, name, left):
        if member.reason is None and member.suffix in SUFFIXES:
            if depth >= _DEEP:
                yield Member(member.name, member.suffix, b"", f"压缩包套了 {_DEEP} 层以上，请解压后再放入")
                continue
            try:
                yield from _expanded(member.data, member.name, member.suffix, depth + 1, left)
            except UnreadableContent as error:
                yield Member(member.name, member.suffix, b"", str(error))
        else:
            yield member


def _member(name: str, data: bytes) -> Member:
    suffix = PurePosixPath(name).suffix.lower()
    try:
        return Member(name, kinds.kind(data, suffix), data)
    except UnreadableContent as error:
        return Member(name, suffix, b"", str(error))


def _zip(data: bytes, name: str, left: list[int]) -> Iterator[Member]:
    try:
        packed = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError) as error:
        raise UnreadableContent("ZIP 压缩包已损坏或不完整") from error
    with packed:
        files = [info for info in packed.infolist() if not info.is_dir()]
        if len(files) > _MEMBERS:
            raise UnreadableContent(f"压缩包里有 {len(files)} 个文件，超过 {_MEMBERS} 个，请解压后再放入")
        for info in sorted(files, key=_named):
            inner = _named(info)
            if any(part.startswith((".", "~$")) or part in _HIDDEN for part in PurePosixPath(inner).parts):
                continue
            yield _unpacked(packed, info, f"{name}/{inner}", left)


def _unpacked(packed: zipfile.ZipFile, info: zipfile.ZipInfo, name: str, left: list[int]) -> Member:
    suffix = PurePosixPath(name).suffix.lower()
    grown = info.file_size > _SMALL and info.file_size > _RATIO * max(info.compress_size, 1)
    if info.flag_bits & 1:
        return Member(name, suffix, b"", "压缩包有密码，请解压后再放入")
    if grown or info.file_size > min(_LARGEST, left[0]):
        return Member(name, suffix, b"", "解压后过大，请解压后再放入")
    try:
        with packed.open(info) as stream:
            data = stream.read(info.file_size + 1)
    except MemoryError:
        raise
    except Exception:  # as with any damaged file: zlib.error, BadZipFile, NotImplementedError, EOFError …
        return Member(name, suffix, b"", "在压缩包里已损坏或不完整")
    left[0] -= len(data)
    return _member(name, data)


def _named(info: zipfile.ZipInfo) -> str:
    """The path in a zip, its bytes read as UTF-8 or GB18030 where they are not marked as either; never upwards."""
    name = info.filename
    if not info.flag_bits & 0x800:
        raw = name.encode("cp437", "replace")
        for encoding in ("utf-8", "gb18030"):
            try:
                name = raw.decode(encoding)
                break
            except UnicodeDecodeError:
                continue
    parts = [part for part in name.replace("\\", "/").split("/") if part not in ("", ".", "..")]
    return "/".join(parts)


def _mail(data: bytes, name: str, left: list[int]) -> Iterator[Member]:
    from email import message_from_bytes, policy

    message = message_from_bytes(data, policy=policy.default)
    if not message.keys():
        raise UnreadableContent("不是电子邮件，或已损坏")
    subject = str(message.get("subject") or "").strip()
    body = message.get_body(("html", "plain"))
    if body is not None and (text := _content(body)) is not None and text.strip():
        if body.get_content_subtype() == "html":
            yield Member(f"{name}/正文.html", ".html", f"\ufeff<title>{subject}</title>{text}".encode())
        else:
            yield Member(f"{name}/正文.txt", ".txt", f"{subject}\n{text}".encode())
    for place, part in enumerate(message.iter_attachments(), 1):
        inner = part.get_filename() or f"附件{place}" + (".eml" if part.get_content_type() == "message/rfc822" else "")
        inner = inner.replace("\\", "/").rsplit("/", 1)[-1]
        if part.get_content_type() == "message/rfc822":
            content: bytes | None = cast("EmailMessage", part.get_payload(0)).as_bytes()
        else:
            content = cast("bytes | None", part.get_payload(decode=True))
        if content is None:
            yield Member(f"{name}/{inner}", "", b"", "附件已损坏或不完整")
        elif part.get_content_disposition() == "attachment" or not inner.lower().endswith(
            (".png", ".jpg", ".gif", ".bmp")
        ):
            yield _member(f"{name}/{inner}", content)


def _content(part: MIMEPart) -> str | None:
    """A text part as text; bytes that are none of its charset are decided as in a text file."""
    from index.load import text

    raw = cast("bytes", part.get_payload(decode=True) or b"")
    try:
        return raw.decode(part.get_content_charset() or "utf-8")
    except (UnicodeDecodeError, LookupError):
        return text.decode(raw) if raw.strip() else None
