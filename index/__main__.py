"""`python -m index [PATH …] [--rebuild]`: documents in, index out."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from index.edge import run

app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)


@app.command()
def index(
    paths: Annotated[list[Path] | None, typer.Argument(help="文件或文件夹；不写则用设置中的 corpus")] = None,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="不沿用旧索引，全部重建")] = False,
) -> None:
    """建立或更新索引。旧索引在新索引写完之前一直可用。"""
    from index.bars import Bars
    from index.build import build
    from index.encoder import open_encoder
    from index.settings import load_settings

    settings = load_settings()
    with Bars() as bars:
        summary = build(
            paths or [settings.corpus], settings.index_dir, lambda: open_encoder(settings), rebuild=rebuild, progress=bars
        )  # fmt: skip
    for file, why in summary.skipped.items():
        print(f"跳过 {file}：{why}", file=sys.stderr)
    done = f"已更新，新计算 {summary.embedded} 条的向量" if summary.changed else "无变化"
    print(f"{summary.documents} 份文件，{summary.clauses} 条，{summary.sentences} 句；索引{done}。")


if __name__ == "__main__":
    run(lambda: app(standalone_mode=False))
