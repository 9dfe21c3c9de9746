"""A reader's trained weights on disk: safetensors, each matrix in eight bits a number with a scale a row, and a
manifest.

A fifth of the size of float32; read back, the scores differ from the trained ones by less than training does by its
seed.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from index.disk import file_digest
from index.errors import ModelError

if TYPE_CHECKING:
    import numpy as np

WEIGHTS, MANIFEST = "reader.safetensors", "reader.json"
_SCALE = ".scale"


@dataclass(frozen=True, slots=True)
class Manifest:
    """Where weights come from and what they were measured at; JSON beside them."""

    base: str  # sha256 of the embedding model's weights file, whose lower layers and word table are used
    weights: str  # sha256 of the weights file
    recipe: dict  # seed, rates, number of samples, and how many were left out as too near to what measures
    data: dict  # file → sha256, licence
    figures: dict  # of the held-out fifth


def save(folder: Path, weights: dict[str, np.ndarray], base: str, recipe: dict, data: dict, figures: dict) -> Manifest:
    """Write weights (float32, by name) and the manifest."""
    import numpy as np
    from safetensors.numpy import save_file

    kept: dict[str, np.ndarray] = {}
    for name, weight in weights.items():
        if weight.ndim == 2:
            scale = np.maximum(np.abs(weight).max(axis=1), 1e-8) / 127
            kept[name] = np.rint(weight / scale[:, None]).astype(np.int8)
            kept[name + _SCALE] = scale.astype(np.float32)
        else:
            kept[name] = weight.astype(np.float32)
    folder.mkdir(parents=True, exist_ok=True)
    save_file(kept, folder / WEIGHTS)
    manifest = Manifest(base, file_digest(folder / WEIGHTS), recipe, data, figures)
    text = json.dumps(asdict(manifest), ensure_ascii=False, indent=1)
    (folder / MANIFEST).write_text(text + "\n", encoding="utf-8")
    return manifest


def load_manifest(folder: Path) -> Manifest:
    """The manifest of a folder; ModelError where it is none."""
    try:
        return Manifest(**json.loads((folder / MANIFEST).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise ModelError(f"阅读模型 {folder} 不完整或已损坏（{MANIFEST}：{error}）") from error


def load(folder: Path, manifest: Manifest) -> dict[str, np.ndarray]:
    """Weights by name, float32; ModelError where the file is not the one the manifest names."""
    import numpy as np
    from safetensors.numpy import load_file

    file = folder / WEIGHTS
    if not file.is_file() or file_digest(file) != manifest.weights:
        raise ModelError(f"阅读模型的权重 {file} 缺失或已损坏，请重新取得该文件")
    kept = load_file(file)
    return {
        name: weight.astype(np.float32) * kept[name + _SCALE][:, None] if weight.dtype == np.int8 else weight
        for name, weight in kept.items()
        if not name.endswith(_SCALE)
    }
