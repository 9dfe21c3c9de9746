"""The report as plain data (report.json), and its tables on the terminal."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from eval.measures import ALL, BY_KEY, MEASURES, Measure, table
from eval.questions import Question
from eval.ranking import DEPTH
from eval.trace import Trace
from eval.verdict import Verdict
from index.errors import BadInput

FORMAT = 1
BY_TYPE = (  # a table each: four columns fit a terminal of 80
    ("recall@1", "recall@5", "recall@10", "mrr"),
    ("nuggets@200", "complete@200", "nuggets@500", "complete@500"),
    ("lead", "reply_precision", "answer_f1", "f1_complete"),
    ("citation_precision", "citation_recall", "false_refusals", "end_seconds"),
    ("pairs_right", "pair_refused", "replied_wrongly", "ece"),
)


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a run was, beside its questions and figures."""

    pipeline: str
    mode: str
    file: str  # name of the question file
    facts: dict[str, str]
    machine: dict[str, str]
    created: str  # ISO time
    seconds: float  # of this process; a resumed run's first part is not in it
    peak_memory_mib: float
    memory_note: str
    warnings: Sequence[str] = ()


def build(
    about: Circumstances, questions: Sequence[Question], traces: Sequence[Trace], verdicts: Sequence[Verdict]
) -> dict:
    """Everything, as report.json holds it."""
    scored = [(q.type, v.scores) for q, v, t in zip(questions, verdicts, traces, strict=True) if t.error is None]
    entries = [_entry(*each) for each in zip(questions, traces, verdicts, strict=True)]
    return {
        "format": FORMAT,
        **asdict(about),
        "count": len(questions),
        "failed": [t.id for t in traces if t.error is not None],
        "table": {group: {key: asdict(e) for key, e in row.items()} for group, row in table(scored).items()},
        "curve": _curve([scores for _, scores in scored]),
        "questions": entries,
    }


def save(report: dict, path: Path) -> None:
    path.write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def read(path: Path) -> dict:
    """A report written earlier; BadInput when it is none."""
    try:
        report = json.loads(path.read_text(encoding="utf-8"))
        if report["format"] != FORMAT:
            raise BadInput(f"{path} 的格式为 {report['format']}，本程序需要 {FORMAT}。请重新评测后再比较")
        _ = report["pipeline"], report["questions"], report["table"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadInput(f"{path} 不是评测报告 report.json（{type(error).__name__}）") from error
    return report


def show(report: dict) -> None:
    """Print the tables: every measure overall, then the main ones by type."""
    from rich.console import Console
    from rich.table import Table

    console = Console()
    overall = report["table"][ALL]
    title = f"{report['pipeline']}　{report['file']}　{report['count']} 题"
    whole = Table("指标", "值", "95% 区间", "题数", title=title, title_justify="left")
    for measure in MEASURES:
        if (own := overall.get(measure.key)) is not None:
            whole.add_row(measure.label, shown(measure, own["value"]), interval(measure, own), str(own["n"]))
    whole.add_row("内存峰值", f"{report['peak_memory_mib']:.0f} MiB", report["memory_note"], "")
    console.print(whole)
    for keys in BY_TYPE:
        if columns := [BY_KEY[key] for key in keys if key in overall]:
            kinds = Table(
                "题型",
                "题数",
                *(measure.label for measure in columns),
                title="分题型（95% 区间）",
                title_justify="left",
            )
            for group, row in report["table"].items():
                if group != ALL and any(measure.key in row for measure in columns):
                    count = sum(entry["type"] == group for entry in report["questions"])
                    kinds.add_row(group, str(count), *(_cell(measure, row.get(measure.key)) for measure in columns))
            console.print(kinds)
    for warning in report["warnings"]:
        console.print(f"注意：{warning}", markup=False)
    for failed in report["failed"]:
        console.print(f"未能运行：{failed}", markup=False)


def shown(measure: Measure, value: float | None, sign: str = "") -> str:
    """A value as people read it: shares with three decimals, seconds with two."""
    if value is None:
        return "—"
    decimals = {"s": 2, "字": 0}.get(measure.unit, 3)
    return f"{value:{sign}.{decimals}f}{' s' if measure.unit == 's' else ''}"


def interval(measure: Measure, estimate: dict, sign: str = "") -> str:
    """The interval as people read it."""
    if estimate["low"] is None:
        return "—"
    return f"{shown(measure, estimate['low'], sign)} … {shown(measure, estimate['high'], sign)}"


def confidences(entries: Sequence[dict]) -> tuple[list[float], list[float]]:
    """(confidence, whether it was borne out) of the questions in whose answers one was told."""
    told = [entry["scores"] for entry in entries if "borne_out" in entry["scores"]]
    return [scores["confidence"] for scores in told], [scores["borne_out"] for scores in told]


def _cell(measure: Measure, estimate: dict | None) -> str:
    if estimate is None:
        return "—"
    low, high = (shown(measure, estimate[end]).removesuffix(" s") for end in ("low", "high"))
    return shown(measure, estimate["value"]) + ("" if estimate["low"] is None else f"\n{low}…{high}")


def _curve(scores: Sequence[dict]) -> list[float]:
    """Mean recall@1…DEPTH over the questions with evidence; empty where there are none."""
    own = [s for s in scores if "recall@1" in s]
    return [sum(s[f"recall@{k}"] for s in own) / len(own) for k in range(1, DEPTH + 1)] if own else []


def _entry(question: Question, trace: Trace, verdict: Verdict) -> dict:
    return {
        "id": question.id,
        "type": question.type,
        "digest": question.digest,
        "question": question.question,
        "history": list(question.history),
        "answerable": question.answerable,
        "reference": question.answer,
        "must": [list(group) for group in question.must],
        "must_not": list(question.must_not),
        "pair": question.pair,
        "near": [asdict(near) for near in question.near],
        "why_not": question.why_not,
        "evidence": [
            {**asdict(e), "rank": rank}
            for e, rank in zip(question.evidence, verdict.ranks or [None] * len(question.evidence), strict=True)
        ],
        "scores": verdict.scores,
        "lost": list(verdict.lost),
        "missed": [asdict(missed) for missed in verdict.missed],
        **{name: value for name, value in asdict(trace).items() if name != "id"},
    }
