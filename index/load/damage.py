"""Which pages of a PDF have lost data: PDFium draws what is left of a damaged stream and says nothing."""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

_LARGEST = 64 * 2**20  # bytes that a stream may unpack to before it is taken for sound
_DEEPEST = 3  # forms within forms


@dataclass(frozen=True, slots=True)
class Damage:
    """Pages (from 1) whose own data is damaged, those whose fonts or forms are, and how many pages the file names."""

    text: frozenset[int] = frozenset()
    parts: frozenset[int] = frozenset()
    pages: int | None = None  # None where it cannot be told


def damage(data: bytes) -> Damage:
    """Look at every stream that a page's text depends on. Nothing where the file's structure does not let it."""
    import logging

    from pypdf import PdfReader

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    text: set[int] = set()
    parts: set[int] = set()
    try:
        reader = PdfReader(io.BytesIO(data))
        if reader.is_encrypted:
            return Damage()
        count = len(reader.pages)
        seen: dict[int, bool] = {}
        for number in range(1, count + 1):
            try:
                page = reader.pages[number - 1]
                if not all(_sound(stream, seen) for stream in _contents(page)):
                    text.add(number)
                elif not all(_sound(stream, seen) for stream in _resources(page, 0)):
                    parts.add(number)
            except Exception:  # an object that is missing or of another kind: whatever pypdf meets, the page is damaged
                text.add(number)
    except Exception:  # PDFium has opened the file; where pypdf cannot, there is no second opinion
        return Damage()
    return Damage(frozenset(text), frozenset(parts), count)


def _contents(page: Any) -> Iterator[Any]:
    held = page.get("/Contents")
    if held is None:
        return
    held = held.get_object()
    for part in held if isinstance(held, list) else [held]:
        yield part.get_object()


def _resources(holder: Any, depth: int) -> Iterator[Any]:
    """What a page's text is made with: the code tables of its fonts, and forms."""
    resources = holder.get("/Resources")
    resources = resources.get_object() if resources is not None else {}
    for font in (resources.get("/Font") or {}).get_object().values() if resources.get("/Font") else ():
        table = font.get_object().get("/ToUnicode")
        if table is not None and hasattr(table.get_object(), "_data"):
            yield table.get_object()
    for part in (resources.get("/XObject") or {}).get_object().values() if resources.get("/XObject") else ():
        form = part.get_object()
        yield form
        if form.get("/Subtype") == "/Form" and depth < _DEEPEST:
            yield from _resources(form, depth + 1)


def _sound(stream: Any, seen: dict[int, bool]) -> bool:
    """Whether a stream can be unpacked to its end; one in another coding than Flate is not looked into."""
    key = id(stream)
    if key not in seen:
        seen[key] = _unpacks(stream)
    return seen[key]


def _unpacks(stream: Any) -> bool:
    packed = getattr(stream, "_data", None)
    if packed is None:
        return False  # a page's content that is no stream: the object it names is missing
    if isinstance(packed, str):
        packed = packed.encode("latin-1", "replace")
    named = stream.get("/Filter")
    named = named.get_object() if named is not None else None
    first = named[0] if isinstance(named, list) and named else named
    if first not in ("/FlateDecode", "/Fl"):
        return True
    unpacker, total = zlib.decompressobj(), 0
    try:
        rest = packed
        while rest and not unpacker.eof and total < _LARGEST:
            total += len(unpacker.decompress(rest, 2**20))
            rest = unpacker.unconsumed_tail
    except zlib.error:
        return False
    return unpacker.eof or total >= _LARGEST
