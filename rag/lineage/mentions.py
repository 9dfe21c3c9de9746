"""Where a text names documents: 《…》 with its （文号） and its 以下简称, and bare 文号. Pure.

Only the outermost title is a mention: 《关于印发〈甲〉的通知》 names one notice, and what it issues is read from its
name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_PAIRS = {"《": "》", "〈": "〉", "<": ">", "＜": "＞"}
_LONGEST = 160  # characters of a title, line breaks counted; what is longer lacks its closing mark
_NUMBER = (
    r"[一-鿿]{2,14}\s*[〔\[［【]\s*(?:19|20)\d{2}\s*[〕\]］】]\s*(?:第\s*)?\d{1,5}\s*号"
    r"|[一-鿿]{2,24}(?:令|公告)\s*(?:[12]\d{3}\s*年\s*)?第\s*\d{1,5}\s*号"
)
_BARE = re.compile(_NUMBER)
_LETTERS = re.compile(r"[一-鿿]+")
# Words that run into a bare 文号: 根据海府发〔2020〕5号.
_BEFORE = re.compile(
    r"^.*(?:根据|依据|按照|依照|遵照|参照|贯彻|落实|执行|实施|废止|代替|替代|文件|印发|发布|公布|转发|同意|通过|决定|通知|意见|[日的号])"
)
_BESIDE = re.compile(rf"\s*[（(]\s*({_NUMBER})\s*(?:[，,；;、]|[)）])")
_BRACKET = re.compile(r"\s*[（(][^（）()]*[)）]")
_SHORT = re.compile(
    r"\s*(?:[（(][^（）()《》]{0,30}[)）]\s*)?[（(](?:[^（）()《》]{0,30}?[，,；;])?"
    r"(?:以下|下文|后文)?(?:统|合|并)?(?:简|下)?称(?:为|作)?[：:]?\s*[“\"]?"
    r"(?:《([^《》（）()]{1,30})》|([^《》（）()“”\"]{1,30}))[”\"]?[)）]"
)


@dataclass(frozen=True, slots=True)
class Mention:
    """A document named at text[start:stop]."""

    name: str  # as printed between the marks; empty for a bare 文号
    doc_no: str | None  # the 文号 printed beside it
    short: str | None  # what it is 以下简称
    start: int
    stop: int
    after: int  # behind 文号 and 以下简称, where the sentence goes on


def mentions(text: str) -> list[Mention]:
    """Every document a text names, in order, none within another."""
    found: list[Mention] = []
    for start, stop in _titles(text):
        if found and start < found[-1].after:
            continue  # its own 以下简称《…》
        number, short = _BESIDE.match(text, stop), _SHORT.match(text, stop)
        after = stop
        while bracket := _BRACKET.match(text, after):
            after = bracket.end()
        called = (short[1] or short[2]).strip() if short else None
        found.append(Mention(text[start + 1 : stop - 1], number[1] if number else None, called, start, stop, after))
    taken = [(m.start, m.after) for m in found]
    for match in _BARE.finditer(text):
        if any(start <= match.start() < stop for start, stop in taken):
            continue
        lettered = _LETTERS.match(match[0])
        assert lettered is not None  # every 文号 begins with its office’s characters
        letters = lettered[0]
        run_in = _BEFORE.match(letters[:-2])  # the last two letters are always its own
        start = match.start() + (run_in.end() if run_in else 0)
        if text[start] in "和及与" and text[:start].rstrip().endswith(("号", "》", "）", ")")):
            start += 1  # elsewhere it may be the first letter of a place, as in 和政发
        found.append(Mention("", text[start : match.end()], None, start, match.end(), match.end()))
    return sorted(found, key=lambda m: m.start)


def _titles(text: str) -> Iterator[tuple[int, int]]:
    """(start, stop) of every outermost title, marks included; an opening mark that nothing closes is skipped."""
    place = 0
    while (start := text.find("《", place)) >= 0:
        stop = _closing(text, start)
        if stop is not None:
            yield start, stop
        place = stop or start + 1


def _closing(text: str, start: int) -> int | None:
    """Behind the mark that closes the title at `start`; a title within may use 《》 itself."""
    open_marks: list[str] = []
    for place in range(start, min(len(text), start + _LONGEST)):
        character = text[place]
        if character in _PAIRS:
            open_marks.append(_PAIRS[character])
        elif open_marks and character == open_marks[-1]:
            open_marks.pop()
            if not open_marks:
                return place + 1
        elif character in "。；":
            return None
    return None
