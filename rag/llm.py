"""The chat model behind one protocol: a GGUF file served in this process, a remote endpoint, or a transformers model.

The first two speak the OpenAI protocol, so they share a client. Answers are greedy and seeded: one question, one answer.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import closing
from functools import cached_property
from pathlib import Path
from typing import Protocol

from index.errors import ModelError
from index.settings import Settings

SEED = 7
_GGUF_MIN = 1_000_000  # bytes; anything smaller is a broken download

Message = dict[str, str]


class ChatModel(Protocol):
    """What an answer needs of a chat model."""

    name: str

    def stream(self, messages: Sequence[Message], max_tokens: int) -> Iterator[str]:
        """Pieces of the reply as they are written; closing the iterator stops the model. ModelError on failure."""
        ...

    def warm(self) -> None:
        """Load now, if not loaded; may take seconds."""
        ...

    def close(self) -> None: ...


def open_chat(settings: Settings) -> ChatModel | None:
    """The chat model of the settings, None where it is set to nothing; ModelError where a named file is unusable."""
    name = settings.chat_name
    if not name:
        return None
    if name.startswith(("http://", "https://")):
        url, _, model = name.partition("#")
        return RemoteChat(url, model or "default", settings.chat_key, settings.chat_timeout)
    if name.endswith(".gguf"):
        return EmbeddedChat(Path(name), settings)
    return TransformersChat(name, settings.threads)


class RemoteChat:
    """Any endpoint that speaks the OpenAI protocol (vLLM, SGLang, Ollama, Xinference, llama.cpp)."""

    def __init__(self, url: str, model: str, key: str, timeout: float) -> None:
        self.name = model
        self._url, self._key, self._timeout = url, key, timeout

    @cached_property
    def _client(self):
        import httpx
        from openai import OpenAI

        # trust_env off: a proxy set for browsing must not see the questions of an office machine.
        http = httpx.Client(trust_env=False, timeout=self._timeout)
        return OpenAI(base_url=self._url, api_key=self._key, timeout=self._timeout, max_retries=0, http_client=http)

    def warm(self) -> None:
        self._client.models.list()

    def stream(self, messages: Sequence[Message], max_tokens: int) -> Iterator[str]:
        """Pieces of the reply; closing the iterator closes the connection, which stops the server."""
        from openai import OpenAIError

        try:
            reply = self._client.chat.completions.create(
                model=self.name, messages=list(messages), max_tokens=max_tokens, temperature=0, seed=SEED, stream=True,
                extra_body=self._extra(),
            )  # fmt: skip
            with closing(reply):
                for chunk in reply:
                    if chunk.choices and chunk.choices[0].delta.content:
                        yield chunk.choices[0].delta.content
        except (OpenAIError, OSError) as error:
            raise ModelError(f"对话模型 {self.name} 无响应（{type(error).__name__}）") from error

    def _extra(self) -> dict | None:
        return None

    def close(self) -> None:
        if "_client" in self.__dict__:
            self._client.close()


class EmbeddedChat(RemoteChat):
    """llama.cpp's own server inside this process, on a loopback port, started when first needed."""

    def __init__(self, path: Path, settings: Settings) -> None:
        _check_gguf(path)
        super().__init__("", path.stem, "none", settings.chat_timeout)
        self._path = path
        self._threads, self._context = settings.threads, settings.context
        self._lock = threading.Lock()
        self._server = None

    def warm(self) -> None:
        """Load the model (2 to 4 s) unless it is loaded."""
        with self._lock:
            if self._server is not None:
                return
            import xllamacpp

            params = xllamacpp.CommonParams()
            params.model.path = str(self._path)
            params.n_ctx, params.n_parallel = self._context, 1
            params.cpuparams.n_threads = params.cpuparams_batch.n_threads = self._threads
            params.hostnames, params.port = ["127.0.0.1"], 0
            params.cache_prompt, params.n_cache_reuse = True, 32
            params.warmup, params.ui, params.verbosity = True, False, -1
            try:
                self._server = xllamacpp.Server(params)
            except RuntimeError as error:
                raise ModelError(f"对话模型 {self._path.name} 无法载入（{error}）") from error
            self._url = self._server.listening_address + "/v1"

    def stream(self, messages: Sequence[Message], max_tokens: int) -> Iterator[str]:
        """Pieces of the reply; the first call loads the model."""
        self.warm()
        yield from super().stream(messages, max_tokens)

    def _extra(self) -> dict:
        return {"cache_prompt": True}

    def close(self) -> None:
        super().close()
        self._server = None


class TransformersChat:
    """A Hugging Face chat model, by folder or name."""

    def __init__(self, name: str, threads: int) -> None:
        self.name = Path(name).name
        self._source, self._threads = name, threads

    @cached_property
    def _loaded(self):
        import torch
        from transformers import AutoModelForCausalLM, AutoTokenizer

        torch.set_num_threads(self._threads)
        try:
            return AutoTokenizer.from_pretrained(self._source), AutoModelForCausalLM.from_pretrained(self._source)
        except (OSError, ValueError) as error:
            raise ModelError(f"对话模型 {self._source} 无法载入（{type(error).__name__}）") from error

    def warm(self) -> None:
        _ = self._loaded

    def stream(self, messages: Sequence[Message], max_tokens: int) -> Iterator[str]:
        """Pieces of the reply; closing the iterator stops generation at the next token."""
        from transformers import StoppingCriteria, StoppingCriteriaList, TextIteratorStreamer

        tokenizer, model = self._loaded
        stop = threading.Event()

        class Stopped(StoppingCriteria):
            def __call__(self, input_ids, scores, **kwargs):
                return stop.is_set()

        inputs = tokenizer.apply_chat_template(
            list(messages), add_generation_prompt=True, return_tensors="pt", return_dict=True
        )
        streamer = TextIteratorStreamer(tokenizer, skip_prompt=True, skip_special_tokens=True)
        options = {**inputs, "streamer": streamer, "max_new_tokens": max_tokens, "do_sample": False}
        options["stopping_criteria"] = StoppingCriteriaList([Stopped()])
        worker = threading.Thread(target=model.generate, kwargs=options, daemon=True)
        worker.start()
        try:
            yield from (piece for piece in streamer if piece)
        finally:
            stop.set()
            worker.join()

    def close(self) -> None:
        self.__dict__.pop("_loaded", None)


def _check_gguf(path: Path) -> None:
    """Refuse before native code sees a file that could bring the process down."""
    if not path.is_file():
        raise ModelError(f"找不到对话模型 {path}。请运行：python -m index.models")
    with path.open("rb") as file:
        magic = file.read(4)
    stamp = path.with_name(path.name + ".sha256")
    changed = stamp.is_file() and stamp.read_text(encoding="ascii").split()[1] != str(path.stat().st_size)
    if magic != b"GGUF" or path.stat().st_size < _GGUF_MIN or changed:
        raise ModelError(f"对话模型 {path} 已损坏或不完整。请删除后重新运行：python -m index.models")
