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
    from index.late import Late, Page
    from index.postings import Found

_SENTENCE, _SENTENCES = 8, 12  # the shortest sentence taken, in characters, and how many at most
_PIECE, _PIECES = 6, 20  # the same of what stands between two commas
_FED_BACK, _TELLING = 6, 5  # sentences that are compared in turn, each of another document; the fewest words of one
_EACH = 50  # clauses that each sentence adds to the candidates by its wording
_NAME, _TITLES = 5, 3  # the shortest name of a document's subject, in characters, and how many titles may hold it
_LISTED = re.compile(r"((?:[^、，。；：]{1,14}、){2})(?:[^、，。；：]{1,14}、){3,}")
_CUT = re.compile(rf"[^，,。；;：:、\n]{{{_PIECE},}}(?:、[^，,。；;：:\n]*)?")
_TUNED = numbers(__name__)


@dataclass(frozen=True, slots=True)
class PasteParts:
    """Which standard scores are added; what is off in turn makes an ablation."""

    wording: float = _TUNED["wording"]  # BM25 of the whole text
    clause: float = _TUNED["clause"]  # cosine of clause and text
    sentence: float = _TUNED["sentence"]  # the same of the clause's best sentence
    sentence_wording: float = _TUNED[
        "sentence_wording"
    ]  # BM25 of each sentence against the best sentence of a clause, the best of them
    piece_wording: float = _TUNED["piece_wording"]  # the same of each piece, on average
    sentence_words: float = _TUNED[
        "sentence_words"
    ]  # the words of each sentence each against their likes there, the best of them
    piece_words: float = _TUNED["piece_words"]  # the same of each piece
    name_wording: float = _TUNED["name_wording"]  # BM25 of the name of what the paste's document is about
    name_words: float = _TUNED["name_words"]  # the words of that name each against their likes
    feedback: float = _TUNED[
        "feedback"
    ]  # the words of the best sentences elsewhere against a clause's, the best of them


def thinned(text: str) -> str:
    """The text with at most three items of each long enumeration: of fifteen towns each weighs as much as what is to be
    done in them."""
    return _LISTED.sub(r"\1", text)


class Pastes:
    """Compares pasted texts and their parts with the clauses of one store."""

    def __init__(self, store: Store, encoder: Encoder, parts: PasteParts = PasteParts()) -> None:
        self._store = store
        self._encoder = encoder
        self._parts = parts
        self._titles = [document.title for document in store.documents.values()]

    def scores(self, text: str, allowed: np.ndarray | None = None, k: int = CANDIDATES) -> Scores:
        """The candidates for the text, `k` from each index, and for each of its sentences, scored; `allowed`: a bool
        mask [clauses], None for all."""
        import numpy as np

        parts, store = self._parts, self._store
        read = self._encoder.read_query(text)
        sentences = [span for span in split_sentences(text) if span[1] - span[0] >= _SENTENCE][:_SENTENCES]
        pieces = [match.span() for match in _CUT.finditer(text)][:_PIECES]
        sentences, pieces = sentences or [(0, len(text))], pieces or [(0, len(text))]
        worded = [store.sentence_pairs.scores(text[a:b]) for a, b in sentences]
        of_allowed = None if allowed is None else allowed[store.dense.owner]
        also = [store.dense.owner[own.best(_EACH, of_allowed)] for own in worded]
        found = store.candidates(text, read.vector, k, allowed, np.concatenate(also).tolist())

        def wording(matches: Found) -> np.ndarray:
            return z_scores(best_of(matches.of(found.sentences), found.counts, 0.0))

        fused = parts.wording * z_scores(found.wording) + parts.sentence * z_scores(found.meaning)
        fused += parts.clause * z_scores(store.dense.clause_scores(read.vector, found.rows))
        fused += parts.sentence_wording * np.max([wording(own) for own in worded], axis=0)
        of_pieces = [wording(store.sentence_pairs.scores(text[a:b])) for a, b in pieces]
        fused += parts.piece_wording * z_scores(np.mean(of_pieces, axis=0))
        cosines = Sparse(found.sentences, found.cosines)
        if not len(found.rows):
            return Scores(found.rows, fused, cosines, cosines, None)
        names, telling = self._names(text, found.rows, int(np.argmax(fused)))
        for start, stop in names:
            fused += parts.name_wording * np.where(telling, wording(store.sentence_pairs.scores(text[start:stop])), 0.0)
        fused += self._words(read, found.rows, [sentences, pieces, names], telling, fused)
        return Scores(found.rows, fused, cosines, cosines, None)

    def _words(
        self, read: EncodedQuery, rows: np.ndarray, spans: Sequence[Spans], telling: np.ndarray, fused: np.ndarray
    ) -> np.ndarray:
        """float32 [rows], to be added to `fused`: the words of sentences, pieces and names against a clause's; zeros where
        the model gives no token states."""
        import numpy as np

        parts, added = self._parts, np.zeros(len(rows), dtype=np.float32)
        if (told := token_states(self._store, read)) is None:
            return added
        late, ids, states = told
        page = late.read(rows)
        groups = [read.within(own) for own in spans]
        _, best, said = page.scores(ids, late.space.of_query(states), list(chain.from_iterable(groups)))
        likenesses = np.split(np.array([z_scores(scores) for scores in best]), np.cumsum(list(map(len, groups)))[:-1])
        weights = (parts.sentence_words, parts.piece_words, parts.name_words * telling)
        for weight, scores in zip(weights, likenesses, strict=True):
            if len(scores):
                added += weight * scores.max(axis=0)
        if parts.feedback:
            added += parts.feedback * self._feedback(late, page, rows, said[: len(groups[0])], fused + added)
        return added

    def _feedback(self, late: Late, page: Page, rows: np.ndarray, said: np.ndarray, fused: np.ndarray) -> np.ndarray:
        """float32 [rows]: how like a clause is to what others say of the paste's matter.

        `said` float32 [sentences of the paste, sentences of the page] are their likenesses. Asked are the sentences
        nearest the paste, one of each document, not of the paste's own clause, and none about its own clause.
        """
        import numpy as np

        clause_of = self._store.dense.owner[page.sentences]
        nearness = z_scores(said.max(axis=0, initial=-1.0)) + z_scores(fused[np.searchsorted(rows, clause_of)])
        nearness[(clause_of == rows[np.argmax(fused)]) | (late.lengths(page.sentences) < _TELLING)] = -np.inf
        order = np.argsort(-nearness, kind="stable")
        order = order[np.isfinite(nearness[order])]
        _, first = np.unique(self._store.document_of[clause_of[order]], return_index=True)
        asked = order[np.sort(first)[:_FED_BACK]]
        if not len(asked):
            return np.zeros(len(rows), dtype=np.float32)
        ids, vectors = late.said(page.sentences[asked])
        groups = np.split(np.arange(len(ids)), np.cumsum(late.lengths(page.sentences[asked]))[:-1])
        likenesses = np.array([z_scores(scores) for scores in page.scores(ids, vectors, groups)[0]])
        likenesses[clause_of[asked][:, None] == rows] = 0.0
        return likenesses.max(axis=0)

    def _names(self, text: str, rows: np.ndarray, at: int) -> tuple[Spans, np.ndarray]:
        """Where the text names what the document of the clause rows[at] is about (a zone, a corridor): the longest
        stretch of its title there, unless titles of other matters hold that too; empty where it does not.

        And bool [rows]: where the name tells. In a document that has it in its title any clause may have it, down to
        the one on who prints the approval; those are compared by what else they say.
        """
        import numpy as np

        title = self._titles[self._store.document_of[rows[at]]]
        match = SequenceMatcher(None, title, text, autojunk=False).find_longest_match()
        name = title[match.a : match.a + match.size]
        titled = np.array([name in other for other in self._titles])
        found = match.size >= _NAME and titled.sum() <= _TITLES
        return ([(match.b, match.b + match.size)] if found else []), ~titled[self._store.document_of[rows]]
