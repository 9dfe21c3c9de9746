"""What the three scores of a ranking weigh: fitted to questions for training by `python -m eval fusion`, kept in
weights.json.

Cosines of another model spread otherwise; there each score is scaled to the spread that the weights were fitted to.
"""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

from index.errors import ModelError

FILE = Path(__file__).with_name("weights.json")


@dataclass(frozen=True, slots=True)
class Weights:
    """A clause's score is `bm25` × its share of the best BM25 + `meaning` × the cosine of its best sentence +
    `max_sim` × the MaxSim of the question's token states to its."""

    bm25: float
    meaning: float
    max_sim: float
    encoder: str  # digest of the embedding model they were fitted with
    spread: list[float]  # of meaning and of max_sim: mean standard deviation over a question's candidates
    fitted: dict  # on what, and what it gave

    def save(self, file: Path = FILE) -> None:
        """Write the file."""
        file.write_text(json.dumps(asdict(self), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


@cache
def load(file: Path = FILE) -> Weights:
    """The weights; ModelError where the file is damaged."""
    try:
        found = Weights(**json.loads(file.read_text(encoding="utf-8")))
        numbers = (found.bm25, found.meaning, found.max_sim, *found.spread)
        if len(numbers) != 5 or not all(0 <= number < math.inf for number in numbers):
            raise ValueError("权重应为不小于零的数")
        return found
    except (OSError, ValueError, TypeError) as error:
        raise ModelError(f"检索权重 {file} 缺失或已损坏（{error}）。请运行：python -m eval fusion") from error
