"""The one application: API, MCP, login and page over a house, behind gate and shield."""

from __future__ import annotations

import inspect
import os
import shutil
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, cast

from fastapi import FastAPI, Request
from starlette.exceptions import HTTPException

from serve import completions, failures, health, login, lookups, reference, shelf, tools
from serve.asking import Guarded
from serve.gate import Gate, person_of
from serve.house import Mode
from serve.shield import MIB, OURS, Shield

if TYPE_CHECKING:
    from gradio import Blocks
    from starlette.types import ASGIApp

    from rag.live import Live
    from serve.house import House
    from serve.people import Person

_ABOUT = "向政策文件提问，每句回答都附条款原文与出处。错误一律为 {error: {message, type, code}}。"
_METHODS = ["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"]
_LEFT_OVER = 24 * 3600  # seconds after which an upload that a killed server left is nobody's
_STAY = 3600  # seconds that an upload to the page stays: long enough to look at it again


def application(house: House, *, page: bool = True) -> ASGIApp:
    """The ASGI application of a house; without the page for what needs none."""
    uploads = _uploads(house.settings.var / "uploads")
    assistant = tools.server(house)
    # Stateless: a call is answered by the request that carries it, whose user is known; nothing is kept between two.
    mcp = assistant.streamable_http_app(stateless_http=True, transport_security=_behind_shield())

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with assistant.session_manager.run():
            yield

    app = FastAPI(
        title="条问",
        description=_ABOUT,
        version="1",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
    )
    failures.install(app)
    for routes in (
        completions.router(house),
        lookups.router(house),
        shelf.router(house, uploads),
        health.router(house),
        reference.router(app),
        *([login.router(house)] if house.mode is Mode.ACCOUNTS else []),
    ):
        app.include_router(routes)
    app.routes.extend(mcp.routes)
    for path in OURS:  # what is none of these is no page either

        @app.api_route(path, methods=_METHODS, include_in_schema=False)
        @app.api_route(f"{path}/{{rest:path}}", methods=_METHODS, include_in_schema=False)
        async def nothing(rest: str = "") -> None:
            raise HTTPException(404)

    blocks = _mounted(app, house, uploads) if page else None
    _describe(app, house)
    return Shield(Gate(app, house, blocks), house, uploads)


def _mounted(app: FastAPI, house: House, uploads: Path) -> Blocks:
    """The page, at the root."""
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    os.environ["GRADIO_TEMP_DIR"] = str(uploads)
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    import gradio as gr

    from page.app import build
    from page.look import launch_options

    guarded = cast("Live", Guarded(house, "page", lambda: _at_the_page(house)))
    blocks = build(guarded, may_edit=lambda request: _visitor(house, request).may_change)
    blocks.delete_cache = (_STAY, _STAY)
    known = inspect.signature(gr.mount_gradio_app).parameters
    options = {name: value for name, value in launch_options().items() if name in known}
    options |= {
        "server_name": house.settings.host,
        "server_port": house.settings.port,
        "max_file_size": house.settings.file_size * MIB,
        "show_error": False,
        "mcp_server": False,
        "auth_dependency": None if house.mode is Mode.ALONE else _user,
    }
    gr.mount_gradio_app(app, blocks, "/", **options)
    return blocks


def _user(request: Request) -> str | None:
    """Gradio's user: whom the gate let in."""
    return person_of(request).key or None


def _at_the_page(house: House) -> Person:
    """Whose event of the page is being handled, in the thread that handles it. What the page does in threads of its
    own, it does as `asked_by` says."""
    from gradio.context import LocalContext

    return _visitor(house, LocalContext.request.get(None))


def _visitor(house: House, request: object) -> Person:
    """Who sent a request of the page: events come with Gradio's, calls of server functions with the plain one."""
    plain = getattr(request, "request", request)
    scope = getattr(plain, "scope", {})
    return scope.get("state", {}).get("person") or house.named(getattr(request, "username", None))


def _uploads(folder: Path) -> Path:
    """Where uploads lie, cleared of what was left there."""
    folder.mkdir(parents=True, exist_ok=True)
    for left in folder.iterdir():
        if time.time() - left.stat().st_mtime > _LEFT_OVER:
            shutil.rmtree(left, ignore_errors=True)
    return folder


def _behind_shield():
    """MCP's own check of hosts and origins is off: the shield has made it, for this door as for all."""
    from mcp.server.transport_security import TransportSecuritySettings

    return TransportSecuritySettings(enable_dns_rebinding_protection=False)


def _describe(app: FastAPI, house: House) -> None:
    """The API's description, made once: an invalid request is a 400 here, where FastAPI adds its own 422 to every
    route; with accounts a program needs a key."""
    described = app.openapi()
    for methods in described["paths"].values():
        for route in methods.values():
            route["responses"].pop("422", None)
    for name in ("HTTPValidationError", "ValidationError"):
        described["components"]["schemas"].pop(name, None)
    if house.mode is Mode.ACCOUNTS:
        described["components"]["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer"}}
        described["security"] = [{"key": []}]
