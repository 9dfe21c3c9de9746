"""`python -m eval ablation SET…`: what each part of the ranking is worth, each off in turn, over several sets at
once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eval import stats
from eval.retrieval_sets import METRICS, RetrievalSet, open_set
from eval.stats import Sample
from eval.vectors import CachedEncoder
from index.progress import ProgressBars
from index.settings import load_settings
from rag.query.question import Query
from rag.retrieval.fusion import CANDIDATES
from rag.retrieval.pastes import PasteWeights
from rag.retrieval.retrieve import RankingConfig, Retriever
from rag.retrieval.weights import Weights, load

if TYPE_CHECKING:
    from index.encoder import EncodedQuery, Encoder
    from index.store import Store

MOST = 200  # topics of a set
JUDGED = ("recall@10", "ndcg@10")
GAIN = 0.01  # what a part must bring on two sets to stay
Rank = Callable[[Query], Sequence[int]]  # clause rows, best first
Scores = list[dict[str, float]]  # one a topic


@dataclass(frozen=True, slots=True)
class Variant:
    """The ranking with one part off, or one part alone; `pasted` tells which queries it changes, None for all."""

    name: str
    rank: Callable[[Store, Encoder], Rank]
    pasted: bool | None = None


class _Remembered(CachedEncoder):
    """Reads no query twice."""

    def __init__(self, encoder: Encoder, path: Path) -> None:
        super().__init__(encoder, path)
        self._read: dict[str, EncodedQuery] = {}

    def read_query(self, text: str) -> EncodedQuery:
        if text not in self._read:
            self._read[text] = super().read_query(text)
        return self._read[text]


def evaluate(sets: Sequence[str], out: Path, most: int = MOST) -> None:
    """Write the table over all sets, each opened in turn; BadInput where one has no topics."""
    from index.encoder import open_encoder

    settings = load_settings()
    encoder = _Remembered(open_encoder(settings), settings.var / "eval" / "vectors.sqlite")
    found: dict[str, dict[str, Scores]] = {}
    about: list[str] = []
    with ProgressBars() as progress:
        for given in sets:
            opened = open_set(given, settings, encoder, most, progress)
            found[opened.name] = _measured(opened, encoder, progress)
            about.append(f"{opened.name} ({len(opened.topics)} of {len(opened.store.clauses)} clauses)")
    encoder.close()
    head = (
        "# What each part of the ranking is worth\n\n"
        f"Written by `python -m eval ablation`: {', '.join(about)}. Each row switches one part off; its cells are the "
        f"{' / '.join(JUDGED)} of that ranking less those of the whole, in thousandths, bold where a 95% bootstrap interval over "
        "the set's topics leaves out 0. A part stays that brings 10 on two sets and costs significantly on none.\n\n"
    )
    table = _table(found)
    out.write_text(head + table, encoding="utf-8")
    print(table + f"\n{out}")


def _measured(opened: RetrievalSet, encoder: Encoder, progress) -> dict[str, Scores]:
    scores: dict[str, Scores] = {}
    variants = list(_variants())
    for done, variant in enumerate(variants):
        progress(f"逐项关闭：{opened.name}", done, len(variants))
        rank = variant.rank(opened.store, encoder)
        scores[variant.name] = [
            dict(topic.score(rank(topic.query)))
            if variant.pasted in (None, topic.query.pasted)
            else scores["whole"][place]
            for place, topic in enumerate(opened.topics)
        ]
    progress(f"逐项关闭：{opened.name}", len(variants), len(variants))
    return scores


def _variants():
    def ours(name: str, pasted: bool | None = None, **config: Any) -> Variant:
        return Variant(name, lambda store, encoder: _ours(store, encoder, **config), pasted)

    def weighed(name: str, **changed: Any) -> Variant:
        return ours(name, False, weights=replace(load(), **changed))

    yield ours("whole")
    yield weighed("without BM25", bm25=0.0)
    yield weighed("without sentence vectors", meaning=0.0)
    yield weighed("without words compared", max_sim=0.0)
    yield weighed("BM25 alone", meaning=0.0, max_sim=0.0)
    yield weighed("sentence vectors alone", bm25=0.0, max_sim=0.0)
    yield weighed("words compared alone", bm25=0.0, meaning=0.0)
    yield Variant("all clauses scored instead of candidates", _exhaustive, False)
    yield Variant("fixed RRF of BM25 and sentence vectors (k = 60)", _reciprocal, False)
    yield ours("documents a question names by 文号 or 《title》 not first", False, config=RankingConfig(named=False))
    yield ours("comparisons not searched for either side", False, config=RankingConfig(apart=False))
    for part in fields(PasteWeights):
        yield ours(f"pastes: no {part.name.replace('_', ' ')}", True, paste_weights=PasteWeights(**{part.name: 0.0}))
    yield ours("pastes: a document may crowd the list", True, config=RankingConfig(diversify_pasted=None))


def _ours(
    store: Store,
    encoder: Encoder,
    weights: Weights | None = None,
    config: RankingConfig = RankingConfig(),
    paste_weights: PasteWeights = PasteWeights(),
) -> Rank:
    retriever = Retriever(store, encoder, weights, config, paste_weights)
    return lambda query: retriever.rank(query).rows


def _exhaustive(store: Store, encoder: Encoder) -> Rank:
    retriever = Retriever(store, encoder)
    return lambda query: retriever.rank(query, k=len(store.sentences)).rows


def _reciprocal(store: Store, encoder: Encoder) -> Rank:
    """Cormack, Clarke and Büttcher, “Reciprocal rank fusion”, 2009."""
    import numpy as np

    def rank(query: Query) -> Sequence[int]:
        found = store.candidates(query.text, encoder.read_query(query.text).vector, CANDIDATES)
        lists = (found.bm25, found.meaning)
        fused = sum(1 / (60 + 1 + np.argsort(np.argsort(-scores, kind="stable"), kind="stable")) for scores in lists)
        return found.rows[np.argsort(-fused, kind="stable")].tolist()

    return rank


def _table(found: dict[str, dict[str, Scores]]) -> str:
    rows = ["| ranking | " + " | ".join(found) + " | |", "|---" * (len(found) + 2) + "|"]
    names = next(iter(found.values()))
    whole = ("/".join(f"{_mean(own['whole'], metric):.3f}" for metric in METRICS) for own in found.values())
    rows.append(f"| whole: {' / '.join(METRICS)} | " + " | ".join(whole) + " | |")
    for name in names:
        if name == "whole":
            continue
        cells, worth, harm = [], 0, False
        for own in found.values():
            changes = [
                stats.difference(*(Sample.mean([s[metric] for s in own[which]]) for which in (name, "whole")))
                for metric in JUDGED
            ]
            cells.append(" / ".join(_cell(change) for change in changes))
            worth += any(change.value is not None and change.value <= -GAIN for change in changes)
            harm = harm or any(change.low is not None and change.low > 0 for change in changes)
        told = (
            "alone"
            if " alone" in name or "RRF" in name
            else "costs somewhere"
            if harm
            else "stays"
            if worth >= 2
            else "on trial"
        )
        rows.append(f"| {name} | {' | '.join(cells)} | {told} |")
    return "\n".join(rows) + "\n"


def _mean(scores: Scores, metric: str) -> float:
    return sum(own[metric] for own in scores) / len(scores)


def _cell(change: stats.Difference) -> str:
    if change.value is None or change.low is None or change.high is None:
        return "—"
    told = f"{1000 * change.value:+.0f}"
    return f"**{told}**" if change.low > 0 or change.high < 0 else told
