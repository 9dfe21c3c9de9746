"""XML without its namespaces and without outside entities: elements by their plain names, and targets of relations."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import Any

from index.errors import UnreadableContent


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
    """The children of an element that have one of these names."""
    return (child for child in element if child.tag in names)


def beside(part: str, target: str) -> str:
    """A target named in `part`, as a part's name: from the root where it begins with /, else from the part's folder."""
    return (
        target.lstrip("/")
        if target.startswith("/")
        else posixpath.normpath(posixpath.join(posixpath.dirname(part), target))
    )
