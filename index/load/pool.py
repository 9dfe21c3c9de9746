"""Files read and parsed in processes of their own, so that none of them can stop, hang or fill the program that asks.

A child serves one file after another; one that is killed, hangs or runs out of memory costs its file, and a new child
takes the next. Answers come back as JSON and are validated.
"""

from __future__ import annotations

import atexit
import json
import os
import queue
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from index.errors import UnreadableFile
from index.limits import Limits
from index.load.listing import Found
from index.schema import Contents, RawText
from index.settings import ROOT

CHILD = ("-m", "index.load.worker")  # what Python runs in a child
_FURTHER = 1.0  # seconds after which a further child is worth its start
_STEP = 0.5  # seconds between two looks at a child at work
_WAITED = 2  # times the seconds allowed that may pass on the clock, if the processor was busy with something else
_BEATEN = 20  # times the seconds allowed that a reader which gives signs of life may take in all
_UNUSABLE = "读出的内容含有无法使用的字符"
_DAMAGED = "文件可能已损坏，请用原来的软件打开后另存一份再试"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one file."""

    contents: tuple[Contents, ...] = ()
    refused: tuple[tuple[str, str], ...] = ()  # (file, why)
    stopped: bool = False  # it went over a limit or brought its reader down; trying again would do so again


def taken(files: Sequence[Found], limits: Limits) -> Iterator[tuple[int, Outcome]]:
    """(place in `files`, what came of it) of every file, as they are done."""
    for place, answer in _answers([(place, file, False) for place, file in enumerate(files)], limits):
        if isinstance(answer, dict):
            try:
                answer = Outcome(_contents(answer["taken"]), _refused(answer))
            except ValueError:  # such as half a character, which no index can hold
                answer = Outcome(refused=((files[place].name, _UNUSABLE),))
        yield place, answer


def lines(path: Path, name: str, limits: Limits) -> RawText:
    """One file's lines, for a file somebody uploads; UnreadableFile says why not."""
    with closing(_answers([(0, Found(path, name), True)], limits)) as answers:
        _, answer = next(answers)
    refused = answer.refused if isinstance(answer, Outcome) else _refused(answer)
    if refused or isinstance(answer, Outcome):
        raise UnreadableFile(*(refused or ((name, _UNUSABLE),))[0])
    try:
        return _raw(answer["raw"])
    except ValueError as error:
        raise UnreadableFile(name, _UNUSABLE) from error


def _answers(jobs: Sequence[tuple[int, Found, bool]], limits: Limits) -> Generator[tuple[int, dict | Outcome]]:
    waiting: queue.SimpleQueue[tuple[int, Found, bool]] = queue.SimpleQueue()
    done: queue.SimpleQueue[tuple[int, dict | Outcome] | BaseException] = queue.SimpleQueue()
    left = 0
    for place, file, whole in jobs:
        if (early := _at_sight(file, limits)) is not None:
            yield place, early
        else:
            waiting.put((place, file, whole))
            left += 1
    ended = threading.Event()
    watchers = [
        threading.Thread(target=_watch, args=(number, waiting, done, ended, limits), daemon=True)
        for number in range(min(limits.at_once, left))
    ]
    for watcher in watchers:
        watcher.start()
    try:
        for _ in range(left):
            answer = done.get()
            if isinstance(answer, BaseException):
                raise answer
            yield answer
    finally:
        ended.set()
        for watcher in watchers:
            watcher.join()


def _at_sight(file: Found, limits: Limits) -> Outcome | None:
    """The outcome of a file that need not be opened to be refused; None where it has to be read."""
    with suppress(OSError):  # the reader will say it
        size = file.path.stat().st_size / 2**20
        if size > limits.size:
            return _over(file, f"文件有 {size:.0f} MiB，超过上限 {limits.size} MiB", "file_size")
    return None


def _over(file: Found, what: str, setting: str) -> Outcome:
    told = f"{what}，没有收录。请拆分该文件，或调大设置 {setting}（环境变量 TIAOWEN_{setting.upper()}）后重试"
    return Outcome(refused=((file.name, told),), stopped=True)


def _watch(
    number: int, waiting: queue.SimpleQueue, done: queue.SimpleQueue, ended: threading.Event, limits: Limits
) -> None:
    """One child after another at work on what is waiting, until nothing is."""
    if number:
        ended.wait(number * _FURTHER)  # a few small files are read before a further child has started
    child: _Child | None = None
    try:
        while not ended.is_set():
            try:
                place, file, whole = waiting.get_nowait()
            except queue.Empty:
                return
            answer = None
            while answer is None:
                child = child or _child(limits)
                fresh = child.fresh
                answer = child.answer(file, whole, ended)
                if isinstance(answer, Outcome):
                    # What files before this one left in the child's memory is not its fault.
                    answer = answer if fresh or child.late else None
                    child.end()
                    child = None
            done.put((place, answer))
    except BaseException as error:  # such as no process being left to start: the asker is told, and waits no longer
        done.put(error)
    finally:
        if child is not None:
            _idle.append(child)


_idle: list[_Child] = []  # have read what they were given, and wait for the next


def _child(limits: Limits) -> _Child:
    """A child process that waits for work, or a new one: starting takes longer than reading most files."""
    with suppress(IndexError):
        while True:
            child = _idle.pop()
            if child.serves(limits):
                return child
            child.end()
    return _Child(limits)


@atexit.register
def _end_idle() -> None:
    while _idle:
        _idle.pop().end()


class _Child:
    """A process that reads files, watched from here."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._program = (*CHILD, str(limits.memory), str(limits.seconds))
        self.fresh = True  # no file read yet
        self.late = False  # a file took too long
        single = {f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "MKL")}
        process = subprocess.Popen(
            [sys.executable, *self._program],
            cwd=ROOT,
            bufsize=0,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            env=os.environ | single | {"MALLOC_ARENA_MAX": "2"},
        )
        assert process.stdin is not None and process.stdout is not None  # both are pipes
        self._process, self._asks, self._tells = process, process.stdin, process.stdout

    def serves(self, limits: Limits) -> bool:
        """Whether it is alive and was started under these limits."""
        return self._process.poll() is None and self._program == (*CHILD, str(limits.memory), str(limits.seconds))

    def answer(self, file: Found, whole: bool, ended: threading.Event) -> dict | Outcome:
        """The child's answer, or why there is none; then the child is of no more use."""
        self.fresh = False
        job = {"path": os.path.abspath(file.path), "name": file.name, "whole": whole}
        try:
            self._asks.write(json.dumps(job).encode() + b"\n")
            line = self._line(ended)
        except OSError:  # it died between two files
            line = b""
        if line is None:
            self.late = True
            seconds = f"{self._limits.seconds:g} 秒内没有读完"
            return _over(file, seconds, "file_seconds")
        if not line:
            self._process.wait()
            return Outcome(
                refused=((file.name, f"读取程序中途退出（{self._process.returncode}）。{_DAMAGED}"),), stopped=True
            )
        answer = json.loads(line)
        if "memory" in answer:
            return _over(file, f"读取所需内存超过 {self._limits.memory} MiB", "file_memory")
        return answer

    def _line(self, ended: threading.Event) -> bytes | None:
        """The next line that is no sign of life; empty when the child died, None when its time is over."""
        began = since = time.monotonic()
        used = self._used()
        pieces: list[bytes] = []
        pipe = self._tells.fileno()
        while not ended.is_set():
            if select.select([pipe], [], [], _STEP)[0]:
                piece = os.read(pipe, 1 << 20)
                if not piece:
                    return b""
                if not pieces and not piece.strip(b"\n"):
                    since, used = time.monotonic(), self._used()
                    continue
                pieces.append(piece)
                if piece.endswith(b"\n"):
                    return b"".join(pieces).lstrip(b"\n")
                continue
            now = time.monotonic()
            spent = self._used() - used
            if spent > self._limits.seconds or now - since > _WAITED * self._limits.seconds:
                return None
            if now - began > _BEATEN * self._limits.seconds:
                return None
        return None

    def _used(self) -> float:
        """Seconds of processor time so far; a process that is gone has used none."""
        import psutil

        try:
            times = psutil.Process(self._process.pid).cpu_times()
            return times.user + times.system + times.children_user + times.children_system
        except psutil.Error:
            return 0.0

    def end(self) -> None:
        """Kill it and whatever it started."""
        with suppress(OSError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._asks.close()
        self._tells.close()
        self._process.wait()


def _refused(answer: dict) -> tuple[tuple[str, str], ...]:
    return tuple((str(file), str(why)) for file, why in answer.get("refused", ()))


@cache
def _adapter(kind: Any) -> Any:
    from pydantic import TypeAdapter

    return TypeAdapter(kind)


def _contents(data: list[dict]) -> tuple[Contents, ...]:
    return _adapter(tuple[Contents, ...]).validate_python(data)


def _raw(data: dict) -> RawText:
    return _adapter(RawText).validate_python(data)
