"""`python -m eval beir DIR`: our retrieval, and each of its parts alone, on a BEIR-format set, scored by document."""

from __future__ import annotations

import hashlib
import json
import statistics
import time
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

from eval import stats
from eval.beir_set import BeirSet, Entry, read
from eval.facts import PeakMemory, machine
from eval.stats import Sample
from eval.vectors import CachedEncoder
from index import store
from index.build import code_digest
from index.content import Kept, Progress, assemble
from index.errors import BadInput, BrokenIndex
from index.journal import Journal
from index.report import Report
from index.schema import Clause, Document, Line, RawText, Source
from index.settings import load_settings

if TYPE_CHECKING:
    from rag.engine import Engine

SPLITS = ("auto", "always", "never")
LONG = 400  # characters: where the median text is longer, `auto` cuts documents into clauses
DEPTH = 100  # documents a ranking is scored on
METRICS = ("nDCG@10", "RR@10", "R@5", "R@10", "R@100", "AP@100", "Success@1")
SHOWN = METRICS[:5]  # what fits a terminal of 80 columns; the report has them all


def evaluate(folder: Path, split: str, qrels: str | None, out: Path | None) -> dict:
    """Index the set, run its queries, print and write the figures."""
    from index.encoder import open_encoder
    from index.progress import ProgressBars
    from rag.engine import Engine

    if split not in SPLITS:
        raise BadInput(f"--split {split}：只有 {'、'.join(SPLITS)}")
    beir = read(folder, qrels)
    settings = load_settings()
    memory, begin = PeakMemory(), time.perf_counter()
    target = out or settings.var / "eval" / f"beir-{beir.name}"
    target.mkdir(parents=True, exist_ok=True)
    encoder = CachedEncoder(open_encoder(settings), settings.var / "eval" / "vectors.sqlite")
    with ProgressBars() as progress:
        cut = split == "always" or (split == "auto" and cut_by_default(beir.corpus))
        documents, clauses, owner = clauses_of(beir.corpus, cut, progress)
        opened = index(target / "index", documents, clauses, beir, encoder, progress)
        built = time.perf_counter() - begin
        # No model answers here, so none is opened.
        engine = Engine(settings.model_copy(update={"chat_model": ""}), opened, encoder)
        runs, seconds = rank(engine, beir, [owner[clause.doc_id] for clause in opened.clauses], progress)
    encoder.close()
    report = {
        "set": beir.name,
        "documents": len(beir.corpus),
        "clauses": len(clauses),
        "split": cut,
        "queries": len(beir.queries),
        "index_seconds": built,
        "machine": machine(),
        "peak_memory_mib": memory.mib(),
        "search_seconds": asdict(stats.estimate(Sample.quantile(seconds, 0.5))),
        "search_seconds_p95": asdict(stats.estimate(Sample.quantile(seconds, 0.95))),
        **scores(beir.qrels, runs),
    }
    (target / "report.json").write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    show(report)
    print(f"报告：{target / 'report.json'}")
    return report


def cut_by_default(corpus: Sequence[Entry]) -> bool:
    """Whether `auto` cuts these texts into clauses: where the median one is longer than a clause."""
    return statistics.median(len(entry.text) for entry in corpus) > LONG


def clauses_of(
    corpus: Sequence[Entry], cut: bool, progress: Progress
) -> tuple[list[Document], list[Clause], dict[str, str]]:
    """Documents, their clauses, and which corpus entry each document is (or is part of).

    Uncut, a text is one clause. Cut, it goes through the product's own parser, as a file of that name would.
    """
    from index.parse import parse

    documents: list[Document] = []
    clauses: list[Clause] = []
    owner: dict[str, str] = {}
    for done, entry in enumerate(corpus):
        if done % 100 == 0:
            progress("切分文档", done, len(corpus))
        parsed: list[tuple[Document, Sequence[Clause]]] = []
        if cut and entry.text.strip():
            lines = tuple(Line(row, number) for number, row in enumerate(entry.text.split("\n"), 1))
            raw = RawText(entry.id, lines, hashlib.sha256(entry.text.encode()).hexdigest())
            parsed = [
                (replace(p.document, title=entry.title or p.document.title), p.clauses) for p in parse(raw) if p.clauses
            ]
        for document, own in parsed or [_whole(entry)]:
            documents.append(document)
            clauses.extend(own)
            owner[document.doc_id] = entry.id
    progress("切分文档", len(corpus), len(corpus))
    return documents, clauses, owner


def _whole(entry: Entry) -> tuple[Document, Sequence[Clause]]:
    """An entry as one clause."""
    digest = hashlib.sha256(f"{entry.id}\n{entry.title}\n{entry.text}".encode()).hexdigest()
    document = Document(digest[:16], entry.title, None, None, (), None, None, None, None, None, entry.id, digest)
    text = entry.text if entry.text.strip() else entry.title
    return document, [Clause(f"{digest[:16]}-0000", digest[:16], 0, "clause", (), text, (), Source(entry.id, None, 1))]


def index(
    root: Path,
    documents: Sequence[Document],
    clauses: Sequence[Clause],
    beir: BeirSet,
    encoder: CachedEncoder,
    progress: Progress,
) -> store.Store:
    """The set as an index of the product's own kind, built unless the one below `root` already is it."""
    import numpy as np

    facts = {
        "code": code_digest(),
        "encoder": encoder.name,
        "encoder_digest": encoder.digest,
        "dimension": encoder.dimension,
        "corpus": [beir.name, f"{len(clauses)} clauses"],
        "sources": {"corpus.jsonl": beir.digest},
        "skipped": {},
    }
    try:
        old = store.Store.open(root)
        if all(getattr(old.manifest, name) == value for name, value in facts.items()):
            return old
    except BrokenIndex:
        pass  # none yet, or an interrupted one
    root.mkdir(parents=True, exist_ok=True)
    journal = Journal(root, code_digest(), anew=False)
    content, _ = assemble(documents, clauses, encoder, Kept(), journal, progress)
    store.write(root, content, Report((), (), ()), np.zeros((0, 0), dtype=np.uint64), facts)
    journal.close(done=True)
    return store.Store.open(root)


def rank(
    engine: Engine, beir: BeirSet, entry_of: Sequence[str], progress: Progress
) -> tuple[dict[str, dict[str, list[str]]], list[float]]:
    """System → query → corpus ids, best first; and the seconds of each of our searches.

    `entry_of`: corpus id of each clause row. A document stands where its best clause stands.
    """
    import numpy as np

    runs: dict[str, dict[str, list[str]]] = {name: {} for name in ("ours", "bm25", "dense")}
    seconds = []
    own = engine.store
    split = len(set(entry_of)) < len(entry_of)
    reach = min(1000 if split else DEPTH, len(entry_of))
    for done, (query, text) in enumerate(beir.queries.items()):
        progress("检索", done, len(beir.queries))
        begin = time.perf_counter()
        hits = engine.search(text, reach)
        seconds.append(time.perf_counter() - begin)
        vector = engine.encoder.encode_queries([text])[0]
        rows = {"ours": [own.row_of[hit.clause.clause_id] for hit in hits]}
        rows["bm25"] = own.pairs.scores(text).best(reach).tolist()
        rows["dense"] = np.argsort(-(own.dense.clause_vectors() @ vector), kind="stable")[:reach].tolist()
        for name, ranked in rows.items():
            runs[name][query] = list(dict.fromkeys(entry_of[row] for row in ranked))[:DEPTH]
    progress("检索", len(beir.queries), len(beir.queries))
    return runs, seconds


def scores(qrels: dict[str, dict[str, int]], runs: dict[str, dict[str, list[str]]]) -> dict:
    """Each system's metrics with intervals, and ours against the best other one on nDCG@10."""
    by_query = {name: per_query(qrels, ranked) for name, ranked in runs.items()}
    systems = {
        name: {metric: asdict(stats.estimate(Sample.mean(values[metric]))) for metric in METRICS}
        for name, values in by_query.items()
    }
    best = max((name for name in systems if name != "ours"), key=lambda name: systems[name]["nDCG@10"]["value"])
    gain = stats.difference(Sample.mean(by_query["ours"]["nDCG@10"]), Sample.mean(by_query[best]["nDCG@10"]))
    return {"systems": systems, "best_part": best, "against_best_part": asdict(gain)}


def per_query(qrels: dict[str, dict[str, int]], ranked: dict[str, list[str]]) -> dict[str, list[float]]:
    """Metric → one value a query, in the order of `qrels`; a query without results scores 0."""
    import ir_measures as ir

    judged = [ir.Qrel(query, document, gain) for query, row in qrels.items() for document, gain in row.items()]
    run = [
        ir.ScoredDoc(query, document, -float(place))
        for query, documents in ranked.items()
        for place, document in enumerate(documents)
    ]
    values = {metric: dict.fromkeys(qrels, 0.0) for metric in METRICS}
    for metric in ir.iter_calc([ir.parse_measure(name) for name in METRICS], judged, run):
        values[str(metric.measure)][metric.query_id] = metric.value
    return {metric: list(own.values()) for metric, own in values.items()}


def show(report: dict) -> None:
    """Print the table."""
    from rich.console import Console
    from rich.table import Table

    title = f"{report['set']}：{report['documents']} 份文档，{report['clauses']} 条，{report['queries']} 个查询"
    table = Table("系统", *SHOWN, title=title, title_justify="left")
    for name, row in report["systems"].items():
        cells = (
            f"{e['value']:.3f}" + ("" if e["low"] is None else f"\n{e['low']:.3f}…{e['high']:.3f}")
            for e in (row[metric] for metric in SHOWN)
        )
        table.add_row(name, *cells)
    console = Console()
    console.print(table)
    gain, search = report["against_best_part"], report["search_seconds"]
    p = "—" if gain["p"] is None else f"{gain['p']:.4f}"
    console.print(f"与其中最好的 {report['best_part']} 相比，nDCG@10 {gain['value']:+.3f}（p = {p}）", markup=False)
    console.print(
        f"建索引 {report['index_seconds']:.0f} s；每次检索中位 {search['value'] * 1000:.0f} ms，"
        f"p95 {report['search_seconds_p95']['value'] * 1000:.0f} ms；内存峰值 {report['peak_memory_mib']:.0f} MiB"
    )
