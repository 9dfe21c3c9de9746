"""Every question of every door passes here: it takes a seat, waits its turn at the chat model, is counted and recorded.

The page gets a `Guarded` where it would have got a `rag.live.Live`, and need not know of any of this.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from rag.chat.model import BEAT
from rag.engine import NO_FILTERS

if TYPE_CHECKING:
    from datetime import date

    from rag.chat.model import ChatModel, Message
    from rag.engine import Engine
    from rag.schema import Answer, Event, Filters, Hit
    from serve.house import House
    from serve.line import Seat
    from serve.people import Person


class Guarded:
    """The live engine of a house for one door; `who` tells, when a question comes, whose it is."""

    def __init__(self, house: House, door: str, who: Callable[[], Person]) -> None:
        self._house, self._door, self._who = house, door, who

    def now(self) -> Asker:
        """The current engine, for whoever asks now."""
        return Asker(self._house, self._house.live.now(), self._door, self._who)

    @property
    def failure(self) -> str:
        return self._house.live.failure

    def close(self) -> None:
        self._house.live.close()


class Asker:
    """An engine in the hands of one person: what looks things up is the engine's own, what asks is watched over."""

    def __init__(self, house: House, engine: Engine, door: str, who: Callable[[], Person]) -> None:
        self._house, self._engine, self._door, self._who = house, engine, door, who

    def __getattr__(self, name: str) -> Any:
        return getattr(self._engine, name)

    def now(self) -> Asker:
        return self

    def asked_by(self, user: str, place: str = "") -> Asker:
        """The same in the hands of a user of the page, for what happens outside of the page's own events."""
        return Asker(self._house, self._engine, self._door, lambda: self._house.named(user or None, place))

    def on(self, day: date) -> Asker:
        """The same as of another day."""
        return Asker(self._house, self._engine.on(day), self._door, self._who)

    def told(self, kind: str, asked: str, given: Sequence[str] | Mapping[str, object]) -> None:
        """On record."""
        self._record(self._who(), kind, asked, dict(given) if isinstance(given, Mapping) else list(given))

    def ask(self, question: str, history: Sequence[dict] = (), filters: Filters = NO_FILTERS) -> Answer:
        """The whole answer at once."""
        *_, last = self.ask_stream(question, history, filters)
        return last.answer

    def ask_stream(
        self, question: str, history: Sequence[dict] = (), filters: Filters = NO_FILTERS
    ) -> Generator[Event]:
        """As the engine's; each event tells how many are before this question at the chat model. Busy where there is
        no seat left."""
        person, event, recorded = self._who(), None, False
        with self._watched("ask"), self._house.line.seat(person.key) as seat:
            seated = _Seated(self._engine, seat)
            try:
                with closing(
                    type(self._engine).ask_stream(cast("Engine", seated), question, history, filters)
                ) as events:
                    for event in events:
                        if event.stage == "done":  # on record before it is shown
                            recorded = True
                            self._record(person, "ask", event.answer.question, _given(event))
                            self._house.metrics.refused.inc(event.answer.refused)
                        yield replace(event, ahead=seat.ahead)
            finally:
                if event is not None and not recorded:  # cut off: what had been shown by then
                    self._record(person, "ask", event.answer.question, _given(event))

    def search(
        self, question: str, k: int = 10, history: Sequence[dict] = (), filters: Filters = NO_FILTERS
    ) -> list[Hit]:
        """As the engine's."""
        with self._watched("search"), self._house.line.seat(self._who().key):
            hits = self._engine.search(question, k, history, filters)
            self.told("search", question, _clauses(hits))
        return hits

    def related(self, text: str, k: int = 10, filters: Filters = NO_FILTERS) -> list[Hit]:
        """As the engine's, which tells what it found for each clause of the text."""
        with self._watched("related"), self._house.line.seat(self._who().key):
            return type(self._engine).related(cast("Engine", self), text, k, filters)

    @contextmanager
    def _watched(self, kind: str) -> Iterator[None]:
        """Count how long it takes, or that it failed."""
        began = time.perf_counter()
        try:
            yield
        except Exception:
            self._house.metrics.failed.labels(kind).inc()
            raise
        self._house.metrics.seconds.labels(kind).observe(time.perf_counter() - began)

    def _record(self, person: Person, kind: str, asked: str, given: object) -> None:
        record(self._house, self._engine, person, self._door, kind, asked, given)


def record(
    house: House, engine: Engine, person: Person, door: str, kind: str, asked: str, given: object = None
) -> None:
    """An entry in the record of a house that keeps one, with the models and the index of this engine."""
    if house.audit is None:
        return
    chat = engine.settings.chat_name.rpartition("/")[2]
    reader = engine.__dict__.get("reader")  # which is opened by the first question
    models = {
        "embedder": f"{engine.store.manifest.encoder} {engine.store.manifest.encoder_digest}",
        "reader": getattr(reader, "digest", None),
        "chat": chat or None,
    }
    house.audit.record(person.key, door, kind, asked, given, models, engine.store.folder.name)


class _Seated:
    """An engine whose chat model is asked in turn."""

    def __init__(self, engine: Engine, seat: Seat) -> None:
        self._engine, self._seat = engine, seat

    def __getattr__(self, name: str) -> Any:
        return getattr(self._engine, name)

    @property
    def chat(self) -> ChatModel | None:
        chat = self._engine.chat
        return None if chat is None else cast("ChatModel", _InTurn(chat, self._seat))


class _InTurn:
    """A chat model that is waited for."""

    def __init__(self, chat: ChatModel, seat: Seat) -> None:
        self._chat, self._seat = chat, seat

    def __getattr__(self, name: str) -> Any:
        return getattr(self._chat, name)

    def stream(self, messages: Sequence[Message], *rest: Any, **options: Any) -> Iterator[str]:
        """As ChatModel.stream, with "" too while others are before this one."""
        line = self._seat.line
        line.queue(self._seat)
        try:
            while not line.wait(self._seat, BEAT):
                yield ""
            with closing(self._chat.stream(messages, *rest, **options)) as pieces:
                yield from pieces
        finally:
            line.leave(self._seat)


def _given(event: Event) -> dict:
    """What an answer gave, in few words: its sentences, the clauses they rest on, the clauses shown beside."""
    answer = event.answer
    return {
        "stage": event.stage,
        "refused": answer.refused,
        "sentences": [[s.text, list(s.citations), s.origin] for s in answer.sentences],
        "citations": {str(c.n): c.clause.clause_id for c in answer.citations},
        "clauses": _clauses(answer.hits),
    }


def _clauses(hits: Sequence[Hit]) -> list[str]:
    return [hit.clause.clause_id for hit in hits]
