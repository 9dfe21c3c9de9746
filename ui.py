"""`python ui.py [--host H] [--port P]`: the page. its tabs are in page/app.py."""

from __future__ import annotations

import os
import socket
import threading
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from index.edge import run
from index.errors import BadInput, ModelError
from index.settings import Settings, load_settings

if TYPE_CHECKING:
    from rag.engine import Engine

_STYLE = Path(__file__).parent / "page" / "style.css"
# A linked clause can be scrolled to only once its tab is open and drawn: look for it for a while after loading.
_SEEK = """<script>
(() => {
  const hash = location.hash;
  if (!hash) return;
  const until = Date.now() + 15000;
  const look = setInterval(() => {
    const target = document.getElementById(decodeURIComponent(hash.slice(1)));
    if (target && target.offsetParent !== null) {
      clearInterval(look);
      location.hash = '';
      location.hash = hash;
      target.scrollIntoView({block: 'center'});
    } else if (Date.now() > until) clearInterval(look);
  }, 150);
})();
</script>"""


def _port_free(host: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise BadInput(f"端口 {host}:{port} 已被占用或不可用。请换一个：python ui.py --port {port + 1}") from error


def serve(settings: Settings, engine: Engine) -> None:
    """Open the page and stay until interrupted."""
    os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    import gradio as gr

    from page.app import build

    threading.Thread(target=_warm, args=[engine], daemon=True).start()
    print(f"条问：http://{settings.host}:{settings.port}", flush=True)
    build(engine).launch(
        server_name=settings.host, server_port=settings.port, quiet=True, footer_links=[], run_history=False,
        css=_STYLE.read_text(encoding="utf-8"), head=_SEEK, ssr_mode=False, pwa=False, enable_monitoring=False,
        theme=gr.themes.Base(font=["sans-serif"], font_mono=["monospace"]), show_error=True,
    )  # fmt: skip


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
    host: Annotated[Optional[str], typer.Option(help="监听地址")] = None,
    port: Annotated[Optional[int], typer.Option(help="端口")] = None,
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
