"""What a maintainer should look at: questions that were refused and answers that readers found wrong, as the question
lines of eval/README.md."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from desk.conversations import feedback, history, kept
from desk.schema import UNFIT, Feedback, Kept
from desk.store import Store

_TURNS = """
SELECT t.*, f.useful, f.reason, f.clause FROM turn t JOIN conversation c ON c.id = t.conversation
LEFT JOIN feedback f ON f.conversation = t.conversation AND f.place = t.place
WHERE c.deleted IS NULL ORDER BY c.updated, t.conversation, t.place"""


def lines(store: Store) -> Iterator[dict]:
    """A line for each refused question that nobody approved of and each answer called wrong, the same question under
    the same earlier turns once: where a reader named the right clause, that is its evidence."""
    with store.transaction() as rows:
        found = [(row["conversation"], kept(row), _said(row)) for row in rows.execute(_TURNS)]
    seen: set[tuple[str, str, str]] = set()
    earlier: list[Kept] = []
    conversation = None
    for own, turn, said in found:
        earlier = earlier if own == conversation else []
        conversation, past = own, history(earlier)
        earlier.append(turn)
        if turn.answer is None or not _disputed(turn, said):
            continue
        key = (turn.question, str(past), str(sorted(turn.scope.items())))
        if key not in seen:
            seen.add(key)
            yield _line(f"{own}-{turn.place}", turn, said, past)


def _said(row) -> Feedback | None:
    return None if row["useful"] is None else feedback(row)


def _disputed(turn: Kept, said: Feedback | None) -> bool:
    return not said.useful if said is not None else bool((turn.answer or {})["refused"])


def _line(name: str, turn: Kept, said: Feedback | None, past: list[dict]) -> dict:
    clause = said.clause if said is not None else {}
    unanswerable = said is None or (said.reason == UNFIT and not clause)
    line: dict[str, Any] = {
        "id": name,
        "type": "unanswerable" if unanswerable else "disputed",
        "question": turn.question,
        "answerable": not unanswerable,
    }
    if past:
        line["history"] = past
    if "clause_id" in clause:
        line["evidence"] = [{"doc": clause["document"], "quote": clause["quote"]}]
    told = {
        "reason": said.reason if said is not None else "",
        "pasted": "" if "clause_id" in clause else clause.get("quote", ""),  # words that no document holds
        "filters": turn.scope,
        "given": (turn.answer or {})["answer"],
    }
    return line | {name: value for name, value in told.items() if value}
