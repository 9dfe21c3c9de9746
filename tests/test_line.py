"""Turns at the chat model and rates: fair by user, bounded."""

import threading
from contextlib import ExitStack

import pytest
from conftest import FakeChat, engine_over

from index.errors import Busy
from rag.live import Live
from serve.asking import Guarded
from serve.house import House
from serve.line import Line
from serve.people import Person
from serve.rates import Rates


def test_users_take_turns_whatever_each_has_waiting():
    line = Line(20, 10)
    with ExitStack() as stack:
        first, *many = [stack.enter_context(line.seat("甲")) for _ in range(4)]
        other = stack.enter_context(line.seat("乙"))
        for seat in (first, *many, other):
            line.queue(seat)
        assert [seat.ahead for seat in (first, *many, other)] == [0, 1, 3, 4, 2]
        order = []
        for _ in range(5):
            (served,) = line._served
            order.append(served.user)
            line.leave(served)
        assert order == ["甲", "甲", "乙", "甲", "甲"]
    assert line.unfinished() == line.waiting() == 0


def test_one_user_cannot_take_all_seats_and_all_seats_are_counted():
    line = Line(3, 2)
    with line.seat("甲"), line.seat("甲"):
        with pytest.raises(Busy, match="您已有 2 个问题"), line.seat("甲"):
            pass
        with line.seat("乙"), pytest.raises(Busy, match="已有 3 个"), line.seat("丙"):
            pass
    with line.seat("甲"), line.seat("甲"):
        pass


def test_who_leaves_while_waiting_lets_the_next_one_on():
    line = Line(9, 9)
    with line.seat("甲") as first, line.seat("乙") as second, line.seat("丙") as third:
        for seat in (first, second, third):
            line.queue(seat)
        line.leave(second)
        line.leave(first)
        assert line.wait(third, 0) and third.ahead == 0


def test_a_bucket_fills_steadily_for_each_user():
    clock = iter([0.0, 0.0, 0.0, 0.0, 0.9, 1.0])
    rates = Rates(60, 2, lambda: next(clock))
    rates.take("甲")
    rates.take("甲")
    with pytest.raises(Busy) as caught:
        rates.take("甲")
    assert caught.value.seconds == 1
    rates.take("乙")
    with pytest.raises(Busy):
        rates.take("甲")
    rates.take("甲")


class Held(FakeChat):
    """Writes nothing until it may."""

    def __init__(self):
        super().__init__("")
        self.go, self.running, self.most = threading.Event(), 0, 0

    def stream(self, messages, max_tokens, **_):
        self.running += 1
        self.most = max(self.most, self.running)
        try:
            while not self.go.wait(0.01):
                yield ""
        finally:
            self.running -= 1


def test_questions_wait_for_the_model_in_turn_and_are_told_how_many_are_before_them(sample_root, tmp_path):
    chat = Held()
    engine = engine_over(sample_root, chat, var=tmp_path)
    house = House(engine.settings, Live(engine))
    question = "岚城至湾城城际铁路全长多少公里？"
    first, second = (
        Guarded(house, "page", lambda name=name: Person(name, "reader")).now().ask_stream(question)
        for name in ("甲", "乙")
    )
    while (event := next(first)).stage != "draft":
        assert event.ahead == 0
    while (event := next(second)).stage != "draft":
        pass
    assert event.ahead == 1 and house.line.waiting() == 1 and house.line.unfinished() == 2
    first.close()
    while (event := next(second)).ahead:
        pass
    chat.go.set()
    assert list(second)[-1].stage == "done"
    assert chat.most == 1 and house.line.unfinished() == 0
