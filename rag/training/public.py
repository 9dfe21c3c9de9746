"""Public question-answering sets (JSON lines: question, context, answers) → groups of samples."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from pathlib import Path

from index.terms import pairs
from rag.reading.cuts import windows
from rag.reading.inputs import Pair
from rag.training.samples import Group, Sample
from rag.training.twins import Twins

_OTHERS = 0.3  # share of questions also read beside another window of their context, which does not answer
_TWINS = 0.45  # share of answered questions also given a twin with a word exchanged


def groups(file: Path, seed: int) -> Iterator[Group]:
    """A group a question; the same seed gives the same samples."""
    chance = random.Random(f"{seed} {file.name}")
    twins = Twins(chance)
    for line in file.read_text(encoding="utf-8").splitlines():
        told = json.loads(line)
        if (group := _question(told, chance, twins)) is not None:
            yield group


def _question(told: dict, chance: random.Random, twins: Twins) -> Group | None:
    question, context = told["question"], told["context"]
    cut = windows(context)
    if not cut:
        return None
    source, origin = told["source"], context
    answer = told["answers"][0] if told["answers"] else None
    if answer is None:
        nearest = _nearest(question, context, cut)
        return Group((Sample(Pair(question, "", context[slice(*nearest)]), False),), False, source, origin)
    begin, end = answer["start"], answer["start"] + len(answer["text"])
    holding = [span for span in cut if span[0] <= begin and end <= span[1]]
    if not holding or not answer["text"].strip():
        return None
    start, stop = chance.choice(holding)
    body = context[start:stop]
    samples = [Sample(Pair(question, "", body), True, (begin - start, end - start))]
    if chance.random() < _TWINS and (twin := twins.of(question, body, answer["text"])):
        samples.append(Sample(Pair(twin, "", body), False))
    others = [span for span in cut if answer["text"] not in context[slice(*span)]]
    if others and chance.random() < _OTHERS:
        nearest = _nearest(question, context, others)
        samples.append(Sample(Pair(question, "", context[slice(*nearest)]), False))
    return Group(tuple(samples), True, source, origin)


def _nearest(question: str, text: str, cut: Sequence[tuple[int, int]]) -> tuple[int, int]:
    """The window that shares the most character pairs with the question."""
    wanted = set(pairs(question))
    return max(cut, key=lambda span: len(wanted & set(pairs(text[slice(*span)]))))
