"""The names of WordprocessingML: namespaces, and the look-ups every reader of it needs. Pure."""

from __future__ import annotations

from functools import cache
from typing import Any

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
PLACED = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
DIAGRAM = "{http://schemas.openxmlformats.org/drawingml/2006/diagram}"
VML = "{urn:schemas-microsoft-com:vml}"
OFFICE = "{urn:schemas-microsoft-com:office:office}"
COMPATIBLE = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"

_VALUE = f"{W}val"
_MANY = 10**9  # no count, span or start in a document is larger


def value(element: Any, path: str) -> str | None:
    """w:val of what stands at `path` below (a/b, without prefixes); None where either is missing."""
    found = None if element is None else element.find(_path(path))
    return None if found is None else found.get(_VALUE)


def integer(text: str | None) -> int | None:
    """A whole number as Word writes it; None for anything else, and for what is out of all bounds."""
    try:
        number = int(text) if text is not None and len(text) < 12 else None
    except ValueError:
        return None
    return number if number is not None and -_MANY < number < _MANY else None


def switch(element: Any, path: str) -> bool | None:
    """An on/off property (17.3.2.22): on where it stands alone, off for 0, false and off, None where it is missing."""
    found = None if element is None else element.find(_path(path))
    return None if found is None else found.get(_VALUE, "1").lower() not in ("0", "false", "off")


@cache
def _path(path: str) -> str:
    return "/".join(W + name for name in path.split("/"))


def chosen(alternate: Any) -> list[Any]:
    """The children of mc:AlternateContent to be read: the first choice, or the fallback where no choice holds anything.

    Both tell the same, one for newer programs and one for older ones; read together, all would be told twice.
    """
    branches = [*alternate.findall(f"{COMPATIBLE}Choice"), *alternate.findall(f"{COMPATIBLE}Fallback")]
    return next((list(branch) for branch in branches if len(branch)), [])
