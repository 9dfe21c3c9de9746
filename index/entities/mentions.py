"""Where a text names documents: 《…》 with its （文号） and its 以下简称, and bare 文号. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from index.entities.doc_nos import RUNNING, running
from index.entities.titles import outermost

_BESIDE = re.compile(rf"\s*[（(]\s*({RUNNING})\s*(?:[，,；;、]|[)）])")
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
    for start, stop in outermost(text):
        if found and start < found[-1].after:
            continue  # its own 以下简称《…》
        number, short = _BESIDE.match(text, stop), _SHORT.match(text, stop)
        after = stop
        while bracket := _BRACKET.match(text, after):
            after = bracket.end()
        called = (short[1] or short[2]).strip() if short else None
        found.append(Mention(text[start + 1 : stop - 1], number[1] if number else None, called, start, stop, after))
    taken = [(m.start, m.after) for m in found]
    for start, stop in running(text):
        if not any(begin <= start < end for begin, end in taken):
            found.append(Mention("", text[start:stop], None, start, stop, stop))
    return sorted(found, key=lambda m: m.start)
