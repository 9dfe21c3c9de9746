"""A Hugging Face chat model, by folder or name, through transformers."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from pathlib import Path

from index.errors import ModelError
from rag.llm import Message, relay, yes_no


class TransformersChat:
    """Loaded when first used; greedy."""

    def __init__(self, name: str, threads: int, patience: float) -> None:
        self.name = Path(name).name
        self._source, self._threads, self._patience = name, threads, patience
        self._lock = threading.Lock()
        self._pair = None

    def stream(
        self, messages: Sequence[Message], max_tokens: int, grammar: str | None = None, stop: Sequence[str] = ()
    ) -> Iterator[str]:
        """Pieces of the reply; see ChatModel. Closing it stops generation at the next token."""
        from transformers import StoppingCriteria, StoppingCriteriaList, TextIteratorStreamer

        tokenizer, model = self._loaded()
        closed = threading.Event()

        class Closed(StoppingCriteria):
            def __call__(self, input_ids, scores, **kwargs):
                return closed.is_set()

        streamer = TextIteratorStreamer(tokenizer, skip_prompt=True, skip_special_tokens=True)
        options = {"stop_strings": list(stop), "tokenizer": tokenizer} if stop else {}
        outcome: Future = Future()

        def write() -> None:
            try:
                outcome.set_result(model.generate(
                    **self._inputs(messages), **options, streamer=streamer, max_new_tokens=max_tokens,
                    do_sample=False, stopping_criteria=StoppingCriteriaList([Closed()]),
                ))  # fmt: skip
            except Exception as error:  # carried to the reader, who waits for it
                outcome.set_exception(error)
                streamer.text_queue.put(streamer.stop_signal)

        worker = threading.Thread(target=write, daemon=True)
        worker.start()
        try:
            pieces = relay(lambda seconds: streamer.text_queue.get(timeout=seconds), self._patience, self.name)
            yield from (piece for piece in pieces)
            outcome.result()
        except (RuntimeError, ValueError, MemoryError) as error:
            raise self._failed(error) from error
        finally:
            closed.set()

    def logprob_yes_no(self, messages: Sequence[Message]) -> float:
        """log P(是) − log P(否) of the first token; see ChatModel."""
        import torch

        tokenizer, model = self._loaded()
        with torch.inference_mode():
            logits = model(**self._inputs(messages)).logits[0, -1].log_softmax(-1)
        best = logits.topk(min(20, len(logits)))
        return yes_no(
            {tokenizer.decode([i]): p for i, p in zip(best.indices.tolist(), best.values.tolist(), strict=True)}
        )

    def warm(self) -> None:
        """Begin loading; see ChatModel."""

    def close(self) -> None:
        """Give the memory back; a later use loads again."""
        self._pair = None

    def _inputs(self, messages: Sequence[Message]):
        tokenizer, _ = self._loaded()
        return tokenizer.apply_chat_template(
            list(messages), add_generation_prompt=True, return_tensors="pt", return_dict=True
        )

    def _loaded(self):
        with self._lock:
            if self._pair is None:
                import torch
                from transformers import AutoModelForCausalLM, AutoTokenizer

                torch.set_num_threads(self._threads)
                try:
                    self._pair = (
                        AutoTokenizer.from_pretrained(self._source),
                        AutoModelForCausalLM.from_pretrained(self._source),
                    )
                except (OSError, ValueError, RuntimeError) as error:
                    raise self._failed(error) from error
            return self._pair

    def _failed(self, error: Exception) -> ModelError:
        first = (str(error).strip().splitlines() or [""])[0][:200]
        return ModelError(f"对话模型 {self._source} 出错（{type(error).__name__}：{first}）。请检查设置 chat_model")
