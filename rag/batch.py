"""One JSON line in, one JSON line out; what an interrupted run already wrote is kept.

Answers come in the order of the questions. A run that goes on with an output appends what it lacks, in that order too:
the whole is in the questions' order unless questions were put in between, so readers go by id.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from index.errors import BadInput
from rag import checks
from rag.contract import answer_json, hit_json
from rag.results import opened

if TYPE_CHECKING:
    from rag.engine import Engine


def process(engine: Engine, kind: str, source: Path, target: Path, k: int) -> tuple[int, int]:
    """Answer every line of `source` into `target`; (lines written now, lines found done). BadInput names a bad line."""
    calls: dict[str, Callable[[dict], dict]] = {
        "ask": lambda line: answer_json(engine.ask(line["question"], line["history"], line["filters"])),
        "search": lambda line: {
            "question": line["question"],
            "hits": [hit_json(hit) for hit in engine.search(line["question"], k, line["history"], line["filters"])],
        },
        "related": lambda line: {"hits": [hit_json(h) for h in engine.related(line["question"], k, line["filters"])]},
    }
    if kind not in calls:
        raise BadInput(f"batch 只做 ask、search、related，收到 {kind}")
    lines = _read(source)
    from rich.progress import track

    with opened(target) as results:
        todo = _lacking(lines, results.done)
        for line in track(todo, description=f"batch {kind}", console=_stderr()):
            try:
                result = {"id": line["id"], **calls[kind](line)}
            except BadInput as error:  # one bad question does not stop the others, and is not an empty answer
                result = {"id": line["id"], "question": line["question"], "error": str(error)}
            results.append(result)
    return len(todo), len(lines) - len(todo)


def _stderr():
    from rich.console import Console

    return Console(stderr=True)


def _read(source: Path) -> list[dict]:
    try:
        text = source.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"无法读取 {source}（{type(error).__name__}）") from error
    lines: list[dict] = []
    for number, row in enumerate(text.split("\n"), 1):  # not splitlines: JSON strings may hold U+2028
        if not row.strip():
            continue
        try:
            line = json.loads(row)
            line["history"] = checks.turns(line.get("history", []))
            line["filters"] = checks.filters(line.get("filters", {}))
            if not (isinstance(line["id"], (str, int)) and isinstance(line["question"], str)):
                raise TypeError
        except (BadInput, ValueError, KeyError, TypeError, AttributeError) as error:
            raise BadInput(
                f"{source} 第 {number} 行不是含 id 和 question（及可选的 history，即 role、content 的列表，"
                f"和 filters，即 {'、'.join(checks.FILTERS)} 中的几项）的 JSON 对象"
            ) from error
        lines.append(line)
    return lines


def _lacking(lines: list[dict], done: Counter[str | int]) -> list[dict]:
    """The lines not yet answered; of several with one id, as many as it has answers are done."""
    left = done.copy()
    todo = []
    for line in lines:
        if left[line["id"]]:
            left[line["id"]] -= 1
        else:
            todo.append(line)
    return todo
