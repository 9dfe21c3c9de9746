"""Nothing calls out, and nothing is written outside the folder of the settings: every command, watched by the kernel."""

import os
import shutil
import sys

import pytest
import watched
from conftest import ROOT, SAMPLE, needs_models
from test_onnx_runtime import TESTED

from index.settings import Settings

pytestmark = [pytest.mark.skipif(watched.why_not() is not None, reason=str(watched.why_not())), needs_models]

_PAGE = """
import threading, time, urllib.request, os, sys
def visit():
    for _ in range(240):
        time.sleep(0.5)
        try:
            urllib.request.urlopen("http://127.0.0.1:7999/", timeout=20).read()
            os._exit(0)
        except OSError:
            pass
    os._exit(9)
threading.Thread(target=visit, daemon=True).start()
sys.argv = ["ui.py"]
exec(compile(open("ui.py", encoding="utf-8").read(), "ui.py", "exec"))
time.sleep(240)
"""

_API = """
import json
def visited():
    def said(path, **body):
        told = json.dumps(body).encode() if body else None
        asked = urllib.request.Request("http://127.0.0.1:7999" + path, told, {"Content-Type": "application/json"})
        return json.loads(urllib.request.urlopen(asked, timeout=60).read())
    messages = [{"role": "user", "content": "公租房的租金标准是多少？"}]
    assert said("/v1/chat/completions", model="tiaowen", messages=messages)["choices"]
    assert said("/v1/search", question="补贴标准", k=2) and said("/v1/related", text="加强老旧小区改造。", k=2)
    assert said("/v1/documents")
"""

_MCP = """
def visited():
    sys.path.insert(0, "tests")
    from test_mcp import used
    async def work(client):
        for tool, given in (("list_documents", {}), ("search", {"question": "补贴标准", "k": 2}), ("ask", {"question": "补贴标准？"})):
            assert not (await client.call_tool(tool, given)).is_error
        return True
    assert used("http://127.0.0.1:7999", work)
"""

_LEFT = """
def left():
    import traceback
    try:
        visited()
    except BaseException:
        traceback.print_exc()
        os._exit(8)
    os._exit(0)
"""

_STDIO = """
import os, sys
sys.path.insert(0, "tests")
from mcp import StdioServerParameters, stdio_client
from test_mcp import used
start = StdioServerParameters(command=sys.executable, args=["-m", "serve", "mcp"], cwd=os.getcwd(), env=dict(os.environ))
async def work(client):
    asked = await client.call_tool("ask", {"question": "补贴标准？"})
    return not asked.is_error and not (await client.call_tool("list_documents", {})).is_error
assert used(stdio_client(start), work)
"""


def door(visited):
    """The script of the page with what is visited, once it stands, before it is left."""
    begin, rest = _PAGE.split("def visit():", 1)
    return begin + visited + _LEFT + "def visit():" + rest.replace("os._exit(0)", "left()", 1)


@pytest.fixture(scope="module")
def var(tmp_path_factory):
    """A folder of the settings with the models of this machine, and two documents."""
    folder = tmp_path_factory.mktemp("var")
    for name in ("models", "onnx"):
        (folder / name).symlink_to((Settings().var / name).resolve())
    (folder / "corpus").mkdir()
    for file in sorted(SAMPLE.glob("*.txt"), key=lambda file: file.stat().st_size)[:2]:
        shutil.copy(file, folder / "corpus")
    return folder


def run(var, *command):
    """The record of a command with a home of its own, which has to stay empty."""
    home = var.parent / "home"
    home.mkdir(exist_ok=True)
    kept = {n: v for n, v in os.environ.items() if not n.startswith("TIAOWEN_") and n not in TESTED}
    env = kept | {
        "HOME": str(home), "XDG_CACHE_HOME": str(home / "cache"), "TMPDIR": str(var), "TIAOWEN_VAR": str(var),
        "TIAOWEN_CORPUS": str(var / "corpus"), "TIAOWEN_PORT": "7999", "PYTHONDONTWRITEBYTECODE": "1",
    }  # fmt: skip
    log = var.parent / "trace"
    record = watched.watched([sys.executable, *command], log, [var, var / "models", var / "onnx"], env, ROOT)
    assert list(home.iterdir()) == []
    return record


@pytest.mark.parametrize(
    "command",
    [
        ("-m", "index"),
        ("-m", "rag", "ask", "公租房的租金标准是多少？"),
        ("-m", "rag", "related", "加强老旧小区改造，完善配套设施。"),
        ("-m", "rag", "search", "补贴标准", "-k", "3"),
        ("-m", "rag", "docs"),
        ("-c", _PAGE),
        ("-c", door(_API)),
        ("-c", door(_MCP)),
        ("-c", _STDIO),
    ],
    ids=["index", "ask", "related", "search", "docs", "page", "api", "mcp", "mcp by stdio"],
)
def test_no_connection_no_look_up_and_no_file_outside(var, command):
    record = run(var, *command)
    assert record.code == 0, record.output[-1500:]
    assert record.reached == () and record.written == ()


def test_the_evaluation_calls_nobody_either(var):
    questions, out = var / "q.jsonl", var / "out"
    questions.write_text(
        '{"id": "1", "question": "租金标准？", "type": "fact", "answerable": false}\n', encoding="utf-8"
    )
    record = run(var, "-m", "eval", str(questions), "--mode", "search", "--out", str(out))
    assert record.reached == () and record.written == (), record.output[-1500:]


def test_a_call_and_a_file_outside_are_seen(var, tmp_path):
    code = f"import socket\ntry:\n socket.create_connection(('192.0.2.1', 9), 1)\nexcept OSError: pass\nopen({str(tmp_path / 'x')!r}, 'w')"
    record = run(var, "-c", code)
    assert record.reached == ("192.0.2.1",) and record.written == (str(tmp_path / "x"),)
