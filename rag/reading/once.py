"""A reader that reads no window twice for one question."""

from __future__ import annotations

from collections.abc import Sequence

from rag.reading.inputs import Pair
from rag.reading.reader import Reader, Reading

_KEPT = 64  # windows: those of one question, read by its own words and by the documents' words for it


class Once:
    """Keeps what another reader said of the last windows; a question in other words ranks many of them again."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._said: dict[Pair, Reading] = {}

    @property
    def digest(self) -> str:
        """The other reader's: what is said does not change."""
        return self._reader.digest

    def read(self, pairs: Sequence[Pair]) -> list[Reading]:
        """One reading a pair, in order; those not kept are read now, together."""
        said = dict(self._said)
        if new := [pair for pair in dict.fromkeys(pairs) if pair not in said]:
            said |= zip(new, self._reader.read(new), strict=True)
        self._said = dict([*said.items()][-_KEPT:])
        return [said[pair] for pair in pairs]
