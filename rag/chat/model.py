"""The chat model behind one protocol: a GGUF file served in this process, a remote endpoint, or a transformers model.

Answers are greedy and seeded: one question, one answer. Nothing is opened before the first use, and what goes wrong
then is a ModelError, so that a missing model never keeps the page or the search from starting.
"""

from __future__ import annotations

import queue
import time
from collections.abc import Callable, Generator, Sequence
from pathlib import Path
from typing import Protocol

from index.errors import ModelError
from index.settings import Settings

SEED = 7
BEAT = 0.2  # seconds between two signs of life; a closed stream is noticed within this

Message = dict[str, str]


class ChatModel(Protocol):
    """What an answer needs of a chat model; one reply at a time."""

    name: str

    def stream(self, messages: Sequence[Message], max_tokens: int) -> Generator[str]:
        """Pieces of the reply as they are written, and "" every BEAT seconds while the model loads or reads.

        The empty pieces let a caller who has lost interest close the iterator, which stops the model within a second.
        ModelError when the model cannot be opened, fails, or stays silent for longer than the `chat_timeout` setting.
        """
        ...

    def warm(self) -> None:
        """Begin loading in the background; returns at once and never fails."""
        ...

    def close(self) -> None:
        """Stop the model and give its memory back."""
        ...


def open_chat(settings: Settings) -> ChatModel | None:
    """The chat model of the settings, None where it is set to nothing; ModelErrors come with its first use."""
    name = settings.chat_name
    if not name:
        return None
    if name.startswith(("http://", "https://")):
        from rag.chat.endpoint import EndpointChat

        url, _, model = name.partition("#")
        return EndpointChat(url, model, settings.chat_key, settings.chat_timeout)
    if name.endswith(".gguf"):
        from rag.chat.embedded import EmbeddedChat

        return EmbeddedChat(Path(name), settings.threads, settings.context, settings.chat_timeout)
    from rag.chat.local import TransformersChat

    return TransformersChat(name, settings.threads, settings.chat_timeout)


def relay(take: Callable[[float], str | None], patience: float, name: str) -> Generator[str]:
    """What `take(seconds)` brings until it brings None, with "" for every queue.Empty it raises.

    ModelError after `patience` seconds of nothing but queue.Empty.
    """
    heard = time.monotonic()
    while True:
        try:
            piece = take(BEAT)
        except queue.Empty:
            if time.monotonic() - heard > patience:
                raise ModelError(
                    f"对话模型 {name} 超过 {patience:g} 秒没有回应。可调大设置 chat_timeout，或改用更小的模型"
                ) from None
            yield ""
            continue
        if piece is None:
            return
        heard = time.monotonic()
        yield piece
