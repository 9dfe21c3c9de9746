"""The reader's network through ONNX Runtime: exported once from the trained weights, then neither torch nor
transformers is imported, and the word table is read from the embedding model's own file by page."""

from __future__ import annotations

import json
import logging
import os
import struct
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from index.onnx_runtime import onnx_runtime
from rag.reading.inputs import Input

if TYPE_CHECKING:
    import numpy as np

_TABLE = "embeddings.word_embeddings.weight"


class Graph:
    """Scores inputs in batches of like length."""

    def __init__(self, file: Path, base: Path, threads: int) -> None:
        runtime = onnx_runtime()
        options = runtime.SessionOptions()
        options.intra_op_num_threads = threads
        options.log_severity_level = 3
        self._session = runtime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
        self._words = word_table(base)

    def scores(self, inputs: Sequence[Input]) -> tuple[np.ndarray, np.ndarray]:
        """(log-odds that each body answers, float32 [inputs]; scores of each token as the answer's first and last,
        float32 [inputs, tokens, 2], padded at the end)."""
        import numpy as np

        width = max(len(own.ids) for own in inputs)
        ids = np.array([own.ids + [1] * (width - len(own.ids)) for own in inputs])
        marks = np.array([own.marks + [0] * (width - len(own.ids)) for own in inputs], dtype=np.int64)
        mask = np.array([[1] * len(own.ids) + [0] * (width - len(own.ids)) for own in inputs], dtype=np.int64)
        return tuple(self._session.run(None, {"words": self._words[ids], "marks": marks, "mask": mask}))


def word_table(base: Path) -> np.ndarray:
    """float32 [words, size]: the word vectors of a safetensors file, mapped, not read."""
    import numpy as np

    file = base / "model.safetensors"
    with file.open("rb") as stream:
        (size,) = struct.unpack("<Q", stream.read(8))
        told = json.loads(stream.read(size))[_TABLE]
    offset = 8 + size + told["data_offsets"][0]
    return np.memmap(file, dtype="<f4", mode="r", offset=offset, shape=tuple(told["shape"]))


def export(weights: dict[str, np.ndarray], base: Path, file: Path) -> None:
    """Write the network with these trained weights on the model in the folder `base`."""
    import torch

    from rag.reading.model import on_base

    network = on_base(base).eval()
    network.load_state_dict({name: torch.from_numpy(weight) for name, weight in weights.items()}, strict=False)
    words = torch.zeros(2, 8, network.positions.weight.shape[1])
    marks, mask = torch.zeros(2, 8, dtype=torch.long), torch.ones(2, 8, dtype=torch.long)
    shapes = {0: torch.export.Dim("batch", min=1, max=256), 1: torch.export.Dim("length", min=2, max=512)}
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)  # it misses torchvision, which nothing here uses
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter tells of axis names it renames
        program = torch.onnx.export(
            network,
            (words, marks, mask),
            dynamo=True,
            verbose=False,
            input_names=["words", "marks", "mask"],
            output_names=["answers", "ends"],
            dynamic_shapes={"words": shapes, "marks": shapes, "mask": shapes},
        )
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_name(file.name + ".part")
    program.save(str(part), external_data=False)
    os.replace(part, file)
