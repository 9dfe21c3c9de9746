"""Whoever reads a question beside a clause: how likely the clause answers it, and which of its words do."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from index import checksum_cache
from index.disk import file_digest
from index.errors import ModelError
from index.settings import E5
from rag.reading import weights
from rag.reading.inputs import Input, Inputs, Pair

if TYPE_CHECKING:
    import numpy as np

    from index.settings import Settings
    from rag.reading.graph import Graph

OURS = Path(__file__).resolve().parent / "weights"
_CHECKED = "weights.checked.json"  # in the cache: the weights are part of the program, whose folder is not written to
_BATCH = 8  # windows of like length read together
_LONGEST = 60  # tokens of an answer's words


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader says of one window."""

    answers: float  # log-odds that the window answers; comparable within one reader only
    span: tuple[int, int]  # [start, stop) of the window's text: the words that answer, if it does
    sure: float  # 0 to 1: how much of all spans' weight that one has


class Reader(Protocol):
    """Reads windows of clauses; `digest` changes with what it would say."""

    @property
    def digest(self) -> str: ...

    def read(self, pairs: Sequence[Pair]) -> list[Reading]: ...


class OwnReader:
    """The reader trained here, on the layers of the embedding model that models brings."""

    def __init__(self, folder: Path, base: Path, cache: Path, threads: int) -> None:
        self._folder, self._base, self._cache, self._threads = folder, base, cache, threads
        self._manifest = weights.load_manifest(folder)
        self.digest = self._manifest.weights
        self._inputs = Inputs(base / "tokenizer.json")
        self._graph = self._opened()

    def read(self, pairs: Sequence[Pair]) -> list[Reading]:
        """One reading a pair, in order."""
        made = self._inputs.make(pairs)
        found: dict[int, Reading] = {}
        by_length = sorted(range(len(made)), key=lambda row: len(made[row].ids))
        for begin in range(0, len(made), _BATCH):
            rows = by_length[begin : begin + _BATCH]
            answers, ends = self._graph.scores([made[row] for row in rows])
            for row, answer, own in zip(rows, answers, ends, strict=True):
                found[row] = Reading(float(answer), *best_span(own, made[row]))
        return [found[row] for row in range(len(made))]

    def _opened(self) -> Graph:
        from rag.reading.graph import Graph, export

        file = self._cache / f"reader-{self.digest[:16]}.onnx"
        checksum_cache.check(
            self._folder / weights.WEIGHTS, self._manifest.weights, "请重新取得该文件", self._cache / _CHECKED
        )
        if not _whole(file):
            if file_digest(self._base / "model.safetensors") != self._manifest.base:
                raise ModelError(f"阅读模型不是在 {self._base} 上训练的。请运行：python -m models")
            export(weights.load(self._folder, self._manifest), self._base, file)
            (note := _note(file)).with_suffix(".part").write_text(checksum_cache.verified(file), encoding="ascii")
            os.replace(note.with_suffix(".part"), note)
            for other in self._cache.glob("reader-*.onnx*"):
                if not other.name.startswith(file.name):
                    other.unlink()  # of earlier weights
        return Graph(file, self._base, self._threads)


def _whole(file: Path) -> bool:
    """Whether an exported network is there as it was written."""
    try:
        return checksum_cache.verified(file) == _note(file).read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError):
        return False


def _note(file: Path) -> Path:
    """Where the digest of an exported network stands."""
    return file.with_name(file.name + ".sha256")


def best_span(ends: np.ndarray, made: Input) -> tuple[tuple[int, int], float]:
    """The span of the body whose first and last tokens score highest together, and its share of the weight of all
    spans; ((0, 0), 0) of an empty body. `ends` is float32 [tokens, 2]."""
    import numpy as np

    own = ends[made.first : made.last].astype(np.float64)
    if not len(own):
        return (0, 0), 0.0
    sums = own[:, 0][:, None] + own[:, 1][None, :]
    places = np.arange(len(own))
    sums[(places[None, :] < places[:, None]) | (places[None, :] >= places[:, None] + _LONGEST)] = -math.inf
    first, last = np.unravel_index(int(sums.argmax()), sums.shape)
    sure = float(1 / np.exp(sums - sums[first, last]).sum())
    return (made.spans[first][0], made.spans[last][1]), sure


def open_reader(settings: Settings) -> Reader | None:
    """The reader of the settings: our own unless another is named; None where the setting says none."""
    if settings.reader == "none":
        return None
    if settings.reader.startswith(("http://", "https://")):
        from index.endpoint import Endpoint
        from rag.reading.remote import RemoteReader

        return RemoteReader(
            Endpoint("阅读服务", "reader", settings.reader, settings.reader_key, settings.endpoint_timeout)
        )
    if settings.reader:
        from rag.reading.other import OtherReader

        return OtherReader(settings.reader, settings.threads)
    return OwnReader(OURS, settings.models_dir / E5, settings.var / "onnx", settings.threads)
