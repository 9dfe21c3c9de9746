"""A file's rows → documents: where each begins, and which rows are its title. Pure.

A compilation prints each document's title at the top of a page; what follows tells a title from other text: a 文号, an
addressee, or (in a book) the line set closer. A file without such a beginning is one document.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from index.entities.dates import date_line
from index.entities.doc_nos import is_doc_no
from index.entities.traditional import folded
from index.headers import signature
from index.layout import Measure, Row
from index.markers import marker
from index.schema import Line

_TITLE = re.compile(
    r"关于.{2,}(?:通知|批复|意见|决定|决议|函|公告|通告|通报|报告|方案|办法|规定|措施|规划|请示|命令|令)$|印发.{0,3}《.+》|印发.{4,}(?:通知|方案|意见|办法|规划|要点)$"
)
_WHOLE = re.compile(
    r"^[一-鿿、 ]{2,40}(?:部|委|局|厅|院|府|办公室|部门|委员会|行|会)(?:联合)?(?:印发)?关于.{4,80}的(?:通知|批复|意见|决定|公告|通告|通报|请示|报告|函)$"
)
_ENDINGS = ("通知", "批复", "意见", "决定", "函", "公告", "通告", "通报", "办法", "措施", "请示", "》")
_NUMBERED_TITLE = re.compile(
    r"^(.{4,}?[的《].{0,60}?(?:通知|批[复復覆]|意[见見]|[决決]定|函|公告|通告|通[报報]|[办辦]法|方案|措施|》))"
    r"\s*[（(]?\s*([一-鿿]{2,12}\s*[〔\[［【（(]\s*\d{4}\s*[〕\]］】）)]\s*(?:第\s*)?\d+\s*[号號])\s*[)）]?$"
)
_FIRST = 4  # rows of a file, among which its title ends
_LONGEST_TITLE = 160  # characters, with its number
_ADDRESSEE = re.compile(r"[：:]\s*$")
_CONTENTS = re.compile(r"^目\s*[录次]$")
_LEADERS = re.compile(r"[.．·…]{3,}\s*\d*\s*$|\s\d{1,3}\s*$")
_PAGED = re.compile(r"(?:[.．·]{4,}|…{2,})\s*\d{1,4}\s*$")
_HEADINGS = ("编", "分编", "章", "节", "前言", "附件", "一、", "（一）")
_LABEL = re.compile(r"[：:](?![^《]*》)")
_LABELLED = re.compile(
    r"^(?:索\s*引\s*号|发文字号|公文字号|文\s*号|发布机构|发文机关|发文单位|成文日期|发布日期|印发日期|生效日期|主题分类|主\s*题\s*词|公文种类|有\s*效\s*性"
    r"|信息分类|体裁分类|时\s*效\s*性?|来\s*源)\s*[：:]|^【字体"
)
_MAX_TITLE = 9  # rows, of which most may be issuers
_MAX_FRONT = 25  # rows


@dataclass(frozen=True, slots=True)
class Part:
    """One document's rows; its title lines apart, table-of-contents remains dropped."""

    title: str  # printed title lines, joined as they stand
    title_lines: tuple[Line, ...]
    rows: tuple[Row, ...]  # everything below the title
    dropped: tuple[Line, ...]
    front: tuple[Row, ...] = ()  # above the title: letterhead, 文号, what a web page prints there


def split(found: Sequence[Row], set_in: Measure) -> list[Part]:
    """Cut a file's rows into documents."""
    found = [piece for place, row in enumerate(found) for piece in _unglued(row, place)]
    starts = _starts(found, set_in)
    if not starts and (head := _labels(found)):
        starts = [(head, _plain_title(found[head:]))]
    first = starts[0][0] if starts else len(found)
    front = found[:first] if starts and _is_front(found[:first]) else []
    if first and not front:
        starts = [(0, _plain_title(found[:first])), *starts]  # text before the first title is a document of its own
    parts = []
    for place, (begin, title_rows) in enumerate(starts):
        end = starts[place + 1][0] if place + 1 < len(starts) else len(found)
        below, dropped = _without_contents(found[begin + title_rows : end])
        top = found[begin : begin + title_rows]
        title = _title_text([row.text for row in top])
        above = tuple(front) if place == 0 else ()
        parts.append(Part(title, tuple(row.line for row in top), tuple(below), tuple(dropped), above))
    return parts


def _unglued(row: Row, place: int) -> list[Row]:
    """A title with its 文号 on the same line (…的通知 屏文〔2025〕3号) → a row each; only where a title may stand,
    since lists of documents have such lines too."""
    first = (place < _FIRST or row.page_top) and len(row.text) <= _LONGEST_TITLE and row.text[0] not in "《（("
    match = _NUMBERED_TITLE.match(row.text) if first else None
    if match is None or marker(row.text) is not None:
        return [row]
    title, number = match[1].rstrip(), match[2]
    below = replace(row, text=number, line=replace(row.line, text=number), gap=0, page_top=False, heading=0)
    return [replace(row, text=title, line=replace(row.line, text=title)), below]


def _title_text(lines: Sequence[str]) -> str:
    """Title lines joined as they stand, but for a blank between issuers that have a line each."""
    title = ""
    for place, line in enumerate(lines):
        after = lines[place + 1] if place + 1 < len(lines) else ""
        apart = signature(line) and re.match(r"^[一-鿿]{2,20}?(?:府|委|局|厅|部|院|会|办|署|室)(?:$|关于|\s)", after)
        title += line + (" " if apart else "")
    return title


def _labels(found: Sequence[Row]) -> int:
    """How many rows at the top are what a web page prints above a title: 索引号：…, 发文字号：…."""
    labelled = (place for place, row in enumerate(found) if not _LABELLED.match(row.text))
    return min(next(labelled, 0), _MAX_FRONT)


def _is_front(found: Sequence[Row]) -> bool:
    """Letterhead rather than a text: short lines without a sentence."""
    return 0 < len(found) <= _MAX_FRONT and all(len(row.text) <= 60 and "。" not in row.text for row in found)


def _starts(found: Sequence[Row], set_in: Measure) -> list[tuple[int, int]]:
    """(first row, number of title rows) of every document whose beginning is recognised."""
    starts: list[tuple[int, int]] = []
    place = 0
    while place < len(found):
        size = _title_size(found, place, set_in)
        if size:
            starts.append((place, size))
            place += size
        else:
            place += 1
    return starts


def _title_size(found: Sequence[Row], place: int, set_in: Measure) -> int:
    """How many rows from `place` on are the title of a document; 0 if none begins there."""
    if not _may_begin(found, place, set_in):
        return 0
    joined = shorter = ""
    for size in range(1, _MAX_TITLE + 1):
        if place + size > len(found):
            return 0
        row = found[place + size - 1]
        if size > 1 and (row.page_top or (row.indented and set_in.indents)):
            return 0
        if _LABEL.search(row.text) or _stands_apart(row.text):
            return 0
        if shorter and "".join(row.text.split()).endswith(shorter):
            return 0  # a page's headline above the title
        joined += "".join(row.text.split())
        if len(joined) > 160 or "。" in joined or "；" in joined:
            return 0
        following = found[place + size] if place + size < len(found) else None
        if _TITLE.search(folded(joined)) and _title_ends(joined, row, following, set_in):
            numbered = following is not None and is_doc_no(following.text)
            sure = numbered or place == 0 or found[place].page_top or not set_in.margin or _WHOLE.match(folded(joined))
            return size if sure else 0
        shorter = joined if _TITLE.search(folded(joined)) else shorter
    return 0


def _stands_apart(text: str) -> bool:
    """Date, 文号 or letterhead: above or below a title, never in it."""
    return date_line(text) is not None or is_doc_no(text) or text.endswith("文件")


def _may_begin(found: Sequence[Row], place: int, set_in: Measure) -> bool:
    row = found[place]
    if marker(row.text) is not None or len(row.text) < 4 or _ADDRESSEE.search(row.text) or row.text[0] in "（(":
        return False
    # Where no page top shows it, a title may follow any finished line, if a 文号 (or addressee) follows it.
    if place == 0 or row.page_top:
        return True
    before = found[place - 1]
    return (
        before.text[-1] in "。）)"
        or is_doc_no(before.text)
        or (not set_in.full(before.width) and before.text[-1] not in "，、")
    )


def _title_ends(joined: str, row: Row, following: Row | None, set_in: Measure) -> bool:
    """Whether the title is complete: what follows is a 文号, an addressee, or a line set closer."""
    if following is None:
        return False
    if is_doc_no(following.text):
        return True
    if not folded(joined).endswith(_ENDINGS) and set_in.margin == 0:
        return False
    if set_in.margin and following.gap < row.gap and not following.page_top and following.gap < 2:
        return True
    least = 12 if set_in.margin else 30
    if _WHOLE.match(folded(joined)) and len(following.text) > least and re.search(r"[，。、]", following.text):
        return True  # a line that is a title from issuer to 的通知, with prose below it
    return bool(_ADDRESSEE.search(following.text)) and len(following.text) < 200 and folded(joined).endswith(_ENDINGS)


def _plain_title(found: Sequence[Row]) -> int:
    """How many rows of a file without recognised beginnings are its title: a short first line, or two."""
    if not found or found[0].width > 100 or re.search(r"[。；，,;]$", found[0].text) or marker(found[0].text):
        return 0
    if len(found) < 2 or "\t" in found[0].text or (found[0].heading > 1 and "\t" in found[1].text):
        return 0  # a table's row, or the heading of a table (a spreadsheet's name), is no title
    # A long title goes on in a second short line with no break between.
    second = found[1]
    wraps = (
        found[0].width >= 36
        and second.width <= 44
        and second.gap <= found[0].gap
        and not second.indented
        and marker(second.text) is None
        and not re.search(r"[。；：:，]", second.text)
        and not second.heading
        and not is_doc_no(second.text)
        and not second.text.startswith(("（", "("))
    )
    return 2 if wraps else 1


def _without_contents(found: Sequence[Row]) -> tuple[list[Row], list[Line]]:
    """The rows without a table of contents and what page breaks left of one."""
    kept: list[Row] = []
    dropped: list[Line] = []
    place = 0
    while place < len(found):
        row = found[place]
        if _CONTENTS.match(row.text):
            end = _contents_end(found, place + 1)
            dropped += [r.line for r in found[place:end]]
            place = end
        else:
            kept.append(row)
            place += 1
    return _without_remains(kept, dropped)


def _contents_end(found: Sequence[Row], place: int) -> int:
    """The first row behind a table of contents: the first that is no entry, or that repeats the first entry."""
    first = None
    while place < len(found):
        text = _LEADERS.sub("", found[place].text).strip()
        entry = marker(text)
        bare = "".join(text.split())
        led = bool(_PAGED.search(found[place].text))  # dots and a page number: an entry whatever its numbering
        if bare == first or not (led or (entry and entry.kind in _HEADINGS and len(text) <= 45 and "。" not in text)):
            return place
        first = first or bare
        place += 1
    return place


def _without_remains(found: list[Row], dropped: list[Line]) -> tuple[list[Row], list[Line]]:
    """A 节 before the first 章, followed by no text of its own, is left over from a table of contents."""
    kinds = [marker(row.text) for row in found]
    chapters = [place for place, mark in enumerate(kinds) if mark is not None and mark.kind == "章"]
    if not chapters:
        return found, dropped
    remains = {
        place
        for place, (mark, following) in enumerate(itertools.pairwise(kinds[: chapters[0] + 1]))
        if mark is not None and mark.kind == "节" and following is not None
    }
    return [r for i, r in enumerate(found) if i not in remains], dropped + [found[i].line for i in sorted(remains)]
