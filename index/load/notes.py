"""Footnotes and endnotes, in one form for every format: 注：… on lines of their own behind the paragraph that refers to
them, in a cell （注：…） behind its words. The raised figure that refers to a note is no text. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

_SAID = re.compile(r"^注\s*[：:]\s*")
_SENTENCE = re.compile(r"[。；！？：;!?:]\s*$")


def told(text: str) -> str:
    """A note as a line of its own, which says that it is one, so that none is taken for the words of the clause."""
    return "注：" + _SAID.sub("", text.strip())


def within(notes: Sequence[str]) -> str:
    """Notes, as `told` gives them, in the line of the cell that refers to them."""
    return "".join(f"（{note}）" for note in notes)


class Waiting:
    """Notes on a document's head wait for its first sentence, since title, 文号 and addressee stand together."""

    def __init__(self, begun: bool = False) -> None:
        self._begun = begun
        self._notes: list[str] = []

    def behind(self, paragraph: str, notes: Sequence[str]) -> list[str]:
        """The notes to be told behind this paragraph, of which `notes` are its own."""
        self._begun = self._begun or bool(_SENTENCE.search(paragraph))
        self._notes += notes
        return self.rest() if self._begun else []

    def rest(self) -> list[str]:
        """The notes that still wait, which wait no longer."""
        notes, self._notes = self._notes, []
        return notes
