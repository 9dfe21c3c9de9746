"""Prompts are text files under prompts/: comment lines, then [system] and [user] parts with $names to fill in."""

from __future__ import annotations

from pathlib import Path
from string import Template

from index.errors import BadInput

_FOLDER = Path(__file__).resolve().parent.parent / "prompts"


def messages(name: str, **values: str) -> list[dict[str, str]]:
    """The chat messages of prompts/{name}.txt; BadInput names a $variable that was not given."""
    parts: list[dict[str, str]] = []
    for line in (_FOLDER / f"{name}.txt").read_text(encoding="utf-8").splitlines():
        if line in ("[system]", "[user]", "[assistant]"):
            parts.append({"role": line[1:-1], "content": ""})
        elif parts:
            parts[-1]["content"] += line + "\n"
    try:
        return [{**part, "content": Template(part["content"].strip()).substitute(values)} for part in parts]
    except KeyError as error:
        raise BadInput(f"提示词 prompts/{name}.txt 缺少变量 {error}") from error
