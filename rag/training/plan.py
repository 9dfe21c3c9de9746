"""Which samples are trained on, in which order, and which are held out."""

from __future__ import annotations

import random
import zlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rag.training import public, written
from rag.training.overlap import Measured
from rag.training.samples import Group
from rag.training.written import Shelf

WRITTEN = Path(__file__).parent / "data" / "entries"  # entries of the project's own, and documents/ they are about


@dataclass(frozen=True, slots=True)
class Round:
    """Public samples, then written entries; the rate of learning falls to nothing within it (warm restarts, Loshchilov
    and Hutter 2017)."""

    public: Mapping[str, int]  # about how many samples of each set, none of which an earlier round had
    pairs: int = 0  # times over the pairs of the data folder; the twins made by rule are others in each
    entries: int = 0  # times over the project's own entries


# Under three hours of two cores. Reading is learnt from the public sets, what is a near miss from the written ones. Lay
# questions with their articles, which mark no words, are not among the public sets: nearly all of their articles stand
# in what measures (2,998 of 3,000 samples).
ROUNDS = (
    Round({"squad2-zh": 4000, "cmrc2018": 1500, "drcd": 1400, "cjrc": 1100}, pairs=3),
    Round({"squad2-zh": 3000, "cmrc2018": 1200, "drcd": 1200, "cjrc": 1200}),
    Round({}, pairs=1, entries=1),
)
LICENCES = {
    "squad2-zh": "SQuAD 2.0, translated: CC BY-SA 4.0",
    "cmrc2018": "CC BY-SA 4.0",
    "drcd": "CC BY-SA 3.0",
    "cjrc": "none stated: for research",
}
OWN = "written for this project"
_REPLAYED = 0.1  # public samples read again beside the written ones of a round, as a share of those
HELD_OUT = 5  # every fifth origin


@dataclass(frozen=True, slots=True)
class Plan:
    """`rounds`, and the stages in each, are trained on one after another; `held_out` is never; `left_out` counts what
    is near to what measures; `files` are those the samples come from."""

    rounds: tuple[tuple[tuple[Group, ...], ...], ...]
    held_out: tuple[Group, ...]
    left_out: dict[str, int]
    files: tuple[Path, ...]


def plan(
    data: Path,
    measured: Measured,
    seed: int,
    without: Sequence[str] = (),
    own: Path = WRITTEN,
    rounds: Sequence[Round] = ROUNDS,
) -> Plan:
    """Everything below `data` (public/, pairs/ with docs/ and regulations/) and `own` but the sets named in `without`."""
    sets, pairs, entries = (
        [file for file in sorted(folder.glob("*.jsonl")) if file.stem not in without]
        for folder in (data / "public", data / "pairs", own)
    )
    sets = [file for file in sets if file.stem in LICENCES]
    shelf = Shelf((data / "docs", data / "regulations", own / "documents"))
    wanted = _Wanted(measured)
    chance = random.Random(seed)
    pools = {file.stem: wanted.of(public.groups(file, seed)) for file in sets}
    for pool in pools.values():
        chance.shuffle(pool)
    made = []
    seen: list[Group] = []
    for number, each in enumerate(rounds):
        first = [group for name, pool in sorted(pools.items()) for group in _some(pool, each.public.get(name, 0))]
        seen += first
        files = [
            (f, t) for of, times in ((pairs, each.pairs), (entries, each.entries)) for t in range(times) for f in of
        ]
        last = [g for f, t in files for g in wanted.of(written.groups(f, shelf, f"{seed} {number} {t}"))]
        chance.shuffle(replayed := list(seen))
        last += _some(replayed, int(_REPLAYED * sum(len(group.samples) for group in last)))
        made.append(tuple(tuple(stage) for stage in (first, last) if stage))
    return Plan(tuple(made), tuple(wanted.held_out.values()), wanted.left_out, (*sets, *pairs, *entries))


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


def _some(pool: list[Group], samples: int) -> list[Group]:
    """The last groups of a pool with about so many samples in all, taken out of it."""
    chosen, count = [], 0
    while pool and count < samples:
        chosen.append(pool.pop())
        count += len(chosen[-1].samples)
    return chosen
