"""Formulas as one line of text: those of Office (ECMA-376 22.1), and those of EQ fields, of which 带圈字符 are made.
Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from index.load.docx.names import MATH, W
from index.load.numerals import circled

_SIMPLE = re.compile(r"[\w.%′″]*$|\([^()]*\)$")  # reads as one thing beside / or ^
_LEFT_OUT = {f"{W}del", f"{W}moveFrom", f"{W}rPr", f"{MATH}rPr", f"{MATH}ctrlPr", f"{MATH}argPr"}
_RINGS, _FRAMES = ("○", "◯", "〇"), ("□", "△", "◇", "☆")


def linear(element: Any) -> str:
    """A formula, or a part of one, in a line: (a+b)/c, x^2, √(x), ∑_(i=1)^n x."""
    made = _SHAPES.get(element.tag)
    if made is not None:
        return made(element)
    if element.tag in (f"{MATH}t", f"{W}t"):
        return element.text or ""
    return "".join(linear(child) for child in element if child.tag not in _LEFT_OUT and isinstance(child.tag, str))


def equation(instruction: str) -> str:
    """What an EQ field draws: ① of \\o\\ac(○,1), (a)/(b) of \\f(a,b); the words of what is not known."""
    body = re.sub(r"^\s*eq\b|\\\*[^\\]*", "", instruction, flags=re.I)  # \* MERGEFORMAT is of its looks
    return _Equation(body).run().strip()


def fraction(above: str, below: str) -> str:
    return f"{_held(above)}/{_held(below)}"


def _held(text: str) -> str:
    return text if _SIMPLE.match(text) else f"({text})"


def _part(element: Any, name: str) -> str:
    found = element.find(MATH + name)
    return "" if found is None else linear(found).strip()


def _parts(element: Any, name: str) -> list[str]:
    return [linear(found).strip() for found in element.iterchildren(MATH + name)]


def _set(element: Any, path: str, default: str) -> str:
    """m:val of a formula's property."""
    found = element.find("/".join(MATH + name for name in path.split("/")))
    return default if found is None else found.get(f"{MATH}val", "")


def _script(sign: str, text: str) -> str:
    return sign + _held(text) if text else ""


def _fraction(element: Any) -> str:
    return fraction(_part(element, "num"), _part(element, "den"))


def _scripts(element: Any) -> str:
    return _held(_part(element, "e")) + _script("_", _part(element, "sub")) + _script("^", _part(element, "sup"))


def _before(element: Any) -> str:
    return _script("_", _part(element, "sub")) + _script("^", _part(element, "sup")) + _held(_part(element, "e"))


def _root(element: Any) -> str:
    degree = _part(element, "deg")
    return f"{degree}√({_part(element, 'e')})"


def _repeated(element: Any) -> str:
    sign = _set(element, "naryPr/chr", "∫")
    return sign + _script("_", _part(element, "sub")) + _script("^", _part(element, "sup")) + " " + _part(element, "e")


def _bracketed(element: Any) -> str:
    between = _set(element, "dPr/sepChr", "|")
    return _set(element, "dPr/begChr", "(") + between.join(_parts(element, "e")) + _set(element, "dPr/endChr", ")")


def _function(element: Any) -> str:
    return f"{_part(element, 'fName')} {_part(element, 'e')}"


def _lower(element: Any) -> str:
    return _part(element, "e") + _script("_", _part(element, "lim"))


def _upper(element: Any) -> str:
    return _part(element, "e") + _script("^", _part(element, "lim"))


def _accent(element: Any) -> str:
    return _part(element, "e") + _set(element, "accPr/chr", "\u0302")


def _matrix(element: Any) -> str:
    return "[" + "; ".join(", ".join(_parts(row, "e")) for row in element.iterchildren(f"{MATH}mr")) + "]"


def _lines(element: Any) -> str:
    return "; ".join(_parts(element, "e"))


_SHAPES = {
    MATH + name: made
    for name, made in {
        "f": _fraction, "sSup": _scripts, "sSub": _scripts, "sSubSup": _scripts, "sPre": _before, "rad": _root,
        "nary": _repeated, "d": _bracketed, "func": _function, "limLow": _lower, "limUpp": _upper, "acc": _accent,
        "m": _matrix, "eqArr": _lines,
    }.items()
}  # fmt: skip


class _Equation:
    """Reads the switches of an EQ field: \\f(…), \\o\\ac(…), \\s\\up9(…), and their members, set apart by , or ;."""

    def __init__(self, text: str) -> None:
        self._text, self._at = text, 0

    def run(self) -> str:
        return "".join(self._members(closing=""))

    def _members(self, closing: str) -> list[str]:
        found, depth = [""], 0
        while self._at < len(self._text):
            character = self._text[self._at]
            if character == "\\":
                found[-1] += self._switch()
                continue
            self._at += 1
            if closing and not depth and character in closing:
                break
            depth += {"(": 1, ")": -1}.get(character, 0)
            if closing and not depth and character in ",;，；":
                found.append("")
            else:
                found[-1] += character
        return found

    def _switch(self) -> str:
        switches = re.compile(r"(?:\\[A-Za-z]+\s*\d*\s*)+").match(self._text, self._at)
        if switches is None:  # an escaped sign
            self._at += 2
            return self._text[self._at - 1 : self._at]
        self._at = switches.end()
        if self._text[self._at : self._at + 1] != "(":
            return ""
        self._at += 1
        return _made(switches[0].lower(), self._members(closing=")"))


def _made(switches: str, members: Sequence[str]) -> str:
    kind = switches[1]
    if kind == "f" and len(members) == 2:
        return fraction(*members)
    if kind == "r":
        return f"{members[0] if len(members) > 1 else ''}√({members[-1]})"
    if kind == "b":
        return f"({''.join(members)})"
    if kind == "o":
        return _laid_over([member.strip() for member in members])
    return ("" if kind == "s" else ",").join(members)


def _laid_over(members: Sequence[str]) -> str:
    """Characters over one another: a ring around a figure, a frame around a word, 拼音 over its character."""
    inner = [member for member in members if member and member not in (*_RINGS, *_FRAMES)]
    if len(inner) == 1 and any(member in _RINGS for member in members):
        return circled(inner[0]) or f"（{inner[0]}）"
    if len(inner) == 2 and len(members) == 2:
        return f"{inner[1]}（{inner[0]}）"
    return "".join(inner)
