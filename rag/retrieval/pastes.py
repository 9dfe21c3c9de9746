"""A pasted clause part by part: what relates to one of its sentences answers too, though the rest speaks of other things."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from index.sentences import split_sentences
from index.store import Store
from rag.retrieval.fusion import has_words, spread, standard, worth_reading

if TYPE_CHECKING:
    import numpy as np

    from index.encoder import Question

_SENTENCE, _SENTENCES = 8, 12  # the shortest sentence taken, in characters, and how many at most
_PIECE, _PIECES = 6, 20  # the same of what stands between two commas
_CUT = re.compile(r"[^，,。；;：:、\n]{%d,}(?:、[^，,。；;：:\n]*)?" % _PIECE)

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class PasteParts:
    """Which scores are added; what is off in turn makes an ablation."""

    sentence_wording: float = 2.0  # BM25 of each sentence against the best sentence of a clause, the best of them
    piece_wording: float = 1.0  # the same of each piece, on average
    sentence_words: float = 4.0  # the words of each sentence each against their likes there, the best of them
    piece_words: float = 2.0  # the same of each piece


class Pastes:
    """Compares the parts of pasted texts with the clauses of one store."""

    def __init__(self, store: Store, parts: PasteParts = PasteParts()) -> None:
        self._store = store
        self._parts = parts

    def scores(self, text: str, read: Question, fused: np.ndarray, allowed: np.ndarray | None) -> np.ndarray:
        """float32 [clauses], to be added to `fused`, which says what the whole text is near; `allowed` as there."""
        import numpy as np

        parts = self._parts
        sentences = [span for span in split_sentences(text) if span[1] - span[0] >= _SENTENCE][:_SENTENCES]
        pieces = [match.span() for match in _CUT.finditer(text)][:_PIECES]
        sentences, pieces = sentences or [(0, len(text))], pieces or [(0, len(text))]
        added = parts.sentence_wording * np.max([self._wording(text[a:b]) for a, b in sentences], axis=0)
        added += parts.piece_wording * standard(np.mean([self._wording(text[a:b]) for a, b in pieces], axis=0))
        if has_words(self._store, read):
            rows = worth_reading(fused, allowed)
            groups = [_within(read.ends, spans) for spans in (sentences, pieces)]
            _, best, _ = self._store.late.scores(read.ids, read.states, rows, [*groups[0], *groups[1]])
            own, other = np.split(np.array([standard(scores) for scores in best]), [len(groups[0])])
            for weight, scores in ((parts.sentence_words, own), (parts.piece_words, other)):
                if weight and len(scores):
                    added += weight * spread(scores.max(axis=0), rows, len(fused))
        return added

    def _wording(self, text: str) -> np.ndarray:
        """float32 [clauses]: BM25 of the best sentence of each clause, standardised."""
        store = self._store
        return standard(store.dense.best_sentence_scores(store.sentence_pairs.scores(text), empty=0.0))


def _within(ends: np.ndarray, spans: Sequence[Span]) -> list[np.ndarray]:
    """For each span that holds any, the numbers of the words in it."""
    import numpy as np

    groups = (np.flatnonzero((ends > start) & (ends <= stop)) for start, stop in spans)
    return [group for group in groups if len(group)]
