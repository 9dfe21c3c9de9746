"""`python ui.py [--host H] [--port P]`: page, API and MCP from one process; serve/app.py has how they are put
together."""

from __future__ import annotations

from typing import Annotated

import typer

from index.cli import run
from index.settings import load_settings

app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)


@app.command()
def main(
    host: Annotated[str | None, typer.Option(help="监听地址；0.0.0.0 让别的电脑也能打开")] = None,
    port: Annotated[int | None, typer.Option(help="端口")] = None,
    accounts: Annotated[bool, typer.Option("--accounts", help="凭账号登录（python -m serve user add）")] = False,
    everyone: Annotated[bool, typer.Option("--open", help="不设账号，能连到本机的人都可以提问")] = False,
) -> None:
    """打开条问：网页、接口 /v1（说明在 /v1/docs）、MCP /mcp。"""
    from serve.start import serve

    given = {"host": host, "port": port}
    settings = load_settings().model_copy(update={k: v for k, v in given.items() if v is not None})
    serve(settings, everyone=everyone, accounts=accounts)


if __name__ == "__main__":
    run(lambda: app(standalone_mode=False))
