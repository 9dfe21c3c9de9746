"""What a build made of each file: documents, clauses, gaps, doubts, near-duplicates; as JSON, and in lines for a
person."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path

from index.alike import Pair
from index.schema import Document


@dataclass(frozen=True, slots=True)
class FileEntry:
    """One file of the corpus."""

    file: str
    digest: str | None  # None where it could not be opened
    pages: int | None
    gaps: tuple[str, ...]
    documents: tuple[str, ...]  # doc_ids
    refused: tuple[tuple[str, str], ...]  # (file, why) of what was left out: the file, or one in a container
    stopped: str = ""  # the limits under which it was stopped; empty where it was not


@dataclass(frozen=True, slots=True)
class DocumentEntry:
    """One document and what an official should compare with the original."""

    doc_id: str
    title: str
    doc_no: str | None
    issuers: tuple[str, ...]
    issued_on: str | None
    period: str | None  # the words that state it
    file: str
    clauses: int
    gaps: tuple[str, ...]
    doubts: tuple[str, ...]


@dataclass(frozen=True)
class Report:
    """All of it, in the order of the corpus."""

    files: tuple[FileEntry, ...]
    documents: tuple[DocumentEntry, ...]
    alike: tuple[Pair, ...]

    @cached_property
    def file(self) -> Mapping[str, FileEntry]:
        return {entry.file: entry for entry in self.files}

    @cached_property
    def document(self) -> Mapping[str, DocumentEntry]:
        return {entry.doc_id: entry for entry in self.documents}

    @property
    def totals(self) -> dict[str, int]:
        """Counts of everything."""
        return {
            "files": len(self.files),
            "refused": sum(len(entry.refused) for entry in self.files),
            "pages": sum(entry.pages or 0 for entry in self.files),
            "documents": len(self.documents),
            "clauses": sum(entry.clauses for entry in self.documents),
            "gaps": sum(len(entry.gaps) for entry in self.files),
            "doubts": sum(len(entry.doubts) for entry in self.documents),
            "alike": len(self.alike),
        }

    @property
    def attention(self) -> int:
        """How many gaps, doubts and near-duplicates are named."""
        return self.totals["gaps"] + self.totals["doubts"] + self.totals["alike"]

    def save(self, path: Path) -> None:
        """Write as JSON."""
        whole = {"totals": self.totals} | asdict(self)
        path.write_text(json.dumps(whole, ensure_ascii=False, indent=1), encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> Report:
        """Read what `save` wrote; ValueError where it is something else."""
        from pydantic import TypeAdapter

        data = json.loads(path.read_text(encoding="utf-8"))
        del data["totals"]
        return TypeAdapter(cls).validate_python(data)


def document_entry(document: Document, clauses: int, doubts: Sequence[str]) -> DocumentEntry:
    """A document as the report tells it."""
    return DocumentEntry(
        document.doc_id,
        document.title,
        document.doc_no,
        document.issuers,
        document.issued_on,
        document.period.text if document.period else None,
        document.file,
        clauses,
        document.gaps,
        tuple(doubts),
    )


def in_words(report: Report) -> Iterator[str]:
    """Lines for a person: the totals, then what asks for attention."""
    n = report.totals
    pages = f"{n['pages']} 页，" if n["pages"] else ""
    yield f"{n['files']} 个文件，{pages}{n['documents']} 份文件（政策），{n['clauses']} 条。"
    left = [(file, why) for entry in report.files for file, why in entry.refused]
    yield from _listed("未收录", [f"{file}：{why}" for file, why in left])
    gaps = [f"{entry.file}：{'；'.join(entry.gaps)}" for entry in report.files if entry.gaps]
    yield from _listed("内容有缺", gaps)
    unsure = [
        f"《{entry.title}》（{entry.file}）：{'；'.join(entry.doubts)}" for entry in report.documents if entry.doubts
    ]
    yield from _listed("请与原件核对", unsure)
    pairs = [
        f"{_named(report, pair.first)} 与 {_named(report, pair.second)}：约 {pair.share:.0%} 的文字相同"
        for pair in report.alike
    ]
    yield from _listed("内容几乎相同", pairs)
    if not (left or gaps or unsure or pairs):
        yield "没有需要留意的地方。"


def _named(report: Report, doc_id: str) -> str:
    entry = report.document[doc_id]
    return f"《{entry.title}》（{'，'.join(filter(None, (entry.issued_on, entry.file)))}）"


def _listed(head: str, rows: Sequence[str]) -> Iterator[str]:
    if rows:
        yield ""
        yield f"{head}（{len(rows)}）"
        yield from (f"  {row}" for row in rows)
