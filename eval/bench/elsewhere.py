"""`python -m eval.bench.elsewhere QUESTIONS.jsonl`: the index at hand brought to Qdrant, and how far its rankings are ours.

Qdrant runs in this process (`--place :memory:`, the default) or at an address. Reported: the share of the first ten that
are the same over the questions, that of Qdrant's own ranking in one query (two lists, fused by rank, then MaxSim), and
seconds.
"""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from index.cli import run


def overlap(one: Sequence[Sequence[int]], other: Sequence[Sequence[int]], k: int = 10) -> float:
    """The share of the first `k` of each ranking that are among the first `k` of the other's."""
    held = [(set(a[:k]), set(b[:k])) for a, b in zip(one, other, strict=True)]
    return sum(len(a & b) for a, b in held) / max(1, sum(len(a) for a, _ in held))


app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)


@app.command()
def main(
    questions: Annotated[Path, typer.Argument(help="问题集（JSONL）")],
    place: Annotated[str, typer.Option(help="Qdrant 的地址、文件夹，或 :memory:")] = ":memory:",
    most: Annotated[int, typer.Option(help="至多问这么多题")] = 10_000,
) -> None:
    """把现有索引搬到 Qdrant，比较前十条。"""
    from eval.questions import load
    from index.encoder import open_encoder
    from index.qdrant.collection import ClientCollection
    from index.qdrant.migrate import migrate
    from index.qdrant.points import Points
    from index.qdrant.search import attach
    from index.settings import load_settings
    from index.store import Store
    from rag.query.question import understand
    from rag.retrieval.retrieve import Retriever

    settings = load_settings()
    encoder = open_encoder(settings)
    asked = [each.question for each in load(questions) if each.type != "clause"][:most]
    here, there = Store.open(settings.index_dir), Store.open(settings.index_dir)
    collection = ClientCollection(place, settings.qdrant_key, settings.qdrant_collection)
    begin = time.process_time()
    moved = migrate(Points(there, settings.qdrant_tenant), collection)
    told: dict[str, object] = {"points": moved.points, "moved_seconds": round(time.process_time() - begin, 1)}
    search = attach(there, collection, settings.qdrant_tenant)
    rankings: dict[str, list[Sequence[int]]] = {}
    for name, store in (("files", here), ("qdrant", there)):
        retriever, begin = Retriever(store, encoder), time.process_time()
        rankings[name] = [retriever.rank(understand(text)).rows for text in asked]
        told[f"{name}_seconds"] = round((time.process_time() - begin) / len(asked), 3)
    told["same_ten"] = round(overlap(rankings["files"], rankings["qdrant"]), 4)
    if here.token_index is not None:
        alone, begin = [], time.process_time()
        for text in asked:
            read = encoder.read_query(understand(text).text)
            assert read.ids is not None and read.states is not None  # an encoder of an index with token states
            weights = here.token_index.weights(read.ids, [range(len(read.ids))])[0][:, None]
            alone.append(
                search.staged(text, read.vector, here.token_index.whitening.of_query(read.states) * weights, 10)
            )
        told["one_query_seconds"] = round((time.process_time() - begin) / len(asked), 3)
        told["one_query_same_ten"] = round(overlap(rankings["files"], alone), 4)
    print(json.dumps({"questions": len(asked), **told}, ensure_ascii=False))


if __name__ == "__main__":
    run(lambda: app(standalone_mode=False))
