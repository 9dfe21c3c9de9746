"""The same search on Qdrant, in this process: brought there, brought again, kept apart by tenant, searched as the files are."""

import shutil

import numpy as np
import pytest
from conftest import SAMPLE
from test_token_index import WordEncoder, index

from index.errors import BrokenIndex
from index.qdrant import points as pointing
from index.qdrant.collection import ClientCollection, Scope
from index.qdrant.migrate import migrate
from index.qdrant.points import TERMS, TITLED, Points, point_id
from index.qdrant.search import attach
from index.store import Store
from rag.query.question import understand
from rag.retrieval import fusion
from rag.retrieval.retrieve import Retriever

QUESTIONS = ("港口岸电怎么使用？", "人才公寓的租金标准是多少？", "青白新区总面积是多少？", "双城带的便民服务有哪些？")


@pytest.fixture(scope="module")
def encoder():
    return WordEncoder()


@pytest.fixture(scope="module")
def root(tmp_path_factory, encoder):
    folder = tmp_path_factory.mktemp("qdrant")
    index(SAMPLE, folder, encoder)
    return folder


@pytest.fixture
def collection():
    made = ClientCollection(":memory:", "", "test")
    yield made
    made.close()


def test_what_is_brought_again_is_not_sent_again_and_what_is_gone_is_dropped(tmp_path, encoder, collection):
    corpus = tmp_path / "corpus"
    shutil.copytree(SAMPLE, corpus)
    store = index(corpus, tmp_path / "i", encoder)
    first = migrate(Points(store, "甲"), collection)
    assert (first.points, first.put, first.dropped) == (len(store.clauses), len(store.clauses), 0) and first.compared
    again = migrate(Points(store, "甲"), collection)
    assert (again.put, again.dropped) == (0, 0)
    gone = sorted(corpus.glob("*.txt"))[0]
    gone.unlink()
    smaller = index(corpus, tmp_path / "i", encoder)
    moved = Points(smaller, "甲")
    moved.length = Points(store, "甲").length  # whether the mean length is another to three figures is not asked here
    after = migrate(moved, collection)
    assert after.points == len(smaller.clauses) and after.dropped == len(store.clauses) - len(smaller.clauses)


def test_a_move_that_was_stopped_goes_on_where_it_was(root, collection, monkeypatch):
    store, put = Store.open(root), collection.put
    monkeypatch.setattr("index.qdrant.migrate._AT_ONCE", 5)
    left = iter([1, 1])

    def stopping(points):
        if next(left, None) is None:
            raise SystemExit
        put(points)

    monkeypatch.setattr(collection, "put", stopping)
    with pytest.raises(SystemExit):
        migrate(Points(store, "甲"), collection)
    monkeypatch.setattr(collection, "put", put)
    assert migrate(Points(store, "甲"), collection).put == len(store.clauses) - 10


def test_a_point_that_was_changed_there_is_found_out(root, collection, monkeypatch):
    store = Store.open(root)
    migrate(Points(store, "甲"), collection)
    made = Points.made

    def other(self, rows):
        for point in made(self, rows):
            yield type(point)(point.id, {n: own + 0.5 for n, own in point.vectors.items()}, point.terms, point.payload)

    monkeypatch.setattr(Points, "made", other)
    with pytest.raises(BrokenIndex, match="python -m index migrate"):
        migrate(Points(store, "甲"), collection)


def test_no_tenant_sees_another(root, collection):
    store = Store.open(root)
    for tenant in ("甲", "乙"):
        migrate(Points(store, tenant), collection)
    assert collection.count(Scope("甲")) == collection.count(Scope("乙")) == len(store.clauses)
    found = collection.nearest(TERMS, pointing.asked("港口岸电"), 500, Scope("甲"))
    assert len(found) == len({name for name, _ in found}) and not collection.nearest(
        TERMS, pointing.asked("港口岸电"), 5, Scope("丙")
    )
    assert point_id("甲", "x") != point_id("乙", "x") == point_id("乙", "x")


def test_a_ranking_over_points_is_that_over_files(root, collection, encoder):
    store = Store.open(root)
    migrate(Points(store, "甲"), collection)
    own = Retriever(Store.open(root), encoder)
    attach(store, collection, "甲")
    other = Retriever(store, encoder)
    for question in QUESTIONS:
        here, there = own.rank(understand(question)), other.rank(understand(question))
        assert there.rows[:10] == here.rows[:10]
        assert [there.fused[r] for r in here.rows[:10]] == pytest.approx(
            [here.fused[r] for r in here.rows[:10]], abs=0.01
        )


def test_a_filter_leaves_the_points_of_its_documents(root, collection, encoder):
    store = Store.open(root)
    migrate(Points(store, "甲"), collection)
    attach(store, collection, "甲")
    allowed = store.document_of == 2
    ranking = Retriever(store, encoder).rank(understand(QUESTIONS[0]), allowed)
    assert ranking.rows and all(store.document_of[row] == 2 for row in ranking.rows)


def test_one_query_fuses_two_lists_and_ranks_them_by_their_words(root, collection, encoder):
    store = Store.open(root)
    migrate(Points(store, "甲"), collection)
    search = attach(store, collection, "甲")
    read = encoder.read_query(QUESTIONS[0])
    words = (
        store.token_index.whitening.of_query(read.states)
        * store.token_index.weights(read.ids, [range(len(read.ids))])[0][:, None]
    )
    rows = search.staged(QUESTIONS[0], read.vector, words, 10, 30)
    own = Store.open(root)
    every = np.arange(len(own.clauses))
    (scores,), _, _ = own.token_index.read(every).scores(
        read.ids, own.token_index.whitening.of_query(read.states), titled=TITLED
    )
    assert len(rows) == 10 and scores[rows[0]] == pytest.approx(scores[rows].max(), abs=1e-3)
    assert list(scores[rows]) == sorted(scores[rows], reverse=True)


def test_points_behind_the_index_are_told_with_what_mends_it(root, collection, encoder):
    store = Store.open(root)
    migrate(Points(store, "甲"), collection)
    search = attach(store, collection, "甲")
    collection.drop(search._ids([3]))
    with pytest.raises(BrokenIndex, match="python -m index migrate"):
        store.candidates("港口", encoder.read_query("港口").vector, 5, None, [3])


def test_a_server_that_does_not_answer_is_told_in_one_line(monkeypatch):
    monkeypatch.setattr("tenacity.nap.time.sleep", lambda seconds: None)
    gone = ClientCollection("http://127.0.0.1:9", "", "test", timeout=1)
    with pytest.raises(BrokenIndex, match=r"^检索服务 http://127.0.0.1:9 没有回应.*改用本机索引$"):
        gone.count(Scope("甲"))


def test_the_words_of_a_title_are_as_long_as_the_ranking_weighs_them():
    assert TITLED == fusion.TITLED
