"""`python -m index add|remove|report|check|migrate …`: what is done to a corpus and looked up about it, beside building."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from index.errors import CorpusError

VERBS = ("add", "remove", "report", "check", "migrate")
app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)

Json = Annotated[bool, typer.Option("--json", help="输出 JSON")]


@app.command()
def add(paths: Annotated[list[Path], typer.Argument(help="要加入的文件或文件夹")]) -> None:
    """把文件加入语料文件夹并更新索引；同一文件的旧文本移到旁边的文件夹，不删除。"""
    from index.corpus import add as added
    from index.settings import load_settings

    settings = load_settings()
    _done(added(paths, settings.corpus, settings.index_dir, settings.limits), settings)


@app.command()
def remove(names: Annotated[list[str], typer.Argument(help="文件名、题名或文号")]) -> None:
    """把文件移出语料文件夹（移到旁边的文件夹，不删除）并更新索引。"""
    from index.corpus import remove as removed
    from index.settings import load_settings

    settings = load_settings()
    _done(removed(names, settings.corpus, settings.index_dir), settings)


@app.command()
def report(as_json: Json = False) -> None:
    """最近一次建立索引的报告：文件、条款、缺页、存疑之处、几乎相同的文件。"""
    from dataclasses import asdict

    from index.report import in_words
    from index.settings import load_settings
    from index.store import Store

    found = Store.open(load_settings().index_dir).report
    if as_json:
        print(json.dumps({"totals": found.totals} | asdict(found), ensure_ascii=False, indent=1))
    else:
        print("\n".join(in_words(found)))


@app.command()
def migrate() -> None:
    """把本机索引搬到设置 qdrant 所指的检索服务，并核对。已有且未变的条款不重传，中断后再次运行即可继续。"""
    from index.errors import BadInput
    from index.progress import ProgressBars
    from index.qdrant.collection import open_collection
    from index.qdrant.migrate import migrate as moved
    from index.qdrant.points import Points
    from index.settings import load_settings
    from index.store import Store

    settings = load_settings()
    if not settings.qdrant:
        raise BadInput("没有设置 qdrant（检索服务的地址）。请在 tiaowen.toml 或环境变量 TIAOWEN_QDRANT 中写明")
    store = Store.open(settings.index_dir)
    with ProgressBars() as progress:
        done = moved(
            Points(store, settings.qdrant_tenant), open_collection(settings), lambda n, of: progress("迁移", n, of)
        )
    print(
        f"检索服务中现有 {done.points} 条：新传 {done.put} 条，删去 {done.dropped} 条，抽查 {done.compared} 条，向量一致。"
    )


@app.command()
def check(file: Annotated[Path, typer.Argument(help="要查看的文件")], as_json: Json = False) -> None:
    """加入之前先看：一个文件会被读成什么样（题名、文号、条款、缺页、存疑之处）。不改动索引。"""
    from dataclasses import asdict

    from index.checking import in_words
    from index.load import pool
    from index.load.listing import listed
    from index.settings import load_settings

    if not file.exists():
        raise CorpusError(f"找不到文件：{file}")
    found, failures = listed(file)
    outcomes = [outcome for _, outcome in sorted(pool.taken(found, load_settings().limits), key=lambda each: each[0])]
    refused = [(f.file, f.reason) for f in failures] + [each for outcome in outcomes for each in outcome.refused]
    contents = [each for outcome in outcomes for each in outcome.contents]
    if as_json:
        print(
            json.dumps({"files": [asdict(each) for each in contents], "refused": refused}, ensure_ascii=False, indent=1)
        )
    else:
        print("\n".join(line for each in contents for line in in_words(each)))
    for name, why in refused:
        print(f"无法收录 {name}：{why}", file=sys.stderr)
    if not contents:
        raise typer.Exit(2)


def _done(change, settings) -> None:
    """Say what moved, and bring the index in line."""
    from index.__main__ import built
    from index.corpus import beside

    for name, why in change.refused:
        print(f"未加入 {name}：{why}", file=sys.stderr)
    for name in change.moved:
        print(f"已移出到 {beside(settings.corpus) / name}")
    for name in change.added:
        print(f"已加入 {settings.corpus / name}")
    if not (change.added or change.moved):
        raise CorpusError("没有文件可以加入，语料没有改动")
    built(settings.corpora, settings, rebuild=False)
