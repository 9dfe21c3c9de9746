"""`python -m eval ablation QUESTIONS…`: what each part of the ranking is worth, each off in turn, as a Markdown table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from eval import stats
from eval.questions import Question, load
from eval.ranking import DEPTH, rank_scores
from eval.scoring import flat
from eval.stats import Sample
from index.bars import Bars
from index.errors import BadInput
from index.settings import load_settings
from rag.query.question import Query, understand
from rag.retrieval.fusion import Parts
from rag.retrieval.pastes import PasteParts
from rag.retrieval.retrieve import Retriever, Steps

if TYPE_CHECKING:
    import numpy as np

    from index.encoder import Encoder
    from index.store import Store

SHOWN = ("recall@1", "recall@5", "recall@10", "recall@20", "rr")
Rank = Callable[[Query], Sequence[int]]  # clause rows, best first


def evaluate(files: Sequence[Path], out: Path) -> None:
    """Write the table over all questions with evidence; BadInput where a file has none."""
    from index.encoder import open_encoder
    from index.store import Store

    questions = [q for file in files for q in load(file) if q.evidence]
    if not questions:
        raise BadInput("这些题目都没有 evidence，无法评测检索")
    settings = load_settings()
    store = Store.open(settings.index_dir)
    variants = _variants(store, open_encoder(settings))
    texts = [clause.text for clause in store.clauses]
    flats = [flat(text) for text in texts]
    scores: dict[str, list[dict[str, float]]] = {}
    with Bars() as progress:
        for done, (name, rank) in enumerate(variants.items()):
            progress("逐项关闭", done, len(variants))
            scores[name] = [_score(question, rank, texts, flats) for question in questions]
        progress("逐项关闭", len(variants), len(variants))
    table = _table(scores, questions)
    head = (
        "# What each part of the ranking is worth\n\n"
        f"Written by `python -m eval ablation {' '.join(file.name for file in files)}`: {len(questions)} questions with "
        f"evidence, {len(store.clauses)} clauses. Each row switches one part off; *difference* is its recall@10 less that "
        "of the whole, with a 95% bootstrap interval over questions and the p of a paired permutation test. Differences of "
        "one or two questions are noise; a part stays if it helps somewhere and harms nowhere.\n\n"
    )  # fmt: skip
    out.write_text(head + table, encoding="utf-8")
    print(table + f"\n{out}")


def _variants(store: Store, encoder: Encoder) -> dict[str, Rank]:
    def ours(parts: Parts = Parts(), steps: Steps = Steps(), paste_parts: PasteParts = PasteParts()) -> Rank:
        retriever = Retriever(store, encoder, parts, steps, paste_parts)
        return lambda query: retriever.rank(query).rows

    variants = {
        "whole": ours(),
        "without BM25 of character pairs": ours(Parts(pairs=0.0)),
        "without BM25 of words": ours(Parts(words=0.0)),
        "without clause vectors": ours(Parts(clause=0.0)),
        "without sentence vectors": ours(Parts(sentence=0.0)),
        "without words compared": ours(Parts(late_clause=0.0, late_sentence=0.0)),
        "words compared in the whole clause only": ours(Parts(late_sentence=0.0)),
        "words compared in the best sentence only": ours(Parts(late_clause=0.0)),
        "words compared in the clause only, not in its document's title": ours(Parts(titled=0.0)),
        "words compared, vectors at full weight beside": ours(Parts(beside_late=1.0)),
        "wording at full weight for every question": ours(Parts(adaptive=False)),
        "without everyday words' official names": ours(Parts(spoken=0.0)),
        "without the document as a whole": ours(Parts(document=0.0)),
        "without the documents a question names": ours(steps=Steps(titles=0.0)),
        "without headings' paragraphs lifted": ours(steps=Steps(lift=None)),
        "everyday questions: the document found in the order of the whole question": ours(steps=Steps(within=0.0)),
        "comparisons: not searched for either side": ours(steps=Steps(apart=False)),
        "questions: a document may crowd the list": ours(steps=Steps(crowd=None)),
        "pastes: a document may crowd the list": ours(steps=Steps(crowd_pasted=None)),
        "pastes: no sentence-against-sentence wording": ours(paste_parts=PasteParts(sentence_wording=0.0)),
        "pastes: no wording of pieces": ours(paste_parts=PasteParts(piece_wording=0.0)),
        "pastes: no words of sentences compared": ours(paste_parts=PasteParts(sentence_words=0.0)),
        "pastes: no words of pieces compared": ours(paste_parts=PasteParts(piece_words=0.0)),
        "pastes: no name of what the document is about": ours(paste_parts=PasteParts(name_wording=0.0, name_words=0.0)),
        "pastes: no feedback from what other documents say": ours(paste_parts=PasteParts(feedback=0.0)),
        "BM25 of character pairs alone": _alone(lambda query: store.pairs.scores(query.text)),
        "BM25 of words alone": _alone(lambda query: store.words.scores(query.text)),
        "clause vectors alone": _alone(lambda q: store.dense.clause_scores(encoder.encode_queries([q.text])[0])),
        "fixed RRF of the last three (k = 60)": _reciprocal(store, encoder),
    }
    if store.late is not None:  # the embedding model gives token states
        variants["words compared alone"] = _alone(lambda query: _late(store, encoder, query))
    return variants


def _alone(scores) -> Rank:
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
        vector = encoder.encode_queries([query.text])[0]
        lists = (store.pairs.scores(query.text), store.words.scores(query.text), store.dense.clause_scores(vector))
        fused = sum(1 / (60 + 1 + np.argsort(np.argsort(-scores, kind="stable"), kind="stable")) for scores in lists)
        return np.argsort(-fused, kind="stable").tolist()

    return rank


def _score(question: Question, rank: Rank, texts: Sequence[str], flats: Sequence[str]) -> dict[str, float]:
    rows = rank(understand(question.question, question.history))[:DEPTH]
    quotes = [evidence.quote for evidence in question.evidence]
    wanted = [flat(quote) for quote in quotes]
    relevant = sum(any(quote in text for quote in wanted) for text in flats)
    return rank_scores(quotes, question.any_of, [texts[row] for row in rows], relevant)


def _table(scores: dict[str, list[dict[str, float]]], questions: Sequence[Question]) -> str:
    kinds = sorted({question.type for question in questions})
    rows = [
        "| ranking | " + " | ".join(SHOWN) + " | difference at 10 | p |",
        "|---" * (len(SHOWN) + 3) + "|",
    ]
    whole = scores["whole"]
    for name, own in scores.items():
        cells = [f"{stats.estimate(Sample.mean([s[metric] for s in own])).value:.3f}" for metric in SHOWN]
        change = ["", ""]
        if name != "whole":
            gain = stats.difference(
                Sample.mean([s["recall@10"] for s in own]), Sample.mean([s["recall@10"] for s in whole])
            )
            change = [f"{gain.value:+.3f} ({gain.low:+.3f}…{gain.high:+.3f})", f"{gain.p:.3f}"]
        rows.append(f"| {name} | {' | '.join([*cells, *change])} |")
    rows += ["", "recall@10 by type:", "", "| ranking | " + " | ".join(kinds) + " |", "|---" * (len(kinds) + 1) + "|"]
    for name, own in scores.items():
        by_kind = (
            [s["recall@10"] for s, q in zip(own, questions, strict=True) if q.type == kind] for kind in kinds
        )  # fmt: skip
        rows.append(f"| {name} | " + " | ".join(f"{sum(v) / len(v):.3f}" for v in by_kind) + " |")
    return "\n".join(rows) + "\n"
