"""`python -m eval.bench.formats [FILE …]`: one document in every format, what comes out the same and what it costs.

Documents are invented, those of corpus/sample that are plain text, and any FILE named (text or Markdown). Each is
written in every format and read again; the clauses of the plain text are what the others are held against.
"""

from __future__ import annotations

import multiprocessing
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from eval.bench import pages, written
from eval.bench.documents import INVENTED, long, of_file
from eval.facts import PeakMemory
from index.cli import run

WRITERS: dict[str, Callable[..., bytes]] = {
    "txt": written.txt, "md": written.md, "html": written.html, "mht": written.mht, "docx": written.docx, "odt": written.odt,
    "rtf": written.rtf, "ofd": written.ofd, "pdf": pages.pdf, "scan": pages.scan,
}  # fmt: skip
SHEETS: dict[str, Callable[..., bytes]] = {"xlsx": written.sheet, "csv": written.comma_separated}
_SUFFIX = {"scan": ".pdf"}
_ARTICLES, _ROWS = 120, 40  # of the documents whose cost is measured, about 20 KB of text each
_COPIES = 10
_SCANNED = 10  # articles of the scan whose cost is measured: a page or two take as long as all the others


@dataclass(frozen=True, slots=True)
class Agreement:
    """What of the plain text's clauses one format gives."""

    format: str
    documents: int
    clauses: int
    same: int  # clauses whose text and address are those of the plain text
    heads: int  # documents whose title, 文号 and issuers are
    characters: float  # share of the characters, by edits

    @property
    def share(self) -> float:
        return self.same / self.clauses if self.clauses else 1.0


@dataclass(frozen=True, slots=True)
class Cost:
    """What reading and parsing one format takes."""

    format: str
    files: int
    bytes: int
    pages: int  # as set on A4, whatever the format
    seconds: float
    memory: float  # MiB, peak of the reading process, libraries and all


def agreement(name: str, documents: Sequence) -> Agreement:
    """Every document in one format, against its plain text; the formats of tables are not told so."""
    from rapidfuzz.distance import Indel

    total = same = heads = 0
    characters = []
    for blocks in documents:
        expected, wanted = clauses(written.txt(blocks), ".txt")
        found, own = clauses(WRITERS[name](blocks), _SUFFIX.get(name, f".{name}"))
        same += sum((Counter(expected) & Counter(found)).values())
        total += max(len(expected), len(found))
        heads += own == wanted
        a, b = ("".join("".join((*path, text)) for path, text in each) for each in (expected, found))
        characters.append((Indel.normalized_similarity(a, b), len(a)))
    share = sum(each * size for each, size in characters) / sum(size for _, size in characters)
    return Agreement(name, len(documents), total, same, heads, share)


def clauses(data: bytes, suffix: str):
    """(address and text of each clause, (title, 文号, issuers) of each document), without white space."""
    from index.load import READERS
    from index.parse import parse
    from index.schema import RawText

    reading = READERS[suffix](data)
    found = parse(RawText("文件" + suffix, tuple(reading.lines), "", tuple(reading.gaps)))
    return [
        (tuple(bare(head) for head in clause.path), bare(clause.text)) for parsed in found for clause in parsed.clauses
    ], [(bare(parsed.document.title), parsed.document.doc_no, parsed.document.issuers) for parsed in found]


def bare(text: str) -> str:
    return "".join(text.split())


def cost(name: str) -> Cost:
    """Read and parse some files of a format, in a process of their own."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as process:
        if name in SHEETS:
            blocks = [("table", long(5, 20 * _ROWS)[-1][1])]
            data, copies = SHEETS[name](blocks[0][1]), _COPIES
        else:
            blocks, copies = (long(_SCANNED, 3), 1) if name == "scan" else (long(_ARTICLES, _ROWS), _COPIES)
            data = WRITERS[name](blocks)
        seconds, memory = process.submit(_read, data, _SUFFIX.get(name, f".{name}"), copies).result()
    return Cost(name, copies, len(data) * copies, len(pages.laid_out(blocks)) * copies, seconds, memory)


def _read(data: bytes, suffix: str, copies: int) -> tuple[float, float]:
    """Seconds of the processor for all copies behind a first one, which loads the libraries, and the peak in MiB."""
    memory = PeakMemory()
    clauses(data, suffix)
    begin = time.process_time()
    for _ in range(copies):
        clauses(data, suffix)
    return time.process_time() - begin, memory.mib()


def told(agreements: Sequence[Agreement], costs: Sequence[Cost]) -> str:
    """Both tables, as Markdown."""
    out = [
        "# 同一文件的各种格式",
        "",
        "由 `python -m eval.bench.formats` 生成。以纯文本读出的条款为准，去空白后比较。",
        "",
    ]
    out += ["| 格式 | 文件 | 条款 | 文字与地址都相同 | 题名、文号、机关相同 | 字符相同 |", "|---|---|---|---|---|---|"]
    out += [
        f"| {each.format} | {each.documents} | {each.clauses} | {each.share:.1%} | {each.heads} | {each.characters:.2%} |"
        for each in agreements
    ]
    out += ["", "读取与解析的开销（一个进程，处理器时间；页按 A4 排版计）：", ""]
    out += ["| 格式 | 文件 | MB | 页 | 秒 | 页/秒 | MB/秒 | 内存峰值 MiB |", "|---|---|---|---|---|---|---|---|"]
    out += [
        f"| {each.format} | {each.files} | {each.bytes / 1e6:.2f} | {each.pages} | {each.seconds:.2f} | "
        f"{each.pages / each.seconds:.1f} | {each.bytes / 1e6 / each.seconds:.2f} | {each.memory:.0f} |"
        for each in costs
    ]
    return "\n".join(out) + "\n"


app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)


@app.command()
def main(
    files: Annotated[list[Path] | None, typer.Argument(help="另加的文本或 Markdown 文件，每个取最短的五份")] = None,
    out: Annotated[Path | None, typer.Option(help="报告写到哪里；不写则为 var/eval/formats.md")] = None,
    only: Annotated[str, typer.Option(help="只量这些格式，逗号分开")] = "",
) -> None:
    """同一文件写成各种格式再读回：条款是否相同，读得多快，用多少内存。"""
    from rich.console import Console

    from index.settings import ROOT, load_settings

    sample = [each for each in sorted((ROOT / "corpus" / "sample").iterdir()) if each.suffix in (".txt", ".md")]
    documents = [*INVENTED, *(each for file in [*sample, *(files or [])] for each in of_file(file))]
    chosen = only.split(",") if only else [*WRITERS, *SHEETS]
    console = Console(stderr=True)
    agreements, costs = [], []
    for name in chosen:
        console.print(name)
        if name in WRITERS:
            agreements.append(agreement(name, documents))
        costs.append(cost(name))
    report = told(agreements, costs)
    target = out or load_settings().var / "eval" / "formats.md"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(report, encoding="utf-8")
    print(report)


if __name__ == "__main__":
    run(lambda: app(standalone_mode=False))
