"""Proof that what a reader is trained on is not what measures it: runs of characters in common. Pure but for reading.

A training question counts as seen where most of its six-character runs stand in one set's questions, and a training
text where most of its twelve-character runs stand in what is measured on; both are left out.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from index.errors import UnreadableFile
from index.load import READERS, load_file
from index.terms import compact

if TYPE_CHECKING:
    import numpy as np

_QUESTION, _TEXT = 6, 12  # characters of a run
_SEEN = 0.6  # share of a text's runs


@dataclass(frozen=True, slots=True)
class Measured:
    """The runs of what measures: of questions, and of the texts they are asked of; sorted hashes."""

    questions: np.ndarray
    texts: np.ndarray

    @classmethod
    def below(cls, folders: Sequence[Path]) -> Measured:
        """Every JSON line's texts and every readable document below these folders."""
        import numpy as np

        questions: set[int] = set()
        texts: set[int] = set()
        for file in sorted(file for folder in folders for file in folder.rglob("*") if file.is_file()):
            if file.suffix == ".jsonl":
                for line in file.read_text(encoding="utf-8").splitlines():
                    told = json.loads(line)
                    asked = told.get("question") or (told.get("text") if "queries" in file.name else None)
                    questions.update(runs(asked or "", _QUESTION))
                    for text in [told.get("text") or "", *(e["quote"] for e in told.get("evidence", []))]:
                        texts.update(runs(text, _TEXT))
            elif file.suffix.lower() in READERS:
                try:
                    texts.update(runs("".join(line.text for line in load_file(file, file.name).lines), _TEXT))
                except UnreadableFile:
                    continue  # a case that is meant to be unreadable holds no text
        return cls(*(np.array(sorted(found), dtype=np.int64) for found in (questions, texts)))

    def seen(self, question: str, text: str) -> bool:
        """Whether this question, or this text, is one of those that measure."""
        return _share(question, _QUESTION, self.questions) >= _SEEN or _share(text, _TEXT, self.texts) >= _SEEN


def runs(text: str, size: int) -> Iterator[int]:
    """A number for each run of `size` characters; white space, width and punctuation count for nothing."""
    plain = "".join(c for c in compact(text).lower() if c.isalnum())
    return (zlib.crc32(plain[at : at + size].encode()) for at in range(len(plain) - size + 1))


def _share(text: str, size: int, held: np.ndarray) -> float:
    import numpy as np

    own = np.fromiter(runs(text, size), dtype=np.int64)
    if not len(own) or not len(held):
        return 0.0
    places = np.searchsorted(held, own).clip(max=len(held) - 1)
    return float((held[places] == own).mean())
