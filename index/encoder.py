"""Text → unit vectors, by any sentence-transformers model.

Queries go through ONNX Runtime where the model can be exported (see query_graph); passages through torch, which is a
quarter faster in batches. A clause's sentences get their vectors from the clause's own pass (see windows).
"""

from __future__ import annotations

import hashlib
import json
import os
from collections import Counter
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from index import stamps
from index.errors import ModelError
from index.settings import Settings

if TYPE_CHECKING:
    import numpy as np

    from index.query_graph import QueryGraph

BATCH = 8  # measured on 300 clauses: 30 ms each at 8, 35 at 16, 37 at 32, as padding grows
_SAMPLE = 1 << 16  # bytes read at three places of a big file to tell two models apart

Spans = Sequence[tuple[int, int]]


class Encoder(Protocol):
    """What the index and retrieval need of an embedding model; vectors are float32 of unit length."""

    name: str
    dimension: int
    digest: str  # changes with the model's weights, tokenizer or configuration

    def encode_queries(self, texts: Sequence[str]) -> np.ndarray: ...  # [texts, dimension]

    def encode_passages(self, texts: Sequence[str]) -> np.ndarray: ...  # [texts, dimension]

    def encode_spans(
        self, texts: Sequence[str], spans: Sequence[Spans], progress: Callable[[int], None] | None = None
    ) -> tuple[np.ndarray, list[np.ndarray]]: ...  # [texts, dimension], and per text [its spans, dimension]


def open_encoder(settings: Settings) -> Encoder:
    """The encoder of the settings; ModelError when its folder is missing or incomplete."""
    name = settings.embedder_name
    folder = Path(name)
    if not settings.embedder and not (folder / "modules.json").is_file():
        raise ModelError(f"找不到嵌入模型 {folder}。请运行：python -m index.models")
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
        """Of the folder's files: their names, sizes, beginnings, middles and ends; of the name alone for no folder."""
        digest = hashlib.sha256(self.name.encode())
        for path in sorted(self._folder.rglob("*")) if self._folder.is_dir() else ():
            if not path.is_file() or path.name == stamps.DIGESTS:
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

    def encode_spans(
        self, texts: Sequence[str], spans: Sequence[Spans], progress: Callable[[int], None] | None = None
    ) -> tuple[np.ndarray, list[np.ndarray]]:
        """float32 [texts, dimension], and for each text float32 [its spans, dimension]; spans are character ranges.

        Texts longer than the model takes are read in overlapping windows, none is cut. Batches are made of texts of
        like length, so that little is spent on padding. `progress` is told how many texts are done.
        """
        import numpy as np

        from index.windows import Pool, windows

        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32), []
        self._export_once()  # torch is here now; the first question will do without it
        if not self._pools_means:
            return self._encode_apart(texts, spans, progress)
        prompt = self._passage
        tokenizer = self._model[0].tokenizer
        encoded = tokenizer(
            [prompt + text for text in texts], return_offsets_mapping=True, add_special_tokens=False, truncation=False
        )
        ids = encoded["input_ids"]
        pools = [
            Pool(self.dimension, [(first - len(prompt), last - len(prompt)) for first, last in offsets], own)
            for offsets, own in zip(encoded["offset_mapping"], spans, strict=True)
        ]
        room = self._model.max_seq_length - 2
        todo = [(row, first, last) for row, own in enumerate(ids) for first, last in windows(len(own), room)]
        todo.sort(key=lambda window: window[1] - window[2])  # longest first: memory peaks early and is used again
        left = Counter(row for row, _, _ in todo)
        for begin in range(0, len(todo), BATCH):
            batch = todo[begin : begin + BATCH]
            states = self._states([ids[row][first:last] for row, first, last in batch])
            for own, (row, first, _) in zip(states, batch, strict=True):
                pools[row].add(own, first)
                left[row] -= 1
            if progress is not None:
                progress(sum(not windows_left for windows_left in left.values()))
        heads = np.array([pool.whole() for pool in pools], dtype=np.float32).reshape(len(texts), self.dimension)
        return heads, [pool.parts() for pool in pools]

    def _encode(self, texts: Sequence[str], prompt: str) -> np.ndarray:
        import numpy as np

        vectors = self._model.encode(
            list(texts), prompt=prompt, batch_size=BATCH, normalize_embeddings=True, show_progress_bar=False
        )
        return np.asarray(vectors, dtype=np.float32).reshape(len(texts), self.dimension)

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

    def _encode_apart(
        self, texts: Sequence[str], spans: Sequence[Spans], progress: Callable[[int], None] | None
    ) -> tuple[np.ndarray, list[np.ndarray]]:
        """Texts, then spans, each on its own: for models whose token states cannot be averaged."""
        import numpy as np

        heads = self.encode_passages(texts)
        pieces = [text[start:stop] for text, own in zip(texts, spans, strict=True) for start, stop in own]
        parts = np.split(self.encode_passages(pieces), np.cumsum([len(own) for own in spans])[:-1])
        if progress is not None:
            progress(len(texts))
        return heads, parts

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
                "或删除该文件夹后运行 python -m index.models"
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
    def _marks(self) -> tuple[int | None, int | None]:
        """Ids of the tokens a text begins and ends with."""
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
