"""Prompts are text files under prompts/: comment lines, then [system] and [user] parts with $names to fill in."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path
from string import Template

from index.errors import BadInput

_FOLDER = Path(__file__).resolve().parent.parent / "prompts"
_BRACKETS = str.maketrans("<>\u2028\u2029", "＜＞\n\n")
_UNSEEN = ("Cc", "Cf", "Cs", "Co", "Cn")
_LABEL = re.compile(r"^[ \t]*((?:材料|问题|回答|system|user|assistant)\s*[：:])", re.M | re.I)


def messages(name: str, **values: str) -> list[dict[str, str]]:
    """The chat messages of prompts/{name}.txt; BadInput names a $variable that was not given. Values are made inert."""
    parts: list[dict[str, str]] = []
    for line in (_FOLDER / f"{name}.txt").read_text(encoding="utf-8").splitlines():
        if line in ("[system]", "[user]", "[assistant]"):
            parts.append({"role": line[1:-1], "content": ""})
        elif parts:
            parts[-1]["content"] += line + "\n"
    safe = {key: inert(value) for key, value in values.items()}
    try:
        return [{**part, "content": Template(part["content"].strip()).substitute(safe)} for part in parts]
    except KeyError as error:
        raise BadInput(f"提示词 prompts/{name}.txt 缺少变量 {error}") from error


def inert(text: str) -> str:
    """Text that can only be read: no angle bracket, so that it neither closes the prompt's fence nor makes a chat
    template's token (<|im_end|>); no invisible character; and a line that begins like one of the prompt's own labels
    is marked as quoted."""
    visible = "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in _UNSEEN)
    return _LABEL.sub(r"— \1", visible.translate(_BRACKETS))
