"""Shared fixtures: the sample corpus and the policy book parsed once, indexes built with a small fake encoder."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from index.build import build  # noqa: E402
from index.encoder import EncodedQuery, Reading  # noqa: E402
from index.load import load_folder  # noqa: E402
from index.parse import parse  # noqa: E402
from index.settings import Settings  # noqa: E402
from index.store import Store  # noqa: E402
from index.terms import pairs  # noqa: E402
from rag.engine import Engine  # noqa: E402
from rag.reading.reader import Reading as Verdict  # noqa: E402

SAMPLE = ROOT / "corpus" / "sample"
SHARED = ROOT.parent / "shared"
BOOK = SHARED / "corpus"
needs_book = pytest.mark.skipif(not BOOK.is_dir(), reason="../shared/corpus is not here")
needs_models = pytest.mark.skipif(
    not (Settings().models_dir / "multilingual-e5-small" / "modules.json").is_file(),
    reason="models are not here: python -m models",
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
        return EncodedQuery(self._vector(text), None, None, None)

    def read_passages(self, texts, spans, whitening=None, progress=None):
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


class KeptReader:
    """What the reader of the settings says, kept under var/tests between runs by its digest and that of its code: the same
    reader says the same."""

    def __init__(self, reader) -> None:
        self._reader, self.digest = reader, reader.digest
        code = hashlib.sha256(b"".join(f.read_bytes() for f in sorted((ROOT / "rag" / "reading").glob("*.py"))))
        folder = ROOT / "var" / "tests"
        folder.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(
            folder / f"readings-{reader.digest[:12]}-{code.hexdigest()[:12]}.sqlite",
            timeout=60,
            check_same_thread=False,
        )
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("CREATE TABLE IF NOT EXISTS said (pair TEXT PRIMARY KEY, reading TEXT)")

    def read(self, pairs):
        keys = [hashlib.sha256(repr((p.question, p.address, p.body)).encode()).hexdigest() for p in pairs]
        marks = ", ".join("?" * len(keys))
        known = dict(self._db.execute(f"SELECT pair, reading FROM said WHERE pair IN ({marks})", keys))
        new = {key: pair for key, pair in zip(keys, pairs, strict=True) if key not in known}
        told = zip(new, self._reader.read(list(new.values())) if new else (), strict=True)
        said = {key: json.dumps([own.answers, own.span, own.sure]) for key, own in told}
        with self._db:
            self._db.executemany("INSERT OR REPLACE INTO said VALUES (?, ?)", said.items())
        found = (json.loads((known | said)[key]) for key in keys)
        return [Verdict(answers, tuple(span), sure) for answers, span, sure in found]


def quiet(stage: str, done: int, total: int) -> None: ...


def ended(child: subprocess.Popen, seconds: float = 20) -> int:
    """The exit code of a child that was told to stop; where it does not, it is killed and the test fails."""
    try:
        return child.wait(seconds)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait(seconds)
        raise


def built(corpus: Path, root: Path, encoder: FakeEncoder | None = None):
    """Build an index of `corpus` below `root`; its summary."""
    encoder = encoder or FakeEncoder()
    return build([corpus], root, lambda: encoder, rebuild=False, progress=quiet)


def engine_over(root: Path, chat: FakeChat | None = None, threshold: float = 0.0, **settings) -> Engine:
    """An engine over an index built with the fake encoder, no reader; `threshold` is the cosine below which it refuses."""
    desk = root.parent / f"{root.name}-desk.sqlite"  # never the conversations of whoever runs the tests
    settings = {"chat_model": "", "reader": "none", "desk": desk, **settings}
    return Engine(
        Settings(index=root, **settings), Store.open(root), FakeEncoder(), chat=chat, foreign_threshold=threshold
    )


@pytest.fixture(scope="session")
def sample():
    """Parsed documents of the sample corpus by title."""
    raws, failures = load_folder(SAMPLE)
    assert not failures
    return {parsed.document.title: parsed for raw in raws for parsed in parse(raw)}


@pytest.fixture(scope="session")
def at_hand(sample, request):
    """Parsed documents of the sample and, where it is, of the book: what holds of any document is tried on all."""
    book = request.getfixturevalue("book")[1] if BOOK.is_dir() else []
    return [*sample.values(), *book]


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
