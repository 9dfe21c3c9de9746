"""Questions through a pipeline, one after the other, with a progress bar; goes on where an interrupted run stopped."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from eval.journal import Journal
from eval.questions import Question
from eval.ranking import DEPTH
from eval.trace import Grade, Pipeline, Trace
from index.errors import BadInput

MODES = ("search", "answer")

Grader = Callable[[Question, Trace], Grade]
Progress = Callable[[str, int, int], None]  # (what is being done, done so far, of how many)


def run(
    pipeline: Pipeline,
    questions: Sequence[Question],
    mode: str,
    journal: Journal,
    progress: Progress,
    grader: Grader | None = None,
) -> list[Trace]:
    """The traces in order of the questions.

    A ModelError or BrokenIndex stops the run (it goes on from there when called again); a question that the pipeline
    does not take (BadInput) is traced as an error.
    """
    stage = f"{pipeline.name}：{'检索' if mode == 'search' else '检索与作答'}"
    traces: list[Trace] = []
    if any(journal.get(question) is None for question in questions):
        progress(f"{pipeline.name}：载入模型", 0, 1)
        pipeline.search(questions[0], 1)
        if mode == "answer":
            pipeline.warm()
        progress(f"{pipeline.name}：载入模型", 1, 1)
    for done, question in enumerate(questions):
        progress(stage, done, len(questions))
        trace = journal.get(question)
        if trace is None:
            trace = _trace(pipeline, question, mode)
            journal.put(question, trace)
        if grader is not None and trace.reply is not None and trace.grade is None:
            trace = replace(trace, grade=grader(question, trace))
            journal.put(question, trace)
        traces.append(trace)
    progress(stage, len(questions), len(questions))
    return traces


def _trace(pipeline: Pipeline, question: Question, mode: str) -> Trace:
    try:
        begin = time.perf_counter()
        found = tuple(pipeline.search(question, DEPTH))
        trace = Trace(question.id, found, time.perf_counter() - begin)
        if question.type == "clause":
            begin = time.perf_counter()
            related = tuple(pipeline.related(question, DEPTH))
            trace = replace(trace, related=related, related_seconds=time.perf_counter() - begin)
        if mode == "answer" and question.answered:
            trace = replace(trace, reply=pipeline.answer(question))
    except BadInput as error:
        return Trace(question.id, (), 0.0, error=str(error))
    return trace
