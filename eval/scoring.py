"""What an answer and a list of clauses are worth: the definitions of shared/eval/README.md, and nothing else. Pure.

Every function takes plain texts, so that any pipeline can be scored, and so that each rule can be checked by hand.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from eval.figures import missing

SUPPORT = 0.6  # share of a sentence's content bigrams that its clause must hold
_MARK = re.compile(r"\[\d{1,2}\]")  # [12], not the year of 渝府[2022]1号
_RUN = re.compile(r"[0-9a-zA-Z㐀-鿿〇]+")
_FUNCTION = frozenset("的了是在和与及等之为将对并中以其也就都而所这那把被由于")


def flat(text: str) -> str:
    """NFKC without white space: the form in which everything is compared."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def answer_text(sentences: Sequence[str]) -> str:
    """The answer as characters are counted: flat, without marks like [1]."""
    return _MARK.sub("", flat("".join(sentences)))


def holders(quote: str, texts: Sequence[str]) -> list[int]:
    """Places of the texts that contain `quote`."""
    wanted = flat(quote)
    return [place for place, text in enumerate(texts) if wanted in flat(text)]


def quote_ranks(quotes: Sequence[str], texts: Sequence[str]) -> list[int | None]:
    """For each quote the 1-based rank of the first text that contains it; None where none does."""
    flats = [flat(text) for text in texts]
    return [next((rank for rank, text in enumerate(flats, 1) if wanted in text), None) for wanted in map(flat, quotes)]


def unmet(must: Sequence[Sequence[str]], text: str, limit: int | None = None) -> list[tuple[str, ...]]:
    """Groups of which no alternative stands in the first `limit` characters of the flat `text`."""
    head = text if limit is None else text[:limit]
    return [tuple(group) for group in must if not any(flat(option) in head for option in group)]


def nuggets(must: Sequence[Sequence[str]], text: str, limit: int) -> float:
    """Share of `must` groups met within `limit` characters; `must` is not empty."""
    return 1 - len(unmet(must, text, limit)) / len(must)


def complete(must: Sequence[Sequence[str]], must_not: Sequence[str], text: str, limit: int) -> bool:
    """All groups met within `limit` characters, and no `must_not` anywhere in the text."""
    return not unmet(must, text, limit) and not any(flat(bad) in text for bad in must_not)


def content_bigrams(text: str) -> frozenset[str]:
    """Pairs of neighbouring characters within runs of Chinese, letters and digits, none of them a function word."""
    runs = _RUN.findall(_MARK.sub("", flat(text)).lower())
    pairs = (run[i : i + 2] for run in runs for i in range(len(run) - 1))
    return frozenset(pair for pair in pairs if not _FUNCTION & set(pair))


def states(sentence: str, clause: str) -> bool:
    """Whether a reader would accept `clause` as stating `sentence`: all its figures, and enough of its wording."""
    wanted = content_bigrams(sentence)
    if not wanted or missing(_MARK.sub("", sentence), clause):
        return False
    return len(wanted & content_bigrams(clause)) >= SUPPORT * len(wanted)


@dataclass(frozen=True, slots=True)
class Citing:
    """How an answer's citations came out."""

    wrong: tuple[int, ...]  # numbers of cited clauses that neither hold a quote nor state a sentence citing them
    cited: tuple[int, ...]  # numbers of all cited clauses
    bare: tuple[str, ...]  # sentences without a citation that holds
    sentences: int
    unheld: tuple[str, ...]  # figures that no cited clause of the answer holds
    misplaced: tuple[str, ...]  # figures that another cited clause holds, not one cited by their sentence

    @property
    def precision(self) -> float | None:
        """None where nothing is cited."""
        return 1 - len(self.wrong) / len(self.cited) if self.cited else None

    @property
    def recall(self) -> float | None:
        """None where nothing is said."""
        return 1 - len(self.bare) / self.sentences if self.sentences else None


def citing(
    sentences: Sequence[tuple[str, Sequence[int]]], clauses: Mapping[int, str], quotes: Sequence[str], given: str = ""
) -> Citing:
    """Judge an answer's citations: its sentences with their marks, clause texts by mark, the question's quotes.

    A mark without a clause cites an empty text. `given` is text whose figures need no clause, as the question of a
    refusal. Sentences without any letter or digit (a lone bracket) are not counted.
    """
    sentences = [
        (text, tuple(marks)) for text, marks in sentences if any(c.isalnum() for c in _MARK.sub("", flat(text)))
    ]
    cited = sorted({mark for _, marks in sentences for mark in marks})
    flats = {mark: flat(clauses.get(mark, "")) for mark in cited}
    holding = {mark for mark in cited if any(flat(quote) in flats[mark] for quote in quotes)}
    backing = [
        {mark for mark in marks if mark in holding or states(text, clauses.get(mark, ""))} for text, marks in sentences
    ]
    right = set().union(*backing) if backing else set()
    everything = "。".join([*(clauses.get(mark, "") for mark in cited), given])
    unheld, misplaced = [], []
    for text, marks in sentences:
        own = "。".join([*(clauses.get(mark, "") for mark in marks), given])
        said = _MARK.sub("", text)
        nowhere = missing(said, everything)
        unheld += nowhere
        misplaced += [figure for figure in missing(said, own) if figure not in nowhere]
    return Citing(
        tuple(mark for mark in cited if mark not in right),
        tuple(cited),
        tuple(text for (text, _), backs in zip(sentences, backing, strict=True) if not backs),
        len(sentences),
        tuple(unheld),
        tuple(misplaced),
    )
