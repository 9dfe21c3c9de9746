"""A paper as plain text for the clipboard: a sentence a line, sources numbered behind. Pure."""

from __future__ import annotations

import re

from memo.paper import Block, Origin, Part


def text(part: Part) -> str:
    """结论, numbered sentences, numbered sources, what to mind; blocks apart by an empty line."""
    blocks = [
        *map(_block, part.blocks),
        "\n".join(map(source, part.origins)),
        "\n".join(f"注：{line(note)}" for note in part.notes),
    ]
    return "\n\n".join(block for block in blocks if block)


def source(origin: Origin) -> str:
    """One numbered source with the words that are cited."""
    words = f"：“{line(origin.quote)}”" if origin.quote else ""
    return f"[{origin.n}] {origin.place}{words}（{origin.holds}）"


def line(words: str) -> str:
    """On one line, as a list or a note wants it."""
    return re.sub(r"\s*\n\s*", " ", words)


def _block(block: Block) -> str:
    said = [line(each.marked) for each in block.said]
    if block.numbered:
        said = [f"{place}. {each}" for place, each in enumerate(said, 1)]
    # cells apart by tabs are taken over as a table by a memo or a sheet; the mark goes to the last cell, as it stands
    rows = ["\t".join(line(cell) for cell in row) for row in block.rows]
    return "\n".join([f"{block.heading}：", *said, *rows])
