"""A page as geometry: glyphs, rulings and pictures, in points from its top left corner as it is displayed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

Affine = tuple[float, float, float, float, float, float]  # x′ = ax + cy + e, y′ = bx + dy + f


class Glyph(NamedTuple):
    """One printed character; `top` and `bottom` are those of its font, `base` is the line it stands on."""

    text: str
    left: float
    top: float
    right: float
    bottom: float
    base: float
    size: float  # em
    doubtful: bool = False

    @property
    def middle(self) -> tuple[float, float]:
        return (self.left + self.right) / 2, self.base - 0.35 * self.size


class Ruling(NamedTuple):
    """A straight line: `at` is its y where it is horizontal, its x where it is vertical."""

    at: float
    begin: float
    end: float


class Box(NamedTuple):
    """An upright rectangle."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def area(self) -> float:
        return max(0.0, self.right - self.left) * max(0.0, self.bottom - self.top)

    def holds(self, x: float, y: float) -> bool:
        """Whether a point lies in it."""
        return self.left <= x <= self.right and self.top <= y <= self.bottom

    def overlap(self, other: Box) -> float:
        """The area both cover."""
        width = min(self.right, other.right) - max(self.left, other.left)
        height = min(self.bottom, other.bottom) - max(self.top, other.top)
        return max(0.0, width) * max(0.0, height)


class Boxed:
    """What stands in a box, by its sides."""

    __slots__ = ()
    box: Box

    @property
    def left(self) -> float:
        return self.box.left

    @property
    def right(self) -> float:
        return self.box.right

    @property
    def top(self) -> float:
        return self.box.top

    @property
    def bottom(self) -> float:
        return self.box.bottom


@dataclass(frozen=True, slots=True)
class Sheet:
    """One page."""

    number: int  # 1-based
    width: float
    height: float
    glyphs: Sequence[Glyph]
    across: Sequence[Ruling] = field(default_factory=tuple)  # horizontal
    down: Sequence[Ruling] = field(default_factory=tuple)  # vertical
    pictures: Sequence[Box] = field(default_factory=tuple)
    unmapped: int = 0  # characters whose code means nothing
    back: Affine = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)  # to the page as it is displayed, where that stands askew
    scanned: bool = False  # read from a picture


def moved(box: Box, matrix: Affine) -> Box:
    """The upright box around a box that is turned."""
    a, b, c, d, e, f = matrix
    corners = [(a * x + c * y + e, b * x + d * y + f) for x in (box.left, box.right) for y in (box.top, box.bottom)]
    xs, ys = [x for x, _ in corners], [y for _, y in corners]
    return Box(min(xs), min(ys), max(xs), max(ys))


def around(boxes: Sequence[Box | Glyph]) -> Box:
    """The smallest box around several."""
    return Box(
        min(b.left for b in boxes), min(b.top for b in boxes), max(b.right for b in boxes), max(b.bottom for b in boxes)
    )
