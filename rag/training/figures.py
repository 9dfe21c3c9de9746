"""What a reader is worth on samples it was not trained on."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

import torch
from scipy.stats import rankdata

from rag.reading.inputs import Inputs
from rag.reading.model import Network
from rag.training.fit import scored
from rag.training.samples import Group

_MOST = 300  # samples of a set: two cores read them in twenty seconds


def measure(
    network: Network, table: torch.Tensor, inputs: Inputs, held_out: Sequence[Group], most: int = _MOST
) -> dict[str, dict[str, float]]:
    """By source: AUC of answering against not, share of contrasts in the right order, character F1 of the span."""
    by_source: dict[str, list[Group]] = defaultdict(list)
    for group in held_out:
        if sum(len(own.samples) for own in by_source[group.source]) < most:
            by_source[group.source].append(group)
    return {source: _of(network, table, inputs, groups) for source, groups in sorted(by_source.items())}


def _of(network: Network, table: torch.Tensor, inputs: Inputs, groups: Sequence[Group]) -> dict[str, float]:
    samples = [sample for group in groups for sample in group.samples]
    read = list(scored(network, table, inputs, samples))
    scores = [score for score, _ in read]
    truth = [sample.answers for sample in samples]
    spans = [
        f1(sample.pair.body[slice(*span)], sample.pair.body[slice(*sample.answer)])
        for sample, (_, span) in zip(samples, read, strict=True)
        if sample.answer
    ]
    ordered, place = [], 0
    for group in groups:
        if group.contrast:
            ordered += [scores[place] > scores[place + i] for i, s in enumerate(group.samples) if i and not s.answers]
        place += len(group.samples)
    found = {"samples": len(samples), "auc": auc(scores, truth), "span_f1": _mean(spans), "ordered": _mean(ordered)}
    return {name: round(value, 4) for name, value in found.items() if value is not None}


def auc(scores: Sequence[float], truth: Sequence[bool]) -> float | None:
    """Chance that an answering one scores above one that does not; None where there are not both."""
    good = sum(truth)
    if not good or good == len(truth):
        return None
    ranks = rankdata(scores)
    return float(
        (sum(r for r, t in zip(ranks, truth, strict=True) if t) - good * (good + 1) / 2) / (good * (len(truth) - good))
    )


def f1(said: str, wanted: str) -> float:
    """Of the characters two strings share, white space aside."""
    a, b = (Counter("".join(text.split())) for text in (said, wanted))
    shared = sum((a & b).values())
    return 2 * shared / (sum(a.values()) + sum(b.values())) if shared else 0.0


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None
