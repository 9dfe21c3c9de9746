"""A server of the doors' tests: a house over the sample index with the fake encoder, on a loopback port."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager

from conftest import engine_over

from rag.live import Live
from serve.accounts import Accounts
from serve.app import application
from serve.audit import Audit
from serve.house import House, Mode
from serve.start import bound

PASSWORD = "一个相当长的密码"


def house_over(root, var, mode=Mode.ALONE, *, chat=None, audited=False, threshold=0.0, **settings):
    """A house whose files lie in the folder `var`."""
    settings = {"var": var, "as_of": "2026-06-01", **settings}
    engine = engine_over(root, chat, threshold, **settings)
    accounts = Accounts(var / "accounts.sqlite") if mode is Mode.ACCOUNTS else None
    audit = Audit(var / "audit.sqlite") if audited or accounts else None
    return House(engine.settings, Live(engine), mode, accounts, audit)


@contextmanager
def served(house, *, page=False):
    """The house's application on a port of its own; its address."""
    import uvicorn

    door = bound("127.0.0.1", free_port())
    server = uvicorn.Server(
        uvicorn.Config(
            application(house, page=page), log_level="error", server_header=False, timeout_graceful_shutdown=1
        )
    )
    thread = threading.Thread(target=server.run, args=([door],), daemon=True)
    thread.start()
    try:
        begun = time.monotonic()
        while not server.started:
            assert thread.is_alive() and time.monotonic() - begun < 60, "the server did not start"
            time.sleep(0.01)
        yield f"http://127.0.0.1:{door.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)
        door.close()
        house.close()


def free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
