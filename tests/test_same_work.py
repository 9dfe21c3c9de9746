"""Nothing costly is worked out twice for one question: encoding, retrieval and reading are counted."""

from __future__ import annotations

import pytest
from conftest import FakeChat, FakeEncoder

from index import terms
from index.entities import printed, quantities
from index.settings import Settings
from index.store import Store
from rag.engine import Engine
from rag.reading.inputs import Pair
from rag.reading.once import Once
from rag.reading.reader import Reading

PLAIN = "城际铁路全长多少公里？"
NUMBERED = [("一", "东港"), ("二", "西港"), ("三", "南港")]
EVERYDAY = "坐上头那趟车拢共得跑好远呀？"


class CountedEncoder(FakeEncoder):
    def __init__(self):
        super().__init__()
        self.read = []

    def read_query(self, text):
        self.read.append(text)
        return super().read_query(text)


class CountedReader:
    """Finds every window as likely to answer as not."""

    digest = "counted"

    def __init__(self):
        self.seen = []

    def read(self, pairs):
        self.seen += pairs
        return [Reading(0.0, (0, min(4, len(pair.body))), 0.5) for pair in pairs]


class Counted:
    """An engine over the sample whose encoder, reader and retriever count."""

    def __init__(self, root, chat=None):
        self.encoder, self.reader, self.ranked = CountedEncoder(), CountedReader(), []
        self.engine = Engine(
            Settings(index=root, chat_model=""),
            Store.open(root),
            self.encoder,
            chat=chat,
            reader=Once(self.reader),
            foreign_threshold=0.0,
        )
        rank = self.engine.retriever.rank
        self.engine.retriever.rank = lambda *of, **how: self.ranked.append(of[0]) or rank(*of, **how)

    def ask(self, question):
        return self.engine.ask(question)


@pytest.fixture
def counted(sample_root):
    return Counted(sample_root)


def test_a_question_is_encoded_ranked_and_read_once(counted):
    counted.ask(PLAIN)
    assert counted.encoder.read == [PLAIN] and len(counted.ranked) == 1
    assert counted.reader.seen and len(counted.reader.seen) == len(set(counted.reader.seen))


def test_no_text_is_worked_out_twice_for_one_question(counted):
    """Of what a question costs in texts most is spent on their pairs, their flat form and their quantities."""
    costly = (terms.told, printed.flatten, quantities.told)
    for each in costly:
        each.cache_clear()
    counted.ask(PLAIN)
    for each in costly:
        seen = each.cache_info()
        assert 0 < seen.misses == seen.currsize < seen.maxsize and seen.hits > 0


def test_the_documents_words_for_a_question_cost_one_more_encoding_and_ranking_and_no_window_again(
    sample_root, monkeypatch
):
    monkeypatch.setattr("rag.answer.refusal.elsewhere", lambda found, filters: None)
    counted = Counted(sample_root, FakeChat("城际铁路 全长 公里"))
    assert counted.ask(EVERYDAY).rewriting
    assert counted.encoder.read == [EVERYDAY, f"{EVERYDAY} 城际铁路 全长 公里"]
    assert [query.rewriting for query in counted.ranked] == ["", "城际铁路 全长 公里"]
    assert len(counted.reader.seen) == len(set(counted.reader.seen))


def test_a_paste_is_encoded_and_ranked_once_a_clause(counted):
    clauses = [f"第{n}条　{where}码头应当同步建设岸电设施，鼓励靠港船舶使用岸电。" * 8 for n, where in NUMBERED]
    counted.engine.related("\n".join(clauses), 10)
    assert len(counted.encoder.read) == len(set(counted.encoder.read)) == len(counted.ranked) == len(clauses)


def test_a_reader_is_asked_again_only_for_new_windows():
    inner = CountedReader()
    reader = Once(inner)
    one, other = Pair("问", "题", "甲乙丙丁"), Pair("问", "题", "戊己庚辛")
    assert reader.read([one, one]) == reader.read([one]) * 2
    assert reader.read([other, one])[1] == reader.read([one])[0]
    assert inner.seen == [one, other] and reader.digest == inner.digest
