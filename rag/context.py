"""What a step of an answer may use, as protocols: the engine fits them, and so does any object a test makes.

No room imports the engine or the library. A room that needs more than is said here says so in a protocol of its own
beside the function that needs it (rag.structure.sheets, rag.relating.related).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Protocol

from index.encoder import Encoder
from index.schema import Clause, Document
from index.settings import Settings
from index.store import Store
from rag.calibration import Calibration
from rag.chat.model import ChatModel
from rag.lineage.graph import Lineage
from rag.query.question import Query
from rag.reading.reader import Reader
from rag.retrieval.retrieve import Ranking, Retriever
from rag.schema import Filters, Hit, Status
from rag.stated.target_year import TargetYear


class Shelf(Protocol):
    """The documents of an index, with what is known of each as of a day; no model is needed."""

    store: Store
    as_of: date

    @property
    def graph(self) -> Lineage: ...

    @property
    def target_years(self) -> Sequence[TargetYear | None]:
        """The target year that governs each sentence of the store."""
        ...

    def document(self, clause: Clause) -> Document: ...

    def clauses(self, doc_id: str) -> list[Clause]:
        """The clauses of one document in printed order."""
        ...

    def status(self, document: Document) -> Status: ...

    def later(self, document: Document) -> Document | None:
        """The newest version of a document, where that is another."""
        ...

    def versions_of(self, document: Document) -> list[Document]:
        """The other versions of a document in force, in corpus order."""
        ...

    def gone(self, document: Document) -> bool:
        """Whether the file a document was read from is no longer where it was."""
        ...

    def fact_clauses(self, document: Document) -> list[Clause]:
        """The clauses that state a document's own facts."""
        ...

    def year_of(self, row: int, place: int) -> str | None:
        """The target year that governs a place of a clause's text."""
        ...


class Context(Shelf, Protocol):
    """The shelf with what ranks, reads and writes."""

    settings: Settings
    encoder: Encoder
    retriever: Retriever

    @property
    def reader(self) -> Reader | None: ...

    @property
    def calibration(self) -> Calibration | None: ...

    @property
    def foreign_threshold(self) -> float:
        """The cosine of the best sentence below which a question in other words is from elsewhere."""
        ...

    @property
    def chat(self) -> ChatModel | None: ...

    def rank(self, query: Query, filters: Filters = ..., k: int = ...) -> Ranking: ...

    def in_force(self, query: Query, ranking: Ranking) -> Ranking:
        """The ranking without versions that others are in force instead of, as far as the question wants those."""
        ...

    def with_versions(self, query: Query, ranking: Ranking, before: Ranking) -> Ranking:
        """The ranking with the other versions in `before`, behind the one in force."""
        ...

    def in_force_of(self, query: Query, document: Document) -> Document:
        """The version of a document that the question is answered from."""
        ...

    def hits(self, ranking: Ranking, k: int) -> list[Hit]:
        """The first `k` of a ranking as hits."""
        ...

    def hit(self, rank: int, row: int, score: float) -> Hit:
        """One clause row as a hit."""
        ...
