"""ONNX Runtime neither calls home nor leaves anything in the user's folders, whoever in this product uses it."""

import os
import re
import subprocess
import sys
from types import SimpleNamespace

import pytest
from conftest import ROOT

from index.query_graph import QueryGraph, Table

IMPORTS = re.compile(r"^\s*(?:import|from)\s+onnxruntime\b|import_module\(\s*[\"']onnxruntime", re.M)

# Makes a session over an identity graph, having loaded the runtime as the line before it says.
SESSION = """
from onnx import TensorProto, helper
value = lambda name: helper.make_tensor_value_info(name, TensorProto.FLOAT, [1])
graph = helper.make_graph([helper.make_node("Identity", ["x"], ["y"])], "g", [value("x")], [value("y")])
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
session = runtime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
"""
# The runtime holds its tongue where it believes itself tested: without these names it behaves as on a user's machine.
TESTED = ("CI", "ORT_DISABLE_TELEMETRY", "ORT_RUNNING_UNIT_TESTS", "GITHUB_ACTIONS", "TF_BUILD")


def test_only_one_room_imports_the_runtime():
    files = [path for room in ("index", "rag", "eval", "page", "serve") for path in (ROOT / room).rglob("*.py")] + [
        ROOT / "ui.py"
    ]
    found = [path.relative_to(ROOT).as_posix() for path in files if IMPORTS.search(path.read_text(encoding="utf-8"))]
    assert found == ["index/onnx_runtime.py"]


def test_telemetry_is_off_before_the_first_session(monkeypatch, tmp_path):
    called = []

    class Stop(Exception): ...

    def session(*_, **__):
        called.append("session")
        raise Stop

    fake = SimpleNamespace(
        SessionOptions=SimpleNamespace, InferenceSession=session, disable_telemetry_events=lambda: called.append("off")
    )
    monkeypatch.setitem(sys.modules, "onnxruntime", fake)
    monkeypatch.delenv("ORT_DISABLE_TELEMETRY", raising=False)
    with pytest.raises(Stop):
        QueryGraph(tmp_path / "x.onnx", Table("x", 0, 1, 1, 8), tmp_path, 1)
    assert called == ["off", "session"]
    assert os.environ["ORT_DISABLE_TELEMETRY"] == "1"


def test_a_session_leaves_nothing_in_the_users_folders(tmp_path):
    home = {name: str(tmp_path) for name in ("HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "TMPDIR")}
    environment = {name: value for name, value in os.environ.items() if name not in TESTED} | home
    load = "from index.onnx_runtime import onnx_runtime\nruntime = onnx_runtime()"
    done = subprocess.run(
        [sys.executable, "-c", load + SESSION], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert list(tmp_path.rglob("*")) == []
