"""Citations of the book's documents counted by brute force: raw text and titles only, none of the product's code."""

from __future__ import annotations

import json
import re
import unicodedata
from pathlib import Path

_STRIP = str.maketrans("", "", "《》〈〉<>“”\"'‘’")


def flat(text: str) -> str:
    """NFKC without white space."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def bare(title: str) -> str:
    """A title without marks, issuers before 关于, 关于印发…的通知 and 的."""
    text = flat(title).translate(_STRIP)
    if match := re.match(r"^(?:[^关]*?(?:政府|办公厅|委|厅|局|委员会))?关于印发(.+?)(?:的通知)$", text):
        text = match[1]
    return re.sub(r"[—–-]+", "-", text).replace("的", "")


def inventory(shared: Path) -> list[dict]:
    return [json.loads(row) for row in (shared / "truth" / "inventory.jsonl").read_text(encoding="utf-8").splitlines()]


def outer_titles(text: str) -> list[str]:
    """Every outermost 《…》 of a flat text."""
    found, depth, begin = [], 0, 0
    for place, character in enumerate(text):
        if character in "《":
            if depth == 0:
                begin = place
            depth += 1
        elif character == "》" and depth:
            depth -= 1
            if depth == 0 and place - begin < 120:
                found.append(text[begin + 1 : place])
    return found


def citations(shared: Path) -> list[tuple[int, int]]:
    """(citing document, cited document) of every 《…》 that names another document of the book by its title or that of
    its notice; numbers as in the inventory, one pair for each place."""
    text = next((shared / "corpus").glob("*.txt")).read_text(encoding="utf-8-sig")
    lines = text.split("\n")
    documents = inventory(shared)
    names: dict[str, int] = {}
    for document in documents:
        for title in (document["title"], document["notice_title"]):
            if title:
                names[bare(title)] = document["n"]
    found = []
    for document in documents:
        own = flat("\n".join(lines[document["start_line"] : document["end_line"] + 1]))
        shorts = {
            short: bare(title) for title, short in re.findall(r"《([^《》]+)》\((?:以下)?简称《([^《》]+)》\)", own)
        }
        own = re.sub(r"\((?:以下)?简称《[^《》]+》\)", "", own)  # a definition is no further citation
        for title in outer_titles(own):
            cited = names.get(shorts.get(title, bare(title)))
            if cited is not None and cited != document["n"]:
                found.append((document["n"], cited))
    return found


def pairs_by_title(shared: Path) -> list[tuple[int, int, str]]:
    """(document, other document, what its title makes of the other's): 批复 of a plan, 实施细则 or 实施方案 of one."""
    documents = inventory(shared)
    found = []
    for document in documents:
        for other in documents:
            if document["n"] == other["n"] or flat(other["title"]) not in flat(document["title"]):
                continue
            if document["type"] == "批复":
                found.append((document["n"], other["n"], "approves"))
            elif re.search("细则|方案", document["type"]):
                found.append((document["n"], other["n"], "implements"))
    return found
