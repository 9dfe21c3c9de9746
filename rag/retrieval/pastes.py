"""A pasted clause part by part: what relates to one of its sentences answers too, though the rest speaks of other things;
and by the name of what its document is about, where it says that.

Then pseudo-relevance feedback: what other documents say of the same matter, each in its own words, finds what the paste's
words do not.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import chain
from typing import TYPE_CHECKING

from index.sentences import split_sentences
from index.store import Store
from rag.retrieval.fusion import has_words, spread, standard, worth_reading

if TYPE_CHECKING:
    import numpy as np

    from index.encoder import Question, Spans
    from index.late import Page

_SENTENCE, _SENTENCES = 8, 12  # the shortest sentence taken, in characters, and how many at most
_PIECE, _PIECES = 6, 20  # the same of what stands between two commas
_FED_BACK, _TELLING = 6, 5  # sentences that are compared in turn, each of another document; the fewest words of one
_NAME, _TITLES = 5, 3  # the shortest name of a document's subject, in characters, and how many titles may hold it
_LISTED = re.compile(r"((?:[^、，。；：]{1,14}、){2})(?:[^、，。；：]{1,14}、){3,}")
_CUT = re.compile(r"[^，,。；;：:、\n]{%d,}(?:、[^，,。；;：:\n]*)?" % _PIECE)


@dataclass(frozen=True, slots=True)
class PasteParts:
    """Which scores are added; what is off in turn makes an ablation."""

    sentence_wording: float = 2.0  # BM25 of each sentence against the best sentence of a clause, the best of them
    piece_wording: float = 1.0  # the same of each piece, on average
    sentence_words: float = 4.0  # the words of each sentence each against their likes there, the best of them
    piece_words: float = 2.0  # the same of each piece
    name_wording: float = 3.0  # BM25 of the name of what the paste's document is about
    name_words: float = 3.0  # the words of that name each against their likes
    feedback: float = 2.0  # the words of the best sentences elsewhere against a clause's, the best of them


def thinned(text: str) -> str:
    """The text with at most three items of each long enumeration: of fifteen towns each weighs as much as what is to be
    done in them."""
    return _LISTED.sub(r"\1", text)


class Pastes:
    """Compares the parts of pasted texts with the clauses of one store."""

    def __init__(self, store: Store, parts: PasteParts = PasteParts()) -> None:
        self._store = store
        self._parts = parts
        self._titles = [document.title for document in store.documents.values()]

    def scores(self, text: str, read: Question, fused: np.ndarray, allowed: np.ndarray | None) -> np.ndarray:
        """float32 [clauses], to be added to `fused`, which says what the whole text is near; `allowed` as there."""
        import numpy as np

        parts = self._parts
        sentences = [span for span in split_sentences(text) if span[1] - span[0] >= _SENTENCE][:_SENTENCES]
        pieces = [match.span() for match in _CUT.finditer(text)][:_PIECES]
        sentences, pieces = sentences or [(0, len(text))], pieces or [(0, len(text))]
        added = parts.sentence_wording * np.max([self._wording(text[a:b]) for a, b in sentences], axis=0)
        added += parts.piece_wording * standard(np.mean([self._wording(text[a:b]) for a, b in pieces], axis=0))
        names, telling = self._names(text, int(np.argmax(fused + added)))
        for start, stop in names:
            added += parts.name_wording * np.where(telling, self._wording(text[start:stop]), 0.0)
        if not has_words(self._store, read):
            return added
        late, rows = self._store.late, worth_reading(fused, allowed)
        page = late.read(rows)
        groups = [read.within(spans) for spans in (sentences, pieces, names)]
        _, best, said = page.scores(read.ids, late.space.of_query(read.states), list(chain.from_iterable(groups)))
        likenesses = np.split(np.array([standard(scores) for scores in best]), np.cumsum(list(map(len, groups)))[:-1])
        weights = (parts.sentence_words, parts.piece_words, parts.name_words * telling)
        for weight, scores in zip(weights, likenesses, strict=True):
            if len(scores):
                added += weight * spread(scores.max(axis=0), rows, len(fused))
        if parts.feedback:
            fed_back = self._feedback(page, rows, said[: len(groups[0])], fused + added)
            added += parts.feedback * spread(fed_back, rows, len(fused))
        return added

    def _feedback(self, page: Page, rows: np.ndarray, said: np.ndarray, fused: np.ndarray) -> np.ndarray:
        """float32 [rows]: how like a clause is to what others say of the paste's matter.

        `said` float32 [sentences of the paste, sentences of the page] are their likenesses. Asked are the sentences
        nearest the paste, one of each document, not of the paste's own clause, and none about its own clause.
        """
        import numpy as np

        late, clause_of = self._store.late, self._store.dense.owner[page.sentences]
        nearness = standard(said.max(axis=0, initial=-1.0)) + standard(fused[clause_of])
        nearness[(clause_of == np.argmax(fused)) | (late.lengths(page.sentences) < _TELLING)] = -np.inf
        order = np.argsort(-nearness, kind="stable")
        order = order[np.isfinite(nearness[order])]
        _, first = np.unique(self._store.document_of[clause_of[order]], return_index=True)
        asked = order[np.sort(first)[:_FED_BACK]]
        if not len(asked):
            return np.zeros(len(rows), dtype=np.float32)
        ids, vectors = late.said(page.sentences[asked])
        groups = np.split(np.arange(len(ids)), np.cumsum(late.lengths(page.sentences[asked]))[:-1])
        likenesses = np.array([standard(scores) for scores in page.scores(ids, vectors, groups)[0]])
        likenesses[clause_of[asked][:, None] == rows] = 0.0
        return likenesses.max(axis=0)

    def _names(self, text: str, row: int) -> tuple[Spans, np.ndarray]:
        """Where the text names what the document of this clause is about (a zone, a corridor): the longest stretch of its
        title there, unless titles of other matters hold that too; empty where it does not.

        And bool [clauses]: where the name tells. In a document that has it in its title any clause may have it, down to
        the one on who prints the approval; those are compared by what else they say.
        """
        import numpy as np

        title = self._titles[self._store.document_of[row]]
        match = SequenceMatcher(None, title, text, autojunk=False).find_longest_match()
        name = title[match.a : match.a + match.size]
        titled = np.array([name in other for other in self._titles])
        found = match.size >= _NAME and titled.sum() <= _TITLES
        return ([(match.b, match.b + match.size)] if found else []), ~titled[self._store.document_of]

    def _wording(self, text: str) -> np.ndarray:
        """float32 [clauses]: BM25 of the best sentence of each clause, standardised."""
        store = self._store
        return standard(store.dense.best_sentence_scores(store.sentence_pairs.scores(text), empty=0.0))
