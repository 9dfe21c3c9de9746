"""What the reader is trained on: a question beside a window, whether it answers and where. Frozen."""

from __future__ import annotations

from dataclasses import dataclass

from rag.reading.inputs import Pair


@dataclass(frozen=True, slots=True)
class Sample:
    """`answer` is a span of `pair.body`; None where there is none, or none is marked though the body answers."""

    pair: Pair
    answers: bool
    answer: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Samples of one question or minimal pair, read in one batch: the first answers wherever any does.

    `contrast`: the first is to score above each of the others. `source` and `origin` (a document, a context) say where
    they come from; what is held out is held out by origin, since siblings leak.
    """

    samples: tuple[Sample, ...]
    contrast: bool
    source: str
    origin: str
