"""One JSON line in, one JSON line out; what an interrupted run already wrote is kept."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING

from index.errors import BadInput
from rag.contract import answer_json, hit_json
from rag.schema import Filters

if TYPE_CHECKING:
    from rag.engine import Engine


_FILTERS = tuple(field.name for field in fields(Filters))


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
    done = _finished(target)
    todo = [line for line in lines if line["id"] not in done]
    from rich.progress import track

    with target.open("a", encoding="utf-8") as out:
        for line in track(todo, description=f"batch {kind}", console=_stderr()):
            try:
                result = {"id": line["id"], **calls[kind](line)}
            except BadInput as error:  # one bad question does not stop the others, and is not an empty answer
                result = {"id": line["id"], "question": line["question"], "error": str(error)}
            out.write(json.dumps(result, ensure_ascii=False) + "\n")
            out.flush()
    return len(todo), len(lines) - len(todo)


def _stderr():
    from rich.console import Console

    return Console(stderr=True)


def _read(source: Path) -> list[dict]:
    try:
        text = source.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"无法读取 {source}（{type(error).__name__}）") from error
    lines: list[dict] = []
    for number, row in enumerate(text.splitlines(), 1):
        if not row.strip():
            continue
        try:
            line = json.loads(row)
            line.setdefault("history", [])
            line["filters"] = _narrowed(line.get("filters", {}))
            if not (isinstance(line["id"], (str, int)) and isinstance(line["question"], str)) or not _turns(line["history"]):
                raise TypeError
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise BadInput(
                f"{source} 第 {number} 行不是含 id 和 question（及可选的 history，即 role、content 的列表，"
                f"和 filters，即 {'、'.join(_FILTERS)} 中的几项）的 JSON 对象"
            ) from error
        lines.append(line)
    return lines


def _turns(history: object) -> bool:
    """Whether these are earlier turns of a conversation."""
    keys = ("role", "content")
    return isinstance(history, list) and all(isinstance(t, dict) and all(isinstance(t.get(k), str) for k in keys) for t in history)


def _narrowed(said: dict) -> Filters:
    """The filters of a line; TypeError for an unknown one or a value of no such kind."""
    filters = Filters(**said)
    if not all(isinstance(said[name], int if name == "year" else str) for name in said):
        raise TypeError
    return filters


def _finished(target: Path) -> set:
    """Ids already answered; a last line cut off by an interruption is removed."""
    if not target.exists():
        return set()
    kept, done = [], set()
    for row in target.read_text(encoding="utf-8").splitlines():
        try:
            done.add(json.loads(row)["id"])
        except (ValueError, KeyError, TypeError):
            continue
        kept.append(row)
    target.write_text("".join(row + "\n" for row in kept), encoding="utf-8")
    return done
