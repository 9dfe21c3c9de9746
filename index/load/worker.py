"""The process that reads files for another: a JSON line in for each file, a JSON line out (`python -m
index.load.worker`).

What it reads may kill it, hang it or fill its memory; index.load.pool watches it from outside. JSON, not pickle, comes
back, so that a file which takes this process over gains nothing in the other. An empty line is a sign of life.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
from dataclasses import asdict
from pathlib import Path

from index.errors import OutOfMemory, UnreadableFile
from index.load import load_file, load_files, pulse
from index.take import take

_ORPHANED = 4  # times the seconds allowed, after which it ends by itself: its watcher is gone


def main(arguments: list[str]) -> None:
    """Serve until the input ends; `arguments` are the MiB it may use and the seconds for a file."""
    memory, seconds = int(arguments[0]), float(arguments[1])
    resource.setrlimit(resource.RLIMIT_DATA, (memory * 2**20,) * 2)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    reply = os.dup(1)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # what libraries print is no answer
    allowed = int(_ORPHANED * seconds) + 1

    def alive() -> None:
        signal.alarm(allowed)
        os.write(reply, b"\n")

    pulse.watch(alive)
    alive()  # the time for the first file begins when this process is ready for it
    with os.fdopen(reply, "wb") as out:
        for line in sys.stdin.buffer:
            signal.alarm(allowed)
            out.write(answer(json.loads(line)) + b"\n")
            out.flush()
            signal.alarm(0)


def answer(job: dict) -> bytes:
    """The line for one job: what was taken, what was refused and why, or that memory ran out."""
    try:
        found = _read(job) if job["whole"] else _taken(job)
        return json.dumps(found).encode()
    except (MemoryError, OutOfMemory):
        return b'{"memory": true}'


def _read(job: dict) -> dict:
    """The lines of a file, for an upload."""
    try:
        raw = load_file(Path(job["path"]), job["name"])
    except UnreadableFile as failure:
        return {"refused": [[failure.file, failure.reason]]}
    return {"raw": asdict(raw)}


def _taken(job: dict) -> dict:
    """The documents of a file, for the index."""
    raws, failures = load_files(Path(job["path"]), job["name"])
    refused = [[failure.file, failure.reason] for failure in failures]
    taken = []
    for raw in raws:
        try:
            taken.append(asdict(take(raw)))
        except MemoryError:
            raise
        except Exception as error:  # a fault of ours or a character of theirs: either way it is this file's alone
            refused.append([raw.file, f"无法解析（{type(error).__name__}）"])
    return {"taken": taken, "refused": refused}


if __name__ == "__main__":
    main(sys.argv[1:])
