"""PDFs and pictures of pages made for the tests: invented texts at stated places."""

from __future__ import annotations

import io
from functools import lru_cache

WIDTH, HEIGHT = 595, 842  # points, as of A4
FONT = "STSong-Light"
NOTO = "/usr/share/fonts/opentype/noto/NotoSerifCJK-Regular.ttc"


def pdf(*pages, **options):
    """A PDF; each page is a function that draws on a reportlab canvas."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.pdfgen import canvas

    pdfmetrics.registerFont(UnicodeCIDFont(FONT))
    out = io.BytesIO()
    drawn = canvas.Canvas(out, pagesize=(WIDTH, HEIGHT), **options)
    for page in pages:
        page(drawn)
        drawn.showPage()
    drawn.save()
    return out.getvalue()


def write(canvas, x, y, text, size=14):
    """`text` with its base line `y` points below the page's top."""
    canvas.setFont(FONT, size)
    canvas.drawString(x, HEIGHT - y, text)


def prose(canvas, lines, x=80, y=110, size=14, pitch=25):
    for place, line in enumerate(lines):
        write(canvas, x, y + place * pitch, line, size)


def table(canvas, x, y, widths, rows, size=12, pitch=16, skip=()):
    """A ruled table; a cell is a string of lines. `skip`: ((row, column), …) whose upper ruling is left out. Returns the
    y below it."""
    top = y
    for number, row in enumerate(rows):
        height = pitch * max(cell.count("\n") + 1 for cell in row) + 6
        left = x
        for column, (width, cell) in enumerate(zip(widths, row, strict=True)):
            if (number, column) not in skip:
                canvas.line(left, HEIGHT - y, left + width, HEIGHT - y)
            for place, line in enumerate(cell.split("\n")):
                write(canvas, left + 3, y + 14 + place * pitch, line, size)
            left += width
        y += height
    canvas.line(x, HEIGHT - y, x + sum(widths), HEIGHT - y)
    left = x
    for width in [0, *widths]:
        left += width
        canvas.line(left, HEIGHT - top, left, HEIGHT - y)
    return y


@lru_cache
def photographed(lines, size=40, skew=0.0, quarter=0):
    """A page of 200 dots to the inch with these lines, as PNG."""
    from PIL import Image, ImageDraw, ImageFont

    image = Image.new("L", (1654, 2339), 255)
    draw = ImageDraw.Draw(image)
    font = ImageFont.truetype(NOTO, size)
    for place, line in enumerate(lines):
        draw.text((230, 260 + place * int(1.8 * size)), line, font=font, fill=20)
    if skew:
        image = image.rotate(skew, resample=Image.BICUBIC, fillcolor=255)
    if quarter:
        image = image.rotate(quarter, expand=True)
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()
