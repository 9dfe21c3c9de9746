"""The product as it is, timed from outside."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from eval.facts import folder_digest
from eval.questions import Question
from eval.trace import Passage, Reply, Said, Seconds
from index.settings import Settings
from rag.engine import Engine
from rag.schema import Answer, Hit

_ROOT = Path(__file__).resolve().parent.parent


class Ours:
    """rag.Engine behind the evaluation's protocol."""

    name = "ours"

    def __init__(self, engine: Engine, facts: dict[str, str]) -> None:
        self._engine = engine
        self.facts = facts

    @classmethod
    def open(cls, settings: Settings) -> Ours:
        """Open the index and models of the settings; BrokenIndex or ModelError say what is wrong."""
        engine = Engine.open(settings)
        facts = {
            "code": folder_digest(_ROOT / "rag", "*.py")
            + folder_digest(_ROOT / "rag", "*.tsv")
            + folder_digest(_ROOT / "rag", "*.json")
            + folder_digest(_ROOT / "index", "*.py")
            + folder_digest(_ROOT / "eval", "ours.py"),
            "index": folder_digest(engine.store.folder, "manifest.json"),
            "prompts": folder_digest(_ROOT / "prompts", "*.txt"),
            "embedder": engine.store.manifest.encoder,
            "chat_model": settings.chat_name.rpartition("/")[2],
            "foreign_below": str(engine.foreign_threshold),
            "settings": settings.model_dump_json(exclude={"chat_key", "host", "port"}),
        }
        return cls(engine, facts)

    def passages(self) -> Sequence[Passage]:
        return [
            Passage(clause.clause_id, document.title, clause.path, clause.text)
            for document, _, _ in self._engine.documents()
            for clause in self._engine.clauses(document.doc_id)
        ]

    def search(self, question: Question, k: int) -> list[Passage]:
        return [_passage(hit) for hit in self._engine.search(question.question, k, question.history)]

    def related(self, question: Question, k: int) -> list[Passage]:
        return [_passage(hit) for hit in self._engine.related(question.question, k)]

    def answer(self, question: Question) -> Reply:
        begin = time.perf_counter()
        first: dict[str, float] = {}
        answer: Answer | None = None
        for event in self._engine.ask_stream(question.question, question.history):
            now = time.perf_counter() - begin
            answer = event.answer
            if answer.hits:
                first.setdefault("evidence", now)
            if answer.sentences:
                first.setdefault("words", now)
            if event.draft:
                first.setdefault("token", now)
        end = time.perf_counter() - begin
        if answer is None:
            raise RuntimeError("ask_stream ended without any event")
        return Reply(
            tuple(Said(sentence.text, sentence.citations, sentence.origin) for sentence in answer.sentences),
            {
                c.n: Passage(c.clause.clause_id, c.document.title, c.clause.path, c.clause.text)
                for c in answer.citations
            },
            answer.refused,
            Seconds(first.get("evidence"), first.get("words"), first.get("token"), end),
            answer.notes,
            answer.max_cosine,
            answer.confidence,
        )

    def warm(self) -> None:
        self._engine.search("政策", 1)
        if (chat := self._engine.chat) is not None:
            for _ in chat.stream([{"role": "user", "content": "你好"}], 1):
                pass

    def close(self) -> None:
        self._engine.close()


def _passage(hit: Hit) -> Passage:
    return Passage(hit.clause.clause_id, hit.document.title, hit.clause.path, hit.clause.text)
