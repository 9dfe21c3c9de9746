"""Fitting the reader's network: groups in batches of like length, AdamW, a rate that falls to nothing in every round;
it can be resumed.

Loss: binary cross-entropy of “answers”, half the cross-entropy of either end of the answer's words, and for minimal
pairs the logistic loss of the first over each of the others (RankNet, Burges et al. 2005).
"""

from __future__ import annotations

import json
import math
import os
import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch.nn import functional

from rag.reading.inputs import Input, Inputs
from rag.reading.model import Network
from rag.reading.reader import best_span
from rag.training.samples import Group, Sample

_SPAN, _CONTRAST = 0.5, 0.5
_WARM = 0.03  # share of all steps
_CHUNK = 40  # batches among which groups are sorted by length
_SAVE = 240  # seconds between two checkpoints


@dataclass(frozen=True, slots=True)
class Recipe:
    """How long and how fast."""

    seed: int = 17
    batch: int = 16  # samples
    rate: float = 1.5e-4
    decay: float = 0.01


@dataclass(frozen=True, slots=True)
class Progress:
    """Where training stands."""

    step: int
    steps: int
    loss: float
    samples_a_second: float


Told = Callable[[Progress], None]


def fit(
    network: Network,
    table: torch.Tensor,
    inputs: Inputs,
    rounds: Sequence[Sequence[Sequence[Group]]],
    recipe: Recipe,
    folder: Path,
    told: Told,
) -> None:
    """Train `network` in place on the rounds and the stages in them, one after another; checkpoints in `folder` are
    gone on from."""
    device = "cuda" if torch.cuda.is_available() else "cpu"
    network.to(device).freeze()
    batches, heights = _planned(rounds, recipe)
    weights = {name: weight for name, weight in network.named_parameters() if weight.requires_grad}
    optimizer = torch.optim.AdamW(weights.values(), recipe.rate, weight_decay=recipe.decay)
    done = _restore(folder, network, weights, optimizer, len(batches))
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: heights[min(step + done, len(batches) - 1)])
    network.train()
    saved = since = time.perf_counter()
    read, loss = 0, math.nan
    for step, batch in enumerate(batches[done:], done):
        torch.manual_seed(recipe.seed * 1_000_003 + step)  # the same dropout however often it was interrupted
        found = _loss(network, table, inputs, batch, device)
        optimizer.zero_grad()
        found.backward()
        torch.nn.utils.clip_grad_norm_(weights.values(), 1.0)
        optimizer.step()
        schedule.step()
        read += sum(len(group.samples) for group in batch)
        loss = float(found.detach()) if math.isnan(loss) else 0.98 * loss + 0.02 * float(found.detach())
        now = time.perf_counter()
        if step % 20 == 0:
            told(Progress(step, len(batches), loss, read / (now - since)))
        if now - saved > _SAVE or step + 1 == len(batches):
            _save(folder, network, weights, optimizer, step + 1, len(batches))
            saved = now


def _planned(rounds: Sequence[Sequence[Sequence[Group]]], recipe: Recipe) -> tuple[list[list[Group]], list[float]]:
    """(batches, the share of the rate that each is trained at)."""
    batches: list[list[Group]] = []
    heights: list[float] = []
    number = 0
    for stages in rounds:
        begin = len(batches)
        for stage in stages:
            batches += _batches(stage, recipe, number)
            number += 1
        steps = len(batches) - begin
        heights += [_height(step, steps) for step in range(steps)]
    return batches, heights


def _height(step: int, steps: int) -> float:
    warm = max(1, int(_WARM * steps))
    return min((step + 1) / warm, max(0.0, (steps - step) / max(1, steps - warm)))


def _batches(stage: Sequence[Group], recipe: Recipe, number: int) -> list[list[Group]]:
    """Groups in batches of `recipe.batch` samples, shuffled, of like length within each stretch."""
    chance = random.Random(f"{recipe.seed} {number}")
    groups = list(stage)
    chance.shuffle(groups)
    found: list[list[Group]] = []
    size = _CHUNK * recipe.batch
    for begin in range(0, len(groups), size):
        stretch = sorted(groups[begin : begin + size], key=lambda group: len(group.samples[0].pair.body))
        own: list[list[Group]] = [[]]
        for group in stretch:
            if sum(len(g.samples) for g in own[-1]) + len(group.samples) > recipe.batch and own[-1]:
                own.append([])
            own[-1].append(group)
        chance.shuffle(own)
        found += own
    return found


def _loss(network: Network, table: torch.Tensor, inputs: Inputs, batch: Sequence[Group], device: str) -> torch.Tensor:
    samples = [sample for group in batch for sample in group.samples]
    made = inputs.make([sample.pair for sample in samples])
    answers, ends = network(*(part.to(device) for part in tensors(made, table)))
    truth = torch.tensor([float(sample.answers) for sample in samples], device=device)
    loss = functional.binary_cross_entropy_with_logits(answers, truth)
    targets = [(row, *own) for row, sample in enumerate(samples) if (own := _target(made[row], sample)) is not None]
    if targets:
        rows, first, last = (torch.tensor(column, device=device) for column in zip(*targets, strict=True))
        inside = torch.full(ends.shape[:2], -1e4, device=device)
        for row, read in enumerate(made):
            inside[row, read.first : read.last] = 0.0
        scores = (ends + inside[..., None])[rows]
        loss = loss + _SPAN * 0.5 * (
            functional.cross_entropy(scores[..., 0], first) + functional.cross_entropy(scores[..., 1], last)
        )
    better, worse = [], []
    row = 0
    for group in batch:
        if group.contrast:
            others = [row + i for i, s in enumerate(group.samples) if i and not s.answers]
            better += [row] * len(others)
            worse += others
        row += len(group.samples)
    if better:
        loss = loss + _CONTRAST * functional.softplus(answers[worse] - answers[better]).mean()
    return loss


def tensors(made: Sequence[Input], table: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Word vectors, marks and mask of these inputs, padded at the end."""
    width = max(len(own.ids) for own in made)
    ids = torch.tensor([own.ids + [1] * (width - len(own.ids)) for own in made])
    marks = torch.tensor([own.marks + [0] * (width - len(own.ids)) for own in made])
    mask = torch.tensor([[1] * len(own.ids) + [0] * (width - len(own.ids)) for own in made])
    return table[ids], marks, mask


def _target(made: Input, sample: Sample) -> tuple[int, int] | None:
    """Places of the first and last token of the marked answer; None where it was cut off."""
    if sample.answer is None:
        return None
    start, stop = sample.answer
    own = [place for place, (a, b) in enumerate(made.spans) if a < stop and b > start and b > a]
    return (made.first + own[0], made.first + own[-1]) if own and made.spans[own[-1]][1] >= stop else None


def _save(
    folder: Path,
    network: Network,
    weights: dict[str, torch.Tensor],
    optimizer: torch.optim.Optimizer,
    done: int,
    steps: int,
) -> None:
    """Weights and moments, then the step they belong to: what is torn is not gone on from."""
    folder.mkdir(parents=True, exist_ok=True)
    kept = {f"weight/{name}": weight.detach().cpu().contiguous() for name, weight in network.trained().items()}
    for name, weight in weights.items():
        for moment, value in optimizer.state[weight].items():
            kept[f"{moment}/{name}"] = value.detach().cpu().contiguous()
    part = folder / "checkpoint.part"
    save_file(kept, part, {"done": json.dumps([done, steps])})
    os.replace(part, folder / "checkpoint.safetensors")


def _restore(
    folder: Path, network: Network, weights: dict[str, torch.Tensor], optimizer: torch.optim.Optimizer, steps: int
) -> int:
    """Go on from a checkpoint of a run of as many steps; the number of steps done."""
    from safetensors import safe_open

    file = folder / "checkpoint.safetensors"
    if not file.is_file():
        return 0
    with safe_open(file, "pt") as opened:
        done, of = json.loads(opened.metadata()["done"])
    if of != steps:
        return 0
    kept = load_file(file)
    network.load_state_dict(
        {n.removeprefix("weight/"): w for n, w in kept.items() if n.startswith("weight/")}, strict=False
    )
    for name, weight in weights.items():
        for moment in ("step", "exp_avg", "exp_avg_sq"):
            if (value := kept.get(f"{moment}/{name}")) is not None:
                optimizer.state[weight][moment] = value if moment == "step" else value.to(weight.device)
    return done


def scored(
    network: Network, table: torch.Tensor, inputs: Inputs, samples: Sequence[Sample], batch: int = 16
) -> Iterator[tuple[float, tuple[int, int]]]:
    """For each sample, in order, the log-odds that it answers and the span of its body that scores best."""
    device = next(network.parameters()).device
    network.eval()
    for begin in range(0, len(samples), batch):
        made = inputs.make([sample.pair for sample in samples[begin : begin + batch]])
        with torch.inference_mode():
            answers, ends = network(*(part.to(device) for part in tensors(made, table)))
        for own, answer, scores in zip(made, answers.tolist(), ends.cpu().numpy(), strict=True):
            yield answer, best_span(scores, own)[0]
