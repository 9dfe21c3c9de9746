"""How each paragraph of a document is numbered, decided over the whole of it: each paragraph gets its mark. Pure.

What one line says (index.markers) is weighed with what stands around it: articles with their whole sequence, 1.1 with
whether its part of the document counts so, a heading's style with the numbers it stands among. Each annex counts for
itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from index.decimals import decimals
from index.entities import articles
from index.entities.titles import KINDS
from index.layout import Paragraph
from index.markers import ARTICLE_RANK, Marker, marker
from index.styles import STYLED, styled

_TITLE_MAX = 40  # characters of a line that may be a title above articles that count anew
_GLUED = re.compile(r"(?<=[。；])(第[一二三四五六七八九十]+[章节]\s+\S{4,40})$")
_TITLE_FAR = 6  # paragraphs
_TITLE_RANK = 6  # outside 编 and 章, within an annex
_TITLE = re.compile(rf"^[^。；：，]{{2,}}(?:{'|'.join(KINDS)})(?:[（(][^（()）]{{1,12}}[)）])?$")
_STOPPED = re.compile(r"[。；：，、;:,]$")


def numbered(
    prose: Sequence[Paragraph], titles: frozenset[str] = frozenset(), breaks: frozenset[int] = frozenset()
) -> list[Paragraph]:
    """The paragraphs of a document with their marks. `titles`: of the policies it holds, where they are several;
    `breaks`: places that a table stands before."""
    marks: list[Marker | None] = []
    for begin, end in _scopes(prose, titles):
        scope = prose[begin:end]
        texts = [paragraph.text for paragraph in scope]
        own = styled(scope, decimals(texts, _with_articles(scope)))
        marks += _within_articles(own, begin, breaks)
    return [replace(paragraph, mark=mark) for paragraph, mark in zip(prose, marks, strict=True)]


def unglued(prose: Sequence[Paragraph]) -> list[Paragraph]:
    """The paragraphs, with a 章 or 节 heading that is stuck to the end of the one before it cut loose."""
    out: list[Paragraph] = []
    for paragraph in prose:
        match = _GLUED.search(paragraph.text)
        if match is None:
            out.append(paragraph)
        else:
            head = replace(paragraph, text=paragraph.text[: match.start()])
            out += [head, Paragraph(match[1], paragraph.line, 1, 0)]
    return out


def _scopes(prose: Sequence[Paragraph], titles: frozenset[str]) -> Iterator[tuple[int, int]]:
    """The body, and each annex or policy of several."""
    begin = 0
    for place, paragraph in enumerate(prose):
        mark = marker(paragraph.text)
        if place > begin and ((mark is not None and mark.kind == "附件") or paragraph.text.strip("《》") in titles):
            yield begin, place
            begin = place
    yield begin, len(prose)


def _with_articles(scope: Sequence[Paragraph]) -> list[Marker | None]:
    """The marks that each line tells, but 第X条 only where the sequence of articles bears it out."""
    marks: list[Marker | None] = []
    places: list[int] = []
    openings: list[articles.Opening] = []
    fresh, before = True, ""
    for place, paragraph in enumerate(scope):
        text = paragraph.text
        mark: Marker | None
        found = articles.article(text)
        if found is not None:
            mark = Marker("条", ARTICLE_RANK, found.label, found.rest)
            places.append(place)
            openings.append(articles.Opening(found, fresh, articles.unfinished(before)))
            fresh = fresh and found.cites > 0
        else:
            mark = marker(text)
            fresh = fresh or _heads_anew(paragraph, mark)
        marks.append(mark)
        before = text
    begun = False
    for place, kept, opening in zip(places, articles.chain(openings), openings, strict=True):
        marks[place] = marks[place] if kept else None
        if (
            kept
            and begun
            and opening.article.value == (1, 0)
            and (title := _title_above(scope, marks, place)) is not None
        ):
            marks[title] = Marker(STYLED, _TITLE_RANK, "", scope[title].text)
        begun = begun or kept
    return marks


def _title_above(scope: Sequence[Paragraph], marks: Sequence[Marker | None], place: int) -> int | None:
    """Where articles count anew: the title of the text they belong to, with chapters and notes in brackets between."""
    for at in range(place - 1, max(place - _TITLE_FAR, 0), -1):
        text, mark = scope[at].text, marks[at]
        if mark is None and len(text) <= _TITLE_MAX and _TITLE.search(text):
            return at
        if not ((mark is not None and mark.kind in ("编", "章", "节")) or (text[0] in "（(" and text[-1] in "）)")):
            return None
    return None


def _heads_anew(paragraph: Paragraph, mark: Marker | None) -> bool:
    """A chapter, a styled heading, or a line that may be a title: below it articles may count from 第一条 again."""
    if mark is not None:
        return mark.rank < ARTICLE_RANK
    return bool(paragraph.heading) or (len(paragraph.text) <= _TITLE_MAX and not _STOPPED.search(paragraph.text))


def _within_articles(marks: Sequence[Marker | None], begin: int, breaks: frozenset[int]) -> list[Marker | None]:
    """项 stay within their 条, where a text has several: their numbers open nothing."""
    if sum(mark is not None and mark.kind == "条" for mark in marks) < 2:
        return list(marks)
    out: list[Marker | None] = []
    inside = False
    for place, mark in enumerate(marks, begin):
        inside = inside and place not in breaks
        if mark is not None and mark.rank <= ARTICLE_RANK:
            inside = mark.kind == "条"
        elif mark is not None and mark.kind == "一、" and not _STOPPED.search(mark.rest):
            inside = False  # a heading that no article holds
        out.append(None if inside and mark is not None and (mark.rank > 50 or mark.kind == "1.1") else mark)
    return out
