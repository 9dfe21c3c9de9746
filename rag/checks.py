"""What may be asked: the conversation, the filters and the number of results, whichever door they come in by. Pure.

The question itself is checked where it is read (rag.query.question.clean), a paste where it is split.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import fields

from index.errors import BadInput
from rag.schema import Filters
from rag.status import LABEL

MAX_K = 1000  # results
MAX_TURNS = 200  # earlier turns of a conversation; what a follow-up takes over is in the last few
MAX_TURN = 50_000  # characters of one of them
MAX_FILTER = 200  # characters; no title is longer
FILTERS = tuple(field.name for field in fields(Filters))
_KINDS = {"year": int}  # of filters; the others are texts


def results(k: int) -> int:
    """`k` as it is; BadInput where it is no number of results."""
    if isinstance(k, bool) or not isinstance(k, int) or not 1 <= k <= MAX_K:
        raise BadInput(f"条数 k 应在 1 到 {MAX_K} 之间，收到 {k!r:.40}")
    return k


def turns(history: object) -> list[dict[str, str]]:
    """Earlier turns, oldest first, without characters that no text has; BadInput where they are no such list."""
    if not isinstance(history, (list, tuple)) or not all(map(_is_turn, history)):
        raise BadInput("history 应为对话各轮的列表，每轮含 role 和 content 两段文字")
    if len(history) > MAX_TURNS or any(len(turn["content"]) > MAX_TURN for turn in history):
        raise BadInput(f"对话过长：上限 {MAX_TURNS} 轮、每轮 {MAX_TURN} 字。请新开一段对话")
    return [{"role": turn["role"], "content": _text(turn["content"])} for turn in history]


def filters(said: object) -> Filters:
    """Filters from a JSON object; BadInput for an unknown name or a value of another kind."""
    if not isinstance(said, Mapping):
        raise BadInput(f"filters 应为对象，可含 {'、'.join(FILTERS)}")
    given = {name: value for name, value in said.items() if value is not None}
    for name, value in given.items():
        if name not in FILTERS:
            raise BadInput(f"没有筛选条件 {name}。可用 {'、'.join(FILTERS)}")
        kind = _KINDS.get(name, str)
        if not isinstance(value, kind) or isinstance(value, bool):
            raise BadInput(f"筛选条件 {name} 应为{'整数' if kind is int else '文字'}")
        if isinstance(value, str) and len(value) > MAX_FILTER:
            raise BadInput(f"筛选条件 {name} 过长，上限 {MAX_FILTER} 字")
    if given.get("status") not in (None, *LABEL):
        raise BadInput(f"时效 {given['status']} 不在 {'、'.join(LABEL)} 之中")
    return Filters(**given)


def _is_turn(turn: object) -> bool:
    return isinstance(turn, Mapping) and all(isinstance(turn.get(key), str) for key in ("role", "content"))


def _text(text: str) -> str:
    return "".join(c for c in text if unicodedata.category(c) != "Cs")
