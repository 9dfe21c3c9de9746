"""Questions and twins written for training, over documents of their own → groups of samples.

Documents are read by the product's own readers and parser, so that clauses, tables and addresses look in training as
they do when a question is asked.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from index.lexical import Lexical
from index.load import load_file
from index.parse import parse
from index.schema import Clause, Document
from index.terms import compact, pairs
from rag.reading.cuts import windows
from rag.reading.inputs import Pair
from rag.reading.passages import address
from rag.training.entries import Entry, read
from rag.training.samples import Group, Sample
from rag.training.twins import Twins

_NAMED = 0.35  # share of the pairs that also name the document they are about
_NEIGHBOURS = 2  # clauses of the document that share the most with a question and do not answer it
_SOME = 2  # twins beside a question that is an entry's second or third


@dataclass(frozen=True)
class Text:
    """A training document as parsed."""

    name: str
    clauses: Sequence[tuple[Document, Clause]]

    @property
    def title(self) -> str:
        return self.clauses[0][0].title

    @cached_property
    def lexical(self) -> Lexical:
        return Lexical.build([f"{address(d, c)}\n{c.text}" for d, c in self.clauses], pairs)

    def holding(self, quote: str) -> list[int]:
        """Rows of the clauses that hold a quote."""
        return [row for row, (_, clause) in enumerate(self.clauses) if compact(quote) in compact(clause.text)]

    def like(self, question: str, k: int) -> list[int]:
        """Rows of the `k` clauses that share the most with a question."""
        return self.lexical.scores(question).best(k).tolist()


@dataclass(frozen=True)
class Shelf:
    """The documents below some folders, read when first asked for."""

    folders: Sequence[Path]
    _read: dict[str, Text] = field(default_factory=dict)

    @cached_property
    def _files(self) -> dict[str, Path]:
        return {file.stem: file for folder in self.folders for file in sorted(folder.rglob("*")) if file.is_file()}

    @property
    def names(self) -> list[str]:
        return list(self._files)

    def text(self, name: str) -> Text:
        if name not in self._read:
            parsed = parse(load_file(self._files[name], self._files[name].name))
            self._read[name] = Text(name, [(one.document, clause) for one in parsed for clause in one.clauses])
        return self._read[name]


def groups(file: Path, shelf: Shelf, seed: str) -> Iterator[Group]:
    """Groups of every entry: each question beside its evidence with twins beside the same, and either beside clauses
    that do not answer it."""
    chance = random.Random(f"{seed} {file.name}")
    twins = Twins(chance)
    for entry in read(file):
        yield from _groups(entry, shelf, file.stem, twins, chance)


def _groups(entry: Entry, shelf: Shelf, source: str, twins: Twins, chance: random.Random) -> Iterator[Group]:
    text = shelf.text(entry.document)
    own = {row for quote in entry.quotes if quote.document == text.name for row in text.holding(quote.text)}
    for place, question in enumerate(entry.asks):
        # The first question is read beside every twin, the others beside some.
        near = list(entry.twins) if place == 0 else chance.sample(entry.twins, min(len(entry.twins), _SOME))
        elsewhere = None
        if chance.random() < _NAMED:
            other = shelf.text(chance.choice(shelf.names)).title
            if (named := twins.named([question, *near], text.title, other)) is not None:
                (question, *near), (elsewhere, *_) = named
        answering = list(_answering(question, entry, shelf))
        spanned = [sample for sample in answering if sample.answer is not None] or answering
        for window, sample in enumerate(spanned if place == 0 else spanned[:1]):
            told = sample.pair
            beside = [*near, elsewhere] if window == 0 else [near[0], elsewhere]
            if sample.answer and len(near) < _SOME:  # too few were written: one more by rule
                beside.append(twins.of(question, told.body, told.body[slice(*sample.answer)]))
            others = [Sample(Pair(each, told.address, told.body), False) for each in beside if each is not None]
            if window == 0:
                others += _beside(question, entry, text, own, _NEIGHBOURS if place == 0 else 0, entry.span)
            yield Group((sample, *others), True, source, text.name)
    if alone := tuple(_beside(chance.choice(entry.twins), entry, text, own, 1, "")):
        yield Group(alone, False, source, text.name)


def _answering(question: str, entry: Entry, shelf: Shelf) -> Iterator[Sample]:
    """The windows of the answering clauses that hold the span; of a clause where it stands in none, those that hold a
    quote."""
    quotes = [compact(quote.text) for quote in entry.quotes]
    for quote in entry.quotes:
        text = shelf.text(quote.document)
        for row in text.holding(quote.text):
            document, clause = text.clauses[row]
            head = address(document, clause)
            bodies = [clause.text[start:stop] for start, stop in windows(clause.text)]
            spans = [found(body, entry.span, quotes) for body in bodies]
            if any(spans):
                yield from (
                    Sample(Pair(question, head, body), True, span)
                    for body, span in zip(bodies, spans, strict=True)
                    if span is not None
                )
            else:
                yield from (
                    Sample(Pair(question, head, body), True)
                    for body in bodies
                    if any(each in compact(body) for each in quotes)
                )


def _beside(question: str, entry: Entry, text: Text, answering: set[int], most: int, span: str) -> Iterator[Sample]:
    """The question beside clauses of the document that do not answer it: those that tempt, then the likest; `span`
    stands in none of them."""
    near = [row for quote in entry.near if quote.document == text.name for row in text.holding(quote.text)]
    rows = [row for row in dict.fromkeys([*near, *text.like(question, most + len(answering))]) if row not in answering]
    wanted = set(pairs(question))
    for row in [row for row in rows if not span or compact(span) not in compact(text.clauses[row][1].text)][:most]:
        document, clause = text.clauses[row]
        if cut := windows(clause.text):
            start, stop = max(cut, key=lambda span: len(wanted & set(pairs(clause.text[slice(*span)]))))
            yield Sample(Pair(question, address(document, clause), clause.text[start:stop]), False)


def found(body: str, span: str, quotes: Sequence[str]) -> tuple[int, int] | None:
    """Where `span` stands in `body`, white space aside, inside one of the quotes where they are there whole."""
    places = [place for place, c in enumerate(body) if not c.isspace()]
    plain = "".join(body[place] for place in places)
    wanted = "".join(span.split())
    inside = next(((at, at + len(q)) for q in quotes if (at := plain.find(q)) >= 0), (0, len(plain)))
    at = plain.find(wanted, *inside)
    if at < 0:
        at = plain.find(wanted)
    return None if at < 0 or not wanted else (places[at], places[at + len(wanted) - 1] + 1)
