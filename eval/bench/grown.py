"""An index grown from a real one to any size: noised vectors, sentences recombined from real ones; nothing is encoded.

A grown clause follows a real one sentence by sentence: each vector is that sentence's, with some of another's and noise
added; its tokens are that sentence's with the last bit of some axes turned; three in ten of its stretches between
commas stand in another clause of the corpus, and one in fifty is of characters drawn at random, so that terms keep the
frequencies of real text and rare ones go on growing. A document has forty clauses.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from index.schema import Clause, Document, Source
from index.stretches import stretches
from index.token_index import Tokens

if TYPE_CHECKING:
    import numpy as np

    from index.store import Store

EACH = 40  # clauses of a document
_SWAPPED, _INVENTED = 0.3, 0.02  # shares of the stretches
_OTHER, _NOISE = 0.35, 0.45  # of another sentence's vector, and length of the noise, beside a vector of length 1
_TURNED = 0.25  # share of the bytes of a token in which two axes move by a step
_PIECE = re.compile(r"[^，；、：]+[，；、：]?")
_HAN = [chr(code) for code in range(0x4E00, 0x4E00 + 3000)]


class Grown:
    """`size` clauses grown from `source`; the same for the same seed."""

    def __init__(self, source: Store, size: int, seed: int = 20) -> None:
        import numpy as np

        self.source, self.size = source, size
        self._rng, self._random = random.Random(seed), np.random.default_rng(seed)
        owner = source.dense.owner
        self._first = np.searchsorted(owner, np.arange(len(source.clauses) + 1))
        usable = np.flatnonzero(np.diff(self._first))
        self._real = list(source.clauses)
        self._spans = [tuple(own) for own in source.sentences]
        self.origin = usable[self._random.integers(0, len(usable), size)]
        begin, end = self._first[self.origin], self._first[self.origin + 1]
        self.parts = stretches(begin, end)  # int64 [sentences]: the real sentence each follows
        self.counts = end - begin
        self.owner = np.repeat(np.arange(size, dtype=np.int64), self.counts)

    @cached_property
    def documents(self) -> list[Document]:
        """One for every EACH clauses, its title made of a real one and characters of its own."""
        models = list(self.source.documents.values())
        found = []
        for number in range(-(-self.size // EACH)):
            model = models[number % len(models)]
            title = "".join(self._rng.choices(_HAN, k=4)) + model.title
            name = f"{number:07}"
            found.append(
                replace(
                    model, doc_id=f"g{name}", title=title, notice_title=None, doc_no=f"增政发〔2020〕{number}号",
                    file=f"{name}.txt", digest=name, gaps=(),
                )
            )  # fmt: skip
        return found

    def clauses(self) -> Iterator[tuple[Clause, list[tuple[int, int]]]]:
        """(clause, spans of its sentences) in row order."""
        pieces = [piece for clause in self._real for piece in _PIECE.findall(clause.text)]
        for row, at in enumerate(self.origin.tolist()):
            real = self._real[at]
            text, spans, done = "", [], 0
            for sentence in range(self._first[at], self._first[at + 1]):
                _, start, stop = self._spans[sentence]
                text += real.text[done:start]
                said = "".join(self._said(piece, pieces) for piece in _PIECE.findall(real.text[start:stop]))
                spans.append((len(text), len(text) + len(said)))
                text += said
                done = stop
            doc_id = f"g{row // EACH:07}"
            ordinal = row % EACH
            yield (
                Clause(
                    f"{doc_id}-{ordinal:04d}", doc_id, ordinal, "clause", real.path, text + real.text[done:], (),
                    Source(f"{row // EACH:07}.txt", None, ordinal + 1),
                ),
                spans,
            )  # fmt: skip

    def _said(self, piece: str, pieces: list[str]) -> str:
        chance = self._rng.random()
        if chance < _INVENTED:
            return "".join(self._rng.choices(_HAN, k=len(piece)))
        return self._rng.choice(pieces) if chance < _SWAPPED else piece

    def vectors(self, real: np.ndarray, follow: np.ndarray, block: int = 20_000) -> Iterator[tuple[int, np.ndarray]]:
        """(first row, float32 [at most block, dimension]) of unit vectors that follow the rows `follow` of `real`."""
        import numpy as np

        for first in range(0, len(follow), block):
            own = real[follow[first : first + block]]
            own = own + _OTHER * real[self._random.integers(0, len(real), len(own))]
            noise = self._random.standard_normal(own.shape, dtype=np.float32)
            own += noise * np.float32(_NOISE / own.shape[1] ** 0.5)
            yield first, own / np.linalg.norm(own, axis=1, keepdims=True)

    def tokens(self, block: int = 20_000) -> Iterator[Tokens]:
        """The tokens of the sentences, a block of sentences at a time."""
        import numpy as np

        token_index = self.source.token_index
        assert token_index is not None
        for first in range(0, len(self.parts), block):
            own = self.parts[first : first + block]
            ids, vectors = token_index.words(own)
            turned = self._random.random(vectors.shape, dtype=np.float32) < _TURNED
            yield Tokens(ids, vectors ^ (turned * np.uint8(0x11)), token_index.lengths(own))
