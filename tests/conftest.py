"""Shared fixtures: the sample corpus and the policy book parsed once, indexes built with a small fake encoder."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from index.build import build  # noqa: E402
from index.encoder import Question, Reading  # noqa: E402
from index.load import load_folder  # noqa: E402
from index.parse import parse  # noqa: E402
from index.settings import Settings  # noqa: E402
from index.store import Store  # noqa: E402
from index.terms import pairs  # noqa: E402
from rag.engine import Engine  # noqa: E402

SAMPLE = ROOT / "corpus" / "sample"
SHARED = ROOT.parent / "shared"
BOOK = SHARED / "corpus"
needs_book = pytest.mark.skipif(not BOOK.is_dir(), reason="../shared/corpus is not here")
needs_models = pytest.mark.skipif(
    not (Settings().models_dir / "multilingual-e5-small" / "modules.json").is_file(),
    reason="models are not here: python -m index.models",
)


class FakeEncoder:
    """Hashed character pairs as unit vectors: deterministic, and alike for texts that share wording."""

    name, dimension, digest = "fake", 256, "fake-1"

    def __init__(self) -> None:
        self.encoded = 0

    def _vector(self, text: str) -> np.ndarray:
        vector = np.zeros(self.dimension, dtype=np.float32)
        for term in pairs(text):
            vector[int(hashlib.md5(term.encode()).hexdigest(), 16) % self.dimension] += 1
        return vector / max(float(np.linalg.norm(vector)), 1e-9)

    def encode_queries(self, texts):
        return np.stack([self._vector(text) for text in texts])

    encode_passages = encode_queries

    def read_query(self, text):
        return Question(self._vector(text), None, None, None)

    def read_passages(self, texts, spans, space=None, progress=None):
        self.encoded += len(texts)
        parts = [
            np.stack([self._vector(t[a:b]) for a, b in own]) if own else np.zeros((0, self.dimension), np.float32)
            for t, own in zip(texts, spans, strict=True)
        ]
        return [Reading(self._vector(text), part, None) for text, part in zip(texts, parts, strict=True)]

    def read_and_fit(self, texts, spans, progress=None):
        return self.read_passages(texts, spans), None


class FakeChat:
    """Says what it is told to, in pieces."""

    name = "fake"

    def __init__(self, reply: str = "", error: Exception | None = None) -> None:
        self.reply, self.error, self.closed, self.asked = reply, error, False, []

    def warm(self) -> None: ...

    def stream(self, messages, max_tokens):
        self.asked.append(messages)
        if self.error is not None:
            raise self.error
        try:
            for start in range(0, len(self.reply), 4):
                yield self.reply[start : start + 4]
        finally:
            self.closed = True

    def close(self) -> None: ...


def quiet(stage: str, done: int, total: int) -> None: ...


def built(corpus: Path, root: Path, encoder: FakeEncoder | None = None):
    """Build an index of `corpus` below `root`; its summary."""
    encoder = encoder or FakeEncoder()
    return build([corpus], root, lambda: encoder, rebuild=False, progress=quiet)


def engine_over(root: Path, chat: FakeChat | None = None, bar: float = 0.0, **settings) -> Engine:
    """An engine over an index built with the fake encoder, no reader; `bar` is the cosine below which it refuses."""
    desk = root.parent / f"{root.name}-desk.sqlite"  # never the conversations of whoever runs the tests
    settings = {"chat_model": "", "reader": "none", "desk": desk, **settings}
    engine = Engine(Settings(index=root, **settings), Store.open(root), FakeEncoder())
    engine.__dict__ |= {"chat": chat, "foreign_bar": bar}
    return engine


@pytest.fixture(scope="session")
def sample():
    """Parsed documents of the sample corpus by title."""
    raws, failures = load_folder(SAMPLE)
    assert not failures
    return {parsed.document.title: parsed for raw in raws for parsed in parse(raw)}


@pytest.fixture(scope="session")
def sample_root(tmp_path_factory):
    root = tmp_path_factory.mktemp("index")
    built(SAMPLE, root)
    return root


@pytest.fixture(scope="session")
def book():
    """(raw file, parsed documents) of the policy book."""
    raws, _ = load_folder(BOOK)
    return raws[0], parse(raws[0])
