"""Passage vectors kept by content, so that a second evaluation over the same texts encodes nothing.

One SQLite file; a key is the digest of index format, model, whitening, text and spans, a whitening's of what it was fitted to. Written block
by block, so that an interrupted run keeps its work.
"""

from __future__ import annotations

import hashlib
import io
import sqlite3
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from index.encoder import EncodedQuery, Encoder, Progress, Reading, Spans
from index.errors import BadInput
from index.store import FORMAT
from index.token_index import Tokens

if TYPE_CHECKING:
    import numpy as np

    from index.whitening import Whitening

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

    def read_query(self, text: str) -> EncodedQuery:
        return self._encoder.read_query(text)

    def encode_passages(self, texts: Sequence[str], progress: Progress | None = None) -> np.ndarray:
        """float32 [texts, dimension], as sentence-transformers encodes them."""
        import numpy as np

        def encode(block: Sequence[int]) -> list[Arrays]:
            return [{"head": head} for head in self._encoder.encode_passages([texts[i] for i in block])]

        keys = [self._key("passage", text) for text in texts]
        rows = self._filled(keys, progress, encode, texts)
        heads = [rows[key]["head"] for key in keys]
        return np.stack(heads) if heads else np.zeros((0, self.dimension), np.float32)

    def read_passages(
        self,
        texts: Sequence[str],
        spans: Sequence[Spans],
        whitening: Whitening | None = None,
        progress: Progress | None = None,
    ) -> list[Reading]:
        """As the encoder reads them."""

        def encode(block: Sequence[int]) -> list[Arrays]:
            return list(
                map(
                    _arrays,
                    self._encoder.read_passages([texts[i] for i in block], [spans[i] for i in block], whitening),
                )
            )

        keys = self._keys(texts, spans, whitening)
        rows = self._filled(keys, progress, encode, texts)
        return [
            Reading(own["head"], own["parts"], Tokens(own["ids"], own["vectors"], own["counts"]) if whitening else None)
            for own in map(rows.__getitem__, keys)
        ]

    def read_and_fit(
        self, texts: Sequence[str], spans: Sequence[Spans], progress: Progress | None = None
    ) -> tuple[list[Reading], Whitening | None]:
        """Read passages and fit the whitening as the encoder does, from the cache where it holds both."""
        from index.whitening import Whitening

        unwhitened = self._keys(texts, spans, None)
        key = self._key("space", "\n".join(unwhitened))
        if (found := self._stored(key)) is not None:
            known = Whitening.load(io.BytesIO(found))
            return self.read_passages(texts, spans, known, progress), known
        if any(self._stored(one) is not None for one in unwhitened):  # the model gives no token states
            return self.read_passages(texts, spans, None, progress), None
        read, whitening = self._encoder.read_and_fit(texts, spans, progress)
        rows = [*zip(self._keys(texts, spans, whitening), map(_pack, map(_arrays, read)), strict=True)]
        if whitening is not None:
            stream = io.BytesIO()
            whitening.save(stream)
            rows.append((key, stream.getvalue()))
        self._store(rows)
        return read, whitening

    def close(self) -> None:
        self._db.close()

    def _key(self, way: str, text: str) -> str:
        return hashlib.sha256(f"{FORMAT}\n{self.digest}\n{way}\n{text}".encode()).hexdigest()

    def _keys(self, texts: Sequence[str], spans: Sequence[Spans], whitening: Whitening | None) -> list[str]:
        within = "" if whitening is None else hashlib.sha256(whitening.axes.tobytes()).hexdigest()
        return [
            self._key(f"spans\n{within}\n{[tuple(span) for span in own]}", text)
            for text, own in zip(texts, spans, strict=True)
        ]

    def _stored(self, key: str) -> bytes | None:
        found = self._db.execute("SELECT data FROM vectors WHERE key = ?", (key,)).fetchone()
        return None if found is None else found[0]

    def _store(self, rows: Sequence[tuple[str, bytes]]) -> None:
        with self._db:
            self._db.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?)", rows)

    def _filled(self, keys: Sequence[str], progress, encode, texts: Sequence[str]) -> dict[str, Arrays]:
        """Key → its arrays, the missing ones encoded in blocks of like length."""
        rows: dict[str, Arrays] = {}
        for key in set(keys):
            if (found := self._stored(key)) is not None:
                rows[key] = _unpack(found)
        todo = list({key: place for place, key in enumerate(keys) if key not in rows}.items())
        todo.sort(key=lambda item: len(texts[item[1]]))
        known = len(rows)
        for begin in range(0, len(todo), BLOCK):
            block = todo[begin : begin + BLOCK]
            rows |= zip((key for key, _ in block), encode([place for _, place in block]), strict=True)
            self._store([(key, _pack(rows[key])) for key, _ in block])
            if progress is not None:
                progress(known + begin + len(block))
        return rows


def _arrays(reading: Reading) -> Arrays:
    tokens = {} if reading.tokens is None else asdict(reading.tokens)
    return {"head": reading.head, "parts": reading.parts} | tokens


def _pack(arrays: Arrays) -> bytes:
    import numpy as np

    stream = io.BytesIO()
    np.savez(stream, **arrays)  # type: ignore[arg-type]  # names of arrays, not its option
    return stream.getvalue()


def _unpack(data: bytes) -> Arrays:
    import numpy as np

    with np.load(io.BytesIO(data), allow_pickle=False) as kept:
        return dict(kept)
