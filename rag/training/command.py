"""The steps of training: plan, fit, measure, write."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import torch

from index.disk import file_digest
from index.errors import BadInput
from index.settings import E5, load_settings
from rag.reading import weights
from rag.reading.inputs import Inputs
from rag.reading.model import on_base, word_table
from rag.training import figures, fit
from rag.training.overlap import Measured
from rag.training.plan import LICENCES, OWN, plan


def train(data: Path, apart: Sequence[Path], out: Path, seed: int, without: Sequence[str]) -> None:
    """Train on `data`, apart from what lies below `apart`; weights and manifest into `out`, the report into var/."""
    for folder in (data, *apart):
        if not folder.is_dir():
            raise BadInput(f"没有文件夹 {folder}")
    settings = load_settings()
    base = settings.models_dir / E5
    torch.set_num_threads(settings.threads)
    began = time.time()
    planned = plan(data, Measured.below(apart), seed, without)
    counts = [[sum(len(g.samples) for g in stage) for stage in stages] for stages in planned.rounds]
    print(
        f"样本 {counts}，留出 {sum(len(g.samples) for g in planned.held_out)}，"
        f"与评测数据相近而剔除 {planned.left_out}　{time.time() - began:.0f} s",
        flush=True,
    )
    network, table, inputs = on_base(base), word_table(base), Inputs(base / "tokenizer.json")
    recipe = fit.Recipe(seed=seed)
    fit.fit(network, table, inputs, planned.rounds, recipe, settings.var / "reader", _told)
    found = figures.measure(network, table, inputs, planned.held_out)
    used = {f"{file.parent.name}/{file.name}": _about(file) for file in planned.files}
    made = {name: weight.detach().cpu().numpy() for name, weight in network.trained().items()}
    told = {
        **asdict(recipe),
        "samples": counts,
        "held_out": sum(len(g.samples) for g in planned.held_out),
        "left_out": planned.left_out,
    }
    weights.save(out, made, file_digest(base / "model.safetensors"), told, used, found)
    print(json.dumps(found, ensure_ascii=False, indent=1))


def _about(file: Path) -> dict[str, str]:
    return {"sha256": file_digest(file), "licence": LICENCES.get(file.stem, OWN)}


def _told(progress: fit.Progress) -> None:
    left = (progress.steps - progress.step) / max(1, progress.steps)
    print(
        f"第 {progress.step}/{progress.steps} 步　损失 {progress.loss:.4f}　{progress.samples_a_second:.1f} 条/s　余 {left:.0%}",
        flush=True,
    )
