"""What stands on a page in reading order: one column after the other, between what reaches over both. Pure."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from statistics import median
from typing import Protocol, TypeVar

_STEP = 2.0  # points
_STEPS = 5_000  # tried at most: what stands a mile off the page makes no page a mile wide
_LEAST_ROWS = 3  # of a column
_FILLED = 0.6  # of a column's width that its usual line takes; table cells take less
_NARROWEST = 0.18  # of the width of the text, for a column
_DEEPEST = 2  # gutters within gutters: four columns


class Item(Protocol):
    """Something with a place on the page."""

    @property
    def left(self) -> float: ...
    @property
    def right(self) -> float: ...
    @property
    def top(self) -> float: ...
    @property
    def bottom(self) -> float: ...


I = TypeVar("I", bound=Item)  # noqa: E741


def ordered(items: Sequence[I], depth: int = 0) -> list[list[I]]:
    """Blocks in reading order; a block is one column, or what stands between the columns, its items top to bottom."""
    items = sorted(items, key=lambda item: (item.top, item.left))
    gutter = _gutter(items) if depth <= _DEEPEST else None
    if gutter is None:
        return [items] if items else []
    blocks: list[list[I]] = []
    band: list[I] = []
    for item in [*items, None]:
        if item is not None and not item.left < gutter < item.right:
            band.append(item)
            continue
        left = [other for other in band if other.right <= gutter]
        right = [other for other in band if other.left >= gutter]
        if min(len(left), len(right)) < _LEAST_ROWS:
            blocks.append(band)
        else:
            blocks += ordered(left, depth + 1) + ordered(right, depth + 1)
        if item is not None:
            blocks.append([item])
        band = []
    return _joined(blocks)


def _joined(blocks: Sequence[list[I]]) -> list[list[I]]:
    """Blocks that follow one another downwards on the page are one."""
    out: list[list[I]] = []
    for block in blocks:
        if not block:
            continue
        if out and len(block) == 1 and len(out[-1]) == 1 and block[0].top >= out[-1][-1].top:
            out[-1].extend(block)
        else:
            out.append(list(block))
    return out


def _gutter(items: Sequence[Item]) -> float | None:
    """The x that parts two columns of running text; None where there is one column, or a table set without rulings."""
    if len(items) < 2 * _LEAST_ROWS:
        return None
    begin, end = min(i.left for i in items), max(i.right for i in items)
    width = end - begin
    best: tuple[int, float, float] | None = None  # (items crossed, −width of the gap, its middle)
    x = begin + _NARROWEST * width
    step = max(_STEP, width / _STEPS)
    gap: list[float] = []
    fewest = None
    places = []
    lefts, rights = sorted(item.left for item in items), sorted(item.right for item in items)
    while x < end - _NARROWEST * width:
        places.append((bisect_left(lefts, x) - bisect_right(rights, x), x))  # begun, less those that have ended
        x += step
    for crossed, x in [*places, (len(items) + 1, end)]:
        if gap and crossed == fewest:
            gap.append(x)
            continue
        if gap:
            middle = (gap[0] + gap[-1]) / 2
            candidate = (fewest or 0, gap[0] - gap[-1], middle)
            if _columns(items, middle, width) and (best is None or candidate < best):
                best = candidate
        gap, fewest = [x], crossed
    return best[2] if best else None


def _columns(items: Sequence[Item], gutter: float, width: float) -> bool:
    """Whether what stands on both sides is running text: lines that begin at one place and fill their column."""
    left = [item for item in items if item.right <= gutter]
    right = [item for item in items if item.left >= gutter]
    if min(len(left), len(right)) < _LEAST_ROWS or len(items) - len(left) - len(right) > max(len(left), len(right)):
        return False
    for side in (left, right):
        begin, end = min(i.left for i in side), max(i.right for i in side)
        if end - begin < _NARROWEST * width or median(i.right - i.left for i in side) < _FILLED * (end - begin):
            return False
    # Columns stand beside each other for most of their height.
    top, bottom = (
        max(min(i.top for i in s) for s in (left, right)),
        min(max(i.bottom for i in s) for s in (left, right)),
    )
    beside = [sum(i.bottom > top and i.top < bottom for i in side) for side in (left, right)]
    return min(beside) >= _LEAST_ROWS
