"""A document set on A4 pages like an official one, then drawn: as PDF, and as the scan of a printed page."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

WIDE = 28  # characters of a line
SIZE = 5.0  # of a character, in millimetres
PAGE = (210.0, 297.0)
DPI = 200
_FONTS = ("/usr/share/fonts/opentype/noto/NotoSerifCJK-Regular.ttc", "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Text:
    """A stretch of text, `y` its upper edge, in millimetres from the page's upper left."""

    text: str
    x: float
    y: float
    size: float = SIZE


@dataclass(frozen=True, slots=True)
class Rule:
    """A ruling of a table."""

    x0: float
    y0: float
    x1: float
    y1: float


def laid_out(blocks) -> list[list[Text | Rule]]:
    """Pages: titles in the middle, paragraphs indented and wrapped, tables ruled, page numbers below."""
    pages: list[list[Text | Rule]] = [[]]
    y = 30.0

    def line(text: str, x: float) -> None:
        nonlocal y
        if y > 260:
            pages.append([])
            y = 30.0
        pages[-1].append(Text(text, x, y))
        y += 9

    for kind, *rest in blocks:
        if kind == "table":
            y = _table(rest[0], pages, y)
            continue
        text = rest[-1]
        if kind == "p" and text.endswith(("：", "号")) and len(text) <= WIDE:
            line(text, 28 if text.endswith("：") else 28 + (WIDE - len(text)) * SIZE / 2)
        elif kind != "p":
            for at in range(0, len(text), WIDE):
                line(text[at : at + WIDE], 28 + (WIDE - min(len(text) - at, WIDE)) * SIZE / 2)
        elif text.endswith(("日", "政府", "局")) and len(text) < 16:
            line(text, 28 + (WIDE - 2 - len(text)) * SIZE)
        else:
            line(text[: WIDE - 2], 28 + 2 * SIZE)
            for at in range(WIDE - 2, len(text), WIDE):
                line(text[at : at + WIDE], 28)
    for number, page in enumerate(pages, 1):
        page.append(Text(f"— {number} —", 100, 285))
    return pages


def _table(rows, pages, y: float) -> float:
    wide = 150 / len(rows[0])
    if y + 9 * len(rows) > 265:
        pages.append([])
        y = 30.0
    for at, row in enumerate(rows):
        for column, cell in enumerate(row):
            pages[-1].append(Text(cell, 29 + column * wide, y + 9 * at + 2, 4.0))
    for at in range(len(rows) + 1):
        pages[-1].append(Rule(28, y + 9 * at, 28 + 150, y + 9 * at))
    for column in range(len(rows[0]) + 1):
        pages[-1].append(Rule(28 + column * wide, y, 28 + column * wide, y + 9 * len(rows)))
    return y + 9 * len(rows) + 5


def pdf(blocks) -> bytes:
    """A PDF with a text layer; needs reportlab (tests/requirements.txt)."""
    from reportlab.lib.units import mm
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.pdfgen import canvas

    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    out = io.BytesIO()
    drawn = canvas.Canvas(out, pagesize=(PAGE[0] * mm, PAGE[1] * mm))
    for page in laid_out(blocks):
        for piece in page:
            if isinstance(piece, Rule):
                drawn.line(piece.x0 * mm, (PAGE[1] - piece.y0) * mm, piece.x1 * mm, (PAGE[1] - piece.y1) * mm)
            else:
                drawn.setFont("STSong-Light", piece.size * mm)
                drawn.drawString(piece.x * mm, (PAGE[1] - piece.y - piece.size) * mm, piece.text)
        drawn.showPage()
    drawn.save()
    return out.getvalue()


def scan(blocks, skew: float = 0.7) -> bytes:
    """A PDF of pictures, 200 dots to the inch, grey, a little askew, as JPEG; needs a Chinese font of the system."""
    pictures = [_picture(page, skew if number % 2 else -skew) for number, page in enumerate(laid_out(blocks))]
    pictures[0].save(out := io.BytesIO(), "PDF", resolution=DPI, save_all=True, append_images=pictures[1:], quality=80)
    return out.getvalue()


def _picture(page, skew: float):
    from PIL import Image, ImageDraw, ImageFont

    dots = DPI / 25.4
    image = Image.new("L", (round(PAGE[0] * dots), round(PAGE[1] * dots)), 244)
    draw = ImageDraw.Draw(image)
    for piece in page:
        if isinstance(piece, Rule):
            draw.line([each * dots for each in (piece.x0, piece.y0, piece.x1, piece.y1)], fill=40, width=2)
            continue
        font = ImageFont.truetype(font_file(), round(piece.size * dots))
        for place, character in enumerate(piece.text):
            before = sum(1 if ord(each) > 255 else 0.5 for each in piece.text[:place])
            draw.text(((piece.x + before * piece.size) * dots, piece.y * dots), character, font=font, fill=30)
    return image.rotate(skew, resample=Image.Resampling.BICUBIC, fillcolor=244)


def font_file() -> str:
    """A Chinese font of the system; FileNotFoundError where there is none."""
    found = next((font for font in _FONTS if Path(font).is_file()), None)
    if found is None:
        raise FileNotFoundError("没有找到中文字体，请安装 fonts-noto-cjk（apt-get install fonts-noto-cjk）")
    return found
