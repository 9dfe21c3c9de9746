"""Text → unit vectors, by any sentence-transformers model.

Queries go through ONNX Runtime where the model can be exported (three times quicker than torch, and neither torch nor
transformers need be imported to ask a question); passages go through torch, which is as fast in batches. A clause's
sentences get their vectors from the clause's own pass: the token states inside each sentence, averaged (“late
chunking”, Günther et al. 2024), so that a sentence knows its surroundings and costs nothing more.
"""

from __future__ import annotations

import hashlib
import json
import os
import warnings
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from index.errors import ModelError
from index.settings import Settings

if TYPE_CHECKING:
    import numpy as np

BATCH = 16
OVERLAP = 64  # tokens shared by two windows of a text longer than the model takes

Spans = Sequence[tuple[int, int]]


class Encoder(Protocol):
    """What the index and retrieval need of an embedding model; vectors are float32 of unit length."""

    name: str
    dimension: int
    digest: str  # changes with the model's weights or tokenizer

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
        self._source = name
        self._threads = threads
        self._cache = cache
        self.name = Path(name).name

    @cached_property
    def digest(self) -> str:
        """Of the folder's file names, sizes and small files; of the name alone for a model that is not a folder."""
        digest = hashlib.sha256(self.name.encode())
        folder = Path(self._source)
        for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
            if path.is_file():
                small = path.stat().st_size < 100_000
                digest.update(f"{path.relative_to(folder)} {path.stat().st_size}".encode())
                digest.update(path.read_bytes() if small else b"")
        return digest.hexdigest()

    @cached_property
    def _model(self):
        _quiet()
        import torch
        from sentence_transformers import SentenceTransformer

        torch.set_num_threads(self._threads)
        try:
            return SentenceTransformer(self._source, device="cpu")
        except (OSError, ValueError, RuntimeError, KeyError) as error:
            raise ModelError(f"嵌入模型 {self._source} 无法载入（{type(error).__name__}：{_line(error)}）") from error

    @cached_property
    def _prompts(self) -> dict[str, str]:
        config = Path(self._source) / "config_sentence_transformers.json"
        if config.is_file():
            return json.loads(config.read_text(encoding="utf-8")).get("prompts") or {}
        return dict(self._model.prompts)

    @cached_property
    def dimension(self) -> int:
        if (pooling := Path(self._source) / "1_Pooling" / "config.json").is_file():
            return json.loads(pooling.read_text(encoding="utf-8"))["word_embedding_dimension"]
        return self._model.get_embedding_dimension()

    def encode_queries(self, texts: Sequence[str]) -> np.ndarray:
        """float32 [texts, dimension]."""
        if self._onnx is not None:
            return self._onnx.encode([self._prompts.get("query", "") + text for text in texts])
        return self._encode(texts, self._prompts.get("query", ""))

    def encode_passages(self, texts: Sequence[str]) -> np.ndarray:
        """float32 [texts, dimension]."""
        return self._encode(texts, self._passage)

    @property
    def _passage(self) -> str:
        return self._prompts.get("passage", self._prompts.get("document", ""))

    def _encode(self, texts: Sequence[str], prompt: str) -> np.ndarray:
        import numpy as np

        vectors = self._model.encode(
            list(texts), prompt=prompt, batch_size=BATCH, normalize_embeddings=True, show_progress_bar=False
        )
        return np.asarray(vectors, dtype=np.float32).reshape(len(texts), -1)

    def encode_spans(
        self, texts: Sequence[str], spans: Sequence[Spans], progress: Callable[[int], None] | None = None
    ) -> tuple[np.ndarray, list[np.ndarray]]:
        """float32 [texts, dimension], and for each text float32 [its spans, dimension]; spans are character ranges.

        Texts longer than the model takes are read in overlapping windows, none is cut. Batches are made of texts of
        like length, so that little is spent on padding.
        """
        import numpy as np
        import torch

        if not self._pools_means():
            return self._encode_apart(texts, spans, progress)
        transformer = self._model[0]
        tokenizer = transformer.tokenizer
        first = next(t for t in (tokenizer.cls_token_id, tokenizer.bos_token_id) if t is not None)
        last = next(t for t in (tokenizer.sep_token_id, tokenizer.eos_token_id) if t is not None)
        prompt = self._passage
        encoded = tokenizer([prompt + text for text in texts], return_offsets_mapping=True, add_special_tokens=False)
        windows = [
            window for row, ids in enumerate(encoded["input_ids"])
            for window in _windows(row, len(ids), self._model.max_seq_length - 2)
        ]  # fmt: skip
        windows.sort(key=lambda w: w[2] - w[1])
        heads = np.zeros((len(texts), self.dimension), dtype=np.float32)
        parts = [np.zeros((len(own), self.dimension), dtype=np.float32) for own in spans]
        counts = [np.zeros(len(own), dtype=np.float32) for own in spans]
        finished: set[int] = set()
        for begin in range(0, len(windows), BATCH):
            batch = windows[begin : begin + BATCH]
            ids = [[first, *encoded["input_ids"][r][a:b], last] for r, a, b in batch]
            width = max(map(len, ids))
            padded = torch.full((len(ids), width), tokenizer.pad_token_id, dtype=torch.long)
            mask = torch.zeros((len(ids), width), dtype=torch.long)
            for place, own in enumerate(ids):
                padded[place, : len(own)] = torch.tensor(own)
                mask[place, : len(own)] = 1
            with torch.inference_mode():
                states = transformer.auto_model(input_ids=padded, attention_mask=mask).last_hidden_state.numpy()
            for place, (row, begin_token, end_token) in enumerate(batch):
                own = states[place, : len(ids[place])]
                heads[row] += own.sum(axis=0)
                offsets = np.array(encoded["offset_mapping"][row][begin_token:end_token]).reshape(-1, 2) - len(prompt)
                for number, (start, stop) in enumerate(spans[row]):
                    inside = (offsets[:, 0] < stop) & (offsets[:, 1] > start)
                    if inside.any():
                        parts[row][number] += own[1:-1][inside].sum(axis=0)
                        counts[row][number] += inside.sum()
                finished.add(row)
            if progress is not None:
                progress(len(finished))
        for row, count in enumerate(counts):
            parts[row][count == 0] = heads[row]  # a span of which no token is known speaks for its clause
            parts[row] = _unit(parts[row])
        return _unit(heads), parts

    def _pools_means(self) -> bool:
        """Whether the model is a transformer with mean pooling, so that token states can be averaged by span."""
        modules = list(self._model)
        return (
            hasattr(modules[0], "auto_model") and len(modules) in (2, 3)
            and getattr(modules[1], "pooling_mode", "") in ("mean", ("mean",), ["mean"])
            and getattr(self._model.tokenizer, "is_fast", False)
            and (self._model.tokenizer.cls_token_id or self._model.tokenizer.bos_token_id) is not None
            and (self._model.tokenizer.sep_token_id or self._model.tokenizer.eos_token_id) is not None
        )  # fmt: skip

    def _encode_apart(self, texts: Sequence[str], spans: Sequence[Spans], progress) -> tuple[np.ndarray, list[np.ndarray]]:
        """Clauses, then sentences, each on its own: for models whose token states cannot be averaged."""
        parts = []
        for done, (text, own) in enumerate(zip(texts, spans, strict=True), 1):
            sentences = [text[start:stop] for start, stop in own]
            parts.append(self.encode_passages(sentences))
            if progress is not None:
                progress(done)
        return self.encode_passages(texts), parts

    @cached_property
    def _onnx(self) -> _OnnxQueries | None:
        folder = Path(self._source)
        if not (folder / "tokenizer.json").is_file():
            return None
        graph = self._cache / f"{self.digest[:16]}.onnx"
        if not graph.is_file():
            if not self._pools_means():
                return None
            _export(self._model[0].auto_model, graph)
        return _OnnxQueries(graph, folder / "tokenizer.json", self._threads)


class _OnnxQueries:
    """Mean-pooled, normalised sentence vectors from an exported transformer; imports neither torch nor transformers."""

    def __init__(self, graph: Path, tokenizer: Path, threads: int) -> None:
        import onnxruntime
        from tokenizers import Tokenizer

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(str(graph), options, providers=["CPUExecutionProvider"])
        self._tokenizer = Tokenizer.from_file(str(tokenizer))
        self._tokenizer.enable_truncation(512)

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        import numpy as np

        vectors = []
        for text in texts:
            ids = np.array([self._tokenizer.encode(text).ids], dtype=np.int64)
            states = self._session.run(None, {"input_ids": ids, "attention_mask": np.ones_like(ids)})[0]
            vectors.append(states[0].mean(axis=0))
        return _unit(np.stack(vectors).astype(np.float32))


def _export(model, path: Path) -> None:
    """Write the transformer's graph (token ids and mask → token states) aside, then move it in."""
    import torch

    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    ids = torch.ones((2, 8), dtype=torch.long)
    length = torch.export.Dim("length", min=2, max=model.config.max_position_embeddings)
    batch = torch.export.Dim("batch", min=1, max=256)
    shapes = {0: batch, 1: length}

    class States(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.inner = model

        def forward(self, input_ids, attention_mask):
            return self.inner(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter tells of axis names it renames
        program = torch.onnx.export(
            States().eval(), (ids, torch.ones_like(ids)), dynamo=True, verbose=False,
            input_names=["input_ids", "attention_mask"], output_names=["states"],
            dynamic_shapes={"input_ids": shapes, "attention_mask": shapes},
        )  # fmt: skip
    program.save(str(part), external_data=False)
    os.replace(part, path)


def _windows(row: int, length: int, room: int) -> list[tuple[int, int, int]]:
    """(row, first token, behind the last) of overlapping windows that together cover all tokens."""
    if length <= room:
        return [(row, 0, length)]
    step = room - OVERLAP
    return [(row, first, min(first + room, length)) for first in range(0, length - OVERLAP, step)]


def _unit(vectors: np.ndarray) -> np.ndarray:
    import numpy as np

    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return (vectors / np.maximum(lengths, 1e-12)).astype(np.float32)


def _quiet() -> None:
    """No hub look-ups and no loading reports: the machine has no network, and the user no use for them."""
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "true")
    from transformers.utils import logging

    logging.set_verbosity_error()
    logging.disable_progress_bar()


def _line(error: Exception) -> str:
    return str(error).strip().splitlines()[0][:200] if str(error).strip() else ""
