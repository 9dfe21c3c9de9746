"""index.load.worker with one more format: a .odd file says itself what becomes of the process that reads it."""

from __future__ import annotations

import os
import signal
import sys
import time
import zlib
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from index import load
from index.load import pulse, text, worker
from index.schema import Line, Reading

ERRORS = {
    "zlib": zlib.error("bad data"),
    "runtime": RuntimeError("encrypted"),
    "missing": NotImplementedError("type 99"),
    "deep": RecursionError("deep"),
    "half": UnicodeEncodeError("utf-8", "\ud800", 0, 1, "surrogates not allowed"),
    "attribute": AttributeError("x"),
    "value": ValueError("invalid literal"),
    "key": KeyError("x"),
    "assert": AssertionError(),
    "io": OSError(5, "Input/output error"),
}


def read(data: bytes) -> Reading:
    what, _, rest = data.decode().partition("\n")
    if what in ERRORS:
        raise ERRORS[what]
    if what == "spin":
        while True:
            pass
    if what == "sleep":
        time.sleep(600)
    if what == "eat":
        held = []
        while True:
            held.append(bytearray(1 << 24))
    if what == "die":
        os.kill(os.getpid(), signal.SIGSEGV)
    if what == "exit":
        os._exit(0)
    if what == "surrogate":
        return Reading([Line("第一条　渡\ud800口。", 1)])
    if what == "slow":  # longer than is allowed, with signs of life
        for _ in range(8):
            time.sleep(1)
            pulse.beat()
    if what == "print":
        print("这是某个库的输出\n" * 3, flush=True)
    gaps = ("第 2 页没有文字层，未收录",) if what == "gaps" else ()
    return Reading(text.read(rest.encode()).lines, gaps)


load.READERS[".odd"] = read

if __name__ == "__main__":
    worker.main(sys.argv[1:])
