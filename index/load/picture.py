"""A picture of a page → its geometry: turned upright, rulings found and taken out, lines read."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from statistics import median
from typing import Any

from index.load.paged.sheet import Affine, Box, Glyph, Ruling, Sheet
from index.load.recogniser import Recogniser, Words

_WIDTH = 595.0  # points that the shorter side of a page is taken for
_LONGEST = 2800  # dots of a page's longer side that is read; more only takes longer
_STRIP = 2.0  # times its width that a picture may be high before it is read in parts
_LEVEL = 0.2  # degrees that a page may be off without being turned
_SURE = 0.9  # of a line: below it the line is to be compared with the original
_LEAST_SURE = 0.6  # of a character within a line
_WIDE = str.maketrans("(),:;?!", "（），：；？！")
_FAINTEST = 5  # of 255 levels by which a ruling is darker than what is around it
_MOST_LINES = 400  # of a page: more is no page of text


def sheet(picture: Any, number: int, reader: Recogniser) -> Sheet:
    """The page that a picture (uint8 [height, width, 3], blue first) shows."""
    import cv2

    scale = min(1.0, _LONGEST / min(max(picture.shape[:2]), _STRIP * min(picture.shape[:2])))
    if scale < 1:
        picture = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    upright, back, lines = _upright(picture, reader)
    points = _WIDTH / min(picture.shape[:2])
    across, down, clean = _rulings(upright, 72 / points)
    boxes = [box for box in lines if box.right - box.left > 3 and box.bottom - box.top > 3][:_MOST_LINES]
    crops = [_crop(clean, box) for box in boxes]
    glyphs = [
        glyph for box, words in zip(boxes, reader.read(crops), strict=True) for glyph in _glyphs(words, box, points)
    ]
    a, b, c, d, e, f = back
    return Sheet(
        number,
        picture.shape[1] * points,
        picture.shape[0] * points,
        glyphs,
        [Ruling(r.at * points, r.begin * points, r.end * points) for r in across],
        [Ruling(r.at * points, r.begin * points, r.end * points) for r in down],
        back=(a, b, c, d, e * points, f * points),
        scanned=True,
    )


def _upright(picture: Any, reader: Recogniser) -> tuple[Any, Affine, list[Box]]:
    """(the picture with its lines level and on their feet, the way back, the boxes of its lines)."""
    import cv2
    import numpy as np

    turned, quarter = picture, 0
    quads = _find(turned, reader)
    tall = sum(_long(q) and _height(q) > 1.5 * _width(q) for q in quads)
    if tall * 2 > sum(map(_long, quads)) > 0:
        turned, quarter = cv2.rotate(picture, cv2.ROTATE_90_CLOCKWISE), 1
        quads = _find(turned, reader)
    longest = sorted((q for q in quads if _width(q) > 3 * _height(q)), key=_width)[-8:]
    if longest and reader.upside_down([_crop(turned, _around(q)) for q in longest]):
        turned, quarter = cv2.rotate(turned, cv2.ROTATE_180), quarter + 2
        height, width = turned.shape[:2]
        quads = [np.array([[width, height]]) - q[[2, 3, 0, 1]] for q in quads]
    slant = _slant(quads)
    height, width = turned.shape[:2]
    matrix = np.array([[1.0, 0, 0], [0, 1.0, 0]])
    if abs(slant) > _LEVEL:
        matrix = cv2.getRotationMatrix2D((width / 2, height / 2), slant, 1.0)
        turned = cv2.warpAffine(turned, matrix, (width, height), flags=cv2.INTER_CUBIC, borderValue=(255, 255, 255))
    boxes = [_leveled(q, matrix) for q in quads]
    return (
        turned,
        _back(matrix, quarter, picture.shape[0], picture.shape[1]),
        sorted(boxes, key=lambda b: (b.top, b.left)),
    )


def _find(picture: Any, reader: Recogniser) -> list[Any]:
    """The lines of a picture; of a very high one part by part, cut where a row of dots is blank."""
    height, width = picture.shape[:2]
    if height <= _STRIP * width:
        return list(reader.find(picture))
    dark = (picture.min(axis=2) < 128).sum(axis=1)
    quads, top = [], 0
    while top < height:
        end = height
        if height - top > _STRIP * width:
            low, high = top + width, top + int(_STRIP * width)
            end = low + int(dark[low:high].argmin())
        quads += [[*quad, [0, top]] for quad in reader.find(picture[top:end])]
        top = end
    return quads


def _width(quad: Any) -> float:
    return math.hypot(*(quad[1] - quad[0]))


def _height(quad: Any) -> float:
    return math.hypot(*(quad[3] - quad[0]))


def _long(quad: Any) -> bool:
    return max(_width(quad), _height(quad)) > 3 * min(_width(quad), _height(quad))


def _slant(quads: Sequence[Any]) -> float:
    """Degrees by which the long lines fall to the right."""
    long = [q for q in quads if _width(q) > 6 * _height(q)]
    sides = [side for q in long for side in (q[1] - q[0], q[2] - q[3])]
    slants = [math.degrees(math.atan2(y, x)) for x, y in sides]
    return median(slants) if slants and abs(median(slants)) < 30 else 0.0


def _around(quad: Any) -> Box:
    return Box(float(quad[:, 0].min()), float(quad[:, 1].min()), float(quad[:, 0].max()), float(quad[:, 1].max()))


def _leveled(quad: Any, matrix: Any) -> Box:
    """A slanting line's box when it is level."""
    x, y = (float(v) for v in matrix @ [*quad.mean(axis=0), 1.0])
    width, height = _width(quad), _height(quad)
    return Box(x - width / 2, y - height / 2, x + width / 2, y + height / 2)


def _back(matrix: Any, quarter: int, height: int, width: int) -> Affine:
    """From the upright picture to the one given, `height` by `width` dots."""
    import cv2

    inverse = cv2.invertAffineTransform(matrix)
    a, c, e = (float(v) for v in inverse[0])
    b, d, f = (float(v) for v in inverse[1])
    if quarter == 1:  # was turned clockwise: (x, y) came from (y, height − x)
        return b, -a, d, -c, f, height - e
    if quarter == 2:
        return -a, -b, -c, -d, width - e, height - f
    if quarter == 3:
        return -b, a, -d, c, width - f, e
    return a, b, c, d, e, f


def _crop(picture: Any, box: Box) -> Any:
    height, width = picture.shape[:2]
    left, top = max(0, math.floor(box.left)), max(0, math.floor(box.top))
    right, bottom = min(width, math.ceil(box.right)), min(height, math.ceil(box.bottom))
    return picture[top : max(bottom, top + 1), left : max(right, left + 1)]


def _rulings(picture: Any, dots: float) -> tuple[list[Ruling], list[Ruling], Any]:
    """(horizontal rulings, vertical ones, the picture without them); `dots` to the inch."""
    import cv2
    import numpy as np

    grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    least = max(20, int(0.4 * dots))  # longer than the strokes of type
    found: list[list[tuple[Ruling, Box]]] = []
    for flat in (True, False):
        # A hairline is printed in a few dots of light grey; what it has over a speck is that it goes on.
        soft = cv2.blur(grey, (5, 3) if flat else (3, 5))
        darker = cv2.morphologyEx(soft, cv2.MORPH_BLACKHAT, np.ones((15, 15), np.uint8))
        paper = float(np.median(darker))
        uneven = float(np.median(np.abs(darker.astype(np.int16) - paper)))
        ink = (darker > paper + max(_FAINTEST, 5.0 * uneven)).astype(np.uint8)
        thick = cv2.dilate(ink, np.ones((3, 1) if flat else (1, 3), np.uint8))
        closed = cv2.morphologyEx(thick, cv2.MORPH_CLOSE, np.ones((1, 5) if flat else (5, 1), np.uint8))
        lines = cv2.morphologyEx(closed, cv2.MORPH_OPEN, np.ones((1, least) if flat else (least, 1), np.uint8))
        count, _, stats, _ = cv2.connectedComponentsWithStats(lines)
        rulings = []
        for x, y, w, h, _ in stats[1:count]:
            # Beside a ruling is no ink but that of the cells: left and right of an upright one, at times under a long
            # one.
            crowded = sum(_sides(ink if flat else ink.T, *((x, y, w, h) if flat else (y, x, h, w))))
            if (h if flat else w) > 0.12 * dots or crowded > (0 if flat and w < 8 * least else 1):
                continue  # a dark area, or a row of strokes
            at, begin, end = (y + h / 2, x, x + w) if flat else (x + w / 2, y, y + h)
            rulings.append((Ruling(float(at), float(begin), float(end)), Box(*map(int, (x, y, x + w, y + h)))))
        found.append(rulings)
    across, down = found
    near = 0.05 * dots
    crossing = [(a, d) for a, box in across for d, other in down if _reaches(box, other, near)]
    clean = picture.copy() if crossing else picture
    kept = {id(ruling) for pair in crossing for ruling in pair}
    for ruling, box in (*across, *down):
        if id(ruling) in kept:
            clean[max(0, box.top - 1) : box.bottom + 1, max(0, box.left - 1) : box.right + 1] = 255
    rows, columns = [a for a, _ in across if id(a) in kept], [d for d, _ in down if id(d) in kept]
    return [_lengthened(a, columns, least) for a in rows], [_lengthened(d, rows, least) for d in columns], clean


def _lengthened(ruling: Ruling, others: Sequence[Ruling], most: float) -> Ruling:
    """A ruling whose end was too pale to be found, up to the one it would have met."""
    places = [other.at for other in others if other.begin - most <= ruling.at <= other.end + most]
    begin = max((at for at in places if ruling.begin - most <= at <= ruling.begin + 8), default=ruling.begin)
    end = min((at for at in places if ruling.end - 8 <= at <= ruling.end + most), default=ruling.end)
    return Ruling(ruling.at, min(begin, ruling.begin), max(end, ruling.end))


def _reaches(one: Box, other: Box, near: float) -> bool:
    return (
        one.left - near <= other.right
        and other.left <= one.right + near
        and one.top - near <= other.bottom
        and other.top <= one.bottom + near
    )


def _sides(ink: Any, x: int, y: int, w: int, h: int) -> list[bool]:
    """Whether there is much ink right above a horizontal line, and right below it."""
    sides = ink[max(0, y - 5) : max(0, y - 2), x : x + w], ink[y + h + 2 : y + h + 5, x : x + w]
    return [bool(side.size) and float(side.mean()) > 0.3 for side in sides]


def _glyphs(words: Words, box: Box, points: float) -> list[Glyph]:
    """The characters of a line; a recogniser tells the middle of each, and its width follows from their distances."""
    width, height = (box.right - box.left) * points, (box.bottom - box.top) * points
    left, middle = box.left * points, (box.top + box.bottom) / 2 * points
    wide = [
        (a[1], b[1])
        for a, b in zip(words.characters, words.characters[1:], strict=False)
        if _wide(a[0]) and _wide(b[0])
    ]
    em = median(b - a for a, b in wide) * width if len(wide) > 1 else 0.75 * height
    em = min(max(em, 0.5 * height), height)
    # A mark may be the wide or the narrow one of its kind, which makes a recogniser unsure and no reader.
    doubtful = words.score < _SURE or any(sure < _LEAST_SURE for c, _, sure in words.characters if c.isalnum())
    base = middle + 0.35 * em
    texts = _punctuated([character for character, _, _ in words.characters])
    middles = [left + share * width for _, share, _ in words.characters]
    printed = [place for place, text in enumerate(texts) if text.strip()]
    sides = _sides_of(
        [texts[p] for p in printed], [middles[p] for p in printed], [b - a > 1 for a, b in pairwise(printed)], em
    )
    glyphs: list[Glyph] = []
    for (begin, end), place in zip(sides, printed, strict=True):
        if glyphs and place and not texts[place - 1].strip():
            glyphs.append(glyphs[-1]._replace(text=" ", left=glyphs[-1].right, right=begin))
        glyphs.append(Glyph(texts[place], begin, base - 0.88 * em, end, base + 0.12 * em, base, em, doubtful))
    return glyphs


def _sides_of(texts: list[str], middles: list[float], blanks: list[bool], em: float) -> list[tuple[float, float]]:
    """Left and right of each character: neighbours touch, unless a blank or room for another character is between."""
    half = [em / 2 if _wide(text) else em / 4 for text in texts]
    begins, ends = (
        [m - h for m, h in zip(middles, half, strict=True)],
        [m + h for m, h in zip(middles, half, strict=True)],
    )
    for at, blank in enumerate(blanks):
        apart = middles[at + 1] - middles[at]
        if blank or apart < half[at] + half[at + 1] + 0.8 * em:
            edge = middles[at] + apart * half[at] / (half[at] + half[at + 1])
            gap = min(max(begins[at + 1] - ends[at], 0.3 * em), apart) / 2 if blank else 0.0
            ends[at], begins[at + 1] = edge - gap, edge + gap
    return list(zip(begins, ends, strict=True))


def _punctuated(characters: list[str]) -> list[str]:
    """The wide form of a mark that stands beside Chinese, which a recogniser takes for the narrow one now and then."""
    around = ["", *characters, ""]
    return [
        character.translate(_WIDE) if _wide(around[at]) or _wide(around[at + 2]) else character
        for at, character in enumerate(characters)
    ]


def _wide(character: str) -> bool:
    return "\u2e80" <= character <= "\u9fff" or "\uff00" <= character <= "\uffef"
