"""Any other reader: a question-answering model (AutoModelForQuestionAnswering, trained as on SQuAD 2.0, where the first
token stands for “not answered”), by folder or name."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

from index.encoder import be_quiet
from index.errors import ModelError
from rag.reading.inputs import Pair
from rag.reading.reader import Reading

_LONGEST = 512  # tokens of question and window
_BATCH = 8


class OtherReader:
    """Scores a window by its best span against the first token's."""

    def __init__(self, name: str, threads: int) -> None:
        be_quiet(offline=Path(name).is_dir())
        import torch
        from transformers import AutoModelForQuestionAnswering, AutoTokenizer

        torch.set_num_threads(threads)
        try:
            self._tokenizer = AutoTokenizer.from_pretrained(name)
            self._model = AutoModelForQuestionAnswering.from_pretrained(name, use_safetensors=True).eval()
        except (OSError, ValueError, RuntimeError, KeyError) as error:
            raise ModelError(f"阅读模型 {name} 无法载入（{type(error).__name__}）。请检查设置 reader") from error
        if not self._tokenizer.is_fast:
            raise ModelError(f"阅读模型 {name} 没有快速分词器，无法标出答案所在的字句")
        config = self._model.config.to_json_string(use_diff=False)
        self.digest = hashlib.sha256(f"{name}\n{config}".encode()).hexdigest()

    def read(self, pairs: Sequence[Pair]) -> list[Reading]:
        """One reading a pair, in order."""
        return [
            reading for begin in range(0, len(pairs), _BATCH) for reading in self._batch(pairs[begin : begin + _BATCH])
        ]

    def _batch(self, pairs: Sequence[Pair]) -> list[Reading]:
        import numpy as np
        import torch

        # The address is read as the beginning of the passage, and no answer is looked for in it.
        texts = [f"{pair.address}\n{pair.body}" for pair in pairs]
        encoded = self._tokenizer(
            [pair.question for pair in pairs],
            texts,
            truncation="only_second",
            max_length=_LONGEST,
            padding=True,
            return_offsets_mapping=True,
            return_tensors="pt",
        )
        offsets = encoded.pop("offset_mapping").tolist()
        with torch.inference_mode():
            said = self._model(**encoded)
        found = []
        for row, pair in enumerate(pairs):
            ahead = len(pair.address) + 1
            parts = encoded.sequence_ids(row)
            places = [i for i, (a, b) in enumerate(offsets[row]) if parts[i] == 1 and a >= ahead and b > a]
            first, last = said.start_logits[row].numpy(), said.end_logits[row].numpy()
            if not places:
                found.append(Reading(-1e3, (0, 0), 0.0))
                continue
            sums = np.where(np.tri(len(places), dtype=bool).T, first[places][:, None] + last[places][None, :], -np.inf)
            at, to = np.unravel_index(int(sums.argmax()), sums.shape)
            span = (offsets[row][places[at]][0] - ahead, offsets[row][places[to]][1] - ahead)
            sure = float(1 / np.exp(sums - sums[at, to]).sum())
            found.append(Reading(float(sums[at, to] - first[0] - last[0]), span, sure))
        return found
