"""Plots of a report as SVG text, to be put inside the page: no files, no network, text left to the reader's fonts."""

from __future__ import annotations

import io
import os
import warnings
from collections.abc import Sequence

from eval.confidence import BINS, reliability, risks
from eval.measures import ALL, BY_KEY
from index.settings import load_settings

_COLOURS = ("#1f5fa8", "#d08a1d", "#2f8f5b", "#a63d57")


def by_type(report: dict) -> str:
    """Bars by question type with 95% intervals: recall, and completeness where answers were scored."""
    keys = [key for key in ("recall@5", "recall@10", "complete@200", "complete@500") if key in report["table"][ALL]]
    groups = [group for group, row in report["table"].items() if any(key in row for key in keys)]

    def draw(axes) -> None:
        width = 0.8 / max(len(keys), 1)
        for shift, key in enumerate(keys):
            for place, group in enumerate(groups):
                if (estimate := report["table"][group].get(key)) is None:
                    continue
                value, low, high = (estimate[name] for name in ("value", "low", "high"))
                spread = None if low is None else [[max(value - low, 0)], [max(high - value, 0)]]
                axes.bar(
                    place + shift * width,
                    value,
                    width * 0.9,
                    yerr=spread,
                    color=_COLOURS[shift],
                    ecolor="#555",
                    capsize=2,
                    label=BY_KEY[key].label if place == 0 else None,
                )
        axes.set_xticks([place + 0.4 - width / 2 for place in range(len(groups))], groups, rotation=20, ha="right")
        axes.set_ylim(0, 1.05)
        _legend(axes, loc="lower center", ncols=4, bbox_to_anchor=(0.5, 1.0))

    return _svg(draw, (10, 4.2))


def recall_curve(series: Sequence[tuple[str, Sequence[float]]]) -> str:
    """Recall over the number of clauses read, a line a pipeline."""

    def draw(axes) -> None:
        for colour, (name, curve) in zip(_COLOURS, series, strict=False):
            axes.plot(range(1, len(curve) + 1), curve, marker="o", markersize=3, color=colour, label=name)
        axes.set_xlabel("k")
        axes.set_ylabel("recall@k")
        axes.set_xticks([1, 3, 5, 10, 15, 20])
        axes.set_ylim(0, 1.02)
        axes.grid(alpha=0.3)
        _legend(axes, loc="lower right")

    return _svg(draw, (5.6, 3.6))


def latency(series: Sequence[tuple[str, Sequence[float]]]) -> str:
    """Share of questions served within so many seconds, on a logarithmic scale, a line a moment."""

    def draw(axes) -> None:
        for colour, (name, seconds) in zip(_COLOURS, series, strict=False):
            if len(seconds):
                axes.ecdf(seconds, color=colour, label=name)
        axes.set_xscale("log")
        axes.set_xlabel("s")
        axes.set_ylim(0, 1.02)
        axes.grid(alpha=0.3, which="both")
        _legend(axes, loc="lower right")

    return _svg(draw, (5.6, 3.6))


def refusals(answerable: Sequence[float], unanswerable: Sequence[float], threshold: float | None) -> str:
    """Share of questions that would be refused for being from elsewhere, over the threshold; the one in use dashed."""

    def draw(axes) -> None:
        for colour, name, values in zip(_COLOURS, ("有答案", "无答案"), (answerable, unanswerable), strict=False):
            if values:
                axes.ecdf([min(value, 1.0) for value in values], color=colour, label=name)
        if threshold is not None:
            axes.axvline(threshold, color="#555", linestyle="--", linewidth=1)
        axes.set_xlabel("closeness")
        axes.set_ylim(0, 1.02)
        axes.grid(alpha=0.3)
        _legend(axes, loc="upper left")

    return _svg(draw, (5.6, 3.6))


def risk_by_coverage(series: Sequence[tuple[str, Sequence[float], Sequence[float]]]) -> str:
    """Share of wrong answers among the most confident, over how many are answered; (name, confidence, right) a line.

    Dashed, what an order that puts every right answer before every wrong one would give.
    """
    import numpy as np

    def draw(axes) -> None:
        for colour, (name, sure, right) in zip(_COLOURS, series, strict=False):
            coverage = np.arange(1, len(right) + 1) / len(right)
            axes.plot(coverage, risks(np.array(sure), np.array(right)), color=colour, label=name)
            best = risks(np.array(right), np.array(right))
            axes.plot(coverage, best, color=colour, linestyle="--", linewidth=1, alpha=0.6)
        axes.set_xlabel("答出的份额（把握大的先答）")
        axes.set_ylabel("答错的份额")
        axes.set_xlim(0, 1)
        axes.set_ylim(0, 1.02)
        axes.grid(alpha=0.3)
        _legend(axes, loc="upper left")

    return _svg(draw, (5.6, 3.6))


def calibration(groups: Sequence[tuple[str, Sequence[float], Sequence[float]]]) -> str:
    """Share of right answers over confidence with 95% intervals, small multiples of (name, confidence, right), the
    whole first; on the diagonal a confidence is what it says."""
    import numpy as np
    from scipy.stats import binomtest

    columns = min(len(groups), 5)
    rows = -(-len(groups) // columns)

    def draw(figure) -> None:
        for place, (name, sure, right) in enumerate(groups):
            axes = figure.add_subplot(rows, columns, place + 1)
            axes.plot([0, 1], [0, 1], color="#999", linewidth=1, linestyle="--")
            for mean, hits, n in reliability(np.array(sure), np.array(right), BINS if place == 0 else BINS // 2):
                spread = binomtest(hits, n).proportion_ci(method="wilson")
                axes.vlines(mean, spread.low, spread.high, color=_COLOURS[0], alpha=0.5)
                axes.scatter([mean], [hits / n], s=12 + 8 * n**0.5, color=_COLOURS[0], zorder=3)
            axes.set_title(f"{name}（{len(right)}）", fontsize=10)
            axes.set_xlim(-0.03, 1.03)
            axes.set_ylim(-0.03, 1.03)
            axes.set_xticks([0, 0.5, 1])
            axes.set_yticks([0, 0.5, 1])
            axes.grid(alpha=0.3)
        figure.supxlabel("自报把握", fontsize=10)
        figure.supylabel("答对的份额", fontsize=10)

    return _figure(draw, (2.2 * columns + 0.4, 2.2 * rows + 0.4))


def _legend(axes, **where) -> None:
    if axes.get_legend_handles_labels()[0]:
        axes.legend(**where, frameon=False)


def _svg(draw, size: tuple[float, float]) -> str:
    """The <svg> element of one plot, drawn on its axes."""
    return _figure(lambda figure: draw(figure.add_subplot()), size)


def _figure(draw, size: tuple[float, float]) -> str:
    """The <svg> element of what is drawn on a figure."""
    # What matplotlib remembers of fonts lies with everything else that is made here.
    os.environ.setdefault("MPLCONFIGDIR", str(load_settings().var / "eval" / "matplotlib"))
    import matplotlib
    from matplotlib.figure import Figure

    # `none` writes text as text; the hash salt makes the ids, and so the file, the same every time.
    style = {"svg.fonttype": "none", "svg.hashsalt": "tiaowen", "font.family": "sans-serif"}
    with matplotlib.rc_context(style), warnings.catch_warnings():
        # matplotlib measures Chinese labels with a font that lacks them; the browser draws them with one that has.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        figure = Figure(figsize=size, layout="constrained")
        draw(figure)
        buffer = io.StringIO()
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    text = buffer.getvalue()
    return text[text.index("<svg") :]
