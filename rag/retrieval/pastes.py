"""A pasted clause part by part: what relates to one of its sentences answers too, though the rest speaks of other
things; and by the name of what its document is about, where it says that.

Then pseudo-relevance feedback: what other documents say of the same matter, each in its own words, finds what the
paste's words do not.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import chain
from typing import TYPE_CHECKING

from index.candidates import best_of
from index.sentences import split_sentences
from index.store import Store
from rag.retrieval.fusion import CANDIDATES, Scores, token_states, z_scores
from rag.retrieval.sparse import Sparse
from rag.tuned import numbers

if TYPE_CHECKING:
    import numpy as np

    from index.encoder import EncodedQuery, Encoder, Spans
    from index.postings import Found
    from index.token_index import CandidateBatch, TokenIndex

_SENTENCE, _SENTENCES = 8, 12  # the shortest sentence taken, in characters, and how many at most
_PIECE, _PIECES = 6, 20  # the shortest piece between two commas that is taken, in characters, and how many at most
_FED_BACK, _FEWEST_TOKENS = (
    6,
    5,
)  # sentences that are compared in turn, each of another document; the fewest words of one
_EACH = 50  # clauses that each sentence adds to the candidates by BM25
_NAME, _TITLES = 5, 3  # the shortest name of a document's subject, in characters, and how many titles may hold it
_LISTED = re.compile(r"((?:[^、，。；：]{1,14}、){2})(?:[^、，。；：]{1,14}、){3,}")
_CUT = re.compile(rf"[^，,。；;：:、\n]{{{_PIECE},}}(?:、[^，,。；;：:\n]*)?")
_TUNED = numbers(__name__)


@dataclass(frozen=True, slots=True)
class PasteWeights:
    """The weights of the z-scores that are added; each set to zero in turn makes an ablation."""

    bm25: float = _TUNED["bm25"]  # BM25 of the whole text
    clause: float = _TUNED["clause"]  # cosine of clause and text
    sentence: float = _TUNED["sentence"]  # cosine of the clause's best sentence and the text
    sentence_bm25: float = _TUNED[
        "sentence_bm25"
    ]  # BM25 of each sentence against the best sentence of a clause, the best of them
    piece_bm25: float = _TUNED["piece_bm25"]  # BM25 of each piece against the best sentence of a clause, their mean
    sentence_max_sim: float = _TUNED[
        "sentence_max_sim"
    ]  # MaxSim of each sentence against the best sentence of a clause, the best of them
    piece_max_sim: float = _TUNED[
        "piece_max_sim"
    ]  # MaxSim of each piece against the best sentence of a clause, the best of them
    name_bm25: float = _TUNED["name_bm25"]  # BM25 of the name of what the paste's document is about
    name_max_sim: float = _TUNED["name_max_sim"]  # MaxSim of that name
    feedback: float = _TUNED["feedback"]  # MaxSim of the best sentences elsewhere against a clause, the best of them


def thinned(text: str) -> str:
    """The text with at most three items of each long enumeration: of fifteen towns each weighs as much as what is to be
    done in them."""
    return _LISTED.sub(r"\1", text)


class Pastes:
    """Compares pasted texts and their parts with the clauses of one store."""

    def __init__(self, store: Store, encoder: Encoder, weights: PasteWeights = PasteWeights()) -> None:
        self._store = store
        self._encoder = encoder
        self._weights = weights
        self._titles = [document.title for document in store.documents.values()]

    def scores(self, text: str, allowed: np.ndarray | None = None, k: int = CANDIDATES) -> Scores:
        """The candidates for the text, `k` from each index, and for each of its sentences, scored; `allowed`: a bool
        mask [clauses], None for all."""
        import numpy as np

        weights, store = self._weights, self._store
        read = self._encoder.read_query(text)
        sentences = [span for span in split_sentences(text) if span[1] - span[0] >= _SENTENCE][:_SENTENCES]
        pieces = [match.span() for match in _CUT.finditer(text)][:_PIECES]
        sentences, pieces = sentences or [(0, len(text))], pieces or [(0, len(text))]
        of_sentences = [store.sentence_pairs.scores(text[a:b]) for a, b in sentences]
        of_allowed = None if allowed is None else allowed[store.dense.owner]
        also = [store.dense.owner[own.best(_EACH, of_allowed)] for own in of_sentences]
        found = store.candidates(text, read.vector, k, allowed, np.concatenate(also).tolist())

        def best_bm25(matches: Found) -> np.ndarray:
            return z_scores(best_of(matches.of(found.sentences), found.counts, 0.0))

        fused = weights.bm25 * z_scores(found.bm25) + weights.sentence * z_scores(found.meaning)
        fused += weights.clause * z_scores(store.dense.clause_scores(read.vector, found.rows))
        fused += weights.sentence_bm25 * np.max([best_bm25(own) for own in of_sentences], axis=0)
        of_pieces = [best_bm25(store.sentence_pairs.scores(text[a:b])) for a, b in pieces]
        fused += weights.piece_bm25 * z_scores(np.mean(of_pieces, axis=0))
        cosines = Sparse(found.sentences, found.cosines)
        if not len(found.rows):
            return Scores(found.rows, fused, cosines, cosines, None)
        names, naming = self._names(text, found.rows, int(np.argmax(fused)))
        for start, stop in names:
            fused += weights.name_bm25 * np.where(naming, best_bm25(store.sentence_pairs.scores(text[start:stop])), 0.0)
        fused += self._words(read, found.rows, [sentences, pieces, names], naming, fused)
        return Scores(found.rows, fused, cosines, cosines, None)

    def _words(
        self, read: EncodedQuery, rows: np.ndarray, spans: Sequence[Spans], naming: np.ndarray, fused: np.ndarray
    ) -> np.ndarray:
        """float32 [rows], to be added to `fused`: MaxSim of sentences, pieces and names against each clause; zeros where
        the model gives no token states."""
        import numpy as np

        weights, added = self._weights, np.zeros(len(rows), dtype=np.float32)
        if (told := token_states(self._store, read)) is None:
            return added
        token_index, ids, states = told
        batch = token_index.read(rows)
        groups = [read.within(own) for own in spans]
        _, best, similarity = batch.scores(
            ids, token_index.whitening.of_query(states), list(chain.from_iterable(groups))
        )
        max_sims = np.split(np.array([z_scores(scores) for scores in best]), np.cumsum(list(map(len, groups)))[:-1])
        per_group = (weights.sentence_max_sim, weights.piece_max_sim, weights.name_max_sim * naming)
        for weight, scores in zip(per_group, max_sims, strict=True):
            if len(scores):
                added += weight * scores.max(axis=0)
        if weights.feedback:
            added += weights.feedback * self._feedback(
                token_index, batch, rows, similarity[: len(groups[0])], fused + added
            )
        return added

    def _feedback(
        self,
        token_index: TokenIndex,
        batch: CandidateBatch,
        rows: np.ndarray,
        similarity: np.ndarray,
        fused: np.ndarray,
    ) -> np.ndarray:
        """float32 [rows]: the MaxSim of each clause to what other documents say of the paste's matter, as z-scores.

        `similarity` float32 [sentences of the paste, sentences of the batch] is the MaxSim of each to each. Compared
        are the sentences nearest the paste, one of each document, not of the paste's own clause, and none with its own
        clause.
        """
        import numpy as np

        clause_of = self._store.dense.owner[batch.sentences]
        nearness = z_scores(similarity.max(axis=0, initial=-1.0)) + z_scores(fused[np.searchsorted(rows, clause_of)])
        nearness[
            (clause_of == rows[np.argmax(fused)]) | (token_index.lengths(batch.sentences) < _FEWEST_TOKENS)
        ] = -np.inf
        order = np.argsort(-nearness, kind="stable")
        order = order[np.isfinite(nearness[order])]
        _, first = np.unique(self._store.document_of[clause_of[order]], return_index=True)
        asked = order[np.sort(first)[:_FED_BACK]]
        if not len(asked):
            return np.zeros(len(rows), dtype=np.float32)
        ids, vectors = token_index.unit_vectors(batch.sentences[asked])
        groups = np.split(np.arange(len(ids)), np.cumsum(token_index.lengths(batch.sentences[asked]))[:-1])
        max_sims = np.array([z_scores(scores) for scores in batch.scores(ids, vectors, groups)[0]])
        max_sims[clause_of[asked][:, None] == rows] = 0.0
        return max_sims.max(axis=0)

    def _names(self, text: str, rows: np.ndarray, at: int) -> tuple[Spans, np.ndarray]:
        """Where the text names what the document of the clause rows[at] is about (a zone, a corridor): the longest
        stretch of its title there, unless titles of other matters hold that too; empty where it does not.

        And bool [rows]: where the name tells clauses apart. In a document that has it in its title any clause may have it, down to
        the one on who prints the approval; those are compared by what else they say.
        """
        import numpy as np

        title = self._titles[self._store.document_of[rows[at]]]
        match = SequenceMatcher(None, title, text, autojunk=False).find_longest_match()
        name = title[match.a : match.a + match.size]
        titled = np.array([name in other for other in self._titles])
        found = match.size >= _NAME and titled.sum() <= _TITLES
        return ([(match.b, match.b + match.size)] if found else []), ~titled[self._store.document_of[rows]]
