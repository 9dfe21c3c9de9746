"""`python -m eval QUESTIONS.jsonl …` scores a pipeline; `beir DIR` scores retrieval on a BEIR set, `ablation` its
parts; `calibrate` fits what a reader's scores mean; `draft` takes questions from what was disputed in the page."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from index.cli import run
from index.errors import BadInput
from index.settings import ROOT
from rag.calibration import FILE
from rag.retrieval.weights import FILE as WEIGHTS

COMMANDS = ("score", "beir", "ablation", "fusion", "calibrate", "draft")

app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    help="评测：python -m eval 题目.jsonl，或 python -m eval beir 文件夹。",
)


@app.command()
def score(
    questions: Annotated[Path, typer.Argument(help="题目文件 JSONL，格式见 eval/README.md")],
    mode: Annotated[str, typer.Option(help="search 只评检索（不需要对话模型），answer 检索和作答都评")] = "answer",
    pipeline: Annotated[str, typer.Option(help="ours 本产品，plain 教程式流水线，both 两者先后运行并比较")] = "ours",
    out: Annotated[Path | None, typer.Option(help="报告文件夹；默认 var/eval/题目-流水线-模式")] = None,
    compare: Annotated[Path | None, typer.Option(help="与另一份 report.json 逐题比较")] = None,
    fail_under: Annotated[list[str] | None, typer.Option(help="指标[:题型]=数值，未达到则退出码为 1；可多次")] = None,
    judge: Annotated[str | None, typer.Option(help="评判模型 http(s)://地址/v1#模型名")] = None,
    only: Annotated[list[str] | None, typer.Option(help="只评这些题型或题号；可多次")] = None,
) -> int:
    """评测检索与回答。"""
    from eval.command import evaluate

    return evaluate(questions, mode, pipeline, out, compare, fail_under or (), judge, only or ())


@app.command()
def beir(
    folder: Annotated[Path, typer.Argument(help="含 corpus.jsonl、queries.jsonl、qrels/*.tsv 的文件夹")],
    split: Annotated[str, typer.Option(help="长文档按条款切分：auto、always 或 never")] = "auto",
    qrels: Annotated[str | None, typer.Option(help="qrels 文件名（不含 .tsv）；默认 test，没有则全部")] = None,
    out: Annotated[Path | None, typer.Option(help="报告文件夹；默认 var/eval/beir-文件夹名")] = None,
) -> None:
    """在 BEIR 格式的数据集上评测检索。"""
    from eval.beir import evaluate

    evaluate(folder, split, qrels, out)


@app.command()
def ablation(
    sets: Annotated[
        list[str],
        typer.Argument(
            help="题目.jsonl（问本产品的索引）、题目.jsonl@文件夹（问文件夹里的文件）或 BEIR 文件夹，可多个"
        ),
    ],
    out: Annotated[Path, typer.Option(help="写到哪里")] = Path(__file__).parent / "ABLATION.md",
    most: Annotated[int, typer.Option(help="每个数据集至多多少题，均匀抽取")] = 200,
) -> None:
    """逐项关闭检索的各部分，看每一部分在各数据集上值多少。"""
    from eval.ablation import evaluate

    evaluate(sets, out, most)


@app.command()
def fusion(
    data: Annotated[Path, typer.Argument(help="训练数据文件夹（见 rag.training）")] = ROOT.parent / "shared" / "train",
    out: Annotated[Path, typer.Option(help="权重写到哪里")] = WEIGHTS,
) -> None:
    """拟合检索的三个权重：字面、句义、逐词相似。"""
    import json
    from dataclasses import asdict

    from eval.fusion import evaluate
    from index.settings import load_settings

    print(json.dumps(asdict(evaluate(load_settings(), data, out)), ensure_ascii=False, indent=1))


@app.command()
def calibrate(
    data: Annotated[
        Path, typer.Argument(help="训练数据文件夹（见 rag.training）；只用其中没有训练过的文件")
    ] = ROOT.parent / "shared" / "train",
    out: Annotated[Path, typer.Option(help="校准文件写到哪里")] = FILE,
) -> None:
    """校准阅读模型：多大把握才作答、才下结论。"""
    import json

    from eval.calibrate import evaluate
    from index.settings import load_settings

    print(json.dumps(evaluate(load_settings(), data, out).fitted, ensure_ascii=False, indent=1))


@app.command()
def draft(out: Annotated[Path, typer.Argument(help="写到哪个 JSONL 文件")]) -> None:
    """把网页中被拒答和被标为“有误”的问题写成题目，供核对后用于评测。"""
    from eval.draft import write
    from index.settings import load_settings

    print(f"已写出 {write(load_settings(), out)} 题：{out}。请逐题核对 answerable 和 evidence 后再评测")


def main(arguments: list[str]) -> int | None:
    """Run with `arguments`; what names no command is a question file and its options."""
    if arguments and arguments[0] not in (*COMMANDS, "--help"):
        arguments = ["score", *arguments]
    if not arguments:
        raise BadInput("请给出题目文件：python -m eval 题目.jsonl（--help 查看用法）")
    return app(arguments, standalone_mode=False)


if __name__ == "__main__":
    run(lambda: main(sys.argv[1:]))
