"""Clauses ranked for a question or for a pasted clause."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from index.schema import Clause
from index.store import Store
from rag.answering import metadata
from rag.query.addresses import numbered, stands_at
from rag.query.question import Query
from rag.query.titles import Titles
from rag.query.wording import is_everyday
from rag.retrieval.crowding import uncrowded
from rag.retrieval.fusion import Fusion, Parts, best_first, mixed
from rag.retrieval.pastes import PasteParts, Pastes, thinned

if TYPE_CHECKING:
    import numpy as np

    from index.encoder import Encoder

FIRST = 5  # clauses that tell which document a question has found, and how much of its wording is borne out
_ADDRESSED = 6.0  # standard deviations: what the question names by address, or by 文号 and date, comes first


@dataclass(frozen=True, slots=True)
class Steps:
    """How fused scores become a ranking; what is off in turn makes an ablation."""

    titles: float = 1.0  # weight of the documents a question names
    formal: float = 0.5  # share of the ranking that the question has together with the documents' words for it
    within: float = 0.5  # share of what is left of an everyday question in the order within the document it has found
    apart: bool = True  # a comparison is searched for either side by itself
    lift: float | None = 1.0  # a clause that heads others stands this far below the best of them; None: by itself
    crowd: tuple[float, int] | None = (1.0, 2)  # (penalty, free) of rag.retrieval.crowding for questions
    crowd_pasted: tuple[float, int] | None = (2.0, 1)  # the same for pasted clauses, whose kin are in other documents


@dataclass(frozen=True, slots=True)
class Ranking:
    """All clauses scored for one query; the sentence scores are what evidence is chosen by."""

    rows: Sequence[int]  # clause rows, best first, filtered ones left out
    fused: np.ndarray  # float32 [clauses]; sums of standard deviations
    sentences: np.ndarray  # float32 [sentences], cosine to the query
    meaning: np.ndarray  # as in rag.retrieval.fusion.Scores
    likeness: np.ndarray | None  # as in rag.retrieval.fusion.Scores
    rerank_ms: float | None = None  # what a reranker took, where one is set
    sides: tuple[Ranking, ...] = ()  # of a comparison: the rankings for either side


class Retriever:
    """Ranks the clauses of one store."""

    def __init__(
        self, store: Store, encoder: Encoder, parts: Parts = Parts(), steps: Steps = Steps(),
        paste_parts: PasteParts = PasteParts(),
    ) -> None:  # fmt: skip
        self._store = store
        self._steps = steps
        self.fusion = Fusion(store, encoder, parts)
        self.pastes = Pastes(store, paste_parts)
        self.titles = Titles(list(store.documents.values()))
        self._children, self._heads = _families(store.clauses)

    def rank(self, query: Query, allowed: np.ndarray | None = None) -> Ranking:
        """Rank for `query`; `allowed` is a bool mask [clauses] of what the user's filters leave."""
        if not (query.sides and self._steps.apart):
            return self._rank(query, allowed)
        return together(tuple(self._rank(side, allowed) for side in query.sides))

    def _rank(self, query: Query, allowed: np.ndarray | None) -> Ranking:
        text = thinned(query.text) if query.pasted else query.text
        scores = self.fusion.scores(text, query.pasted, allowed)
        if query.formal and self._steps.formal:
            formal = self.fusion.scores(f"{query.text} {query.formal}", allowed=allowed)
            scores = mixed(scores, formal, self._steps.formal)
        fused = scores.fused
        if query.pasted:
            fused = self._for_pasted(fused + self.pastes.scores(text, scores.question, fused, allowed))
        else:
            fused = self._within(query, self._for_question(query, fused), allowed)
        return Ranking(best_first(fused, allowed).tolist(), fused, scores.cosines, scores.meaning, scores.likeness)

    def _within(self, query: Query, fused: np.ndarray, allowed: np.ndarray | None) -> np.ndarray:
        """What most of the first clauses say of an everyday question (a place, a zone) has found the document they are of;
        its clauses change places by what is left of the question."""
        import numpy as np

        first = best_first(fused, allowed)[:FIRST].tolist()
        documents, counts = np.unique(self._store.document_of[first], return_counts=True)
        if not self._steps.within or 2 * counts.max(initial=0) <= len(first):
            return fused
        if not is_everyday(query, self.fusion.coverage(query.text, first, names=True)):
            return fused
        left = self.fusion.unsaid(query.text, first)
        if left == query.text and not query.formal:
            return fused
        inside = self._store.document_of == documents[np.argmax(counts)]
        rows = np.flatnonzero(inside if allowed is None else inside & allowed)
        again = self.fusion.scores(f"{left} {query.formal}", allowed=inside).fused[rows]
        settled, mixture = fused.copy(), (1 - self._steps.within) * fused[rows] + self._steps.within * again
        settled[rows[np.argsort(-mixture, kind="stable")]] = -np.sort(-fused[rows])
        return settled

    def _for_question(self, query: Query, fused: np.ndarray) -> np.ndarray:
        import numpy as np

        steps = self._steps
        fused = fused + steps.titles * np.array(self.titles.scores(query), dtype=np.float32)[self._store.document_of]
        if numbered(query.address):  # all of the place's clauses are wanted, crowded or not
            there = np.array([stands_at(clause, query.address) for clause in self._store.clauses])
            return fused + _ADDRESSED * there
        if printed := self._printed(query):
            fused[printed] += _ADDRESSED
        if steps.lift is not None and len(self._heads):
            # A heading's own paragraph (“到2027年，……”) holds for what stands below it.
            np.maximum.at(fused, self._heads, fused[self._children] - steps.lift)
        return fused if steps.crowd is None else uncrowded(fused, self._store.document_of, *steps.crowd)

    def _printed(self, query: Query) -> list[int]:
        """Rows of the clauses that print the 文号, date or issuer asked for, of the documents the question names."""
        if not query.asks & metadata.ABOUT_ITSELF:
            return []
        rows = self._store.row_of
        return [
            rows[clause.clause_id]
            for document in self.titles.meant(query)
            for clause in metadata.printed_in(query, document, self._store.clauses_of(document.doc_id))
        ]

    def _for_pasted(self, fused: np.ndarray) -> np.ndarray:
        """The other clauses of the clause's own document come after those of others."""
        steps = self._steps
        fused = self._own_document_last(fused)
        return fused if steps.crowd_pasted is None else uncrowded(fused, self._store.document_of, *steps.crowd_pasted)

    def _own_document_last(self, fused: np.ndarray) -> np.ndarray:
        import numpy as np

        best = int(np.argmax(fused))
        own = self._store.document_of == self._store.document_of[best]
        own[best] = False
        return np.where(own, fused - (fused.max() - fused.min()), fused)


def together(sides: tuple[Ranking, ...]) -> Ranking:
    """What comes first for either side of a comparison comes first: a clause stands as far below the best as in the
    ranking it stands highest in."""
    import numpy as np

    rows = np.sort(sides[0].rows)
    if not len(rows):
        return sides[0]
    fused = np.max([side.fused - side.fused[side.rows[0]] for side in sides], axis=0)
    best = rows[np.argsort(-fused[rows], kind="stable")]
    sentences = np.max([side.sentences for side in sides], axis=0)
    return Ranking(best.tolist(), fused, sentences, sentences, None, sides=sides)


def _families(clauses: Sequence[Clause]) -> tuple[np.ndarray, np.ndarray]:
    """(rows, for each the row of the nearest clause whose first line is one of the headings above it)."""
    import numpy as np

    headed = {(c.doc_id, c.path, c.text.split("\n", 1)[0].strip()): row for row, c in enumerate(clauses)}
    found: list[tuple[int, int]] = []
    for row, clause in enumerate(clauses):
        for depth in range(len(clause.path) - 1, -1, -1):
            head = headed.get((clause.doc_id, clause.path[:depth], clause.path[depth].strip()))
            if head is not None and head != row:
                found.append((row, head))
                break
    pairs = np.array(found, dtype=np.int64).reshape(-1, 2)
    return pairs[:, 0], pairs[:, 1]
