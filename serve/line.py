"""Turns at the chat model: one question at a time, users in turn, so that nobody's ten questions hold up one of
another's."""

from __future__ import annotations

import threading
from collections import Counter, OrderedDict, deque
from collections.abc import Iterator
from contextlib import contextmanager

from index.errors import Busy


class Line:
    """Seats for unfinished questions, `longest` in all and `each` for a user, of which `at_once` have the model."""

    def __init__(self, longest: int, each: int, at_once: int = 1) -> None:
        self._longest, self._each, self._at_once = longest, each, at_once
        self._changed = threading.Condition()
        self._seated: Counter[str] = Counter()
        self._waiting: OrderedDict[str, deque[Seat]] = OrderedDict()  # users in the order of their next turns
        self._served: set[Seat] = set()

    @contextmanager
    def seat(self, user: str) -> Iterator[Seat]:
        """A place for one question from its beginning to its end; Busy where there is none left."""
        with self._changed:
            if self._seated[user] >= self._each:
                raise Busy(f"您已有 {self._each} 个问题正在作答，请等其中一个答完再问")
            if self._seated.total() >= self._longest:
                raise Busy(f"正在作答的问题已有 {self._longest} 个，请稍后再问", 10)
            self._seated[user] += 1
        seat = Seat(self, user)
        try:
            yield seat
        finally:
            self.leave(seat)
            with self._changed:
                self._seated[user] -= 1
                if not self._seated[user]:
                    del self._seated[user]

    def queue(self, seat: Seat) -> None:
        """Wait for the model from now on, behind one's own earlier questions."""
        with self._changed:
            self._waiting.setdefault(seat.user, deque()).append(seat)
            self._grant()

    def leave(self, seat: Seat) -> None:
        """Have done with the model, or with waiting for it."""
        with self._changed:
            self._served.discard(seat)
            if seat in (own := self._waiting.get(seat.user, deque())):
                own.remove(seat)
                if not own:
                    del self._waiting[seat.user]
            self._grant()

    def wait(self, seat: Seat, seconds: float) -> bool:
        """Whether it is this one's turn by then."""
        with self._changed:
            return self._changed.wait_for(lambda: seat in self._served, seconds)

    def ahead(self, seat: Seat) -> int:
        """How many are served before this one; 0 where it is its turn, or it does not wait."""
        with self._changed:
            for place, other in enumerate(self._order(), len(self._served)):
                if other is seat:
                    return place
        return 0

    def waiting(self) -> int:
        """How many wait for the model."""
        with self._changed:
            return sum(map(len, self._waiting.values()))

    def unfinished(self) -> int:
        """How many questions have a seat."""
        with self._changed:
            return self._seated.total()

    def _grant(self) -> None:
        while self._waiting and len(self._served) < self._at_once:
            user, own = next(iter(self._waiting.items()))
            self._served.add(own.popleft())
            if own:
                self._waiting.move_to_end(user)
            else:
                del self._waiting[user]
        self._changed.notify_all()

    def _order(self) -> Iterator[Seat]:
        """Those who wait, in the order in which they are served if nobody else comes."""
        left = [list(own) for own in self._waiting.values()]
        for turn in range(max(map(len, left), default=0)):
            yield from (own[turn] for own in left if turn < len(own))


class Seat:
    """One question's place."""

    def __init__(self, line: Line, user: str) -> None:
        self.line, self.user = line, user

    @property
    def ahead(self) -> int:
        return self.line.ahead(self)
