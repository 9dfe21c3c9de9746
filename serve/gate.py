"""Who is asking: behind the shield, before the doors. Sets scope["state"]["person"], or turns them away."""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import quote

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import RedirectResponse

from index.errors import Busy
from serve import failures
from serve.house import Mode

if TYPE_CHECKING:
    from gradio import Blocks
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from serve.house import House
    from serve.people import Person

COOKIE = "tiaowen_session"
VISITOR = "tiaowen_visitor"  # where all are let in: whose conversations are whose, by browser
_TOKEN = re.compile(r"[\w-]{43}")
_FOR_ALL = ("/login", "/healthz", "/favicon.ico", "/robots.txt")
_COUNTED = ("/v1/", "/mcp", "/gradio_api/queue/join", "/gradio_api/run/", "/gradio_api/upload")
PENDING = 20  # unfinished page events of one user: a page that opens has a few, each tab of an office one or two


class Gate:
    """Wraps the doors; of the page, where there is one, nobody may have more than a few events unfinished."""

    def __init__(self, app: ASGIApp, house: House, page: Blocks | None = None) -> None:
        self._app, self._house, self._page = app, house, page

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request, path = HTTPConnection(scope), scope["path"]
        place = request.client.host if request.client else ""
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        bearer = key.strip() if scheme.lower() == "bearer" else ""
        person = self._house.person(request.cookies.get(COOKIE, ""), bearer, place)
        if self._house.mode is Mode.OPEN:
            visitor = request.cookies.get(VISITOR, "")
            if person is not None and _TOKEN.fullmatch(visitor):
                person = replace(person, name=f"访客-{hashlib.sha256(visitor.encode()).hexdigest()[:12]}")
            elif path == "/":
                send = _marked(send)
        if person is None and path not in _FOR_ALL:
            await _turned_away(request)(scope, receive, send)
            return
        scope.setdefault("state", {})["person"] = person
        if scope["method"] != "GET" and path.startswith(_COUNTED):
            try:
                self._count(person, path)
            except Busy as busy:
                await failures.told(busy)(scope, receive, send)
                return
        await self._app(scope, receive, send)

    def _count(self, person: Person | None, path: str) -> None:
        if person is None:
            return
        if self._house.rates is not None:
            self._house.rates.take(person.key if self._house.mode is Mode.ACCOUNTS else person.place)
        if path == "/gradio_api/queue/join" and self._pending(person) >= PENDING:
            raise Busy("您有太多操作还没有完成，请稍候再试")

    def _pending(self, person: Person) -> int:
        """How many of this one's page events Gradio has not finished."""
        events = () if self._page is None else list(self._page._queue.event_ids_to_events.values())
        return sum(_owner(event) == person.key for event in events)


def _marked(send: Send) -> Send:
    """Gives a browser that opens the page a name of its own."""

    async def marked(message: Message) -> None:
        if message["type"] == "http.response.start":
            cookie = f"{VISITOR}={secrets.token_urlsafe(32)}; HttpOnly; SameSite=Lax; Path=/; Max-Age=31536000"
            MutableHeaders(scope=message).append("set-cookie", cookie)
        await send(message)

    return marked


def person_of(request: HTTPConnection) -> Person:
    """Who sent a request that the gate let in."""
    return request.scope["state"]["person"]


def _owner(event) -> str:
    request = event.request
    return event.username or (request.client.host if request is not None and request.client else "")


def _turned_away(request: HTTPConnection):
    """To the login page where a person opens a page; an error where a program asks."""
    path = request.url.path
    opens = "text/html" in request.headers.get("accept", "") and not path.startswith(("/v1", "/mcp", "/gradio_api"))
    if opens and request.scope["method"] == "GET":
        target = path + (f"?{request.url.query}" if request.url.query else "")
        return RedirectResponse(f"/login?next={quote(target, safe='')}", 303)
    return failures.error(401, headers={"WWW-Authenticate": "Bearer"})


def local(target: str) -> str:
    """A path of this server to go on to, or its page."""
    fine = target.startswith("/") and not target.startswith(("//", "/\\")) and target.isprintable()
    return target if fine else "/"
