"""A large index is one small enough for a test, told that it is large: read where it lies, it says what a small one says."""

import shutil
from datetime import date

import numpy as np
import pytest
from conftest import SAMPLE
from test_token_index import WordEncoder, index

from eval.bench import curves
from eval.bench.grown import Grown
from index import candidates as first_stage
from index import checksum_cache, dense, lexical, postings, rows, store
from index.errors import BrokenIndex
from index.lexical import Lexical
from index.store import CHECKED, Store
from index.stored import Stored
from rag.library import Library
from rag.lineage import kept as keeping
from rag.query.question import understand
from rag.retrieval.retrieve import Retriever

QUESTIONS = ("港口岸电怎么使用？", "人才公寓的租金标准是多少？", "第三条规定了什么？", "青白新区总面积是多少？")


@pytest.fixture
def large(monkeypatch):
    """Nothing is small any more."""
    for module, name, value in (
        (store, "HELD", 0), (store, "_WHOLE", 0), (dense, "FLAT", 50), (postings, "_FEW", 0), (postings, "_LONG", 0),
        (rows, "_KEPT", 3), (rows, "_AT_ONCE", 7),
    ):  # fmt: skip
        monkeypatch.setattr(module, name, value)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    folder = tmp_path_factory.mktemp("large") / "corpus"
    shutil.copytree(SAMPLE, folder)
    return folder


def test_a_large_index_says_what_a_small_one_says(corpus, tmp_path, monkeypatch, request):
    encoder = WordEncoder()
    small = index(corpus, tmp_path / "a", encoder)
    request.getfixturevalue("large")
    big = index(corpus, tmp_path / "b", encoder)
    assert isinstance(small.clauses, tuple) and isinstance(big.clauses, rows.Clauses) and big.dense._cells is not None
    assert list(big.clauses) == list(small.clauses) and big.clauses[-1] == small.clauses[-1]
    assert [big.clauses[n] for n in range(len(big.clauses))] == list(small.clauses)
    assert list(big.sentences) == list(small.sentences) and big.sentences[-1] == small.sentences[-1]
    assert dict(big.row_of) == small.row_of and big.row_of.get("none") is None
    assert all(big.clauses_of(d) == small.clauses_of(d) for d in small.documents)
    assert big.vector_keys == small.vector_keys
    for n, clause in enumerate(small.clauses):
        assert [small.sentences[s][0] for s in big.sentence_rows[n]] == [n] * len(big.sentence_rows[n]), clause
    own, other = Retriever(small, encoder), Retriever(big, encoder)
    for question in QUESTIONS:
        assert other.rank(understand(question)).rows == own.rank(understand(question)).rows
    as_of = date(2026, 1, 1)
    assert list(Library(big, as_of).target_years) == list(Library(small, as_of).target_years)


def test_what_is_added_to_a_large_index_keeps_its_cells_and_is_as_built_anew(corpus, tmp_path, large):
    encoder = WordEncoder()
    index(corpus, tmp_path / "i", encoder)
    (corpus / "新.txt").write_text(
        "云泽州渡口管理办法\n\n第一条　渡口应当设置标志。\n第二条　制定本办法。\n", encoding="utf-8"
    )
    grown = index(corpus, tmp_path / "i", encoder)
    anew = index(corpus, tmp_path / "j", encoder)
    assert list(grown.clauses) == list(anew.clauses) and list(grown.sentences) == list(anew.sentences)
    assert np.array_equal(grown.dense.sentence_vectors(), anew.dense.sentence_vectors())
    for name in ("pairs", "sentence_pairs"):
        a, b = getattr(grown, name), getattr(anew, name)
        assert a.scores("渡口标志").best(5).tolist() == b.scores("渡口标志").best(5).tolist()
    read = encoder.read_query("渡口标志")
    near = [each.dense.nearest_sentences(read.vector, 5).tolist() for each in (grown, anew)]
    assert near[0] == near[1]


def test_terms_are_read_until_no_other_text_can_be_among_the_best(monkeypatch):
    monkeypatch.setattr(postings, "_FEW", 0)
    monkeypatch.setattr(postings, "_LONG", 0)
    random = np.random.default_rng(5)
    letters = [chr(0x4E00 + n) for n in range(60)]
    share = 1 / np.arange(1, 61)
    texts = ["".join(random.choice(letters, random.integers(1, 30), p=share / share.sum())) for _ in range(800)]
    made = Lexical.build(texts, list)
    for _ in range(60):
        query = "".join(random.choice(letters, random.integers(1, 12)))
        allowed = random.random(800) < 0.5 if random.random() < 0.5 else None
        k = int(random.integers(1, 40))
        found = made.scores(query)
        assert found.best(k, allowed).tolist() == found._whole.best(k, allowed).tolist()
        some = random.integers(0, 800, 50)
        assert found.of(some) == pytest.approx(found._whole.of(some), rel=1e-6)


def test_two_terms_with_one_mark_are_not_taken_for_one(monkeypatch):
    monkeypatch.setattr(lexical, "mark", lambda term: 7)
    with pytest.raises(ValueError, match="mark"):
        Lexical.build(["甲乙"], list)


def test_runs_of_an_array_are_read_from_the_disk_as_from_memory(tmp_path):
    array = np.random.default_rng(1).normal(size=(100, 3)).astype(np.float32)
    np.save(tmp_path / "a.npy", array)
    begin, end = np.array([3, 5, 5, 40, 99]), np.array([5, 5, 9, 60, 100])
    expected = np.concatenate([array[a:b] for a, b in zip(begin, end, strict=True)])
    for own in (Stored(array), Stored.open(tmp_path / "a.npy")):
        assert np.array_equal(own.runs(begin, end), expected)
        assert np.array_equal(own.rows(np.array([7, 2, 7])), array[[7, 2, 7]])
        assert own.rows(np.zeros(0, dtype=np.int64)).shape == (0, 3)
    own = Stored.open(tmp_path / "a.npy")
    (tmp_path / "a.npy").write_bytes((tmp_path / "a.npy").read_bytes()[:-50])
    with pytest.raises(BrokenIndex, match="python -m index"):
        own.runs(np.array([99]), np.array([100]))


def test_a_file_of_a_large_index_is_read_again_once_it_was_touched(corpus, tmp_path, large, monkeypatch):
    root = tmp_path / "i"
    index(corpus, root, WordEncoder())
    read = []
    digests = store._digests
    monkeypatch.setattr(store, "_digests", lambda folder, names: read.extend(names) or digests(folder, names))
    Store.open(root)
    assert read == [] and (root / CHECKED).is_file()
    file = store.current(root) / "sentence_vectors.npy"
    data = bytearray(file.read_bytes())
    data[-1] ^= 1
    file.write_bytes(data)
    with pytest.raises(BrokenIndex, match="sentence_vectors"):
        Store.open(root)
    assert read == ["sentence_vectors.npy"]
    (root / CHECKED).write_text("no record", encoding="ascii")
    data[-1] ^= 1
    file.write_bytes(data)
    Store.open(root)
    checksum_cache.forget(root / CHECKED)


def test_the_lineage_of_a_large_index_is_worked_out_once(corpus, tmp_path, monkeypatch):
    from rag import library

    opened = index(corpus, tmp_path / "i", WordEncoder())
    plain = Library(opened, date(2026, 1, 1)).graph
    monkeypatch.setattr(library, "HELD", 0)
    assert Library(opened, date(2026, 1, 1)).graph == plain and (opened.folder / keeping.NAME).is_file()
    monkeypatch.setattr(library, "lineage", lambda *_: pytest.fail("worked out again"))
    assert Library(Store.open(tmp_path / "i"), date(2026, 1, 1)).graph == plain
    file = opened.folder / keeping.NAME
    file.write_bytes(file.read_bytes()[:-3])
    with pytest.raises(pytest.fail.Exception):
        _ = Library(opened, date(2026, 1, 1)).graph


def test_an_index_is_grown_with_every_sentence_a_stretch_of_its_clause(corpus, tmp_path):
    source = index(corpus, tmp_path / "i", WordEncoder())
    grown = Grown(source, 90)
    at = 0
    for clause, spans in grown.clauses():
        assert len(spans) == grown.counts[int(clause.doc_id[1:]) * 40 + clause.ordinal]
        assert all(0 <= a <= b <= len(clause.text) for a, b in spans)
        at += len(spans)
    assert at == len(grown.owner) and len(grown.documents) == 3
    vectors = np.concatenate([own for _, own in grown.vectors(source.dense.sentence_vectors(), grown.parts, 50)])
    assert len(vectors) == at and np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_an_exponent_is_the_slope_of_the_logarithms():
    assert curves.exponent([10, 100, 1000], [3, 30, 300]) == pytest.approx(1)
    assert curves.exponent([10, 1000], [2, 2]) == pytest.approx(0) and np.isnan(curves.exponent([10], [1]))


def test_candidates_of_a_store_given_to_another_are_that_ones(corpus, tmp_path):
    opened = index(corpus, tmp_path / "i", WordEncoder())

    class Other:
        def candidates(self, text, vector, k, allowed=None, also=()):
            return first_stage.Candidates(*([np.zeros(0)] * 6))

    opened.first = Other()
    assert len(opened.candidates("港口", np.zeros(256), 5).rows) == 0
