"""`/v1/search` and `/v1/related`: the objects of `python -m rag search|related --json`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Request

from rag import checks
from rag.contract import hit_json
from rag.query.question import clean
from serve.asking import Guarded
from serve.forms import FAILURES, Related, Search
from serve.gate import person_of
from serve.threads import in_thread

if TYPE_CHECKING:
    from serve.house import House


def router(house: House) -> APIRouter:
    """The routes over a house."""
    routes = APIRouter(prefix="/v1", tags=["检索"], responses=FAILURES)

    @routes.post("/search", summary="查找回答问题的条款")
    async def search(request: Request, wanted: Search) -> dict[str, Any]:
        person = person_of(request)
        engine = await in_thread(Guarded(house, "api", lambda: person).now)
        narrowed = checks.filters(wanted.filters.model_dump(exclude_none=True))
        history = checks.turns([turn.model_dump() for turn in wanted.history])
        hits = await in_thread(engine.search, wanted.question, wanted.k, history, narrowed)
        return {"question": clean(wanted.question), "hits": [hit_json(hit) for hit in hits]}

    @routes.post("/related", summary="查找与一段文字相关的条款")
    async def related(request: Request, wanted: Related) -> dict[str, Any]:
        person = person_of(request)
        engine = await in_thread(Guarded(house, "api", lambda: person).now)
        narrowed = checks.filters(wanted.filters.model_dump(exclude_none=True))
        hits = await in_thread(engine.related, wanted.text, wanted.k, narrowed)
        return {"hits": [hit_json(hit) for hit in hits]}

    return routes
