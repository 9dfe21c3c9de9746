"""`python -m rag.training reader|followups|addressed [DATA]`: train, measure on what was held out, write weights and manifest."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from index.cli import run
from index.settings import ROOT

app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    help="训练：阅读模型，追问的判断，或对读者和程序说的话的判断。",
)
_SHARED = ROOT.parent / "shared"


@app.command()
def reader(
    data: Annotated[Path, typer.Argument(help="训练数据文件夹：public/、pairs/、docs/、regulations/")] = _SHARED
    / "train",
    apart: Annotated[list[Path] | None, typer.Option(help="评测数据文件夹，与之相近的样本一律剔除；可多次")] = None,
    out: Annotated[Path, typer.Option(help="权重写到哪里")] = ROOT / "rag" / "reading" / "weights",
    seed: Annotated[int, typer.Option(help="随机种子")] = 17,
    without: Annotated[list[str] | None, typer.Option(help="不用这些数据集；可多次")] = None,
) -> None:
    """训练阅读模型；中断后再运行会接着训练。"""
    from rag.training.command import train

    train(data, apart or [_SHARED / "eval", _SHARED / "cases"], out, seed, without or ())


@app.command()
def followups(
    data: Annotated[Path, typer.Argument(help="训练数据文件夹：pairs/")] = _SHARED / "train",
    out: Annotated[Path, typer.Option(help="权重写到哪里")] = ROOT / "rag" / "query" / "leaning.json",
) -> None:
    """训练追问的判断：一个问题是否要接着上文理解。"""
    from rag.training.followups import train

    train(data, out)


@app.command()
def addressed(
    data: Annotated[Path, typer.Argument(help="训练数据文件夹：regulations/、docs/")] = _SHARED / "train",
    out: Annotated[Path, typer.Option(help="权重写到哪里")] = ROOT / "index" / "addressed" / "weights.json",
) -> None:
    """训练对读者或程序说的话的判断：一句话是政策，还是写给答复者的。"""
    from rag.training.addressed import train

    train(data, out)


if __name__ == "__main__":
    run(lambda: app(sys.argv[1:], standalone_mode=False))
