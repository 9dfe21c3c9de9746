"""Objects on an OFD page → glyphs, rulings and pictures in points. Pure."""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from index.load.elements import below
from index.load.paged.sheet import Affine, Box, Glyph, Ruling, Sheet

Matrix = Affine
UNIT: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
POINTS = 72 / 25.4  # to the millimetre
_THIN = 1.0  # millimetres: a shape no thicker is a ruling
_STRAIGHT = 0.3
_SHORTEST = 1.0
_PER_OBJECT = 100_000  # characters or segments that one object is read for
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
_STEP = re.compile(r"([MLQBACSZ])([^MLQBACSZ]*)")
_SPACED = 1.35  # ems: a wider step leaves a gap behind the character
_STEP_HIGH = 6.0  # points
_ASCENT, _DESCENT = 0.88, 0.12  # of the em: where a Chinese font's glyphs stand


class Turned(NamedTuple):
    """A glyph and the direction its line runs in, in quarter turns; None where it is askew."""

    glyph: Glyph
    turn: int | None
    run: int  # which text it is part of


@dataclass(slots=True)
class Placed:
    """What stands on a page."""

    glyphs: list[Turned] = field(default_factory=list)
    across: list[Ruling] = field(default_factory=list)
    down: list[Ruling] = field(default_factory=list)
    pictures: list[tuple[Box, str]] = field(default_factory=list)  # and the part each is drawn from
    runs: int = 0


def numbers(text: str | None) -> list[float]:
    """All numbers in an attribute."""
    return [float(match[0]) for match in _NUMBER.finditer(text or "")]


def placed(item: Any, outer: Matrix) -> Matrix:
    """From an object's own axes to the page's, in millimetres: its matrix, then its boundary's corner."""
    own = numbers(item.get("CTM"))
    a, b, c, d, e, f = own if len(own) == 6 else UNIT
    corner = [*numbers(item.get("Boundary")), 0.0, 0.0]
    return _times((a, b, c, d, e + corner[0], f + corner[1]), outer)


def text(item: Any, outer: Matrix, found: Placed) -> None:
    """The glyphs of a text object."""
    matrix = placed(item, outer)
    size = next(iter(numbers(item.get("Size"))), 0.0)
    stretch = next(iter(numbers(item.get("HScale"))), 1.0) or 1.0
    if item.get("Fill") == "false" and item.get("Stroke") != "true":
        return
    reading = next(iter(numbers(item.get("ReadDirection"))), 0.0)
    x = y = 0.0
    for code in below(item, "TextCode"):
        characters = (code.text or "")[:_PER_OBJECT]
        found.runs += 1
        x = next(iter(numbers(code.get("X"))), x)
        y = next(iter(numbers(code.get("Y"))), y)
        steps = zip(
            _steps(code.get("DeltaX"), len(characters)), _steps(code.get("DeltaY"), len(characters)), strict=True
        )
        moves = list(steps)
        tall = code.get("DeltaY") is not None and code.get("DeltaX") is None
        for at, character in enumerate(characters):
            own = size * stretch * (1.0 if _wide(character) else 0.5)
            dx, dy = moves[at] if at < len(moves) else (None, None)
            advance = dx if dx is not None else 0.0 if tall else own
            _glyph(character, x, y, advance if dx and dx <= _SPACED * size else own, size, matrix, found, reading)
            x, y = x + advance, y + (dy or 0.0)


def _glyph(
    character: str, x: float, y: float, wide: float, size: float, matrix: Matrix, found: Placed, reading: float
) -> None:
    a, b, c, d, _, _ = matrix
    corners = [_move(matrix, px, py) for px in (x, x + wide) for py in (y - _ASCENT * size, y + _DESCENT * size)]
    base = _move(matrix, x, y)
    if not all(math.isfinite(value) for point in (*corners, base) for value in point):
        return
    em = size * math.hypot(c, d)
    angle = (math.degrees(math.atan2(b, a)) + reading) % 360
    turn = round(angle / 90) % 4 if min(angle % 90, -angle % 90) < 5 else None
    xs, ys = [px * POINTS for px, _ in corners], [py * POINTS for _, py in corners]
    glyph = Glyph(character, min(xs), min(ys), max(xs), max(ys), base[1] * POINTS, em * POINTS)
    if 0.5 < glyph.size < 2000:
        found.glyphs.append(Turned(glyph, turn, found.runs))


def sheet(found: Placed, number: int, width: float, height: float) -> tuple[Sheet, bool]:
    """The page as it is read (width and height in millimetres), and whether text set askew was left out.

    A page whose text runs downwards or upwards is turned; what else runs in another direction than most follows below
    it.
    """
    width, height = width * POINTS, height * POINTS
    counts = Counter(each.turn for each in found.glyphs if each.turn is not None)
    main = counts.most_common(1)[0][0] if counts else 0
    askew = any(each.turn is None for each in found.glyphs)
    page = (width, height) if main % 2 == 0 else (height, width)
    glyphs: list[Glyph] = []
    end = page[1]
    for turn in sorted(counts, key=lambda turn: (turn != main, -counts[turn])):
        own = _apart(
            [(_turned(each.glyph, turn, width, height), each.run) for each in found.glyphs if each.turn == turn]
        )
        if turn != main:
            shift = end - min(glyph.top for glyph in own)
            own = [g._replace(top=g.top + shift, bottom=g.bottom + shift, base=g.base + shift) for g in own]
            end = max(glyph.bottom for glyph in own) + max(glyph.size for glyph in own)
        glyphs += own
    boxes = [Box(r.begin, r.at, r.end, r.at) for r in found.across] + [
        Box(r.at, r.begin, r.at, r.end) for r in found.down
    ]
    across, down = [], []
    for box in (_turned_box(box, main, width, height) for box in boxes):
        if box.right - box.left >= box.bottom - box.top:
            across.append(Ruling(box.top, box.left, box.right))
        else:
            down.append(Ruling(box.left, box.top, box.bottom))
    high = page[1] if end == page[1] else end / 0.85  # so that what follows is in no margin
    pictures = tuple(box for box, _ in found.pictures)
    return Sheet(
        number, page[0], high, glyphs, tuple(across), tuple(down), pictures, back=_back(main, width, height)
    ), askew


def _apart(runs: Sequence[tuple[Glyph, int]]) -> list[Glyph]:
    """Glyphs of runs that lie over each other: what is drawn twice to look bold is taken once, another text moved to a
    line of its own."""
    by_run: dict[int, list[Glyph]] = {}
    for glyph, run in runs:
        by_run.setdefault(run, []).append(glyph)
    kept: list[list[Glyph]] = []
    lines: dict[int, list[list[Glyph]]] = {}  # by the height of their base, in steps of _STEP_HIGH points
    for own in by_run.values():
        first = own[0]
        shift = 0.0
        again = False
        place = round(first.base / _STEP_HIGH)
        for other in [line for at in (place - 1, place, place + 1) for line in lines.get(at, ())]:
            shared = min(own[-1].right, other[-1].right) - max(first.left, other[0].left)
            if shared < 0.8 * first.size or abs(other[0].base - first.base) > 0.5 * first.size:
                continue
            same = [g.text for g in own] == [g.text for g in other] and abs(
                first.left - other[0].left
            ) < 0.4 * first.size
            again, shift = again or same, 0.65 * first.size
        if not again:
            own = [g._replace(top=g.top + shift, bottom=g.bottom + shift, base=g.base + shift) for g in own]
            kept.append(own)
            lines.setdefault(place, []).append(own)
    return [glyph for own in kept for glyph in own]


def _turned(glyph: Glyph, turn: int, width: float, height: float) -> Glyph:
    """A glyph set in quarter turns, upright on the page turned back."""
    if turn == 0:
        return glyph
    box = _turned_box(Box(glyph.left, glyph.top, glyph.right, glyph.bottom), turn, width, height)
    return glyph._replace(**box._asdict(), base=box.bottom - _DESCENT * glyph.size)


def _turned_box(box: Box, turn: int, width: float, height: float) -> Box:
    left, top, right, bottom = box
    if turn == 1:  # text runs downwards: what is down becomes right, what is right becomes up
        return Box(top, width - right, bottom, width - left)
    if turn == 2:
        return Box(width - right, height - bottom, width - left, height - top)
    if turn == 3:
        return Box(height - bottom, left, height - top, right)
    return box


def _back(turn: int, width: float, height: float) -> Matrix:
    """From the page turned back to the page as displayed, in the turned page's measure."""
    if turn == 1:
        return 0.0, width / height, -height / width, 0.0, height, 0.0
    if turn == 2:
        return -1.0, 0.0, 0.0, -1.0, width, height
    if turn == 3:
        return 0.0, -width / height, height / width, 0.0, 0.0, width
    return UNIT


def path(item: Any, outer: Matrix, found: Placed) -> None:
    """The straight lines of a path along the axes: strokes, thin shapes, sides of boxes."""
    if item.get("Stroke") == "false" and item.get("Fill") not in ("true", "1"):
        return
    matrix = placed(item, outer)
    data = next((each.text or "" for each in below(item, "AbbreviatedData")), "")
    points: list[tuple[float, float]] = []
    sides: list[tuple[tuple[float, float], tuple[float, float]]] = []
    begin = last = None
    for step in _STEP.finditer(data[: 20 * _PER_OBJECT]):
        values = numbers(step[2])
        if step[1] in "CZ":
            if begin is not None and last is not None:
                sides.append((last, begin))
            continue
        if len(values) < 2:
            continue
        point = _move(matrix, values[-2], values[-1])
        if step[1] in "MS":
            begin = point
        elif step[1] == "L" and last is not None:
            sides.append((last, point))
        last = point
        points.append(point)
    if len(points) < 2 or len(sides) > _PER_OBJECT or not all(math.isfinite(v) for point in points for v in point):
        return
    xs, ys = [x for x, _ in points], [y for _, y in points]
    whole = Box(min(xs), min(ys), max(xs), max(ys))
    if min(whole.right - whole.left, whole.bottom - whole.top) <= _THIN:
        _rule(whole, _THIN, found)
        return
    for (x0, y0), (x1, y1) in sides:
        _rule(Box(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)), _STRAIGHT, found)


def _rule(box: Box, thin: float, found: Placed) -> None:
    wide, high = box.right - box.left, box.bottom - box.top
    if min(wide, high) > thin or max(wide, high) < _SHORTEST:
        return
    if wide >= high:
        found.across.append(Ruling((box.top + box.bottom) / 2 * POINTS, box.left * POINTS, box.right * POINTS))
    else:
        found.down.append(Ruling((box.left + box.right) / 2 * POINTS, box.top * POINTS, box.bottom * POINTS))


def picture(item: Any, outer: Matrix, found: Placed, part: str) -> None:
    """Where a picture stands: its matrix makes it of a unit square, or its boundary bounds it."""
    corner = numbers(item.get("Boundary"))
    if len(corner) == 4:
        whole = _times((1.0, 0.0, 0.0, 1.0, corner[0], corner[1]), outer)
        points = [_move(whole, x, y) for x in (0.0, corner[2]) for y in (0.0, corner[3])]
        xs, ys = [x * POINTS for x, _ in points], [y * POINTS for _, y in points]
        found.pictures.append((Box(min(xs), min(ys), max(xs), max(ys)), part))


def _steps(text: str | None, count: int) -> list[float | None]:
    """The distance to the next character, for each; None where none is given. g 3 5 stands for 5 5 5."""
    if not text:
        return [None] * count
    out: list[float | None] = []
    words = text.split()
    at = 0
    while at < len(words) and len(out) < count:
        if words[at] == "g" and at + 2 < len(words):
            times = int(numbers(words[at + 1])[0]) if numbers(words[at + 1]) else 0
            out += [next(iter(numbers(words[at + 2])), 0.0)] * min(max(times, 0), count)
            at += 3
        else:
            out += numbers(words[at])[:1]
            at += 1
    return (out + [None] * count)[:count]


def _wide(character: str) -> bool:
    return unicodedata.east_asian_width(character) in "WFA"


def _times(own: Matrix, outer: Matrix) -> Matrix:
    a, b, c, d, e, f = own
    p, q, r, s, t, u = outer
    return a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t, e * q + f * s + u


def _move(matrix: Matrix, x: float, y: float) -> tuple[float, float]:
    a, b, c, d, e, f = matrix
    return a * x + c * y + e, b * x + d * y + f
