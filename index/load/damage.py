"""Which pages of a PDF have lost data: PDFium draws what is left of a damaged stream and says nothing."""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

_LARGEST = 64 * 2**20  # bytes that a stream may unpack to before it is taken for sound
_DEEPEST = 3  # forms within forms


@dataclass(frozen=True, slots=True)
class Damage:
    """Pages (from 1) whose own data is damaged, those whose fonts or forms are, and how many pages the file has."""

    text: frozenset[int] = frozenset()
    parts: frozenset[int] = frozenset()
    pages: int | None = None  # None where it cannot be told
    known: bool = True  # False where the file could not be looked into


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
        reader.strict = True  # from here on: many a sound file is opened only with leave, but its objects read
        count = len(reader.pages)
        seen: dict[int, bool] = {}
        for number in range(1, count + 1):
            if not _whole(partial(_of_page, _contents, reader, number - 1), seen):
                text.add(number)
            elif not _whole(partial(_of_page, _resources, reader, number - 1), seen):
                parts.add(number)
    except Exception:  # PDFium has opened the file; where pypdf cannot, nothing bears out that it is whole
        return Damage(known=False)
    return Damage(frozenset(text), frozenset(parts), count)


def _whole(streams: Callable[[], Iterable[Any]], seen: dict[int, bool]) -> bool:
    """Whether all streams are there and can be unpacked."""
    try:
        return all(_sound(stream, seen) for stream in streams())
    except Exception:  # an object that is missing, malformed or of another kind: whatever pypdf meets, it is damage
        return False


def _of_page(streams: Callable[[Any], Iterator[Any]], reader: Any, at: int) -> Iterator[Any]:
    return streams(reader.pages[at])


def _contents(page: Any) -> Iterator[Any]:
    held = page.get("/Contents")
    if held is None:
        return
    held = held.get_object()
    for part in held if isinstance(held, list) else [held]:
        yield part.get_object()


def _resources(holder: Any, depth: int = 0) -> Iterator[Any]:
    """What a page's text is made with: the code tables of its fonts, and forms."""
    resources: Any = holder.get("/Resources")
    resources = resources.get_object() if resources is not None else {}
    for font in resources["/Font"].get_object().values() if resources.get("/Font") else ():
        yield from _font(font.get_object())
    for part in resources["/XObject"].get_object().values() if resources.get("/XObject") else ():
        form = part.get_object()
        yield form
        if form.get("/Subtype") == "/Form" and depth < _DEEPEST:
            yield from _resources(form, depth + 1)


def _font(font: Any) -> Iterator[Any]:
    """A font's code table, and its programs, whose metrics tell where a character ends."""
    table = font.get("/ToUnicode")
    if table is not None and hasattr(table.get_object(), "_data"):  # it may name one that every reader knows
        yield table.get_object()
    for name in ("/Widths", "/Encoding"):
        if name in font:
            font[name].get_object()  # to be read at all
    drawn = font.get("/CharProcs")
    yield from (part.get_object() for part in (drawn.get_object().values() if drawn is not None else ()))
    below = font.get("/DescendantFonts")
    for held in (font, *(below.get_object() if below is not None else ())):
        described = held.get_object().get("/FontDescriptor")
        described = described.get_object() if described is not None else {}
        yield from (
            described[name].get_object() for name in ("/FontFile", "/FontFile2", "/FontFile3") if name in described
        )


def _sound(stream: Any, seen: dict[int, bool]) -> bool:
    """Whether a stream can be unpacked to its end; one in another coding than Flate is not looked into."""
    reference = getattr(stream, "indirect_reference", None)
    key = reference.idnum if reference is not None else -id(stream)
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
