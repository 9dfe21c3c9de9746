"""Where a document's covering notice ends and its body begins. Pure.

A 印发通知 is followed by the policy, which prints its own title again: that line is the boundary. A document issued
directly has a head instead: 文号, addressee, and the sentence that leads to what follows (现批复如下：).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from index.entities.dates import date_line
from index.entities.doc_nos import is_doc_no, order_no
from index.headers import is_adoption, repair_quotes, signature, spaces
from index.layout import Paragraph, Row
from index.markers import marker, number

_LEADS = re.compile(r"(?:如下|以下\S{0,6})[。：:]$")
_DISTRIBUTION = re.compile(r"^[（(](?:此件|公开|主动公开|依申请公开|不予公开)")
_OTHER_TITLE = re.compile(r"^(?:附\s*件|现将|《?关于)|[：:，。；,;]$")
_NO_TITLE = re.compile(r"^(?:附\s*件|现将)|[：:，。；,;]$")
_MAX_HEAD = 160  # characters of an opening that still is a document's head; a longer one is its preamble
_FAR = 400  # rows: no notice is longer
_ORDER_ROWS = 40  # an order and the title of what it enacts
_ENACTS = re.compile(r"《([^《》]+)》.{0,60}(?:公布|发布|颁布|印发|施行)")
_ALIKE, _LIKELY = 88.0, 70.0  # ratio of two titles: of one policy anywhere, and where the place says so too
_SUBTITLE = re.compile(r"^[—─―－-]{2}[^。；]{4,60}$")
_TITLE_TAIL = re.compile(
    r"^[（(](?:\d{4}\s*年?\s*[—–\-－~～至]+\s*\d{4}\s*年?|(?:暂行|试行|修订|\d{4}\s*年(?:版|修订)?)[^（()）]{0,4})[)）]$"
)
_COVER_DATE = re.compile(r"^\d{4}\s*年\s*\d{1,2}\s*月$")


@dataclass(frozen=True, slots=True)
class BodyTitle:
    """The rows [begin, end) that print the policy's title again, and that title without blanks."""

    begin: int
    end: int
    text: str


def body_title(found: Sequence[Row], own: str) -> BodyTitle | None:
    """The one to five rows that repeat the policy's title `own` before its body; None if nowhere repeated."""
    from rapidfuzz import fuzz

    wanted = _plain(own)
    best: tuple[float, int, int] | None = None
    for place in range(min(len(found), _FAR)):
        joined = ""
        for size in range(1, 6):
            if place + size > len(found) or len(joined) > len(wanted) + 12:
                break
            joined += _plain(found[place + size - 1].text)
            if len(joined) < 6 or (abs(len(joined) - len(wanted)) > 12 and not wanted.startswith(joined)):
                continue
            last = found[place + size - 1].text
            if found[place].text.startswith("《") != last.endswith("》") and "《" not in own:
                continue  # a title that the notice mentions, cut by a line's end
            other = (
                not wanted.startswith("关于") and _OTHER_TITLE.search(found[place].text) and not _named(joined, wanted)
            )
            if "。" in joined or other:
                continue
            # A list's own name may be the first part of the title it was issued under.
            part = wanted.startswith(joined) and len(joined) >= 0.6 * len(wanted)
            score = max(fuzz.ratio(joined, wanted) if joined[-2:] == wanted[-2:] else 0.0, _ALIKE if part else 0.0)
            # Right below the notice's date stands the policy's title, however freely the notice names it.
            below_date = place > 0 and is_closing_line(found[place - 1].text) and not _NO_TITLE.search(last)
            least = _LIKELY if below_date or _named(joined, wanted) else _ALIKE
            if score >= least and marker(found[place].text) is None and (best is None or score > best[0]):
                best = (score, place, size)
    if best is None:
        return None
    _, begin, size = best
    text = repair_quotes(spaces("".join(row.text for row in found[begin : begin + size])))
    end = begin + size
    if end < len(found) and not text.endswith(("）", ")")) and _TITLE_TAIL.match(found[end].text):
        text, end = text + spaces(found[end].text), end + 1
    while end < len(found) and _COVER_DATE.match(found[end].text):
        end += 1  # a plan's cover prints its month below the title
    return BodyTitle(begin, end, text[1:-1] if text.startswith("《") and text.endswith("》") else text)


def _named(title: str, named: str) -> bool:
    """关于优化服务的实施意见, which a notice may name 优化服务实施意见."""
    return title.startswith("关于") and title.removeprefix("关于").replace("的", "") == named.replace("的", "")


def enacted_title(found: Sequence[Row]) -> str | None:
    """The title of what an order or announcement enacts: named in 《》 as 公布 or 发布, and printed again below."""
    for row in found[:_ORDER_ROWS]:
        match = _ENACTS.search(row.text)
        if match and any(_plain(other.text) == _plain(match[1]) for other in found[:_ORDER_ROWS]):
            return match[1]
    return None


def says_it_itself(found: Sequence[Row]) -> bool:
    """Whether a notice that issues a policy holds it in its own numbered paragraphs: the one signature and date end the
    text, so that no other text follows the notice."""
    rows = [row.text for row in found]
    while rows and _DISTRIBUTION.match(rows[-1]):
        rows.pop()
    if len(rows) < 3 or date_line(rows[-1]) is None or not signature(rows[-2]):
        return False
    return not any(date_line(text) for text in rows[:-1]) and any(marker(text) for text in rows[:-2])


def attached(found: Sequence[Row], title: str) -> list[str]:
    """The titles of texts printed behind a document that names them, as a plan behind the 批复 that approves it: below
    its date, with a numbering of their own."""
    titles = []
    for place in range(1, len(found) - 1):
        text = found[place].text
        bare = _plain(text)
        if len(bare) < 6 or marker(text) is not None or date_line(found[place - 1].text) is None:
            continue
        named = any(f"《{bare}》" in "".join(row.text.split()) for row in found[:place]) or bare in _plain(title)
        below = marker(found[place + 1].text)
        if named and below is not None and number(below.label) == 1:
            titles.append(text)
    return titles


def head_end(opening: Sequence[Paragraph], issues_another: bool, titled: bool) -> int:
    """How many opening paragraphs belong to the notice of a document that does not repeat a title.

    `issues_another`: its title says that it issues another text (印发《…》), so that all before the body is notice.
    """
    head = 0
    while head < len(opening) and (
        is_head_line(opening[head].text) or (titled and _SUBTITLE.match(opening[head].text))
    ):
        head += 1
    numbered = (i for i, p in enumerate(opening) if i >= head and (marker(p.text) is not None or p.heading))
    first = next(numbered, len(opening))
    for place, paragraph in enumerate(opening[:first]):
        if _LEADS.search(paragraph.text):
            return place + 1
    dated = next((i for i, p in enumerate(opening[:first]) if date_line(p.text) is not None), None)
    if issues_another and dated is not None:
        end = dated + 1
        while end < first and _DISTRIBUTION.match(opening[end].text):
            end += 1
        return end
    if issues_another:
        return first
    if not titled:
        return 0
    short = sum(len(p.text) for p in opening[head:first]) <= _MAX_HEAD
    return first if head and short and first < len(opening) else head


def is_head_line(text: str) -> bool:
    """文号, addressee, date, or a note in brackets or on adoption: what stands between a title and its text."""
    bare = "".join(text.split())
    if (mark := marker(text)) is not None and mark.kind in ("条", "一、"):
        return False  # 第一条 有下列情形之一的： is no addressee
    return (
        is_doc_no(bare)
        or order_no(bare) is not None
        or bare.endswith(("：", ":"))
        or date_line(text) is not None
        or (bare[:1] in "（(" and bare[-1:] in "）)")
        or is_adoption(text)
    )


def is_closing_line(text: str) -> bool:
    """Date or distribution mark (（此件公开发布）)."""
    return date_line(text) is not None or (bool(_DISTRIBUTION.match(text)) and len(text) < 30)


def _plain(text: str) -> str:
    return "".join(text.split()).strip("《》").translate(str.maketrans("“”＂()", '"""（）'))
