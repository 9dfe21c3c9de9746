"""The parts of a DOCX as each names the others, by relation (ECMA-376 part 2), read one at a time."""

from __future__ import annotations

import io
import posixpath
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from index.errors import UnreadableContent
from index.load.docx.names import RELATION, W
from index.load.package import Package

_WHOLE = 24 * 2**20  # bytes of a document that is parsed at once; a longer one is parsed block by block
_STRICT = re.compile(rb"http://purl\.oclc\.org/ooxml/(\w+)/(\w+)")
_SAFE = {"resolve_entities": False, "no_network": True, "load_dtd": False, "huge_tree": False}


class Parts:
    """An opened DOCX. UnreadableContent where it is another kind of file."""

    def __init__(self, data: bytes) -> None:
        self._package = Package(data, "DOCX")
        self._known: dict[str, dict[str, tuple[str, str | None]]] = {}  # part → its relations
        main = next(self._related("", "/officeDocument"), None) or "word/document.xml"
        if not self._package.has(main):
            raise UnreadableContent("不是 Word 文档（没有正文），请用 Word 另存为 .docx")
        self._main = main

    def tree(self, path: str | None) -> Any:
        """The root element of a part; None where there is none."""
        from lxml import etree

        data = self._read(path) if path else None
        return None if data is None else etree.fromstring(data, etree.XMLParser(**_SAFE))

    def related(self, kind: str) -> str | None:
        """The path of the first part that the document is related to by this kind, such as styles."""
        return next(self._related(self._main, f"/{kind}"), None)

    def target(self, relation: str | None) -> str | None:
        """The path of the part that the document means by a relation's id."""
        return self._relations(self._main).get(relation or "", ("", None))[1]

    def blocks(self) -> Iterator[Any]:
        """The children of the body in order; in a long document each is let go behind its use, so that any length
        fits."""
        from lxml import etree

        data = self._read(self._main) or b""
        if len(data) <= _WHOLE:
            root = etree.fromstring(data, etree.XMLParser(**_SAFE))
            body = root.find(f"{W}body")
            yield from () if body is None else body
        else:
            body = None
            for event, element in etree.iterparse(io.BytesIO(data), events=("start", "end"), **_SAFE):
                if body is None:
                    body = element if element.tag == f"{W}body" else None
                elif event == "end" and element.getparent() is body:
                    yield element
                    element.clear()
                    while element.getprevious() is not None:
                        del body[0]
        if body is None:
            raise UnreadableContent("不是 Word 文档（没有正文），请用 Word 另存为 .docx")

    def _read(self, path: str) -> bytes | None:
        if not self._package.has(path):
            return None
        # “Strict” documents name the same elements by other namespaces.
        return _STRICT.sub(rb"http://schemas.openxmlformats.org/\1/2006/\2", self._package.read(path))

    def _related(self, source: str, kind: str) -> Iterator[str]:
        return (path for known, path in self._relations(source).values() if path and known.endswith(kind))

    def _relations(self, source: str) -> dict[str, tuple[str, str | None]]:
        """Relation id → (kind, path of the part, None outside the package)."""
        if source not in self._known:
            self._known[source] = self._read_relations(source)
        return self._known[source]

    def _read_relations(self, source: str) -> dict[str, tuple[str, str | None]]:
        folder, name = posixpath.split(source)
        root = self.tree(posixpath.join(folder, "_rels", f"{name}.rels"))
        found: dict[str, tuple[str, str | None]] = {}
        for relation in () if root is None else root.iterchildren("{*}Relationship"):
            inside = relation.get("TargetMode") != "External"
            path = posixpath.normpath(posixpath.join("/", folder, unquote(relation.get("Target", ""))))
            found[relation.get("Id", "")] = (relation.get("Type", ""), path.lstrip("/") if inside else None)
        return found


def relation_id(element: Any, name: str) -> str | None:
    """The relation an element names in r:id, r:dm and the like."""
    return element.get(f"{RELATION}{name}")
