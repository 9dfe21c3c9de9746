"""Passage vectors kept by content, so that a second evaluation over the same texts encodes nothing.

One SQLite file; a key is the digest of model, text and spans. Written block by block, so that an interrupted run keeps
its work.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from index.encoder import Encoder, Spans
from index.errors import BadInput

if TYPE_CHECKING:
    import numpy as np

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

    def encode_passages(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> np.ndarray:
        """float32 [texts, dimension], as sentence-transformers encodes them."""
        import numpy as np

        keys = [self._key("passage", text, ()) for text in texts]
        rows = self._filled(
            keys, progress, lambda block: self._encoder.encode_passages([texts[i] for i in block]), texts
        )
        return np.stack([rows[key][0] for key in keys]) if keys else np.zeros((0, self.dimension), np.float32)

    def encode_spans(
        self, texts: Sequence[str], spans: Sequence[Spans], progress: Callable[[int], None] | None = None
    ) -> tuple[np.ndarray, list[np.ndarray]]:
        """float32 [texts, dimension], and for each text float32 [its spans, dimension]."""
        import numpy as np

        def encode(block: Sequence[int]) -> list[np.ndarray]:
            heads, parts = self._encoder.encode_spans([texts[i] for i in block], [spans[i] for i in block])
            return [np.vstack([head[None], part]) for head, part in zip(heads, parts, strict=True)]

        keys = [self._key("spans", text, own) for text, own in zip(texts, spans, strict=True)]
        rows = self._filled(keys, progress, encode, texts)
        heads = np.stack([rows[key][0] for key in keys]) if keys else np.zeros((0, self.dimension), np.float32)
        return heads, [rows[key][1:] for key in keys]

    def close(self) -> None:
        self._db.close()

    def _key(self, way: str, text: str, spans: Spans) -> str:
        own = [tuple(span) for span in spans]
        return hashlib.sha256(f"{self.digest}\n{way}\n{own}\n{text}".encode()).hexdigest()

    def _filled(self, keys: Sequence[str], progress, encode, texts: Sequence[str]) -> dict[str, np.ndarray]:
        """Key → float32 [1 + spans, dimension], the missing ones encoded in blocks of like length."""
        import numpy as np

        rows: dict[str, np.ndarray] = {}
        for key in set(keys):
            found = self._db.execute("SELECT data FROM vectors WHERE key = ?", (key,)).fetchone()
            if found is not None:
                rows[key] = np.frombuffer(found[0], dtype="<f4").reshape(-1, self.dimension)
        todo = list({key: place for place, key in enumerate(keys) if key not in rows}.items())
        todo.sort(key=lambda item: len(texts[item[1]]))
        known = len(rows)
        for begin in range(0, len(todo), BLOCK):
            block = todo[begin : begin + BLOCK]
            vectors = encode([place for _, place in block])
            for (key, _), own in zip(block, vectors, strict=True):
                rows[key] = np.asarray(own, dtype="<f4").reshape(-1, self.dimension)
            with self._db:
                self._db.executemany(
                    "INSERT OR REPLACE INTO vectors VALUES (?, ?)", [(key, rows[key].tobytes()) for key, _ in block]
                )
            if progress is not None:
                progress(known + begin + len(block))
        return rows
