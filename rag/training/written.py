"""Minimal pairs written for training, over documents of their own → groups of samples.

Documents are read by the product's own readers and parser, so that clauses, tables and addresses look in training as
they do when a question is asked.
"""

from __future__ import annotations

import json
import random
from collections import defaultdict
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
from rag.training.samples import Group, Sample
from rag.training.twins import Twins

_NAMED = 0.35  # share of the pairs that also name the document they are about
_NEIGHBOURS = 3  # clauses of the document that share the most with a question and do not answer it


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
    """Groups of every pair: the question beside its evidence with the twin beside the same, and either beside clauses
    that do not answer it."""
    chance = random.Random(f"{seed} {file.name}")
    twins = Twins(chance)
    by_pair: dict[str, list[dict]] = defaultdict(list)
    for line in file.read_text(encoding="utf-8").splitlines():
        told = json.loads(line)
        by_pair[told["pair"]].append(told)
    for both in by_pair.values():
        asked = next(q for q in both if q["answerable"])
        twin = next(q for q in both if not q["answerable"])
        yield from _pair(asked, twin, shelf, file.stem, twins, chance)


def _pair(asked: dict, twin: dict, shelf: Shelf, source: str, twins: Twins, chance: random.Random) -> Iterator[Group]:
    text = shelf.text(asked["evidence"][0]["doc"])
    elsewhere = None
    if chance.random() < _NAMED:
        both = (asked["question"], twin["question"])
        if (named := twins.named(both, text.title, shelf.text(chance.choice(shelf.names)).title)) is not None:
            (question, near), (elsewhere, _) = named
            asked, twin = asked | {"question": question}, twin | {"question": near}
    answering: list[Sample] = []
    rows: set[int] = set()
    for evidence in asked["evidence"]:
        for row in shelf.text(evidence["doc"]).holding(evidence["quote"]):
            if shelf.text(evidence["doc"]) is text:
                rows.add(row)
            answering += _holding(asked, text if row in rows else shelf.text(evidence["doc"]), row)
    spanned = [sample for sample in answering if sample.answer is not None] or answering
    for place, sample in enumerate(spanned):
        others = [Sample(Pair(twin["question"], sample.pair.address, sample.pair.body), False)]
        if sample.answer and (
            other := twins.of(asked["question"], sample.pair.body, sample.pair.body[slice(*sample.answer)])
        ):
            others.append(Sample(Pair(other, sample.pair.address, sample.pair.body), False))
        if elsewhere is not None:
            others.append(Sample(Pair(elsewhere, sample.pair.address, sample.pair.body), False))
        if place == 0:
            others += _beside(asked, text, rows)
        yield Group((sample, *others), True, source, text.name)
    if beside := tuple(_beside(twin, text, rows)):
        yield Group(beside, False, source, text.name)


def _holding(asked: dict, text: Text, row: int) -> Iterator[Sample]:
    """The windows of an answering clause that hold the span; where it stands in none, the one nearest to the quote."""
    document, clause = text.clauses[row]
    head = address(document, clause)
    quotes = [compact(e["quote"]) for e in asked["evidence"]]
    best = None
    for start, stop in windows(clause.text):
        body = clause.text[start:stop]
        if (span := found(body, asked["span"], quotes)) is not None:
            yield Sample(Pair(asked["question"], head, body), True, span)
            best = body
    if best is None:
        for start, stop in windows(clause.text):
            body = clause.text[start:stop]
            if any(quote in compact(body) for quote in quotes):
                yield Sample(Pair(asked["question"], head, body), True)


def _beside(told: dict, text: Text, answering: set[int]) -> Iterator[Sample]:
    """The question beside clauses of the document that do not answer it: the tempting one, then the likest."""
    near = [row for e in told.get("near", []) if e["doc"] == text.name for row in text.holding(e["quote"])]
    span = compact(told.get("span") or "\n")
    like = [
        row
        for row in text.like(told["question"], _NEIGHBOURS + len(answering))
        if span not in compact(text.clauses[row][1].text)
    ]
    for row in list(dict.fromkeys([*near, *like])):
        if row in answering:
            continue
        document, clause = text.clauses[row]
        wanted = set(pairs(told["question"]))
        cut = windows(clause.text)
        if cut:
            start, stop = max(cut, key=lambda span: len(wanted & set(pairs(clause.text[slice(*span)]))))
            yield Sample(Pair(told["question"], address(document, clause), clause.text[start:stop]), False)


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
