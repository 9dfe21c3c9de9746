"""`/healthz` for whoever watches over the server, `/metrics` for Prometheus."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST

from serve.forms import FAILURES
from serve.gate import person_of
from serve.threads import in_thread

if TYPE_CHECKING:
    from serve.house import House


def router(house: House) -> APIRouter:
    """The routes over a house."""
    routes = APIRouter(tags=["运行"], responses=FAILURES)

    @routes.get("/healthz", summary="是否正常")
    async def healthz() -> dict[str, Any]:
        engine = await in_thread(house.live.now)
        return {
            "status": "ok" if not house.live.failure else "stale",
            "failure": house.live.failure,
            "documents": len(engine.store.documents),
            "as_of": engine.as_of.isoformat(),
        }

    @routes.get("/metrics", summary="运行指标（Prometheus）", response_class=Response)
    async def metrics(request: Request) -> Response:
        person_of(request).check_admin()
        return Response(await in_thread(house.metrics.text), media_type=CONTENT_TYPE_LATEST)

    return routes
