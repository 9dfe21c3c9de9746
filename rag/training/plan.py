"""Which samples are trained on, in which order, and which are held out."""

from __future__ import annotations

import random
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rag.training import public, written
from rag.training.overlap import Measured
from rag.training.samples import Group
from rag.training.written import Shelf

# Samples of each public set, about: what two cores read in a quarter of an hour. Lay questions with their articles, which mark
# no words, are not among them: nearly all of their articles stand in what measures (2,998 of 3,000 samples).
PUBLIC = {"squad2-zh": 4000, "cmrc2018": 1500, "drcd": 1400, "cjrc": 1100}
LICENCES = {
    "squad2-zh": "SQuAD 2.0, translated: CC BY-SA 4.0", "cmrc2018": "CC BY-SA 4.0", "drcd": "CC BY-SA 3.0",
    "cjrc": "none stated: for research",
}  # fmt: skip
OWN = "written for this project"
_EPOCHS = 3  # over the written pairs, which are few and to the point
_REPLAYED = 0.1  # share of public samples among those of the last stage
HELD_OUT = 5  # every fifth origin


@dataclass(frozen=True, slots=True)
class Plan:
    """`stages` are trained on one after another; `held_out` is never; `left_out` counts what is near to what measures;
    `files` are those the samples come from."""

    stages: tuple[tuple[Group, ...], ...]
    held_out: tuple[Group, ...]
    left_out: dict[str, int]
    files: tuple[Path, ...]


def plan(data: Path, measured: Measured, seed: int, without: Sequence[str] = ()) -> Plan:
    """Everything below `data` (public/, pairs/ with docs/ and regulations/) but the sets named in `without`."""
    chance = random.Random(seed)
    shelf = Shelf((data / "docs", data / "regulations"))
    pools: dict[str, list[Group]] = {}
    held_out: list[Group] = []
    left_out: dict[str, int] = {}
    files = _files(data, without)
    for file in files:
        name = file.stem
        pools[name] = []
        for group in public.groups(file, seed) if name in PUBLIC else written.groups(file, shelf, seed):
            if any(measured.seen(s.pair.question, s.pair.body) for s in group.samples):
                left_out[name] = left_out.get(name, 0) + 1
            elif zlib.crc32(group.origin.encode()) % HELD_OUT == 0:
                held_out.append(group)
            else:
                pools[name].append(group)
    first = [group for name in sorted(PUBLIC) if name in pools for group in _some(pools[name], PUBLIC[name], chance)]
    pairs = [group for name in sorted(pools) if name not in PUBLIC for group in pools[name]] * _EPOCHS
    replayed = _some(first, int(_REPLAYED * sum(len(group.samples) for group in pairs)), chance)
    return Plan((tuple(first), (*pairs, *replayed)), tuple(held_out), left_out, tuple(files))


def _files(data: Path, without: Sequence[str]) -> list[Path]:
    """The public sets in use, then the written pairs."""
    public_sets = [file for file in sorted((data / "public").glob("*.jsonl")) if file.stem in PUBLIC]
    return [file for file in (*public_sets, *sorted((data / "pairs").glob("*.jsonl"))) if file.stem not in without]


def _some(groups: Sequence[Group], samples: int, chance: random.Random) -> list[Group]:
    """Groups at random with about so many samples in all."""
    mixed = list(groups)
    chance.shuffle(mixed)
    chosen, count = [], 0
    for group in mixed:
        if count >= samples:
            break
        chosen.append(group)
        count += len(group.samples)
    return chosen
