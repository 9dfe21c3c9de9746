"""`python -m serve user|key|audit|mcp …`: accounts, API keys and the record; MCP by stdio. The server is `ui.py`."""

from __future__ import annotations

import sys
from contextlib import closing
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from index.cli import run
from index.errors import BadInput, CorpusError

if TYPE_CHECKING:
    from serve.accounts import Accounts
    from serve.audit import Audit

_STYLE: dict[str, Any] = {"add_completion": False, "rich_markup_mode": None, "no_args_is_help": True}
app = typer.Typer(
    **_STYLE, pretty_exceptions_enable=False, help="条问：账号、密钥、审计记录、MCP。网页和接口用 python ui.py"
)
user, key, audit = typer.Typer(**_STYLE), typer.Typer(**_STYLE), typer.Typer(**_STYLE)
app.add_typer(user, name="user", help="账号")
app.add_typer(key, name="key", help="接口密钥")
app.add_typer(audit, name="audit", help="审计记录")

Name = Annotated[str, typer.Argument(help="用户名")]
Role = Annotated[str, typer.Option(help="reader 提问查阅；editor 另可加入、移出文件；admin 另可看运行指标")]
FromStdin = Annotated[bool, typer.Option("--password-stdin", help="从标准输入读密码（供脚本使用）")]


@user.command("add")
def user_add(name: Name, role: Role = "reader", password_stdin: FromStdin = False) -> None:
    """新建账号。"""
    with closing(_accounts()) as accounts:
        accounts.add(name, _password(password_stdin), role)
    print(f"已新建 {name}（{role}）")


@user.command("remove")
def user_remove(name: Name) -> None:
    """删除账号，连同其登录和密钥。"""
    with closing(_accounts()) as accounts:
        accounts.remove(name)
    print(f"已删除 {name}")


@user.command("password")
def user_password(name: Name, password_stdin: FromStdin = False) -> None:
    """改密码；其登录随之失效，锁定解除。"""
    with closing(_accounts()) as accounts:
        accounts.set_password(name, _password(password_stdin))
    print(f"已改 {name} 的密码")


@user.command("role")
def user_role(name: Name, role: Annotated[str, typer.Argument(help="reader、editor 或 admin")]) -> None:
    """改角色。"""
    with closing(_accounts()) as accounts:
        accounts.set_role(name, role)
    print(f"{name} 现为 {role}")


@user.command("list")
def user_list() -> None:
    """列出账号。"""
    with closing(_accounts()) as accounts:
        for name, role in accounts.users():
            print(f"{name}\t{role}")


@key.command("add")
def key_add(name: Name, label: Annotated[str, typer.Option(help="用途，便于辨认")] = "") -> None:
    """新建接口密钥，只显示这一次。"""
    with closing(_accounts()) as accounts:
        made, value = accounts.new_key(name, label)
    print(value)
    print(f"密钥编号 {made}，请立即保存密钥，以后不能再看到。用法：请求头 Authorization: Bearer 密钥", file=sys.stderr)


@key.command("list")
def key_list(name: Annotated[str | None, typer.Argument(help="用户名；不写为全部")] = None) -> None:
    """列出接口密钥。"""
    with closing(_accounts()) as accounts:
        for each in accounts.keys(name):
            used = f"最近使用 {_day(each.used)}" if each.used else "未曾使用"
            print(f"{each.id}\t{each.user}\t{each.label}\t建于 {_day(each.made)}\t{used}")


@key.command("revoke")
def key_revoke(key_id: Annotated[str, typer.Argument(help="密钥编号")]) -> None:
    """作废接口密钥。"""
    with closing(_accounts()) as accounts:
        accounts.revoke(key_id)
    print(f"已作废 {key_id}")


@audit.command("verify")
def audit_verify(
    head: Annotated[str | None, typer.Option(help="以前印出并另行记下的“序号:哈希”，一并核对")] = None,
) -> None:
    """核对记录自写下后未被改动，印出最后一条的“序号:哈希”。"""
    with closing(_audit()) as record:
        found = record.verify(head)
    print(f"审计记录完好，至第 {found.seq} 条。请把下面一行记在别处，下次用 --head 核对：\n{found}")


@audit.command("export")
def audit_export(target: Annotated[Path, typer.Argument(help="CSV 文件")]) -> None:
    """导出为 CSV。"""
    with closing(_audit()) as record, target.open("x", encoding="utf-8-sig", newline="") as file:
        print(f"已导出 {record.export(file)} 条到 {target}")


@audit.command("prune")
def audit_prune(
    days: Annotated[int | None, typer.Option(help="保留最近多少天", min=0)] = None,
    before: Annotated[str | None, typer.Option(help="删去这一天以前的，如 2026-01-01")] = None,
) -> None:
    """删去旧记录；余下的仍可核对。"""
    if (days is None) == (before is None):
        raise BadInput("请用 --days 或 --before 说明保留多久（二者取一）")
    try:
        day = date.fromisoformat(before) if before is not None else date.today() - timedelta(days=days or 0)
    except (ValueError, OverflowError) as error:
        raise BadInput("--before 应为日期，如 2026-01-01；--days 应为合理的天数") from error
    with closing(_audit()) as record:
        record.verify()
        print(f"已删去 {record.prune(day)} 条")


@app.command()
def mcp() -> None:
    """以标准输入输出提供 MCP，供本机的助手程序启动。"""
    from index.settings import load_settings
    from rag.engine import Engine
    from rag.live import Live
    from serve.house import House, Mode
    from serve.tools import server

    settings = load_settings()
    with closing(Engine.open(settings)) as engine, closing(House.open(settings, Live(engine), Mode.ALONE)) as house:
        server(house).run("stdio")


def _accounts() -> Accounts:
    from index.settings import load_settings
    from serve.accounts import Accounts

    return Accounts(load_settings().accounts_file)


def _audit() -> Audit:
    from index.settings import load_settings
    from serve.audit import Audit

    path = load_settings().audit_file
    if not path.is_file():
        raise CorpusError(f"还没有审计记录（{path}）。凭账号使用时自动记录；单机使用请把设置 audited 改为 true")
    return Audit(path)


def _password(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    return typer.prompt("密码", hide_input=True, confirmation_prompt="再输一次")


def _day(seconds: float) -> str:
    return datetime.fromtimestamp(seconds).strftime("%Y-%m-%d")


if __name__ == "__main__":
    run(lambda: app(standalone_mode=False))
