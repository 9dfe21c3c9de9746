"""A paper as .docx in the manner of official papers (GB/T 9704): A4, 小标宋 title, 黑体 headings, 仿宋 body of 16 pt on
lines of 28 pt, numbered sources behind. Fonts that a machine lacks have a common one named in their place."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING

from memo.paper import Block, Origin, Paper, Part, Said

if TYPE_CHECKING:
    from docx.document import Document
    from docx.text.paragraph import Paragraph

TITLE, BODY, HEADING, SUB = "方正小标宋简体", "仿宋_GB2312", "黑体", "楷体_GB2312"
_INSTEAD = {TITLE: "宋体", BODY: "仿宋", SUB: "楷体", HEADING: "微软雅黑"}  # w:altName, what Word and WPS fall back on
_LATIN = "Times New Roman"
_NUMERALS = "一二三四五六七八九十"
_NO_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # what no XML file can hold


def word(paper: Paper) -> bytes:
    """The file's bytes. Text of documents stands as it is; only a character that no .docx can hold becomes “�”."""
    import docx

    made = docx.Document()
    _set_up(made)
    _line(made, paper.title, font=TITLE, size=22, align="CENTER", spacing=36, after=14)
    for note in paper.notes:
        _line(made, note, font=SUB, indent=True)
    for place, part in enumerate(paper.parts, 1):
        _part(made, part, f"{part.asked}{_numeral(place)}" if len(paper.parts) > 1 else part.asked)
    kept = io.BytesIO()
    made.save(kept)
    return kept.getvalue()


def _part(made: Document, part: Part, name: str) -> None:
    _heading(made, name)
    _line(made, part.question, indent=True)
    if part.scope:
        _line(made, f"检索范围：{part.scope}", font=SUB, indent=True)
    for block in part.blocks:
        _block(made, block)
    if part.origins:
        _heading(made, "出处")
        for origin in part.origins:
            _line(made, _source(origin, part), size=12, spacing=20, hanging=True)
    if part.notes:
        _heading(made, "注意")
        for note in part.notes:
            _line(made, note, indent=True)


def _block(made: Document, block: Block) -> None:
    _heading(made, block.heading)
    for place, said in enumerate(block.said, 1):
        _said(made, said, f"{place}．" if block.numbered else "")
    if block.rows:
        _table(made, block.rows)


def _said(made: Document, said: Said, number: str) -> None:
    paragraph = _line(made, number + said.text, indent=True)
    for n in said.sources:
        _run(paragraph, f"[{n}]", BODY, 16).font.superscript = True


def _source(origin: Origin, part: Part) -> str:
    words = f"“{origin.quote}”" if origin.quote else ""
    day = f"{part.day.year}年{part.day.month}月{part.day.day}日"
    reason = f"（{origin.status.reason}）" if origin.status.reason else ""
    return f"[{origin.n}] {origin.place.rstrip('。')}。{words}时效：{origin.holds}{reason}；检索日期：{day}。"


def _table(made: Document, rows: tuple[tuple[str, ...], ...]) -> None:
    table = made.add_table(len(rows), len(rows[0]), style="Table Grid")
    for line, cells in zip(table.rows, rows, strict=True):
        for cell, text in zip(line.cells, cells, strict=True):
            _fill(cell.paragraphs[0], text, HEADING if cells is rows[0] else BODY, 12)
    head = table.rows[0]._tr.get_or_add_trPr()
    head.append(_element("w:tblHeader", val="true"))  # repeated where the table runs over a page's end


def _heading(made: Document, text: str) -> None:
    paragraph = made.add_paragraph(style="Heading 1")
    _fill(paragraph, text, HEADING, 16)
    _spaced(paragraph, 28)


def _line(
    made: Document,
    text: str,
    *,
    font: str = BODY,
    size: float = 16,
    align: str = "",
    indent: bool = False,
    hanging: bool = False,
    spacing: float = 28,
    after: float = 0,
) -> Paragraph:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Pt

    paragraph = made.add_paragraph()
    _fill(paragraph, text, font, size)
    _spaced(paragraph, spacing, after)
    if align:
        paragraph.alignment = getattr(WD_ALIGN_PARAGRAPH, align)
    if indent:
        paragraph.paragraph_format.first_line_indent = Pt(2 * size)
    if hanging:
        paragraph.paragraph_format.left_indent = Pt(2 * size)
        paragraph.paragraph_format.first_line_indent = Pt(-2 * size)
    return paragraph


def _fill(paragraph: Paragraph, text: str, font: str, size: float) -> None:
    _run(paragraph, _NO_XML.sub("�", text.replace("\r\n", "\n").replace("\r", "\n")), font, size)


def _run(paragraph: Paragraph, text: str, font: str, size: float):
    from docx.oxml.ns import qn
    from docx.shared import Pt, RGBColor

    run = paragraph.add_run(text)  # a line break becomes one of the paragraph
    run.font.size, run.font.name, run.font.bold = Pt(size), _LATIN, False
    run.font.color.rgb = RGBColor(0, 0, 0)
    run._r.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)
    return run


def _spaced(paragraph: Paragraph, lines: float, after: float = 0) -> None:
    from docx.enum.text import WD_LINE_SPACING
    from docx.shared import Pt

    form = paragraph.paragraph_format
    form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.AT_LEAST, Pt(lines)
    form.space_before, form.space_after = Pt(0), Pt(after)


def _set_up(made: Document) -> None:
    """Page, its number, and the fonts' stand-ins."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.opc.constants import RELATIONSHIP_TYPE
    from docx.shared import Mm

    page = made.sections[0]
    page.page_width, page.page_height = Mm(210), Mm(297)
    page.top_margin, page.bottom_margin = Mm(37), Mm(35)
    page.left_margin, page.right_margin = Mm(28), Mm(26)
    number = page.footer.paragraphs[0]
    number.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _run(number, "— ", "宋体", 14)
    field = _run(number, "", "宋体", 14)._r
    for element in (
        _element("w:fldChar", fldCharType="begin"),
        _element("w:instrText", "PAGE"),
        _element("w:fldChar", fldCharType="end"),
    ):
        field.append(element)
    _run(number, " —", "宋体", 14)
    fonts = made.part.part_related_by(RELATIONSHIP_TYPE.FONT_TABLE)
    named = "".join(f'<w:font w:name="{own}"><w:altName w:val="{other}"/></w:font>' for own, other in _INSTEAD.items())
    fonts._blob = fonts.blob.replace(b"</w:fonts>", named.encode() + b"</w:fonts>")
    made.core_properties.title, made.core_properties.author, made.core_properties.comments = "", "", ""


def _element(tag: str, text: str = "", **attributes: str):
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    element = OxmlElement(tag)
    element.text = text or None
    for name, value in attributes.items():
        element.set(qn(f"w:{name}"), value)
    return element


def _numeral(place: int) -> str:
    """一 to 九十九; figures beyond."""
    tens, ones = divmod(place, 10)
    if tens > 9:
        return str(place)
    return ("" if tens == 0 else "十" if tens == 1 else _NUMERALS[tens - 1] + "十") + (
        _NUMERALS[ones - 1] if ones else ""
    )
