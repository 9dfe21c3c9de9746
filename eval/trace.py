"""What a pipeline did with one question, as plain data: the only thing that is scored, and what the journal keeps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from eval.questions import Question


@dataclass(frozen=True, slots=True)
class Passage:
    """A clause, or what a pipeline has in a clause's place."""

    id: str
    document: str
    path: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Said:
    """One sentence of an answer, without marks, and the numbers of the passages it cites."""

    text: str
    marks: tuple[int, ...]
    origin: str = ""  # as rag.schema.Sentence.origin; empty where the pipeline does not tell


@dataclass(frozen=True, slots=True)
class Seconds:
    """Since the question arrived; None where that moment never came."""

    evidence: float | None  # passages found
    words: float | None  # the first words of an answer, quoted or written
    token: float | None  # the chat model's first word
    end: float


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole answer."""

    sentences: tuple[Said, ...]
    cited: dict[int, Passage]
    refused: bool
    seconds: Seconds
    notes: tuple[str, ...] = ()
    closeness: float | None = None  # what the pipeline refuses questions from elsewhere by; None where it does not
    confidence: float | None = None  # how likely it says its answer answers, refused or not; None where it does not


@dataclass(frozen=True, slots=True)
class Grade:
    """A judge's marks, 0 to 1."""

    correct: float
    supported: float
    reason: str


@dataclass(frozen=True, slots=True)
class Trace:
    """One question run through a pipeline."""

    id: str
    found: tuple[Passage, ...]  # by search, best first
    search_seconds: float
    related: tuple[Passage, ...] | None = None  # by related search; pasted clauses only
    related_seconds: float | None = None
    reply: Reply | None = None
    grade: Grade | None = None
    error: str | None = None  # the pipeline refused to take the question; nothing else is then set


class Pipeline(Protocol):
    """What can be evaluated."""

    name: str
    facts: dict[str, str]  # models, index, settings: what the figures depend on

    def passages(self) -> Sequence[Passage]:
        """Everything that search can find."""
        ...

    def search(self, question: Question, k: int) -> list[Passage]: ...

    def related(self, question: Question, k: int) -> list[Passage]: ...

    def answer(self, question: Question) -> Reply: ...

    def warm(self) -> None:
        """Load whatever is loaded on first use, so that no question pays for it."""
        ...

    def close(self) -> None: ...
