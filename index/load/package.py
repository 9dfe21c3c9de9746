"""The zip that office formats (DOCX, OFD, OpenDocument, spreadsheets) are packed in: its parts by name, unpacked within
limits."""

from __future__ import annotations

import io
import posixpath
import zipfile
from typing import Any

from index.errors import UnreadableContent
from index.load.elements import parsed

_LARGEST = 200 * 2**20  # bytes that the parts that are read may unpack to; more is a bomb, not a document


class Package:
    """The parts of a package by name."""

    def __init__(self, data: bytes, kind: str) -> None:
        self._packed = zipfile.ZipFile(io.BytesIO(data))
        self._left = _LARGEST
        self._kind = kind
        self._names = {_plain(name): name for name in self._packed.namelist()}
        self._folded = {name.casefold(): real for name, real in self._names.items()}

    @property
    def names(self) -> list[str]:
        return list(self._names)

    def has(self, name: str) -> bool:
        return self._real(name) is not None

    def read(self, name: str) -> bytes:
        """A part's bytes; KeyError where there is none, UnreadableContent past the limit."""
        real = self._real(name)
        if real is None:
            raise KeyError(name)
        info = self._packed.getinfo(real)
        self._left -= info.file_size
        if self._left < 0:
            raise UnreadableContent(f"{self._kind} 解压后过大")
        if info.flag_bits & 1:
            raise UnreadableContent(f"{self._kind} 有密码保护，请去掉密码后另存")
        return self._packed.read(real)

    def xml(self, name: str) -> Any:
        """A part's root element; tags without their namespaces."""
        return parsed(self.read(name))

    def _real(self, name: str) -> str | None:
        plain = _plain(name)
        return self._names.get(plain) or self._folded.get(plain.casefold())


def _plain(name: str) -> str:
    return posixpath.normpath(name.replace("\\", "/").lstrip("/"))
