"""`/v1/documents`: what is there, its clauses, its original file; files in and out for those who may."""

from __future__ import annotations

import re
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, File, Request, UploadFile
from fastapi.responses import FileResponse
from starlette.exceptions import HTTPException

from index.errors import BadInput, CorpusError
from page.keeping import Keeper, said
from page.originals import file_of
from rag.contract import clause_json, document_json
from serve.asking import record
from serve.forms import FAILURES
from serve.gate import person_of
from serve.threads import in_thread

if TYPE_CHECKING:
    from index.corpus import Change
    from index.schema import Document
    from rag.engine import Engine
    from serve.house import House
    from serve.people import Person

FILES = 50  # in one request
_NAME = 120  # characters of a file's name; file systems take 255 bytes


def router(house: House, uploads: Path) -> APIRouter:
    """The routes over a house; what is uploaded lies in the folder `uploads` until it is read."""
    routes = APIRouter(prefix="/v1/documents", tags=["文件"], responses=FAILURES)

    @routes.get("", summary="全部文件")
    def documents() -> dict[str, Any]:
        return {"object": "list", "data": [document_json(*entry) for entry in house.live.now().documents()]}

    @routes.get("/{doc_id}", summary="一份文件")
    def document(doc_id: str) -> dict[str, Any]:
        engine = house.live.now()
        found = _found(engine, doc_id)
        return document_json(found, engine.status(found), len(engine.clauses(doc_id)))

    @routes.get("/{doc_id}/clauses", summary="一份文件的条款")
    def clauses(doc_id: str) -> dict[str, Any]:
        engine = house.live.now()
        found = _found(engine, doc_id)
        status = engine.status(found)
        return {"object": "list", "data": [clause_json(c, found, status) for c in engine.clauses(doc_id)]}

    @routes.get("/{doc_id}/file", summary="原件", response_class=FileResponse)
    def original(doc_id: str) -> FileResponse:
        engine = house.live.now()
        document = _found(engine, doc_id)
        try:
            path, _ = file_of(engine, document)
        except BadInput as error:
            raise HTTPException(404, str(error)) from error
        return FileResponse(path, media_type="application/octet-stream", filename=path.name)

    @routes.post("", summary="加入文件并更新索引")
    async def add(request: Request, files: Annotated[list[UploadFile], File(max_length=FILES)]) -> dict[str, Any]:
        person = person_of(request)
        person.check_change()
        with tempfile.TemporaryDirectory(dir=uploads) as folder:
            paths = await in_thread(_kept, files, Path(folder))
            return await in_thread(_add, house, person, paths)

    @routes.delete("/{doc_id}", summary="移出文件并更新索引")
    async def remove(request: Request, doc_id: str) -> dict[str, Any]:
        person = person_of(request)
        person.check_change()
        return await in_thread(_remove, house, person, doc_id)

    return routes


def _found(engine: Engine, doc_id: str) -> Document:
    found = engine.store.documents.get(doc_id)
    if found is None:
        raise HTTPException(404, "没有这份文件，可能索引已更新。GET /v1/documents 列出全部文件")
    return found


def _kept(files: list[UploadFile], folder: Path) -> list[Path]:
    """The uploaded files in a folder, under names that are nothing but names."""
    paths = []
    for place, file in enumerate(files):
        name = re.sub(r"[\x00-\x1f\x7f/\\]", "", Path((file.filename or "").replace("\\", "/")).name).lstrip(".")
        if not name:
            raise BadInput("上传的文件没有文件名")
        stem, suffix = Path(name).stem[: _NAME - 20], Path(name).suffix[:20]
        (own := folder / str(place)).mkdir()  # two of one name in one request do not meet
        path = own / (stem + suffix).encode("utf-8", "ignore").decode()
        with path.open("wb") as target:
            shutil.copyfileobj(file.file, target)
        paths.append(path)
    return paths


def _add(house: House, person: Person, paths: list[Path]) -> dict[str, Any]:
    from index.corpus import add

    settings = house.settings
    with house.changing:
        corpus, *_ = Keeper(house.live).corpora
        change = add(paths, corpus, settings.index_dir, settings.limits)
        if not (change.added or change.moved):
            raise CorpusError("没有文件可以加入：" + "；".join(f"{name}：{why}" for name, why in change.refused))
        return _built(house, person, "documents.add", change)


def _remove(house: House, person: Person, doc_id: str) -> dict[str, Any]:
    from index.corpus import remove

    with house.changing:
        corpus, _ = Keeper(house.live).place(_found(house.live.now(), doc_id).file)
        return _built(house, person, "documents.remove", remove([doc_id], corpus, house.settings.index_dir))


def _built(house: House, person: Person, kind: str, change: Change) -> dict[str, Any]:
    """Bring the index in line, with the encoder that is open anyway, and say what changed."""
    from index.build import build

    settings, engine = house.settings, house.live.now()
    record(house, engine, person, "api", kind, "、".join((*change.added, *change.moved)), said(change))
    summary = build(
        list(settings.corpora),
        settings.index_dir,
        lambda: engine.encoder,
        rebuild=False,
        progress=lambda stage, done, total: None,
        limits=settings.limits,
    )
    return said(change) | {"documents": summary.documents, "clauses": summary.clauses}
