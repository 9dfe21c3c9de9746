"""One file → its documents with their clauses: layout, then documents, then the walk through each outline.

Every character of the file lands once: in a printed title, a heading, a clause, or `dropped` (page numbers, table of
contents, repeated table headers). `ParsedDocument.printed` is the proof's left-hand side.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from index import documents, headers, tables
from index.clauses import Draft, Walk, drafts, walk
from index.documents import DOC_NO, Part
from index.duties import cell_duties
from index.layout import Measure, Paragraph, Row, measure, paragraphs, rows
from index.markers import marker
from index.schema import Clause, Document, Line, RawText, Source

_FOLLOWS = re.compile(r"(?:如下|全文如下|通知如下|批复如下|公布如下)[。：:]$")
_OPENING = 160  # characters: a longer opening is a preamble of its own, not part of the notice


@dataclass(frozen=True, slots=True)
class ParsedDocument:
    """A document, its clauses in printed order, and what the proof of completeness needs."""

    document: Document
    clauses: tuple[Clause, ...]
    printed: tuple[str, ...]  # title lines, headings and clause texts in printed order
    dropped: tuple[Line, ...]


def parse(raw: RawText) -> list[ParsedDocument]:
    """The documents of one file, in order; never raises on text, however odd."""
    found, numbers = rows(raw.lines)
    set_in = measure(found)
    parts = documents.split(found, set_in)
    parsed: list[ParsedDocument] = []
    seen: set[str] = set()
    for place, part in enumerate(parts):
        document = _parse_part(raw, part, set_in, numbers if place == 0 else (), seen)
        if document is not None:
            parsed.append(document)
    return parsed


def _parse_part(
    raw: RawText, part: Part, set_in: Measure, numbers: Sequence[Line], seen: set[str]
) -> ParsedDocument | None:  # fmt: skip
    printed = part.title or PurePosixPath(raw.file).stem
    segments = _segments(part.rows, set_in)
    prose = [p for segment in segments if isinstance(segment, list) for p in segment]
    if not (prose or part.title_lines or len(segments)):
        return None
    opening = segments[0] if segments and isinstance(segments[0], list) else []
    own, _ = headers.policy_title(headers.repair_quotes(headers.spaces(printed)))
    notice_end, body_from, body_title = _notice(opening, own, bool(part.title_lines))
    notice = opening[:notice_end]
    closing = prose[-6:]
    head = headers.header(printed, notice, body_title if own else None, closing)

    state = Walk()
    texts = [printed] if part.title_lines else []
    outline: list[Draft | str] = []
    title_lines = list(part.title_lines)
    if notice or own:
        line = title_lines[0] if title_lines else notice[0].line
        outline.append(Draft("notice", (), [*((text, line) for text in texts), *((p.text, p.line) for p in notice)]))
    else:
        outline += texts
    outline += [p.text for p in opening[notice_end:body_from]]
    state.outline = outline
    state.kind = "preamble"
    dropped = [*numbers, *part.dropped]
    name = body_title if body_title and body_title != head.title else None
    for place, segment in enumerate(segments):
        if isinstance(segment, list):
            own_part = segment[body_from:] if place == 0 else segment
            table_next = place + 1 < len(segments)
            name = _walk_prose(own_part, set_in, state, table_next) or (name if not own_part else None)
        else:
            _add_table(segment, state, name)
            dropped += segment.dropped
            name = None
    return _assemble(raw, part, head, list(drafts(state)), tuple(dropped), seen)


def _segments(found: Sequence[Row], set_in: Measure) -> list[list[Paragraph] | tables.Table]:
    """Prose and lists in turn; the first segment is always prose, if only an empty one."""
    segments: list[list[Paragraph] | tables.Table] = []
    run: list[Row] = []
    place = 0
    while place < len(found):
        if tables.begins(found, place):
            segments.append(paragraphs(run, set_in))
            run = []
            table = tables.read(found, place)
            segments.append(table)
            place += table.size
        else:
            run.append(found[place])
            place += 1
    if run or not segments:
        segments.append(paragraphs(run, set_in))
    return segments


def _notice(opening: Sequence[Paragraph], own: str | None, titled: bool) -> tuple[int, int, str | None]:
    """(end of the notice, start of the body, the body's own title): what stands between are repeated title lines."""
    if own is not None and (best := _repeated_title(opening, own)) is not None:
        place, size = best
        begin = place - 1 if place and opening[place - 1].text.strip() == "附件" else place
        joined = headers.repair_quotes(headers.spaces("".join(p.text for p in opening[place : place + size])))
        return begin, place + size, joined[1:-1] if joined.startswith("《") and joined.endswith("》") else joined
    first = next((i for i, p in enumerate(opening) if marker(p.text) is not None or p.heading), len(opening))
    for place, paragraph in enumerate(opening[:first]):
        if _FOLLOWS.search(paragraph.text):
            return place + 1, place + 1, None
    head = 0
    while head < first and _is_head_line(opening[head].text):
        head += 1
    if own is None and not titled:
        return 0, 0, None
    if own is None and sum(len(p.text) for p in opening[head:first]) > _OPENING:
        return head, head, None
    return (first, first, None) if first < len(opening) or own is not None else (head, head, None)


def _repeated_title(opening: Sequence[Paragraph], own: str) -> tuple[int, int] | None:
    """(place, size) of the one or two lines before the body that print the policy's title again."""
    from rapidfuzz import fuzz

    wanted = "".join(own.split())
    best: tuple[float, int, int] | None = None
    for place in range(len(opening)):
        for size in (1, 2):
            joined = "".join("".join(p.text for p in opening[place : place + size]).strip("《》").split())
            if not 6 <= len(joined) <= len(wanted) + 12 or "。" in joined:
                continue
            # A list's own name may be the first part of the title it was issued under.
            part = wanted.startswith(joined) and len(joined) >= 0.6 * len(wanted)
            score = max(fuzz.ratio(joined, wanted), 88.0 if part else 0.0)
            if score >= 88 and (best is None or score > best[0]):
                best = (score, place, size)
    return best[1:] if best else None


def _is_head_line(text: str) -> bool:
    """文号, addressee, or a bracketed note on adoption: what stands between a title and its text."""
    bare = "".join(text.split())
    return bool(DOC_NO.match(bare)) or bare.endswith(("：", ":")) or (bare[:1] in "（(" and bare[-1:] in "）)") or (
        headers.date_line(text) is not None
    )


def _walk_prose(found: Sequence[Paragraph], set_in: Measure, state: Walk, table_next: bool) -> str | None:
    """Walk prose; a short line right before a list is that list's name and is returned, not made a clause."""
    name = None
    if table_next and found:
        last = found[-1]
        annexed = len(found) > 1 and (m := marker(found[-2].text)) is not None and m.kind == "附件" and not m.rest.strip()
        if len(last.text) <= 60 and "。" not in last.text and marker(last.text) is None and not annexed:
            name, found = last.text, found[:-1]
    walk(found, set_in, state)
    if name is not None:
        state.outline.append(name)
    return name


def _add_table(table: tables.Table, state: Walk, name: str | None) -> None:
    state.unit = None
    base = (*state.path(), *((name,) if name else ()), table.head)
    state.outline.append(table.head)
    group = None
    for row in table.rows:
        if row.group is not None and row.group != group:
            group = row.group
            state.outline.append(group)
        path = (*base, *((row.group,) if row.group else ()))
        kind = "row" if row.number is not None else "annex"
        parts = [(cell, row.line) for cell in row.cells]
        state.outline.append(Draft(kind, path, parts, cell_duties(table.role, row.units)))


def _assemble(
    raw: RawText, part: Part, head: headers.Header, outline: Sequence[Draft | str], dropped: tuple[Line, ...], seen: set[str]
) -> ParsedDocument:  # fmt: skip
    texts = [entry.text for entry in outline if isinstance(entry, Draft)]
    effective = headers.effective_on(texts, head.issued_on)
    content = "\n".join(line.text for line in (*part.title_lines, *(row.line for row in part.rows)))
    doc_id = _doc_id(raw.file, head.title, head.doc_no, seen)
    document = Document(
        doc_id, head.title, head.notice_title, head.doc_no, head.issuers, head.issued_on, head.level, head.kind,
        headers.period(head.title, head.kind, texts, effective, head.issued_on), effective, raw.file,
        hashlib.sha256(content.encode()).hexdigest(),
    )  # fmt: skip
    clauses = tuple(
        Clause(
            f"{doc_id}-{ordinal:04d}", doc_id, ordinal, draft.kind, draft.path, draft.text, draft.duties(),
            Source(raw.file, draft.parts[0][1].page, draft.parts[0][1].number),
        )
        for ordinal, draft in enumerate(entry for entry in outline if isinstance(entry, Draft))
    )  # fmt: skip
    printed = tuple(entry if isinstance(entry, str) else entry.text for entry in outline)
    return ParsedDocument(document, clauses, printed, dropped)


def _doc_id(file: str, title: str, doc_no: str | None, seen: set[str]) -> str:
    count = 0
    while True:
        key = f"{file}\n{title}\n{doc_no or ''}" + (f"\n{count}" if count else "")
        digest = hashlib.sha256(key.encode()).hexdigest()[:12]
        if digest not in seen:
            seen.add(digest)
            return digest
        count += 1
