"""A Hugging Face chat model, by folder or name, through transformers."""

from __future__ import annotations

import queue
import threading
from collections.abc import Generator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cached_property
from pathlib import Path

from index.encoder import be_quiet
from index.errors import ModelError
from rag.chat.model import Message, relay

_FAILURES = (OSError, ValueError, RuntimeError, KeyError, TypeError, ImportError)  # what loading and generating raise


class TransformersChat:
    """Loaded when first used, in the one thread that also generates; greedy."""

    def __init__(self, name: str, threads: int, patience: float) -> None:
        self.name = Path(name).name
        self._source, self._threads, self._patience = name, threads, patience
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="chat")

    def stream(self, messages: Sequence[Message], max_tokens: int) -> Generator[str]:
        """Pieces of the reply; see ChatModel. Closing it stops generation at the next token."""
        pieces: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        closed = threading.Event()
        task = self._thread.submit(self._write, messages, max_tokens, pieces, closed)
        task.add_done_callback(lambda _: pieces.put(None))
        try:
            yield from relay(lambda seconds: pieces.get(timeout=seconds), self._patience, self.name)
            self._result(task)
        finally:
            closed.set()

    def warm(self) -> None:
        """Begin loading; see ChatModel."""
        self._thread.submit(lambda: self._loaded)

    def close(self) -> None:
        """Give the memory back; a later use loads again."""
        self._thread.submit(self.__dict__.pop, "_loaded", None).result()

    def _write(
        self,
        messages: Sequence[Message],
        max_tokens: int,
        pieces: queue.SimpleQueue[str | None],
        closed: threading.Event,
    ) -> None:
        from transformers import StoppingCriteria, StoppingCriteriaList, TextStreamer

        class Closed(StoppingCriteria):
            def __call__(self, input_ids, scores, **kwargs):
                return closed.is_set()

        class Pieces(TextStreamer):
            def on_finalized_text(self, text: str, stream_end: bool = False) -> None:
                if text:
                    pieces.put(text)

        tokenizer, model = self._loaded
        model.generate(
            **self._inputs(messages),
            max_new_tokens=max_tokens,
            do_sample=False,
            stopping_criteria=StoppingCriteriaList([Closed()]),
            streamer=Pieces(tokenizer, skip_prompt=True, skip_special_tokens=True),
        )

    def _inputs(self, messages: Sequence[Message]):
        return self._loaded[0].apply_chat_template(
            list(messages), add_generation_prompt=True, return_tensors="pt", return_dict=True
        )

    @cached_property
    def _loaded(self):
        be_quiet(offline=Path(self._source).is_dir())
        import torch
        from transformers import AutoModelForCausalLM, AutoTokenizer

        torch.set_num_threads(self._threads)
        return AutoTokenizer.from_pretrained(self._source), AutoModelForCausalLM.from_pretrained(self._source).eval()

    def _result(self, task: Future):
        try:
            return task.result()
        except _FAILURES as error:
            first = (str(error).strip().splitlines() or [""])[0][:200]
            what = f"对话模型 {self._source} 出错（{type(error).__name__}：{first}）"
            raise ModelError(f"{what}。请检查设置 chat_model") from error
