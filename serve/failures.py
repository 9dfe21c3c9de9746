"""One form for every error: {"error": {"message", "type", "code"}}, the message one Chinese line."""

from __future__ import annotations

import errno
import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from index.errors import BadInput, BrokenIndex, Busy, CorpusError, ModelError, NotAllowed, TiaowenError

if TYPE_CHECKING:
    from fastapi import FastAPI, Request

# By status: (type as OpenAI clients know it, code, what is said where nothing better is known).
_KINDS = {
    400: ("invalid_request_error", "bad_request", "请求内容有误"),
    401: ("authentication_error", "not_logged_in", "请先登录，或在请求头 Authorization 中写 Bearer 密钥"),
    403: ("permission_error", "not_allowed", "没有权限"),
    404: ("not_found_error", "not_found", "没有这个地址"),
    405: ("invalid_request_error", "method_not_allowed", "这个地址不支持这种请求方法"),
    411: ("invalid_request_error", "length_required", "请求缺少长度"),
    413: ("invalid_request_error", "too_large", "内容过大"),
    421: ("permission_error", "wrong_host", "请用本机登记的地址打开条问"),
    429: ("rate_limit_error", "busy", "请求过多，请稍后再试"),
    500: ("server_error", "internal", "程序内部出错，这次请求没有完成。详情见运行条问的窗口"),
    503: ("server_error", "unavailable", "暂时无法服务"),
    507: ("server_error", "disk_full", "服务器磁盘空间不足，没有保存。请联系管理员清理磁盘后重试"),
}
_LOG = logging.getLogger("tiaowen.serve")


def error(status: int, message: str = "", headers: dict[str, str] | None = None) -> JSONResponse:
    """The response of a failure."""
    return JSONResponse(body(status, message), status, headers)


def body(status: int, message: str = "") -> dict[str, Any]:
    """What it says."""
    kind, code, words = _KINDS.get(status) or _KINDS[500 if status >= 500 else 400]
    return {"error": {"message": message or words, "type": kind, "code": code, "param": None}}


def status_of(failure: TiaowenError) -> int:
    """The HTTP status of an error a user can meet."""
    for kind, status in ((Busy, 429), (NotAllowed, 403), (BadInput, 400), (CorpusError, 400), (BrokenIndex, 503)):
        if isinstance(failure, kind):
            return status
    return 503 if isinstance(failure, ModelError) else 500


def told(failure: TiaowenError) -> JSONResponse:
    """The response to an error a user can meet."""
    again = {"Retry-After": str(failure.seconds)} if isinstance(failure, Busy) else None
    return error(status_of(failure), str(failure), again)


def install(app: FastAPI) -> None:
    """Have the routes of an app fail in this form."""
    from fastapi.exceptions import RequestValidationError

    async def known(_: Request, failure: TiaowenError) -> JSONResponse:
        return told(failure)

    async def invalid(_: Request, failure: RequestValidationError) -> JSONResponse:
        return error(400, _wrong(failure.errors()))

    async def plain(_: Request, failure: HTTPException) -> JSONResponse:
        said = failure.detail if isinstance(failure.detail, str) and not failure.detail.isascii() else ""
        return error(failure.status_code, said, dict(failure.headers or {}))

    async def full(_: Request, failure: OSError) -> JSONResponse:
        if failure.errno in (errno.ENOSPC, errno.EDQUOT):
            return error(507)
        raise failure

    async def bug(_: Request, failure: Exception) -> JSONResponse:
        _LOG.error("unexpected", exc_info=failure)
        return error(500)

    app.add_exception_handler(TiaowenError, known)  # type: ignore[arg-type]  # of its own error
    app.add_exception_handler(RequestValidationError, invalid)  # type: ignore[arg-type]  # of its own error
    app.add_exception_handler(HTTPException, plain)  # type: ignore[arg-type]  # of its own error
    app.add_exception_handler(OSError, full)  # type: ignore[arg-type]  # of its own error
    app.add_exception_handler(Exception, bug)


def _wrong(found: Sequence[Any]) -> str:
    """Which field is wrong, and how, without saying its value again."""
    first = found[0]
    if first["type"] == "json_invalid":
        return "请求正文不是有效的 JSON"
    field = ".".join(str(part) for part in first["loc"] if part != "body") or "请求正文"
    limits = first.get("ctx", {})
    for start, words in {
        "missing": "缺少",
        "string_too_long": f"过长，上限 {limits.get('max_length')} 字",
        "string_too_short": "不能为空",
        "string_": "应为文字",
        "int_": "应为整数",
        "float_": "应为数字",
        "bool_": "应为 true 或 false",
        "too_long": f"过多，上限 {limits.get('max_length')} 项",
        "too_short": "不能为空",
        "list_": "应为列表",
        "dict_": "应为对象",
        "model_": "应为对象",
        "literal_": "不在可选值之中",
        "less_than": f"应不大于 {limits.get('le')}",
        "greater_than": f"应不小于 {limits.get('ge')}",
    }.items():
        if first["type"].startswith(start):
            return f"{field} {words}"
    return f"{field} 有误"
