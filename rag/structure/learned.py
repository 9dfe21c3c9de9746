"""The trained half of the router: a linear softmax over a question's character groups and its vector.

Weights and manifest stand in router.safetensors and router.json, made by `python -m eval.structure fit` from
eval/structure/routes.tsv. Another embedding model than theirs leaves the question to the rules.
"""

from __future__ import annotations

import hashlib
import json
import re
import zlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from index.errors import ModelError
from index.terms import compact

if TYPE_CHECKING:
    import numpy as np

WEIGHTS = Path(__file__).with_name("router.safetensors")
MANIFEST = WEIGHTS.with_suffix(".json")
GROUPS = 1024  # places that groups of one to three characters are hashed to
MEANING = 2.0  # what a question's unit vector is multiplied by beside its unit vector of groups
FAVOUR = 1.5  # added to the score of the rules' kind: chosen by cross-validation over the train part
_TITLE, _DIGITS, _END = re.compile("《[^》]*》"), re.compile(r"\d+"), re.compile("[？?。！!]+$")


@dataclass(frozen=True, slots=True)
class Learned:
    """A linear map and what it was fitted to."""

    kinds: tuple[str, ...]
    encoder: str  # digest of the embedding model whose vectors it reads
    matrix: np.ndarray  # float32 [GROUPS + 1 + dimension, kinds]

    def read(self, question: str, vector: np.ndarray, ruled: str) -> tuple[str, float]:
        """(the likeliest kind, how likely it is); the kind that the rules found, if any, is favoured."""
        import numpy as np

        groups, bias, meaning = np.split(self.matrix, [GROUPS, GROUPS + 1])
        own = places(question)
        scores = groups[own].sum(axis=0) / max(1.0, len(own) ** 0.5) + bias[0] + MEANING * (vector @ meaning)
        if ruled != "passage":
            scores[self.kinds.index(ruled)] += FAVOUR
        odds = np.exp(scores - scores.max())
        best = int(odds.argmax())
        return self.kinds[best], float(odds[best] / odds.sum())


def places(question: str) -> list[int]:
    """Where the groups of one to three characters of a question are counted, each once; figures and titles are all
    alike."""
    text = _DIGITS.sub("0", _TITLE.sub("《》", _END.sub("", compact(question))))
    text = f"^{text}$"
    groups = {text[at : at + size] for size in (1, 2, 3) for at in range(len(text) - size + 1)}
    return sorted({zlib.crc32(group.encode()) % GROUPS for group in groups})


def save(kinds: tuple[str, ...], encoder: str, matrix: np.ndarray, recipe: dict) -> None:
    """Write weights and manifest."""
    import numpy as np
    from safetensors.numpy import save_file

    save_file({"matrix": matrix.astype(np.float16)}, WEIGHTS)
    digest = hashlib.sha256(WEIGHTS.read_bytes()).hexdigest()
    told = {"kinds": list(kinds), "encoder": encoder, "weights": digest, "recipe": recipe}
    MANIFEST.write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


@cache
def load() -> Learned:
    """The weights; ModelError where they are not those of the manifest."""
    import numpy as np
    from safetensors.numpy import load_file

    try:
        told = json.loads(MANIFEST.read_text(encoding="utf-8"))
        if hashlib.sha256(WEIGHTS.read_bytes()).hexdigest() != told["weights"]:
            raise ValueError("digest")
        matrix = load_file(WEIGHTS)["matrix"].astype(np.float32)
        return Learned(tuple(told["kinds"]), told["encoder"], matrix)
    except (OSError, ValueError, KeyError) as error:
        raise ModelError(f"问题分类的权重 {WEIGHTS} 缺失或已损坏。请重新取得本程序的完整文件。") from error
