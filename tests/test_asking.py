"""Questions on their way: answered in order beside the page, kept as they are settled, stopped, asked anew; and what
the page can ask for."""

import asyncio
import base64
import io
import json
import threading
import time
from types import SimpleNamespace

import docx
import pytest
from conftest import engine_over

from desk.conversations import Conversations
from desk.store import Store
from index.errors import BadInput, ModelError
from page.ask import Wishes, owner_of
from page.asking import Asking
from rag.contract import answer_json
from rag.schema import Answer, Event

ONE, TWO = "a" * 12, "b" * 12
QUESTION = "岚城至湾城城际铁路全长多少公里？"


class Engine:
    """The sample's engine, whose answers wait for a word."""

    failure = ""

    def __init__(self, real):
        self.real, self.held, self.asked, self.error = real, threading.Event(), [], None
        self.store, self.settings = real.store, real.settings

    def now(self):
        return self

    def asked_by(self, user, place=""):
        return self

    def ask_stream(self, question, history, filters):
        self.asked.append((question, [turn["content"] for turn in history], filters))
        answer = Answer(question, (), (), tuple(self.real.search(question, 3)), False)
        yield Event("evidence", answer)
        while self.held.is_set():
            yield Event("draft", answer)
            time.sleep(0.01)
        if self.error is not None:
            raise self.error
        yield Event("done", self.real.ask(question, history, filters))


@pytest.fixture
def engine(sample_root):
    return Engine(engine_over(sample_root))


@pytest.fixture
def kept(tmp_path):
    return Conversations(Store(tmp_path / "desk.sqlite"))


@pytest.fixture
def asking(engine, kept):
    yield Asking(engine, kept)
    engine.held.clear()


@pytest.fixture
def desk(engine, asking, kept):
    return Wishes(engine, asking, kept)


@pytest.fixture
def page(desk):
    """What the page can ask for, as one call."""
    return lambda do, owner="", **wish: desk.does(do)(owner, wish)


def until(true, seconds=90):
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.01)


def settled(asking, conversation, owner=""):
    until(lambda: all(t.stage in ("done", "stopped", "failed") for t in asking.turns(owner, conversation)))
    return asking.turns(owner, conversation)


def test_questions_of_one_conversation_are_answered_in_order_each_knowing_the_earlier(asking, engine):
    engine.held.set()
    assert [asking.ask("", ONE, q) for q in (QUESTION, "港口规划由谁编制？", "它何时施行？")] == [1, 2, 3]
    until(lambda: asking.turns("", ONE)[0].stage == "draft")
    assert [turn.stage for turn in asking.turns("", ONE)] == ["draft", "queued", "queued"]
    engine.held.clear()
    turns = settled(asking, ONE)
    assert [turn.stage for turn in turns] == ["done"] * 3
    assert [asked for asked, _, _ in engine.asked] == [turn.question for turn in turns]
    assert [len(past) for _, past, _ in engine.asked] == [0, 2, 4]


def test_conversations_do_not_wait_for_each_other(asking, engine):
    engine.held.set()
    asking.ask("", ONE, QUESTION)
    asking.ask("", TWO, QUESTION)
    until(lambda: asking.turns("", TWO)[0].stage == asking.turns("", ONE)[0].stage == "draft")


def test_an_answer_is_kept_even_if_nobody_follows_and_shown_again_as_given(asking, kept, engine):
    asking.ask("", ONE, QUESTION, {"region": "岚"})
    (turn,) = settled(asking, ONE)
    again = Asking(engine, kept)
    (back,) = again.turns("", ONE)
    assert back.scope == "岚" and back.stage == "done"
    assert answer_json(back.answer)["answer"] == answer_json(turn.answer)["answer"]
    assert kept.turns("", ONE)[0].scope == {"region": "岚"}


def test_what_the_program_was_at_when_it_ended_is_said_to_be_cut_off(kept, engine):
    kept.ask("", ONE, QUESTION, {})
    assert Asking(engine, kept).turns("", ONE)[0].stage == "cut"


def test_stopping_keeps_what_there_is_and_goes_on_with_the_next(asking, engine, kept):
    engine.held.set()
    for question in (QUESTION, "港口规划由谁编制？"):
        asking.ask("", ONE, question)
    until(lambda: asking.turns("", ONE)[0].stage == "draft")
    asking.stop(ONE, 1)
    assert asking.turns("", ONE)[0].stage == "stopped" and kept.turns("", ONE)[0].stage == "stopped"
    engine.held.clear()
    assert [turn.stage for turn in settled(asking, ONE)] == ["stopped", "done"]


def test_a_waiting_question_can_be_taken_back(asking, engine):
    engine.held.set()
    for question in (QUESTION, "港口规划由谁编制？", "何时施行？"):
        asking.ask("", ONE, question)
    until(lambda: asking.turns("", ONE)[0].stage == "draft")
    asking.stop(ONE, 2)
    engine.held.clear()
    assert [turn.question for turn in settled(asking, ONE)] == [QUESTION, "何时施行？"]


def test_what_cannot_be_asked_is_refused_and_leaves_nothing(asking, kept):
    for bad in ("", " \n", "长" * 9000, "？！"):
        with pytest.raises(BadInput):
            asking.ask("", ONE, bad)
    with pytest.raises(BadInput, match="所选范围有误"):
        asking.ask("", ONE, QUESTION, {"colour": "red"})
    assert kept.listed("") == []


def test_too_many_waiting_questions_are_refused_aloud(asking, engine):
    engine.held.set()
    for _ in range(20):
        asking.ask("", ONE, QUESTION)
    with pytest.raises(BadInput, match="排队"):
        asking.ask("", ONE, QUESTION)


def test_a_failure_is_said_plainly_and_the_question_can_be_asked_again(asking, engine, caplog):
    engine.error = ModelError("连不上 http://10.0.0.1。请检查设置 chat_model")
    asking.ask("", ONE, QUESTION, {"region": "岚"})
    (turn,) = settled(asking, ONE)
    assert turn.stage == "failed" and "暂时不可用" in turn.error and "http" not in turn.error
    assert "10.0.0.1" in caplog.text
    engine.error = None
    assert asking.again("", ONE, 1) == 1
    (turn,) = settled(asking, ONE)
    assert turn.stage == "done" and turn.scope == "岚" and not turn.error


def test_changes_come_as_soon_as_there_are_any_and_end_when_all_is_settled(asking):
    since, seen = asking.now(), []
    asking.ask("", ONE, QUESTION)
    pending = True
    while pending:
        turns, since, pending = asyncio.run(asking.changes(ONE, since))
        seen += [turn.stage for turn in turns]
    assert seen[-1] == "done" and set(seen) <= {"queued", "asked", "evidence", "done"}
    assert asyncio.run(asking.changes(ONE, since)) == ([], since, False)


def test_nobody_reaches_the_conversation_of_another(page, asking):
    page("ask", "wang", c=ONE, question=QUESTION)
    settled(asking, ONE, "wang")
    for do, wish in {
        "open": {},
        "ask": {"question": QUESTION},
        "again": {"n": 1},
        "cards": {"n": 1},
        "save": {"form": "md"},
        "judge": {"n": 1, "useful": True},
        "delete": {},
        "rename": {"title": "乙"},
    }.items():
        with pytest.raises(BadInput, match="没有这个对话"):
            page(do, "li", c=ONE, **wish)
    page("stop", "li", c=ONE, n=1)
    assert "城际铁路" not in page("listed", "li")["html"] and "城际铁路" in page("listed", "wang")["html"]


def test_the_owner_is_the_user_of_the_request_and_nobody_without_accounts():
    async def looked_up(request):
        return "wang"

    for request, owner in (
        (SimpleNamespace(username="wang"), "wang"),
        (SimpleNamespace(app=SimpleNamespace(auth_dependency=lambda request: "wang")), "wang"),
        (SimpleNamespace(app=SimpleNamespace(auth_dependency=looked_up)), "wang"),
        (SimpleNamespace(app=SimpleNamespace(auth_dependency=None)), ""),
        (SimpleNamespace(username=None), ""),
    ):
        assert asyncio.run(owner_of(request)) == owner


def test_a_wish_that_there_is_not_is_refused(page):
    for bad in ("_drawn", "does", "__init__", "follow", ""):
        with pytest.raises(BadInput, match="刷新"):
            page(bad)


def test_a_new_conversation_is_greeted_with_examples_from_the_documents_at_hand(page, engine):
    greeted = page("new")["html"]
    assert f"{len(engine.store.documents)} 份政策文件" in greeted and "tw-sample" in greeted


def test_sixty_turns_send_no_megabytes(page, desk, kept, engine):
    """Opening sends the latest turns, a further question its own turn only."""
    told = answer_json(engine.real.ask(QUESTION))
    for _ in range(60):
        kept.settle(ONE, kept.ask("", ONE, QUESTION, {}), "done", told)
    opened = page("open", c=ONE)
    assert opened["html"].count('<section class="tw-turn"') == 20 and "显示更早的 40 问" in opened["html"]
    assert len(json.dumps(opened).encode()) < 400_000
    assert page("open", c=ONE, all=True)["html"].count('<section class="tw-turn"') == 60
    assert 'id="t3"' in page("open", c=ONE, n=3)["html"]
    since = page("ask", c=ONE, question="港口规划由谁编制？")["since"]
    sent, pending = 0, True
    while pending:
        got = asyncio.run(desk.follow("", {"c": ONE, "since": since}))
        since, pending, sent = got["since"], got["pending"], sent + len(json.dumps(got).encode())
    assert sent < 300_000


def test_a_clause_that_has_gone_or_changed_since_is_said_so(page, asking, engine):
    page("ask", c=ONE, question=QUESTION)
    (turn,) = settled(asking, ONE)
    assert "已没有这一条" not in page("cards", c=ONE, n=1)["cards"]
    clause = turn.answer.citations[0].clause
    engine.store = type("Store", (), {"row_of": {}, "clauses": []})()
    shown = page("open", c=ONE)
    assert "文件库中已没有这一条" in shown["cards"] and clause.text[:10] in shown["cards"]
    changed = type("Clause", (), {"text": "改了", "printed": "改了"})()
    engine.store = type("Store", (), {"row_of": {clause.clause_id: 0}, "clauses": [changed]})()
    assert "这一条已有变动" in page("cards", c=ONE, n=1)["cards"]


def test_feedback_names_the_right_clause_by_choice_or_by_its_words(page, asking, kept, engine):
    page("ask", c=ONE, question=QUESTION)
    (turn,) = settled(asking, ONE)
    assert 'aria-pressed="true"' in page("judge", c=ONE, n=1, useful=True)["html"]
    assert 'aria-pressed="true"' not in page("judge", c=ONE, n=1, useful=True)["html"] and kept.judged(ONE) == {}
    hit = turn.answer.hits[1]
    page("judge", c=ONE, n=1, useful=False, reason="引用不当", clause=hit.clause.clause_id)
    assert kept.judged(ONE)[1].clause == {
        "clause_id": hit.clause.clause_id,
        "document": hit.document.title,
        "quote": hit.clause.text,
    }
    words = " ".join(engine.store.clauses[5].text[:12])
    page("judge", c=ONE, n=1, useful=False, quote=words)
    assert kept.judged(ONE)[1].clause["clause_id"] == engine.store.clauses[5].clause_id
    page("judge", c=ONE, n=1, useful=False, quote="哪里也没有的话")
    assert kept.judged(ONE)[1].clause == {"quote": "哪里也没有的话"}
    with pytest.raises(BadInput, match="没有这一条"):
        page("judge", c=ONE, n=1, useful=False, clause="x-0001")


def test_an_answer_and_a_conversation_are_saved_as_files(page, asking):
    with pytest.raises(BadInput):
        page("save", c=ONE, form="docx")
    for question in (QUESTION, "港口/规划:由谁编制？"):
        page("ask", c=ONE, question=question)
    settled(asking, ONE)
    one, both = page("save", c=ONE, n=2, form="docx"), page("save", c=ONE, form="docx")
    assert one["name"] == "港口_规划_由谁编制？.docx" and both["name"].startswith("岚城至湾城")
    told = [p.text for p in docx.Document(io.BytesIO(base64.b64decode(both["data"]))).paragraphs]
    assert "问题一" in told and "问题二" in told and QUESTION in told
    plain = base64.b64decode(page("save", c=ONE, form="md")["data"]).decode()
    assert plain.startswith("# 政策问答记录") and QUESTION in plain
