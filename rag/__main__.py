"""`python -m rag …`: questions in, cited answers out; `--json` gives the contract of rag/contract.py."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from index.cli import run
from index.errors import BadInput

app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    help="条问：向政策文件提问，每句话都附条款原文。",
)

Json = Annotated[bool, typer.Option("--json", help="输出 JSON")]
K = Annotated[int, typer.Option("-k", help="返回条数")]
DocumentFilter = Annotated[str | None, typer.Option("--document", help="题名或文号的一部分")]
LevelFilter = Annotated[str | None, typer.Option("--level", help="层级：中央、部委、省市联合……")]
IssuerFilter = Annotated[str | None, typer.Option("--issuer", help="发文机关")]
RegionFilter = Annotated[str | None, typer.Option("--region", help="地区")]
KindFilter = Annotated[str | None, typer.Option("--kind", help="文种：规划、方案、批复……")]
YearFilter = Annotated[int | None, typer.Option("--year", help="成文年份")]
StatusFilter = Annotated[str | None, typer.Option("--status", help="in_force、expired 或 unknown")]
CollectionFilter = Annotated[str | None, typer.Option("--collection", help="文件集：语料中的一个文件夹")]
AsOf = Annotated[str | None, typer.Option("--as-of", help="按哪一天判断时效，如 2024-01-01；默认今天")]


def _engine(as_of: str | None = None):
    from rag.engine import Engine

    return Engine.open(_settings(as_of))


def _store_only(as_of: str | None):
    """Documents and clauses need the index but no model."""
    from rag.library import Library

    return Library.open(_settings(as_of))


def _settings(as_of: str | None):
    """The settings in force, with 时效 judged as of another day where one is given."""
    from datetime import date

    from index.settings import load_settings

    try:
        return load_settings().model_copy(update={"as_of": date.fromisoformat(as_of)} if as_of is not None else {})
    except ValueError as error:
        raise BadInput(f"--as-of 应为日期，如 2024-01-01，收到“{as_of}”") from error


def _print(value: object) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=1))


@app.command()
def docs(as_json: Json = False, as_of: AsOf = None) -> None:
    """列出全部文件。"""
    from rag.contract import document_json

    entries = [document_json(*entry) for entry in _store_only(as_of).documents()]
    if as_json:
        return _print(entries)
    for e in entries:
        print(
            f"{e['document']}　{e['doc_no'] or '无文号'}　{e['issued_on'] or '日期不明'}　{e['status']}　{e['clauses']}条"
        )
        for gap in e["gaps"]:
            print(f"　　有缺：{gap}")


@app.command()
def clauses(document: DocumentFilter = None, as_json: Json = False, as_of: AsOf = None) -> None:
    """列出条款（全部，或一份文件的）。"""
    from rag.contract import clause_json

    library = _store_only(as_of)
    wanted = library.find(document) if document else [entry[0] for entry in library.documents()]
    entries = [clause_json(c, d, library.status(d)) for d in wanted for c in library.clauses(d.doc_id)]
    if as_json:
        return _print(entries)
    for e in entries:
        print(f"[{e['clause_id']}] {' › '.join([e['document'], *e['path']])}\n{e['text']}\n")


@app.command()
def search(
    question: str,
    k: K = 10,
    as_json: Json = False,
    document: DocumentFilter = None,
    level: LevelFilter = None,
    issuer: IssuerFilter = None,
    region: RegionFilter = None,
    kind: KindFilter = None,
    year: YearFilter = None,
    status: StatusFilter = None,
    collection: CollectionFilter = None,
    as_of: AsOf = None,
) -> None:
    """查找回答问题的条款。"""
    from rag.contract import hit_json
    from rag.schema import Filters

    filters = Filters(document, level, issuer, region, kind, year, status, collection)
    hits = [hit_json(hit) for hit in _engine(as_of).search(question, k, filters=filters)]
    _print({"question": question, "hits": hits}) if as_json else _print_hits(hits)


@app.command()
def related(
    text: Annotated[str | None, typer.Argument(help="条款文字；也可用 --file")] = None,
    file: Annotated[Path | None, typer.Option("--file", help="装有条款的文本文件")] = None,
    k: K = 10,
    as_json: Json = False,
    document: DocumentFilter = None,
    level: LevelFilter = None,
    issuer: IssuerFilter = None,
    region: RegionFilter = None,
    kind: KindFilter = None,
    year: YearFilter = None,
    status: StatusFilter = None,
    collection: CollectionFilter = None,
    as_of: AsOf = None,
) -> None:
    """粘贴一条条款，查找相关政策。"""
    from rag.contract import hit_json
    from rag.relating.labels import NEAREST
    from rag.schema import Filters

    if (text is None) == (file is None):
        raise BadInput("请给出条款文字，或用 --file 指定文件（二者取一）")
    filters = Filters(document, level, issuer, region, kind, year, status, collection)
    pasted = text if file is None else _read(file)
    hits = [hit_json(hit) for hit in _engine(as_of).related(pasted, k, filters)]
    if as_json:
        return _print({"hits": hits})
    if all(hit["relation"] == NEAREST for hit in hits):
        print("未找到相关条款，以下只是最接近的。\n")
    _print_hits(hits)


@app.command()
def lineage(
    title: Annotated[str, typer.Argument(help="题名或文号")], as_json: Json = False, as_of: AsOf = None
) -> None:
    """列出一份文件的依据、落实、批准、废止和引用关系，附原文。"""
    from rag.contract import lineage_json
    from rag.lineage.graph import in_words

    library = _store_only(as_of)
    around = library.lineage(title)
    if as_json:
        return _print(lineage_json(around, {d.doc_id: status for d, status, _ in library.documents()}))
    print("\n".join(in_words(around)))


@app.command()
def ask(
    question: str,
    as_json: Json = False,
    document: DocumentFilter = None,
    level: LevelFilter = None,
    issuer: IssuerFilter = None,
    region: RegionFilter = None,
    kind: KindFilter = None,
    year: YearFilter = None,
    status: StatusFilter = None,
    collection: CollectionFilter = None,
    as_of: AsOf = None,
) -> None:
    """提问，得到附条款原文的回答。"""
    from contextlib import closing

    from rag.contract import answer_json
    from rag.schema import Filters

    filters = Filters(document, level, issuer, region, kind, year, status, collection)
    with closing(_engine(as_of)) as engine:
        answer = answer_json(engine.ask(question, filters=filters))
    if as_json:
        return _print(answer)
    print(answer["answer"])
    for note in answer["notes"]:
        print(f"注：{note}")
    for c in answer["citations"]:
        print(
            f"[{c['n']}] 《{c['document']}》{c['doc_no'] or ''} {' › '.join(c['path'])}\n    “{c['quote']}”（{c['status_reason']}）"
        )


@app.command()
def conflicts(as_json: Json = False) -> None:
    """一致性检查：不同文件对同一指标给出不同数值或年份的条款，供人工核对。"""
    from rag.contract import conflict_json
    from rag.relating.conflicts import conflicts as find

    library = _store_only(None)
    found = [conflict_json(pair, library.document) for pair in find(library)]
    if as_json:
        return _print({"conflicts": found})
    for number, pair in enumerate(found, 1):
        print(
            f"{number}. 〔{pair['kind']}〕相近度 {pair['likeness']:.2f}{''.join('，' + why for why in pair['reasons'])}"
        )
        for side in pair["sides"]:
            year = f"{side['year']}年　" if side["year"] else ""
            print(
                f"   {year}{side['value']}　《{side['document']}》{' › '.join(side['path'])}\n      “{side['quote']}”"
            )


@app.command()
def batch(
    kind: Annotated[str, typer.Argument(help="ask、search 或 related")], source: Path, target: Path, k: K = 10
) -> None:
    """逐行处理 JSONL（可各带 history 和 filters）；中断后再次运行会接着做。"""
    from contextlib import closing

    from rag.batch import process

    with closing(_engine()) as engine:
        done, skipped = process(engine, kind, source, target, k)
    print(f"完成 {done} 条，沿用已有结果 {skipped} 条：{target}", file=sys.stderr)


@app.command()
def backup(target: Annotated[Path, typer.Argument(help="备份写到哪个文件夹下")]) -> None:
    """备份对话、账户、审计等数据（不含可重建的索引和模型）；使用中也可备份。"""
    from rag import backup as copies

    settings = _settings(None)
    made = copies.backup(settings.var, target)
    print(f"已备份到 {made}")


@app.command()
def restore(source: Annotated[Path, typer.Argument(help="backup 写出的文件夹")]) -> None:
    """恢复备份：先核对，再替换；被替换的数据另存在 var/backups 下。"""
    from rag import backup as copies

    settings = _settings(None)
    names = copies.restore(settings.var, source)
    print(f"已恢复 {'、'.join(names)}")


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise BadInput(f"找不到文件 {file}") from error
    except (UnicodeDecodeError, IsADirectoryError) as error:
        raise BadInput(f"{file} 不是 UTF-8 文本文件") from error


def _print_hits(hits: list[dict]) -> None:
    for h in hits:
        labels = dict.fromkeys(label for label in (h.get("relation"), h.get("standing")) if label)
        head = f"{h['rank']}. " + "".join(f"〔{label}〕" for label in labels)
        print(
            f"{head}《{h['document']}》{h['doc_no'] or ''} {' › '.join(h['path'])}（{h['status']}）\n   {h['text']}\n"
        )


if __name__ == "__main__":
    run(lambda: app(standalone_mode=False))
