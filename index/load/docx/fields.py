"""Fields: what a field shows is in the text, what it is told to show is not (ECMA-376 17.16)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from index.load.docx.formulas import equation
from index.load.docx.names import W, integer, switch, value
from index.load.docx.symbols import symbol

_DEEPEST = 32  # fields within one another; of more, the outer ones were never closed


@dataclass(slots=True)
class _Field:
    begin: int  # of its text among the pieces of the paragraph
    form: Any  # w:ffData of a field that is filled in
    words: str = ""  # its instruction
    shows: bool = False  # its result has begun
    broken: bool = False  # its instruction ran over the end of a paragraph: what stands in it is kept


@dataclass(slots=True)
class Fields:
    """The fields that are open where a story is read; they may run over many paragraphs."""

    _open: list[_Field] = field(default_factory=list)

    @property
    def listing(self) -> bool:
        """Whether this is inside a table of contents, which repeats the headings."""
        return any(each.shows and each.words.split()[:1] == ["TOC"] for each in self._open)

    def mark(self, element: Any, pieces: list[str]) -> None:
        """A w:fldChar: the begin, the middle or the end of a field in a paragraph whose text so far is `pieces`."""
        kind = element.get(f"{W}fldCharType")
        if kind == "begin":
            self._open = [*self._open[-_DEEPEST:], _Field(len(pieces), element.find(f"{W}ffData"))]
        elif kind == "separate" and self._open:
            top = self._open[-1]
            self._shut(top, pieces)
            top.shows, top.begin = True, len(pieces)
        elif kind == "end" and self._open:
            top = self._open.pop()
            self._shut(top, pieces)
            if not "".join(pieces[top.begin :]).strip():
                pieces.append(_drawn(top))

    def instruct(self, words: str) -> None:
        if self._open and not self._open[-1].shows:
            self._open[-1].words += words

    def turn(self) -> None:
        """The paragraph ends: an instruction that is still open is taken for damage, and nothing more is left out."""
        for each in self._open:
            each.begin, each.broken = 0, each.broken or not each.shows

    @staticmethod
    def _shut(top: _Field, pieces: list[str]) -> None:
        if not top.shows and not top.broken:
            del pieces[top.begin :]  # results of fields within the instruction


def _drawn(top: _Field) -> str:
    """What Word draws where a field holds no result: equations, signs, boxes to tick, choices."""
    words = top.words.split()
    kind = words[0].upper() if words else ""
    if kind == "EQ":
        return equation(top.words)
    if kind == "SYMBOL":
        return _sign(words[1:])
    if kind == "FORMCHECKBOX":
        box = None if top.form is None else top.form.find(f"{W}checkBox")
        ticked = switch(box, "checked")
        return "☑" if (switch(box, "default") if ticked is None else ticked) else "☐"
    if kind == "FORMDROPDOWN" and top.form is not None:
        entries = [each.get(f"{W}val", "") for each in top.form.iterfind(f"{W}ddList/{W}listEntry")]
        place = integer(value(top.form, "ddList/result")) or integer(value(top.form, "ddList/default")) or 0
        return entries[place] if 0 <= place < len(entries) else ""
    return ""


def _sign(words: list[str]) -> str:
    """SYMBOL 252 \\f Wingdings."""
    place = integer(words[0]) if words else None
    font = " ".join(words[words.index("\\f") + 1 :]).split("\\")[0].strip(' "') if "\\f" in words else None
    return "" if place is None or place < 0 else symbol(f"{place:x}", font)
