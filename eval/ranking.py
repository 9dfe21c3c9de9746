"""Ranking metrics, computed by ir-measures (which calls trec_eval's own code). Pure.

How quotes become a TREC task: every quote is a topic of its own whose relevant items are the clauses that contain it,
and recall@k of a question is the mean Success@k of its quotes, which is the share of quotes found (README). With
`any_of` all quotes make one topic. A quote that no clause holds keeps one relevant item that is never retrieved, so it
counts as missed, where trec_eval would leave the topic out. RR and nDCG@10 take the question as the topic and every
clause with any of its quotes as relevant (binary): nDCG wants all of them at the top, RR the first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from eval.scoring import flat

DEPTH = 20
CUTS = (1, 3, 5, 10, 20)


def rank_scores(quotes: Sequence[str], any_of: bool, found: Sequence[str], relevant: int) -> dict[str, float]:
    """recall@1…20, rr and ndcg@10 of one question.

    `found`: texts of the retrieved clauses, best first, at most DEPTH count. `relevant`: how many clauses of the whole
    collection hold a quote (at least as many as were retrieved).
    """
    import ir_measures as ir

    flats = [flat(text) for text in found[:DEPTH]]
    holding = [{str(rank) for rank, text in enumerate(flats) if flat(quote) in text} for quote in quotes]
    topics = [set().union(*holding)] if any_of else holding
    run = [ir.ScoredDoc("", str(rank), -float(rank)) for rank in range(len(flats))]
    success = [ir.Success @ k for k in range(1, DEPTH + 1)]
    by_topic = {
        str(number): calculate(success, {"": dict.fromkeys(items, 1) or {"missed": 1}}, run)
        for number, items in enumerate(topics)
    }
    scores = {
        f"recall@{k}": sum(values[f"Success@{k}"] for values in by_topic.values()) / len(topics)
        for k in range(1, DEPTH + 1)
    }
    anywhere = {item: 1 for items in holding for item in items}
    unseen = {f"unseen{n}": 1 for n in range(max(relevant - len(anywhere), 0 if anywhere else 1))}
    whole = calculate([ir.RR, ir.nDCG @ 10], {"": anywhere | unseen}, run)
    return scores | {"rr": whole["RR"], "ndcg@10": whole["nDCG@10"]}


def calculate(measures: Sequence, qrels: Mapping[str, Mapping[str, int]], run: Sequence) -> dict[str, float]:
    """Measure name → value for the single topic of `qrels`; 0 where nothing was retrieved."""
    import ir_measures as ir

    judged = [ir.Qrel(topic, item, gain) for topic, items in qrels.items() for item, gain in items.items()]
    values = {str(metric.measure): metric.value for metric in ir.iter_calc(measures, judged, run)} if run else {}
    return {str(measure): values.get(str(measure), 0.0) for measure in measures}
