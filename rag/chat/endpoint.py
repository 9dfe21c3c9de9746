"""Chat through the OpenAI protocol: vLLM, SGLang, Ollama, Xinference, llama.cpp, or the server inside this process."""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Coroutine, Generator, Sequence
from concurrent.futures import Future
from contextlib import suppress
from typing import TYPE_CHECKING, Any, ClassVar

from index.errors import ModelError
from rag.chat.model import SEED, Message, relay

if TYPE_CHECKING:
    from openai import AsyncOpenAI, OpenAIError


class EndpointChat:
    """A model at an endpoint.

    Requests run on an event loop of their own, because only a cancelled task closes its connection at once, even
    before the first byte has come back; and the closed connection is what stops the server.
    """

    _extra: ClassVar[dict[str, Any]] = {}  # what a kind of server is asked beyond the protocol

    def __init__(self, url: str, model: str, key: str, patience: float) -> None:
        self.name = model
        self._url, self._key, self._patience = url, key, patience
        self._loop: asyncio.AbstractEventLoop | None = None
        self._opening: asyncio.Future[AsyncOpenAI] | None = None  # touched on the loop only
        self._lock = threading.Lock()

    def stream(self, messages: Sequence[Message], max_tokens: int) -> Generator[str]:
        """Pieces of the reply; see ChatModel."""
        from openai import OpenAIError

        pieces: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        request: dict[str, Any] = {"max_tokens": max_tokens, "stream": True}
        if self._extra:
            request["extra_body"] = self._extra

        async def read() -> None:
            async with await self._ask(messages, request) as reply:
                async for chunk in reply:
                    if chunk.choices and chunk.choices[0].delta.content:
                        pieces.put(chunk.choices[0].delta.content)

        task = self._submit(read())
        task.add_done_callback(lambda _: pieces.put(None))
        try:
            yield from relay(lambda seconds: pieces.get(timeout=seconds), self._patience, self.name)
            task.result()
        except OpenAIError as error:
            raise self._failed(error) from error
        finally:
            task.cancel()

    def warm(self) -> None:
        """Begin connecting; see ChatModel."""
        self._submit(self._client())

    def close(self) -> None:
        """Drop the connections; a later use opens them again."""
        with self._lock:
            loop, self._loop = self._loop, None
        if loop is None:
            return
        asyncio.run_coroutine_threadsafe(self._hang_up(), loop).result()
        loop.call_soon_threadsafe(loop.stop)

    def _connect(self) -> str:
        """The endpoint's address, the place to start a server; ModelError when there is none."""
        if not self.name:
            raise ModelError(f"设置 chat_model 缺少模型名，应写成 {self._url}#模型名")
        return self._url

    def _open(self) -> AsyncOpenAI:
        from openai import AsyncOpenAI, DefaultAsyncHttpxClient, Timeout

        url = self._connect()
        # trust_env off: a proxy set for browsing must not see the questions of an office machine.
        http = DefaultAsyncHttpxClient(trust_env=False, timeout=Timeout(None, connect=10))
        # A connection a question: a kept one may have been closed by the server just as the next question takes it.
        alone = {"Connection": "close"}
        return AsyncOpenAI(base_url=url, api_key=self._key, max_retries=0, http_client=http, default_headers=alone)

    async def _client(self) -> AsyncOpenAI:
        """Opened by the first who asks; others wait with it; after a failure the next who asks tries again."""
        if self._opening is None or (self._opening.done() and self._opening.exception()):
            self._opening = asyncio.get_running_loop().run_in_executor(None, self._open)
        return await asyncio.shield(self._opening)

    async def _ask(self, messages: Sequence[Message], request: dict[str, Any]) -> Any:
        client = await self._client()
        return await client.chat.completions.create(
            model=self.name, messages=list(messages), temperature=0, seed=SEED, **request
        )

    async def _hang_up(self) -> None:
        opening, self._opening = self._opening, None
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        if opening is not None:
            with suppress(Exception):  # what could not be opened needs no closing
                await (await opening).close()

    def _submit(self, work: Coroutine[Any, Any, Any]) -> Future:
        with self._lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                threading.Thread(target=self._loop.run_forever, name="chat", daemon=True).start()
            return asyncio.run_coroutine_threadsafe(work, self._loop)

    def _failed(self, error: OpenAIError) -> ModelError:
        import openai

        if isinstance(error, openai.APIConnectionError):
            return ModelError(f"连不上对话模型 {self._url}。请确认服务已启动，或检查设置 chat_model")
        if isinstance(error, openai.AuthenticationError | openai.PermissionDeniedError):
            return ModelError(f"对话模型 {self._url} 拒绝了密钥。请检查设置 chat_key")
        if isinstance(error, openai.NotFoundError):
            return ModelError(f"{self._url} 没有模型 {self.name}。请检查设置 chat_model")
        first = (str(error).strip().splitlines() or [""])[0][:200]
        return ModelError(f"对话模型 {self.name} 出错（{type(error).__name__}：{first}）")
