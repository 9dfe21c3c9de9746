"""Which samples are trained on, in which order, and which are held out."""

from __future__ import annotations

import random
import zlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from rag.training import public, written
from rag.training.overlap import Measured
from rag.training.samples import Group
from rag.training.written import Shelf

# Samples of each public set in a round, about: what two cores read in a quarter of an hour. Lay questions with their
# articles, which mark no words, are not among them: nearly all of their articles stand in what measures (2,998 of 3,000
# samples).
PUBLIC = {"squad2-zh": 4000, "cmrc2018": 1500, "drcd": 1400, "cjrc": 1100}
LICENCES = {
    "squad2-zh": "SQuAD 2.0, translated: CC BY-SA 4.0",
    "cmrc2018": "CC BY-SA 4.0",
    "drcd": "CC BY-SA 3.0",
    "cjrc": "none stated: for research",
}
OWN = "written for this project"
# Each round begins with public samples that none before it had, and ends with the pairs; the rate of learning falls to
# nothing within each (warm restarts, Loshchilov and Hutter 2017).
ROUNDS = 2
_EPOCHS = 3  # over the written pairs, which are few and to the point; the twins made by rule are others in each
_REPLAYED = 0.1  # share of public samples among those of the last stage
HELD_OUT = 5  # every fifth origin


@dataclass(frozen=True, slots=True)
class Plan:
    """`rounds`, and the stages in each, are trained on one after another; `held_out` is never; `left_out` counts what
    is near to what measures; `files` are those the samples come from."""

    rounds: tuple[tuple[tuple[Group, ...], ...], ...]
    held_out: tuple[Group, ...]
    left_out: dict[str, int]
    files: tuple[Path, ...]


def plan(data: Path, measured: Measured, seed: int, without: Sequence[str] = ()) -> Plan:
    """Everything below `data` (public/, pairs/ with docs/ and regulations/) but the sets named in `without`."""
    files = _files(data, without)
    shelf = Shelf((data / "docs", data / "regulations"))
    wanted = _Wanted(measured)
    chance = random.Random(seed)
    pools = {file.stem: wanted.of(public.groups(file, seed)) for file in files if file.stem in PUBLIC}
    for pool in pools.values():
        chance.shuffle(pool)
    rounds = []
    for number in range(ROUNDS):
        first = [group for name, pool in sorted(pools.items()) for group in _some(pool, PUBLIC[name])]
        pairs = [
            group
            for epoch in range(_EPOCHS)
            for file in files
            if file.stem not in PUBLIC
            for group in wanted.of(written.groups(file, shelf, f"{seed} {number} {epoch}"))
        ]
        chance.shuffle(replayed := list(first))
        share = int(_REPLAYED * sum(len(group.samples) for group in pairs))
        rounds.append((tuple(first), (*pairs, *_some(replayed, share))))
    return Plan(tuple(rounds), tuple(wanted.held_out.values()), wanted.left_out, tuple(files))


class _Wanted:
    """Parts groups into those to train on, those held out and those near to what measures."""

    def __init__(self, measured: Measured) -> None:
        self._measured = measured
        self.held_out: dict[tuple[str, str], Group] = {}
        self._left_out: set[tuple[str, str]] = set()

    @property
    def left_out(self) -> dict[str, int]:
        return dict(Counter(source for source, _ in self._left_out))

    def of(self, groups: Iterable[Group]) -> list[Group]:
        found = []
        for group in groups:
            if any(self._measured.seen(s.pair.question, s.pair.body) for s in group.samples):
                self._left_out.add((group.source, group.samples[0].pair.question))
            elif zlib.crc32(group.origin.encode()) % HELD_OUT == 0:
                self.held_out.setdefault((group.samples[0].pair.question, group.samples[0].pair.body), group)
            else:
                found.append(group)
        return found


def _files(data: Path, without: Sequence[str]) -> list[Path]:
    """The public sets in use, then the written pairs."""
    public_sets = [file for file in sorted((data / "public").glob("*.jsonl")) if file.stem in PUBLIC]
    return [file for file in (*public_sets, *sorted((data / "pairs").glob("*.jsonl"))) if file.stem not in without]


def _some(pool: list[Group], samples: int) -> list[Group]:
    """The last groups of a pool with about so many samples in all, taken out of it."""
    chosen, count = [], 0
    while pool and count < samples:
        chosen.append(pool.pop())
        count += len(chosen[-1].samples)
    return chosen
