"""What every request passes first: names, origins, sizes, paths, headers (the rows of what broke the page before)."""

import json
import os
import socket
import threading
import time
from contextlib import suppress

import httpx
import pytest
from conftest import FakeChat
from serving import house_over, served

import serve.shield
from serve.gate import PENDING
from serve.shield import BODY

QUESTION = "岚城至湾城城际铁路全长多少公里？"


@pytest.fixture(scope="module")
def house(sample_root, tmp_path_factory):
    return house_over(sample_root, tmp_path_factory.mktemp("var"), file_size=1, hosts="tiaowen.gov.example")


@pytest.fixture(scope="module")
def url(house):
    with served(house, page=True) as address:
        yield address


@pytest.fixture
def client(url):
    with httpx.Client(base_url=url, trust_env=False, timeout=60) as found:
        yield found


def told(response, status):
    """The one form of errors, in Chinese."""
    assert response.status_code == status
    error = response.json()["error"]
    assert set(error) == {"message", "type", "code", "param"} and not error["message"].isascii()
    return error["message"]


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:7860", "127.0.0.1.evil.example", "", "localhost@evil.example"]
)
def test_another_name_for_this_machine_is_refused(client, host):
    told(client.get("/", headers={"Host": host}), 421)


@pytest.mark.parametrize(
    "host", ["localhost", "127.0.0.1:80", "[::1]:7860", "tiaowen.gov.example", "TIAOWEN.gov.example:443"]
)
def test_its_own_names_are_served(client, host):
    assert client.get("/healthz", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "path",
    ["/gradio_api/upload", "/gradio_api/queue/join", "/v1/search", "/v1/documents", "/mcp", "/gradio_api/run/predict"],
)
@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"}, {"Origin": "null"}, {"Origin": "http://127.0.0.1:1"}, {"Origin": "file://"},
        {"Sec-Fetch-Site": "cross-site"},
    ],
)  # fmt: skip
def test_a_page_of_another_site_can_send_nothing(client, path, headers):
    assert "别的网站" in told(client.post(path, headers=headers, json={}), 403)


def test_a_page_of_another_site_can_read_nothing_but_a_link_from_there_is_followed(client):
    told(client.get("/config", headers={"Origin": "http://localhost:3000"}), 403)
    assert client.get("/", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 200


def test_our_own_page_a_proxys_and_a_program_can(client, url):
    for headers in ({"Origin": url}, {"Origin": "https://tiaowen.gov.example"}, {}):
        assert client.post("/v1/search", headers=headers, json={"question": QUESTION}).status_code == 200


def test_what_is_too_large_is_refused_before_it_is_read_and_while_it_is(client):
    def endless():
        for _ in range(40):
            yield b"x" * (1 << 20)

    for path in ("/v1/search", "/gradio_api/queue/join", "/gradio_api/upload", "/v1/documents"):
        assert "上限" in told(client.post(path, content=b"x" * (BODY + 1)), 413)
    for path in ("/v1/search", "/gradio_api/queue/join", "/mcp"):
        with suppress(httpx.TransportError):  # the server stopped listening, which is as good
            told(client.post(path, content=endless()), 413)


def test_a_full_disk_is_said_and_not_a_bare_500(client, monkeypatch):
    monkeypatch.setattr(serve.shield, "SPARE", 1 << 60)
    for path in ("/gradio_api/upload", "/v1/documents"):
        assert "磁盘空间不足" in told(client.post(path, files={"files": ("a.txt", b"x")}), 507)


@pytest.mark.parametrize(
    "path",
    [
        "/nothing", "/gradio_api/info", "/gradio_api/openapi.json", "/gradio_api/dev/reload", "/monitoring", "/docs",
        "/openapi.json", "/redoc", "/gradio_api/vibe-code", "/gradio_api/proxy=http://evil.example", "/login",
        "/gradio_api/file=http://evil.example/x", "/gradio_api/custom_component/a/client/b/c", "/v1/nothing", "/gradio_api/runs",
        "/gradio_api/queue/status", "/gradio_api/stream/x", "/pwa_icon", "/gradio_api/mcp/sse", "/gradio_api/call/x",
    ],
)  # fmt: skip
def test_what_the_page_does_not_need_is_not_there(client, path):
    told(client.get(path), 404)
    told(client.post(path, json={}), 404)


@pytest.mark.parametrize(
    "path",
    [
        "/gradio_api/file=/etc/passwd",
        "/gradio_api/file=../../etc/passwd",
        "/assets/../../../etc/passwd",
        "/static/%2e%2e/%2e%2e/x",
    ],
)
def test_no_file_of_the_machine_is_served(client, path):
    assert client.get(path).status_code in (403, 404)


def test_every_answer_carries_the_headers(client):
    for path in ("/", "/v1/models", "/nothing", "/config"):
        headers = client.get(path).headers
        assert headers["x-frame-options"] == "DENY" and headers["x-content-type-options"] == "nosniff"
        assert (
            headers["referrer-policy"] == "same-origin"
            and "frame-ancestors 'none'" in headers["content-security-policy"]
        )


def test_a_host_that_someone_claims_for_us_is_not_taken_up(client):
    config = client.get("/config", headers={"X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example"})
    assert config.status_code == 200 and "evil.example" not in config.text
    assert "evil.example" not in client.get("/", headers={"X-Forwarded-Host": "evil.example"}).text


def test_uploads_lie_within_var_and_old_ones_are_cleared(client, house):
    (path,) = client.post("/gradio_api/upload", files={"files": ("草案.txt", "一、内容".encode())}).json()
    uploads = house.settings.var / "uploads"
    assert os.path.commonpath([path, uploads]) == str(uploads)
    from serve.app import _uploads

    old = uploads / "left-over"
    old.mkdir()
    os.utime(old, (time.time() - 90_000,) * 2)
    _uploads(uploads)
    assert not old.exists() and os.path.exists(path)


def test_one_client_cannot_queue_a_hundred_jobs(sample_root, tmp_path, monkeypatch):
    """Most are refused at once, and there is room again when they are done."""
    import gradio as gr

    held = threading.Event()

    def slow(_, may_edit):
        with gr.Blocks() as blocks:
            gr.Button().click(lambda: held.wait(120) and None)
        return blocks

    monkeypatch.setattr("page.app.build", slow)
    body = {"data": [], "fn_index": 0, "session_hash": "s1", "event_data": None, "trigger_id": None}
    with (
        served(house_over(sample_root, tmp_path), page=True) as url,
        httpx.Client(base_url=url, trust_env=False, timeout=60) as own,
    ):
        try:
            codes = [own.post("/gradio_api/queue/join", json=body).status_code for _ in range(100)]
            assert codes == [200] * PENDING + [429] * (100 - PENDING)
            assert "还没有完成" in told(own.post("/gradio_api/queue/join", json=body), 429)
        finally:
            held.set()
        until = time.monotonic() + 20
        while (code := own.post("/gradio_api/queue/join", json=body).status_code) != 200 and time.monotonic() < until:
            time.sleep(0.1)
        assert code == 200


def test_the_door_ignores_proxies_and_answers_while_the_machine_is_busy(house, monkeypatch, tmp_path, sample_root):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    with (
        served(house_over(sample_root, tmp_path), page=True) as url,
        httpx.Client(trust_env=False, base_url=url, timeout=60) as own,
    ):
        assert own.get("/").status_code == 200


def test_a_websocket_is_closed(url):
    host, port = url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as line:
        line.sendall(
            b"GET /v1/search HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n"
        )
        assert b"101" not in line.recv(64)


def test_a_bug_is_told_in_the_same_form(sample_root, tmp_path, monkeypatch):
    house = house_over(sample_root, tmp_path, chat=FakeChat())
    monkeypatch.setattr("serve.lookups.clean", lambda _: 1 / 0)
    with served(house) as url, httpx.Client(trust_env=False, base_url=url, timeout=60) as client:
        said = told(client.post("/v1/search", json={"question": QUESTION}), 500)
        assert "ZeroDivision" not in json.dumps(said)
