"""Late interaction (MaxSim): each word of a question is compared with the nearest of a clause's words, in context.

Khattab and Zaharia, “ColBERT”, 2020, with the token states of the embedding model as it is, untrained: what one vector
for a whole clause blurs (the one thing asked about among ten) the words keep apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from index.candidates import best_of
from index.lexical import inverse_frequency
from index.stored import Stored
from index.stretches import stretches
from index.whitening import Whitening
from index.windows import unit

if TYPE_CHECKING:
    import numpy as np

_WHITENING = "space.npz"
_NOWHERE = -1.0  # the score of a sentence without any word


@dataclass(frozen=True, slots=True)
class Tokens:
    """The words of one text's spans, span after span."""

    ids: np.ndarray  # int32 [tokens]
    vectors: np.ndarray  # uint8, as Whitening.of_passages packs them
    counts: np.ndarray  # int64 [spans]: how many each has

    @classmethod
    def of(cls, ids: Sequence[int], vectors: np.ndarray, chosen: Sequence[np.ndarray]) -> Tokens:
        """The tokens of a text that have the numbers `chosen`, int64 a span."""
        import numpy as np

        order = np.concatenate([*chosen, np.zeros(0, dtype=np.int64)])
        return cls(
            np.array(ids, dtype=np.int32)[order], vectors[order], np.array([len(own) for own in chosen], dtype=np.int64)
        )

    @classmethod
    def joined(cls, texts: Sequence[Tokens]) -> Tokens:
        """Text after text."""
        import numpy as np

        return cls(*(np.concatenate([getattr(text, part) for text in texts]) for part in ("ids", "vectors", "counts")))


def content_tokens(text: str, offsets: Sequence[tuple[int, int]], spans: Sequence[tuple[int, int]]) -> list[np.ndarray]:
    """For each span of `text`, int64: the numbers of its tokens that are more than punctuation.

    `offsets` are each token's [start, stop) of `text`; a token is in the span its last character is in.
    """
    import numpy as np

    told = [n for n, (a, b) in enumerate(offsets) if any(map(str.isalnum, text[max(a, 0) : max(b, 0)]))]
    numbers, ends = np.array(told, dtype=np.int64), np.array([offsets[n][1] - 1 for n in told], dtype=np.int64)
    return [numbers[(ends >= start) & (ends < stop)] for start, stop in spans]


class _Rows:
    """Tokens of many spans, found by a span's row."""

    def __init__(self, ids: Stored, vectors: Stored, counts: np.ndarray) -> None:
        """`counts` int [spans]: how many tokens each has."""
        import numpy as np

        self._ids, self._vectors, self.counts = ids, vectors, counts
        self._bounds = np.concatenate([[0], np.cumsum(counts, dtype=np.int64)])

    @classmethod
    def of(cls, tokens: Tokens) -> _Rows:
        return cls(Stored(tokens.ids), Stored(tokens.vectors), tokens.counts)

    def save(self, folder: Path, name: str) -> None:
        import numpy as np

        counts = self.counts.astype(np.int32, copy=False)
        for part, array in (("", self._vectors.array), ("_ids", self._ids.array), ("_counts", counts)):
            np.save(folder / f"{name}{part}.npy", array, allow_pickle=False)

    @classmethod
    def load(cls, folder: Path, name: str) -> _Rows:
        """What `save` wrote; ids and vectors stay on disk."""
        import numpy as np

        ids, vectors = (Stored.open(folder / f"{name}{part}.npy") for part in ("_ids", ""))
        return cls(ids, vectors, np.load(folder / f"{name}_counts.npy", allow_pickle=False))

    @property
    def width(self) -> int:
        return self._vectors.array.shape[1]

    def between(self, first: int, last: int) -> Tokens:
        """The tokens of the spans with the rows [first, last)."""
        place = slice(self._bounds[first], self._bounds[last])
        return Tokens(
            self._ids.array[place], self._vectors.array[place], self.counts[first:last].astype("int64", copy=False)
        )

    def gathered(self, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(int32 [words], uint8 [words, bytes], packed as they were stored) of the spans with these rows."""
        return self._ids.runs(*self._of(rows)), self.packed(rows)

    def packed(self, rows: np.ndarray) -> np.ndarray:
        """uint8 [words, bytes]: the vectors of the spans with these rows, packed as they were stored."""
        return self._vectors.runs(*self._of(rows))

    def _of(self, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return self._bounds[rows], self._bounds[rows + 1]


class TokenIndex:
    """Token vectors of all sentences of a store, and of the titles of its documents."""

    def __init__(
        self,
        whitening: Whitening,
        sentences: _Rows,
        titles: _Rows,
        holders: np.ndarray,
        owner: np.ndarray,
        document_of: np.ndarray,
    ) -> None:
        """`holders` int32 [2, known]: token ids, ascending, and how many of the clauses hold each; `owner` int64
        [sentences]: the clause of each; `document_of` int64 [clauses]."""
        import numpy as np

        self.whitening = whitening
        self._sentences, self._titles = sentences, titles
        self._known, self._holders = holders
        self._document_of = document_of
        self._first = np.searchsorted(owner, np.arange(len(document_of) + 1))  # of each clause's sentences

    @classmethod
    def build(
        cls,
        whitening: Whitening,
        texts: Sequence[Tokens],
        titles: Sequence[Tokens],
        owner: np.ndarray,
        document_of: np.ndarray,
    ) -> TokenIndex:
        """Make an index of the clauses' tokens and the titles', both in row order."""
        import numpy as np

        held = [np.unique(text.ids) for text in texts]
        holders = np.stack(np.unique(np.concatenate(held), return_counts=True)).astype(np.int32)
        words, heads = (_Rows.of(Tokens.joined(own)) for own in (texts, titles))
        return cls(whitening, words, heads, holders, owner, document_of)

    def save(self, folder: Path) -> None:
        import numpy as np

        self.whitening.save(folder / _WHITENING)
        self._sentences.save(folder, "tokens")
        self._titles.save(folder, "titles")
        np.save(folder / "tokens_holders.npy", np.stack([self._known, self._holders]), allow_pickle=False)

    @classmethod
    def load(cls, folder: Path, owner: np.ndarray, document_of: np.ndarray) -> TokenIndex | None:
        """What `save` wrote; None where the embedding model gave no token states."""
        import numpy as np

        if not (folder / "tokens.npy").is_file():
            return None
        sentences, titles = (_Rows.load(folder, name) for name in ("tokens", "titles"))
        holders = np.load(folder / "tokens_holders.npy", allow_pickle=False)
        return cls(Whitening.load(folder / _WHITENING), sentences, titles, holders, owner, document_of)

    @property
    def width(self) -> int:
        """Bytes of a stored token."""
        return self._sentences.width

    def of_clause(self, row: int) -> Tokens:
        """The tokens of one clause's sentences."""
        return self._sentences.between(self._first[row], self._first[row + 1])

    def of_title(self, document: int) -> Tokens:
        """The tokens of the title of the document with this row."""
        return self._titles.between(document, document + 1)

    def read(self, rows: np.ndarray) -> CandidateBatch:
        """The token vectors of the clauses `rows`, int64, in memory."""
        import numpy as np

        begin, end = self._first[rows], self._first[rows + 1]
        sentences, counts = stretches(begin, end), end - begin
        vectors = self._vectors(rows, sentences, counts)
        norms = np.maximum(np.sqrt(np.einsum("ij,ij->i", vectors, vectors)), 1e-12)
        return CandidateBatch(self, sentences, self._document_of[rows], counts, vectors, norms)

    def _vectors(self, rows: np.ndarray, sentences: np.ndarray, counts: np.ndarray) -> np.ndarray:
        """float32 [words, axes], of any length: the words of the clauses `rows`, whose `sentences` these are."""
        return self.whitening.unpacked(self._sentences.packed(sentences))

    def words(self, sentences: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(int32 [words], uint8 [words, bytes], packed) of the sentences with these rows."""
        return self._sentences.gathered(sentences)

    def unit_vectors(self, sentences: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(int32 [words], float32 [words, axes], unit vectors) of the sentences with these rows."""
        ids, vectors = self.words(sentences)
        return ids, unit(self.whitening.unpacked(vectors))

    def lengths(self, sentences: np.ndarray) -> np.ndarray:
        """int64: how many words the sentences with these rows have."""
        return self._sentences.counts[sentences].astype("int64", copy=False)

    def weights(self, ids: np.ndarray, groups: Sequence[Sequence[int] | np.ndarray]) -> np.ndarray:
        """float32 [groups, words], each summing to one over its group's words and zero elsewhere."""
        import numpy as np

        at = np.minimum(np.searchsorted(self._known, ids), len(self._known) - 1)
        holders = np.where(self._known[at] == ids, self._holders[at], 0)
        rarity = np.array([inverse_frequency(int(n), len(self._document_of)) for n in holders]) ** 0.5
        weights = np.zeros((len(groups), len(ids)), dtype=np.float32)
        for own, group in zip(weights, map(list, groups), strict=True):
            own[group] = rarity[group] / rarity[group].sum()
        return weights

    def title_max_sim(self, vectors: np.ndarray, documents: np.ndarray) -> np.ndarray:
        """float32 [words, clauses]: the largest cosine of each of the unit vectors float32 [words, axes] to a word in
        the title of a clause's document, `documents` int64 [clauses] being their rows."""
        import numpy as np

        wanted, place = np.unique(documents, return_inverse=True)
        words = unit(self.whitening.unpacked(self._titles.packed(wanted)))
        return best_of(vectors @ words.T, self._titles.counts[wanted], _NOWHERE)[:, place]


@dataclass(frozen=True, slots=True)
class CandidateBatch:
    """Candidate clauses of a store, their token vectors ready to be compared with those of one text after another."""

    token_index: TokenIndex
    sentences: np.ndarray  # int64: the rows of the clauses' sentences, clause after clause
    documents: np.ndarray  # int64 [clauses]: the row of each one's document
    counts: np.ndarray  # int64 [clauses]: how many each has
    vectors: np.ndarray  # float32 [words of all sentences, axes]
    norms: np.ndarray  # float32 [words of all sentences], of their vectors

    def scores(
        self,
        ids: np.ndarray,
        vectors: np.ndarray,
        groups: Sequence[Sequence[int] | np.ndarray] | None = None,
        titled: float = 0.0,
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """(float32 [groups, clauses], the same, float32 [groups, sentences]): the MaxSim of a text to a clause, to its
        best sentence, to each of its sentences: the mean, over the text's words, of the largest cosine to a word
        there; a word weighs by the root of its rarity.

        `ids` int [words] and `vectors` float32 [words, axes], unit vectors, are the text's; each of `groups` names some
        of its words, by default one group all. A match in the title of a clause's document counts `titled` of what one
        in the clause does.
        """
        import numpy as np

        weights = self.token_index.weights(ids, [range(len(ids))] if groups is None else groups)
        cosines = vectors @ self.vectors.T
        cosines /= self.norms
        max_sim = best_of(cosines, self.token_index.lengths(self.sentences), _NOWHERE)
        if titled:
            in_titles = titled * self.token_index.title_max_sim(vectors, self.documents)
            max_sim = np.maximum(max_sim, np.repeat(in_titles, self.counts, axis=1))
        sentences = weights @ max_sim
        return weights @ best_of(max_sim, self.counts, _NOWHERE), best_of(sentences, self.counts, _NOWHERE), sentences
