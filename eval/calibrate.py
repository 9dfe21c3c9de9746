"""`python -m eval calibrate`: fit what a reader's scores mean, on questions over documents it was not trained on.

Documents held out of training, with invented ones that it never sees, are indexed by themselves; each of their
questions, its twin, and questions about other documents (which must be refused) go through retrieval and reading as
when they are asked.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path

import numpy as np

from eval.gathered import indexed
from eval.thresholds import fit, held_out, lower_bound, upper_bound
from index.encoder import open_encoder
from index.errors import BadInput
from index.progress import ProgressBars
from index.settings import ROOT, Settings
from index.terms import compact
from rag.answering.evidence import passages
from rag.answering.judgement import sort_of
from rag.answering.refusal import OVERLAP
from rag.answering.study import study
from rag.calibration import Calibration
from rag.engine import Engine
from rag.query.question import understand
from rag.reading.clauses import by_clause
from rag.training import entries
from rag.training.figures import auc
from rag.training.plan import HELD_OUT, WRITTEN

APART = ROOT / "rag" / "training" / "data"  # documents and pairs that serve the calibration alone
# Risks: an answerable question refused, of a sort that is refused at all (under 5% of all, as not
# every sort is seen often enough); a short reply to one that is not answerable.
REFUSED, REPLIED = 0.06, 0.03
_LEAST = 100  # answerable questions of a sort, from which its threshold is more than two or three of them
FOREIGN = 0.02  # risk: a question in other words than the documents' taken for one from elsewhere
# One in so many entries, which ask more of a document than pairs do, and of the questions about documents that are not
# in the index: in all some twenty minutes of two cores.
_ENTRIES, _ABSENT = 2, 9
_ORDERS = (0.0, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1.0, 1.5, 2.0)


@dataclass(frozen=True, slots=True)
class Asked:
    """One question of the calibration and what was read for it."""

    id: str
    kind: str  # answerable, twin or absent
    origin: str  # the document it is about
    sort: str  # as rag.answering.judgement.sort_of
    signals: dict[str, float]
    right: bool  # whether the best window's phrase holds what is asked for
    clauses: list[
        tuple[float, float, bool]
    ]  # of each clause read: fused score, log-odds, whether it holds the evidence


def evaluate(settings: Settings, data: Path, out: Path) -> Calibration:
    """Fit on the documents of `data` (see rag.training) and write the calibration file."""
    questions, absent, files = _chosen(data)
    folder = settings.var / "calibration"
    corpus, root = indexed(files, folder, open_encoder(settings))
    own = settings.model_copy(update={"corpus": corpus, "index": root, "chat_model": ""})
    engine = Engine.open(own)
    if engine.reader is None:
        raise BadInput("没有启用阅读模型，无可校准")
    with ProgressBars() as progress:
        asked = list(_ask(engine, questions, absent, folder / "asked.jsonl", progress))
    found = fitted(asked, engine.encoder.digest, engine.reader.digest)
    found.save(out)
    return found


def fitted(asked: Sequence[Asked], encoder: str, reader: str) -> Calibration:
    """The calibration that these questions give."""
    order = max(_ORDERS, key=lambda weight: _mrr(asked, weight))
    rows, truth, origins = (
        [a.signals for a in asked],
        [a.kind == "answerable" for a in asked],
        [a.origin for a in asked],
    )
    said = held_out(rows, truth, origins)
    weights, intercept = fit(rows, truth)
    answerable = [p for p, a in zip(said, asked, strict=True) if a.kind == "answerable"]
    twins = [p for p, a in zip(said, asked, strict=True) if a.kind == "twin"]
    scores: dict[tuple[str, str], list[float]] = {}
    for p, a in zip(said, asked, strict=True):
        scores.setdefault((a.sort, a.kind), []).append(p)
    sorts = sorted({a.sort for a in asked})
    told_of = {sort: scores.get((sort, "answerable"), []) for sort in sorts}
    refuse = {sort: lower_bound(own, REFUSED) if len(own) >= _LEAST else 0.0 for sort, own in told_of.items()}
    conclude = {sort: max(refuse[sort], upper_bound(scores.get((sort, "twin"), []), REPLIED)) for sort in sorts}
    replied = [a.right for p, a in zip(said, asked, strict=True) if a.kind == "answerable" and p >= conclude[a.sort]]
    unshared = [
        a.signals["max_cosine"] for a in asked if a.kind == "answerable" and a.signals["lexical_overlap"] < OVERLAP
    ]
    told = {
        "questions": {kind: sum(a.kind == kind for a in asked) for kind in ("answerable", "twin", "absent")},
        "risk": {"answerable refused": REFUSED, "twin replied to": REPLIED, "foreign": FOREIGN},
        "cross-validated by document": {
            "auc": auc(said, truth),
            "auc of twins": auc([*answerable, *twins], [True] * len(answerable) + [False] * len(twins)),
            "answerable refused": _share(asked, said, "answerable", refuse),
            "twins refused": _share(asked, said, "twin", refuse),
            "absent refused": _share(asked, said, "absent", refuse),
            "answerable replied to": len(replied) / len(answerable),
            "of a sort": {
                sort: {kind: len(scores.get((sort, kind), [])) for kind in ("answerable", "twin", "absent")}
                for sort in sorts
            },
            "of these right": float(np.mean(replied)) if replied else None,
            "mrr by order": {str(weight): round(_mrr(asked, weight), 4) for weight in _ORDERS},
        },
    }
    foreign = lower_bound(unshared, FOREIGN)
    return Calibration(encoder, reader, weights, intercept, refuse, conclude, foreign, order, told)


def _share(asked: Sequence[Asked], said: Sequence[float], kind: str, below: dict[str, float]) -> float:
    """Of the questions of a kind, the share that these thresholds refuse."""
    return float(np.mean([p < below[a.sort] for p, a in zip(said, asked, strict=True) if a.kind == kind]))


def _mrr(asked: Sequence[Asked], weight: float) -> float:
    """Mean reciprocal rank of the evidence among the clauses read."""
    ranks = []
    for own in asked:
        ordered = sorted(own.clauses, key=lambda c: -(c[0] + weight * c[1]))
        place = next((i for i, c in enumerate(ordered, 1) if c[2]), None)
        if place is not None:
            ranks.append(1 / place)
    return float(np.mean(ranks)) if ranks else 0.0


def _chosen(data: Path) -> tuple[list[dict], list[dict], list[Path]]:
    """(questions over the documents held out, questions about others, the documents' files)."""
    folders = (data / "docs", data / "regulations", WRITTEN / "documents")
    files = {f.stem: f for part in folders for f in sorted(part.rglob("*")) if f.is_file()}
    own = {name: f for name, f in files.items() if zlib.crc32(name.encode()) % HELD_OUT == 0}
    asked = [q for f in sorted((data / "pairs").glob("*.jsonl")) for q in _asked(f)]
    asked += [q for f in sorted(WRITTEN.glob("*.jsonl")) for q in _asked(f, _ENTRIES)]
    held = [q for q in asked if q["origin"] in own]
    others = [q for q in asked if q["answerable"] and q["origin"] not in own]
    absent = [q | {"absent": True} for q in others[::_ABSENT]]
    held += _asked(APART / "pairs.jsonl")
    if not held:
        raise BadInput(f"{data} 里没有可供校准的题目")
    return held, absent, [*own.values(), *sorted((APART / "documents").iterdir())]


def _asked(file: Path, every: int = 1) -> list[dict]:
    """A question and a twin of each entry of a file (or of one in `every`), with the document they are about; of
    several, one after another's turn."""
    found = []
    for row, entry in enumerate(islice(entries.read(file), 0, None, every)):
        for answerable, questions in ((True, entry.asks), (False, entry.twins)):
            found.append(
                {
                    "id": f"{file.stem} {row} {'a' if answerable else 'b'}",
                    "question": questions[row % len(questions)],
                    "history": entry.history,
                    "answerable": answerable,
                    "quotes": [compact(quote.text) for quote in entry.quotes],
                    "span": entry.span,
                    "origin": entry.document,
                }
            )
    return found


def _ask(engine: Engine, questions: Sequence[dict], absent: Sequence[dict], journal: Path, progress) -> Iterator[Asked]:
    """Each question read; what an interrupted run has read with the same models is not read again."""
    key = f"{engine.encoder.digest[:16]} {engine.reader.digest[:16] if engine.reader else None}"
    known = {}
    if journal.is_file():
        told = [json.loads(line) for line in journal.read_text(encoding="utf-8").splitlines()]
        known = {own["id"]: own for own in told if own.pop("key") == key}
    todo = [*questions, *absent]
    with journal.open("a", encoding="utf-8") as file:
        for done, question in enumerate(todo, 1):
            if question["id"] in known:
                own = known[question["id"]]
                yield Asked(**{**own, "clauses": [tuple(c) for c in own["clauses"]]})
            elif (found := _one(engine, question)) is not None:
                file.write(json.dumps({"key": key, **asdict(found)}, ensure_ascii=False) + "\n")
                file.flush()
                yield found
            progress("判读题目", done, len(todo))


def _one(engine: Engine, question: dict) -> Asked | None:
    query = understand(question["question"], question["history"])
    ranking = engine.rank(query)
    candidates = passages(engine.store, query, ranking, engine.target_years)
    studied = study(engine, query, ranking, candidates)
    if studied.signals is None:
        return None
    kind = "absent" if question.get("absent") else "answerable" if question["answerable"] else "twin"
    quotes = question["quotes"] if kind == "answerable" else []
    clauses = [
        (float(ranking.fused[row]), log_odds, any(quote in compact(engine.store.clauses[row].text) for quote in quotes))
        for row, log_odds in by_clause(studied.reads).items()
    ]
    assert studied.best is not None  # what has reads has a best one
    said = compact(engine.store.clauses[studied.best.clause].text[slice(*studied.phrase)])
    right = kind == "answerable" and compact(question["span"]) in said
    return Asked(question["id"], kind, question["origin"], sort_of(query), studied.signals, right, clauses)
