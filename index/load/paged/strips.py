"""Glyphs → strips of text on one line, cut where a gap is too wide for a blank. Pure."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from index.load.paged.sheet import Box, Boxed, Glyph

GAP = 1.1  # em between two glyphs of a line; a wider one parts columns or cells (a full-width blank is 1)
_BLANK = 0.2  # em between two Latin letters or figures; a wider gap is a blank
_LATIN = re.compile(r"[0-9A-Za-z]")
_SAME_LINE = 0.35  # em between base lines


@dataclass(frozen=True, slots=True)
class Strip(Boxed):
    """Glyphs that stand on one line without a wide gap."""

    glyphs: tuple[Glyph, ...]  # left to right, none of them blank
    text: str
    box: Box
    base: float
    size: float

    @property
    def doubtful(self) -> bool:
        return any(glyph.doubtful for glyph in self.glyphs)


def rows(glyphs: Iterable[Glyph]) -> list[list[Strip]]:
    """The lines from top to bottom, each as its strips from left to right."""
    return [_strips(line) for line in _lines(glyphs)]


def row_text(row: Sequence[Strip]) -> str:
    """The words of a line, a blank at each wide gap."""
    return " ".join(strip.text for strip in row)


def _runs(glyphs: Iterable[Glyph]) -> list[list[Glyph]]:
    """Glyphs printed one after the other on one base line."""
    runs: list[list[Glyph]] = []
    for glyph in glyphs:
        last = runs[-1][-1] if runs else None
        if (
            last is not None
            and abs(glyph.base - last.base) < 0.1 * glyph.size
            and -0.5 * glyph.size < glyph.left - last.right < GAP * glyph.size
        ):
            runs[-1].append(glyph)
        else:
            runs.append([glyph])
    return runs


def _lines(glyphs: Iterable[Glyph]) -> list[list[Glyph]]:
    """Runs that share a base line, raised and lowered small type with them; top to bottom."""
    runs = sorted(_runs(glyphs), key=lambda run: (-_size(run), run[0].base))
    lines: list[tuple[float, float, list[Glyph]]] = []  # (base, size, glyphs), in order of base
    # Large type first: what is small joins the line it is set beside, and never the other way round.
    bases: list[float] = []
    for run in runs:
        base, size = run[0].base, _size(run)
        place = _nearest(bases, base, lines, size, run)
        if place is None:
            at = bisect_left(bases, base)
            bases.insert(at, base)
            lines.insert(at, (base, size, list(run)))
        else:
            lines[place][2].extend(run)
    return [line for _, _, line in lines]


def _nearest(
    bases: Sequence[float],
    base: float,
    lines: Sequence[tuple[float, float, list[Glyph]]],
    size: float,
    run: Sequence[Glyph],
) -> int | None:
    """The line a run belongs to: of the same base, or, for small type, one it touches."""
    at = bisect_left(bases, base)
    best: tuple[float, int] | None = None
    for place in range(max(0, at - 3), min(len(lines), at + 3)):
        other, height, members = lines[place]
        off = abs(other - base)
        small = size < 0.75 * height
        beside = small and -0.3 * height <= other - base < 0.6 * height
        near = off < _SAME_LINE * max(size, 0.6 * height) or beside
        if near and (not small or _touches(members, run, height)) and (best is None or off < best[0]):
            best = (off, place)
    return best[1] if best else None


def _touches(members: Sequence[Glyph], run: Sequence[Glyph], size: float) -> bool:
    left, right = run[0].left, run[-1].right
    return any(abs(g.right - left) < 0.6 * size or abs(g.left - right) < 0.6 * size for g in members)


def _size(run: Sequence[Glyph]) -> float:
    return run[0].size


def _strips(line: Sequence[Glyph]) -> list[Strip]:
    ordered = sorted(line, key=lambda glyph: (glyph.left, glyph.right))
    strips: list[list[Glyph]] = []
    blank = False  # a blank that is printed as such
    texts: list[str] = []
    for glyph in ordered:
        if not glyph.text.strip():
            blank = True
            continue
        last = strips[-1][-1] if strips else None
        if last is not None and last.text == glyph.text and glyph.left - last.left < 0.3 * glyph.size:
            continue  # printed twice to look bold
        gap = glyph.left - last.right if last is not None else 0.0
        if last is None or gap > GAP * max(glyph.size, last.size):
            strips.append([glyph])
            texts.append(glyph.text)
        else:
            letters = _LATIN.match(last.text) and _LATIN.match(glyph.text)
            apart = (blank and gap > 0.1 * glyph.size) or gap > (_BLANK if letters else 0.8) * glyph.size
            strips[-1].append(glyph)
            texts[-1] += (" " if apart else "") + glyph.text
        blank = False
    return [_strip(members, text) for members, text in zip(strips, texts, strict=True)]


def _strip(members: Sequence[Glyph], text: str) -> Strip:
    box = Box(
        members[0].left, min(g.top for g in members), max(g.right for g in members), max(g.bottom for g in members)
    )
    size = median(g.size for g in members)
    return Strip(tuple(members), text, box, median(g.base for g in members), size)
