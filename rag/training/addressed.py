"""Training of the head that tells sentences addressed to whoever reads or answers (index.addressed.head).

Both kinds are written as templates with alternatives (data/addressed): what is planted, and what guides, hotlines,
questions and answers and statutes say that sounds alike. Policy text that anyone may read stands beside them.
"""

from __future__ import annotations

import hashlib
import json
import random
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from index.addressed import head
from index.addressed.orders import plain
from index.errors import BadInput
from index.sentences import split_sentences

TEMPLATES = Path(__file__).resolve().parent / "data" / "addressed"
_SEED = 5
_PLANTED, _ORDINARY = 60, 80  # sentences made of each template
_HELD_OUT = 3  # of so many sentences of policy one only measures
_SEEN = 6  # sentences that hold an n-gram which is looked at
_PLAIN = 1.0  # what a sentence of policy counts beside a written one
_CHOSEN, _FITTED = 40.0, 20.0  # inverse penalties: of the absolute weights, to choose n-grams; of the squared ones
_OPEN = re.compile(r"(?<!\\)\{")


def train(data: Path, out: Path, templates: Path = TEMPLATES) -> None:
    """Fit on the templates and the policy text below `data`, measure on a third of that, write weights and figures."""
    import scipy.sparse as sp
    from sklearn.linear_model import LogisticRegression

    chance = random.Random(_SEED)
    planted = _written(templates / "planted.txt", templates / "slots.txt", _PLANTED, chance)
    ordinary = _written(templates / "ordinary.txt", templates / "slots.txt", _ORDINARY, chance)
    files = sorted([*data.glob("regulations/*.txt"), *data.glob("docs/**/*.txt")])
    if not files:
        raise BadInput(f"{data} 中缺少 regulations/*.txt 和 docs/**/*.txt")
    policy = sorted({s for file in files for s in _sentences(file.read_text(encoding="utf-8", errors="replace"))})
    chance.shuffle(policy)
    kept = len(policy) // _HELD_OUT
    apart, policy = policy[:kept], policy[kept:]
    texts = [*planted, *ordinary, *policy]
    held = [head.grams(plain(text)) for text in texts]
    counts = Counter(gram for found in held for gram in found)
    names = sorted(gram for gram, count in counts.items() if count >= _SEEN)
    place = {gram: column for column, gram in enumerate(names)}
    columns = [[place[gram] for gram in found if gram in place] for found in held]
    bounds = np.cumsum([0, *map(len, columns)])
    flat = np.array([column for own in columns for column in own])
    x = sp.csr_matrix((np.ones(len(flat)), flat, bounds), shape=(len(texts), len(names)))
    y = np.append(np.ones(len(planted)), np.zeros(len(texts) - len(planted)))
    weight = np.append(np.ones(len(planted) + len(ordinary)), np.full(len(policy), _PLAIN))
    lengths = np.sqrt(np.maximum(1, np.diff(bounds)))
    first = LogisticRegression(l1_ratio=1, solver="liblinear", C=_CHOSEN, max_iter=300, random_state=_SEED)
    chosen = np.flatnonzero(first.fit(sp.diags(1 / lengths) @ x, y, weight).coef_[0])
    few = x[:, chosen]
    lengths = np.sqrt(np.maximum(1, np.asarray(few.sum(axis=1)).ravel()))
    last = LogisticRegression(solver="liblinear", C=_FITTED, max_iter=300, random_state=_SEED)
    last.fit(sp.diags(1 / lengths) @ few, y, weight)
    told = {
        "weights": {names[at]: round(float(w), 3) for at, w in zip(chosen, last.coef_[0], strict=True)},
        "bias": round(float(last.intercept_[0]), 3),
        "seed": _SEED,
        "data": {f.name: hashlib.sha256(f.read_bytes()).hexdigest() for f in sorted(templates.glob("*.txt"))},
    }
    out.write_text(json.dumps(told, ensure_ascii=False, indent=0) + "\n", encoding="utf-8")
    head._weights.cache_clear()
    print(
        json.dumps({f"{threshold:g}": sum(head.score(text) > threshold for text in apart) for threshold in (0, 1, 2)}),
        len(apart),
    )


def _written(file: Path, slots: Path, times: int, chance: random.Random) -> list[str]:
    """Sentences made of each template of a file (`manner TAB template`), each once."""
    words = {row[0]: row[2:].split("|") for row in _rows(slots)}
    made: list[str] = []
    for row in _rows(file):
        made += sorted({expanded(row.split("\t")[1], words, chance) for _ in range(times)})
    return made


def expanded(template: str, words: Mapping[str, Sequence[str]], chance: random.Random) -> str:
    r"""One of the texts a template stands for: {a|b} is one of the two, $X one of the words of X, \{ a brace."""
    while (found := _OPEN.search(template)) is not None:
        choices, stop = _choices(template, found.end())
        template = template[: found.start()] + chance.choice(choices) + template[stop:]
    return re.sub(r"\$([A-Z])", lambda slot: chance.choice(words[slot[1]]), template).replace("\\", "")


def _choices(template: str, start: int) -> tuple[list[str], int]:
    """(the alternatives behind a brace, where the text behind its closing one begins)."""
    found, depth, at = [""], 0, start
    while depth or template[at] != "}":
        depth += (template[at] == "{") - (template[at] == "}")
        if template[at] == "|" and not depth:
            found.append("")
        else:
            size = 2 if template[at] == "\\" else 1
            found[-1] += template[at : at + size]
            at += size - 1
        at += 1
    return found, at + 1


def _rows(file: Path) -> list[str]:
    return [row for row in file.read_text(encoding="utf-8").split("\n") if row]


def _sentences(text: str) -> list[str]:
    return [text[start:stop] for start, stop in split_sentences(text)]
