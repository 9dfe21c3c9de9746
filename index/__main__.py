"""`python -m index [PATH …] [--rebuild] [--watch]`: documents in, index out; index.verbs has what else can be done."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from index import verbs
from index.cli import run
from index.errors import TiaowenError

if TYPE_CHECKING:
    from index.settings import Settings

app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
# Milliseconds without a further change before a build begins, and the most that a stream of changes may put it off.
_QUIET, _MOST = 500, 30_000


@app.command(epilog=f"另有：python -m index {'|'.join(verbs.VERBS)} --help")
def index(
    paths: Annotated[list[Path] | None, typer.Argument(help="文件或文件夹；不写则用设置中的 corpus")] = None,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="不沿用旧索引，全部重建")] = False,
    watch: Annotated[bool, typer.Option("--watch", help="文件夹有变化就更新索引，直到按 Ctrl-C")] = False,
) -> None:
    """建立或更新索引。旧索引在新索引写完之前一直可用。"""
    from index.settings import load_settings

    settings = load_settings()
    corpus = paths or settings.corpora
    if not watch:
        return built(corpus, settings, rebuild=rebuild)
    from watchfiles import watch as changes

    seen = changes(*corpus, step=_QUIET, debounce=_MOST, rust_timeout=_QUIET, yield_on_timeout=True)
    try:
        next(seen)  # it is watched from here on: what changes during a build is indexed by the next one
    except FileNotFoundError:
        return built(corpus, settings, rebuild=rebuild)  # says what is not there
    _tried(corpus, settings, rebuild)
    print("正在留意文件夹的变化，按 Ctrl-C 结束。", flush=True)
    # Within what is left out of a corpus (hidden files, locks) nothing changes it; a build then finds nothing to do.
    for changed in seen:
        if changed:
            _tried(corpus, settings, rebuild=False)


def built(corpus: Sequence[Path], settings: Settings, *, rebuild: bool) -> None:
    """Build and say what was done."""
    from index.build import build
    from index.encoder import open_encoder
    from index.progress import ProgressBars

    with ProgressBars() as progress:
        summary = build(
            corpus,
            settings.index_dir,
            lambda: open_encoder(settings),
            rebuild=rebuild,
            progress=progress,
            limits=settings.limits,
        )
    for file, why in summary.skipped.items():
        print(f"跳过 {file}：{why}", file=sys.stderr)
    done = f"已更新，新计算 {summary.embedded} 条的向量" if summary.changed else "无变化"
    print(f"{summary.documents} 份文件，{summary.clauses} 条，{summary.sentences} 句；索引{done}。", flush=True)
    if summary.attention:
        print(
            f"有 {summary.attention} 处需要留意（缺页、存疑、几乎相同的文件）：python -m index report", file=sys.stderr
        )


def _tried(corpus: Sequence[Path], settings: Settings, rebuild: bool) -> None:
    """Build; what stands in the way now may be gone after the next change."""
    try:
        built(corpus, settings, rebuild=rebuild)
    except TiaowenError as error:
        print(error, file=sys.stderr, flush=True)


if __name__ == "__main__":
    chosen = verbs.app if sys.argv[1:2] and sys.argv[1] in verbs.VERBS else app
    run(lambda: chosen(standalone_mode=False))
