"""`/v1/openapi.json`, and `/v1/docs`: the same in plain HTML, without a script and without anything from a network."""

from __future__ import annotations

import json
from html import escape
from typing import TYPE_CHECKING

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

if TYPE_CHECKING:
    from fastapi import FastAPI

_CSP = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
_PAGE = """<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>条问 · 接口</title>
<style>body {{ max-width: 60rem; margin: 2rem auto; padding: 0 1rem; font: 16px/1.6 sans-serif; color: #1c2430 }}
code, pre {{ background: #f3f5f8; border-radius: 4px; padding: .1em .3em }} pre {{ padding: .75rem; overflow-x: auto }}
h2 {{ margin-top: 2rem; font-size: 1.1rem }}</style>
<h1>条问 · 接口</h1><p>{about}</p><p><a href="/v1/openapi.json">OpenAPI 文档（JSON）</a>　MCP：<code>/mcp</code></p>
{routes}<h1>对象</h1>{objects}</html>"""


def router(app: FastAPI) -> APIRouter:
    """The routes that describe an app."""
    routes = APIRouter(prefix="/v1", include_in_schema=False)

    @routes.get("/openapi.json")
    async def document() -> dict:
        return app.openapi()

    @routes.get("/docs")
    async def docs() -> HTMLResponse:
        return HTMLResponse(_page(app.openapi()), headers={"content-security-policy": _CSP})

    return routes


def _page(api: dict) -> str:
    routes = [
        f"<h2><code>{method.upper()} {escape(path)}</code>　{escape(route.get('summary', ''))}</h2>"
        f"{_body(route)}<p>{escape(route.get('description', ''))}</p>"
        for path, methods in api["paths"].items()
        for method, route in methods.items()
    ]
    objects = [
        f"<h2 id='{escape(name)}'>{escape(name)}</h2><pre>{escape(json.dumps(shape, ensure_ascii=False, indent=1))}</pre>"
        for name, shape in api["components"]["schemas"].items()
    ]
    return _PAGE.format(
        about=escape(api["info"].get("description", "")), routes="".join(routes), objects="".join(objects)
    )


def _body(route: dict) -> str:
    """A link to the object a route takes."""
    for kind, content in route.get("requestBody", {}).get("content", {}).items():
        name = content["schema"].get("$ref", "").rpartition("/")[2]
        return f"<p>正文（{escape(kind)}）：<a href='#{escape(name)}'>{escape(name)}</a></p>"
    return ""
