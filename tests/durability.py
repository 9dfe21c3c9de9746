"""What a machine does to a build and to a batch, done to tiny ones, hundreds of times: kills, damaged bytes, failing
writes, clocks that jump, two writers.

`python tests/durability.py [--seed N] [--kills N] [--damages N] [--every N] [--only STAGE]` prints what was tried, and what broke with
its trial; a test runs a short one. Builds run in forked children, with a fake encoder and without reading processes.
"""

from __future__ import annotations

import argparse
import errno
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parent), str(Path(__file__).resolve().parent.parent)]

from conftest import FakeEncoder, quiet  # noqa: E402
from rich.console import Console  # noqa: E402

from index import build as building  # noqa: E402
from index.cli import run  # noqa: E402
from index.errors import BrokenIndex  # noqa: E402
from index.journal import NAME  # noqa: E402
from index.load import load_files  # noqa: E402
from index.load.pool import Outcome  # noqa: E402
from index.store import Store, current  # noqa: E402
from index.take import take  # noqa: E402
from rag import batch  # noqa: E402
from rag.schema import Answer, Timings  # noqa: E402

# What changes the disk, as the kernel calls it.
CHANGES = "write,pwrite64,writev,pwritev,fsync,fdatasync,ftruncate,fallocate,mkdir,rename,renameat,renameat2"
REMOVALS = "unlink,unlinkat,rmdir"
_STRACE = shutil.which("strace")


def _taken(files, limits):
    """What the reading processes would hand back, read here."""
    for place, found in enumerate(files):
        raws, _ = load_files(found.path, found.name)
        yield place, Outcome(tuple(take(raw) for raw in raws))


batch._stderr = lambda: Console(quiet=True)
building.pool.taken = _taken  # a process a file would be most of a trial's time


class Trial:
    """A corpus in two states, an index over it, and what was found wrong."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.chance = random.Random(seed)
        self.corpus, self.root, self.folder = folder / "corpus", folder / "index", folder
        self.corpus.mkdir(parents=True)
        self.broken: list[str] = []
        self.state = 0
        self.write(0)
        self.build()

    def write(self, state: int) -> None:
        """Put the corpus into a state; the first document differs in each."""
        self.state = state
        for number in range(3):
            figure = 10 + number + (state if number == 0 else 0)
            text = f"云泽市茶园管理办法（{number}）\n第一条　茶园面积{figure}万亩。\n第二条　由市农业局负责。\n"
            (self.corpus / f"{number}.txt").write_text(text, encoding="utf-8")

    def build(self) -> None:
        building.build([self.corpus], self.root, FakeEncoder, rebuild=False, progress=quiet)

    def held(self) -> str:
        """The state that the index is of; BrokenIndex where it cannot be used."""
        store = Store.open(self.root)
        assert store.report.documents and store.structure is not None and len(store.samples) == 3
        return "".join(clause.text for clause in store.clauses)

    def wrong(self, what: str) -> None:
        self.broken.append(what)

    def mended(self, what: str) -> None:
        """A plain build must bring the index in line, and leave nothing behind."""
        try:
            self.build()
            if f"面积{10 + self.state}万亩" not in self.held():
                self.wrong(f"{what}: the build gives another index")
        except Exception as error:
            self.wrong(f"{what}: a plain build does not mend ({type(error).__name__}: {error})")
            shutil.rmtree(self.root)
            self.build()
        left = [p.name for p in self.root.iterdir() if not p.name.startswith(("CURRENT", "lock", "gen-"))]
        if left or len(list(self.root.glob("gen-*"))) > 2 or len(list(self.root.glob("CURRENT*"))) > 1:
            self.wrong(f"{what}: left behind {left} {sorted(p.name for p in self.root.iterdir())}")


def forked(work: Callable[[], object], log: Path, *, stopped: bool = False) -> int:
    """Run `work` in a child, its output in `log`; the child's id. `stopped`: it waits for SIGCONT first."""
    child = os.fork()
    if child:
        return child
    code = 70
    try:
        out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(out, 1)
        os.dup2(out, 2)
        if stopped:
            os.kill(os.getpid(), signal.SIGSTOP)
        try:
            run(work)
        except SystemExit as leaving:
            code = leaving.code or 0
        except BaseException as error:
            os.write(2, f"Traceback {type(error).__name__}: {error}".encode())
    finally:
        os._exit(code)


def waited(child: int) -> int:
    """The exit code of a child, negative where a signal ended it."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def injected(work: Callable[[], object], log: Path, call: str, what: str, nth: int) -> int | None:
    """Run `work` in a child whose nth system call of this name goes as `what` says; its exit code, None where it makes
    fewer."""
    child = forked(work, log, stopped=True)
    os.waitpid(child, os.WUNTRACED)
    seen = log.with_suffix(".strace")
    inject = f"inject={call}:{what}:when={nth}"
    command = [_STRACE, "-f", "-p", str(child), "-o", str(seen), "-e", f"trace={call}", "-e", inject]
    watching = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    if "attached" not in (told := watching.stderr.readline()):
        os.kill(child, signal.SIGKILL)
        waited(child)
        raise OSError(errno.EPERM, told)
    os.kill(child, signal.SIGCONT)
    code = waited(child)
    watching.wait()
    watching.stderr.close()
    return code if code < 0 or "(INJECTED)" in seen.read_text(encoding="utf-8", errors="replace") else None


def each_call(calls: str, every: int, work: Callable[[str, int], int | None]) -> int:
    """Call `work` for every `every`-th call of each of these names until there is none; how many there were."""
    done = 0
    for call in calls.split(","):
        nth, before = 1, done
        while work(call, nth) is not None:
            done += 1
            nth += every
        print(f"  {call}: {done - before}", flush=True)
    return done


def kills(trial: Trial, count: int) -> int:
    """Builds killed at any time; some die on the leavings of another."""
    log = trial.folder / "log"
    began = time.monotonic()
    trial.write(1)
    trial.build()
    usual = time.monotonic() - began
    for number in range(count):
        before = trial.held()
        trial.write(2 + number)
        child = forked(trial.build, log)
        time.sleep(trial.chance.uniform(0, 1.3 * usual))
        os.kill(child, signal.SIGKILL)
        waited(child)
        checked(trial, before, f"kill {number}")
        if trial.chance.random() < 0.5:
            trial.mended(f"kill {number}")
    trial.mended("kills")
    return count


def checked(trial: Trial, before: str, what: str) -> None:
    """The index is the one it was or the new one."""
    try:
        if (now := trial.held()) != before and f"面积{10 + trial.state}万亩" not in now:
            trial.wrong(f"{what}: neither the old index nor the new")
    except BrokenIndex as error:
        trial.wrong(f"{what}: {error}")
        trial.mended(what)


def kills_at_calls(trial: Trial, every: int) -> int:
    """Builds killed at every change they make to the disk."""

    def work(call: str, nth: int) -> int | None:
        before = trial.held()
        trial.write(trial.state + 1)
        code = injected(trial.build, trial.folder / "log", call, "signal=KILL", nth)
        checked(trial, before, f"kill at {call} {nth}")
        trial.mended(f"kill at {call} {nth}")
        return code

    return each_call(f"{CHANGES},{REMOVALS}", every, work)


def failing_writes(trial: Trial, every: int) -> int:
    """The nth change to the disk fails for want of room, for every n of a build."""
    log = trial.folder / "log"

    def work(call: str, nth: int) -> int | None:
        before = trial.held()
        trial.write(trial.state + 1)
        code = injected(trial.build, log, call, "error=ENOSPC", nth)
        said = log.read_text(encoding="utf-8", errors="replace").strip()
        if code is not None and not _told(code, said):
            trial.wrong(f"{call} {nth} fails: exit {code}, {said[:300]!r}")
        checked(trial, before, f"{call} {nth} fails")
        trial.mended(f"{call} {nth} fails")
        return code

    return each_call(CHANGES, every, work)


def _told(code: int, said: str) -> bool:
    """Whether a full disk was told in one line, or got over."""
    return (code == 0 and not said) or (
        code == 2 and "\n" not in said and said.startswith(("磁盘已满", "磁盘读写出错"))
    )


def damages(trial: Trial, count: int) -> dict[str, int]:
    """Every file of an index damaged in turn, at any byte; kind → trials."""
    done: dict[str, int] = {}
    for number in range(count):
        trial.write(20_000 + number // 40)
        trial.mended("before damage")
        folder = current(trial.root)
        files = [trial.root / "CURRENT", *sorted(p for p in folder.rglob("*") if p.is_file())]
        file = files[number % len(files)]
        kind = trial.chance.choice(("flip", "flip", "flip", "cut", "gone", "zeros", "longer"))
        before = file.read_bytes()
        _damage(file, kind, trial.chance)
        what = f"{kind} {file.relative_to(trial.root)}"
        changed = not file.is_file() or file.read_bytes() != before
        try:
            trial.held()
            if changed:
                trial.wrong(f"{what}: used")
        except BrokenIndex as error:
            if "python -m index" not in str(error) or "\n" in str(error):
                trial.wrong(f"{what}: {error}")
        except Exception as error:
            trial.wrong(f"{what}: {type(error).__name__} {error}")
        trial.mended(what)
        done[kind] = done.get(kind, 0) + 1
    return done


def damaged_journals(trial: Trial, count: int) -> int:
    """The journal of a build that was stopped, damaged: the next build goes on or begins again, to the same end."""
    for number in range(count):
        trial.write(40_000 + number)
        child = forked(lambda: _stopped(trial), trial.folder / "log")
        waited(child)
        journals = [p for p in trial.root.glob(NAME + "*") if p.stat().st_size]
        if not journals:
            trial.wrong("no journal was left")
            break
        _damage(trial.chance.choice(journals), trial.chance.choice(("flip", "flip", "cut", "zeros")), trial.chance)
        trial.mended(f"journal {number}")
    return count


def _stopped(trial: Trial) -> None:
    """A build killed when everything is in its journal."""
    building.store.write = lambda *a, **k: os.kill(os.getpid(), signal.SIGKILL)
    trial.build()


def _damage(file: Path, kind: str, chance: random.Random) -> None:
    data = bytearray(file.read_bytes())
    at = chance.randrange(len(data)) if data else 0
    if kind == "gone":
        return file.unlink()
    if kind == "flip" and data:
        data[at] ^= 1 << chance.randrange(8)
    elif kind == "zeros" and data:
        data[at : at + 64] = bytes(len(data[at : at + 64]))
    elif kind == "cut":
        del data[at:]
    else:
        data += bytes([chance.randrange(256)])
    file.write_bytes(data)


class _Engine:
    """Answers at once."""

    def ask(self, question, history=(), filters=None):
        return replace(Answer(question, (), (), (), refused=True), timings=Timings())


def batch_kills(folder: Path, count: int, seed: int) -> tuple[int, list[str]]:
    """Batches killed at any time and run again: every answer once, what was written stays."""
    chance, broken = random.Random(seed), []
    source = folder / "in.jsonl"
    source.write_text(
        "".join(json.dumps({"id": n, "question": f"第{n}问？"}) + "\n" for n in range(60)), encoding="utf-8"
    )
    began = time.monotonic()
    batch.process(_Engine(), "ask", source, folder / "time.jsonl", 10)
    usual = time.monotonic() - began
    number = 0
    while number < count:
        target = folder / f"out{number}.jsonl"
        written = b""
        for _ in range(6):
            child = forked(lambda to=target: batch.process(_Engine(), "ask", source, to, 10), folder / "log")
            time.sleep(chance.uniform(0, usual))
            os.kill(child, signal.SIGKILL)
            waited(child)
            number += 1
            if target.exists() and chance.random() < 0.4:  # the machine lost its power within a line
                data = target.read_bytes()
                target.write_bytes(
                    data[: data.rfind(b"\n") + 1] + '{"id": 7, "question": "第'.encode()[: chance.randrange(30)]
                )
            now = target.read_bytes() if target.exists() else b""
            if not now.startswith(written):
                broken.append(f"batch {number}: what was written has changed")
            written = now[: now.rfind(b"\n") + 1]
        batch.process(_Engine(), "ask", source, target, 10)
        ids = [json.loads(line)["id"] for line in target.read_text(encoding="utf-8").splitlines()]
        if sorted(ids) != list(range(60)):
            broken.append(f"batch {number}: {len(ids)} answers")
    return number, broken


def batch_failing_writes(folder: Path, every: int) -> tuple[int, list[str]]:
    """The nth write of a batch fails: one line, and the run after it gives every answer once."""
    broken: list[str] = []
    log, source = folder / "log", folder / "few.jsonl"
    rows = (json.dumps({"id": n, "question": f"第{n}问？"}) + "\n" for n in range(4))
    source.write_text("".join(rows), encoding="utf-8")

    def work(call: str, nth: int) -> int | None:
        target = folder / f"few-{call}-{nth}.jsonl"
        code = injected(lambda: batch.process(_Engine(), "ask", source, target, 10), log, call, "error=ENOSPC", nth)
        if code is not None and (
            code not in (0, 2) or "Traceback" in log.read_text(encoding="utf-8", errors="replace")
        ):
            broken.append(f"batch, {call} {nth} fails: exit {code}")
        batch.process(_Engine(), "ask", source, target, 10)
        ids = [json.loads(line)["id"] for line in target.read_text(encoding="utf-8").splitlines()]
        if sorted(ids) != list(range(4)):
            broken.append(f"batch, {call} {nth} fails: {ids}")
        return code

    return each_call("write,fsync,ftruncate", every, work), broken


def clocks(trial: Trial, count: int) -> int:
    """Files, folders and generations dated anywhere between 1970 and 2099: what is built is what is there."""
    for number in range(count):
        for path in (*trial.root.rglob("*"), *trial.corpus.rglob("*")):
            if trial.chance.random() < 0.5:
                when = trial.chance.choice((0, 1, 2_000_000_000, 4_100_000_000, time.time()))
                os.utime(path, (when, when))
        trial.write(60_000 + number)
        trial.mended(f"clock {number}")
    return count


def writers(trial: Trial, count: int) -> int:
    """Two builds at once: one is refused with a line, or comes after; the index is whole."""
    for number in range(count):
        trial.write(80_000 + number)
        logs = [trial.folder / f"log{each}" for each in range(2)]
        codes = [waited(child) for child in [forked(trial.build, log) for log in logs]]
        for code, log in zip(codes, logs, strict=True):
            said = log.read_text(encoding="utf-8").strip()
            if code not in (0, 2) or said.count("\n") or (code == 2 and "另一个进程" not in said):
                trial.wrong(f"writers {number}: exit {code} {said[:200]!r}")
        if 0 not in codes:
            trial.wrong(f"writers {number}: neither built")
        trial.mended(f"writers {number}")
    return count


def main() -> int:
    parser = argparse.ArgumentParser()
    for name, value in (("seed", 1), ("kills", 300), ("damages", 400), ("every", 1)):
        parser.add_argument(f"--{name}", type=int, default=value)
    parser.add_argument("--only", default="", help="the one stage that is run, by its name")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        trial = Trial(folder / "trial", asked.seed)
        told: dict[str, object] = {}
        broken: list[str] = []

        def of_batch(found: tuple[int, list[str]]) -> int:
            broken.extend(found[1])
            return found[0]

        stages = {
            "kills of builds": lambda: kills(trial, asked.kills),
            "kills of batches": lambda: of_batch(batch_kills(folder, asked.kills // 3, asked.seed)),
            "damaged files": lambda: damages(trial, asked.damages),
            "damaged journals": lambda: damaged_journals(trial, asked.damages // 8),
            "clock jumps": lambda: clocks(trial, asked.kills // 10),
            "two writers": lambda: writers(trial, asked.kills // 10),
        }
        if _STRACE is not None:
            stages |= {
                "failing writes of batches": lambda: of_batch(batch_failing_writes(folder, asked.every)),
                "failing writes": lambda: failing_writes(trial, asked.every),
                "kills at changes": lambda: kills_at_calls(trial, asked.every),
            }
        for name, stage in stages.items():
            if asked.only not in ("", name):
                continue
            began = time.monotonic()
            told[name] = stage()
            print(
                f"{name}: {told[name]}, {time.monotonic() - began:.0f} s, broken {len(trial.broken) + len(broken)}",
                flush=True,
            )
            print(*trial.broken, *broken, sep="\n", file=sys.stderr, flush=True)
    print(json.dumps(told, ensure_ascii=False), f"broken: {len(trial.broken) + len(broken)}", sep="\n")
    print(*trial.broken, *broken, sep="\n")
    return 1 if trial.broken or broken else 0


if __name__ == "__main__":
    sys.exit(main())
