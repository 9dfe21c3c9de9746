"""A clause's text → sentences, as character spans: what is embedded, quoted and cited. Pure."""

from __future__ import annotations

import itertools
import re

_STOP = re.compile(r"[。！？!?；;]+[”’」』）)》]*|\n+")
_OPEN, _CLOSE = "（(《〈“〔【", "）)》〉”〕】"
_DUTY = re.compile(r"[（(〔]\s*(?:责任|牵头|配合|主责|承办|协办|主管|实施|参与)(?:单位|部门|机构)\s*[：:]")
LONGEST = 160  # characters; a longer sentence is cut at commas, so that it can be quoted in part
_SHORTEST = 40


def split_sentences(text: str) -> list[tuple[int, int]]:
    """(start, stop) of each sentence, in order, without overlap, covering every non-space character.

    Ends at 。！？； and line breaks, not inside brackets, quotes or titles; the bracket of 责任单位 stands alone; what
    is longer than LONGEST is cut at commas.
    """
    cuts = [0]
    depths = _depths(text)
    for match in _STOP.finditer(text):
        if match[0].startswith("\n") or depths[match.start()] == 0:
            cuts.append(match.end())
    for match in _DUTY.finditer(text):
        if depths[match.start()] == 0:
            cuts.append(match.start())
    cuts = sorted({*cuts, len(text)})
    spans: list[tuple[int, int]] = []
    for start, stop in itertools.pairwise(cuts):
        spans += _shortened(text, start, stop)
    trimmed = (_trim(text, start, stop) for start, stop in spans)
    return [(start, stop) for start, stop in trimmed if start < stop]


def _depths(text: str) -> list[int]:
    """How many brackets stand open before each character; a line break closes them all, as print leaves some open."""
    depths, depth = [], 0
    for character in text:
        if character in _CLOSE:
            depth = max(0, depth - 1)
        depths.append(depth)
        if character in _OPEN:
            depth += 1
        elif character == "\n":
            depth = 0
    return depths


def _shortened(text: str, start: int, stop: int) -> list[tuple[int, int]]:
    if stop - start <= LONGEST or _DUTY.match(text, start):
        return [(start, stop)]
    pieces, begin, depth = [], start, 0
    for place in range(start, stop):
        character = text[place]
        depth += (character in _OPEN) - (character in _CLOSE)
        if character in "，," and depth <= 0 and place + 1 - begin >= _SHORTEST and stop - place - 1 >= _SHORTEST:
            if place + 1 - begin >= LONGEST // 2:
                pieces.append((begin, place + 1))
                begin = place + 1
    return [*pieces, (begin, stop)]


def _trim(text: str, start: int, stop: int) -> tuple[int, int]:
    while start < stop and text[start].isspace():
        start += 1
    while stop > start and text[stop - 1].isspace():
        stop -= 1
    return start, stop
