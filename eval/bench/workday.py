"""`python -m eval.bench.workday`: an official's day at the page, task by task, in a real Chromium at 1366×768.

The page is `ui.py` with its own models over a copy of the corpus at hand (documents are added and removed), its questions
are made of that corpus by eval.bench.matters. Written: eval/bench/WORKDAY.md with seconds and clicks of each task,
var/workday/workday.json, and a picture of the end of each task in var/workday/pictures.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from eval.bench.matters import Matters, matters
from eval.facts import machine
from index.cli import run
from index.errors import BadInput
from index.settings import ROOT, Settings, load_settings

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

_START, _PATIENCE = 600.0, 240.0  # seconds for the server to start, and for one thing to happen on a busy machine
_SCREEN = {"width": 1366, "height": 768}
BOX = "#question textarea"
DONE = ":is(.tw-copy, .tw-error, .tw-refusal)"


@dataclass(frozen=True, slots=True)
class Task:
    """One thing an official did. `seconds` from the first click to the result."""

    name: str
    seconds: float
    clicks: int  # with the mouse; Enter and shortcuts too
    typed: int  # fields filled
    told: str  # what came of it
    done: bool


class Official:
    """One person at one page, who counts."""

    def __init__(self, context: BrowserContext, url: str, pictures: Path) -> None:
        self.url, self.pictures, self.tasks = url, pictures, list[Task]()
        self.clicks = self.typed = self.turn = 0
        self.evidence: list[float] = []  # seconds from Enter until clauses stood beside
        self.came(context)

    def came(self, context: BrowserContext) -> None:
        """Sits down at a new window."""
        self.page: Page = context.new_page()
        self.page.set_default_timeout(_PATIENCE * 1000)
        self.turn = 0

    def click(self, what: str, nth: int = 0) -> None:
        self.clicks += 1
        self.page.locator(what).locator("visible=true").nth(nth).click()

    def press(self, what: str, key: str) -> None:
        self.clicks += 1
        self.page.press(what, key)

    def fill(self, what: str, words: str) -> None:
        self.typed += 1
        self.page.fill(what, words)

    def tab(self, name: str) -> None:
        self.click(f'button[role=tab]:has-text("{name}")')

    def ask(self, question: str) -> str:
        """The words of the settled answer."""
        self.fill(BOX, question)
        began = time.perf_counter()
        self.press(BOX, "Enter")
        self.turn += 1
        self.see(f"#beside:has(h2:has-text('第 {self.turn} 问')) .tw-card, #t{self.turn} .tw-refusal")
        self.evidence.append(time.perf_counter() - began)
        return self.answered()

    def answered(self) -> str:
        """What the last turn says once nothing more will come."""
        self.see(f"#t{self.turn}[data-stage=done] {DONE}")
        return self.page.inner_text(f"#t{self.turn} .tw-answer")

    def see(self, what: str) -> None:
        self.page.wait_for_selector(what)

    def text(self, what: str) -> str:
        return self.page.locator(what).locator("visible=true").first.inner_text()

    def saved(self, what: str) -> Path:
        """The file that a click has the browser save."""
        with self.page.expect_download() as begun:
            self.click(what)
        kept = self.pictures / begun.value.suggested_filename
        begun.value.save_as(kept)
        return kept

    def chose(self, what: str, path: Path) -> None:
        with self.page.expect_file_chooser() as chooser:
            self.click(what)
        chooser.value.set_files(path)

    @contextmanager
    def task(self, name: str) -> Iterator[list[str]]:
        """Time and count what is done in it; what is put into the list is told. A failure is told, and the day goes on."""
        self.clicks = self.typed = 0
        told: list[str] = []
        began, done = time.perf_counter(), True
        try:
            yield told
        except Exception as error:
            told, done = [f"{type(error).__name__}：{' '.join(str(error).split())[:120]}"], False
        seconds = time.perf_counter() - began
        self.tasks.append(Task(name, round(seconds, 1), self.clicks, self.typed, "；".join(told), done))
        print(f"{len(self.tasks):2} {name}：{seconds:.1f} 秒，{self.clicks} 次点击，{'；'.join(told)}", flush=True)
        try:
            self.page.screenshot(path=self.pictures / f"{len(self.tasks):02}.png", timeout=30_000)
        except Exception as error:  # a picture less is no reason to end the day
            print(f"没有截图：{type(error).__name__}", file=sys.stderr)


app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)


@app.command()
def main(
    written: Annotated[Path, typer.Option(help="表写到哪里")] = ROOT / "eval" / "bench" / "WORKDAY.md",
) -> None:
    """一天的工作：逐项计时、计点击。"""
    from eval.bench.tasks import day
    from rag.library import Library

    settings = load_settings()
    room = settings.var / "workday"
    env = _copied(settings, room)
    (pictures := room / "pictures").mkdir(parents=True, exist_ok=True)
    at_hand: Matters = matters(Library.open(Settings(index=room / "index")))
    with _served(env) as url, _chromium() as chromium:
        official = Official(chromium.new_context(**_options()), url, pictures)
        day(official, lambda: chromium.new_context(**_options()), at_hand, room)
    evidence = [round(seconds, 2) for seconds in sorted(official.evidence)]
    report = {
        "machine": machine(),
        "load": os.getloadavg()[1],
        "evidence_seconds": evidence,
        "tasks": [asdict(task) for task in official.tasks],
    }
    (room / "workday.json").write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    written.write_text(table(official.tasks, report), encoding="utf-8")
    if failed := [task.name for task in official.tasks if not task.done]:
        raise BadInput(f"没有做成：{'、'.join(failed)}")


def table(tasks: list[Task], report: dict) -> str:
    """The report for people."""
    rows = "".join(
        f"| {n} | {t.name} | {t.seconds:.1f} | {t.clicks} | {t.typed} | {'做成' if t.done else '没做成'}"
        f"{'：' if t.told else ''}{t.told.replace('|', '｜')} |\n"
        for n, t in enumerate(tasks, 1)
    )
    return (
        "# 一天的工作\n\n`python -m eval.bench.workday`：真实的 Chromium（1366×768）、真实的模型，语料为设置中的语料（副本）。"
        f"“点击”含回车；秒数从第一次点击到结果出现。本次机器负载（5 分钟平均）{report['load']:.1f}，"
        f"{report['machine'].get('cores', os.cpu_count())} 核。\n\n"
        "| | 任务 | 秒 | 点击 | 填写 | 结果 |\n|---|---|---|---|---|---|\n"
        f"{rows}\n做成 {sum(t.done for t in tasks)}/{len(tasks)}，共 {sum(t.clicks for t in tasks)} 次点击、"
        f"{sum(t.seconds for t in tasks):.0f} 秒。依据出现在旁边：中位 {_median(report['evidence_seconds'])} 秒。\n"
    )


def _median(seconds: list[float]) -> float | None:
    return seconds[len(seconds) // 2] if seconds else None


def _options() -> dict:
    return {"viewport": _SCREEN, "accept_downloads": True, "permissions": ["clipboard-read", "clipboard-write"]}


def _copied(settings: Settings, room: Path) -> dict[str, str]:
    """The environment of a page over a copy of corpus and index, with a desk of its own; vectors are taken over."""
    shutil.rmtree(room, ignore_errors=True)
    (room / "corpus").mkdir(parents=True)
    source = settings.corpus
    if source.is_dir():
        shutil.copytree(source, room / "corpus", dirs_exist_ok=True)
    else:
        shutil.copy(source, room / "corpus")
    shutil.copytree(settings.index_dir, room / "index")
    own = {"CORPUS": room / "corpus", "INDEX": room / "index", "DESK": room / "desk.sqlite", "HOST": "127.0.0.1"}
    env = os.environ | {f"TIAOWEN_{name}": str(value) for name, value in own.items()}
    subprocess.run([sys.executable, "-m", "index"], cwd=ROOT, env=env, check=True, timeout=1800)
    return env


@contextmanager
def _served(env: dict[str, str]) -> Iterator[str]:
    """The address of the page."""
    import httpx

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "ui.py", "--port", str(port)], cwd=ROOT, env=env, stdout=subprocess.DEVNULL
    )
    try:
        until = time.monotonic() + _START
        while time.monotonic() < until and server.poll() is None:
            try:
                if httpx.get(f"http://127.0.0.1:{port}/healthz", trust_env=False, timeout=5).status_code == 200:
                    break
            except httpx.TransportError:
                time.sleep(0.3)
        else:
            raise BadInput(f"网页没有在 {_START:g} 秒内启动，原因见上")
        yield f"http://127.0.0.1:{port}/"
    finally:
        server.terminate()
        try:
            server.wait(30)
        except subprocess.TimeoutExpired:
            server.kill()


@contextmanager
def _chromium() -> Iterator:
    from playwright.sync_api import sync_playwright

    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        raise BadInput("没有 chromium：apt-get install chromium")
    with sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        try:
            yield chromium
        finally:
            chromium.close()


if __name__ == "__main__":
    run(lambda: app(standalone_mode=False))
