"""What is kept of the asking: conversations by owner, answers exactly as given, feedback, and the questions made of it."""

import json
import sqlite3
from dataclasses import replace

import pytest
from conftest import engine_over

from desk import recall
from desk.conversations import Conversations, history
from desk.disputed import lines
from desk.schema import UNFIT, Feedback
from desk.store import DeskError, Store
from index.errors import BadInput
from index.settings import Settings
from rag.contract import answer_json

ONE, TWO = "a" * 12, "b" * 12


@pytest.fixture
def store(tmp_path):
    store = Store(tmp_path / "deep" / "desk.sqlite")
    yield store
    store.close()


@pytest.fixture
def desk(store):
    return Conversations(store)


def told(text="设站9座。[1]", refused=False):
    """As much of an answer's JSON as the desk itself reads."""
    return {"answer": text, "refused": refused}


def test_a_conversation_is_named_by_its_first_question_and_the_latest_stands_first(desk):
    assert desk.ask("", ONE, "  港口规划\n由谁编制？ ", {}) == 1
    assert desk.ask("", ONE, "何时实施？", {"year": 2023}) == 2
    desk.ask("", TWO, "长" * 90, {})
    assert [(c.id, c.title, c.turns) for c in desk.listed("")] == [
        (TWO, "长" * 40, 1),
        (ONE, "港口规划 由谁编制？", 2),
    ]
    kept = desk.turns("", ONE)
    assert [turn.question for turn in kept] == ["  港口规划\n由谁编制？ ", "何时实施？"]
    assert kept[1].scope == {"year": 2023} and kept[1].stage == "queued" and kept[1].answer is None


def test_it_is_renamed_pinned_deleted_and_brought_back(desk):
    desk.ask("", ONE, "甲", {})
    desk.ask("", TWO, "乙", {})
    desk.rename("", ONE, " 港口\n事项 ")
    desk.pin("", ONE, True)
    assert [c.title for c in desk.listed("")] == ["港口 事项", "乙"] and desk.listed("")[0].pinned
    desk.delete("", ONE)
    assert [c.id for c in desk.listed("")] == [TWO] and desk.find("", ONE) is None
    for use in (lambda: desk.turns("", ONE), lambda: desk.ask("", ONE, "丙", {})):
        with pytest.raises(BadInput, match="没有这个对话"):
            use()
    desk.restore("", ONE)
    assert desk.turns("", ONE)[0].question == "甲" and desk.find("", ONE).pinned
    with pytest.raises(BadInput, match="名称"):
        desk.rename("", ONE, " \n")


def test_nobody_sees_or_changes_the_conversations_of_another(desk):
    desk.ask("wang", ONE, "甲", {})
    assert desk.listed("li") == [] and desk.find("li", ONE) is None
    for use in (
        lambda: desk.turns("li", ONE),
        lambda: desk.ask("li", ONE, "乙", {}),
        lambda: desk.rename("li", ONE, "乙"),
        lambda: desk.delete("li", ONE),
        lambda: desk.judge("li", ONE, 1, Feedback(True)),
    ):
        with pytest.raises(BadInput, match="没有这个对话"):
            use()
    assert [c.title for c in desk.listed("wang")] == ["甲"]


def test_the_list_is_searched_by_every_word_in_names_and_questions(desk):
    desk.ask("", ONE, "港口规划由谁编制？", {})
    desk.ask("", ONE, "何时实施 100%？", {})
    desk.ask("", TWO, "铁路规划", {})
    assert {c.id for c in desk.listed("", "规划")} == {ONE, TWO}
    assert [c.id for c in desk.listed("", "港口 实施")] == [ONE]
    assert [c.id for c in desk.listed("", "100%")] == [ONE] and desk.listed("", "_%") == []


def test_an_identifier_that_is_none_begins_no_conversation(desk):
    for bad in ("", "short", "A" * 12, "a" * 33, "../etc/passwd"):
        with pytest.raises(BadInput, match="编号"):
            desk.ask("", bad, "甲", {})
    assert desk.listed("") == []


def test_a_question_asked_anew_takes_its_place_with_no_answer_and_no_feedback(desk):
    desk.ask("", ONE, "甲", {})
    desk.settle(ONE, 1, "done", told())
    desk.judge("", ONE, 1, Feedback(False, "有遗漏"))
    assert desk.judged(ONE) == {1: Feedback(False, "有遗漏")}
    assert desk.ask("", ONE, "甲改", {}, at=1) == 1
    assert [(t.question, t.stage, t.answer) for t in desk.turns("", ONE)] == [("甲改", "queued", None)]
    assert desk.judged(ONE) == {} and desk.ask("", ONE, "乙", {}, at=7) == 2


def test_a_question_taken_back_leaves_nothing_and_an_answered_one_stays(desk):
    desk.ask("", ONE, "甲", {})
    desk.drop(ONE, 1)
    assert desk.listed("") == []
    desk.ask("", ONE, "甲", {})
    desk.settle(ONE, 1, "done", told())
    desk.drop(ONE, 1)
    assert history(desk.turns("", ONE)) == [
        {"role": "user", "content": "甲"},
        {"role": "assistant", "content": "设站9座。[1]"},
    ]


def test_what_is_kept_is_there_after_a_restart_in_wal_mode_and_old_deletions_are_not(desk, store):
    desk.ask("", ONE, "甲", {})
    desk.ask("", TWO, "乙", {})
    desk.delete("", ONE)
    desk.delete("", TWO)
    with store.transaction() as rows:
        assert rows.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
        rows.execute("UPDATE conversation SET deleted = deleted - 100000 WHERE id = ?", [TWO])
    again = Conversations(Store(store.path))
    again.restore("", ONE)
    assert [c.id for c in again.listed("")] == [ONE]
    with pytest.raises(BadInput):
        again.restore("", TWO)


def test_a_file_that_cannot_be_used_is_one_chinese_line(tmp_path):
    (tmp_path / "desk.sqlite").write_bytes(b"this is no database" * 99)
    with pytest.raises(DeskError, match="读写失败"):
        Store(tmp_path / "desk.sqlite")
    (tmp_path / "file").write_text("")
    with pytest.raises(DeskError, match="打不开"):
        Store(tmp_path / "file" / "desk.sqlite")
    newer = tmp_path / "newer.sqlite"
    with sqlite3.connect(newer) as rows:
        rows.execute("PRAGMA user_version = 99")
    with pytest.raises(DeskError, match="更新的版本"):
        Store(newer)


@pytest.mark.parametrize(
    ("question", "threshold"),
    [
        ("岚城至湾城城际铁路全长多少公里？", 0.0),
        ("深圳的最低工资标准是多少？", 0.865),
        ("岚湾双城带建设规划的文号是什么？", 0.0),
        ("岚湾双城带建设规划有哪几章？", 0.0),
    ],
)
def test_an_answer_comes_back_as_it_was_given(sample_root, question, threshold):
    given = engine_over(sample_root, threshold=threshold).ask(question)
    kept = json.loads(json.dumps(answer_json(given), ensure_ascii=False))
    back = recall.answer(kept)
    assert answer_json(back) | {"hits": []} == kept | {"hits": []}
    # of a hit the contract carries duties too, which nothing that is shown needs
    bare = {"duties": None, "responsible": None}
    assert [hit | bare for hit in answer_json(back)["hits"]] == [hit | bare for hit in kept["hits"]]
    assert (back.conclusion, back.support, back.table, back.outline) == (
        given.conclusion,
        given.support,
        given.table,
        given.outline,
    )
    assert [c.document.title for c in back.citations] == [c.document.title for c in given.citations]


def test_refused_and_disputed_questions_become_question_lines(desk, store, tmp_path):
    from eval.questions import load

    for place, (question, refused) in enumerate([("甲？", True), ("乙？", False), ("丙？", False), ("丁？", True)], 1):
        desk.ask("", ONE, question, {"status": "in_force"} if place == 2 else {})
        desk.settle(ONE, place, "done", told(f"答{place}。", refused))
    right = {"clause_id": "d-0001", "document": "岚江省港口条例", "quote": "港口规划由市人民政府编制。"}
    desk.judge("", ONE, 2, Feedback(False, "引用不当", right))
    desk.judge("", ONE, 3, Feedback(False, UNFIT))
    desk.judge("", ONE, 4, Feedback(True))
    desk.ask("", TWO, "甲？", {})
    desk.settle(TWO, 1, "done", told("答。", True))
    desk.ask("", TWO, "没有作答", {})
    found = list(lines(store))
    assert [(each["question"], each["type"], each["answerable"]) for each in found] == [
        ("甲？", "unanswerable", False),
        ("乙？", "disputed", True),
        ("丙？", "unanswerable", False),
    ]
    assert found[1]["evidence"] == [{"doc": "岚江省港口条例", "quote": "港口规划由市人民政府编制。"}]
    assert found[1]["filters"] == {"status": "in_force"} and found[1]["reason"] == "引用不当"
    assert [turn["content"] for turn in found[2]["history"]] == ["甲？", "答1。", "乙？", "答2。"]

    from eval.draft import write

    settings = Settings(desk=store.path)
    out = tmp_path / "drafted.jsonl"
    assert write(settings, out) == 3
    assert [question.answerable for question in load(out)] == [False, True, False]
    with pytest.raises(BadInput, match="已存在"):
        write(settings, out)
    with pytest.raises(BadInput, match="还没有对话记录"):
        write(settings.model_copy(update={"desk": tmp_path / "none.sqlite"}), tmp_path / "other.jsonl")


def test_words_called_right_that_no_document_holds_are_told_but_are_no_evidence(desk, store):
    desk.ask("", ONE, "甲？", {})
    desk.settle(ONE, 1, "done", told(refused=True))
    desk.judge("", ONE, 1, Feedback(False, "本应作答", {"quote": "不在库中的话"}))
    (line,) = lines(store)
    assert line["answerable"] and "evidence" not in line and line["pasted"] == "不在库中的话"
    assert replace(desk.turns("", ONE)[0]).stage == "done"
