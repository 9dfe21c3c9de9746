"""Questions being answered: in threads of their own, so that a reload or a closed tab loses nothing.

A conversation's questions are answered one after the other, those of several conversations together. What becomes of
them is kept on the desk; a page follows by asking for what changed since it last did.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import asdict, replace
from typing import TYPE_CHECKING

from desk import recall
from desk.conversations import Conversations, history
from desk.schema import SETTLED, Feedback, Kept
from index.errors import BadInput, TiaowenError
from page.day import at as as_of
from page.filters import in_words, restored, scope
from page.html import plainly
from page.turns import Turn
from rag.contract import answer_json
from rag.query.question import clean
from rag.schema import Filters

if TYPE_CHECKING:
    from rag.engine import Engine
    from rag.live import Live

NO_FILTERS = Filters()
TOGETHER = 4  # answered at a time; each sees its evidence at once, the chat model takes them in turn
_WAITING, _ALL = 20, 200  # questions of one conversation that may wait, and of all of them
_REMEMBERED = 300.0  # seconds a settled turn can still be followed; a page that was away longer opens it anew
_LOOK, _PATIENCE = 0.03, 20.0  # seconds between two looks for a change, and until a follower is told there was none
_NONE = "没有这一问，可能已被撤回"
_log = logging.getLogger(__name__)


class _Job:
    """A question on its way. `version` grows with every change that is shown."""

    def __init__(self, conversation: str, turn: Turn, filters: Filters, day: str) -> None:
        self.conversation, self.turn, self.filters, self.day = conversation, turn, filters, day
        self.version, self.settled_at = 0, 0.0
        self.stopped = threading.Event()


class Asking:
    """The questions of every open page."""

    def __init__(self, engine: Engine | Live, desk: Conversations) -> None:
        self._engine, self._desk = engine, desk
        self._jobs: dict[tuple[str, int], _Job] = {}  # by conversation and place, in the order they were asked
        self._busy: set[str] = set()  # conversations a thread is at
        self._version = time.time_ns() // 1000  # a page that stays open over a restart goes on following
        self._lock = threading.RLock()
        self._room = threading.Semaphore(TOGETHER)

    def ask(
        self,
        owner: str,
        conversation: str,
        question: str,
        chosen: Mapping[str, str] | Filters = NO_FILTERS,
        at: int | None = None,
        day: str = "",
    ) -> int:
        """Take a question on, at the place `at` in place of what stands there, as of the visitor's `day`; its place.
        BadInput where it cannot be asked, and then nothing is kept of it."""
        clean(question)
        filters = chosen if isinstance(chosen, Filters) else scope(chosen)
        narrowed = {name: value for name, value in asdict(filters).items() if value is not None}
        with self._lock:
            waiting = [job for job in self._of(conversation) if job.turn.stage not in SETTLED]
            if len(waiting) >= _WAITING:
                raise BadInput(f"已有 {_WAITING} 个问题在排队，请等前面的答完再问")
            if sum(job.turn.stage not in SETTLED for job in self._jobs.values()) >= _ALL:
                raise BadInput("同时提问的人太多，请稍后再问")
            if at is not None and any(job.turn.place == at for job in waiting):
                raise BadInput("这个问题正在作答，请先停止")
            place = self._desk.ask(owner, conversation, question, narrowed, at)
            turn = Turn(question, in_words(filters), None, "queued", place=place, asked=time.time())
            job = _Job(conversation, turn, filters, day)
            self._forget()
            self._jobs.pop((conversation, place), None)
            self._jobs[conversation, place] = job
            self._tell(job)
            if conversation not in self._busy:
                self._busy.add(conversation)
                # A daemon: who ends the program does not wait for a model; what it was at is shown as cut off.
                threading.Thread(target=self._answer_all, args=[owner, conversation], daemon=True).start()
        return place

    def again(self, owner: str, conversation: str, place: int, day: str = "") -> int:
        """Ask a question once more as it was asked, in its own place."""
        kept = next((turn for turn in self._desk.turns(owner, conversation) if turn.place == place), None)
        if kept is None:
            raise BadInput(_NONE)
        return self.ask(owner, conversation, kept.question, restored(kept.scope), place, day)

    def stop(self, conversation: str, place: int) -> None:
        """What there is of an answer is all there will be; a question that still waits is taken back."""
        with self._lock:
            job = self._jobs.get((conversation, place))
            if job is None or job.turn.stage in SETTLED:
                return
            job.stopped.set()
            if job.turn.stage == "queued":
                self._jobs.pop((conversation, place))
                self._desk.drop(conversation, place)
            else:
                self._settle(job, "stopped")

    def turns(self, owner: str, conversation: str) -> list[Turn]:
        """A conversation as it is now: as kept, those on their way as far as they are."""
        kept, said = self._desk.turns(owner, conversation), self._desk.judged(conversation)
        with self._lock:
            live = {job.turn.place: job.turn for job in self._of(conversation)}
        # What was settled since the file was read is taken as it is by now.
        return [
            live[each.place] if each.stage not in SETTLED and each.place in live else _shown(each, said.get(each.place))
            for each in kept
        ]

    def turn(self, owner: str, conversation: str, place: int) -> Turn:
        """One turn of a conversation; BadInput where there is none."""
        found = next((turn for turn in self.turns(owner, conversation) if turn.place == place), None)
        if found is None:
            raise BadInput(_NONE)
        return found

    def now(self) -> int:
        """The version from which to follow."""
        with self._lock:
            return self._version

    async def changes(self, conversation: str, since: int) -> tuple[list[Turn], int, bool]:
        """(turns that changed, version to ask from next, whether more will come), as soon as there are any."""
        patience = time.monotonic() + _PATIENCE
        while True:
            with self._lock:
                own = self._of(conversation)
                changed = [job for job in own if job.version > since]
                pending = any(job.turn.stage not in SETTLED for job in own)
                version = max([since, *(job.version for job in changed)])
            if changed or not pending or time.monotonic() > patience:
                return [job.turn for job in changed], version, pending
            await asyncio.sleep(_LOOK)

    def _of(self, conversation: str) -> list[_Job]:
        return [job for (own, _), job in self._jobs.items() if own == conversation]

    def _answer_all(self, owner: str, conversation: str) -> None:
        """A conversation's waiting questions one after the other; runs in a thread."""
        while True:
            with self._lock:
                job = next((job for job in self._of(conversation) if job.turn.stage == "queued"), None)
                if job is None:
                    self._busy.discard(conversation)
                    return
                self._show(job, replace(job.turn, stage="asked"))
            try:
                with self._room:
                    self._answer(owner, job)
            except Exception as error:
                if not isinstance(error, BadInput):
                    _log.exception("a question was not answered")
                with self._lock:
                    if not job.stopped.is_set():
                        self._settle(job, "failed", plainly(error))

    def _answer(self, owner: str, job: _Job) -> None:
        past = [turn for turn in self._desk.turns(owner, job.conversation) if turn.place < job.turn.place]
        engine = as_of(self._engine, job.day).asked_by(owner)
        with closing(engine.ask_stream(job.turn.question, history(past), job.filters)) as events:
            for event in events:
                with self._lock:
                    if job.stopped.is_set():
                        return
                    if event.stage == "done":  # shown when it is kept
                        job.turn = replace(job.turn, answer=event.answer)
                    # A draft that grew is not shown: its words are not checked yet.
                    elif (event.stage, event.ahead) != (job.turn.stage, job.turn.ahead) or job.turn.answer is None:
                        self._show(job, replace(job.turn, answer=event.answer, stage=event.stage, ahead=event.ahead))
        with self._lock:
            if not job.stopped.is_set():
                self._settle(job, "done")

    def _settle(self, job: _Job, stage: str, error: str = "") -> None:
        """Keep, then show: what a page shows as answered is in the file."""
        told = None if job.turn.answer is None else answer_json(job.turn.answer)
        try:
            self._desk.settle(job.conversation, job.turn.place, stage, told, error)
        except TiaowenError as failed:
            _log.exception("an answer was not kept")
            error = error or f"{plainly(failed)}。以上内容没有保存，请先复制。"
        job.settled_at = time.monotonic()
        self._show(job, replace(job.turn, stage=stage, error=error))

    def _show(self, job: _Job, turn: Turn) -> None:
        job.turn = turn
        self._tell(job)

    def _tell(self, job: _Job) -> None:
        self._version += 1
        job.version = self._version

    def _forget(self) -> None:
        old = time.monotonic() - _REMEMBERED
        for key, job in list(self._jobs.items()):
            if job.turn.stage in SETTLED and job.settled_at < old:
                del self._jobs[key]


def _shown(kept: Kept, said: Feedback | None) -> Turn:
    """A turn as it lies in the file; one that was never settled was cut off, by a stop of the program."""
    answer = None if kept.answer is None else recall.answer(kept.answer)
    stage = kept.stage if kept.stage in SETTLED else "cut"
    words = in_words(restored(kept.scope))
    return Turn(kept.question, words, answer, stage, kept.error, kept.place, kept.asked, said)
