"""Text → unit vectors, by any sentence-transformers model.

Queries go through ONNX Runtime where the model can be exported (see query_graph); passages through torch, which is a
quarter faster in batches. A clause's sentences get their vectors from the clause's own pass (see windows).
"""

from __future__ import annotations

import hashlib
import json
import math
import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from index import checksum_cache
from index.errors import ModelError
from index.settings import Settings
from index.token_index import Tokens, content_tokens
from index.windows import Pool, unit, windows

if TYPE_CHECKING:
    import numpy as np

    from index.query_graph import QueryGraph
    from index.whitening import Whitening

BATCH = 8  # measured on 300 clauses: 30 ms each at 8, 35 at 16, 37 at 32, as padding grows
_SAMPLE = 1 << 16  # bytes read at three places of a big file to tell two models apart
_ASKED = 200  # sentences that stand for the queries a whitening projection is fitted to

Spans = Sequence[tuple[int, int]]
Progress = Callable[[int], None]  # told how many texts are done


@dataclass(frozen=True, slots=True)
class Reading:
    """A passage read once."""

    head: np.ndarray  # float32 [dimension]
    parts: np.ndarray  # float32 [spans, dimension]
    tokens: Tokens | None  # where a whitening projection is given


@dataclass(frozen=True, slots=True)
class EncodedQuery:
    """A query read once: its vector and, where the model gives them, the states of its content tokens."""

    vector: np.ndarray  # float32 [dimension]
    ids: np.ndarray | None  # int64 [tokens]
    states: np.ndarray | None  # float32 [tokens, dimension]
    ends: np.ndarray | None  # int64 [tokens]: the character each ends at

    def within(self, spans: Spans) -> list[np.ndarray]:
        """The numbers of the tokens, int64, in each of these stretches of the text that holds any."""
        import numpy as np

        ends = self.ends
        if ends is None:
            return []
        groups = (np.flatnonzero((ends > start) & (ends <= stop)) for start, stop in spans)
        return [group for group in groups if len(group)]


class Encoder(Protocol):
    """What the index and retrieval need of an embedding model; vectors are float32 of unit length."""

    @property
    def name(self) -> str: ...

    @property
    def dimension(self) -> int: ...

    @property
    def digest(self) -> str:
        """Changes with the model's weights, tokenizer or configuration."""
        ...

    def encode_queries(self, texts: Sequence[str]) -> np.ndarray: ...  # [texts, dimension]

    def encode_passages(self, texts: Sequence[str]) -> np.ndarray: ...  # [texts, dimension]

    def read_query(self, text: str) -> EncodedQuery: ...

    def read_passages(
        self,
        texts: Sequence[str],
        spans: Sequence[Spans],
        whitening: Whitening | None = None,
        progress: Progress | None = None,
    ) -> list[Reading]: ...

    def read_and_fit(
        self, texts: Sequence[str], spans: Sequence[Spans], progress: Progress | None = None
    ) -> tuple[list[Reading], Whitening | None]: ...


def open_encoder(settings: Settings) -> Encoder:
    """The encoder of the settings; ModelError when its folder is missing, incomplete or damaged."""
    if settings.embedder.startswith(("http://", "https://")):
        from index.remote_encoder import open_remote

        return open_remote(settings)
    name = settings.embedder_name
    folder = Path(name)
    if not settings.embedder and not (folder / "modules.json").is_file():
        raise ModelError(f"找不到嵌入模型 {folder}。请运行：python -m models")
    checksum_cache.check_folder(folder, f"请删除文件夹 {folder}，再运行：python -m models")
    return SentenceEncoder(name, settings.threads, settings.var / "onnx")


class SentenceEncoder:
    """A sentence-transformers model, by folder or name; loaded when first needed."""

    def __init__(self, name: str, threads: int, cache: Path) -> None:
        """`cache`: folder for the exported query graph."""
        self._source = name
        self._folder = Path(name)
        self._threads = threads
        self._cache = cache
        self.name = self._folder.name

    @cached_property
    def digest(self) -> str:
        """sha256 of the names, sizes, beginnings, middles and ends of the folder's files; of the name alone where the
        model is no folder."""
        digest = hashlib.sha256(self.name.encode())
        for path in sorted(self._folder.rglob("*")) if self._folder.is_dir() else ():
            if not path.is_file() or path.name == checksum_cache.DIGESTS:
                continue  # the record of a check is no part of the model
            size = path.stat().st_size
            digest.update(f"\n{path.relative_to(self._folder).as_posix()} {size}\n".encode())
            with path.open("rb") as file:
                for place in sorted({0, size // 2, max(0, size - _SAMPLE)}):
                    file.seek(place)
                    digest.update(file.read(_SAMPLE))
        return digest.hexdigest()

    @cached_property
    def dimension(self) -> int:
        kinds = [module["type"].rpartition(".")[2] for module in self._json("modules.json", [])]
        if kinds in (["Transformer", "Pooling"], ["Transformer", "Pooling", "Normalize"]):
            if size := self._json("1_Pooling/config.json", {}).get("word_embedding_dimension"):
                return size
        return self._model.get_embedding_dimension()

    def encode_queries(self, texts: Sequence[str]) -> np.ndarray:
        """float32 [texts, dimension]."""
        prompt = self._prompts.get("query", "")
        if self._queries is not None:
            return self._queries.encode([prompt + text for text in texts])
        return self._encode(texts, prompt)

    def encode_passages(self, texts: Sequence[str]) -> np.ndarray:
        """float32 [texts, dimension]; what is longer than the model takes is cut, as sentence-transformers does."""
        return self._encode(texts, self._passage)

    def read_query(self, text: str) -> EncodedQuery:
        """Read a query: its vector and token states by one pass."""
        import numpy as np

        prompt = self._prompts.get("query", "")
        if self._queries is not None:
            ids, offsets, states = self._queries.read(prompt + text)
        elif self._pools_means:
            ids, offsets, states = self._read(prompt + text)
        else:
            return EncodedQuery(self._encode([text], prompt)[0], None, None, None)
        places = [(start - len(prompt), stop - len(prompt)) for start, stop in offsets]
        (chosen,) = content_tokens(text, places, [(0, len(text))])
        ends = np.array([stop for _, stop in places])[chosen]
        return EncodedQuery(unit(states.mean(axis=0)), np.array(ids)[chosen], states[chosen], ends)

    def read_passages(
        self,
        texts: Sequence[str],
        spans: Sequence[Spans],
        whitening: Whitening | None = None,
        progress: Progress | None = None,
    ) -> list[Reading]:
        """Each text's vector, those of its spans (character ranges) and, by `whitening`, its tokens, in one pass.

        Texts longer than the model takes are read in overlapping windows, none is cut.
        """
        if not texts:
            return []
        if not self._pools_means:
            return self._read_apart(texts, spans, progress)
        pools, tokens = self._read_together(
            texts, spans, None if whitening is None else whitening.of_passages, progress
        )
        return [Reading(pool.whole(), pool.parts(), own) for pool, own in zip(pools, tokens, strict=True)]

    def read_and_fit(
        self, texts: Sequence[str], spans: Sequence[Spans], progress: Progress | None = None
    ) -> tuple[list[Reading], Whitening | None]:
        """Read passages as `read_passages` does, with a whitening projection fitted to these very tokens, whose states
        are in memory meanwhile (1 MB for 3,000 characters); (…, None) where the model gives none, or nothing is said.

        The mean of queries is that of sentences read as such: what is asked is not known yet.
        """
        import numpy as np

        from index.whitening import Whitening

        if not texts or not self._pools_means:
            return self.read_passages(texts, spans, None, progress), None
        pools, tokens = self._read_together(texts, spans, lambda states: states.astype(np.float16), progress)
        read = [own for own in tokens if own is not None]
        if not any(len(own.ids) for own in read):
            return [Reading(pool.whole(), pool.parts(), None) for pool in pools], None
        sentences = [text[start:stop] for text, own in zip(texts, spans, strict=True) for start, stop in own]
        worded = [sentence for sentence in sentences if any(map(str.isalnum, sentence))]
        asked = self._states_asked(worded[:: math.ceil(len(worded) / _ASKED)])
        whitening = Whitening.fit([own.vectors for own in read], asked, sum(map(len, texts)))
        fitted = (Tokens(own.ids, whitening.of_passages(own.vectors.astype(np.float32)), own.counts) for own in read)
        return [Reading(pool.whole(), pool.parts(), own) for pool, own in zip(pools, fitted, strict=True)], whitening

    def _read_together(
        self,
        texts: Sequence[str],
        spans: Sequence[Spans],
        keep: Callable[[np.ndarray], np.ndarray] | None,
        progress: Progress | None,
    ) -> tuple[list[Pool], list[Tokens | None]]:
        """Pooled states of each text and its spans, and the content tokens with what `keep` makes of their states.

        Batches are made of texts of like length, so that little is spent on padding.
        """
        import numpy as np

        self._export_once()  # torch is here now; the first question will do without it
        ids, offsets = self._tokens(texts, self._passage)
        pools = [Pool(self.dimension, places, own) for places, own in zip(offsets, spans, strict=True)]
        kept: dict[int, np.ndarray] = {}
        todo = [(row, first, last) for row, own in enumerate(ids) for first, last in windows(len(own), self._room)]
        todo.sort(key=lambda window: window[1] - window[2])  # longest first: memory peaks early and is used again
        left = Counter(row for row, _, _ in todo)
        done = 0
        read = self._batches([ids[row][first:last] for row, first, last in todo])
        for states, (row, first, last) in zip(read, todo, strict=True):
            pools[row].add(states, first)
            if keep is not None:
                made = keep(states[1:-1])
                if row not in kept:
                    kept[row] = np.zeros((len(ids[row]), made.shape[1]), dtype=made.dtype)
                kept[row][first:last] = made
            left[row] -= 1
            done += not left[row]
            if progress is not None:
                progress(done)
        if keep is None:
            return pools, [None] * len(texts)
        chosen = [content_tokens(text, places, own) for text, places, own in zip(texts, offsets, spans, strict=True)]
        return pools, [Tokens.of(own, kept[row], chosen[row]) for row, own in enumerate(ids)]

    def _encode(self, texts: Sequence[str], prompt: str) -> np.ndarray:
        import numpy as np

        vectors = self._model.encode(
            list(texts), prompt=prompt, batch_size=BATCH, normalize_embeddings=True, show_progress_bar=False
        )
        return np.asarray(vectors, dtype=np.float32).reshape(len(texts), self.dimension)

    def _read(self, text: str) -> tuple[list[int], list[tuple[int, int]], np.ndarray]:
        """Read a query as QueryGraph.read does, through torch."""
        (ids,), (offsets,) = self._tokens([text], "")
        first, last = self._marks
        ids, offsets = ids[: self._room], offsets[: self._room]
        return [first, *ids, last], [(0, 0), *offsets, (0, 0)], self._states([ids])[0]

    def _tokens(self, texts: Sequence[str], prompt: str) -> tuple[list[list[int]], list[list[tuple[int, int]]]]:
        """Per text, the ids of all its tokens, prompt included, and their [start, stop) of the text without it."""
        encoded = self._model[0].tokenizer(
            [prompt + text for text in texts], return_offsets_mapping=True, add_special_tokens=False, truncation=False
        )
        ahead = len(prompt)
        return encoded["input_ids"], [[(a - ahead, b - ahead) for a, b in own] for own in encoded["offset_mapping"]]

    def _states_asked(self, asked: Sequence[str]) -> np.ndarray:
        """float32 [tokens, dimension]: the states of the content tokens of these texts, read as queries."""
        import numpy as np

        ids, offsets = self._tokens(asked, self._prompts.get("query", ""))
        by_length = sorted(range(len(asked)), key=lambda row: len(ids[row]))
        read = self._batches([ids[row][: self._room] for row in by_length])
        states = []
        for own, row in zip(read, by_length, strict=True):
            (chosen,) = content_tokens(asked[row], offsets[row][: self._room], [(0, len(asked[row]))])
            states.append(own[1:-1][chosen])
        return np.concatenate(states)

    @property
    def _room(self) -> int:
        """Tokens of a text that fit between the two marks."""
        return self._model.max_seq_length - 2

    def _batches(self, rows: list[list[int]]) -> Iterator[np.ndarray]:
        """What `_states` gives for each row, in order."""
        for begin in range(0, len(rows), BATCH):
            yield from self._states(rows[begin : begin + BATCH])

    def _states(self, rows: list[list[int]]) -> list[np.ndarray]:
        """float32 [tokens + 2, dimension] of each row of token ids, a beginning and an end mark around it."""
        import torch

        first, last = self._marks
        rows = [[first, *row, last] for row in rows]
        width = max(map(len, rows))
        padding = self._model[0].tokenizer.pad_token_id
        ids = torch.tensor([row + [padding] * (width - len(row)) for row in rows])
        mask = torch.tensor([[1] * len(row) + [0] * (width - len(row)) for row in rows])
        with torch.inference_mode():
            states = self._model[0].auto_model(input_ids=ids, attention_mask=mask).last_hidden_state.numpy()
        return [own[: len(row)] for own, row in zip(states, rows, strict=True)]

    def _read_apart(self, texts: Sequence[str], spans: Sequence[Spans], progress: Progress | None) -> list[Reading]:
        """Texts, then spans, each on its own: for models whose token states cannot be averaged."""
        import numpy as np

        heads = self.encode_passages(texts)
        pieces = [text[start:stop] for text, own in zip(texts, spans, strict=True) for start, stop in own]
        parts = np.split(self.encode_passages(pieces), np.cumsum([len(own) for own in spans])[:-1])
        if progress is not None:
            progress(len(texts))
        return [Reading(head, part, None) for head, part in zip(heads, parts, strict=True)]

    @cached_property
    def _model(self):
        be_quiet(offline=self._folder.is_dir())
        import torch
        from sentence_transformers import SentenceTransformer

        torch.set_num_threads(self._threads)
        try:
            return SentenceTransformer(self._source, device="cpu")
        except (OSError, ValueError, RuntimeError, KeyError, ImportError) as error:
            first = (str(error).strip().splitlines() or [""])[0][:200]
            raise ModelError(
                f"嵌入模型 {self._source} 无法载入（{type(error).__name__}：{first}）。请检查设置 embedder，"
                "或删除该文件夹后运行 python -m models"
            ) from error

    @cached_property
    def _prompts(self) -> dict[str, str]:
        if self._folder.is_dir():
            return self._json("config_sentence_transformers.json", {}).get("prompts") or {}
        return dict(self._model.prompts)

    @property
    def _passage(self) -> str:
        return self._prompts.get("passage") or self._prompts.get("document") or ""

    @cached_property
    def _marks(self) -> tuple[Any, Any]:
        """Ids of the tokens a text begins and ends with, None where the model has none."""
        tokenizer = self._model.tokenizer
        begin, end = (tokenizer.cls_token_id, tokenizer.bos_token_id), (tokenizer.sep_token_id, tokenizer.eos_token_id)
        return next((i for i in begin if i is not None), None), next((i for i in end if i is not None), None)

    @cached_property
    def _pools_means(self) -> bool:
        """Whether the model is a transformer with mean pooling, so that token states can be averaged by span."""
        modules = list(self._model)
        return (
            hasattr(modules[0], "auto_model")
            and [type(module).__name__ for module in modules[1:]] in (["Pooling"], ["Pooling", "Normalize"])
            and modules[1].pooling_mode in ("mean", ("mean",), ["mean"])
            and getattr(self._model.tokenizer, "is_fast", False)
            and None not in self._marks
        )

    @cached_property
    def _queries(self) -> QueryGraph | None:
        from index import query_graph

        self._export_once()
        return query_graph.load(self._cache, self.digest, self._folder, self._threads)

    def _export_once(self) -> None:
        from index import query_graph

        if (self._folder / "tokenizer.json").is_file() and not query_graph.tried(self._cache, self.digest):
            if self._pools_means:
                query_graph.export(self._model, self._cache, self.digest, self._folder, self._threads)

    def _json(self, file: str, default: Any) -> Any:
        try:
            return json.loads((self._folder / file).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return default
        except ValueError as error:
            raise ModelError(f"模型文件 {self._folder / file} 不是 JSON，已损坏。请重新取得该模型") from error


def be_quiet(*, offline: bool) -> None:
    """No loading reports, and no hub look-ups for a model that is a folder: the machine may have no network."""
    if offline:
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
    os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
    from transformers.utils import logging

    logging.set_verbosity_error()
    logging.disable_progress_bar()
