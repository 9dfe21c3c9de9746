"""The documents and clauses of an index, with their 时效; needs no model."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date
from functools import cached_property, lru_cache
from pathlib import Path
from typing import ClassVar, Self

from index.errors import BadInput, TiaowenError
from index.rows import HELD
from index.schema import Clause, Document
from index.settings import Settings, load_settings
from index.store import Store
from index.terms import compact
from rag.lineage.graph import Lineage, Neighbourhood, lineage
from rag.lineage.kept import kept
from rag.relating.labels import Labeller
from rag.schema import Status
from rag.stated.target_year import TargetYear, TargetYears
from rag.status import Ended, status
from rag.structure.sheets import Sheet
from rag.versions import in_force, marked

_SHEETS = 256  # tables kept ready to be asked


class Library:
    """What can be listed and looked up without asking."""

    _shared: ClassVar[tuple[str, ...]] = (
        "graph",
        "target_years",
        "sheet",
        "relations",
        "_ended",
    )  # worked out once, for every day
    failure = ""  # why a newer index is not in use; rag.live has a library that moves

    def __init__(self, store: Store, as_of: date) -> None:
        self.store = store
        self.as_of = as_of

    @classmethod
    def open(cls, settings: Settings | None = None) -> Library:
        """Open the current index; BrokenIndex says what is wrong with it."""
        settings = settings or load_settings()
        return cls(Store.open(settings.index_dir), settings.as_of)

    def now(self) -> Self:
        """The library to use from here on: this one, which stays as it was opened."""
        return self

    def asked_by(self, user: str, place: str = "") -> Self:
        """The library in the hands of a user (of an address, where there are no accounts): a server counts and records
        by whom it is asked; here it makes no difference."""
        return self

    def told(self, kind: str, asked: str, given: Sequence[str] | Mapping[str, object]) -> None:
        """Called with what was looked up and the clauses found for it, or with what was changed; a server keeps a record
        of it."""

    def on(self, day: date) -> Self:
        """This library with 时效 judged as of another day; everything else is shared, nothing is opened twice."""
        if day == self.as_of:
            return self
        for name in self._shared:
            with suppress(TiaowenError):  # whoever needs it is told
                getattr(self, name)
        other = copy.copy(self)
        other.as_of = day
        other.__dict__.pop("instead", None)  # which version is in force is another matter on another day
        return other

    def gone(self, document: Document) -> bool:
        """Whether the file a document was read from is no longer where it was: the index is older than the folder."""
        corpus = [Path(path) for path in self.store.manifest.corpus]
        head, _, rest = document.file.partition("/")
        places = []
        for path in corpus:
            if not path.is_dir():
                # Of a folder that is gone altogether, as on a machine the index alone was brought to, nothing is said.
                places += [path] if path.parent.is_dir() and path.name == document.file else []
            elif len(corpus) == 1 or path.name == head:
                places.append(path / (document.file if len(corpus) == 1 else rest))
        unsure = "\\x" in document.file  # a name that can only be shown
        return bool(places) and not unsure and not any(map(_stands, places))

    def later(self, document: Document) -> Document | None:
        """The version of a document in force on this library's date, where that is another."""
        return self.instead.get(document.doc_id)

    def versions_of(self, document: Document) -> list[Document]:
        """The other versions of a document in force, in corpus order."""
        return [self.store.documents[doc_id] for doc_id, other in self.instead.items() if other is document]

    @cached_property
    def instead(self) -> dict[str, Document]:
        """For the doc_id of each version that is not in force on this library's date, the one that is."""
        documents = list(self.store.documents.values())
        return in_force(documents, self.as_of, lambda document: self._status(document).value == "expired")

    def status(self, document: Document) -> Status:
        """时效 as of this library's date; of an earlier or later version of a document, with what is in force
        instead."""
        own = self._status(document)
        other = self.later(document)
        return own if other is None else replace(own, reason=f"{own.reason}；{marked(document, other)}")

    def _status(self, document: Document) -> Status:
        return status(document, self.as_of, self._ended.get(document.doc_id, ()))

    @cached_property
    def graph(self) -> Lineage:
        """Which document cites, implements, approves or replaces which."""
        store = self.store
        if len(store.clauses) <= HELD:
            return lineage(list(store.documents.values()), store.clauses)
        return kept(store.folder, lambda: lineage(list(store.documents.values()), store.clauses))

    @cached_property
    def _ended(self) -> dict[str, list[Ended]]:
        """Where other documents say that one is no longer in force."""
        return {
            doc_id: [Ended(self.store.documents[edge.source], edge.quote) for edge in edges]
            for doc_id in self.store.documents
            if (edges := self.graph.replacing(doc_id))
        }

    def fact_clauses(self, document: Document) -> list[Clause]:
        """The clauses that state a document's own facts: its own, and those of others by which it is abolished."""
        ends = (self.store.clauses[self.store.row_of[e.clause_id]] for e in self.graph.replacing(document.doc_id))
        return [*self.clauses(document.doc_id), *ends]

    def lineage(self, title: str) -> Neighbourhood:
        """What one document rests on and what rests on it; BadInput for an unknown title, or one of several."""
        found = self.find(title.strip().removeprefix("《").removesuffix("》"))
        if len(found) > 1:
            raise BadInput(f"题名或文号含“{title}”的文件有 {len(found)} 份，请写完整题名或文号，如“{found[0].title}”")
        return self.graph.around(found[0])

    @cached_property
    def target_years(self) -> Sequence[TargetYear | None]:
        """The target year that governs each sentence of the store."""
        store = self.store
        return TargetYears(store.clauses, store.sentences, store.sentence_rows, store.beside)

    def year_of(self, row: int, place: int) -> str | None:
        """The target year that governs a place of a clause's text."""
        for sentence in self.store.sentence_rows[row]:
            _, start, stop = self.store.sentences[sentence]
            if start <= place < stop or place < start:
                return found.year if (found := self.target_years[sentence]) else None
        return None

    @cached_property
    def sheet(self) -> Callable[[int], Sheet]:
        """A table of the store by its id, ready to be asked; those asked last are kept."""
        tables, documents = self.store.structure.table, self.store.documents

        def made(number: int) -> Sheet:
            table = tables(number)
            return Sheet(table, compact(documents[table.doc_id].title))

        return lru_cache(_SHEETS)(made)

    @cached_property
    def relations(self) -> Labeller:
        """Labels clauses against pasted texts."""
        return Labeller(self)

    def documents(self) -> list[tuple[Document, Status, int]]:
        """Every document with its status and number of clauses, in corpus order."""
        return [(d, self.status(d), len(self.clauses(d.doc_id))) for d in self.store.documents.values()]

    def clauses(self, doc_id: str) -> list[Clause]:
        """The clauses of one document in printed order."""
        return self.store.clauses_of(doc_id)

    def document(self, clause: Clause) -> Document:
        """The document a clause belongs to."""
        return self.store.documents[clause.doc_id]

    def find(self, words: str) -> list[Document]:
        """Documents whose title or 文号 is `words`, else those that contain it; BadInput when there is none."""
        documents = self.store.documents.values()
        exact = [d for d in documents if words in (d.title, d.notice_title, d.doc_no, d.doc_id)]
        part = [d for d in documents if any(words in name for name in (d.title, d.notice_title or "", d.doc_no or ""))]
        if not (exact or part):
            raise BadInput(f"没有题名或文号含“{words}”的文件。python -m rag docs 列出全部文件")
        return exact or part


def _stands(path: Path) -> bool:
    """Whether there is such a file, or it lies within one (a container's parts are named below it)."""
    return any(each.is_file() for each in (path, *path.parents))
