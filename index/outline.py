"""The entries a walk collects (clauses in the making, headings, title lines) and how they settle in the end. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from index.duties import duties
from index.headers import signature
from index.markers import Marker, marker
from index.notice import is_closing_line
from index.schema import Duty, Grid, Line

LONG = 800  # characters; a longer unit of several paragraphs is cut into them
UNIT_RANK = 60  # from （一） inwards a numbered heading and its paragraphs are one clause
_HEADING_MAX = 45  # characters of a heading that stands alone
_RUN_IN = re.compile(r"^[^。：；]{1,40}[。：]")


@dataclass(slots=True)
class Draft:
    """A clause being collected."""

    kind: str
    path: tuple[str, ...]
    parts: list[tuple[str, Line]]  # its paragraphs and where each begins
    own_duties: tuple[Duty, ...] = ()
    grid: Grid | None = None  # of a list row: its cells by column

    @property
    def text(self) -> str:
        return "\n".join(text for text, _ in self.parts)

    @property
    def doubtful(self) -> bool:
        return any(line.doubtful for _, line in self.parts)

    def duties(self) -> tuple[Duty, ...]:
        return self.own_duties or duties(self.text)


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading that stands alone: an element of the paths below it, or a clause where nothing is below it."""

    text: str
    line: Line
    above: tuple[str, ...]
    kind: str  # what a clause made of it would be


@dataclass(frozen=True, slots=True)
class TitleLine:
    """A line that prints the document's own title."""

    text: str


Entry = Draft | Heading | TitleLine


def settled(outline: Sequence[Entry]) -> list[Entry]:
    """The outline with long units cut into their paragraphs, headings of nothing made clauses, signatures joined."""
    pieces = (_divided(entry) if isinstance(entry, Draft) else [entry] for entry in outline)
    whole = _signed([piece for group in pieces for piece in group])
    below: Draft | None = None
    out: list[Entry] = []
    for entry in reversed(whole):
        if isinstance(entry, Heading):
            path = (*entry.above, entry.text)
            if below is None or below.path[: len(path)] != path:
                entry = Draft(entry.kind, entry.above, [(entry.text, entry.line)])
        below = entry if isinstance(entry, Draft) else below
        out.append(entry)
    return out[::-1]


def _signed(entries: Sequence[Entry]) -> list[Entry]:
    """A signature with its date, where it stands as paragraphs of its own, ends the clause before it."""
    out: list[Entry] = []
    for place, entry in enumerate(entries):
        last = out[-1] if out else None
        if isinstance(entry, Draft) and isinstance(last, Draft) and last.kind != "row" and _signs(entries, place):
            last.parts += entry.parts
        else:
            out.append(entry)
    return out


def _signs(entries: Sequence[Entry], place: int) -> bool:
    """A date or distribution mark, or organs' names with only such names between them and the date."""
    for entry in entries[place : place + 12]:
        if not isinstance(entry, Draft) or len(entry.parts) != 1 or entry.kind not in ("clause", "preamble", "annex"):
            return False
        if is_closing_line(entry.text):
            return True
        if not signature(entry.text):
            return False
    return False


def short(text: str, mark: Marker) -> str:
    """The heading of a run-in unit: number and title up to the first stop; the number alone where there is none."""
    rest = mark.rest.lstrip()
    match = _RUN_IN.match(rest)
    if match:
        return text[: len(text) - len(mark.rest)] + mark.rest[: len(mark.rest) - len(rest)] + match[0].rstrip("：")
    return text if len(text) <= _HEADING_MAX else mark.label


def alone(text: str, mark: Marker) -> bool:
    """Whether a paragraph with this numbering is a heading and nothing else."""
    rest = mark.rest.strip()
    if mark.kind in ("标题", "前言"):
        return True
    if mark.kind in ("编", "分编", "章", "节"):
        return len(rest) <= 60
    if mark.rank < UNIT_RANK and rest.endswith("。") and len(rest) > 16:
        return False  # “一、同意设立……。” is a sentence, not a heading
    return 0 < len(rest) <= _HEADING_MAX and not re.search(r"[。；：;:].|[；：，;:,]$", rest)


def _divided(draft: Draft) -> list[Draft]:
    """A long unit whose paragraphs each have their own topic becomes a clause a paragraph, under its heading."""
    if len(draft.parts) < 3 or draft.kind == "row":
        return [draft]
    charged = sum(bool(duties(text)) for text, _ in draft.parts)
    if len(draft.text) <= LONG and charged < 2:
        return [draft]
    first, _ = draft.parts[0]
    mark = marker(first)
    if mark is None:
        return [draft]
    # A heading alone on its line stays with the first paragraph it heads.
    taken = 2 if alone(first, mark) else 1
    path = (*draft.path, short(first, mark))
    return [
        Draft(draft.kind, draft.path, draft.parts[:taken]),
        *(Draft(draft.kind, path, [part]) for part in draft.parts[taken:]),
    ]
