"""`python -m eval.structure fit` fits the router; without a word the router and the answers are measured, and REPORT.md
is written."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path

import typer

from index.cli import run
from index.encoder import open_encoder
from index.settings import load_settings

REPORT = Path(__file__).with_name("REPORT.md")
app = typer.Typer(
    add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False, help="结构化回答的评测。"
)


@app.callback(invoke_without_command=True)
def measure(context: typer.Context) -> None:
    """评测问题分类与结构化回答，写出 REPORT.md。"""
    if context.invoked_subcommand is not None:
        return
    from eval.structure import answers, routing
    from rag.structure.router import route

    settings = load_settings()
    encoder = open_encoder(settings)
    held = [own for own in routing.read() if own.part == "held"]
    meaning = routing.vectors(encoder, [own.question for own in held])
    said = {
        "rules alone": routing.by_rule(held),
        "the router": [route(own.question, encoder.digest, vector) for own, vector in zip(held, meaning, strict=True)],
    }
    scored = list(answers.ask(settings))
    lines = ["# Structured answers, measured", "", "Written by `python -m eval.structure`.", "", "## The router", ""]
    lines += [*routing.report(held, said), "", "## Answers", "", *answers.report(scored)]
    REPORT.write_text("\n".join(lines) + "\n", encoding="utf-8")
    answered = settings.var / "structure" / "answers.jsonl"
    answered.write_text("".join(json.dumps(asdict(e), ensure_ascii=False) + "\n" for e in scored), encoding="utf-8")
    print("\n".join([*lines, "", f"答复逐条在 {answered}。"]))


@app.command()
def fit() -> None:
    """用 routes.tsv 的 train 部分重新训练问题分类。"""
    from eval.structure import routing
    from rag.structure import learned
    from rag.structure.router import KINDS

    encoder = open_encoder(load_settings())
    routes = [own for own in routing.read() if own.part == "train"]
    matrix = routing.fit(routes, routing.vectors(encoder, [own.question for own in routes]))
    recipe = {"questions": len(routes), "ridge": routing.RIDGE, "groups": learned.GROUPS, "meaning": learned.MEANING}
    learned.save(KINDS, encoder.digest, matrix, recipe)
    print(f"{len(routes)} 个问题 → {learned.WEIGHTS.name}")


if __name__ == "__main__":
    run(lambda: app(sys.argv[1:], standalone_mode=False))
