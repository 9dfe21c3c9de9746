"""Zip packages of XML (OFD, OpenDocument, spreadsheets): parts unpacked within limits, XML without outside entities."""

from __future__ import annotations

import io
import posixpath
import zipfile
from collections.abc import Iterator
from typing import Any

from index.errors import UnreadableContent

_LARGEST = 200 * 2**20  # bytes that the parts may unpack to; more is a bomb, not a document


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


def parsed(data: bytes) -> Any:
    """The root of an XML text, its tags and attributes without namespaces: makers differ in them (OFD), or have two
    (strict and transitional spreadsheets)."""
    from lxml import etree

    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True
    )
    root = etree.fromstring(data, parser)
    if root.getroottree().docinfo.doctype:
        raise UnreadableContent("XML 里有外部定义，已拒绝读取")
    for element in root.iter():
        if not isinstance(element.tag, str):  # an entity that was not resolved
            continue
        element.tag = _local(element.tag)
        for key in [key for key in element.attrib if key[0] == "{"]:
            value = element.attrib.pop(key)
            if element.get(_local(key)) is None:
                element.set(_local(key), value)
    return root


def _local(name: str) -> str:
    return name.rsplit("}", 1)[-1]


def below(element: Any, *names: str) -> Iterator[Any]:
    """Its children of these names."""
    return (child for child in element if child.tag in names)


def beside(part: str, target: str) -> str:
    """A target named in `part`, as a part's name: from the root where it begins with /, else from the part's folder."""
    return (
        target.lstrip("/")
        if target.startswith("/")
        else posixpath.normpath(posixpath.join(posixpath.dirname(part), target))
    )


def _plain(name: str) -> str:
    return posixpath.normpath(name.replace("\\", "/").lstrip("/"))
