"""PDF: its text in reading order, tables as rows, heads and page numbers out; pages that are pictures recognised."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from index.errors import UnreadableContent
from index.load.damage import damage
from index.load.gaps import of_pages
from index.load.paged import compose
from index.load.paged.sheet import Box, Sheet
from index.load.pdfium import Locked, Pages
from index.load.scan import Scanner
from index.schema import Reading

_DOTS = 200  # to the inch, at which a page is recognised
_PAGE = 0.6  # of a page that a picture covers which is the page
_PICTURE = 0.1  # of a page: smaller ones are seals, logos and photographs
_FEW = 60  # characters: a page with a picture and no more text is a scan; what a scanning app prints is shorter
_MARK = 5  # times as many characters in the picture as in the text layer: then that is a mark
_SENSELESS = 0.3  # of a page's characters whose codes mean nothing: its text layer is no use


@dataclass(slots=True)
class _Found:
    """What was met on the way, by page."""

    lost: list[int] = field(default_factory=list)
    senseless: dict[int, int] = field(default_factory=dict)  # page → characters
    undrawn: list[int] = field(default_factory=list)  # with a picture beside their text
    empty: list[int] = field(default_factory=list)


def read(data: bytes) -> Reading:
    """Lines of every page; UnreadableContent when the file is locked or nothing in it can be read."""
    try:
        pages = Pages(data)
    except Locked as error:
        raise UnreadableContent("PDF 有密码保护") from error
    try:
        return _read(pages, data)
    finally:
        pages.close()


def _read(pages: Pages, data: bytes) -> Reading:
    scanner, found = Scanner(), _Found()
    layouts = []
    for number in range(1, len(pages) + 1):
        try:
            sheet = pages.sheet(number)
        except MemoryError:
            raise
        except Exception:  # a page that cannot be opened, for whatever reason: the others are read, and it is named
            found.lost.append(number)
            continue
        sheet = _recognised(sheet, pages, scanner, found)
        if not sheet.glyphs:
            found.empty.append(number)
        layouts.append(compose.layout(sheet))
    lines = compose.lines(layouts)
    gaps = _gaps(pages, data, scanner, found)
    if not lines:
        raise UnreadableContent("；".join(("PDF 中没有可读的文字", *gaps)))
    return Reading(lines, gaps)


def _recognised(sheet: Sheet, pages: Pages, scanner: Scanner, found: _Found) -> Sheet:
    """The sheet with what its picture says, where it is a scan or its text layer no use."""
    number, page = sheet.number, Box(0, 0, sheet.width, sheet.height)
    characters = [glyph for glyph in sheet.glyphs if glyph.text.strip()]
    if sheet.unmapped > _SENSELESS * (sheet.unmapped + len(characters)):
        read = scanner.sheet(number, lambda: pages.render(number, _DOTS, text=True))
        return _fitted(read, sheet) if read is not None else replace(sheet, glyphs=())
    if sheet.unmapped:
        found.senseless[number] = sheet.unmapped
    pictures = [box for box in sheet.pictures if box.overlap(page) > _PICTURE * page.area]
    if not pictures:
        return sheet
    within = [glyph for glyph in characters if any(box.holds(*glyph.middle) for box in pictures)]
    covered = min(1.0, sum(box.overlap(page) for box in pictures) / page.area)
    if len(within) > _FEW:
        return sheet  # a background, or a scan that has been recognised before
    if len(characters) > _FEW and covered < _PAGE:
        found.undrawn.append(number)
        return sheet
    whole = covered >= _PAGE
    read = scanner.sheet(number, lambda: pages.render(number, _DOTS, text=False))
    own = [g for g in characters if g not in within] if whole else characters
    if read is None:
        return replace(sheet, glyphs=own)
    read = _fitted(read, sheet)
    seen = sum(bool(glyph.text.strip()) for glyph in read.glyphs)
    if seen < _MARK * len(within):
        own = characters
    return replace(read, glyphs=[*read.glyphs, *own])


def _fitted(read: Sheet, sheet: Sheet) -> Sheet:
    """A recognised page in the measure of the page it is a picture of."""
    scale = sheet.width / read.width if read.width else 1.0
    glyphs = [
        g._replace(
            left=g.left * scale,
            top=g.top * scale,
            right=g.right * scale,
            bottom=g.bottom * scale,
            base=g.base * scale,
            size=g.size * scale,
        )
        for g in read.glyphs
    ]
    a, b, c, d, e, f = read.back
    return replace(
        read,
        width=sheet.width,
        height=sheet.height,
        glyphs=glyphs,
        back=(a, b, c, d, e * scale, f * scale),
        across=[type(r)(*(v * scale for v in r)) for r in read.across],
        down=[type(r)(*(v * scale for v in r)) for r in read.down],
    )


def _gaps(pages: Pages, data: bytes, scanner: Scanner, found: _Found) -> tuple[str, ...]:
    harm = damage(data)
    lost = {*found.lost, *(harm.text & set(found.empty))}
    whole = harm.known and not pages.repaired and harm.pages in (None, len(pages))
    named = {*lost, *scanner.bare, *scanner.missing, *scanner.broken, *scanner.beyond}
    return (
        *of_pages(lost, "已损坏，未收录"),
        *of_pages(harm.text - lost, "的数据有损坏，文字可能不全"),
        *of_pages(harm.parts - lost, "的字体或图形数据有损坏，文字可能有误"),
        *(() if whole else ("文件结构有损坏，内容可能不全",)),
        *of_pages(set(found.empty) - named, "没有文字"),
        *scanner.gaps(),
        *of_pages(found.undrawn, "另有图片，图片中的文字未收录"),
        *(f"第 {page} 页有 {count} 个字符无法识别，未收录" for page, count in found.senseless.items()),
        *((f"文件另附 {pages.attachments} 个附件，未收录",) if pages.attachments else ()),
    )
