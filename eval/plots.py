"""Plots of a report as SVG text, to be put inside the page: no files, no network, text left to the reader's fonts."""

from __future__ import annotations

import io
import warnings
from collections.abc import Sequence

from eval.measures import ALL, BY_KEY

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


def refusals(answerable: Sequence[float], unanswerable: Sequence[float], bar: float | None) -> str:
    """Share of questions that would be refused for being from elsewhere, over the bar; the bar in force dashed."""

    def draw(axes) -> None:
        for colour, name, values in zip(_COLOURS, ("有答案", "无答案"), (answerable, unanswerable), strict=False):
            if values:
                axes.ecdf([min(value, 1.0) for value in values], color=colour, label=name)
        if bar is not None:
            axes.axvline(bar, color="#555", linestyle="--", linewidth=1)
        axes.set_xlabel("refuse_below")
        axes.set_ylim(0, 1.02)
        axes.grid(alpha=0.3)
        _legend(axes, loc="upper left")

    return _svg(draw, (5.6, 3.6))


def _legend(axes, **where) -> None:
    if axes.get_legend_handles_labels()[0]:
        axes.legend(**where, frameon=False)


def _svg(draw, size: tuple[float, float]) -> str:
    """The <svg> element of one plot."""
    import matplotlib
    from matplotlib.figure import Figure

    # `none` writes text as text; the hash salt makes the ids, and so the file, the same every time.
    style = {"svg.fonttype": "none", "svg.hashsalt": "tiaowen", "font.family": "sans-serif"}
    with matplotlib.rc_context(style), warnings.catch_warnings():
        # matplotlib measures Chinese labels with a font that lacks them; the browser draws them with one that has.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        figure = Figure(figsize=size, layout="constrained")
        draw(figure.add_subplot())
        buffer = io.StringIO()
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    text = buffer.getvalue()
    return text[text.index("<svg") :]
