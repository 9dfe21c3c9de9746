"""Where clauses stand on the pages of their file: the boxes of their lines, joined where one follows the other. Pure."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from index.schema import Clause, Line, Place
from index.terms import compact

_APART = 0.03  # of a page's height between two lines of one stretch; a double-spaced official page has .02


def places(lines: Sequence[Line], clauses: Sequence[Clause]) -> list[tuple[Place, ...]]:
    """For each clause of a file its stretches on the pages, in reading order; empty where the format has no pages."""
    at = {(line.page, line.number): row for row, line in enumerate(lines) if line.box is not None}
    begins = [at.get((clause.source.page, clause.source.line)) for clause in clauses]
    marks = sorted({begin for begin in begins if begin is not None})
    found: list[tuple[Place, ...]] = []
    for clause, begin in zip(clauses, begins, strict=True):
        if begin is None:
            found.append(())
            continue
        next_one = bisect_right(marks, begin)
        stop = marks[next_one] if next_one < len(marks) else len(lines)
        words = compact(clause.printed)
        # Between two clauses stand headings, which belong to neither.
        own = [line for line in lines[begin + 1 : stop] if (said := compact(line.text)) and said in words]
        found.append(_joined([lines[begin], *own]))
    return found


def _joined(lines: Sequence[Line]) -> tuple[Place, ...]:
    """One place for lines that stand below each other; another begins with a new page or column."""
    found: list[Place] = []
    for line in lines:
        if line.box is None or line.page is None:
            continue
        left, top, right, bottom = line.box
        last = found[-1] if found else None
        if last is not None and last.page == line.page and top >= last.box[1] and top - last.box[3] <= _APART:
            a, b, c, d = last.box
            found[-1] = Place(line.page, (min(a, left), b, max(c, right), max(d, bottom)))
        else:
            found.append(Place(line.page, line.box))
    return tuple(found)
