"""`python -m eval fusion`: what BM25, the best sentence's cosine and MaxSim weigh in a ranking, fitted to the questions
for training.

The clause that holds a question's quote must come before its other candidates: softmax over the candidates, weights not
below zero and held small, so that a score the others already tell takes little.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from eval.gathered import indexed
from eval.stats import Sample, estimate
from index.encoder import open_encoder
from index.errors import BadInput
from index.progress import ProgressBars
from index.settings import Settings
from index.store import Store
from index.terms import compact
from rag.query.question import understand
from rag.retrieval.fusion import CANDIDATES, Fusion
from rag.retrieval.weights import Weights

if TYPE_CHECKING:
    import numpy as np

# What one unit of a feature tells: BM25 shares fill 0 to 1, cosines of sentences and of words an eighth and a quarter
# of it.
_UNITS = (1.0, 8.0, 4.0)
_RIDGE = 3e-3  # below, the wording of one corpus decides; above, nothing changes


def evaluate(settings: Settings, data: Path, out: Path) -> Weights:
    """Fit to the pairs of `data` (see rag.training) and write the weights; BadInput where there are none."""
    import numpy as np

    files = sorted((data / "pairs").glob("*.jsonl"))
    pairs = [json.loads(line) for file in files for line in file.read_text(encoding="utf-8").splitlines()]
    asked = [pair for pair in pairs if pair["evidence"]]
    if not asked:
        raise BadInput(f"{data} 里没有可供训练的题目")
    encoder = open_encoder(settings)
    named = {e["doc"] for pair in asked for e in pair["evidence"]}
    store = Store.open(indexed(_files(data, named), settings.var / "fusion", encoder)[1])
    fusion = Fusion(store, encoder)
    texts = [compact(clause.text) for clause in store.clauses]
    topics: list[tuple[np.ndarray, np.ndarray]] = []
    with ProgressBars() as progress:
        for done, pair in enumerate(asked, 1):
            progress("检索训练题目", done, len(asked))
            query = understand(pair["question"], pair.get("history") or ())
            read = encoder.read_query(query.text)
            found = store.candidates(query.text, read.vector, CANDIDATES)
            quotes = [compact(e["quote"]) for e in pair["evidence"]]
            right = np.array([any(quote in texts[row] for quote in quotes) for row in found.rows], dtype=bool)
            topics.append((fusion.features(read, found)[0], right))
    units = np.array(_UNITS)
    known = [(features, right) for features, right in topics if right.any()]
    if len(known) < 2:
        raise BadInput(f"{data} 的题目中，能找到依据条款的不足两题，无法拟合")
    halves = [fitted(known[part::2], units) for part in (0, 1)]
    crossed = [_rank(features @ halves[1 - at % 2], right) for at, (features, right) in enumerate(known)]
    weights = fitted(known, units)
    told = {
        "questions": len(asked),
        "with their clause among the candidates": len(known),
        "ridge": _RIDGE,
        "mrr, each half by the other's weights": estimate(Sample.mean([1 / rank for rank in crossed])).value,
    }
    spread = np.mean([features[:, 1:].std(axis=0) for features, _ in topics], axis=0)
    bm25, meaning, max_sim = weights.tolist()
    made = Weights(bm25, meaning, max_sim, encoder.digest, spread.tolist(), told)
    made.save(out)
    return made


def fitted(topics: list[tuple[np.ndarray, np.ndarray]], units: np.ndarray) -> np.ndarray:
    """float [3]: of (features float32 [candidates, 3], bool [candidates], which are right) the weights."""
    import numpy as np
    from scipy.optimize import minimize

    def loss(weights: np.ndarray) -> tuple[float, np.ndarray]:
        total, slope = 0.0, np.zeros_like(weights)
        for features, right in topics:
            scaled = features * units
            scores = scaled @ weights
            chances = np.exp(scores - scores.max())
            chances /= chances.sum()
            hit = chances[right].sum()
            total -= np.log(hit + 1e-30)
            slope -= (np.where(right, chances / (hit + 1e-30), 0.0) - chances) @ scaled
        return total / len(topics) + _RIDGE * weights @ weights, slope / len(topics) + 2 * _RIDGE * weights

    best = minimize(loss, np.ones(len(units)), jac=True, bounds=[(0, None)] * len(units), method="L-BFGS-B")
    return best.x * units


def _rank(scores: np.ndarray, right: np.ndarray) -> int:
    return int((scores > scores[right].max()).sum()) + 1


def _files(data: Path, named: set[str]) -> list[Path]:
    """The files of the documents that the pairs are about."""
    return [
        f
        for part in ("docs", "regulations")
        for f in sorted((data / part).rglob("*"))
        if f.is_file() and f.stem in named
    ]
