"""What every request passes first: whose name it calls, where it comes from, where it goes and how much it brings; and
the headers that every response carries. Plain ASGI, so that streams stay streams.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders

from serve import failures

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from serve.house import House

MIB = 1 << 20
BODY = 2 * MIB  # a paste of 50,000 characters is 0.3; a conversation of 200 turns with its history in JSON fits
SPARE = 64 * MIB  # of the disk, beyond an upload
_SAFE = ("GET", "HEAD", "OPTIONS")
OURS = ("/v1", "/mcp", "/login", "/logout", "/account", "/healthz", "/metrics")
_UPLOADS = ("/gradio_api/upload", "/v1/documents")
# What of Gradio the page needs; it has more, for developers and for other programs.
_PAGE = re.compile(
    r"/|/config|/theme\.css|/favicon\.ico|/robots\.txt|/manifest\.json"
    r"|/(?:assets|static|svelte)/.+"
    r"|/gradio_api/(?:queue/(?:join|data)|component_server/?|upload|upload_progress|cancel|reset/?|startup-events|app_id|theme\.css)"
    r"|/gradio_api/heartbeat/[\w-]+|/gradio_api/run/[\w-]+|/gradio_api/file=(?!\w+:).+"
)
# Gradio's start is a script within the page, its components take scripts of ours as texts (js_on_load), and their styles
# are set one by one; nothing comes from elsewhere, nothing frames the page or is framed by it but pictures of its own.
_CSP = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; "
    "media-src 'self' blob:; frame-src 'self' blob:; object-src 'none'; base-uri 'self'; form-action 'self'; "
    "frame-ancestors 'none'"
)
_HEADERS = {
    "content-security-policy": _CSP,
    "x-frame-options": "DENY",
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",  # with no-referrer the origin of our own forms would be null
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
}


class TooLarge(Exception):
    """A body that grew beyond its limit while it was read."""


class Shield:
    """Wraps the whole application."""

    def __init__(self, app: ASGIApp, house: House, uploads: Path) -> None:
        self._app, self._house, self._uploads = app, house, uploads

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":  # no door of ours speaks it
            await send({"type": "websocket.close", "code": 1008})
            return
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        # Gradio would take a host from these, whoever wrote them.
        scope["headers"] = [(k, v) for k, v in scope["headers"] if k not in (b"x-forwarded-host", b"forwarded")]
        headers, limit = Headers(scope=scope), self._limit(scope["path"])
        answering = _Answering(send, scope, self._house, limit)
        if (refused := self._refused(scope, headers, limit)) is not None:
            await refused(scope, receive, answering)
            return
        try:
            await self._app(scope, answering.measured(receive), answering)
        except TooLarge:
            if not answering.begun:
                await failures.error(413, _too_large(limit))(scope, receive, answering)

    def _refused(self, scope: Scope, headers: Headers, limit: int):
        """Why a request is not let in; None where it is."""
        path, method = scope["path"], scope["method"]
        host = headers.get("host", "")
        if _name(host) not in self._house.names:
            return failures.error(421, f"本服务不用“{_shown(host)}”这个地址。请用服务地址打开，或把它加入设置 hosts")
        if not self._same_origin(headers, host, method in _SAFE):
            return failures.error(403, "请求来自别的网站，已拒绝")
        if not path.startswith(tuple(f"{ours}/" for ours in OURS)) and path not in OURS and not _PAGE.fullmatch(path):
            return failures.error(404)
        length = headers.get("content-length", "0")
        if not length.isdigit():
            return failures.error(400)
        if int(length) > limit:
            return failures.error(413, _too_large(limit))
        if method == "POST" and path in _UPLOADS and not self._room(int(length)):
            return failures.error(507)
        return None

    def _same_origin(self, headers: Headers, host: str, safe: bool) -> bool:
        """Whether a request was made by a page of this server, or by no page at all; a link from elsewhere is followed,
        but nothing is sent or read from there."""
        if not safe and headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
            return False
        origin = headers.get("origin")
        if origin is None:
            return True
        parts = urlsplit(origin) if "://" in origin else None
        if parts is None or parts.scheme not in ("http", "https"):
            return False
        return parts.netloc.lower() == host.lower() or _name(parts.netloc) in self._house.proxied

    def _limit(self, path: str) -> int:
        return self._house.settings.file_size * MIB + MIB if path in _UPLOADS else BODY

    def _room(self, length: int) -> bool:
        return shutil.disk_usage(self._uploads).free > length + SPARE


class _Answering:
    """Sends on what the application answers, with our headers, and our words where it failed without any."""

    def __init__(self, send: Send, scope: Scope, house: House, limit: int) -> None:
        self._send, self._scope, self._house, self._limit = send, scope, house, limit
        self.begun = self._replaced = self._over = False

    def measured(self, receive: Receive) -> Receive:
        """Reads a body whose length was not told, no further than the limit."""
        got = 0

        async def measured() -> Message:
            nonlocal got
            message = await receive()
            got += len(message.get("body", b""))
            if got > self._limit:
                self._over = True
                raise TooLarge
            return message

        return measured

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.begun = True
            instead = self._instead(message["status"], MutableHeaders(scope=message).get("content-type", ""))
            status = message["status"] if instead is None else instead.status_code
            self._house.metrics.served.labels(_door(self._scope["path"]), f"{status // 100}xx").inc()
            if instead is not None:
                self._replaced = True
                await instead(self._scope, None, self._framed)
        if not self._replaced:
            await self._framed(message)

    def _instead(self, status: int, kind: str):
        """What is said in the place of an answer that says too little."""
        if self._over:
            return failures.error(413, _too_large(self._limit))
        if status >= 500 and not kind.startswith("application/json"):
            return failures.error(status)
        return None

    async def _framed(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers.setdefault(name, value)
        await self._send(message)


def _too_large(limit: int) -> str:
    return f"内容过大，上限 {limit // MIB} MB"


def _name(netloc: str) -> str:
    """The name in `name:port` or `[address]:port`, lower case; empty where there is none or it is no such thing."""
    try:
        return (urlsplit(f"//{netloc}").hostname or "") if not re.search(r"[/?#@\s]", netloc) else ""
    except ValueError:
        return ""


def _shown(text: str) -> str:
    return "".join(c for c in text[:80] if c.isprintable())


def _door(path: str) -> str:
    """The first segment of a known path: a label must not grow with what is asked for."""
    first = path.split("/")[1] if path.startswith(OURS) else "page"
    return first if f"/{first}" in OURS else "page"
