"""Named lists inside a clause: 三组团为甲、乙、丙 · 重点做好：一是……；二是…… · ①…②…. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from index.markers import number
from index.schema import Clause

_N = "两二三四五六七八九十"
_NAMED = re.compile(
    rf"[“\"]?((?:[{_N}]{{1,2}}|\d{{1,2}})(?:个|大|条|项|类|片)?[一-鿿]{{1,8}}?)[”\"]?(?:分别|主要)?(?:为|是指|是|即|包括|有|[：:]|——)[：:]?"
    r"([^。；！？\n：:]{3,160})"
)
_COUNTED = re.compile(rf"^([{_N}]{{1,2}}|\d{{1,2}})")
_LEAD = re.compile(r"[^。；！？\n：:]{0,60}[：:，]?\s*$")
_SERIES = (
    re.compile(r"([一二三四五六七八九十])是(?=[^否非])"),
    re.compile(r"其([一二三四五六七八九十])[，,]"),
    re.compile(r"([①-⑳])"),
    re.compile(r"[（(](\d{1,2})[)）](?=[一-鿿])"),
)
_JOINT = re.compile(r"(?<=[一-鿿])(?:和|与|及|以及)(?=[一-鿿])")


@dataclass(frozen=True, slots=True)
class Listing:
    """A list: what it is called, how many members its name counts (0: it does not say), and the members with their
    spans."""

    name: str
    counted: int
    items: tuple[tuple[str, int, int], ...]


def listings(clause: Clause) -> Iterator[Listing]:
    """The lists that a clause's sentences hold, whole; a name that counts more or fewer than are told is none."""
    if clause.kind in ("row", "notice"):
        return
    text = clause.text
    for match in _NAMED.finditer(text):
        said = _COUNTED.match(match[1])
        counted = (number(said[1]) or 0) if said is not None else 0
        if (items := _parts(text, match.start(2), match.end(2), counted)) is not None:
            yield Listing(match[1], counted, items)
    for series in _SERIES:
        yield from _series(text, series)


def _parts(text: str, start: int, stop: int, counted: int) -> tuple[tuple[str, int, int], ...] | None:
    """Members set apart by 、 of which the last may follow 和; None unless there are as many as the name counts."""
    told = text[start:stop]
    if "、" not in told and counted != 2:
        return None
    told = re.split(r"[，,](?![^、]*、)|等(?=[^、]{0,8}$)", told)[0]
    spans = _cut(told, re.compile("、"))
    if len(spans) < counted:
        head = spans[-1]
        last = [(head[0] + a, head[0] + b) for a, b in _cut(told[slice(*head)], _JOINT)]
        spans = [*spans[:-1], *last]
    if len(spans) != counted or not all(1 < b - a <= 40 for a, b in spans):
        return None
    return tuple((told[a:b].strip(' “”"'), start + a, start + b) for a, b in spans)


def _cut(text: str, at: re.Pattern[str]) -> list[tuple[int, int]]:
    begins = [0, *(m.end() for m in at.finditer(text))]
    ends = [*(m.start() for m in at.finditer(text)), len(text)]
    return list(zip(begins, ends, strict=True))


def _series(text: str, mark: re.Pattern[str]) -> Iterator[Listing]:
    """一是…；二是…: the members from each first to the last that counts on."""
    found = list(mark.finditer(text))
    values = [ord(m[1]) - 0x245F if m[1] >= "①" and m[1] <= "⑳" else number(m[1]) or 0 for m in found]
    place = 0
    while place < len(found):
        run = place + 1
        while run < len(found) and values[run] == values[run - 1] + 1:
            run += 1
        if values[place] == 1 and run - place >= 2:
            items = []
            for at in range(place, run):
                end = found[at + 1].start() if at + 1 < run else _end(text, found[at].end())
                items.append((text[found[at].end() : end].strip(" 。；;，,\n"), found[at].start(), end))
            lead = _LEAD.search(text[: found[place].start()])
            yield Listing((lead[0] if lead else "").strip(" ：:，\n"), 0, tuple(items))
        place = run


def _end(text: str, at: int) -> int:
    stop = re.search(r"[。；\n]", text[at:])
    return len(text) if stop is None else at + stop.end()
