"""Styles: what a paragraph or run has from its style and from those this one is based on. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from index.load.docx.names import W, integer, switch, value

_CONTENTS = re.compile(r"(?:toc|目录)\s*(?:\d|heading|标题)$|table of (?:figures|authorities)$|图表目录$", re.I)
_HEADING = re.compile(r"^(?:heading|标题)\s*([1-9])$", re.I)
_BODY = 9  # w:outlineLvl of text that is no heading (17.3.1.20)
_LONGEST = 32  # styles based on one another; Word allows eleven, and a circle has no end


@dataclass(frozen=True, slots=True)
class Style:
    """What of one style decides about text."""

    id: str
    name: str
    based_on: str | None
    number: str | None  # w:numId
    number_level: int | None  # w:ilvl
    outline: int | None  # w:outlineLvl, 0 the outermost
    hidden: bool | None


class Styles:
    """The styles of a document; an unknown paragraph style is the default one, as in Word."""

    def __init__(self, root: Any) -> None:
        self._styles: dict[str, Style] = {}
        self._default: str | None = None
        self._chains: dict[str | None, tuple[Style, ...]] = {}
        for element in () if root is None else root.iterchildren(f"{W}style"):
            style = _style(element)
            self._styles.setdefault(style.id, style)
            if element.get(f"{W}type") == "paragraph" and element.get(f"{W}default", "0") in ("1", "true", "on"):
                self._default = style.id

    def chain(self, name: str | None) -> tuple[Style, ...]:
        """A paragraph's style, then the one it is based on, and so on; a circle ends where it closes."""
        if name not in self._chains:
            self._chains[name] = self._follow(name if name in self._styles else self._default)
        return self._chains[name]

    def hidden(self, run: Any, by_paragraph: bool) -> bool:
        """Whether a run's properties (w:rPr) hide it, in a paragraph whose styles do so or not (`hides`): its own word
        counts; else that of its style, which turns the paragraph's (17.7.3)."""
        if run is None:
            return by_paragraph
        own = switch(run, "vanish")
        if own is not None:
            return own
        name = value(run, "rStyle")
        return by_paragraph if name is None or name not in self._styles else hides(self.chain(name)) != by_paragraph

    def number_of(self, name: str) -> str | None:
        """w:numId of a style, for the lists that point at one."""
        style = self._styles.get(name)
        return None if style is None else style.number

    def _follow(self, name: str | None) -> tuple[Style, ...]:
        found: list[Style] = []
        while name in self._styles and len(found) < _LONGEST and not any(style.id == name for style in found):
            found.append(self._styles[name])
            name = found[-1].based_on
        return tuple(found)


def heading(properties: Any, chain: tuple[Style, ...]) -> int | None:
    """The level of a heading, 1 the outermost: by the paragraph's own outline level, its styles' or their names."""
    own = integer(value(properties, "outlineLvl"))
    if own is not None:
        return own + 1 if 0 <= own < _BODY else None
    for style in chain:
        if style.outline is not None:
            return style.outline + 1 if 0 <= style.outline < _BODY else None
        if named := _HEADING.match(style.name):
            return int(named[1])
    return None


def contents(chain: tuple[Style, ...]) -> bool:
    """Whether a paragraph is set as an entry of a table of contents."""
    return any(_CONTENTS.match(style.name) for style in chain)


def hides(chain: tuple[Style, ...]) -> bool:
    """Whether a style, with those it is based on, hides text."""
    return next((style.hidden for style in chain if style.hidden is not None), False)


def _style(element: Any) -> Style:
    properties = element.find(f"{W}pPr")
    return Style(
        element.get(f"{W}styleId") or "",
        (value(element, "name") or element.get(f"{W}styleId") or "").strip(),
        value(element, "basedOn"),
        value(properties, "numPr/numId"),
        integer(value(properties, "numPr/ilvl")),
        integer(value(properties, "outlineLvl")),
        switch(element, "rPr/vanish"),
    )
