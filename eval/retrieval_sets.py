"""What rankings are measured on: questions over folders of documents, and BEIR sets, each with an index of its own.

A set is named on the command line: `QUESTIONS.jsonl` is asked of the product's own index, `QUESTIONS.jsonl@FOLDER` of
the documents in a folder, and a BEIR folder by itself. Quotes are looked for without white space and punctuation, as
some sets give them so.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from eval.ranking import DEPTH, calculate, rank_scores
from eval.scoring import flat
from index.errors import BadInput
from index.settings import Settings
from index.store import Store
from rag.query.question import Query, understand

if TYPE_CHECKING:
    from eval.vectors import CachedEncoder
    from index.content import Progress

METRICS = ("recall@1", "recall@10", "ndcg@10")


@dataclass(frozen=True, slots=True)
class Topic:
    """A query, and what a ranking of clause rows, best first, is worth for it: METRICS → 0 to 1."""

    query: Query
    score: Callable[[Sequence[int]], Mapping[str, float]]


@dataclass(frozen=True, slots=True)
class RetrievalSet:
    """Topics over one store."""

    name: str
    store: Store
    topics: tuple[Topic, ...]


def open_set(given: str, settings: Settings, encoder: CachedEncoder, most: int, progress: Progress) -> RetrievalSet:
    """The set of that name, at most `most` of its topics, evenly drawn; BadInput where it is none."""
    file, at, folder = given.partition("@")
    if Path(given).is_dir():
        name, store, topics = _beir(Path(given), settings, encoder, progress)
    elif at:
        store = _indexed(Path(folder), settings, encoder, progress)
        name, topics = Path(file).stem, _asked(Path(file), store)
    else:
        store = Store.open(settings.index_dir)
        name, topics = Path(given).stem, _asked(Path(given), store)
    if not topics:
        raise BadInput(f"{given} 中没有可以评测检索的题目")
    step = max(1, -(-len(topics) // most))
    return RetrievalSet(name, store, tuple(topics[::step]))


def _indexed(folder: Path, settings: Settings, encoder: CachedEncoder, progress: Progress) -> Store:
    from index.build import build

    root = settings.var / "eval" / "sets" / f"{folder.resolve().parent.name}-{folder.name}"
    build([folder], root, lambda: encoder, rebuild=False, progress=progress)
    return Store.open(root)


def _beir(
    folder: Path, settings: Settings, encoder: CachedEncoder, progress: Progress
) -> tuple[str, Store, list[Topic]]:
    from eval.beir import clauses_of, cut_by_default, index
    from eval.beir_set import read

    beir = read(folder)
    documents, clauses, owner = clauses_of(beir.corpus, cut_by_default(beir.corpus), progress)
    store = index(settings.var / "eval" / f"beir-{beir.name}" / "index", documents, clauses, beir, encoder, progress)
    entry_of = [owner[clause.doc_id] for clause in store.clauses]
    topics = [Topic(understand(text), _judged(beir.qrels[query], entry_of)) for query, text in beir.queries.items()]
    return beir.name, store, topics


def _judged(gains: Mapping[str, int], entry_of: Sequence[str]) -> Callable[[Sequence[int]], Mapping[str, float]]:
    """A document stands where its best clause stands."""
    import ir_measures as ir

    def score(rows: Sequence[int]) -> Mapping[str, float]:
        found = list(dict.fromkeys(entry_of[row] for row in rows[: 10 * DEPTH]))[:DEPTH]
        run = [ir.ScoredDoc("", entry, -float(place)) for place, entry in enumerate(found)]
        told = calculate([ir.R @ 1, ir.R @ 10, ir.nDCG @ 10], {"": gains}, run)
        return {"recall@1": told["R@1"], "recall@10": told["R@10"], "ndcg@10": told["nDCG@10"]}

    return score


def _asked(file: Path, store: Store) -> list[Topic]:
    texts = [_bare(clause.text) for clause in store.clauses]
    topics = []
    for told in _lines(file):
        evidence = told.get("evidence") or told.get("expect") or ()
        if quotes := [_bare(one["quote"]) for one in evidence]:
            query = understand(told.get("question") or told["paste"], told.get("history") or ())
            topics.append(Topic(query, _quoted(quotes, bool(told.get("any_of")), texts)))
    return topics


def _quoted(
    quotes: Sequence[str], any_of: bool, texts: Sequence[str]
) -> Callable[[Sequence[int]], Mapping[str, float]]:
    relevant = sum(any(quote in text for quote in quotes) for text in texts)

    def score(rows: Sequence[int]) -> Mapping[str, float]:
        return rank_scores(quotes, any_of, [texts[row] for row in rows[:DEPTH]], relevant)

    return score


def _bare(text: str) -> str:
    return "".join(character for character in flat(text) if character.isalnum())


def _lines(file: Path) -> list[dict]:
    try:
        return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
    except (OSError, ValueError) as error:
        raise BadInput(f"{file} 无法读取：{error}") from error
