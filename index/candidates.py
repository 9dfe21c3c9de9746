"""The first stage of a search: the clauses worth comparing, from the indexes themselves; no other clause is scored.

A clause is a candidate for its words (BM25) or for one of its sentences (cosine). What else a search adds is read for
the candidates alone, so that its time does not grow with the corpus.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

    from index.dense import Dense
    from index.lexical import Lexical


@dataclass(frozen=True, slots=True)
class Candidates:
    """Some clauses of a store and what their words and their sentences say of a query."""

    rows: np.ndarray  # int64, ascending
    bm25: np.ndarray  # float32 [rows]: 0 where they share nothing
    meaning: np.ndarray  # float32 [rows]: cosine of the best sentence, -1 without any
    sentences: np.ndarray  # int64: the rows of their sentences, clause after clause
    counts: np.ndarray  # int64 [rows]: how many each has
    cosines: np.ndarray  # float32 [sentences]


def candidates(
    dense: Dense,
    lexical: Lexical,
    text: str,
    vector: np.ndarray,
    k: int,
    allowed: np.ndarray | None,
    also: Sequence[int],
) -> Candidates:
    """The `k` clauses nearest by their words and those of the `k` nearest sentences, among those `allowed` (bool mask
    [clauses], None for all), with the rows `also`; `vector` is the unit vector of `text`.

    Where these are fewer than `k` clauses, as when few share a word and the nearest sentences stand together, more
    sentences are taken, so that a list of `k` is filled.
    """
    import numpy as np

    matches = lexical.scores(text)
    by_bm25, inside = matches.best(k, allowed), None if allowed is None else allowed[dense.owner]
    reach = k
    while True:
        near = dense.nearest_sentences(vector, reach, inside)
        rows = np.unique(np.concatenate([by_bm25, dense.owner[near], np.array(also, dtype=np.int64)]))
        if len(rows) >= k or len(near) < reach:
            break
        reach *= 2
    sentences, counts = dense.sentences_of(rows)
    cosines = dense.sentence_scores(vector, sentences)
    return Candidates(rows, matches.of(rows), best_of(cosines, counts, -1.0), sentences, counts, cosines)


def best_of(scores: np.ndarray, counts: np.ndarray, empty: float) -> np.ndarray:
    """float32 [..., runs]: of scores float32 [..., n] the largest in each run of `counts` int64 [runs]; `empty` in
    none."""
    import numpy as np

    best = np.full((*scores.shape[:-1], len(counts)), empty, dtype=np.float32)
    held = counts > 0
    if held.any():
        best[..., held] = np.maximum.reduceat(scores, (np.cumsum(counts) - counts)[held], axis=-1)
    return best
