"""A house opened, its doors on a port, until it is interrupted."""

from __future__ import annotations

import asyncio
import errno
import logging
import os
import socket
import tempfile
import threading
from contextlib import closing
from typing import TYPE_CHECKING

from index.errors import BadInput, ModelError
from serve.house import House, loopback, mode

if TYPE_CHECKING:
    from index.settings import Settings
    from rag.engine import Engine

_PATIENCE = 3  # seconds that answers have to end once the server is told to stop


def serve(settings: Settings, *, everyone: bool = False, accounts: bool = False) -> None:
    """Open index and models and serve until interrupted; BadInput or NotAllowed before anything is opened where
    address, port or accounts will not do."""
    chosen = mode(settings, everyone=everyone, accounts=accounts, users=has_users(settings))
    with closing(bound(settings.host, settings.port)) as door:
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
        import uvicorn

        from rag.engine import Engine
        from rag.live import Live
        from serve.app import application

        with closing(Engine.open(settings)) as engine, closing(House.open(settings, Live(engine), chosen)) as house:
            threading.Thread(target=_warm, args=[engine], daemon=True).start()
            app = application(house)
            tempfile.tempdir = str(settings.var / "uploads")  # what is being uploaded stays within var, too
            print(f"条问：{address(settings)}", flush=True)
            if not loopback(settings.host):
                print("同一网络的电脑用本机的 IP 地址或主机名打开；要加密传输，请放在 HTTPS 反向代理之后。", flush=True)
            logging.getLogger("uvicorn.error").addFilter(_worth_printing)
            uvicorn.Server(
                uvicorn.Config(
                    app,
                    log_level="warning",
                    access_log=False,
                    server_header=False,
                    timeout_graceful_shutdown=_PATIENCE,
                )
            ).run([door])


def bound(host: str, port: int) -> socket.socket:
    """A socket bound there, which does not listen before all is open; BadInput says in one line why there is none."""
    if not 1 <= port <= 65535:
        raise BadInput(f"端口 {port} 有误，应在 1 到 65535 之间，如：python ui.py --port 7860")
    door = None
    try:
        family, kind, _, _, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        door = socket.socket(family, kind)
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        door.bind(place)
        return door
    except OSError as error:
        if door is not None:
            door.close()
        if (
            error.errno == errno.EADDRNOTAVAIL or (error.errno or 0) < 0
        ):  # negative: what getaddrinfo has against a name
            why = f"{host} 不是本机的地址。只在本机用：--host 127.0.0.1；给同事用：--host 0.0.0.0"
        elif error.errno == errno.EADDRINUSE:
            why = f"端口 {host}:{port} 已被占用。请换一个：python ui.py --port {port % 65535 + 1}"
        elif error.errno == errno.EACCES:
            why = f"没有权限使用端口 {port}（1024 以下要系统管理员权限）。请换一个：python ui.py --port 7860"
        else:
            why = f"端口 {host}:{port} 不能使用（{error.strerror}）。请换一个：python ui.py --port {port % 65535 + 1}"
        raise BadInput(why) from error


def address(settings: Settings) -> str:
    """What to open in a browser of this machine."""
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(settings.host, settings.host)
    return f"http://{f'[{host}]' if ':' in host and '[' not in host else host}:{settings.port}"


def has_users(settings: Settings) -> bool:
    """Whether anyone has an account; the file is not made by asking."""
    from serve.accounts import Accounts

    if not settings.accounts_file.is_file():
        return False
    with closing(Accounts(settings.accounts_file)) as found:
        return bool(found.users())


def _worth_printing(record: logging.LogRecord) -> bool:
    """Whether a line of the server's is for the terminal; that a question was cut off by stopping is not."""
    failed = record.exc_info[1] if record.exc_info else None
    return not (isinstance(failed, asyncio.CancelledError) or "graceful shutdown" in record.getMessage())


def _warm(engine: Engine) -> None:
    """Load the chat model before the first question; if it fails, that question says so."""
    try:
        if engine.chat is not None:
            engine.chat.warm()
    except ModelError as error:
        print(error, flush=True)
