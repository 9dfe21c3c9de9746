"""The figures of eval.bench.scale as a report: a table a part, its exponent, and a plot."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from eval.facts import machine

if TYPE_CHECKING:
    pass

# (what is told, its figure, how it is shown); the figures of the processor, as the machine may be shared.
PARTS: tuple[tuple[str, Callable[[dict], float], str], ...] = (
    ("打开，处理器秒", lambda f: f["open_cpu"], "{:.2f}"),
    ("检索 p50，处理器毫秒", lambda f: 1e3 * f["search"]["p50_cpu"], "{:.0f}"),
    ("检索 p95，处理器毫秒", lambda f: 1e3 * f["search"]["p95_cpu"], "{:.0f}"),
    ("检索 p95，时钟毫秒", lambda f: 1e3 * f["search"]["p95"], "{:.0f}"),
    ("逐一比较的检索，处理器毫秒", lambda f: 1e3 * f["exact_search_cpu"], "{:.0f}"),
    ("前十条与逐一比较相同", lambda f: f["same_ten"], "{:.4f}"),
    ("粘贴条款 p95，处理器毫秒", lambda f: 1e3 * f["paste"]["p95_cpu"], "{:.0f}"),
    ("首次检索（含文件关系），处理器秒", lambda f: f["first_search_cpu"], "{:.1f}"),
    ("首次完整回答，处理器秒", lambda f: f["first_ask_cpu"], "{:.1f}"),
    ("完整回答 p50，处理器毫秒", lambda f: 1e3 * f["ask"]["p50_cpu"], "{:.0f}"),
    ("完整回答 p95，处理器毫秒", lambda f: 1e3 * f["ask"]["p95_cpu"], "{:.0f}"),
    ("检索后常驻内存，MiB", lambda f: f["searched"]["rss"], "{:.0f}"),
    ("其中非文件页，MiB", lambda f: f["searched"]["anon"], "{:.0f}"),
    ("磁盘，MiB", lambda f: f["disk_mib"], "{:.0f}"),
)
DRAWN = (
    "打开，处理器秒",
    "检索 p95，处理器毫秒",
    "逐一比较的检索，处理器毫秒",
    "完整回答 p95，处理器毫秒",
    "检索后常驻内存，MiB",
    "磁盘，MiB",
)
_LABELS = ("open (s)", "search p95 (ms)", "exact search (ms)", "answer p95 (ms)", "resident memory (MiB)", "disk (MiB)")


def exponent(sizes: Sequence[float], values: Sequence[float]) -> float:
    """b of value = a · size^b, by least squares of the logarithms; nan of fewer than two."""
    import numpy as np

    held = [(size, value) for size, value in zip(sizes, values, strict=True) if value > 0]
    if len(held) < 2:
        return float("nan")
    x, y = np.log(np.array(held, dtype=np.float64)).T
    return float(np.polyfit(x, y, 1)[0])


def figures(place: Path) -> list[dict]:
    """What was measured, by size."""
    found = [json.loads(path.read_text()) for path in place.glob("[0-9]*.json") if ".made" not in path.name]
    return sorted(found, key=lambda own: own["clauses"])


def table(found: Sequence[dict]) -> list[str]:
    """Rows of Markdown: a part a row, a size a column, and the exponent."""
    sizes = [own["clauses"] for own in found]
    lines = [f"| 部分 | {' | '.join(f'{size:,}' for size in sizes)} | 指数 |", f"|---|{'---|' * (len(sizes) + 1)}"]
    for name, value, shown in PARTS:
        values = [_or_none(value, own) for own in found]
        held = [(size, own) for size, own in zip(sizes, values, strict=True) if own is not None]
        power = exponent(*zip(*held, strict=True)) if held else float("nan")
        cells = " | ".join("" if own is None else shown.format(own) for own in values)
        lines.append(f"| {name} | {cells} | {'' if '相同' in name else f'{power:.2f}'} |")
    return lines


def _or_none(value: Callable[[dict], float], own: dict) -> float | None:
    try:
        return value(own)
    except KeyError:
        return None


def drawn(found: Sequence[dict], path: Path) -> None:
    """A plot a part, both axes logarithmic, the fitted line dotted."""
    import matplotlib

    matplotlib.use("svg")
    import numpy as np
    from matplotlib import pyplot

    values = {name: value for name, value, _ in PARTS}
    figure, axes = pyplot.subplots(2, 3, figsize=(11, 6))
    for axis, name, label in zip(axes.ravel(), DRAWN, _LABELS, strict=True):
        held = [(own["clauses"], v) for own in found if (v := _or_none(values[name], own)) is not None and v > 0]
        if not held:
            continue
        x, y = np.array(held, dtype=np.float64).T
        axis.loglog(x, y, "o-", color="#1f5fa8", markersize=4)
        if len(x) > 1:
            power, height = np.polyfit(np.log(x), np.log(y), 1)
            axis.loglog(x, np.exp(height) * x**power, ":", color="#a63d57")
            axis.set_title(f"{label}: n^{power:.2f}", fontsize=10)
        axis.grid(alpha=0.3, which="both")
        axis.set_xlabel("clauses", fontsize=8)
    figure.tight_layout()
    with matplotlib.rc_context({"svg.hashsalt": "scale", "svg.fonttype": "none"}):
        figure.savefig(path, metadata={"Date": None})
    pyplot.close(figure)


def written(place: Path, out: Path) -> None:
    """The report and its plot, beside each other."""
    found = figures(place)
    drawn(found, out.with_suffix(".svg"))
    facts = machine()
    lines = [
        "# 一台机器，到多少条",
        "",
        "由 `python -m eval.bench.scale 条数 … --out 本文件` 生成：由现有索引放大（向量加噪声，句子由真实语料的片段重组，词频与真实"
        "语料一致，见 `eval/bench/grown.py`），不计编码。",
        f"机器：{facts['system']}，{facts['cores']} 核，{facts['memory_gb']} GB，一个线程；测量时他人也在用，故以处理器时间为准。",
        "",
        *table(found),
        "",
        f"![各部分随条数的变化]({out.with_suffix('.svg').name})",
        "",
    ]
    out.write_text("\n".join(lines), encoding="utf-8")
