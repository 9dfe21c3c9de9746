"""PDF → pages as geometry, by PDFium."""

from __future__ import annotations

import ctypes
import math
from collections.abc import Iterable, Iterator
from typing import Any

from index.load.paged.sheet import Box, Glyph, Ruling, Sheet

_THIN = 3.0  # points: a box no thicker than that is a ruling
_STRAIGHT = 0.8  # points by which a ruling may be off the straight
_SHORTEST = 3.0  # points of a ruling
_MOST_OBJECTS = 60_000  # of a page that are looked at for rulings and pictures
_DEEPEST = 5  # forms within forms
_LARGEST = 16_000  # points of a page's side; the format allows 14,400


class Locked(Exception):
    """A password is needed."""


class Pages:
    """An opened PDF. Errors of PDFium come as pypdfium2.PdfiumError."""

    def __init__(self, data: bytes) -> None:
        import pypdfium2

        try:
            self._file = pypdfium2.PdfDocument(data)
        except pypdfium2.PdfiumError as error:
            if getattr(error, "err_code", None) == pypdfium2.raw.FPDF_ERR_PASSWORD or "password" in str(error).lower():
                raise Locked from error
            raise

    def __len__(self) -> int:
        return len(self._file)

    def close(self) -> None:
        self._file.close()

    @property
    def repaired(self) -> bool:
        """The file's own table of its parts was no use and another was made by searching."""
        from pypdfium2 import raw

        return not raw.FPDF_DocumentHasValidCrossReferenceTable(self._file)

    @property
    def attachments(self) -> int:
        return self._file.count_attachments()

    def sheet(self, number: int) -> Sheet:
        """Page `number` (1-based) as geometry."""
        page = self._file[number - 1]
        try:
            text = page.get_textpage()
            try:
                return _sheet(page, text, number)
            finally:
                text.close()
        finally:
            page.close()

    def render(self, number: int, dots: float, text: bool) -> Any:
        """The page as a picture (uint8 [height, width, 3], blue first), `dots` to the inch; `text`: with its text
        layer."""
        page = self._file[number - 1]
        try:
            if not text:
                for item in [o for o in page.get_objects(max_depth=1) if o.type == _TEXT]:
                    page.remove_obj(item)
            return page.render(scale=dots / 72, rev_byteorder=False, prefer_bgrx=False).to_numpy()[:, :, :3].copy()
        finally:
            page.close()


_TEXT, _PATH, _IMAGE, _FORM = 1, 2, 3, 5  # FPDF_PAGEOBJ_…


def _sheet(page: Any, text: Any, number: int) -> Sheet:
    from pypdfium2 import raw

    left, bottom, right, top = page.get_bbox()
    turn = page.get_rotation() // 90 % 4
    width, height = right - left, top - bottom
    if not (0 < width <= _LARGEST and 0 < height <= _LARGEST):
        raise ValueError("page size")
    place = _Place(left, bottom, width, height, turn)
    across, down, pictures, turned = _drawn(raw, page, place)
    glyphs, unmapped = _glyphs(raw, text, place, turned or turn)
    if turn % 2:
        width, height = height, width
    return Sheet(number, width, height, glyphs, across, down, pictures, unmapped)


class _Place:
    """From a page's own axes to its top left corner as displayed."""

    def __init__(self, left: float, bottom: float, width: float, height: float, turn: int) -> None:
        self.left, self.bottom, self.width, self.height, self.turn = left, bottom, width, height, turn

    def point(self, x: float, y: float) -> tuple[float, float]:
        x, y = x - self.left, y - self.bottom
        if self.turn == 0:
            return x, self.height - y
        if self.turn == 1:
            return y, x
        if self.turn == 2:
            return self.width - x, y
        return self.height - y, self.width - x

    def box(self, left: float, bottom: float, right: float, top: float) -> Box:
        if self.turn == 0:
            return Box(
                left - self.left, self.height - top + self.bottom, right - self.left, self.height - bottom + self.bottom
            )
        (x0, y0), (x1, y1) = self.point(left, bottom), self.point(right, top)
        return Box(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))


def _glyphs(raw: Any, text: Any, place: _Place, turned: bool | int) -> tuple[list[Glyph], int]:
    """The characters in the order they are printed, those set askew left out; and how many codes mean nothing."""
    found: list[Glyph] = []
    unmapped = 0
    loose, x, y = raw.FS_RECTF(), ctypes.c_double(), ctypes.c_double()
    before: tuple[float, float] | None = None  # the font's top and bottom on the line of the glyph before
    base = size = 0.0
    for at, code in enumerate(_codes(raw, text)):
        if code in (10, 13) or (code in (32, 0xA0) and raw.FPDFText_IsGenerated(text, at) == 1):
            continue
        if code < 32 or 0xD800 <= code < 0xF900 or 0xFFF0 <= code <= 0xFFFF:
            if code not in (2, 9):  # PDFium's mark of a hyphen at a line's end; a tab
                unmapped += 1
                continue
            code = 45 if code == 2 else 32
        if code < 0x2E80 and raw.FPDFText_HasUnicodeMapError(text, at) == 1:
            unmapped += 1
            continue
        if not raw.FPDFText_GetLooseCharBox(text, at, loose):
            continue
        if turned:
            angle = math.degrees(raw.FPDFText_GetCharAngle(text, at)) + 90 * place.turn
            if min(angle % 360, -angle % 360) > 5:
                continue
        left, top, right, bottom = place.box(loose.left, loose.bottom, loose.right, loose.top)
        if (top, bottom) != before:
            if not raw.FPDFText_GetCharOrigin(text, at, x, y):
                continue
            before, base, size = (top, bottom), place.point(x.value, y.value)[1], 0.85 * (bottom - top)
        # Wide characters are as wide as their type is large; of others, and in odd fonts, the height tells, nearly.
        wide = 0x2E80 <= code <= 0x9FFF or 0xFF00 <= code <= 0xFFEF
        em = right - left if wide and 0.55 * size < right - left < 1.5 * size else size
        if 0.5 < em < 2000 and math.isfinite(left + base):
            found.append(Glyph(chr(code), left, top, right, bottom, base, em))
    return found, unmapped


def _codes(raw: Any, text: Any) -> Iterable[int]:
    """The code of every character; in one call where PDFium leaves none out."""
    count = text.count_chars()
    if count <= 0:
        return ()
    buffer = (ctypes.c_ushort * (count + 1))()
    if raw.FPDFText_GetText(text, 0, count, buffer) == count + 1:
        return buffer[:count]
    return [raw.FPDFText_GetUnicode(text, at) for at in range(count)]


def _drawn(raw: Any, page: Any, place: _Place) -> tuple[list[Ruling], list[Ruling], list[Box], bool]:
    """(horizontal rulings, vertical ones, pictures, whether any text is turned)."""
    across: list[Ruling] = []
    down: list[Ruling] = []
    pictures: list[Box] = []
    turned = False
    for count, (item, kind, matrix) in enumerate(_objects(raw, page)):
        if count > _MOST_OBJECTS:
            break
        if kind == _TEXT:
            own = raw.FS_MATRIX()
            if not turned and raw.FPDFPageObj_GetMatrix(item, own):
                a, b, c, d = _times(own, matrix)[:4]
                turned = abs(b) + abs(c) > 0.01 * (abs(a) + abs(d)) or a < 0 or d < 0
        elif kind == _IMAGE:
            pictures.append(_bounds(raw, item, matrix, place))
        elif kind == _PATH:
            for ruling, flat in _rulings(raw, item, matrix, place):
                (across if flat else down).append(ruling)
    return across, down, pictures, turned


_UNIT = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
Matrix = tuple[float, float, float, float, float, float]


def _objects(raw: Any, page: Any) -> Iterator[tuple[Any, int, Matrix]]:
    """What is drawn on a page, forms unfolded, with the matrix of the form it stands in."""
    stack = [(raw.FPDFPage_GetObject(page, i), _UNIT, 0) for i in reversed(range(raw.FPDFPage_CountObjects(page)))]
    while stack:
        item, matrix, depth = stack.pop()
        kind = raw.FPDFPageObj_GetType(item)
        if kind == _FORM and depth < _DEEPEST:
            own = raw.FS_MATRIX()
            raw.FPDFPageObj_GetMatrix(item, own)
            inner = _times(own, matrix)
            count = min(raw.FPDFFormObj_CountObjects(item), _MOST_OBJECTS)
            stack += [(raw.FPDFFormObj_GetObject(item, i), inner, depth + 1) for i in reversed(range(count))]
        else:
            yield item, kind, matrix


def _times(own: Any, outer: Matrix) -> Matrix:
    a, b, c, d, e, f = outer
    return (
        own.a * a + own.b * c,
        own.a * b + own.b * d,
        own.c * a + own.d * c,
        own.c * b + own.d * d,
        own.e * a + own.f * c + e,
        own.e * b + own.f * d + f,
    )


def _move(matrix: Matrix, x: float, y: float) -> tuple[float, float]:
    a, b, c, d, e, f = matrix
    return a * x + c * y + e, b * x + d * y + f


def _bounds(raw: Any, item: Any, matrix: Matrix, place: _Place) -> Box:
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    raw.FPDFPageObj_GetBounds(item, left, bottom, right, top)
    corners = [_move(matrix, x.value, y.value) for x in (left, right) for y in (bottom, top)]
    return place.box(
        min(x for x, _ in corners), min(y for _, y in corners), max(x for x, _ in corners), max(y for _, y in corners)
    )


def _rulings(raw: Any, item: Any, matrix: Matrix, place: _Place) -> Iterator[tuple[Ruling, bool]]:
    """The straight lines of a path along the axes, and whether each is horizontal: strokes, thin boxes, sides of
    boxes."""
    fill, stroke = ctypes.c_int(), ctypes.c_int()
    if raw.FPDFPath_GetDrawMode(item, fill, stroke) and not fill.value and not stroke.value:
        return
    count = raw.FPDFPath_CountSegments(item)
    if count < 2 or count > 2000:
        return
    box = _bounds(raw, item, matrix, place)
    wide, high = box.right - box.left, box.bottom - box.top
    if min(wide, high) <= _THIN:
        if max(wide, high) >= _SHORTEST:
            yield _ruling(box, wide >= high), wide >= high
        return
    own = raw.FS_MATRIX()
    raw.FPDFPageObj_GetMatrix(item, own)
    whole = _times(own, matrix)
    for x0, y0, x1, y1 in _sides(raw, item, count, whole, place):
        side = Box(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))
        wide, high = side.right - side.left, side.bottom - side.top
        if min(wide, high) <= _STRAIGHT and max(wide, high) >= _SHORTEST:
            yield _ruling(side, wide >= high), wide >= high


def _ruling(box: Box, flat: bool) -> Ruling:
    if flat:
        return Ruling((box.top + box.bottom) / 2, box.left, box.right)
    return Ruling((box.left + box.right) / 2, box.top, box.bottom)


def _sides(
    raw: Any, item: Any, count: int, matrix: Matrix, place: _Place
) -> Iterator[tuple[float, float, float, float]]:
    """The straight parts of a path, as displayed."""
    x, y = ctypes.c_float(), ctypes.c_float()
    begin = last = None
    for at in range(count):
        segment = raw.FPDFPath_GetPathSegment(item, at)
        raw.FPDFPathSegment_GetPoint(segment, x, y)
        point = place.point(*_move(matrix, x.value, y.value))
        kind = raw.FPDFPathSegment_GetType(segment)
        if kind == raw.FPDF_SEGMENT_MOVETO:
            begin = point
        elif kind == raw.FPDF_SEGMENT_LINETO and last is not None:
            yield *last, *point
        last = point
        if raw.FPDFPathSegment_GetClose(segment) and begin is not None:
            yield *point, *begin
