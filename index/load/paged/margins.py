"""Running heads, running feet and page numbers: what stands in the margins of a page and is none of its text. Pure.

In a file of one page only its place tells: within the margin above or below the text, apart from it, in no larger
type. In a longer file what stands at the same place of several pages is one too. On a scan the same place is about the
same, and the same words are read a little differently now and then.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from index.entities.doc_nos import is_doc_no
from index.load.paged.strips import Strip, row_text
from index.markers import marker

Row = Sequence[Strip]
_NUMBER = re.compile(
    r"^[\s\-—–－·.•~]*(?:第\s*)?\d{1,4}\s*(?:页)?(?:\s*[/／，,]?\s*(?:共\s*)?\d{1,4}\s*页?)?[\s\-—–－·.•~]*$"
    r"|^一\s*\d{1,4}\s*一$"  # dashes, read from a picture
    r"|^[\s\-—–－·]*[ivxIVX]{1,6}[\s\-—–－·]*$|^(?:page|p\.)\s*\d{1,4}(?:\s*(?:of|/)\s*\d{1,4})?$",
    re.I,
)
_EDGE = 0.12  # of the page's height in which a running head or a page number may stand
_MARGIN = 0.08  # in which a line can be told to be one without another page
_APART = 1.2  # lines that a head is farther from the text than lines usually are
_LONGEST = 60  # characters
_TEXTUAL = re.compile(
    r"[。；！？：]$|文件$|印发$|(?:通知|决定|意见|公告|通告|批复|函|办法|方案|规定|规划)$|^(?:附件|附表|附录)|^（|\d日$"
)
_MOST_LINES = 2  # of a head
_NEAR = 6  # scanned pages before and after one on which its head may stand again
_LIKE = 80  # of 100, how much of two lines read from pictures is the same where they say the same
_SHIFT = 0.03  # of the page's height by which scanned pages lie differently
_SHORTEST = 4  # characters of a line that can be told by resemblance


@dataclass(frozen=True, slots=True)
class Face:
    """A page: its size in points, its rows from top to bottom, and whether they were read from a picture."""

    width: float
    height: float
    rows: Sequence[Row]
    scanned: bool = False


def without(pages: Sequence[Face]) -> list[list[Row]]:
    """The rows of every page without heads, feet and page numbers."""
    ends = [_ends(page.height, page.rows) for page in pages]
    counts = Counter(key for page, places in zip(pages, ends, strict=True) for key in _keys(page.rows, places))
    several = max(2, min(3, -(-len(pages) // 2)))
    kept: list[list[Row]] = []
    for number, (page, places) in enumerate(zip(pages, ends, strict=True)):
        rows = page.rows
        out = {
            place
            for place in places
            if _is_number(rows, place, page.height)
            or (counts[_key(rows[place])] >= several and not _annex(rows[place]))
            or (page.scanned and _again(pages, ends, number, place) >= several)
        }
        out |= _in_margin(rows, page.height, out)
        kept.append([row for place, row in enumerate(rows) if place not in out])
    return kept


def _again(pages: Sequence[Face], ends: Sequence[Sequence[int]], number: int, place: int) -> int:
    """On how many of the scanned pages around one, and on itself, a line at an edge of it stands."""
    from rapidfuzz.fuzz import ratio

    row, height = pages[number].rows[place], pages[number].height
    said, at = _key(row)[0], row[0].base / height
    if len(said) < _SHORTEST or marker(row_text(row)) is not None:  # items are alike and yet are text
        return 0
    return sum(
        any(
            abs(page.rows[other][0].base / page.height - at) < _SHIFT
            and ratio(said, _key(page.rows[other])[0]) >= _LIKE
            for other in ends[near]
        )
        for near, page in enumerate(pages[: number + _NEAR + 1])
        if near >= number - _NEAR and page.scanned
    )


def _ends(height: float, rows: Sequence[Row]) -> list[int]:
    """Places of the first and last lines that stand at an edge of the page."""
    first = [p for p in range(min(3, len(rows))) if _middle(rows[p]) < _EDGE * height]
    last = [p for p in range(max(0, len(rows) - 3), len(rows)) if _middle(rows[p]) > (1 - _EDGE) * height]
    return sorted({*first, *last})


def _keys(rows: Sequence[Row], places: Sequence[int]) -> set[tuple[str, int]]:
    return {_key(rows[place]) for place in places} - {("", 0)}


def _key(row: Row) -> tuple[str, int]:
    """What a line says, but for a page number at either end, and where it stands."""
    bare = re.sub(r"\s", "", row_text(row))
    shape = re.sub(r"^[—–·\-]?\d{1,4}[—–·\-]?(?!年)|[—–·\-]?\d{1,4}[—–·\-]?$", "0", bare)
    return (shape, round(row[0].base / 4)) if shape else ("", 0)


def _middle(row: Row) -> float:
    return row[0].base - 0.35 * row[0].size


def _is_number(rows: Sequence[Row], place: int, height: float) -> bool:
    return (place in (0, len(rows) - 1)) and bool(_NUMBER.match(row_text(rows[place]).strip()))


def _annex(row: Row) -> bool:
    found = marker(row_text(row))
    return found is not None and found.kind == "附件"


def _in_margin(rows: Sequence[Row], height: float, out: set[int]) -> set[int]:
    """Heads and feet that their place alone tells."""
    text = [place for place in range(len(rows)) if place not in out]
    if len(text) < 2:
        return set()
    size = median(rows[place][0].size for place in text)
    steps = [rows[b][0].base - rows[a][0].base for a, b in itertools.pairwise(text)]
    pitches = [step for step in steps if step > 0.5 * size]
    pitch = median(pitches) if len(pitches) > 1 else 1.5 * size
    side = min(strip.left for place in text for strip in rows[place])  # the margin left of the text
    found: set[int] = set()
    for order, distance in (
        (text, lambda row: min(s.base - 0.88 * s.size for s in row)),
        (text[::-1], lambda row: height - max(s.base + 0.12 * s.size for s in row)),
    ):
        for count in range(1, _MOST_LINES + 1):
            if len(order) <= count:
                break
            head, following = rows[order[count - 1]], rows[order[count]]
            if _textual(head) or not distance(head) < min(_MARGIN * height, 0.75 * side + 0.25 * size):
                break
            if head[0].size > 1.05 * size:
                break
            apart = abs(following[0].base - head[0].base) > _APART * max(pitch, 1.3 * size)
            if apart:
                found |= set(order[:count])
                break
    return found


def _textual(row: Row) -> bool:
    """What a document's first or last line may be: a title, its 文号, a date, an annex's number, a sentence."""
    text = row_text(row).strip()
    bare = "".join(text.split())
    return len(text) > _LONGEST or is_doc_no(bare) or bool(_TEXTUAL.search(bare)) or marker(text) is not None
