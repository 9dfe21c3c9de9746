"""How much of a question's wording a text bears out, an everyday word counting as said under its official name.
Pure."""

from __future__ import annotations

from collections.abc import Callable, Set
from dataclasses import dataclass

from index.terms import pairs
from rag.query.question import Query
from rag.tuned import numbers
from rag.words import spoken

# Share of a question's wording that the first clauses bear out, below which it is in everyday words.
_SPOKEN = numbers(__name__)["spoken"]

Weigh = Callable[[str], float]  # a character pair → what it counts


@dataclass(frozen=True, slots=True)
class Wording:
    """A question's character pairs with their weights, and its everyday words with what may stand for them."""

    weights: dict[str, float]
    everyday: tuple[tuple[frozenset[str], tuple[frozenset[str], ...]], ...]  # (its pairs, those of each official name)

    @classmethod
    def of(cls, text: str, weigh: Weigh, names: bool = True) -> Wording:
        """The wording of `text`; without `names` only its own words count."""
        words = spoken.everyday(text) if names else ()
        return cls(
            {term: weigh(term) for term in set(pairs(text))},
            tuple(
                (frozenset(pairs(word)), tuple(frozenset(pairs(name)) for name in official)) for word, official in words
            ),
        )

    def share(self, held: Set[str]) -> float:
        """0 to 1: the share of the weight that a text with these pairs holds."""
        total = sum(self.weights.values())
        if not total:
            return 0.0
        said = self.weights.keys() & held
        for own, official in self.everyday:
            if any(name <= held for name in official):
                said |= own & self.weights.keys()
        return sum(self.weights[term] for term in said) / total


def is_everyday(query: Query, share: float) -> bool:
    """Whether a question is in everyday words, `share` being that of its wording in the first clauses; those that name
    a document or an address say what they want, and a comparison is searched by its sides."""
    named = query.titles or query.doc_nos or query.address or query.sides
    return bool(query.formal) or (share < _SPOKEN and not (named or query.pasted))
