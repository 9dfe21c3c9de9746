"""`python -m eval.bench.load`: several people at once at the product's own server, for a bounded time.

The server is `ui.py` on a free loopback port over the index at hand. Each does one thing after the other: mostly
questions made of its headings, whole and streamed, and in between what else there is to do: search, related clauses, a
document's clauses, the page itself. Reported: seconds by kind (p50, p95), errors, and the server's memory from the end
of the first round on.
"""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import cycle, islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from eval.bench.parts import questions
from eval.facts import machine
from index.cli import run
from index.errors import BadInput
from index.settings import ROOT, load_settings

if TYPE_CHECKING:
    import httpx
    import psutil

_START = 600.0  # seconds a server may take to open index and models
_PATIENCE = 300.0  # seconds an answer may take until it counts as an error
_MINUTE = 60.0  # seconds between two looks at the memory


@dataclass
class Load:
    """What the askers met; filled by all of them."""

    seconds: dict[str, list[float]] = field(default_factory=dict)  # by kind of request
    errors: Counter[str] = field(default_factory=Counter)
    memory: list[float] = field(default_factory=list)  # MiB: at the end of the first round, each minute, at the end

    def summary(self) -> dict:
        """The figures; seconds of requests that were served, those of `answers` first."""
        of_answers = [each for kind in _ANSWERS for each in self.seconds.get(kind, ())]
        return {
            "answers": len(of_answers),
            "errors": sum(self.errors.values()),
            "kinds": dict(self.errors),
            "p50_seconds": _quantile(of_answers, 0.5),
            "p95_seconds": _quantile(of_answers, 0.95),
            "requests": {
                kind: {"count": len(own), "p50_seconds": _quantile(own, 0.5), "p95_seconds": _quantile(own, 0.95)}
                for kind, own in sorted(self.seconds.items())
            },
            "memory_mib": [round(m) for m in self.memory],
            "growth_mib": round(self.memory[-1] - self.memory[0], 1) if len(self.memory) > 1 else None,
        }


def asked(url: str, texts: Sequence[str], askers: int, seconds: float, memory=lambda: 0.0, pause: float = 0.0) -> Load:
    """Have `askers` work with `texts` at the server at `url` for so many seconds, each at least once, resting `pause`
    seconds between two requests."""
    import httpx

    load, lock = Load(), threading.Lock()
    first, begin = threading.Barrier(askers, action=lambda: load.memory.append(memory())), time.monotonic()
    over = threading.Event()

    def work(place: int) -> None:
        with httpx.Client(base_url=url, trust_env=False, timeout=_PATIENCE) as client:
            for turn, text in enumerate(islice(cycle(texts), place * 7, None)):
                if turn and time.monotonic() - begin > seconds:
                    return
                kind = _ROUND[(turn + place) % len(_ROUND)] if turn else "ask"
                began = time.perf_counter()
                try:
                    _REQUESTS[kind](client, text)
                    with lock:
                        load.seconds.setdefault(kind, []).append(time.perf_counter() - began)
                except httpx.HTTPStatusError as error:
                    with lock:
                        load.errors[str(error.response.status_code)] += 1
                except httpx.TransportError as error:
                    with lock:
                        load.errors[type(error).__name__] += 1
                if not turn:
                    first.wait(_PATIENCE)
                over.wait(pause)

    def watch() -> None:
        while not over.wait(_MINUTE):
            load.memory.append(memory())

    threads = [threading.Thread(target=work, args=[place], daemon=True) for place in range(askers)]
    threading.Thread(target=watch, daemon=True).start()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(seconds + 3 * _PATIENCE)
    over.set()
    load.memory.append(memory())
    return load


def _posted(path: str, **more: object) -> Callable[[httpx.Client, str], None]:
    def send(client: httpx.Client, text: str) -> None:
        field = "text" if path.endswith("related") else "question"
        client.post(path, json={field: text, **more}).raise_for_status()

    return send


def _asked(client: httpx.Client, text: str, *, stream: bool = False) -> None:
    body = {"model": "tiaowen", "messages": [{"role": "user", "content": text}], "stream": stream}
    with client.stream("POST", "/v1/chat/completions", json=body) as answer:
        answer.raise_for_status()
        answer.read()


def _read(client: httpx.Client, _: str) -> None:
    listed = client.get("/v1/documents").raise_for_status().json()["data"]
    client.get(f"/v1/documents/{listed[0]['doc_id']}/clauses").raise_for_status()


def _opened(client: httpx.Client, _: str) -> None:
    client.get("/").raise_for_status()


_REQUESTS: dict[str, Callable[[httpx.Client, str], None]] = {
    "ask": _asked,
    "ask streamed": partial(_asked, stream=True),
    "search": _posted("/v1/search", k=10),
    "related": _posted("/v1/related", k=10),
    "read": _read,
    "open the page": _opened,
}
_ROUND = ("ask", "search", "ask streamed", "related", "ask", "read", "ask streamed", "open the page")
_ANSWERS = ("ask", "ask streamed")


def _quantile(seconds: Sequence[float], share: float) -> float | None:
    import numpy as np

    return round(float(np.quantile(seconds, share)), 3) if len(seconds) else None


app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)


@app.command()
def main(
    askers: Annotated[int, typer.Option(help="同时提问的人数", min=1, max=64)] = 8,
    seconds: Annotated[float, typer.Option(help="持续多少秒", min=1)] = 60.0,
    pause: Annotated[float, typer.Option(help="每人两次请求之间停多少秒", min=0)] = 0.0,
) -> None:
    """同时使用：用时、出错、内存增长。"""
    import psutil

    from rag.library import Library

    settings = load_settings()
    texts = questions(Library.open(settings).store.clauses)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    # All askers come from this machine: they are one user to the server.
    own = {
        "TIAOWEN_HOST": "127.0.0.1",
        "TIAOWEN_QUESTIONS_EACH": str(askers),
        "TIAOWEN_QUESTIONS": str(max(32, askers)),
    }
    server = subprocess.Popen([sys.executable, "ui.py", "--port", str(port)], cwd=ROOT, env=os.environ | own,
                              stdout=subprocess.DEVNULL)  # fmt: skip
    try:
        url = f"http://127.0.0.1:{port}"
        _started(url, server)
        process = psutil.Process(server.pid)
        found = asked(url, texts, askers, seconds, lambda: _memory(process), pause).summary()
    finally:
        server.terminate()  # also where this command was stopped: nothing is left running
        try:
            server.wait(30)
        except subprocess.TimeoutExpired:
            server.kill()
    report = {"machine": machine(), "askers": askers, "asked_seconds": seconds, "pause_seconds": pause, **found}
    target = settings.var / "eval" / "load.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(report, ensure_ascii=False, indent=1))


def _memory(server: psutil.Process) -> float:
    """MiB of the server and its children that are theirs alone: pages of the models' files come and go as the machine's
    memory has room, and are counted only where the system does not tell them apart."""
    return sum(_own(each) for each in (server, *server.children(recursive=True))) / 2**20


def _own(process: psutil.Process) -> int:
    try:
        told = Path(f"/proc/{process.pid}/smaps_rollup").read_text(encoding="ascii")
    except OSError:
        return process.memory_info().rss
    own = re.search(r"^Anonymous:\s+(\d+) kB", told, re.M)
    return int(own[1]) * 1024 if own else process.memory_info().rss


def _started(url: str, server: subprocess.Popen) -> None:
    import httpx

    until = time.monotonic() + _START
    while time.monotonic() < until and server.poll() is None:
        try:
            if httpx.get(f"{url}/healthz", trust_env=False, timeout=5).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.3)
    raise BadInput(f"服务器没有在 {_START:g} 秒内启动，原因见上")


if __name__ == "__main__":
    run(lambda: app(standalone_mode=False))
