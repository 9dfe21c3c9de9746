"""Conversations: begun, continued, named, found, pinned, deleted and brought back. Every call names the owner, and sees
nobody else's."""

from __future__ import annotations

import json
import re
import sqlite3
import time
from collections.abc import Mapping, Sequence

from desk.schema import Conversation, Feedback, Kept
from desk.store import Store
from index.errors import BadInput

_ID = re.compile(r"[a-z0-9]{12,32}")
_TITLE = 40  # characters of the first question that name a conversation
_LONGEST = 80  # characters of a name that is given
_GONE = "没有这个对话，可能已被删除。请在“对话记录”中另选一个，或开始新对话"
_LISTED = (
    "SELECT c.*, (SELECT count(*) FROM turn WHERE conversation = c.id) AS turns FROM conversation c "
    "WHERE c.owner = ? AND c.deleted IS NULL"
)


class Conversations:
    """What one file holds, by owner."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def listed(self, owner: str, words: str = "", most: int = 200) -> list[Conversation]:
        """Pinned ones first, then the latest; with `words`, those whose name or questions hold all of them."""
        query, values = _LISTED, [owner]
        for word in words.split()[:20]:
            query += (
                " AND (c.title LIKE ? ESCAPE '\\' OR EXISTS"
                " (SELECT 1 FROM turn WHERE conversation = c.id AND question LIKE ? ESCAPE '\\'))"
            )
            values += [_like(word)] * 2
        with self._store.transaction() as rows:
            found = rows.execute(f"{query} ORDER BY c.pinned DESC, c.updated DESC LIMIT ?", [*values, most])
            return [_conversation(row) for row in found]

    def find(self, owner: str, conversation: str) -> Conversation | None:
        """One conversation that is not deleted; None where the owner has none of this id."""
        with self._store.transaction() as rows:
            row = rows.execute(f"{_LISTED} AND c.id = ?", [owner, conversation]).fetchone()
        return None if row is None else _conversation(row)

    def ask(
        self, owner: str, conversation: str, question: str, scope: Mapping[str, str | int], at: int | None = None
    ) -> int:
        """Put a question at the end, or anew at the place `at`, whose answer and feedback it replaces; its place. A
        conversation of a new id begins so. BadInput for an id that is none, or another owner's."""
        if not _ID.fullmatch(conversation):
            raise BadInput("对话编号有误，请开始新对话")
        now = time.time()
        with self._store.transaction() as rows:
            found = rows.execute("SELECT owner, deleted FROM conversation WHERE id = ?", [conversation]).fetchone()
            if found is None:
                name = " ".join(question.split())[:_TITLE]
                rows.execute("INSERT INTO conversation VALUES (?, ?, ?, 0, ?, NULL)", [conversation, owner, name, now])
            elif found["owner"] != owner or found["deleted"] is not None:
                raise BadInput(_GONE)
            last = rows.execute(
                "SELECT place, stage FROM turn WHERE conversation = ? ORDER BY place DESC LIMIT 1", [conversation]
            ).fetchone()
            end = 0 if last is None else last["place"]
            place = at if at is not None and 1 <= at <= end else end + 1
            rows.execute("DELETE FROM turn WHERE conversation = ? AND place = ?", [conversation, place])
            rows.execute(
                "INSERT INTO turn (conversation, place, question, scope, stage, asked) VALUES (?, ?, ?, ?, 'queued', ?)",
                [conversation, place, question, json.dumps(dict(scope), ensure_ascii=False), now],
            )
            rows.execute("UPDATE conversation SET updated = ? WHERE id = ?", [now, conversation])
        return place

    def settle(self, conversation: str, place: int, stage: str, answer: dict | None = None, error: str = "") -> None:
        """Keep what became of a question; of one that is no longer there nothing."""
        kept = None if answer is None else json.dumps(answer, ensure_ascii=False)
        with self._store.transaction() as rows:
            rows.execute(
                "UPDATE turn SET stage = ?, answer = ?, error = ? WHERE conversation = ? AND place = ?",
                [stage, kept, error, conversation, place],
            )

    def drop(self, conversation: str, place: int) -> None:
        """Take back a question that has not been answered; of a conversation that held nothing else nothing stays."""
        with self._store.transaction() as rows:
            rows.execute(
                "DELETE FROM turn WHERE conversation = ? AND place = ? AND answer IS NULL", [conversation, place]
            )
            rows.execute(
                "DELETE FROM conversation WHERE id = ? AND NOT EXISTS (SELECT 1 FROM turn WHERE conversation = ?)",
                [conversation, conversation],
            )

    def turns(self, owner: str, conversation: str) -> list[Kept]:
        """The questions in order; BadInput where the owner has no such conversation."""
        if self.find(owner, conversation) is None:
            raise BadInput(_GONE)
        with self._store.transaction() as rows:
            found = rows.execute("SELECT * FROM turn WHERE conversation = ? ORDER BY place", [conversation])
            return [kept(row) for row in found]

    def rename(self, owner: str, conversation: str, title: str) -> None:
        """Give another name; BadInput for an empty one."""
        name = " ".join(title.split())[:_LONGEST]
        if not name:
            raise BadInput("请输入对话的名称")
        self._set(owner, conversation, "title", name)

    def pin(self, owner: str, conversation: str, pinned: bool) -> None:
        """Keep it at the head of the list, or no longer."""
        self._set(owner, conversation, "pinned", int(pinned))

    def delete(self, owner: str, conversation: str) -> None:
        """Take it out of the list; `restore` brings it back."""
        self._set(owner, conversation, "deleted", time.time())

    def restore(self, owner: str, conversation: str) -> None:
        """Bring a deleted conversation back."""
        self._set(owner, conversation, "deleted", None)

    def judge(self, owner: str, conversation: str, place: int, said: Feedback | None) -> None:
        """Keep what a reader says of an answer, in place of what was said before; None takes it back."""
        if self.find(owner, conversation) is None:
            raise BadInput(_GONE)
        with self._store.transaction() as rows:
            rows.execute("DELETE FROM feedback WHERE conversation = ? AND place = ?", [conversation, place])
            if said is not None:
                clause = json.dumps(said.clause, ensure_ascii=False)
                rows.execute(
                    "INSERT INTO feedback SELECT conversation, place, ?, ?, ?, ? FROM turn"
                    " WHERE conversation = ? AND place = ?",
                    [said.useful, said.reason, clause, time.time(), conversation, place],
                )

    def judged(self, conversation: str) -> dict[int, Feedback]:
        """What was said of the answers of a conversation, by place."""
        with self._store.transaction() as rows:
            found = rows.execute("SELECT * FROM feedback WHERE conversation = ?", [conversation])
            return {row["place"]: feedback(row) for row in found}

    def _set(self, owner: str, conversation: str, column: str, value: object) -> None:
        with self._store.transaction() as rows:
            done = rows.execute(
                f"UPDATE conversation SET {column} = ? WHERE id = ? AND owner = ?", [value, conversation, owner]
            )
        if done.rowcount == 0:
            raise BadInput(_GONE)


def kept(row: sqlite3.Row) -> Kept:
    """A row of the table `turn`."""
    answer = json.loads(row["answer"]) if row["answer"] is not None else None
    return Kept(
        row["place"], row["question"], json.loads(row["scope"]), row["stage"], row["asked"], answer, row["error"]
    )


def feedback(row: sqlite3.Row) -> Feedback:
    """A row of the table `feedback`."""
    return Feedback(bool(row["useful"]), row["reason"], json.loads(row["clause"]))


def history(turns: Sequence[Kept]) -> list[dict[str, str]]:
    """Answered turns as the engine takes a conversation."""
    return [
        {"role": role, "content": content}
        for turn in turns
        if turn.answer is not None
        for role, content in (("user", turn.question), ("assistant", turn.answer["answer"]))
    ]


def _conversation(row: sqlite3.Row) -> Conversation:
    return Conversation(row["id"], row["owner"], row["title"], bool(row["pinned"]), row["updated"], row["turns"])


def _like(word: str) -> str:
    return "%" + re.sub(r"([%_\\])", r"\\\1", word) + "%"
