"""One file → its documents with their clauses: layout, then documents, then the walk through each outline.

Every character of the file lands once: in a printed title, a heading, a clause, or `dropped` (page numbers, table of
contents, repeated table headers). `ParsedDocument.printed` is the proof's left-hand side.
"""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from index import documents, headers, tables, unbroken
from index.clauses import Walk, begin, walk
from index.documents import Part
from index.duties import cell_duties
from index.entities import dates, periods
from index.layout import Measure, Paragraph, Row, measure, paragraphs, rows
from index.markers import marker
from index.notice import BodyTitle, attached, body_title, enacted_title, head_end, says_it_itself
from index.numbering import numbered, unglued
from index.outline import Draft, Entry, Heading, TitleLine, settled
from index.schema import Clause, Document, Grid, Line, RawText, Source

_CLOSING = 10  # paragraphs before the annexes, and at the end, in which a signature is looked for


@dataclass(frozen=True, slots=True)
class ParsedDocument:
    """A document, its clauses in printed order, and what the proof of completeness needs."""

    document: Document
    clauses: tuple[Clause, ...]
    printed: tuple[str, ...]  # title lines, headings and clause texts in printed order
    dropped: tuple[Line, ...]


def parse(raw: RawText) -> list[ParsedDocument]:
    """The documents of one file, in order; never raises on text, however odd."""
    found, numbers = rows(unbroken.lines(raw.lines))
    set_in = measure(found)
    parsed: list[ParsedDocument] = []
    seen: set[str] = set()
    for place, part in enumerate(documents.split(found, set_in)):
        parsed.append(_parse_part(raw, part, set_in, numbers if place == 0 else (), seen))
    return parsed


def _parse_part(raw: RawText, part: Part, set_in: Measure, numbers: Sequence[Line], seen: set[str]) -> ParsedDocument:
    printed = part.title or PurePosixPath(raw.file).stem
    whole = headers.repair_quotes(headers.spaces(printed))
    several = headers.several_policies(whole)
    own = headers.policy_title(whole)[0] or (None if several else enacted_title(part.rows))
    front = paragraphs(part.front, Measure(0, False))  # a line each
    repeated = body_title(part.rows, own) if own else None
    if own and repeated is None and says_it_itself(part.rows):
        own = None
    segments = _segments(part.rows[repeated.end if repeated else 0 :], set_in)
    if repeated:
        notice = paragraphs(part.rows[: repeated.begin], set_in)
    else:
        first = segments[0]
        assert isinstance(first, list)  # prose, if only an empty run of it
        end = head_end(first, bool(own or several), bool(part.title_lines))
        notice, segments[0] = first[:end], first[end:]
    titles = frozenset([*several, *(() if repeated or own else attached(part.rows, whole))])
    segments = _numbered(segments, titles)
    prose = [p for segment in segments if isinstance(segment, list) for p in segment]
    head = headers.header(printed, own, [*front, *notice], repeated.text if repeated else None, _closing(prose))

    title = [(part.title, part.title_lines[0])] if part.title_lines else []
    state = begin(prose, titles)
    if front or notice or own:
        head_parts = [*((p.text, p.line) for p in front), *title, *((p.text, p.line) for p in notice)]
        state.outline.append(Draft("notice", (), head_parts))
    elif title:
        state.outline.append(TitleLine(part.title))
    state.outline += _title_lines(part.rows, repeated)
    name: Heading | str | None = repeated.text if repeated and repeated.text != head.title else None
    dropped = [*numbers, *part.dropped]
    for place, segment in enumerate(segments):
        if isinstance(segment, list):
            name = _walk_prose(segment, set_in, state, place + 1 < len(segments)) or (None if segment else name)
        else:
            _add_table(segment, state, name)
            dropped += segment.dropped
            name = None
    return _assemble(raw, part, head, settled(state.outline), tuple(dropped), seen)


def _segments(found: Sequence[Row], set_in: Measure) -> list[list[Paragraph] | tables.Table]:
    """Prose and lists in turn; the first segment is always prose, if only an empty one."""
    segments: list[list[Paragraph] | tables.Table] = []
    run: list[Row] = []
    place = 0
    table: tables.Table | None = None
    while place < len(found):
        if tables.begins(found, place, table):
            segments.append(paragraphs(run, set_in))
            run = []
            table = tables.read(found, place, table)
            segments.append(table)
            place += table.size
        else:
            run.append(found[place])
            place += 1
    if run or not segments:
        segments.append(paragraphs(run, set_in))
    return segments


def _numbered(
    segments: Sequence[list[Paragraph] | tables.Table], titles: frozenset[str]
) -> list[list[Paragraph] | tables.Table]:
    """The segments, with every paragraph's numbering weighed over all of them."""
    loose = [unglued(segment) if isinstance(segment, list) else segment for segment in segments]
    sizes = [len(segment) if isinstance(segment, list) else 0 for segment in loose]
    begins = [0, *itertools.accumulate(sizes)]
    prose = [paragraph for segment in loose if isinstance(segment, list) for paragraph in segment]
    breaks = (begin for begin, segment in zip(begins, loose, strict=False) if isinstance(segment, tables.Table))
    marked = numbered(prose, titles, frozenset(breaks))
    return [
        marked[begin : begin + size] if isinstance(segment, list) else segment
        for segment, begin, size in zip(loose, begins, sizes, strict=False)
    ]


def _title_lines(found: Sequence[Row], repeated: BodyTitle | None) -> list[TitleLine]:
    return [TitleLine(row.text) for row in found[repeated.begin : repeated.end]] if repeated else []


def _closing(prose: Sequence[Paragraph]) -> list[Paragraph]:
    """The paragraphs in which a document issued directly signs and dates itself: before its annexes, or at its end."""
    bare = (i for i, p in enumerate(prose) if (m := marker(p.text)) is not None and m.kind == "附件" and not m.rest)
    annex = next(bare, None)
    before = prose[max(0, annex - _CLOSING) : annex] if annex is not None else []
    return [*before, *prose[-_CLOSING:]]


def _walk_prose(found: Sequence[Paragraph], set_in: Measure, state: Walk, table_next: bool) -> Heading | None:
    """Walk prose; a short line right before a list is that list's name and is returned, not made a clause."""
    name = None
    if table_next and found:
        last = found[-1]
        annexed = (
            len(found) > 1 and (m := marker(found[-2].text)) is not None and m.kind == "附件" and not m.rest.strip()
        )
        if (
            len(last.text) <= 60
            and "。" not in last.text
            and marker(last.text) is None
            and not annexed
            and not last.heading
        ):
            name, found = last, found[:-1]
    state.table_next = table_next and name is None
    walk(found, set_in, state)
    if name is None:
        return None
    heading = Heading(name.text, name.line, state.path(), "annex")
    state.outline.append(heading)
    return heading


def _add_table(table: tables.Table, state: Walk, name: Heading | str | None) -> None:
    state.unit = None
    above = (*state.path(), *((name.text if isinstance(name, Heading) else name,) if name else ()))
    if not table.goes_on:
        state.table = len(state.outline)
        state.outline.append(Heading(table.head, table.line, above, "annex"))
    group: str | None = None
    for row in table.rows:
        if row.group_line is not None:
            state.outline.append(Heading(row.group or "", row.group_line, (*above, table.head), "annex"))
        group = row.group
        path = (*above, table.head, *((group,) if group and not row.in_cell else ()))
        kind = "row" if row.number is not None else "annex"
        parts = [(cell, row.line) for cell in row.cells]
        grid = None
        if table.columns and row.number is not None:
            grid = Grid(
                state.table, table.head, table.columns, row.by_column or ("",) * len(table.columns), bool(row.by_column)
            )
        state.outline.append(Draft(kind, path, parts, cell_duties(table.role, row.units, table.regions), grid))


def _assemble(
    raw: RawText, part: Part, head: headers.Header, outline: Sequence[Entry], dropped: tuple[Line, ...], seen: set[str]
) -> ParsedDocument:
    drafts = [entry for entry in outline if isinstance(entry, Draft)]
    texts = [draft.text for draft in drafts]
    effective = dates.effective_on(texts, head.issued_on)
    above = [row.line for row in part.front]
    content = "\n".join(line.text for line in (*above, *part.title_lines, *(row.line for row in part.rows)))
    doc_id = _doc_id(raw.file, head.title, head.doc_no, seen)
    document = Document(
        doc_id,
        head.title,
        head.notice_title,
        head.doc_no,
        head.issuers,
        head.issued_on,
        head.level,
        head.kind,
        periods.period(head.title, head.kind, texts, effective, head.issued_on),
        effective,
        raw.file,
        hashlib.sha256(content.encode()).hexdigest(),
    )
    clauses = tuple(
        Clause(
            f"{doc_id}-{ordinal:04d}",
            doc_id,
            ordinal,
            draft.kind,
            draft.path,
            draft.text,
            draft.duties(),
            Source(raw.file, draft.parts[0][1].page, draft.parts[0][1].number),
            draft.doubtful,
            draft.grid,
        )
        for ordinal, draft in enumerate(drafts)
    )
    return ParsedDocument(document, clauses, tuple(entry.text for entry in outline), dropped)


def _doc_id(file: str, title: str, doc_no: str | None, seen: set[str]) -> str:
    count = 0
    while True:
        key = f"{file}\n{title}\n{doc_no or ''}" + (f"\n{count}" if count else "")
        digest = hashlib.sha256(key.encode()).hexdigest()[:12]
        if digest not in seen:
            seen.add(digest)
            return digest
        count += 1
