"""`python -m eval.bench.load`: several askers at once at the product's own server, for a bounded time.

The server is `ui.py` on a free loopback port over the index at hand; each asker puts questions made of its headings one
after the other. Reported: seconds of an answer (p50, p95), errors, and how the server's memory grew from the end of the
first round to the end.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import cycle, islice
from typing import Annotated

import typer

from eval.bench.parts import questions
from eval.facts import machine
from index.edge import run
from index.errors import BadInput
from index.settings import ROOT, load_settings

_START = 120.0  # seconds a server may take to open index and models
_PATIENCE = 120.0  # seconds an answer may take until it counts as an error


@dataclass
class Load:
    """What the askers met; filled by all of them."""

    seconds: list[float] = field(default_factory=list)
    errors: Counter[str] = field(default_factory=Counter)
    memory: list[float] = field(default_factory=list)  # MiB, at the end of the first round and at the end

    def summary(self) -> dict:
        """The figures; seconds of answers that came."""
        import numpy as np

        p50, p95 = np.quantile(self.seconds, [0.5, 0.95]) if self.seconds else (None, None)
        return {
            "answers": len(self.seconds),
            "errors": sum(self.errors.values()),
            "kinds": dict(self.errors),
            "p50_seconds": None if p50 is None else round(float(p50), 3),
            "p95_seconds": None if p95 is None else round(float(p95), 3),
            "memory_mib": [round(m) for m in self.memory],
            "growth_mib": round(self.memory[-1] - self.memory[0], 1) if len(self.memory) > 1 else None,
        }


def asked(url: str, texts: Sequence[str], askers: int, seconds: float, memory=lambda: 0.0) -> Load:
    """Have `askers` put `texts` to the server at `url` by turns for so many seconds, each at least once."""
    import httpx

    load, lock = Load(), threading.Lock()
    first, begin = threading.Barrier(askers, action=lambda: load.memory.append(memory())), time.monotonic()

    def ask(place: int) -> None:
        with httpx.Client(base_url=url, trust_env=False, timeout=_PATIENCE) as client:
            for turn, text in enumerate(islice(cycle(texts), place * 7, None)):
                if turn and time.monotonic() - begin > seconds:
                    return
                began = time.perf_counter()
                try:
                    client.post("/v1/chat/completions", json=_body(text)).raise_for_status()
                    with lock:
                        load.seconds.append(time.perf_counter() - began)
                except httpx.HTTPStatusError as error:
                    with lock:
                        load.errors[str(error.response.status_code)] += 1
                except httpx.TransportError as error:
                    with lock:
                        load.errors[type(error).__name__] += 1
                if not turn:
                    first.wait(_PATIENCE)

    threads = [threading.Thread(target=ask, args=[place]) for place in range(askers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    load.memory.append(memory())
    return load


def _body(text: str) -> dict:
    return {"model": "tiaowen", "messages": [{"role": "user", "content": text}]}


app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)


@app.command()
def main(
    askers: Annotated[int, typer.Option(help="同时提问的人数", min=1, max=64)] = 8,
    seconds: Annotated[float, typer.Option(help="持续多少秒", min=1)] = 60.0,
) -> None:
    """同时提问：用时、出错、内存增长。"""
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
        found = asked(url, texts, askers, seconds, lambda: process.memory_info().rss / 2**20).summary()
    finally:
        server.terminate()  # also where this command was stopped: nothing is left running
        server.wait(30)
    report = {"machine": machine(), "askers": askers, "asked_seconds": seconds, **found}
    target = settings.var / "eval" / "load.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(report, ensure_ascii=False, indent=1))


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
