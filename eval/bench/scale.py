"""`python -m eval.bench.scale 1000 10000 … [--report]`: what every part costs as an index grows; nothing is encoded anew.

Indexes are grown from the one at hand (eval.bench.grown) below var/scale and kept; each is measured in a process of its
own, so that memory is its own. Questions are made of the real index's headings and encoded once, before. Seconds are
those of the clock and, beside them, of the processor: on a machine that others use only the latter can be compared.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from eval.bench.grown import EACH, Grown
from index.cli import run

if TYPE_CHECKING:
    import numpy as np

    from index.encoder import EncodedQuery, Encoder
    from index.store import Store
    from rag.engine import Engine
    from rag.query.question import Query

QUESTIONS, PASTES, ASKED = 60, 12, 12
_QUERIES = "queries.npz"
_PARTS = ("vector", "ids", "states", "ends")


class Kept:
    """An encoder that knows the queries of this bench by heart."""

    def __init__(self, name: str, digest: str, known: dict[str, EncodedQuery]) -> None:
        self.name, self.digest, self.known = name, digest, known
        self.dimension = len(next(iter(known.values())).vector)

    def read_query(self, text: str) -> EncodedQuery:
        return self.known.get(text) or next(iter(self.known.values()))


def queries(place: Path, store: Store, encoder: Callable[[], Encoder]) -> tuple[list[str], list[str]]:
    """(questions, pastes) of the real index; their encodings into `place`, once."""
    import numpy as np

    from eval.bench.parts import PASTE, every, questions

    asked = questions(store.clauses)[:QUESTIONS]
    pastes = [c.text[:PASTE] for c in every([c for c in store.clauses if 80 < len(c.text) < 400], PASTES)]
    if not (place / _QUERIES).is_file():
        place.mkdir(parents=True, exist_ok=True)
        model = encoder()
        told: dict[str, Any] = {}
        for number, text in enumerate((*asked, *pastes)):
            read = model.read_query(text)
            told |= {f"{number}_{part}": getattr(read, part) for part in _PARTS}
        np.savez(place / _QUERIES, **told)
    return asked, pastes


def known(place: Path, texts: Sequence[str]) -> dict[str, EncodedQuery]:
    import numpy as np

    from index.encoder import EncodedQuery

    with np.load(place / _QUERIES, allow_pickle=False) as kept:
        return {text: EncodedQuery(*(kept[f"{n}_{part}"] for part in _PARTS)) for n, text in enumerate(texts)}


def make(source: Store, size: int, place: Path) -> dict[str, float]:
    """Write the index of `size` clauses grown from `source` below `place`; seconds of the processor of each step."""
    import numpy as np

    from index import store as storing
    from index.alike import SAMPLE
    from index.content import index_text
    from index.dense import Dense
    from index.lexical import Lexical
    from index.report import Report
    from index.stored import Stored
    from index.terms import pairs
    from index.token_index import TokenIndex, Tokens, _Rows

    spent, clock = {}, time.process_time()

    def done(what: str) -> None:
        nonlocal clock
        spent[what], clock = round(time.process_time() - clock, 1), time.process_time()
        print(f"{size}: {what} {spent[what]} s", file=sys.stderr, flush=True)

    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    grown = Grown(source, size)
    documents = grown.documents
    clauses, spans = [], np.empty((len(grown.owner), 3), dtype=np.int32)
    at = 0
    for row, (clause, own) in enumerate(grown.clauses()):
        clauses.append(clause)
        for start, stop in own:
            spans[at] = row, start, stop
            at += 1
    done("texts")
    whole = Lexical.build([index_text(documents[row // EACH], c) for row, c in enumerate(clauses)], pairs)
    done("lexical index of clauses")
    parts = Lexical.build([clauses[row].text[a:b] for row, a, b in spans.tolist()], pairs)
    done("lexical index of sentences")
    temporary = place / "temporary"
    temporary.mkdir()

    def room(name: str, shape: tuple[int, ...], dtype) -> np.ndarray:
        return np.lib.format.open_memmap(temporary / f"{name}.npy", mode="w+", dtype=dtype, shape=shape)

    axes = source.manifest.dimension
    heads, sentences = room("heads", (size, axes), np.float32), room("sentences", (len(spans), axes), np.float32)
    for target, real, follow in (
        (heads, source.dense.clause_vectors(), grown.origin),
        (sentences, source.dense.sentence_vectors(), grown.parts),
    ):
        for first, vectors in grown.vectors(real, follow):
            target[first : first + len(vectors)] = vectors
    done("vectors")
    token_index = source.token_index
    assert token_index is not None  # the index at hand is of an embedding model with token states
    counts = token_index.lengths(grown.parts)
    words = int(counts.sum())
    ids, packed = room("ids", (words,), np.int32), room("packed", (words, token_index.width), np.uint8)
    at = 0
    for tokens in grown.tokens():
        ids[at : at + len(tokens.ids)], packed[at : at + len(tokens.ids)] = tokens.ids, tokens.vectors
        at += len(tokens.ids)
    models = [token_index.of_title(row) for row in range(len(source.documents))]
    titles = _Rows.of(Tokens.joined([models[row % len(models)] for row in range(len(documents))]))
    of_documents = np.arange(size, dtype=np.int64) // EACH
    words_of = TokenIndex(
        token_index.whitening, _Rows(Stored(ids), Stored(packed), counts), titles, _holders(ids, counts, grown), grown.owner,
        of_documents,
    )  # fmt: skip
    done("tokens")
    dense = Dense(Stored(heads), Stored(sentences), grown.owner)
    keys = [f"{row:x}" for row in range(size)]
    content = storing.Content(
        documents,
        clauses,
        keys,
        of_documents,
        [(row, start, stop) for row, start, stop in spans.tolist()],
        dense,
        words_of,
        whole,
        parts,
    )
    m = source.manifest
    facts = {
        "code": "grown", "encoder": m.encoder, "encoder_digest": m.encoder_digest, "dimension": axes, "corpus": [],
        "sources": {}, "skipped": {},
    }  # fmt: skip
    storing.write(place, content, Report((), (), ()), np.zeros((0, SAMPLE), dtype=np.uint64), facts)
    done("writing")
    shutil.rmtree(temporary)
    return spent


def _holders(ids, counts, grown: Grown):
    """int32 [2, known]: token ids and how many clauses hold each."""
    import numpy as np

    total = np.zeros(int(ids.max()) + 1, dtype=np.int64)
    first = np.concatenate([[0], np.cumsum(counts)])
    begin = np.searchsorted(grown.owner, np.arange(0, grown.size + 1, 5_000))
    begin = np.append(begin, len(grown.owner)) if begin[-1] < len(grown.owner) else begin
    width = len(total)
    for one, other in pairwise(begin.tolist()):
        clause = np.repeat(grown.owner[one:other], counts[one:other])
        held = np.unique(clause * width + ids[first[one] : first[other]])
        total += np.bincount(held % width, minlength=width)
    known = np.flatnonzero(total)
    return np.stack([known, total[known]]).astype(np.int32)


def timed(call: Callable, texts: Sequence[str]) -> dict[str, float]:
    """p50 and p95 of the clock and of the processor, in seconds."""
    import numpy as np

    clock, processor = [], []
    for text in texts:
        begin, used = time.perf_counter(), time.process_time()
        call(text)
        clock.append(time.perf_counter() - begin)
        processor.append(time.process_time() - used)
    told: dict[str, float] = {}
    for name, own in (("", clock), ("_cpu", processor)):
        told |= {f"p50{name}": float(np.quantile(own, 0.5)), f"p95{name}": float(np.quantile(own, 0.95))}
    return told


def memory() -> dict[str, float]:
    """MiB: all that is resident, and of it what is the process's own rather than pages of files."""
    found = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return {name: int(found[key].split()[0]) / 1024 for name, key in (("rss", "VmRSS"), ("anon", "RssAnon"))}


@contextmanager
def exact(store: Store) -> Iterator[None]:
    """Every sentence compared, every posting added up."""
    from index import postings

    cells, few = store.dense._cells, postings._FEW
    store.dense._cells, postings._FEW = None, sys.maxsize
    try:
        yield
    finally:
        store.dense._cells, postings._FEW = cells, few


def measure(place: Path, root: Path, asked: Sequence[str], pastes: Sequence[str], ask: bool) -> dict:
    """The figures of one index."""
    from datetime import date

    from index.settings import Settings
    from index.store import Store
    from rag.engine import Engine
    from rag.query.question import understand

    begin, used = time.perf_counter(), time.process_time()
    store = Store.open(root)
    texts = known(place, (*asked, *pastes))
    encoder = Kept(store.manifest.encoder, store.manifest.encoder_digest, texts)
    settings = Settings(index=root, reader="none", chat_model="", as_of=date(2026, 1, 1))
    engine = Engine(settings, store, cast("Encoder", encoder), foreign_threshold=0.0)
    told: dict = {"clauses": len(store.clauses), "sentences": len(store.sentences), "documents": len(store.documents)}
    told["open"], told["open_cpu"] = time.perf_counter() - begin, time.process_time() - used
    told["opened"] = memory()
    told["disk_mib"] = sum(p.stat().st_size for p in store.folder.rglob("*") if p.is_file()) / 2**20
    ranked = [lambda text: engine.retriever.rank(understand(text)).rows[:10]]
    ranked[0](asked[0])
    told["search"] = timed(ranked[0], asked)
    told["searched"] = memory()
    told["paste"] = timed(lambda text: engine.retriever.rank(_pasted(text)), pastes)
    own = [ranked[0](text) for text in asked]
    with exact(store):
        begin = time.process_time()
        every = [ranked[0](text) for text in asked]
        told["exact_search_cpu"] = (time.process_time() - begin) / len(asked)
    told["same_ten"] = sum(len(set(a) & set(b)) for a, b in zip(own, every, strict=True)) / sum(map(len, every))
    told["same_order"] = sum(list(a) == list(b) for a, b in zip(own, every, strict=True)) / len(every)
    if ask:
        told |= _asked(engine, asked[:ASKED])
    return told


def _pasted(text: str) -> Query:
    from rag.query.question import Query

    return Query(text, text, "", (), (), (), (), frozenset(), (), pasted=True)


def _asked(engine: Engine, asked: Sequence[str]) -> dict:
    begin, used = time.perf_counter(), time.process_time()
    engine.search(asked[0], 10)
    told: dict = {"first_search": time.perf_counter() - begin, "first_search_cpu": time.process_time() - used}
    begin, used = time.perf_counter(), time.process_time()
    engine.ask(asked[0])
    told |= {"first_ask": time.perf_counter() - begin, "first_ask_cpu": time.process_time() - used}
    told["ask"] = timed(engine.ask, asked)
    return told | {"asked": memory()}


app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)


@app.command()
def main(
    sizes: Annotated[list[int] | None, typer.Argument(help="条数，如 1000 10000")] = None,
    again: Annotated[bool, typer.Option(help="已有的也重新测量")] = False,
    ask: Annotated[bool, typer.Option(help="也测量完整回答")] = True,
    out: Annotated[Path | None, typer.Option(help="报告写到这个 Markdown 文件，图在旁边")] = None,
    only: Annotated[Path | None, typer.Option(hidden=True)] = None,
) -> None:
    """按条数放大索引，测量各部分的开销。"""
    from index.encoder import open_encoder
    from index.settings import load_settings
    from index.store import Store, current

    settings = load_settings()
    place = settings.var / "scale"
    source = Store.open(settings.index_dir)
    asked, pastes = queries(place, source, lambda: open_encoder(settings))
    if only is not None:
        print(json.dumps(measure(place, only, asked, pastes, ask)))
        return
    for size in sizes or ():
        root, target = place / f"{size}", place / f"{size}.json"
        made = place / f"{size}.made.json"
        if not made.is_file() or current(root) is None:
            made.write_text(json.dumps(make(source, size, root)))
        if target.is_file() and not again:
            continue
        command = [sys.executable, "-m", "eval.bench.scale", "--only", str(root), *([] if ask else ["--no-ask"])]
        found = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        target.write_text(json.dumps(found | {"made": json.loads(made.read_text())}, indent=1))
        print(json.dumps(found))
    if out is not None:
        from eval.bench.curves import written

        written(place, out)


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    run(lambda: app(standalone_mode=False))
