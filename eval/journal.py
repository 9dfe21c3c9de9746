"""What an interrupted run already did: one JSON line a question, kept until the run is whole."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from eval.questions import Question
from eval.trace import Trace


class Journal:
    """Traces by question and circumstances; a changed question, model, prompt or line of code makes a new key."""

    def __init__(self, path: Path, facts: dict[str, str]) -> None:
        """`facts`: everything beside the question that a trace depends on."""
        from pydantic import TypeAdapter, ValidationError

        self._path = path
        self._facts = json.dumps(facts, sort_keys=True, ensure_ascii=False)
        self._adapter = TypeAdapter(Trace)
        self._known: dict[str, Trace] = {}
        kept = []
        for row in path.read_text(encoding="utf-8").split("\n") if path.exists() else ():
            try:
                entry = json.loads(row)
                self._known[entry["key"]] = self._adapter.validate_python(entry["trace"])
            except (ValueError, KeyError, TypeError, ValidationError):
                continue  # the line that was being written when the run was stopped
            kept.append(row + "\n")
        if path.exists():
            path.write_text("".join(kept), encoding="utf-8")

    def get(self, question: Question) -> Trace | None:
        """The trace of an earlier, interrupted run."""
        return self._known.get(self._key(question))

    def put(self, question: Question, trace: Trace) -> None:
        """Keep a trace, on disk before this returns."""
        line = {"key": self._key(question), "trace": self._adapter.dump_python(trace, mode="json")}
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")

    def finish(self) -> None:
        """The run is whole and reported: the next one measures anew."""
        self._path.unlink(missing_ok=True)

    def _key(self, question: Question) -> str:
        return hashlib.sha256(f"{self._facts}\n{question.digest}".encode()).hexdigest()
