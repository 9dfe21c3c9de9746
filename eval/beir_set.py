"""A BEIR-format folder: corpus.jsonl, queries.jsonl, qrels/*.tsv, read and checked before anything is encoded."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from index.errors import BadInput


@dataclass(frozen=True, slots=True)
class Entry:
    """One document of the corpus."""

    id: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class BeirSet:
    """A whole set; only queries with a relevant document are kept."""

    name: str
    digest: str  # of corpus.jsonl
    corpus: tuple[Entry, ...]
    queries: dict[str, str]
    qrels: dict[str, dict[str, int]]  # query → document → gain, as judged


def read(folder: Path, qrels_name: str | None = None) -> BeirSet:
    """The set in `folder`; BadInput names the file and line that is wrong.

    Judgements are those of qrels/`qrels_name`.tsv; without a name test.tsv, or all files where there is no test.tsv.
    """
    corpus = [
        Entry(_id(row, place), _text(row, "title", place), _text(row, "text", place))
        for place, row in _rows(folder / "corpus.jsonl")
    ]
    corpus = [entry for entry in corpus if entry.title.strip() or entry.text.strip()]
    known = {entry.id for entry in corpus}
    if len(known) != len(corpus):
        raise BadInput(f"{folder / 'corpus.jsonl'} 中有重复的 _id")
    queries = {_id(row, place): _text(row, "text", place) for place, row in _rows(folder / "queries.jsonl")}
    qrels: dict[str, dict[str, int]] = {}
    for path in _qrels_files(folder / "qrels", qrels_name):
        for number, query, document, gain in _judgements(path):
            if query not in queries:
                raise BadInput(f"{path} 第 {number} 行：queries.jsonl 中没有 {query}")
            if document not in known and gain > 0:
                raise BadInput(f"{path} 第 {number} 行：corpus.jsonl 中没有 {document}")
            qrels.setdefault(query, {})[document] = gain
    qrels = {query: judged for query, judged in qrels.items() if any(gain > 0 for gain in judged.values())}
    if not qrels:
        raise BadInput(f"{folder / 'qrels'} 中没有一个查询有相关文档")
    with (folder / "corpus.jsonl").open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return BeirSet(folder.resolve().name, digest, tuple(corpus), {query: queries[query] for query in qrels}, qrels)


def _rows(path: Path) -> Iterator[tuple[str, dict]]:
    """(place, object) of each line; the place is for messages."""
    try:
        with path.open(encoding="utf-8-sig", newline="\n") as file:
            for number, row in enumerate(file, 1):
                if row.strip():
                    place = f"{path} 第 {number} 行"
                    data = json.loads(row)
                    if not isinstance(data, dict):
                        raise BadInput(f"{place}：不是 JSON 对象")
                    yield place, data
    except ValueError as error:
        raise BadInput(f"{path} 不是 UTF-8 编码的 JSONL（{error}）") from error
    except (FileNotFoundError, NotADirectoryError) as error:
        raise BadInput(f"找不到 {path}。BEIR 文件夹应含 corpus.jsonl、queries.jsonl 和 qrels/*.tsv") from error


def _id(row: dict, place: str) -> str:
    value = row.get("_id")
    if not isinstance(value, str | int) or not str(value):
        raise BadInput(f"{place}：缺少 _id")
    return str(value)


def _text(row: dict, name: str, place: str) -> str:
    value = row.get(name) or ""
    if not isinstance(value, str):
        raise BadInput(f"{place}：{name} 应为文字")
    return value


def _qrels_files(folder: Path, name: str | None) -> list[Path]:
    if name is not None:
        paths = [folder / f"{name}.tsv"]
    else:
        paths = [folder / "test.tsv"] if (folder / "test.tsv").is_file() else sorted(folder.glob("*.tsv"))
    if not paths or not all(path.is_file() for path in paths):
        raise BadInput(f"{folder} 中没有 {name or '*'}.tsv")
    return paths


def _judgements(path: Path) -> Iterator[tuple[int, str, str, int]]:
    """(line, query, document, gain); the header line is passed over."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        for number, row in enumerate(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE), 1):
            if not row or (number == 1 and not row[-1].strip().lstrip("-").isdigit()):
                continue
            try:
                query, document, gain = row
                yield number, query, document, int(gain)
            except ValueError as error:
                raise BadInput(f"{path} 第 {number} 行：应为 query-id、corpus-id、score 三列") from error
