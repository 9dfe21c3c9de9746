"""`/v1/chat/completions` and `/v1/models`: the form of OpenAI, so that chat front ends and their libraries can ask.

The last user message is the question, the messages before it are its conversation; system messages change nothing. The
text of the answer is its sentences with their [n] marks and a footnote for each; the field `tiaowen` of the response,
and of a stream's last choice, is the object of `python -m rag ask --json`. An answer is checked before it is told, so a
stream tells how far it is (`tiaowen.stage`, and `tiaowen.ahead`: how many the chat model serves first), then the text.
`usage` counts characters, as an answer that the documents give takes no tokens.
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import AsyncIterator, Generator
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse
from starlette.exceptions import HTTPException

from index.errors import BadInput, TiaowenError
from rag import checks
from rag.contract import answer_json
from rag.footnotes import told
from serve import failures
from serve.asking import Guarded
from serve.forms import FAILURES, Chat
from serve.gate import person_of
from serve.threads import in_thread, stepped

if TYPE_CHECKING:
    from rag.schema import Answer, Event
    from serve.house import House

MODEL = "tiaowen"


def router(house: House) -> APIRouter:
    """The routes over a house."""
    routes = APIRouter(prefix="/v1", tags=["问答"], responses=FAILURES)

    @routes.get("/models", summary="模型")
    async def models() -> dict[str, Any]:
        return {"object": "list", "data": [_model()]}

    @routes.get("/models/{name}", summary="一个模型")
    async def model(name: str) -> dict[str, Any]:
        if name != MODEL:
            raise BadInput(f"没有这个模型，只有 {MODEL}")
        return _model()

    @routes.post("/chat/completions", summary="提问", response_model=None)
    async def completions(request: Request, wanted: Chat) -> dict[str, Any] | StreamingResponse:
        person = person_of(request)
        question, history = _conversation(wanted)
        narrowed = checks.filters(wanted.filters.model_dump(exclude_none=True) if wanted.filters else {})
        engine = await in_thread(Guarded(house, "api", lambda: person).now)
        about = {"id": f"chatcmpl-{secrets.token_hex(12)}", "created": int(time.time()), "model": wanted.model}
        events = engine.ask_stream(question, history, narrowed)
        if not wanted.stream:
            return _whole(about, question, await _last(request, events))
        first = await in_thread(next, events)  # what is wrong with a question is an error of the response itself
        usage = bool(wanted.stream_options and wanted.stream_options.include_usage)
        lines = _lines(about, question, first, events, usage)
        return StreamingResponse(lines, media_type="text/event-stream", headers={"Cache-Control": "no-store"})

    return routes


def _model() -> dict[str, Any]:
    return {"id": MODEL, "object": "model", "created": 0, "owned_by": "tiaowen"}


def _conversation(wanted: Chat) -> tuple[str, list[dict[str, str]]]:
    """(the question, the turns before it)."""
    last = max((place for place, said in enumerate(wanted.messages) if said.role == "user"), default=None)
    if last is None:
        raise BadInput("messages 中没有 role 为 user 的消息，不知道要问什么")
    turns = [{"role": said.role, "content": said.words} for said in wanted.messages[:last]]
    return wanted.messages[last].words, checks.turns([t for t in turns if t["role"] in ("user", "assistant")])


async def _last(request: Request, events: Generator[Event]) -> Answer:
    """The answer at the end; given up as soon as nobody waits for it any more."""
    async with stepped(events) as steps:
        async for event in steps:
            if event.stage == "done":
                return event.answer
            if await request.is_disconnected():
                break
    raise HTTPException(400, "提问的一方已断开")


def _whole(about: dict, question: str, answer: Answer) -> dict[str, Any]:
    text = told(answer)
    message = {"role": "assistant", "content": text, "refusal": None}
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}
    return about | {
        "object": "chat.completion",
        "choices": [choice],
        "usage": _usage(question, text),
        "tiaowen": answer_json(answer),
    }


async def _lines(about: dict, question: str, first: Event, events: Generator[Event], usage: bool) -> AsyncIterator[str]:
    """The stream's lines, as server-sent events."""

    def chunk(delta: dict, end: str | None = None, **more: object) -> str:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": end}
        return _line(about | {"object": "chat.completion.chunk", "choices": [choice]} | more)

    async with stepped(events) as steps:
        event, shown = first, None
        yield chunk({"role": "assistant", "content": ""}, tiaowen={"stage": event.stage, "ahead": event.ahead})
        try:
            async for event in steps:
                if event.stage != "done" and (event.stage, event.ahead) != shown:
                    shown = (event.stage, event.ahead)
                    yield chunk({}, tiaowen={"stage": event.stage, "ahead": event.ahead})
                elif event.stage != "done":
                    yield ": \n\n"  # a sign of life, for proxies that end a silent connection
        except TiaowenError as error:
            yield _line(failures.body(failures.status_of(error), str(error)))
            return
        except Exception:
            yield _line(failures.body(500))
            raise
    text = told(event.answer)
    for line in text.splitlines(keepends=True):
        yield chunk({"content": line})
    yield chunk({}, "stop", tiaowen=answer_json(event.answer))
    if usage:
        yield _line(about | {"object": "chat.completion.chunk", "choices": [], "usage": _usage(question, text)})
    yield "data: [DONE]\n\n"


def _line(value: dict) -> str:
    return f"data: {json.dumps(value, ensure_ascii=False)}\n\n"


def _usage(question: str, text: str) -> dict[str, int]:
    asked, said = len(question), len(text)
    return {"prompt_tokens": asked, "completion_tokens": said, "total_tokens": asked + said}
