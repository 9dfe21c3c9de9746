"""The nouns that are kept: conversations, turns, feedback. Frozen, and free of behaviour."""

from __future__ import annotations

from dataclasses import dataclass, field

SETTLED = frozenset(("done", "stopped", "failed"))  # stages after which a turn changes no more


@dataclass(frozen=True, slots=True)
class Conversation:
    """A conversation as it is listed. Times are seconds since 1970."""

    id: str
    owner: str  # "" for whoever sits at a machine without accounts
    title: str
    pinned: bool
    updated: float
    turns: int


@dataclass(frozen=True, slots=True)
class Kept:
    """One question of a conversation and what became of it, as it lies in the file."""

    place: int  # 1-based within its conversation
    question: str
    scope: dict[str, str | int]  # the filters it was asked under: fields of rag.schema.Filters that are set
    stage: str  # queued until it is settled, then done, stopped or failed
    asked: float
    answer: dict | None = None  # the object of rag.contract.answer_json
    error: str = ""


@dataclass(frozen=True, slots=True)
class Feedback:
    """What a reader said of one answer."""

    useful: bool
    reason: str = ""  # one of REASONS, or a reader's own words
    clause: dict[str, str] = field(default_factory=dict)  # the right one: clause_id, document, quote; or quote alone


UNFIT = "不应作答"  # the right response was a refusal
REASONS = ("答非所问", "有遗漏", "数字或日期有误", "引用不当", "本应作答", UNFIT)
