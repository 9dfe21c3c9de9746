"""The nouns that pass between the rooms: lines in, documents and clauses out. Frozen, and free of behaviour."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a source file as its reader saw it; blank lines are kept, they carry layout."""

    text: str
    number: int  # 1-based within the file (within the page for paged formats)
    page: int | None = None  # 1-based; None where the format has no pages
    level: int | None = None  # of a heading that the file's markup or styles mark as one, 1 the outermost
    box: tuple[float, float, float, float] | None = None  # left, top, right, bottom on its page, as shares of its size
    doubtful: bool = False  # read from a picture with little confidence: to be compared with the original


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader makes of a file's bytes."""

    lines: Sequence[Line]
    gaps: tuple[str, ...] = ()  # what the file holds and the lines do not, each a phrase an official reads


@dataclass(frozen=True, slots=True)
class RawText:
    """One file as read."""

    file: str  # path relative to the corpus root, with forward slashes
    lines: tuple[Line, ...]
    digest: str  # sha256 of the file's bytes
    gaps: tuple[str, ...] = ()  # as Reading.gaps


@dataclass(frozen=True, slots=True)
class Source:
    """Where a clause begins."""

    file: str
    page: int | None
    line: int  # 1-based, as in Line.number


@dataclass(frozen=True, slots=True)
class Place:
    """A stretch of a page."""

    page: int  # 1-based
    box: tuple[float, float, float, float]  # left, top, right, bottom as shares of the page, as Line.box


@dataclass(frozen=True, slots=True)
class Period:
    """A stated 实施期 or 有效期. `end` is the last year (or ISO date) it covers."""

    start: str | None  # "2023" or "2023-01-01"
    end: str | None  # "2027" or "2024-12-31"
    text: str  # the verbatim words that state it


@dataclass(frozen=True, slots=True)
class Duty:
    """One group of 责任单位 as printed at the end of a clause or in a table cell."""

    role: str  # 责任单位 / 牵头单位 / 配合单位
    region: str | None  # the province the group is prefixed with, e.g. 重庆市; None where none is printed
    units: tuple[str, ...]  # verbatim names, in printed order


@dataclass(frozen=True, slots=True)
class Document:
    """One 政策文件. `title` is the policy's own, `notice_title` that of the 印发通知 that carries it."""

    doc_id: str  # digest of file name, title and 文号: stable while those are
    title: str
    notice_title: str | None
    doc_no: str | None
    issuers: tuple[str, ...]
    issued_on: str | None  # ISO date
    level: str | None  # 中央 / 部委 / 省市联合 / 厅局联合 / a province's name / ...
    kind: str | None  # 规划 / 方案 / 批复 / ...
    period: Period | None
    effective_on: str | None  # ISO date of 自…起施行, where stated
    file: str
    digest: str  # sha256 over the document's own lines: unchanged text, unchanged digest
    gaps: tuple[str, ...] = ()  # of its file, those that may be its own, as Reading.gaps


@dataclass(frozen=True, slots=True)
class Grid:
    """One row of a table with its columns, cell by cell; an empty text where nothing is printed."""

    table: int  # place of its table in the document
    head: str  # the column line as it stands in the clause's path
    columns: tuple[str, ...]
    cells: tuple[str, ...]
    read: bool = True  # False: a row whose cells could not be told apart, all empty


@dataclass(frozen=True, slots=True)
class Mark:
    """A passage that speaks to whoever reads or answers, and states no policy (index.addressed)."""

    start: int  # span of it in its clause's text, where blanks stand in its place
    stop: int
    reason: str  # in the words an official reads
    words: str  # as printed


@dataclass(frozen=True, slots=True)
class Clause:
    """The smallest unit an official cites. `text` is verbatim: paragraphs joined by a newline, nothing edited, but blanks
    where a mark stands; nothing that searches, reads or answers sees what is marked. `printed` is what is shown."""

    clause_id: str  # f"{doc_id}-{ordinal:04d}"
    doc_id: str
    ordinal: int  # 0-based within the document, in printed order
    kind: str  # clause / preamble / notice / box / annex / row
    path: tuple[str, ...]  # headings above it, outermost first, verbatim
    text: str
    duties: tuple[Duty, ...]
    source: Source
    doubtful: bool = False  # some of it was read from a picture with little confidence
    grid: Grid | None = None  # of a row: its cells by column
    places: tuple[Place, ...] = ()  # where it stands on its pages, in reading order; empty for formats without pages
    marks: tuple[Mark, ...] = ()  # in order

    @property
    def printed(self) -> str:
        """The text with the words of its marks: as long as `text`, every span holds for both."""
        text = self.text
        for mark in self.marks:
            text = text[: mark.start] + mark.words + text[mark.stop :]
        return text

    @property
    def responsible(self) -> tuple[str, ...]:
        """The unit names of all duties, in order."""
        return tuple(unit for duty in self.duties for unit in duty.units)


@dataclass(frozen=True, slots=True)
class Taken:
    """One document, its clauses in printed order, and what an official should compare with the original."""

    document: Document
    clauses: tuple[Clause, ...]
    doubts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Contents:
    """One file, or one inside a container."""

    file: str
    digest: str  # sha256 of its bytes
    pages: int | None  # None where the format has none
    gaps: tuple[str, ...]
    taken: tuple[Taken, ...]
