"""`python -m eval ablation SET…`: what each part of the ranking is worth, each off in turn, over several sets at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from eval import stats
from eval.retrieval_sets import METRICS, RetrievalSet, open_set
from eval.stats import Sample
from eval.vectors import CachedEncoder
from index.bars import Bars
from index.settings import load_settings
from rag.query.question import Query
from rag.retrieval.fusion import Parts
from rag.retrieval.pastes import PasteParts
from rag.retrieval.retrieve import Retriever, Steps

if TYPE_CHECKING:
    import numpy as np

    from index.encoder import Encoder, Question
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
        self._read: dict[str, Question] = {}

    def read_query(self, text: str) -> Question:
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
    with Bars() as progress:
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
    )  # fmt: skip
    table = _table(found)
    out.write_text(head + table, encoding="utf-8")
    print(table + f"\n{out}")


def _measured(opened: RetrievalSet, encoder: Encoder, progress) -> dict[str, Scores]:
    scores: dict[str, Scores] = {}
    variants = list(_variants(opened.store))
    for done, variant in enumerate(variants):
        progress(f"逐项关闭：{opened.name}", done, len(variants))
        rank = variant.rank(opened.store, encoder)
        scores[variant.name] = [
            dict(topic.score(rank(topic.query)))
            if variant.pasted in (None, topic.query.pasted) else scores["whole"][place]
            for place, topic in enumerate(opened.topics)
        ]  # fmt: skip
    progress(f"逐项关闭：{opened.name}", len(variants), len(variants))
    return scores


def _variants(store: Store):
    def ours(name: str, pasted: bool | None = None, **parts: object) -> Variant:
        return Variant(name, lambda store, encoder: _ours(store, encoder, **parts), pasted)

    def alone(name: str, scores: Callable[[Store, Encoder, Query], np.ndarray]) -> Variant:
        return Variant(name, lambda store, encoder: _alone(lambda query: scores(store, encoder, query)))

    yield ours("whole")
    yield ours("without BM25 of character pairs", parts=Parts(pairs=0.0))
    yield ours("without BM25 of words", parts=Parts(words=0.0))
    yield ours("without clause vectors", parts=Parts(clause=0.0))
    yield ours("without sentence vectors", parts=Parts(sentence=0.0))
    yield ours("without words compared", False, parts=Parts(late_clause=0.0, late_sentence=0.0))
    yield ours("words compared in the whole clause only", False, parts=Parts(late_sentence=0.0))
    yield ours("words compared in the best sentence only", False, parts=Parts(late_clause=0.0))
    yield ours("words not compared with titles", False, parts=Parts(titled=0.0))
    yield ours("words compared, vectors at full weight beside", False, parts=Parts(beside_late=1.0))
    yield ours("wording at full weight for every question", parts=Parts(adaptive=False))
    yield ours("without everyday words' official names", False, parts=Parts(spoken=0.0))
    yield ours("without the document as a whole", False, parts=Parts(document=0.0))
    yield ours("without the documents a question names", False, steps=Steps(titles=0.0))
    yield ours("without headings' paragraphs lifted", False, steps=Steps(lift=None))
    yield ours("without the order within a document found", False, steps=Steps(within=0.0))
    yield ours("comparisons not searched for either side", False, steps=Steps(apart=False))
    yield ours("questions: a document may crowd the list", False, steps=Steps(crowd=None))
    yield ours("pastes: a document may crowd the list", True, steps=Steps(crowd_pasted=None))
    yield ours("pastes: no sentence-against-sentence wording", True, paste_parts=PasteParts(sentence_wording=0.0))
    yield ours("pastes: no wording of pieces", True, paste_parts=PasteParts(piece_wording=0.0))
    yield ours("pastes: no words of sentences compared", True, paste_parts=PasteParts(sentence_words=0.0))
    yield ours("pastes: no words of pieces compared", True, paste_parts=PasteParts(piece_words=0.0))
    yield ours("pastes: no name of the document's matter", True, paste_parts=PasteParts(name_wording=0.0, name_words=0.0))
    yield ours("pastes: no feedback from other documents", True, paste_parts=PasteParts(feedback=0.0))
    yield alone("BM25 of character pairs alone", lambda store, _, query: store.pairs.scores(query.text))
    yield alone("BM25 of words alone", lambda store, _, query: store.words.scores(query.text))
    yield alone("clause vectors alone", lambda store, encoder, query: store.dense.clause_scores(encoder.read_query(query.text).vector))
    yield Variant("fixed RRF of the last three (k = 60)", _reciprocal)
    if store.late is not None:  # the embedding model gives token states
        yield alone("words compared alone", _late)


def _ours(
    store: Store, encoder: Encoder, parts: Parts = Parts(), steps: Steps = Steps(), paste_parts: PasteParts = PasteParts()
) -> Rank:  # fmt: skip
    retriever = Retriever(store, encoder, parts, steps, paste_parts)
    return lambda query: retriever.rank(query).rows


def _alone(scores: Callable[[Query], np.ndarray]) -> Rank:
    import numpy as np

    return lambda query: np.argsort(-scores(query), kind="stable").tolist()


def _late(store: Store, encoder: Encoder, query: Query) -> np.ndarray:
    """float32 [clauses]."""
    import numpy as np

    asked = encoder.read_query(query.text)
    page = store.late.read(np.arange(len(store.clauses)))
    return page.scores(asked.ids, store.late.space.of_query(asked.states))[0][0]


def _reciprocal(store: Store, encoder: Encoder) -> Rank:
    """Cormack, Clarke and Büttcher, “Reciprocal rank fusion”, 2009."""
    import numpy as np

    def rank(query: Query) -> Sequence[int]:
        vector = encoder.read_query(query.text).vector
        lists = (store.pairs.scores(query.text), store.words.scores(query.text), store.dense.clause_scores(vector))
        fused = sum(1 / (60 + 1 + np.argsort(np.argsort(-scores, kind="stable"), kind="stable")) for scores in lists)
        return np.argsort(-fused, kind="stable").tolist()

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
                stats.difference(*(Sample.mean([s[metric] for s in own[which]]) for which in (name, "whole"))) for metric in JUDGED
            ]
            cells.append(" / ".join(_cell(change) for change in changes))
            worth += any(change.value <= -GAIN for change in changes)
            harm = harm or any(change.low > 0 for change in changes)
        told = "alone" if " alone" in name or "RRF" in name else "costs somewhere" if harm else "stays" if worth >= 2 else "on trial"
        rows.append(f"| {name} | {' | '.join(cells)} | {told} |")
    return "\n".join(rows) + "\n"


def _mean(scores: Scores, metric: str) -> float:
    return sum(own[metric] for own in scores) / len(scores)


def _cell(change: stats.Difference) -> str:
    told = f"{1000 * change.value:+.0f}"
    return f"**{told}**" if change.low is not None and (change.low > 0 or change.high < 0) else told
