"""A paper as Markdown. What a document says comes out as it stands: every character that Markdown would take for
markup is escaped. Pure."""

from __future__ import annotations

import re

from memo.paper import Block, Origin, Paper, Part, Said

_MARKUP = re.compile(r"([\\`*_{}\[\]<>#|~$!&])")
_LIST = re.compile(r"^(\s*)([-+=]|\d+[.)])", re.M)


def markdown(paper: Paper) -> str:
    """Title, then a heading each for question, blocks and sources."""
    return (
        "\n\n".join(
            [
                f"# {_one_line(paper.title)}",
                *(f"> 注：{_one_line(note)}" for note in paper.notes),
                *(_part(each, len(paper.parts) > 1, n) for n, each in enumerate(paper.parts, 1)),
            ]
        )
        + "\n"
    )


def escaped(text: str) -> str:
    """The text so that it reads the same once rendered."""
    text = _MARKUP.sub(r"\\\1", text)
    return _LIST.sub(lambda m: m[1] + (f"\\{m[2]}" if len(m[2]) == 1 else f"{m[2][:-1]}\\{m[2][-1]}"), text)


def _part(part: Part, several: bool, place: int) -> str:
    name = f"{part.asked} {place}" if several else part.asked
    scope = [f"范围：{_one_line(part.scope)}"] if part.scope else []
    sources = [f"### 出处（检索日期 {part.day.isoformat()}）", "\n".join(map(_source, part.origins))]
    notes = ["### 注意", "\n".join(f"- {_one_line(note)}" for note in part.notes)]
    return "\n\n".join(
        [
            f"## {name}",
            _paragraphs(part.question),
            *scope,
            *map(_block, part.blocks),
            *(sources if part.origins else []),
            *(notes if part.notes else []),
        ]
    )


def _block(block: Block) -> str:
    said = [
        f"{place}. {_said(each, '   ')}" if block.numbered else _said(each, "")
        for place, each in enumerate(block.said, 1)
    ]
    return "\n\n".join([f"### {block.heading}", *said, *([_table(block.rows)] if block.rows else [])])


def _said(said: Said, indent: str) -> str:
    marks = "".join(f"\\[{n}\\]" for n in said.sources)
    return _paragraphs(said.text, indent) + marks


def _paragraphs(text: str, indent: str = "") -> str:
    """Line breaks kept, as hard breaks."""
    return f"\\\n{indent}".join(escaped(line.strip()) for line in text.split("\n") if line.strip())


def _table(rows: tuple[tuple[str, ...], ...]) -> str:
    lines = ["| " + " | ".join(_one_line(cell) for cell in row) + " |" for row in rows]
    return "\n".join([lines[0], "|" + " --- |" * len(rows[0]), *lines[1:]])


def _source(origin: Origin) -> str:
    words = f"：“{_one_line(origin.quote)}”" if origin.quote else ""
    reason = f"：{_one_line(origin.status.reason)}" if origin.status.reason else ""
    return f"- \\[{origin.n}\\] {_one_line(origin.place)}{words}（{_one_line(origin.holds)}{reason}）"


def _one_line(text: str) -> str:
    return escaped(re.sub(r"\s*\n\s*", " ", text))
