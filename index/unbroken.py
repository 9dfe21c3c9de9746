"""A page saved without its line breaks → the lines it was printed in. Pure.

Web pages saved as one line hold whole documents of up to 16,000 characters. What is left of their lines are blanks
behind stops and before numbering, and, in the head, around title, 文号 and addressee. What has no numbering is cut at
sentences.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from index.entities.organs import ends_with_one_of_several
from index.schema import Line
from index.sentences import split_sentences

LONGEST = 400  # characters of a line that a printed page may have; of a piece without numbering
_HEAD = 160  # characters in which title, 文号, source and addressee stand
_NUMBERED = (
    r"[一二三四五六七八九十]{1,3}、|[（(][一二三四五六七八九十]{1,3}[)）]|第[一二三四五六七八九十百]{1,5}[章节条][\s　]"
    r"|\d{1,2}[.．、](?!\d)|附件[\d一二三四五六七八九]?[：:\s]"
)
_BREAK = re.compile(rf"(?<=[。；！？：!?;:）)】”\"])\s+|\s+(?={_NUMBERED})|(?<=[。；：])(?={_NUMBERED})")
_HEAD_BREAK = re.compile(r"(?<=[^\sA-Za-z\d])\s+(?=[^\sA-Za-z])")


def lines(found: Sequence[Line]) -> list[Line]:
    """The lines of a file; of one saved without line breaks, most of whose lines and characters are in lines too long
    to be printed, the pieces of these, in order. Only blanks at the cuts are left out."""
    texts = [line.text for line in found if line.text.strip()]
    long = [text for text in texts if len(text) > LONGEST]
    if 2 * len(long) < len(texts) or 2 * sum(map(len, long)) < sum(map(len, texts)):
        return list(found)
    first = next((line for line in found if line.text.strip()), None)
    out: list[Line] = []
    for line in found:
        pieces = _pieces(line.text, head=line is first) if len(line.text) > LONGEST else [line.text]
        out += [replace(line, text=piece) for piece in pieces]
    return out


def _pieces(text: str, head: bool) -> Iterator[str]:
    cuts = [(match.start(), match.end()) for match in _BREAK.finditer(text)]
    if head:
        tops = (match for match in _HEAD_BREAK.finditer(text, 0, _HEAD) if _parts(text[: match.start()]))
        cuts = sorted({*cuts, *((match.start(), match.end()) for match in tops)})
    begin = 0
    for start, stop in (*cuts, (len(text), len(text))):
        if text[begin:start].strip():
            yield from _short(text[begin:start])
        begin = stop


def _parts(before: str) -> bool:
    """Whether a line of the head ends here: not behind the first of several organs, nor within brackets."""
    return not ends_with_one_of_several(before) and before.count("（") + before.count("(") <= before.count(
        "）"
    ) + before.count(")")


def _short(text: str) -> Iterator[str]:
    """A piece as it is, or, where it is too long to be found by, runs of its sentences."""
    begin = stop = 0
    for _, end in split_sentences(text) if len(text) > LONGEST else ():
        if end - begin > LONGEST and stop > begin:
            yield text[begin:stop]
            begin = stop
        while end - begin > LONGEST:  # a bracket left open, or a list without stops
            cut = max(text.rfind(mark, begin + 1, begin + LONGEST) for mark in " 　。；，") + 1 or begin + LONGEST
            yield text[begin:cut]
            begin = cut
        stop = end
    yield text[begin:]
