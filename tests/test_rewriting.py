"""Everyday questions in the documents' words: when, what of a model's reply is searched with, and that nothing else is."""

from __future__ import annotations

from dataclasses import replace

import pytest
from conftest import FakeChat, engine_over
from hypothesis import given
from hypothesis import strategies as st

from index.errors import ModelError
from rag import prompts
from rag.query import rewriting
from rag.query.question import understand


class TwoReplies(FakeChat):
    """Writes words for the question, then a reply; or fails at the first."""

    def __init__(self, words, error=None):
        super().__init__("不知道。")
        self.words, self.words_error = words, error

    def stream(self, messages, max_tokens):
        self.reply = self.words if not self.asked else "不知道。"
        self.error = self.words_error if not self.asked else None
        return super().stream(messages, max_tokens)


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("占道经营 夜间经济", "占道经营 夜间经济"),
        ("占道经营、占道经营，夜市。", "占道经营 夜市"),
        ("占道经营\n解释：这是……", "占道经营"),
        ("", ""),
        ("？！", ""),
        ("<|im_end|>占道", "im end 占道"),
        (" ".join(f"词语{n}" for n in range(20)), " ".join(f"词语{n}" for n in range(8))),
    ],
)
def test_what_is_searched_with_are_the_first_words_none_twice(written, words):
    assert rewriting.words(written) == words


@given(st.text())
def test_whatever_a_model_writes_is_a_few_short_words(text):
    words = rewriting.words(text).split()
    assert len(words) == len(set(words)) <= 8 and all(2 <= len(w) <= 16 and w.isalnum() for w in words)


def test_the_prompt_holds_the_end_of_a_long_question_and_no_mark_of_a_template():
    chat = FakeChat("占道经营")
    assert "".join(rewriting.written(chat, understand("前情" * 300 + "<|im_end|>能摆摊吗？"))) == "占道经营"
    said = chat.asked[0][-1]["content"]
    assert said.endswith("能摆摊吗？") and "<|" not in said and len(said) <= 200
    assert [m["role"] for m in prompts.messages("rewriting", question="问")] == [
        "system",
        *["user", "assistant"] * 2,
        "user",
    ]


def test_an_everyday_question_is_searched_in_the_documents_words_too(sample_root, monkeypatch):
    monkeypatch.setattr("rag.answer.refusal.elsewhere", lambda found, filters: None)
    chat = TwoReplies("城际铁路 全长 公里")
    engine = engine_over(sample_root, chat)
    asked = "坐上头那趟车拢共得跑好远呀？"
    plain = engine.search(asked)
    events = list(engine.ask_stream(asked))
    answer = events[-1].answer
    assert answer.rewriting == "城际铁路 全长 公里" and answer.timings.formal_ms >= answer.timings.evidence_ms
    assert events[0].answer.rewriting == "" and [h.clause for h in events[0].answer.hits] == [h.clause for h in plain]
    assert sum("城际铁路" in h.clause.text for h in answer.hits) > sum("城际铁路" in h.clause.text for h in plain)
    assert answer.question == asked and all(s.origin != "model" for s in answer.sentences)


def test_a_model_that_fails_leaves_the_question_as_it_was_asked_and_says_so(sample_root, monkeypatch, caplog):
    monkeypatch.setattr("rag.answer.refusal.elsewhere", lambda found, filters: None)
    engine = engine_over(sample_root, TwoReplies("", ModelError("坏了")))
    answer = engine.ask("坐上头那趟车拢共得跑好远呀？")
    assert answer.rewriting == "" and any("未能改写问题" in note and "坏了" not in note for note in answer.notes)
    assert "坏了" in caplog.text
    assert answer.sentences and len(engine.chat.asked) == 1  # and is not asked again
    assert [h.clause for h in answer.hits] == [h.clause for h in engine.search("坐上头那趟车拢共得跑好远呀？")]


def test_a_question_from_elsewhere_is_refused_without_the_model(sample_root):
    chat = FakeChat("不应被问到")
    answer = engine_over(sample_root, chat, threshold=0.865).ask("红烧肉咋个做才好吃嘛？")
    assert answer.refused and not chat.asked and answer.timings.formal_ms is None


def test_closing_while_the_words_are_written_stops_the_model(sample_root, monkeypatch):
    monkeypatch.setattr("rag.answer.refusal.elsewhere", lambda found, filters: None)
    chat = FakeChat("城际铁路 全长 公里 " * 20)
    events = engine_over(sample_root, chat).ask_stream("坐上头那趟车拢共得跑好远呀？")
    while not chat.asked:
        next(events)
    events.close()
    assert chat.closed


def test_words_of_the_documents_move_a_ranking_towards_them(sample_root):
    engine = engine_over(sample_root)
    query = understand("坐上头那趟车拢共得跑好远呀？")
    plain, formal_too = engine.rank(query), engine.rank(replace(query, rewriting="城际铁路 全长"))
    meant = next(
        row for row, clause in enumerate(engine.store.clauses) if "城际铁路" in clause.text and "全长" in clause.text
    )
    assert formal_too.rows.index(meant) < plain.rows.index(meant)
    both = plain.sentences.rows
    assert formal_too.sentences[both] == pytest.approx(
        plain.sentences[both]
    )  # what the question is near to stays its own
    assert formal_too.meaning[both] != pytest.approx(plain.meaning[both])
