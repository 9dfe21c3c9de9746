"""What one text says about every clause: dense and lexical scores, of clauses and of their sentences, fused; then, for
a question, the best of them word by word.

Scores are standardised over all clauses they were given to before they are added, so that no weight depends on a
model's or a corpus's scale (against fixed RRF: eval/ABLATION.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from index.content import index_text
from index.lexical import inverse_frequency
from index.store import Store
from index.terms import compact, pairs
from rag.query import spoken
from rag.query.dictionary import pieces
from rag.query.wording import Wording

if TYPE_CHECKING:
    import numpy as np

    from index.encoder import Encoder, Question

_WITNESSES = 5  # clauses asked how much of the text's wording they bear out
_READ = 400  # clauses compared word by word; recall@20 as with all 3,000 of a larger corpus


@dataclass(frozen=True, slots=True)
class Parts:
    """Which scores are added; what is off in turn makes an ablation."""

    pairs: float = 1.0
    words: float = 1.0
    clause: float = 1.0
    sentence: float = 1.5  # the best sentence of a clause tells more than the whole clause
    spoken: float = 0.3  # what the everyday words of a question are called in documents
    document: float = 0.5  # how many of the question's words the clause's whole document holds
    adaptive: bool = True  # wording counts as far as it is borne out; else fully
    late_clause: float = 2.0  # a question's words, each against its like in the clause
    late_sentence: float = 1.0  # the same in the clause's best sentence
    titled: float = 0.8  # a like in the title of the clause's document against one in the clause
    beside_late: float = 0.5  # what is left of the two vectors' weights where words are compared
    pasted: float = 0.5  # what is left of the wording of a whole paste, whose parts are compared by theirs


@dataclass(frozen=True, slots=True)
class Scores:
    """What a text says about clauses and about sentences."""

    fused: np.ndarray  # float32 [clauses], in standard deviations
    question: Question  # the text as the encoder read it
    cosines: np.ndarray  # float32 [sentences], to the text's vector
    meaning: np.ndarray  # the same, to be chosen by: of two readings, of both
    likeness: np.ndarray | None  # float32 [sentences], of their words to the text's; nan for those not compared


def mixed(one: Scores, other: Scores, share: float) -> Scores:
    """Two readings of one question, `share` of the other; what it is near to stays what the one says."""
    import numpy as np

    likeness = None
    if one.likeness is not None and other.likeness is not None:
        both = (1 - share) * one.likeness + share * other.likeness
        likeness = np.where(np.isnan(one.likeness), other.likeness, np.where(np.isnan(other.likeness), one.likeness, both))
    fused, meaning = ((1 - share) * a + share * b for a, b in ((one.fused, other.fused), (one.meaning, other.meaning)))
    return Scores(fused, one.question, one.cosines, meaning, likeness)


class Fusion:
    """Scores the clauses of one store."""

    def __init__(self, store: Store, encoder: Encoder, parts: Parts = Parts()) -> None:
        self._store = store
        self._encoder = encoder
        self._parts = parts

    def scores(self, text: str, pasted: bool = False, allowed: np.ndarray | None = None) -> Scores:
        """`pasted`: in a document's own words, to be compared part by part (rag.retrieval.pastes); `allowed`: a bool
        mask [clauses] of those whose words are worth comparing.

        Wording counts as far as the best clauses bear it out: a question in everyday words shares a tenth of its
        terms with them, one in the documents' words half, a pasted clause all; a fixed weight wastes one or the other.
        """
        import numpy as np

        parts, store = self._parts, self._store
        question = self._encoder.read_query(text)
        cosines = store.dense.sentence_scores(question.vector)
        by_pairs = store.pairs.scores(text)
        wording = 1.0
        if parts.adaptive:
            wording = self.coverage(text, np.argsort(-by_pairs, kind="stable")[:_WITNESSES].tolist())
        lexical = wording * (parts.pairs * standard(by_pairs) + parts.words * standard(store.words.scores(text)))
        dense = parts.clause * standard(store.dense.clause_scores(question.vector))
        dense += parts.sentence * standard(store.dense.best_sentence_scores(cosines))
        if pasted:
            return Scores(parts.pasted * lexical + dense, question, cosines, cosines, None)
        if parts.spoken and (official := spoken.official(text)):
            lexical += parts.spoken * standard(store.pairs.scores(" ".join(official)))
        if parts.document:
            lexical += parts.document * standard(self._document_wording(text))[self._store.document_of]
        if not (parts.late_clause + parts.late_sentence and has_words(store, question)):
            return Scores(lexical + dense, question, cosines, cosines, None)
        late, likeness = self._late(question, worth_reading(lexical + dense, allowed))
        return Scores(lexical + parts.beside_late * dense + late, question, cosines, cosines, likeness)

    def _late(self, question: Question, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(float32 [clauses], float32 [sentences]) of a question's words against those of the clauses `rows`."""
        import numpy as np

        late, parts = self._store.late, self._parts
        page = late.read(rows)
        vectors = late.space.of_query(question.states)
        (clauses,), (best,), (sentences,) = page.scores(question.ids, vectors, titled=parts.titled)
        likeness = np.full(len(self._store.sentences), np.nan, dtype=np.float32)
        likeness[page.sentences] = sentences
        added = parts.late_clause * standard(clauses) + parts.late_sentence * standard(best)
        return spread(added, rows, len(self._store.clauses)), likeness

    def _document_wording(self, text: str) -> np.ndarray:
        """float32 [documents]: the weight of the text's terms that a document holds anywhere.

        A term weighs by how few documents hold it, so that places and names tell: who asks of two towns and a ticket
        means a document that speaks of both, though the clause about tickets names neither.
        """
        import numpy as np

        held = np.zeros(len(self._store.documents), dtype=np.float32)
        for term in set(pairs(text)):
            holders = np.unique(self._store.document_of[self._store.pairs.holders(term)])
            held[holders] += inverse_frequency(len(holders), len(held))
        return held

    def coverage(self, text: str, rows: Sequence[int], names: bool = False) -> float:
        """0 to 1: the largest share of the text's wording that one of these clauses, with title and address, holds;
        with `names`, an everyday word counts as said under its official name."""
        return max(self.shares(text, rows, names), default=0.0)

    def shares(self, text: str, rows: Sequence[int], names: bool = False) -> list[float]:
        """The same of each of these clauses."""
        wording = Wording.of(text, self._store.pairs.idf, names)
        return [wording.share(frozenset(pairs(self._said(row)))) for row in rows]

    def unsaid(self, text: str, rows: Sequence[int]) -> str:
        """The text without the words that most of these clauses, with title and address, hold; one character is no word."""
        held = [compact(self._said(row)) for row in rows]

        def said(piece: str) -> bool:
            return len(piece.strip()) > 1 and 2 * sum(compact(piece) in clause for clause in held) > len(held)

        return "".join(piece for piece in pieces(text) if not said(piece))

    def _said(self, row: int) -> str:
        clause = self._store.clauses[row]
        return index_text(self._store.documents[clause.doc_id], clause)


def has_words(store: Store, question: Question) -> bool:
    """Whether a text's words can be compared with the clauses'."""
    return store.late is not None and question.states is not None and len(question.states) > 0


def best_first(fused: np.ndarray, allowed: np.ndarray | None) -> np.ndarray:
    """int64: the rows of the clauses allowed, best first."""
    import numpy as np

    order = np.argsort(-fused, kind="stable")
    return order if allowed is None else order[allowed[order]]


def worth_reading(fused: np.ndarray, allowed: np.ndarray | None) -> np.ndarray:
    """int64, ascending: the rows of the best clauses among those allowed, to be compared word by word."""
    import numpy as np

    return np.sort(best_first(fused, allowed)[:_READ])


def spread(scores: np.ndarray, rows: np.ndarray, size: int) -> np.ndarray:
    """float32 [size]: scores [rows] at their rows; what was not read stands as low as the lowest that was."""
    import numpy as np

    whole = np.full(size, scores.min(initial=0.0), dtype=np.float32)
    whole[rows] = scores
    return whole


def standard(scores: np.ndarray) -> np.ndarray:
    """Zero mean and unit deviation over all entries; zeros where they do not differ."""
    deviation = scores.std() if len(scores) else 0.0
    return (scores - scores.mean()) / deviation if deviation > 0 else scores * 0
