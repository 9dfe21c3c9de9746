"""Answers are worked out in threads of their own, so that waiting questions hold up nothing else."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Generator
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import anyio
from anyio.lowlevel import RunVar

T = TypeVar("T")
_THREADS = 64  # more than the questions a server takes on (setting `questions`), most of which wait asleep
_limiter: RunVar[anyio.CapacityLimiter] = RunVar("tiaowen_threads")
_END = object()


async def in_thread(work: Callable[..., T], *arguments: Any) -> T:
    """What `work` returns, worked out in a thread."""
    try:
        limiter = _limiter.get()
    except LookupError:
        _limiter.set(limiter := anyio.CapacityLimiter(_THREADS))
    return await anyio.to_thread.run_sync(lambda: work(*arguments), limiter=limiter)


@asynccontextmanager
async def stepped(steps: Generator[T]) -> AsyncIterator[AsyncIterator[T]]:
    """An iterator step by step; closed at the end, also when the caller has gone away, which stops the chat model."""

    async def each() -> AsyncIterator[T]:
        while (step := await in_thread(next, steps, _END)) is not _END:
            yield step

    try:
        yield each()
    finally:
        with anyio.CancelScope(shield=True):
            await in_thread(steps.close)
