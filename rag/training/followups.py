"""Training of the head that says whether a question leans on the conversation (rag.query.leaning).

Written follow-ups say what leaning looks like; whole questions of the pairs, each set behind another, say what does
not: few of the written ones are as long as what is asked of a document.
"""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from index.errors import BadInput
from index.settings import ROOT
from rag.query.leaning import features
from rag.training import logistic

WRITTEN = Path(__file__).resolve().parent / "data" / "followups.jsonl"
HELD_OUT = ROOT / "tests" / "data" / "followups.jsonl"
_SEED = 17
_WHOLE, _WHOLE_WEIGHT = (
    600,
    0.12,
)  # questions of the pairs; half train, half measure; what one counts beside a written one
_PENALTY = 6.0  # of the squared weights, the features being standardised
_FOLDS, _TIMES = 10, 5


@dataclass(frozen=True, slots=True)
class Asked:
    """A question behind others, and whether it leans on them."""

    question: str
    history: tuple[str, ...]
    leans: bool


def train(data: Path, out: Path, follow_ups: Path = WRITTEN, held_out: Path = HELD_OUT) -> None:
    """Fit on the follow-ups of a file and the pairs below `data`, measure on `held_out`, write weights and figures into
    `out`."""
    pairs = sorted((data / "pairs").glob("*.jsonl"))
    if not pairs:
        raise BadInput(f"{data} 中缺少 pairs/*.jsonl")
    written, whole = read(follow_ups), _whole(pairs)
    ours, others = whole[: len(whole) // 2], whole[len(whole) // 2 :]
    names = tuple(features("", ()))
    x, y = _matrix(written), np.array([one.leans for one in written], dtype=float)
    x_whole = _matrix(ours)
    weights, mean, scale, bias = fit(x, y, x_whole)

    def right(asked: Sequence[Asked]) -> float:
        said = (_matrix(asked) - mean) / scale @ weights + bias > 0
        return round(float(np.mean(said == [one.leans for one in asked])), 4)

    figures = {"cross_validated": cross_validated(x, y, x_whole), "whole_questions": right(others)}
    told = {
        "names": names,
        "weights": [round(float(w), 5) for w in weights],
        "mean": [round(float(m), 5) for m in mean],
        "scale": [round(float(s), 5) for s in scale],
        "bias": round(bias, 5),
        "seed": _SEED,
        "data": {f.name: hashlib.sha256(f.read_bytes()).hexdigest() for f in (follow_ups, *pairs)},
        "accuracy": figures | {"held_out": right(read(held_out))},
    }
    out.write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(told["accuracy"], indent=1))


def read(file: Path) -> list[Asked]:
    """The questions of a file of follow-ups."""
    return [Asked(row["question"], tuple(row["history"]), row["leans"]) for row in _rows(file)]


def fit(x: np.ndarray, y: np.ndarray, whole: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, float]:
    """(weights, mean, scale, bias) of a ridge logistic regression; `whole` holds questions that do not lean."""
    target = np.append(y, np.zeros(len(whole)))
    counts = np.append(np.ones(len(y)), np.full(len(whole), _WHOLE_WEIGHT))
    return logistic.fit(np.vstack([x, whole]), target, counts, _PENALTY)


def cross_validated(x: np.ndarray, y: np.ndarray, whole: np.ndarray) -> float:
    """The mean accuracy over folds that hold as many leaning questions each."""
    chance = np.random.default_rng(_SEED)
    right = []
    for _ in range(_TIMES):
        fold = np.empty(len(y), dtype=int)
        for kind in (0, 1):
            of_kind = chance.permutation(np.flatnonzero(y == kind))
            fold[of_kind] = np.arange(len(of_kind)) % _FOLDS
        for out in range(_FOLDS):
            weights, mean, scale, bias = fit(x[fold != out], y[fold != out], whole)
            right += (((x[fold == out] - mean) / scale @ weights + bias > 0) == y[fold == out]).tolist()
    return round(float(np.mean(right)), 4)


def _whole(files: Sequence[Path]) -> list[Asked]:
    """Questions of the pairs in any order, every other behind one on the same document, the rest behind any."""
    asked = [row["question"] for file in files for row in _rows(file)]
    chance = random.Random(_SEED)
    drawn = chance.sample(range(2, len(asked)), min(_WHOLE, len(asked) - 2))
    return [
        Asked(asked[n], (asked[n - 2] if place % 2 else chance.choice(asked),), False) for place, n in enumerate(drawn)
    ]


def _rows(file: Path) -> list[dict]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def _matrix(asked: Sequence[Asked]) -> np.ndarray:
    return np.array([list(features(one.question, one.history).values()) for one in asked])
