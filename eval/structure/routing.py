"""The router fitted to the train part of routes.tsv, and measured on the part held out beside the rules alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from index.errors import BadInput
from rag.structure.learned import GROUPS, MEANING, places
from rag.structure.router import KINDS, ruled

if TYPE_CHECKING:
    import numpy as np

    from index.encoder import Encoder

ROUTES = Path(__file__).with_name("routes.tsv")
RIDGE = 3e-5  # of the softmax: chosen by cross-validation over the train part


@dataclass(frozen=True, slots=True)
class Routed:
    """A question of routes.tsv with its kind."""

    part: str  # train or held
    kind: str
    question: str


def read(file: Path = ROUTES) -> list[Routed]:
    """The lines of routes.tsv; BadInput names one that is not part, kind, question."""
    found = []
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        parts = line.split("\t")
        if len(parts) != 3 or parts[0] not in ("train", "held") or parts[1] not in KINDS:
            raise BadInput(f"{file.name} 第 {number} 行不是“train 或 held、类别、问题”三列")
        found.append(Routed(*parts))
    return found


def vectors(encoder: Encoder, questions: Sequence[str]) -> np.ndarray:
    """The questions' unit vectors, float32 [questions, dimension]."""
    import numpy as np

    return np.array([encoder.read_query(question).vector for question in questions], dtype=np.float32)


def fit(routes: Sequence[Routed], meaning: np.ndarray) -> np.ndarray:
    """The softmax's matrix, float32 [GROUPS + 1 + dimension, kinds], fitted to `routes` and their vectors."""
    import numpy as np
    from scipy import sparse
    from scipy.optimize import minimize

    told = [places(own.question) for own in routes]
    groups = sparse.lil_matrix((len(routes), GROUPS))
    for row, own in enumerate(told):
        groups[row, own] = 1 / max(1.0, len(own) ** 0.5)
    own = sparse.hstack([groups, np.ones((len(routes), 1)), sparse.csr_matrix(meaning * MEANING)]).tocsr()
    kinds = np.array([KINDS.index(route.kind) for route in routes])
    truth = np.eye(len(KINDS))[kinds]
    shape = (own.shape[1], len(KINDS))

    def loss(flat: np.ndarray) -> tuple[float, np.ndarray]:
        matrix = flat.reshape(shape)
        scores = own @ matrix
        scores -= scores.max(axis=1, keepdims=True)
        odds = np.exp(scores)
        odds /= odds.sum(axis=1, keepdims=True)
        missed = -np.log(odds[np.arange(len(kinds)), kinds] + 1e-12).mean()
        return missed + RIDGE / 2 * (flat @ flat), (own.T @ (odds - truth) / len(kinds) + RIDGE * matrix).ravel()

    best = minimize(loss, np.zeros(shape[0] * shape[1]), jac=True, method="L-BFGS-B", options={"maxiter": 300})
    return best.x.reshape(shape).astype(np.float32)


def report(routes: Sequence[Routed], said: Mapping[str, Sequence[str]]) -> list[str]:
    """Markdown: how often each way of routing is right on the held part, and the confusion matrix of the last."""
    from scipy.stats import binomtest

    lines = [
        f"{len(routes)} held-out questions, {sum(own.kind == 'passage' for own in routes)} of them passages, most of",
        "which look like something else. *Misread*: a form is tried where a passage or another form is wanted.",
        "",
        "| routed by | right | 95 % | misread as a form |",
        "|---|---|---|---|",
    ]
    for name, kinds in said.items():
        right = sum(own.kind == kind for own, kind in zip(routes, kinds, strict=True))
        misread = sum(kind not in (own.kind, "passage") for own, kind in zip(routes, kinds, strict=True))
        low, high = binomtest(right, len(routes)).proportion_ci(method="wilson")
        lines.append(f"| {name} | {right / len(routes):.3f} | {low:.3f}–{high:.3f} | {misread} |")
    name, kinds = list(said.items())[-1]
    lines += ["", f"Rows: what is wanted; columns: what {name} says.", "", f"| | {' | '.join(KINDS)} |"]
    lines.append("|---" * (len(KINDS) + 1) + "|")
    for kind in KINDS:
        own = [got for route, got in zip(routes, kinds, strict=True) if route.kind == kind]
        lines.append(f"| **{kind}** | " + " | ".join(str(own.count(other) or "") for other in KINDS) + " |")
    return lines


def by_rule(routes: Sequence[Routed]) -> list[str]:
    """What the rules alone say."""
    return [ruled(own.question) for own in routes]
