"""Lexical overlap: the weighted share of a question's character pairs that a text holds, a colloquial word counting as
said under its official name. Pure."""

from __future__ import annotations

from collections.abc import Callable, Set
from dataclasses import dataclass

from index.terms import pairs
from rag.query.question import Query
from rag.tuned import numbers
from rag.words import colloquial

# Lexical overlap of a question with the first clauses below which it is in colloquial words.
_COLLOQUIAL = numbers(__name__)["colloquial"]

Weigh = Callable[[str], float]  # a character pair → what it counts


@dataclass(frozen=True, slots=True)
class LexicalOverlap:
    """A question's character pairs with their weights, and its everyday words with what may stand for them."""

    weights: dict[str, float]
    everyday: tuple[tuple[frozenset[str], tuple[frozenset[str], ...]], ...]  # (its pairs, those of each official name)

    @classmethod
    def of(cls, text: str, weigh: Weigh, names: bool = True) -> LexicalOverlap:
        """The pairs of `text` with what each weighs; without `names` only its own words count."""
        words = colloquial.everyday(text) if names else ()
        return cls(
            {term: weigh(term) for term in set(pairs(text))},
            tuple(
                (frozenset(pairs(word)), tuple(frozenset(pairs(name)) for name in official)) for word, official in words
            ),
        )

    def share(self, held: Set[str]) -> float:
        """0 to 1: the share of the weight that a text with the pairs `held` holds."""
        total = sum(self.weights.values())
        if not total:
            return 0.0
        said = self.weights.keys() & held
        for own, official in self.everyday:
            if any(name <= held for name in official):
                said |= own & self.weights.keys()
        return sum(self.weights[term] for term in said) / total


def is_colloquial(query: Query, overlap: float) -> bool:
    """Whether a question is in colloquial words, `overlap` being its lexical overlap with the first clauses; those that
    name a document or an address say what they want, and a comparison is searched by its sub-queries."""
    named = query.titles or query.doc_nos or query.address or query.sub_queries
    return bool(query.rewriting) or (overlap < _COLLOQUIAL and not (named or query.pasted))
