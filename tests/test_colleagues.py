"""Serving colleagues: who may come in, the login page, roles, keys, rates; one line where an address will not do."""

import socket
import subprocess
import sys

import httpx
import pytest
from conftest import ROOT
from serving import PASSWORD, house_over, served
from typer.testing import CliRunner

from index.errors import BadInput
from index.settings import Settings
from serve.gate import local
from serve.house import House, Mode, loopback, mode
from serve.start import address, bound

QUESTION = "岚城至湾城城际铁路全长多少公里？"
OURS = {"everyone": False, "accounts": False, "users": False}


@pytest.mark.parametrize(
    ("host", "said", "expected"),
    [
        ("127.0.0.1", {}, Mode.ALONE), ("localhost", {}, Mode.ALONE), ("::1", {"users": True}, Mode.ALONE),
        ("127.0.0.1", {"accounts": True, "users": True}, Mode.ACCOUNTS), ("127.0.0.1", {"everyone": True}, Mode.OPEN),
        ("0.0.0.0", {"everyone": True}, Mode.OPEN), ("0.0.0.0", {"users": True}, Mode.ACCOUNTS),
        ("192.168.1.5", {"users": True}, Mode.ACCOUNTS), ("::", {"accounts": True, "users": True}, Mode.ACCOUNTS),
    ],
)  # fmt: skip
def test_who_may_come_in(host, said, expected):
    assert mode(Settings(host=host), **OURS | said) is expected


@pytest.mark.parametrize(
    ("host", "said"),
    [
        ("0.0.0.0", {}),
        ("192.168.1.5", {}),
        ("服务器", {}),
        ("127.0.0.1", {"accounts": True}),
        ("0.0.0.0", {"everyone": True, "accounts": True}),
    ],
)
def test_an_address_that_others_reach_needs_accounts_or_a_word(host, said):
    with pytest.raises(BadInput) as caught:
        mode(Settings(host=host), **OURS | said)
    assert "\n" not in str(caught.value) and ("--open" in str(caught.value) or "serve user add" in str(caught.value))


def test_behind_a_proxy_the_same_holds_on_loopback():
    settings = Settings(host="127.0.0.1", hosts="tiaowen.example")
    with pytest.raises(BadInput, match="tiaowen.example"):
        mode(settings, **OURS)
    assert mode(settings, **OURS | {"users": True}) is Mode.ACCOUNTS
    assert mode(settings, **OURS | {"everyone": True}) is Mode.OPEN


def test_a_port_in_use_and_a_host_not_ours_are_one_chinese_line():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(BadInput, match=f"已被占用.*--port {port % 65535 + 1}"):
            bound("127.0.0.1", port)
    for host in ("203.0.113.7", "no-such-host.invalid"):
        with pytest.raises(BadInput, match="不是本机的地址"):
            bound(host, port)
    with pytest.raises(BadInput, match="1 到 65535"):
        bound("127.0.0.1", 70_000)


def test_the_address_to_open_is_one_a_browser_knows():
    assert address(Settings(host="0.0.0.0", port=80)) == "http://127.0.0.1:80"
    assert address(Settings(host="::1", port=80)) == "http://[::1]:80" and not loopback("0.0.0.0")


def test_the_command_refuses_in_one_line_before_anything_is_loaded(tmp_path):
    run = subprocess.run(
        [sys.executable, "ui.py", "--host", "0.0.0.0"], cwd=ROOT, capture_output=True, text=True, timeout=60,
        env={"PATH": "", "TIAOWEN_ACCOUNTS": str(tmp_path / "none.sqlite"), "TIAOWEN_INDEX": str(tmp_path)},
    )  # fmt: skip
    assert run.returncode == 2 and run.stderr.count("\n") == 1 and "serve user add" in run.stderr
    assert not (tmp_path / "none.sqlite").exists()


@pytest.fixture
def house(sample_root, tmp_path):
    found = house_over(sample_root, tmp_path, Mode.ACCOUNTS, requests_minute=6000)
    found.accounts.add("李丽", PASSWORD, "reader")
    found.accounts.add("管理员", PASSWORD, "admin")
    return found


@pytest.fixture
def client(house):
    with served(house) as url, httpx.Client(base_url=url, trust_env=False, timeout=60) as found:
        yield found


def logged_in(client, user, password=PASSWORD, **more):
    return client.post("/login", data={"user": user, "password": password}, **more)


def test_without_a_login_there_is_only_the_login_page(client):
    page = client.get("/?doc=甲", headers={"Accept": "text/html"})
    assert page.status_code == 303 and page.headers["location"].startswith("/login?next=%2F%3Fdoc")
    for path in ("/v1/documents", "/config", "/mcp", "/metrics", "/gradio_api/queue/data"):
        response = client.get(path)
        assert response.status_code == 401 and response.json()["error"]["code"] == "not_logged_in"
    assert client.get("/healthz").status_code == 200
    form = client.get("/login?next=/%22%3E%3Cscript%3E").text
    assert (
        "用户名" in form
        and "<script" not in form
        and "default-src 'none'" in client.get("/login").headers["content-security-policy"]
    )


def test_a_session_opens_every_door_and_ends(client):
    answer = logged_in(client, "李丽", params={"next": "/?doc=1"})
    cookie = answer.headers["set-cookie"].lower()
    assert answer.status_code == 303 and answer.headers["location"] == "/?doc=1"
    assert "httponly" in cookie and "samesite=lax" in cookie and "max-age" in cookie
    assert client.post("/v1/search", json={"question": QUESTION}).status_code == 200
    assert "李丽" in client.get("/account").text
    client.post("/logout")
    assert client.get("/v1/documents").status_code == 401


@pytest.mark.parametrize(
    "target", ["//evil.example", "/\\evil.example", "https://evil.example", "javascript:1", "/a\r\nb"]
)
def test_a_login_leads_nowhere_else(target):
    assert local(target) == "/"


def test_wrong_passwords_are_said_in_chinese_and_slow_down(client):
    codes = [logged_in(client, "李丽", f"错误的密码{n}一二三四").status_code for n in range(12)]
    assert codes[:10] == [403] * 10 and codes[10:] == [429] * 2
    assert "请求过于频繁" in logged_in(client, "李丽").text


def test_readers_read_editors_change_admins_watch(client, house):
    logged_in(client, "李丽")
    response = client.post("/v1/documents", files={"files": ("a.txt", b"x")})
    assert response.status_code == 403 and "editor" in response.json()["error"]["message"]
    doc_id = client.get("/v1/documents").json()["data"][0]["doc_id"]
    assert client.delete(f"/v1/documents/{doc_id}").status_code == 403
    assert client.get("/metrics").status_code == 403
    house.accounts.set_role("李丽", "admin")
    assert client.get("/metrics").status_code == 200


def test_a_password_is_changed_by_who_knows_it(client):
    logged_in(client, "李丽")
    assert (
        "现在的密码不对"
        in client.post("/account", data={"password": "错的错的错的错的", "new": "又一个很长的密码"}).text
    )
    assert "至少 8 个字符" in client.post("/account", data={"password": PASSWORD, "new": "短"}).text
    assert client.post("/account", data={"password": PASSWORD, "new": "又一个很长的密码"}).status_code == 303
    assert client.get("/account").status_code == 401
    assert logged_in(client, "李丽", "又一个很长的密码").status_code == 303


def test_a_key_is_a_programs_login(client, house):
    made, key = house.accounts.new_key("李丽", "报表")
    headers = {"Authorization": f"Bearer {key}"}
    assert client.get("/v1/documents", headers=headers).status_code == 200
    house.accounts.revoke(made)
    assert client.get("/v1/documents", headers=headers).status_code == 401


def test_what_each_asked_is_on_record_and_logins_too(client, house):
    logged_in(client, "李丽", "错误的密码一二三")
    logged_in(client, "李丽")
    client.post("/v1/chat/completions", json={"messages": [{"role": "user", "content": QUESTION}]})
    rows = [(r["user"], r["kind"]) for r in house.audit._db.rows("SELECT * FROM entries ORDER BY seq")]
    assert rows == [("李丽", "login.failed"), ("李丽", "login"), ("李丽", "ask")]
    assert house.audit.verify().seq == 3


def test_one_users_haste_is_not_anothers(sample_root, tmp_path):
    house = house_over(sample_root, tmp_path, Mode.ACCOUNTS, requests_minute=1)
    keys = []
    for name in ("甲方", "乙方"):
        house.accounts.add(name, PASSWORD, "reader")
        keys.append(house.accounts.new_key(name, "")[1])
    with served(house) as url, httpx.Client(base_url=url, trust_env=False, timeout=60) as client:
        codes = [
            client.post("/v1/search", json={}, headers={"Authorization": f"Bearer {keys[0]}"}).status_code
            for _ in range(45)
        ]
        assert codes[:40] == [400] * 40 and codes[40:] == [429] * 5
        assert client.post("/v1/search", json={}, headers={"Authorization": f"Bearer {keys[1]}"}).status_code == 400


def test_open_to_all_means_reading(sample_root, tmp_path):
    with (
        served(house_over(sample_root, tmp_path, Mode.OPEN)) as url,
        httpx.Client(base_url=url, trust_env=False, timeout=60) as client,
    ):
        assert client.post("/v1/search", json={"question": QUESTION}).status_code == 200
        assert client.post("/v1/documents", files={"files": ("a.txt", b"x")}).status_code == 403
        assert client.get("/metrics").status_code == 403


def test_where_all_are_let_in_each_browser_has_a_name_of_its_own(sample_root, tmp_path):
    house = house_over(sample_root, tmp_path, Mode.OPEN, audited=True)
    with served(house) as url:
        for opens in (True, True, False):
            with httpx.Client(base_url=url, trust_env=False, timeout=60) as client:
                if opens:
                    assert "HttpOnly" in client.get("/").headers["set-cookie"]
                client.post("/v1/search", json={"question": QUESTION})
        first, second, program = (r["user"] for r in house.audit._db.rows("SELECT user FROM entries ORDER BY seq"))
    assert first.startswith("访客-") and second.startswith("访客-") and first != second and program == "127.0.0.1"


def test_served_on_every_address_it_knows_its_own_names_only(sample_root, tmp_path):
    settings = Settings(host="0.0.0.0", hosts="tiaowen.example, 10.0.0.9")
    names = House(settings, None).names
    assert {"127.0.0.1", "localhost", socket.gethostname().lower(), "tiaowen.example", "10.0.0.9"} <= names
    assert "evil.example" not in names


def test_the_commands_manage_users_keys_and_the_record(tmp_path, monkeypatch):
    from serve.__main__ import app

    monkeypatch.setenv("TIAOWEN_ACCOUNTS", str(tmp_path / "accounts.sqlite"))
    monkeypatch.setenv("TIAOWEN_AUDIT", str(tmp_path / "audit.sqlite"))

    def run(*words, given=None):
        result = CliRunner().invoke(app, words, input=given)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result.output

    run("user", "add", "李丽", "--role", "editor", "--password-stdin", given=f"{PASSWORD}\n")
    run("user", "role", "李丽", "admin")
    run("user", "password", "李丽", given=f"{PASSWORD}2\n{PASSWORD}2\n")
    assert "李丽\tadmin" in run("user", "list")
    assert "tw-" in run("key", "add", "李丽", "--label", "报表")
    key_id = run("key", "list").split("\t")[0]
    assert "报表" in run("key", "list", "李丽")
    run("key", "revoke", key_id)
    assert run("key", "list") == ""
    run("user", "remove", "李丽")
    assert run("user", "list") == ""
    with pytest.raises(Exception, match="还没有审计记录"):
        run("audit", "verify")
    from serve.audit import Audit

    Audit(tmp_path / "audit.sqlite").record("甲", "page", "ask", "问", {}, {}, "g")
    head = run("audit", "verify").splitlines()[-1]
    assert head.startswith("1:") and "完好" in run("audit", "verify", "--head", head)
    assert "已导出 1 条" in run("audit", "export", str(tmp_path / "a.csv"))
    assert "已删去 0 条" in run("audit", "prune", "--days", "30")
    with pytest.raises(BadInput):
        run("audit", "prune")
