"""`python -m eval QUESTIONS.jsonl`: check everything, run, report, compare, gate."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from eval import compare, html, report
from eval.facts import PeakMemory, folder_digest, machine
from eval.journal import Journal
from eval.judge import Judge
from eval.pairs import paired
from eval.questions import Question, check_quotes, load
from eval.run import MODES, Progress, run
from eval.trace import Pipeline
from eval.verdict import Collection, judge
from index.errors import BadInput
from index.progress import ProgressBars
from index.settings import ROOT, Settings, load_settings

Open = Callable[[Settings, Progress], Pipeline]


def open_ours(settings: Settings, progress: Progress) -> Pipeline:
    from eval.ours import Ours

    return Ours.open(settings)


def open_plain(settings: Settings, progress: Progress) -> Pipeline:
    from eval.plain import Plain

    return Plain.open(settings, progress)


PIPELINES: dict[str, Open] = {"ours": open_ours, "plain": open_plain}


def evaluate(
    file: Path,
    mode: str,
    pipeline: str,
    out: Path | None,
    other: Path | None,
    fail_under: Sequence[str],
    judge_url: str | None,
    only: Sequence[str],
) -> int:
    """Exit code: 0, or 1 where a gate is not met or a question could not be run. BadInput before anything runs.

    With `both`, plain and then ours run, each in a process and a folder of its own, so that neither's memory counts for
    the other; the gates and the comparison are ours.
    """
    if mode not in MODES:
        raise BadInput(f"--mode {mode}：只有 {'、'.join(MODES)}")
    if pipeline not in (*PIPELINES, "both"):
        raise BadInput(f"--pipeline {pipeline}：只有 {'、'.join(PIPELINES)}、both")
    if other is not None and pipeline == "both":
        raise BadInput("--pipeline both 自带比较，不能再加 --compare")
    bounds = compare.gates(fail_under, mode, judge_url is not None)
    theirs = None if other is None else report.read(other)
    settings = load_settings()
    questions = _chosen(load(file), only)
    warnings = check_quotes(file, questions, _corpus(settings))
    folder = out or settings.var / "eval" / f"{file.stem}-{pipeline}-{mode}"
    if pipeline == "both":
        shared = [str(file), "--mode", mode, *(["--judge", judge_url] if judge_url else [])]
        shared += [word for name in only for word in ("--only", name)]
        plain = ["--pipeline", "plain", "--out", str(folder / "plain")]
        ours = ["--pipeline", "ours", "--out", str(folder / "ours"), "--compare", str(folder / "plain" / "report.json")]
        ours += [word for bound in fail_under for word in ("--fail-under", bound)]
        return max(child([*shared, *plain]), child([*shared, *ours]))
    grader = None if judge_url is None else Judge.open(settings, judge_url)
    mine = _run(pipeline, settings, file, questions, mode, folder, warnings, grader, theirs)
    if grader is not None:
        grader.close()
    unmet = compare.broken(mine, bounds)
    for line in unmet:
        print(line, file=sys.stderr)
    return 1 if unmet or mine["failed"] else 0


def child(arguments: Sequence[str]) -> int:
    """This command in a process of its own: 0 or 1; leaves with the child's code when it could not run."""
    code = subprocess.run([sys.executable, "-m", "eval", *arguments], check=False).returncode
    if code not in (0, 1):
        raise SystemExit(code)
    return code


def _run(
    name: str,
    settings: Settings,
    file: Path,
    questions: Sequence[Question],
    mode: str,
    folder: Path,
    warnings: Sequence[str],
    grader: Judge | None,
    theirs: dict | None,
) -> dict:
    """Run one pipeline, write its report into `folder` and show it."""
    folder.mkdir(parents=True, exist_ok=True)
    memory, begin = PeakMemory(), time.perf_counter()
    with ProgressBars() as progress:
        pipeline = PIPELINES[name](settings, progress)
        facts = {
            **pipeline.facts,
            "mode": mode,
            "pipeline": name,
            "eval": folder_digest(ROOT / "eval", "run.py") + folder_digest(ROOT / "eval", "trace.py"),
        }
        journal = Journal(folder / "journal.jsonl", facts)
        resumed = sum(journal.get(question) is not None for question in questions)
        try:
            traces = run(pipeline, questions, mode, journal, progress, grader)
            peak = memory.mib()
            collection = Collection(pipeline.passages())
        finally:
            pipeline.close()
    seconds = time.perf_counter() - begin
    verdicts = [judge(question, trace, collection) for question, trace in zip(questions, traces, strict=True)]
    verdicts = paired(questions, traces, verdicts)
    about = report.Circumstances(
        name,
        mode,
        file.name,
        pipeline.facts,
        machine(),
        datetime.now().astimezone().isoformat(timespec="seconds"),
        seconds,
        peak,
        "进程启动以来" if memory.since_start else "本次运行期间",
        [*warnings, *([f"{resumed} 题沿用中断前的结果，用时与内存不含这部分"] if resumed else [])],
    )
    written = report.build(about, questions, traces, verdicts)
    if theirs is not None:
        written["compare"] = compare.compare(written, theirs)
    report.save(written, folder / "report.json")
    (folder / "report.html").write_text(html.render(written), encoding="utf-8")
    journal.finish()
    report.show(written)
    if theirs is not None:
        compare.show(written["compare"])
    print(f"报告：{folder / 'report.html'}，{folder / 'report.json'}　用时 {seconds:.0f} s")
    return written


def _chosen(questions: list[Question], only: Sequence[str]) -> list[Question]:
    """The questions of the named types and ids; BadInput for a name that is neither."""
    for name in only:
        if not any(name in (question.type, question.id) for question in questions):
            types = "、".join(dict.fromkeys(question.type for question in questions))
            raise BadInput(f"--only {name}：既不是本文件的题型（{types}），也没有这个题号")
    kept = [q for q in questions if not only or q.type in only or q.id in only]
    if not kept:
        raise BadInput(f"--only {'、'.join(only)}：没有符合的题目")
    return kept


def _corpus(settings: Settings) -> list[list[str]]:
    """Each indexed document's texts in printed order, the headings that stand above a clause before it."""
    from rag.library import Library

    library = Library.open(settings)
    documents = []
    for document, _, _ in library.documents():
        texts: list[str] = []
        path: tuple[str, ...] = ()
        for clause in library.clauses(document.doc_id):
            texts += [
                heading for place, heading in enumerate(clause.path) if clause.path[: place + 1] != path[: place + 1]
            ]
            texts.append(clause.text)
            path = clause.path
        documents.append(texts)
    return documents
