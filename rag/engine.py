"""The product behind every entry point: an opened index, its encoder and, when asked, the chat model."""

from __future__ import annotations

import logging
from collections.abc import Generator, Sequence
from datetime import date
from functools import cached_property
from typing import ClassVar

from index.encoder import Encoder, open_encoder
from index.errors import BrokenIndex, Unreachable
from index.schema import Document
from index.settings import Settings, load_settings
from index.store import REBUILD, Store
from rag import answer, calibration, checks, versions
from rag.calibration import Calibration
from rag.chat.model import ChatModel, open_chat
from rag.library import Library
from rag.query.question import Query, understand
from rag.reading.once import Once
from rag.reading.reader import Reader, open_reader
from rag.relating.related import related
from rag.retrieval.filters import allowed_rows
from rag.retrieval.fusion import CANDIDATES
from rag.retrieval.rerank import Reranker, open_reranker, rerank
from rag.retrieval.retrieve import Ranking, Retriever
from rag.schema import Answer, Event, Filters, Hit

_log = logging.getLogger(__name__)
NO_FILTERS = Filters()
_MODELS = (
    "chat",
    "reranker",
    "reader",
    "calibration",
    "foreign_threshold",
)  # opened once, whatever the index or the day


class Engine(Library):
    """A library that can be asked. Opened once; `ask` serves one answer at a time, there is one chat model."""

    _shared: ClassVar[tuple[str, ...]] = (*Library._shared, *_MODELS)

    def __init__(self, settings: Settings, store: Store, encoder: Encoder, **opened: object) -> None:
        """`opened`: models by their name here, taken instead of those of the settings."""
        super().__init__(store, settings.as_of)
        self.settings = settings
        self.encoder = encoder
        self.retriever = Retriever(store, encoder)
        self.__dict__ |= {name: opened[name] for name in _MODELS if name in opened}

    @classmethod
    def open(cls, settings: Settings | None = None) -> Engine:
        """Open the current index and the encoder that built it; BrokenIndex or ModelError say what is wrong."""
        settings = settings or load_settings()
        store = _opened(settings)
        encoder = open_encoder(settings)
        _same(encoder, store)
        engine = cls(settings, store, encoder)
        engine.search("条款", 1)  # load now what every question needs, so that the first does not wait for it
        return engine

    def again(self, as_of: date) -> Engine:
        """An engine over what the index is by now, as of another day, with the models of this one."""
        store = _opened(self.settings)
        _same(self.encoder, store)
        opened = {name: self.__dict__[name] for name in _MODELS if name in self.__dict__}
        engine = type(self)(self.settings, store, self.encoder, **opened)
        engine.as_of = as_of
        return engine

    @cached_property
    def chat(self) -> ChatModel | None:
        """The chat model of the settings, or None where none is set; ModelError when it cannot be used."""
        return open_chat(self.settings)

    @cached_property
    def reranker(self) -> Reranker | None:
        """The cross-encoder of the settings, or None."""
        return open_reranker(self.settings)

    @cached_property
    def reader(self) -> Reader | None:
        """Who says which clauses answer, and where; None where the settings want none. ModelError when it is
        damaged."""
        reader = open_reader(self.settings)
        return None if reader is None else Once(reader)

    @cached_property
    def calibration(self) -> Calibration | None:
        """What was fitted to the scores of this encoder and this reader; None for others."""
        return None if self.reader is None else calibration.load(self.store.manifest.encoder_digest, self.reader.digest)

    @cached_property
    def foreign_threshold(self) -> float:
        """The cosine of the best sentence below which a question in other words is from elsewhere."""
        return calibration.foreign_threshold(self.store.manifest.encoder_digest)

    def rank(self, query: Query, filters: Filters = NO_FILTERS, k: int = CANDIDATES) -> Ranking:
        """The candidates for a question or a paste, `k` from each index, best first; a question's first ones read again
        where a reranker is set."""
        ranking = self.retriever.rank(query, allowed_rows(self.store, filters, self.status), k)
        if not (query.pasted or self.reranker is None or not ranking.rows):
            ranking = rerank(self.reranker, self.store, query.text, ranking, self.settings.rerank_depth)
        return self.with_versions(query, self.in_force(query, ranking), ranking)

    def in_force(self, query: Query, ranking: Ranking) -> Ranking:
        """The ranking without versions that others are in force instead of, as far as the question wants those."""
        instead = self._instead(query)
        return versions.current(ranking, self.store.clauses, instead) if instead else ranking

    def with_versions(self, query: Query, ranking: Ranking, before: Ranking) -> Ranking:
        """The ranking with the other versions in `before`, behind the one in force."""
        instead = self._instead(query)
        return versions.behind(ranking, before, self.store.clauses, instead) if instead else ranking

    def in_force_of(self, query: Query, document: Document) -> Document:
        """The version of a document that the question is answered from."""
        return self._instead(query).get(document.doc_id, document)

    def _instead(self, query: Query) -> dict[str, Document]:
        """For each version, by its doc_id, the one that the question is answered from in its stead."""
        if not self.instead or query.pasted:
            return {}
        documents = self.store.documents
        held = list(documents)
        named = [held[row] for row in self.retriever.titles.named(query)] if query.titles or query.doc_nos else []
        return versions.instead_for(query, self.instead, documents, named)

    def hits(self, ranking: Ranking, k: int) -> list[Hit]:
        """The first `k` of a ranking as hits."""
        return [self.hit(place, row, float(ranking.fused[row])) for place, row in enumerate(ranking.rows[:k], 1)]

    def hit(self, rank: int, row: int, score: float, relation: str | None = None, quote: str | None = None) -> Hit:
        """One clause row as a hit."""
        clause = self.store.clauses[row]
        document = self.document(clause)
        return Hit(rank, score, clause, document, self.status(document), relation, quote)

    def search(
        self, question: str, k: int = 10, history: Sequence[dict] = (), filters: Filters = NO_FILTERS
    ) -> list[Hit]:
        """The `k` clauses that answer best, best first."""
        checks.results(k)
        return self.hits(self.rank(understand(question, history), filters, max(k, CANDIDATES)), k)

    def related(self, text: str, k: int = 10, filters: Filters = NO_FILTERS) -> list[Hit]:
        """Clauses related to a pasted one, each with its relation and the words that show it."""
        checks.results(k)
        return related(self, text, k, filters)

    def ask(self, question: str, history: Sequence[dict] = (), filters: Filters = NO_FILTERS) -> Answer:
        """The whole answer at once."""
        *_, last = self.ask_stream(question, history, filters)
        return last.answer

    def ask_stream(
        self, question: str, history: Sequence[dict] = (), filters: Filters = NO_FILTERS
    ) -> Generator[Event]:
        """The answer as it grows; closing the iterator stops the chat model."""
        return answer.stream(self, question, history, filters)

    def close(self) -> None:
        """Stop the chat model, if it was started."""
        if (chat := self.__dict__.get("chat")) is not None:
            chat.close()


def _same(encoder: Encoder, store: Store) -> None:
    """Raise BrokenIndex where the index was built by another model; of one that cannot be reached nothing is known, and
    what its words alone find is answered from."""
    try:
        digest = encoder.digest
    except Unreachable as error:
        _log.warning("%s", error)
        return
    if digest != store.manifest.encoder_digest:
        raise BrokenIndex(f"索引由模型 {store.manifest.encoder} 建立，当前设置为 {encoder.name}。{REBUILD}")


def _opened(settings: Settings) -> Store:
    """The current index; its candidates from Qdrant, where the settings name one."""
    store = Store.open(settings.index_dir)
    if settings.qdrant:
        from index.qdrant.collection import open_collection
        from index.qdrant.search import attach

        attach(store, open_collection(settings), settings.qdrant_tenant)
    return store
