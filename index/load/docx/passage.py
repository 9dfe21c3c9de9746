"""One paragraph → its visible text, and what hangs on it: text boxes, notes, pictures.

Nothing is read by the list of what is known: what an element means is looked up, and of any other the children are
read, so that a wrapper never met (content controls, smart tags, those of other makers) hides no text.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from index.load.docx import gaps
from index.load.docx.fields import Fields
from index.load.docx.formulas import linear
from index.load.docx.gaps import Gaps
from index.load.docx.names import (
    CHART,
    COMPATIBLE,
    DIAGRAM,
    DRAWING,
    MATH,
    OFFICE,
    PLACED,
    VML,
    W,
    chosen,
    switch,
    value,
)  # fmt: skip
from index.load.docx.parts import relation_id
from index.load.docx.styles import Style, Styles, hides
from index.load.docx.symbols import lowered, placed, raised, symbol

_PROMPT = re.compile(r"单击|点击|选择一项|请(?:输入|选择|填写)|\b(?:click|tap|choose|enter)\b", re.I)
_LEFT_OUT = {
    W + name
    for name in (
        "pPr", "rPr", "sdtPr", "sdtEndPr", "smartTagPr", "customXmlPr", "del", "moveFrom", "delText", "delInstrText",
        "annotationRef", "footnoteRef", "endnoteRef", "separator", "continuationSeparator", "pgNum", "rubyPr", "fldData",
        "ffData",
    )
}  # fmt: skip
_BLANKS = {9: " ", 10: " ", 13: " "}  # within a text they are drawn as blanks; a tab or a new line has an element
_FONTS = ("ascii", "hAnsi")


@dataclass(slots=True)
class Passage:
    """What is read of a paragraph."""

    text: str = ""
    boxes: list[Any] = field(default_factory=list)  # w:txbxContent, or str of what is drawn without one
    notes: list[Any] = field(default_factory=list)  # w:footnoteReference and w:endnoteReference
    entry: bool = False  # it is an entry of a table of contents, by its link


class Passages:
    """Reads the paragraphs of one story; `diagram` gives the words of a drawing's diagram by its relation."""

    def __init__(self, styles: Styles, told: Gaps, diagram: Callable[[str | None], list[str]]) -> None:
        self._styles, self._gaps, self._diagram = styles, told, diagram
        self.fields = Fields()
        self._found = Passage()
        self._pieces: list[str] = []
        self._hidden = False  # the paragraph's styles hide its text
        self._run: Any = None  # properties of the run that is read
        self._size: tuple[float | None, float | None] = (None, None)  # of the drawing that is read

    def read(self, paragraph: Any, chain: tuple[Style, ...]) -> Passage:
        """The text of a w:p whose styles are `chain`; line breaks in it are newlines, tabs are blanks."""
        self._found, self._pieces, self._hidden = Passage(), [], hides(chain)
        self._children(paragraph)
        self.fields.turn()
        self._found.text = "".join(self._pieces)
        return self._found

    def _children(self, element: Any) -> None:
        for child in element:
            self._one(child)

    def _one(self, element: Any) -> None:
        tag = element.tag
        if not isinstance(tag, str) or tag in _LEFT_OUT:
            return
        reader = _READERS.get(tag)
        if reader is None:
            self._children(element)
        else:
            reader(self, element)

    def _read_run(self, run: Any) -> None:
        properties = run.find(f"{W}rPr")
        if self._styles.hidden(properties, self._hidden):
            # The marks of fields are no text: hidden ones (of index entries) still begin and end.
            for child in run.iter(f"{W}fldChar", f"{W}instrText"):
                self._one(child)
            return
        before, self._run = self._run, properties
        self._children(run)
        self._run = before

    def _read_text(self, element: Any) -> None:
        text = (element.text or "").translate(_BLANKS)
        fonts = None if self._run is None else self._run.find(f"{W}rFonts")
        if fonts is not None:
            text = placed(text, next((font for name in _FONTS if (font := fonts.get(W + name))), None))
        height = value(self._run, "vertAlign")
        self._pieces.append(
            raised(text) if height == "superscript" else lowered(text) if height == "subscript" else text
        )

    def _read_symbol(self, element: Any) -> None:
        self._pieces.append(symbol(element.get(f"{W}char"), element.get(f"{W}font")))

    def _read_tab(self, element: Any) -> None:
        self._pieces.append(" ")

    def _read_break(self, element: Any) -> None:
        self._pieces.append("\n")

    def _read_hyphen(self, element: Any) -> None:
        self._pieces.append("-")

    def _read_ruby(self, element: Any) -> None:
        """A character with its sound over it: 涪（fú）."""
        for name in ("rubyBase", "rt"):
            part = element.find(W + name)
            begin = len(self._pieces)
            if part is not None:
                self._children(part)
            if name == "rt" and (sound := "".join(self._pieces[begin:]).strip()):
                self._pieces[begin:] = [f"（{sound}）"]

    def _read_field_mark(self, element: Any) -> None:
        self.fields.mark(element, self._pieces)

    def _read_instruction(self, element: Any) -> None:
        self.fields.instruct(element.text or "")

    def _read_note(self, element: Any) -> None:
        self._found.notes.append(element)

    def _read_formula(self, element: Any) -> None:
        self._pieces.append(linear(element))

    def _read_formulas(self, element: Any) -> None:
        """m:oMathPara: formulas set apart, one a line."""
        self._pieces.append("\n".join(linear(each) for each in element.iterchildren(f"{MATH}oMath")))

    def _read_control(self, element: Any) -> None:
        """A content control; what only asks to be filled in is no text."""
        if not asks(element):
            self._children(element)

    def _read_link(self, element: Any) -> None:
        self._found.entry = self._found.entry or (element.get(f"{W}anchor") or "").startswith("_Toc")
        self._children(element)

    def _read_choice(self, element: Any) -> None:
        for child in chosen(element):
            self._one(child)

    def _read_box(self, element: Any) -> None:
        self._found.boxes.append(element)

    def _read_drawn_words(self, element: Any) -> None:
        """a:p or v:textpath: words drawn as a picture of letters."""
        words = element.get("string") or "".join(each.text or "" for each in element.iter(f"{DRAWING}t"))
        if words.strip():
            self._found.boxes.append(words.translate(_BLANKS))

    def _read_drawing(self, element: Any) -> None:
        """w:drawing: a picture, a shape with words, a chart or a diagram."""
        extent = element.find(f"*/{PLACED}extent")
        before = self._size
        self._size = (None, None) if extent is None else (gaps.points(extent.get("cx")), gaps.points(extent.get("cy")))
        self._children(element)
        self._size = before

    def _read_blip(self, element: Any) -> None:
        """a:blip: a picture of its own, or the background of a shape."""
        if gaps.holds_words(*self._size) and element.getparent().tag != f"{DRAWING}blipFill":
            self._gaps.add(gaps.PICTURE)

    def _read_chart(self, element: Any) -> None:
        self._gaps.add(gaps.CHART)

    def _read_diagram(self, element: Any) -> None:
        self._found.boxes += self._diagram(relation_id(element, "dm"))

    def _read_picture(self, element: Any) -> None:
        """v:imagedata, a picture of older documents, whose size stands in its shape."""
        shape = element.getparent().get("style")
        if gaps.holds_words(gaps.styled(shape, "width"), gaps.styled(shape, "height")):
            self._gaps.add(gaps.PICTURE)

    def _read_object(self, element: Any) -> None:
        """w:object: an embedded file with its picture, told as one; its shapes may hold words of their own."""
        if next(element.iter(f"{OFFICE}OLEObject", f"{W}objectEmbed", f"{W}objectLink"), None) is not None:
            self._gaps.add(gaps.OBJECT)
            for box in element.iter(f"{W}txbxContent"):
                self._found.boxes.append(box)
        else:
            self._children(element)

    def _read_inner_paragraph(self, element: Any) -> None:
        """A paragraph within one, of a wrapper that is not known: a line of its own."""
        if self._pieces:
            self._pieces.append("\n")
        self._children(element)


def asks(control: Any) -> bool:
    """Whether a content control (w:sdt) is empty but for the words that ask to fill it in."""
    return bool(switch(control, "sdtPr/showingPlcHdr")) and bool(
        _PROMPT.search("".join(each.text or "" for each in control.iter(f"{W}t")))
    )


_READERS: dict[str, Callable[[Passages, Any], None]] = {
    f"{W}r": Passages._read_run, f"{W}t": Passages._read_text, f"{W}sym": Passages._read_symbol, f"{W}tab": Passages._read_tab,
    f"{W}ptab": Passages._read_tab, f"{W}br": Passages._read_break, f"{W}cr": Passages._read_break,
    f"{W}noBreakHyphen": Passages._read_hyphen, f"{W}ruby": Passages._read_ruby, f"{W}fldChar": Passages._read_field_mark,
    f"{W}instrText": Passages._read_instruction, f"{W}footnoteReference": Passages._read_note,
    f"{W}endnoteReference": Passages._read_note, f"{MATH}oMath": Passages._read_formula,
    f"{MATH}oMathPara": Passages._read_formulas,
    f"{W}sdt": Passages._read_control, f"{W}hyperlink": Passages._read_link,
    f"{COMPATIBLE}AlternateContent": Passages._read_choice,
    f"{W}txbxContent": Passages._read_box, f"{DRAWING}p": Passages._read_drawn_words,
    f"{VML}textpath": Passages._read_drawn_words,
    f"{W}drawing": Passages._read_drawing, f"{DRAWING}blip": Passages._read_blip, f"{CHART}chart": Passages._read_chart,
    f"{DIAGRAM}relIds": Passages._read_diagram, f"{VML}imagedata": Passages._read_picture, f"{W}object": Passages._read_object,
    f"{W}p": Passages._read_inner_paragraph,
}  # fmt: skip
