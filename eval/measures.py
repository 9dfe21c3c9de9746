"""Every reported figure: its name, what it is made of, and which way is better."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from eval import confidence, stats
from eval.ranking import CUTS
from eval.stats import Difference, Estimate, Sample

Scores = Mapping[str, float]  # one question's scores by field; a field that does not apply is absent


@dataclass(frozen=True, slots=True)
class Measure:
    """Mean of `field` over the questions that have it; with `over`, a ratio of sums; with `q`, a quantile; with
    `surely`, that of confidence and `field`."""

    key: str
    label: str
    field: str
    over: tuple[str, ...] = ()  # denominator: the sum of these fields
    q: float | None = None
    surely: Callable | None = None
    weight: float = 1.0  # of the numerator: F1 counts each right refusal twice
    less: bool = False  # less is better
    unit: str = ""  # "s" for seconds, "字" for characters; shares have none
    stage: str = "search"  # search, related, answer or judge: what must have run

    def sample(self, questions: Sequence[Scores]) -> Sample:
        """The columns of the questions that this measure is about."""
        own = [scores for scores in questions if self.applies(scores)]
        if self.q is not None:
            return Sample.quantile([scores[self.field] for scores in own], self.q)
        if self.surely is not None:
            return Sample.of(self.surely, [s["confidence"] for s in own], [s[self.field] for s in own])
        if not self.over:
            return Sample.mean([scores[self.field] for scores in own])
        return Sample.ratio(
            [self.weight * scores[self.field] for scores in own], [sum(scores[f] for f in self.over) for scores in own]
        )

    def applies(self, scores: Scores) -> bool:
        return self.field in scores


MEASURES: tuple[Measure, ...] = (
    *(Measure(f"recall@{k}", f"证据召回@{k}", f"recall@{k}") for k in CUTS),
    Measure("mrr", "MRR", "rr"),
    Measure("ndcg@10", "nDCG@10", "ndcg@10"),
    Measure("search_seconds", "检索用时 中位", "search_seconds", q=0.5, less=True, unit="s"),
    Measure("search_seconds_p95", "检索用时 p95", "search_seconds", q=0.95, less=True, unit="s"),
    *(Measure(f"related_recall@{k}", f"相关条款 召回@{k}", f"related.recall@{k}", stage="related") for k in CUTS),
    Measure("related_mrr", "相关条款 MRR", "related.rr", stage="related"),
    Measure("related_ndcg@10", "相关条款 nDCG@10", "related.ndcg@10", stage="related"),
    Measure("related_seconds", "相关条款 用时 中位", "related_seconds", q=0.5, less=True, unit="s", stage="related"),
    Measure("nuggets@200", "要点@200字", "nuggets@200", stage="answer"),
    Measure("complete@200", "完整@200字", "complete@200", stage="answer"),
    Measure("nuggets@500", "要点@500字", "nuggets@500", stage="answer"),
    Measure("complete@500", "完整@500字", "complete@500", stage="answer"),
    Measure("lead", "首句即答", "lead", stage="answer"),
    Measure("answer_f1", "参考答案字 F1", "answer_f1", stage="answer"),
    Measure("f1_complete", "字 F1 ≥ .6", "f1_complete", stage="answer"),
    Measure("replied", "有答案时短答率", "replied", stage="answer"),
    Measure("reply_precision", "短答准确率", "short_reply_right", ("short_reply",), stage="answer"),
    Measure("replied_wrongly", "无答案而有短答", "replied_wrongly", less=True, stage="answer"),
    Measure("citation_precision", "引用准确率", "citation_precision", stage="answer"),
    Measure("citation_recall", "引用覆盖率", "citation_recall", stage="answer"),
    Measure("unheld", "每答无出处数字、日期、题名", "unheld", less=True, unit="个", stage="answer"),
    Measure("misplaced", "每答出处标错的数字等", "misplaced", less=True, unit="个", stage="answer"),
    Measure("refusal_precision", "拒答准确率", "refused_rightly", ("refused",), stage="answer"),
    Measure("refusal_recall", "拒答召回率", "refused_rightly", ("unanswerable",), stage="answer"),
    Measure("refusal_f1", "拒答 F1", "refused_rightly", ("refused", "unanswerable"), weight=2.0, stage="answer"),
    Measure("false_refusals", "误拒率", "refused_wrongly", ("answerable",), less=True, stage="answer"),
    Measure("pairs_right", "成对皆对", "pair_right", stage="answer"),
    Measure("pair_refused", "成对误拒", "pair_refused", less=True, stage="answer"),
    Measure("twins_refused", "孪生题拒答或更正", "twin_refused", stage="answer"),
    Measure("twins_replied", "孪生题有短答", "twin_replied", less=True, stage="answer"),
    Measure("aurc", "风险-覆盖面积 AURC", "borne_out", surely=confidence.aurc, less=True, stage="answer"),
    Measure("ece", "校准误差 ECE", "borne_out", surely=confidence.ece, less=True, stage="answer"),
    Measure("chars", "答案字数 中位", "chars", q=0.5, less=True, unit="字", stage="answer"),
    *(
        Measure(f"{name}_seconds{end}", f"{label} {word}", f"{name}_seconds", q=q, less=True, unit="s", stage="answer")
        for name, label in (("evidence", "首条证据"), ("words", "首段答案"), ("token", "模型首字"), ("end", "答完"))
        for end, word, q in (("", "中位", 0.5), ("_p95", "p95", 0.95))
    ),
    Measure("judged_correct", "评判：正确", "judged_correct", stage="judge"),
    Measure("judged_supported", "评判：有据", "judged_supported", stage="judge"),
)
BY_KEY = {measure.key: measure for measure in MEASURES}
ALL = "全部"  # the group of all questions


def table(scores: Sequence[tuple[str, Scores]]) -> dict[str, dict[str, Estimate]]:
    """Group → measure → estimate, for all questions and each type; `scores` are (type, scores) in order."""
    groups = {ALL: [own for _, own in scores]}
    for kind, own in scores:
        groups.setdefault(kind, []).append(own)
    return {
        group: {m.key: found for m in MEASURES if (found := stats.estimate(m.sample(members))).value is not None}
        for group, members in groups.items()
    }


def compare(pairs: Sequence[tuple[str, Scores, Scores]]) -> dict[str, dict[str, Difference]]:
    """Group → measure → paired difference; `pairs` are (type, ours, theirs) of the questions both have."""
    groups: dict[str, list[tuple[Scores, Scores]]] = {ALL: []}
    for kind, ours, theirs in pairs:
        groups[ALL].append((ours, theirs))
        groups.setdefault(kind, []).append((ours, theirs))
    compared: dict[str, dict[str, Difference]] = {}
    for group, members in groups.items():
        compared[group] = {}
        for measure in MEASURES:
            both = [(a, b) for a, b in members if measure.applies(a) and measure.applies(b)]
            if both:
                found = stats.difference(measure.sample([a for a, _ in both]), measure.sample([b for _, b in both]))
                if (found.ours, found.theirs) != (None, None):
                    compared[group][measure.key] = found
    return compared
