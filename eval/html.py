"""report.html: one file with everything in it, escaped by Jinja's autoescape, drawn without any network asset."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from eval import plots
from eval.measures import ALL, BY_KEY, MEASURES
from eval.report import BY_TYPE, confidences, interval, shown

_HERE = Path(__file__).resolve().parent
ENOUGH = 10  # questions of a type for a calibration of its own
_MOMENTS = (
    ("evidence_seconds", "首条证据"),
    ("words_seconds", "首段答案"),
    ("token_seconds", "模型首字"),
    ("end_seconds", "答完"),
)


def render(report: dict) -> str:
    """The page of a report, with its comparison where it has one."""
    from jinja2 import Environment, FileSystemLoader
    from markupsafe import Markup

    environment = Environment(loader=FileSystemLoader(_HERE), autoescape=True, trim_blocks=True, lstrip_blocks=True)
    environment.globals |= {"shown": shown, "interval": interval, "ALL": ALL}
    curves = [(report["pipeline"], report["curve"])]
    if (compared := report.get("compare")) is not None:
        curves.append((compared["other"]["pipeline"] + " ", compared["other"]["curve"]))
    moments = [(name, _values(report, field)) for field, name in _MOMENTS]
    if not any(values for _, values in moments):
        moments = [("检索", _values(report, "search_seconds"))]
    drawings = [plots.by_type(report), plots.recall_curve([c for c in curves if c[1]]), plots.latency(moments)]
    told = [(report["pipeline"], *confidences(report["questions"]))]
    if compared is not None:
        told.append((compared["other"]["pipeline"] + " ", *compared["other"]["confidence"]))
    if told := [line for line in told if line[1]]:
        drawings.append(plots.risk_by_coverage(told))
    if groups := _calibrations(report["questions"]):
        drawings.append(plots.calibration(groups))
    if closeness := _closeness(report):
        drawings.append(plots.refusals(*closeness))
    return environment.get_template("report.html.j2").render(
        report=report,
        measures=[m for m in MEASURES if m.key in report["table"][ALL]],
        by_type=[own for keys in BY_TYPE if (own := [BY_KEY[key] for key in keys if key in report["table"][ALL]])],
        plots=[Markup(drawing) for drawing in drawings],  # ours, made of numbers and type names
        failures=[entry for entry in report["questions"] if entry["lost"]],
        compared=compared,
    )


def _calibrations(entries: Sequence[dict]) -> list[tuple[str, list[float], list[float]]]:
    """What calibration is drawn of: all questions, and each type with enough of them."""
    kinds = dict.fromkeys(entry["type"] for entry in entries)
    groups = [(kind, *confidences([entry for entry in entries if entry["type"] == kind])) for kind in kinds]
    whole = (ALL, *confidences(entries))
    return [whole, *(group for group in groups if len(group[1]) >= ENOUGH)] if whole[1] else []


def _closeness(report: dict) -> tuple[list[float], list[float], float | None] | None:
    """(of answerable questions, of others, the threshold in use); None where the pipeline tells none."""
    told = [
        (entry["answerable"], entry["reply"]["closeness"])
        for entry in report["questions"]
        if entry["reply"] and entry["reply"].get("closeness") is not None
    ]
    if not told:
        return None
    threshold = report["facts"].get("foreign_below")
    return (
        [c for yes, c in told if yes],
        [c for yes, c in told if not yes],
        None if threshold is None else float(threshold),
    )


def _values(report: dict, field: str) -> list[float]:
    return [entry["scores"][field] for entry in report["questions"] if field in entry["scores"]]
