"""Tables of projects printed in narrow columns (place, name, content, two years, figures, remark) → cells. Pure.

Cells wrap every few characters, figures too (202 / 3, 5. / 7); some rows come out with the first line of every cell on
one. A figure is put together only where one reading is possible, and all figures of a group are given up where they do
not make the sum that is printed above it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from index.entities.dates import CENTURY
from index.layout import columns as width

if TYPE_CHECKING:
    from index.tables import TableRow

_YEAR = re.compile(rf"^{CENTURY}$")
_PIECE = re.compile(r"^(?:[\d.]+|[—–-]+)$")
_FIGURE = re.compile(r"^\d+(?:\.\d{1,2})?$")
_BEGINS = re.compile(r"^(?:建设|按|整治|渠化|完善|改扩建|改造|新建|拟建|推进|通过|实施)")
_NAMED = re.compile(r"(?:工程|枢纽|建设|项目|中心|锚地|码头|改造|[段期）)])$")
_COMMON = 5  # rows that print a place for it to be known as one
_OFF = Decimal("1.5")  # what the figures of a group may be off its printed sum, which is rounded


@dataclass(slots=True)
class _Cells:
    place: str
    name: str
    content: str
    begin: str
    end: str
    figures: list[str]
    remark: str = ""


def shape(names: Sequence[str]) -> tuple[str, ...] | None:
    """The columns of such a table, from the names of its header; None for another."""
    two = [name for name in names if name.endswith("年")]
    span = next((at for at, name in enumerate(names) if name.endswith("年限")), None)
    if span is None or len(two) != 2 or tuple(names[-2:]) != tuple(two) or span != 4 or names[0] != "序号":
        return None
    columns = (*names[:span], *two, *names[span + 1 : -2])
    figures = [name for name in columns[6:] if re.search(r"[（(]", name)]
    return columns if len(figures) == 2 and len(columns) in (8, 9) else None


def read(rows: Sequence[TableRow], count: int) -> dict[int | None, tuple[str, ...]]:
    """Row number → its cells, `count` of them; rows that cannot be read are left out."""
    numbered = [row for row in rows if row.number is not None]
    opening = Counter(piece for row in numbered for piece in dict.fromkeys(_pieces(row)[:3]))
    places = {piece for piece, n in opening.items() if n >= _COMMON}
    found: dict[int | None, _Cells] = {}
    above, group = "", None  # the wider place of a merged cell holds for the rows below it, within their group
    for row in numbered:
        above, group = above if row.group == group else "", row.group
        own = _row(row, places)
        if own is None:
            continue
        wider = own.place.split(" ")
        above = wider[0] if len(wider) > 1 else above
        own.place = own.place if len(wider) > 1 or not above else f"{above} {own.place}"
        found[row.number] = own
    _check(numbered, found)
    return {
        n: (str(n), c.place, c.name, c.content, c.begin, c.end, *c.figures, c.remark)[:count] for n, c in found.items()
    }


def _pieces(row: TableRow) -> list[str]:
    first = re.sub(rf"^{row.number}\s*", "", row.lines[0])
    return [*first.split(), *row.lines[1:]]


def _row(row: TableRow, places: set[str]) -> _Cells | None:
    first = re.sub(rf"^{row.number}\s*", "", row.lines[0]).split()
    if sum(bool(_YEAR.match(part)) for part in first):
        return _on_one_line(first, row.lines[1:], places)
    pieces = _pieces(row)
    at = next((i for i, piece in enumerate(pieces[:3]) if piece in places), None)
    years = next((i for i, piece in enumerate(pieces) if _YEAR.match(piece.split()[0])), None) if pieces else None
    if at is None or years is None or years <= at + 1:
        return None
    tokens: list[str] = []
    rest = pieces[years:]
    while rest and all(_PIECE.match(part) for part in rest[0].split()):
        tokens += rest.pop(0).split()
    told = _figures(tokens)
    cut = bool(rest) and _splits(rest[0])  # a page ends within the row: both cells go on behind its figures
    if (parts := _name_and_content(pieces[at + 1 : years], cut)) is None or told is None:
        return None
    begin, end, figures = told
    name, content = parts
    if cut:
        own, _, other = rest[0].partition(" ")
        name, content, rest = name + own, content + other, rest[1:]
    remark = "".join(rest) if figures[1] == "—" else ""
    return _Cells(
        " ".join(pieces[: at + 1]), name, content + ("" if remark else "".join(rest)), begin, end, figures, remark
    )


def _splits(line: str) -> bool:
    """Whether a line holds the ends of two cells: words set apart by a blank that stands beside no figure."""
    return bool(re.search(r"[一-鿿）] [一-鿿（]", line))


def _name_and_content(lines: Sequence[str], cut: bool) -> tuple[str, str] | None:
    """The name's lines end with the first that stops short of its column, or where a name ends and a verb begins; of
    one that is `cut`, where a verb begins."""
    full = max(width(line) for line in lines[:2])
    if cut:
        begins = next((at for at, line in enumerate(lines) if at and _BEGINS.match(line)), None)
        return ("".join(lines[:begins]), "".join(lines[begins:])) if begins else None
    for at, line in enumerate(lines):
        following = lines[at + 1] if at + 1 < len(lines) else ""
        if not following:
            return None
        if width(line) < full - 1 or (_NAMED.search(line) and _BEGINS.match(following)):
            return "".join(lines[: at + 1]), "".join(lines[at + 1 :])
    return None


def _on_one_line(first: Sequence[str], lines: Sequence[str], places: set[str]) -> _Cells | None:
    """A row whose first line holds the first line of every cell; the rest of each follows, cell by cell."""
    at = next((i for i, piece in enumerate(first[:2]) if piece in places), None)
    year = next(i for i, piece in enumerate(first) if _YEAR.match(piece))
    if at is None or year < at + 3 or len(first) != year + 4:
        return None
    name, content = first[at + 1], "".join(first[at + 2 : year])
    end, total, part = first[year + 1 :]
    lines = list(lines)
    tail: list[str] = []
    while lines and all(_PIECE.match(piece) for piece in lines[-1].split()):
        tail[:0] = lines.pop().split()
    full = width(name)
    while lines:
        line = lines.pop(0)
        if _splits(line):
            own, _, other = line.partition(" ")
            name, content = name + own, content + other
            break
        name += line
        if width(line) < full - 1:
            break
    content += "".join(lines)
    if len(end) == 3 and tail:
        end += tail.pop(0)
    total += "".join(tail)
    if not _YEAR.match(end) or not _FIGURE.match(total) or not _FIGURE.match(part) or Decimal(part) > Decimal(total):
        return None
    return _Cells(" ".join(first[: at + 1]), name, content, first[year], end, [total, part])


def _figures(tokens: Sequence[str]) -> tuple[str, str, list[str]] | None:
    """(first year, last year, the two figures) put together from their pieces, the first as long as it can be."""
    if len(tokens) < 4:
        return None
    begin, end, *rest = tokens
    if len(end) == 3:
        end, rest = end + rest[0], rest[1:]
    if not _YEAR.match(begin) or not _YEAR.match(end):
        return None
    for cut in range(len(rest) - 1, 0, -1):
        total, part = "".join(rest[:cut]), "".join(rest[cut:])
        dash = not part.strip("—–-")
        if _FIGURE.match(total) and (dash or (_FIGURE.match(part) and Decimal(part) <= Decimal(total))):
            return begin, end, [total, "—" if dash else part]
    return None


def _check(rows: Sequence[TableRow], found: dict[int | None, _Cells]) -> None:
    """Rows of a group whose figures do not make its printed sum are taken out (in place)."""
    for group in dict.fromkeys(row.group for row in rows if row.group):
        printed = re.findall(r"(?<=\s)\d+(?:\.\d+)?", group)
        own = [row.number for row in rows if row.group == group]
        if len(printed) != 2 or not all(number in found for number in own):
            continue
        for at, wanted in enumerate(printed):
            made = sum((Decimal(found[n].figures[at]) for n in own if found[n].figures[at] != "—"), Decimal(0))
            if abs(made - Decimal(wanted)) > _OFF:
                for number in own:
                    found.pop(number, None)
                return
