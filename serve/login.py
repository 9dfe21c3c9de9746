"""The login page and a user's own: plain HTML without a script."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Annotated
from urllib.parse import quote

from fastapi import APIRouter, Form, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from index.errors import NotAllowed, TiaowenError
from serve.asking import record
from serve.gate import COOKIE, local, person_of
from serve.people import ROLES
from serve.threads import in_thread

if TYPE_CHECKING:
    from serve.house import House

_CSP = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; form-action 'self'; frame-ancestors 'none'"
_PAGE = """<!doctype html><html lang="zh-CN"><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>条问 · {title}</title>
<style>
:root {{ color-scheme: light }}
body {{ margin: 0; min-height: 100vh; display: grid; place-items: center; background: #f3f5f8; color: #1c2430;
  font: 16px/1.6 "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "Source Han Sans SC", sans-serif }}
main {{ width: min(22rem, calc(100vw - 2rem)); padding: 2rem; background: #fff; border: 1px solid #d9dfe7;
  border-radius: 10px; box-sizing: border-box }}
h1 {{ margin: 0 0 .25rem; font-size: 1.5rem; color: #1b3a5f }} p {{ margin: 0 0 1.25rem; color: #55606e }}
label {{ display: block; margin: 0 0 1rem }}
input {{ width: 100%; box-sizing: border-box; margin-top: .25rem; padding: .55rem .7rem; font: inherit;
  border: 1px solid #b9c2ce; border-radius: 6px }}
button {{ width: 100%; padding: .6rem; font: inherit; color: #fff; background: #2b5284; border: 0; border-radius: 6px;
  cursor: pointer }}
button.quiet {{ margin-top: 1rem; color: #1c2430; background: #fff; border: 1px solid #b9c2ce }}
input:focus-visible, button:focus-visible, a:focus-visible {{ outline: 3px solid #9db0c9; outline-offset: 1px }}
[role=alert] {{ padding: .5rem .75rem; color: #8a1c1c; background: #fdf1f1; border-radius: 6px }}
[role=status] {{ padding: .5rem .75rem; color: #1d5c38; background: #eef8f1; border-radius: 6px }}
a {{ color: #2b5284 }}
</style><main><h1>条问</h1>{body}</main></html>"""
_LOGIN = """<p>向政策文件提问，每句回答都附条款原文与出处</p>{said}
<form method="post" action="/login?next={next}">
<label>用户名<input name="user" autocomplete="username" required autofocus maxlength="32" value="{user}"></label>
<label>密码<input name="password" type="password" autocomplete="current-password" required maxlength="1000"></label>
<button>登录</button></form>"""
_ACCOUNT = """<p>{user}（{role}）</p>{said}
<form method="post" action="/account">
<label>现在的密码<input name="password" type="password" autocomplete="current-password" required maxlength="1000"></label>
<label>新密码<input name="new" type="password" autocomplete="new-password" required minlength="8" maxlength="1000"></label>
<button>修改密码</button></form>
<form method="post" action="/logout"><button class="quiet">退出登录</button></form>
<p style="margin:1.25rem 0 0"><a href="/">返回条问</a></p>"""


def router(house: House) -> APIRouter:
    """The routes over a house with accounts."""
    accounts = house.accounts
    assert accounts is not None
    routes = APIRouter(include_in_schema=False)

    @routes.get("/login")
    async def login_page(request: Request, next: str = "/") -> Response:
        if person_of(request) is not None:
            return RedirectResponse(local(next), 303)
        return _shown("登录", _login("", "", next))

    @routes.post("/login")
    async def login(
        request: Request, user: Annotated[str, Form()] = "", password: Annotated[str, Form()] = "", next: str = "/"
    ) -> Response:
        user, place = user.strip()[:64], request.client.host if request.client else ""
        try:
            house.logins.take(place)
            token = await in_thread(accounts.log_in, user, password)
        except TiaowenError as error:
            await in_thread(_note, house, place, "login.failed", user)
            return _shown("登录", _login(str(error), user, next), 403 if isinstance(error, NotAllowed) else 429)
        await in_thread(_note, house, place, "login", user)
        answer = RedirectResponse(local(next), 303)
        # Lax: a link from elsewhere opens the page, a form from elsewhere has no cookie with it.
        answer.set_cookie(
            COOKIE, token, max_age=int(house.settings.session_hours * 3600), httponly=True, samesite="lax",
            secure=request.url.scheme == "https",
        )  # fmt: skip
        return answer

    @routes.post("/logout")
    async def logout(request: Request) -> Response:
        accounts.log_out(request.cookies.get(COOKIE, ""))
        answer = RedirectResponse("/login", 303)
        answer.delete_cookie(COOKIE, httponly=True, samesite="lax")
        return answer

    @routes.get("/account")
    async def account(request: Request) -> Response:
        return _shown("账号", _account(person_of(request)))

    @routes.post("/account")
    async def password(
        request: Request, password: Annotated[str, Form()] = "", new: Annotated[str, Form()] = ""
    ) -> Response:
        person = person_of(request)
        try:
            house.logins.take(person.name)
            accounts.log_out(await in_thread(accounts.log_in, person.name, password))
            await in_thread(accounts.set_password, person.name, new)
        except TiaowenError as error:
            said = str(error).replace("用户名或密码不对，请重新输入", "现在的密码不对，请重新输入")
            return _shown("账号", _account(person, f'<p role="alert">{escape(said)}</p>'), 403)
        return RedirectResponse(f"/login?next={quote('/account')}", 303)

    return routes


def _note(house: House, place: str, kind: str, user: str) -> None:
    from serve.people import Person

    record(house, house.live.now(), Person(user, "reader", place), "page", kind, "", {"place": place})


def _login(said: str, user: str, next: str) -> str:
    alert = f'<p role="alert">{escape(said)}</p>' if said else ""
    return _LOGIN.format(said=alert, user=escape(user), next=escape(quote(local(next), safe="/"), quote=True))


def _account(person, said: str = "") -> str:
    return _ACCOUNT.format(user=escape(person.name), role=ROLES[person.role], said=said)


def _shown(title: str, body: str, status: int = 200) -> HTMLResponse:
    headers = {"content-security-policy": _CSP, "cache-control": "no-store"}
    return HTMLResponse(_PAGE.format(title=title, body=body), status, headers)
