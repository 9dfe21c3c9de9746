"""Late interaction: the whitening of token states, MaxSim to clauses, and what an index keeps of them."""

from dataclasses import replace

import numpy as np
import pytest
from conftest import SAMPLE, FakeEncoder, quiet
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from index import build as building
from index.encoder import EncodedQuery, Reading
from index.settings import Settings
from index.store import Store
from index.token_index import TokenIndex, Tokens, content_tokens
from index.whitening import Whitening
from rag.engine import Engine
from rag.query.question import understand
from rag.retrieval.fusion import Fusion
from rag.retrieval.pastes import PasteWeights, thinned
from rag.retrieval.retrieve import Retriever
from rag.schema import Filters


class WordEncoder(FakeEncoder):
    """A fake whose token states are its character pairs', so that words match themselves and nothing else."""

    name, digest = "fake-words", "fake-words-1"

    def __init__(self) -> None:
        super().__init__()
        self.fitted = 0

    def _states(self, text):
        spots = [(i, i + 1) for i in range(len(text)) if text[i].isalnum()]
        return (
            spots,
            [ord(text[i]) for i, _ in spots],
            np.array([self._state(text[i]) for i, _ in spots]).reshape(-1, 64),
        )

    @staticmethod
    def _state(character):
        return np.random.default_rng(ord(character)).normal(size=64).astype(np.float32) + 3

    def read_query(self, text):
        offsets, ids, states = self._states(text)
        return EncodedQuery(self._vector(text), np.array(ids), states, np.array([stop for _, stop in offsets]))

    def read_and_fit(self, texts, spans, progress=None):
        self.fitted += 1
        states = [self._states(text)[2] for text in texts]
        whitening = Whitening.fit(states, np.concatenate(states), sum(map(len, texts)))
        return self.read_passages(texts, spans, whitening, progress), whitening

    def read_passages(self, texts, spans, whitening=None, progress=None):
        found = []
        for reading, text, own in zip(super().read_passages(texts, spans), texts, spans, strict=True):
            offsets, ids, states = self._states(text)
            chosen = content_tokens(text, offsets, own)
            found.append(Reading(reading.head, reading.parts, Tokens.of(ids, whitening.of_passages(states), chosen)))
        return found


def index(corpus, root, encoder, rebuild=False):
    building.build([corpus], root, lambda: encoder, rebuild=rebuild, progress=quiet)
    return Store.open(root)


# The whitening projection


def test_states_lose_what_all_share_and_keep_what_tells_them_apart():
    random = np.random.default_rng(0)
    states = random.normal(size=(400, 32)).astype(np.float32) + 40  # raw cosines are all above .99
    whitening = Whitening.fit([states[:7], states[7:]], states + 1, 10)
    ours, theirs = whitening.of_query(states[:5] + 1), whitening.unpacked(whitening.of_passages(states[:5]))
    cosines = ours @ (theirs / np.linalg.norm(theirs, axis=1, keepdims=True)).T
    assert cosines.diagonal().min() > 0.99 and np.abs(cosines - np.diag(cosines.diagonal())).max() < 0.7


@given(arrays(np.int8, st.tuples(st.integers(0, 4), st.integers(1, 9)), elements=st.integers(-7, 7)))
def test_what_is_packed_two_axes_a_byte_is_told_again(steps):
    axes = steps.shape[1]
    whitening = Whitening(np.zeros(axes, np.float32), np.zeros(axes, np.float32), np.eye(axes, dtype=np.float32), 1)
    states = steps.astype(np.float32)
    states[:, 0] = 7  # the largest, by which a state is measured
    packed = whitening.of_passages(states)
    assert packed.dtype == np.uint8 and packed.shape == (len(states), (axes + 1) // 2)
    assert np.array_equal(whitening.unpacked(packed), states)


def test_few_states_make_few_axes_and_a_larger_corpus_outgrows_them():
    states = np.random.default_rng(1).normal(size=(5, 384)).astype(np.float32)
    whitening = Whitening.fit([states], states, 1000)
    assert whitening.axes.shape[1] < 6 and np.isfinite(whitening.axes).all()
    assert not whitening.outgrown(4000) and whitening.outgrown(4001)
    assert not Whitening.fit([states], states, 200_000).outgrown(10**9)


def test_a_space_is_read_back_as_it_was(tmp_path):
    states = np.random.default_rng(2).normal(size=(50, 16)).astype(np.float32)
    whitening = Whitening.fit([states], states * 2, 7)
    whitening.save(tmp_path / "space.npz")
    back = Whitening.load(tmp_path / "space.npz")
    assert back.seen == 7 and all(
        np.array_equal(getattr(back, n), getattr(whitening, n)) for n in ("passages", "queries", "axes")
    )


# Tokens of spans


def test_a_token_is_in_the_span_of_its_last_character_and_punctuation_in_none():
    text = "甲乙，丙。 丁"
    offsets = [(-6, 0), (0, 1), (1, 2), (2, 3), (3, 4), (4, 5), (5, 7)]
    first, second, none = content_tokens(text, offsets, [(0, 3), (3, 7), (7, 9)])
    assert first.tolist() == [1, 2] and second.tolist() == [4, 6] and none.tolist() == []


# Scores, against a slow twin


def token_index_of(clauses, titles=((),), document_of=None, axes=8, seed=0):
    """A TokenIndex of clauses given as lists of sentences given as lists of token ids, of titles given as such lists; states
    by id. All clauses are of the first document unless told otherwise."""
    random = np.random.default_rng(seed)
    table = random.normal(size=(50, axes)).astype(np.float32)
    whitening = Whitening(np.zeros(axes, np.float32), np.zeros(axes, np.float32), np.eye(axes, dtype=np.float32), 1)

    def tokens(own):
        ids = np.array([i for s in own for i in s], dtype=np.int32)
        return Tokens(
            ids,
            whitening.of_passages(table[ids]).reshape(-1, (axes + 1) // 2),
            np.array([len(s) for s in own], dtype=np.int64),
        )

    owner = np.repeat(np.arange(len(clauses)), [len(own) for own in clauses])
    document_of = np.zeros(len(clauses), dtype=np.int64) if document_of is None else np.array(document_of)
    return TokenIndex.build(
        whitening, [tokens(own) for own in clauses], [tokens([t]) for t in titles], owner, document_of
    ), table


def scores(token_index, table, ids, rows, groups=None, titled=0.0):
    ids = np.array(ids)
    return token_index.read(rows).scores(ids, token_index.whitening.of_query(table[ids]), groups, titled)


sentences = st.lists(st.integers(0, 49), max_size=5)


@given(
    st.lists(st.lists(sentences, min_size=1, max_size=3), min_size=1, max_size=6),
    st.lists(st.integers(0, 49), min_size=1, max_size=5),
)
def test_scores_are_the_mean_best_cosines_of_each_word(clauses, asked):
    if not any(s for own in clauses for s in own):
        return
    token_index, table = token_index_of(clauses)
    (clause_scores,), (best,), (sentence_scores,) = scores(token_index, table, asked, np.arange(len(clauses)))
    held = [sum(token in {i for s in own for i in s} for own in clauses) for token in asked]
    weights = np.array([np.log(1 + (len(clauses) - n + 0.5) / (n + 0.5)) for n in held]) ** 0.5
    unit, stored = (
        own / np.linalg.norm(own, axis=1, keepdims=True)
        for own in (table, token_index.whitening.unpacked(token_index.whitening.of_passages(table)))
    )

    def slow(tokens):
        best = [max((float(unit[a] @ stored[b]) for b in tokens), default=-1.0) for a in asked]
        return float(np.dot(weights, best) / weights.sum())

    assert clause_scores == pytest.approx([slow([i for s in own for i in s]) for own in clauses], abs=0.02)
    assert sentence_scores == pytest.approx([slow(s) for own in clauses for s in own], abs=0.02)
    assert best == pytest.approx([max(slow(s) for s in own) for own in clauses], abs=0.02)


def test_rows_are_scored_alike_alone_and_among_others():
    clauses = [[[1, 2], [3]], [[4]], [[], [5, 6]], [[7]]]
    token_index, table = token_index_of(clauses)
    (every,), _, _ = scores(token_index, table, [5, 3], np.arange(4))
    (some,), _, (sentences_of_some,) = scores(token_index, table, [5, 3], np.array([0, 2]))
    assert some == pytest.approx(every[[0, 2]]) and token_index.read(np.array([0, 2])).sentences.tolist() == [
        0,
        1,
        3,
        4,
    ]
    assert sentences_of_some[2] == pytest.approx(-1.0)  # says nothing


def test_a_last_clause_without_any_sentence_is_as_far_as_can_be():
    token_index, table = token_index_of([[[1, 2]], []])
    (clauses,), (best,), _ = scores(token_index, table, [1], np.arange(2))
    assert clauses[0] > 0.9 and clauses[1] == best[1] == pytest.approx(-1.0)
    assert token_index.of_clause(1).counts.tolist() == []


def test_a_group_of_words_is_scored_as_if_it_stood_alone():
    token_index, table = token_index_of([[[1, 2], [3]], [[4]], [[5, 6]], [[7]]])
    ids = np.array([5, 3, 7])
    clauses, _, sentences_ = scores(token_index, table, ids, np.arange(4), [[0, 2], [1]])
    for group, own, spoken in zip(([0, 2], [1]), clauses, sentences_, strict=True):
        (alone,), _, (said,) = scores(token_index, table, ids[group], np.arange(4))
        assert own == pytest.approx(alone, abs=1e-5) and spoken == pytest.approx(said, abs=1e-5)


@given(
    st.lists(st.lists(sentences, min_size=1, max_size=3), min_size=2, max_size=5),
    st.lists(sentences, min_size=2, max_size=2),
    st.lists(st.integers(0, 49), min_size=1, max_size=5),
)
def test_a_word_of_the_title_counts_as_said_by_every_clause_below_it(clauses, titles, asked):
    if not any(s for own in clauses for s in own):
        return
    document_of = [row % 2 for row in range(len(clauses))]
    token_index, table = token_index_of(clauses, titles, document_of)
    rows = np.arange(len(clauses))
    (plain,), (best,), (said,) = scores(token_index, table, asked, rows)
    (titled,), (best_titled,), (said_titled,) = scores(token_index, table, asked, rows, titled=1.0)
    inside, _ = token_index_of([[[*s, *titles[document_of[row]]] for s in own] for row, own in enumerate(clauses)])
    words = len(asked)
    weights = token_index.weights(np.array(asked), [range(words)])
    cosines = scores(inside, table, asked, rows, [[n] for n in range(words)])
    assert titled == pytest.approx(weights[0] @ cosines[0], abs=1e-5)
    assert said_titled == pytest.approx(weights[0] @ cosines[2], abs=1e-5)
    assert (titled >= plain - 1e-6).all() and (best_titled >= best - 1e-6).all() and (said_titled >= said - 1e-6).all()


def test_some_clauses_are_compared_with_their_own_document_s_title():
    token_index, table = token_index_of([[[1]], [[2]], [[3]]], [[7], [8, 9]], [0, 1, 1])
    assert token_index.of_title(1).ids.tolist() == [8, 9] and token_index.of_title(1).counts.tolist() == [2]
    (every,), _, _ = scores(token_index, table, [8, 7], np.arange(3), titled=0.5)
    (some,), _, _ = scores(token_index, table, [8, 7], np.array([2]), titled=0.5)
    assert some == pytest.approx(every[[2]])
    assert [len(part[0]) for part in scores(token_index, table, [8], np.zeros(0, dtype=np.int64), titled=0.5)] == [
        0,
        0,
        0,
    ]


@given(arrays(np.float32, (6, 8), elements=st.floats(-1, 1, width=32)))
def test_no_state_however_odd_gives_a_score_that_is_none(states):
    token_index, _ = token_index_of([[[1, 2]], [[3]]])
    asked = token_index.whitening.of_query(states)
    assert all(
        np.isfinite(s).all() for s in token_index.read(np.arange(2)).scores(np.array([1, 2, 3, 4, 5, 99]), asked)
    )


# In an index


def test_an_index_keeps_its_space_and_what_it_knows(tmp_path):
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    for path in sorted(SAMPLE.glob("*.txt")):
        (corpus / path.name).write_bytes(path.read_bytes())
    encoder = WordEncoder()
    first = index(corpus, tmp_path / "i", encoder)
    assert encoder.fitted == 1 and first.token_index is not None
    (corpus / "新增.txt").write_text("关于水库养鱼的通知\n水库周边不得养鱼。\n", encoding="utf-8")
    before = encoder.encoded
    second = index(corpus, tmp_path / "i", encoder)
    assert encoder.fitted == 1 and 0 < encoder.encoded - before < 5  # the whitening stays, only what is new is read
    assert np.array_equal(second.token_index.whitening.axes, first.token_index.whitening.axes)
    row = second.row_of[first.clauses[3].clause_id]
    assert np.array_equal(second.token_index.of_clause(row).vectors, first.token_index.of_clause(3).vectors)
    titles = [document.title for document in second.documents.values()]
    old = [document.title for document in first.documents.values()]
    assert np.array_equal(
        second.token_index.of_title(titles.index(old[-1])).vectors, first.token_index.of_title(len(old) - 1).vectors
    )
    assert len(second.token_index.of_title(titles.index("关于水库养鱼的通知")).ids) > 0
    assert index(corpus, tmp_path / "i", encoder, rebuild=True).token_index is not None and encoder.fitted == 2


def test_a_corpus_that_outgrows_its_space_is_read_anew(tmp_path):
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "a.txt").write_text("关于水库养鱼的通知\n水库周边不得养鱼。\n", encoding="utf-8")
    encoder = WordEncoder()
    index(corpus, tmp_path / "i", encoder)
    (corpus / "b.txt").write_bytes(next(SAMPLE.glob("01*.txt")).read_bytes())
    grown = index(corpus, tmp_path / "i", encoder)
    assert encoder.fitted == 2 and grown.token_index.whitening.seen > 1000


def test_words_are_compared_where_a_filter_leaves_clauses(tmp_path):
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    for path in sorted(SAMPLE.glob("*.txt")):
        (corpus / path.name).write_bytes(path.read_bytes())
    store = index(corpus, tmp_path / "i", WordEncoder())
    engine = Engine(Settings(index=tmp_path / "i", chat_model=""), store, WordEncoder())
    document = next(d for d in store.documents.values() if "批复" in d.title)
    ranking = engine.rank(understand("港口危险货物作业怎么报告？"), Filters(document=document.title), 3)
    read = {store.sentences[row][0] for row in ranking.max_sim.rows}
    assert read and {store.clauses[row].doc_id for row in read} == {document.doc_id}
    assert engine.rank(understand("港口"), Filters(document="没有这份文件")).rows == []
    assert (
        engine.search(
            "推动客票一体化。统一城际列车检票标准，推广“一码通乘”。" * 3, filters=Filters(document="没有这份文件")
        )
        == []
    )


def test_words_lift_the_clause_that_holds_them_all(tmp_path):
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    lines = ["船舶在锚地停泊应当报告。", "航道养护由交通部门负责。", "船舶报告由港口收取。", "锚地由港口管理。"]
    (corpus / "a.txt").write_text(
        "船舶管理办法\n" + "\n".join(f"第{n}条　{t}" for n, t in zip("一二三四", lines, strict=True)), encoding="utf-8"
    )
    store = index(corpus, tmp_path / "i", WordEncoder())
    scores = Fusion(store, WordEncoder()).scores("锚地停泊报告")
    best = int(scores.rows[scores.fused.argmax()])
    likest = int(scores.max_sim.rows[scores.max_sim.values.argmax()])
    assert "锚地停泊" in store.clauses[best].text and likest in store.sentence_rows[best]
    assert Fusion(store, WordEncoder()).scores("，。？").max_sim is None  # no word to compare
    assert Fusion(store, FakeEncoder()).scores("锚地停泊报告").max_sim is None  # a model without states


# Pastes


def of_documents(tmp_path, lines):
    """A store of documents, title → up to six articles."""
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    for title, said in lines.items():
        text = (
            title
            + "\n"
            + "\n".join(f"第{n}条　{line}" for n, line in zip("一二三四五六"[: len(said)], said, strict=True))
        )
        (corpus / f"{title}.txt").write_text(text, encoding="utf-8")
    return index(corpus, tmp_path / "i", WordEncoder())


def test_what_another_document_says_of_a_paste_s_matter_finds_a_third(tmp_path):
    own = "推行危险废物跨省转移审批制度改革。"
    lines = {
        "甲市方案": [own, "建设体育公园。"],
        "乙市方案": ["危险废物跨省转移白名单动态更新。", "增设公交线路。"],
        "丙市方案": ["白名单每年动态更新。", "修缮旧城街巷。"],
        "丁市方案": ["改良民宿。", "培育龙头茶企业。"],
    }
    store = of_documents(tmp_path, lines)
    third = next(row for row, clause in enumerate(store.clauses) if "动态更新" in clause.text)
    query = replace(understand(own), pasted=True)

    def place(parts):
        return Retriever(store, WordEncoder(), paste_weights=parts).rank(query).rows.index(third)

    assert place(PasteWeights()) == 2  # after the paste's own clause and its fellow
    assert place(PasteWeights(feedback=0.0)) > 2
    only = np.array([clause.text.startswith("第一条　推行危险废物跨省转移审批") for clause in store.clauses])
    assert len(Retriever(store, WordEncoder()).rank(query, only).rows) == 1  # nobody else to ask


@pytest.mark.parametrize(
    ("text", "thinned_text"),
    [
        ("支持甲市、乙市、丙市、丁市、戊市、己市等建设港口。", "支持甲市、乙市、己市等建设港口。"),
        ("支持甲市、乙市、丙市、丁市建设港口。", "支持甲市、乙市、丙市、丁市建设港口。"),
        ("推动公路、铁路，水运、航空、管道、邮政发展。", "推动公路、铁路，水运、航空、管道、邮政发展。"),
        ("", ""),
    ],
)
def test_a_long_enumeration_weighs_as_three_of_its_items(text, thinned_text):
    assert thinned(text) == thinned_text


@given(st.text(alphabet="甲乙、，。：市", max_size=60))
def test_thinning_only_takes_items_away_and_once_is_enough(text):
    short = thinned(text)
    rest = iter(text)
    assert all(character in rest for character in short) and thinned(short) == short


def test_a_paste_that_names_its_document_s_subject_finds_who_else_names_it(tmp_path):
    lines = {
        "青溪湾协同发展区总体方案": [
            "青溪湾协同发展区建设要坚持新发展理念，坚持改革创新，坚持系统观念。",
            "修缮古桥。",
        ],
        "乙市方案": ["坚持新发展理念，坚持改革创新，坚持系统观念。", "增设公交线路。"],
        "丙市方案": ["支持建设青溪湾协同发展区。", "坚持系统观念，坚持改革创新。"],
    }
    store = of_documents(tmp_path, lines)
    named = next(row for row, clause in enumerate(store.clauses) if "支持建设青溪湾" in clause.text)
    query = replace(understand("青溪湾协同发展区建设要坚持新发展理念，坚持改革创新，坚持系统观念。"), pasted=True)

    def place(parts):
        return Retriever(store, WordEncoder(), paste_weights=parts).rank(query).rows.index(named)

    assert place(PasteWeights()) < place(PasteWeights(name_bm25=0.0, name_max_sim=0.0))


def test_in_documents_titled_by_the_name_a_clause_stands_by_what_else_it_says(tmp_path):
    own = "青溪湾协同发展区建设要共建文旅走廊，修缮古镇石窟，打造旅游目的地。"
    lines = {
        "青溪湾协同发展区总体方案": [own, "修缮古桥。"],
        "青溪湾协同发展区总体方案的批复": ["原则同意青溪湾协同发展区总体方案。", "青溪湾协同发展区总体方案另行印发。"],
        "乙市金融细则": ["加大对青溪湾协同发展区的信贷支持。", "增设网点。"],
        "丙市方案": ["修缮古镇石窟，接待旅游团队。", "增设公交线路。"],
    }
    store = of_documents(tmp_path, lines)
    rows = Retriever(store, WordEncoder()).rank(replace(understand(own), pasted=True)).rows
    said = ("信贷", "接待旅游团队", "另行印发")
    assert [part for row in rows for part in said if part in store.clauses[row].text] == [*said]
