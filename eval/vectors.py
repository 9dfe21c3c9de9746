"""Passage vectors kept by content, so that a second evaluation over the same texts encodes nothing.

One SQLite file; a key is the digest of model, space, text and spans. Written block by block, so that an interrupted run
keeps its work.
"""

from __future__ import annotations

import hashlib
import io
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from index.encoder import Encoder, Question, Reading, Spans
from index.errors import BadInput
from index.late import Tokens

if TYPE_CHECKING:
    import numpy as np

    from index.space import Space

Arrays = dict[str, "np.ndarray"]
BLOCK = 256  # texts between two commits: 10 to 30 s of work on two cores


class CachedEncoder:
    """An encoder whose passage vectors come from a file where they are known; queries pass through."""

    def __init__(self, encoder: Encoder, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._encoder = encoder
        self._db = sqlite3.connect(path, timeout=60)  # another evaluation may be writing its block
        try:
            self._db.execute("CREATE TABLE IF NOT EXISTS vectors (key TEXT PRIMARY KEY, data BLOB NOT NULL)")
        except sqlite3.DatabaseError as error:
            raise BadInput(f"向量缓存 {path} 已损坏（{error}）。请删除它再运行，会重新计算") from error
        self.name, self.dimension, self.digest = encoder.name, encoder.dimension, encoder.digest

    def encode_queries(self, texts: Sequence[str]) -> np.ndarray:
        return self._encoder.encode_queries(texts)

    def read_query(self, text: str) -> Question:
        return self._encoder.read_query(text)

    def fit_space(self, texts: Sequence[str], spans: Sequence[Spans]) -> Space | None:
        return self._encoder.fit_space(texts, spans)

    def encode_passages(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> np.ndarray:
        """float32 [texts, dimension], as sentence-transformers encodes them."""
        import numpy as np

        def encode(block: Sequence[int]) -> list[Arrays]:
            return [{"head": head} for head in self._encoder.encode_passages([texts[i] for i in block])]

        keys = [self._key("passage", text) for text in texts]
        rows = self._filled(keys, progress, encode, texts)
        heads = [rows[key]["head"] for key in keys]
        return np.stack(heads) if heads else np.zeros((0, self.dimension), np.float32)

    def read_passages(
        self, texts: Sequence[str], spans: Sequence[Spans], space: Space | None = None,
        progress: Callable[[int], None] | None = None,
    ) -> list[Reading]:  # fmt: skip
        """As the encoder reads them."""

        def encode(block: Sequence[int]) -> list[Arrays]:
            read = self._encoder.read_passages([texts[i] for i in block], [spans[i] for i in block], space)
            return [{"head": r.head, "parts": r.parts} | (asdict(r.tokens) if r.tokens else {}) for r in read]

        within = "" if space is None else hashlib.sha256(space.axes.tobytes()).hexdigest()
        keys = [
            self._key(f"spans\n{within}\n{[tuple(span) for span in own]}", text)
            for text, own in zip(texts, spans, strict=True)
        ]  # fmt: skip
        rows = self._filled(keys, progress, encode, texts)
        return [
            Reading(own["head"], own["parts"], Tokens(own["ids"], own["vectors"], own["counts"]) if space else None)
            for own in map(rows.__getitem__, keys)
        ]  # fmt: skip

    def close(self) -> None:
        self._db.close()

    def _key(self, way: str, text: str) -> str:
        return hashlib.sha256(f"{self.digest}\n{way}\n{text}".encode()).hexdigest()

    def _filled(self, keys: Sequence[str], progress, encode, texts: Sequence[str]) -> dict[str, Arrays]:
        """Key → its arrays, the missing ones encoded in blocks of like length."""
        rows: dict[str, Arrays] = {}
        for key in set(keys):
            found = self._db.execute("SELECT data FROM vectors WHERE key = ?", (key,)).fetchone()
            if found is not None:
                rows[key] = _unpack(found[0])
        todo = list({key: place for place, key in enumerate(keys) if key not in rows}.items())
        todo.sort(key=lambda item: len(texts[item[1]]))
        known = len(rows)
        for begin in range(0, len(todo), BLOCK):
            block = todo[begin : begin + BLOCK]
            rows |= zip((key for key, _ in block), encode([place for _, place in block]), strict=True)
            with self._db:
                self._db.executemany(
                    "INSERT OR REPLACE INTO vectors VALUES (?, ?)", [(key, _pack(rows[key])) for key, _ in block]
                )
            if progress is not None:
                progress(known + begin + len(block))
        return rows


def _pack(arrays: Arrays) -> bytes:
    import numpy as np

    stream = io.BytesIO()
    np.savez(stream, **arrays)
    return stream.getvalue()


def _unpack(data: bytes) -> Arrays:
    import numpy as np

    with np.load(io.BytesIO(data), allow_pickle=False) as kept:
        return dict(kept)
