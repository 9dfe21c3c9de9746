"""`python ui.py [--host H] [--port P]`: opens the page, whose tabs are in page/app.py."""

from __future__ import annotations

import os
import socket
import threading
from contextlib import closing
from typing import TYPE_CHECKING, Annotated

import typer

from index.edge import run
from index.errors import BadInput, ModelError
from index.settings import Settings, load_settings

if TYPE_CHECKING:
    from rag.engine import Engine


def _port_free(host: str, port: int) -> None:
    if not 1 <= port <= 65535:
        raise BadInput(f"端口 {port} 有误，应在 1 到 65535 之间，如：python ui.py --port 7860")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise BadInput(
                f"端口 {host}:{port} 已被占用或不可用。请换一个：python ui.py --port {port % 65535 + 1}"
            ) from error


def serve(settings: Settings, engine: Engine) -> None:
    """Open the page and stay until interrupted."""
    os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    from page.app import build
    from page.look import launch_options
    from rag.live import Live

    threading.Thread(target=_warm, args=[engine], daemon=True).start()
    print(f"条问：http://{settings.host}:{settings.port}", flush=True)
    build(Live(engine)).launch(server_name=settings.host, server_port=settings.port, **launch_options())


def _warm(engine: Engine) -> None:
    """Load the chat model before the first question; if it fails, that question says so."""
    try:
        if engine.chat is not None:
            engine.chat.warm()
    except ModelError as error:
        print(error, flush=True)


app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)


@app.command()
def main(
    host: Annotated[str | None, typer.Option(help="监听地址")] = None,
    port: Annotated[int | None, typer.Option(help="端口")] = None,
) -> None:
    """打开网页：问政策、找相关政策、文件库。"""
    from rag.engine import Engine

    settings = load_settings()
    settings = settings.model_copy(update={k: v for k, v in (("host", host), ("port", port)) if v is not None})
    _port_free(settings.host, settings.port)
    with closing(Engine.open(settings)) as engine:
        serve(settings, engine)


if __name__ == "__main__":
    run(lambda: app(standalone_mode=False))
