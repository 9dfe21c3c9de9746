"""Two reports side by side: paired differences, questions won and lost; and the gate of --fail-under."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from eval import measures
from eval.measures import ALL, BY_KEY, MEASURES
from eval.report import confidences, interval, shown
from index.errors import BadInput

# A question counts as won or lost when one of these moved.
DECIDING = (
    "recall@5",
    "recall@10",
    "related.recall@10",
    "complete@200",
    "complete@500",
    "lead",
    "responded_rightly",
    "pair_right",
)


def compare(ours: dict, theirs: dict) -> dict:
    """Differences over the questions that both reports hold unchanged; BadInput when there is none."""
    other = {entry["id"]: entry for entry in theirs["questions"] if entry["error"] is None}
    pairs = [
        (entry, other[entry["id"]])
        for entry in ours["questions"]
        if entry["error"] is None and entry["id"] in other and other[entry["id"]]["digest"] == entry["digest"]
    ]
    if not pairs:
        raise BadInput("两份报告没有相同的题目，无法比较")
    found = measures.compare([(a["type"], a["scores"], b["scores"]) for a, b in pairs])
    return {
        "other": {
            **{name: theirs[name] for name in ("pipeline", "mode", "file", "created", "facts", "curve")},
            "confidence": confidences([b for _, b in pairs]),
        },
        "pairs": len(pairs),
        "left_out": len(ours["questions"]) - len(pairs),
        "groups": {group: {key: asdict(difference) for key, difference in row.items()} for group, row in found.items()},
        "won": [moved for a, b in pairs if (moved := _moved(a, b, 1))],
        "lost": [moved for a, b in pairs if (moved := _moved(a, b, -1))],
    }


def show(compared: dict) -> None:
    """Print the differences, and the questions that moved."""
    from rich.console import Console
    from rich.table import Table

    console = Console()
    title = f"与 {compared['other']['pipeline']}（{compared['other']['created']}）逐题比较　{compared['pairs']} 题"
    listing = Table("指标", "本次", "对方", "差", "95% 区间", "p", "比值", title=title, title_justify="left")
    for measure in MEASURES:
        if (d := compared["groups"][ALL].get(measure.key)) is not None:
            ratio = f"{d['ours'] / d['theirs']:.2f}×" if d["ours"] is not None and d["theirs"] else "—"
            p = "—" if d["p"] is None else f"{d['p']:.4f}"
            values = (shown(measure, d["ours"]), shown(measure, d["theirs"]), shown(measure, d["value"], "+"))
            listing.add_row(measure.label, *values, interval(measure, d, "+"), p, ratio)
    console.print(listing)
    for word, moved in (("胜", compared["won"]), ("负", compared["lost"])):
        console.print(
            f"{word} {len(moved)} 题：" + "；".join(f"{m['id']}（{'、'.join(m['fields'])}）" for m in moved),
            markup=False,
        )
    if compared["left_out"]:
        console.print(f"{compared['left_out']} 题不在对方报告中或已改动，未比较", markup=False)


def gates(texts: Sequence[str], mode: str, judged: bool) -> list[tuple[str, str, float]]:
    """(measure, group, bound) of each metric[:type]=value; BadInput names what cannot be checked in this run."""
    stages = {"search", "related"} | ({"answer"} if mode == "answer" else set()) | ({"judge"} if judged else set())
    found = []
    for text in texts:
        name, equals, bound = text.partition("=")
        key, _, group = name.strip().partition(":")
        if key not in BY_KEY:
            raise BadInput(f"--fail-under {text}：没有指标 {key}，可用 {'、'.join(BY_KEY)}")
        if BY_KEY[key].stage not in stages:
            raise BadInput(f"--fail-under {text}：--mode {mode} 不计算 {key}")
        try:
            found.append((key, group or ALL, float(bound if equals else "")))
        except ValueError as error:
            raise BadInput(f"--fail-under {text}：应写成 指标=数值 或 指标:题型=数值") from error
    return found


def broken(report: dict, bounds: Sequence[tuple[str, str, float]]) -> list[str]:
    """The gates not met, in words. Where less is better the bound is a ceiling; a figure that is not there fails."""
    lines = []
    for key, group, bound in bounds:
        measure = BY_KEY[key]
        value = report["table"].get(group, {}).get(key, {}).get("value")
        if value is None or (value > bound if measure.less else value < bound):
            wanted = f"{'不高于' if measure.less else '不低于'} {bound:g}"
            lines.append(f"未达标：{measure.label}（{group}）为 {shown(measure, value)}，要求{wanted}")
    return lines


def _moved(ours: dict, theirs: dict, direction: int) -> dict | None:
    """The deciding fields in which a question got better (1) or worse (-1)."""
    fields = [
        name
        for name in DECIDING
        if name in ours["scores"]
        and name in theirs["scores"]
        and (ours["scores"][name] - theirs["scores"][name]) * direction > 1e-9
    ]
    if not fields:
        return None
    return {"id": ours["id"], "type": ours["type"], "question": ours["question"], "fields": fields}
