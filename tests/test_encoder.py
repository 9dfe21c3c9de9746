"""Texts to vectors: windows and pooling against slow twins, the real model against sentence-transformers."""

import itertools
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import query_graph
from index.encoder import SentenceEncoder, open_encoder
from index.errors import ModelError
from index.settings import E5, ROOT, Settings
from index.windows import OVERLAP, Pool, unit, windows

# Windows and pooling


@given(st.integers(0, 5000), st.integers(2, 600))
def test_windows_cover_every_token_and_share_some(length, room):
    own = windows(length, room)
    assert own[0][0] == 0 and own[-1][1] == length and all(b - a <= room for a, b in own)
    overlap = min(OVERLAP, room // 2)
    assert all(a2 == b1 - overlap and b2 > b1 for (_, b1), (a2, b2) in itertools.pairwise(own))


def test_pooling_is_the_mean_of_the_tokens_that_touch_a_span():
    random = np.random.default_rng(0)
    offsets = [(0, 2), (2, 3), (3, 6), (6, 8), (8, 9)]
    states = random.normal(size=(7, 4)).astype(np.float32)
    pool = Pool(4, offsets, [(0, 3), (4, 7), (20, 30)])
    pool.add(states, 0)
    np.testing.assert_allclose(pool.whole(), unit(states.mean(axis=0)), atol=1e-6)
    first, second, nowhere = pool.parts()
    np.testing.assert_allclose(first, unit(states[1:3].mean(axis=0)), atol=1e-6)
    np.testing.assert_allclose(second, unit(states[3:5].mean(axis=0)), atol=1e-6)
    np.testing.assert_allclose(nowhere, pool.whole(), atol=1e-6)


def test_a_span_over_two_windows_is_pooled_from_both():
    offsets = [(i, i + 1) for i in range(6)]
    a, b = np.eye(6, dtype=np.float32)[[0, 1, 2, 0]], np.eye(6, dtype=np.float32)[[0, 3, 4, 0]]
    pool = Pool(6, offsets, [(1, 3)])
    pool.add(a, 0)  # tokens 0 and 1
    pool.add(b, 2)  # tokens 2 and 3
    np.testing.assert_allclose(pool.parts()[0], unit(np.eye(6)[2] + np.eye(6)[3]), atol=1e-6)


# The real model


def read(encoder, texts, spans, **more):
    """([texts, dimension], per text [spans, dimension])."""
    found = encoder.read_passages(texts, spans, **more)
    return np.array([own.head for own in found]), [own.parts for own in found]


FOLDER = Settings().models_dir / E5
needs_model = pytest.mark.skipif(not (FOLDER / "modules.json").is_file(), reason="no model: python -m models")
QUERIES = ["老厂房改成文创园要不要办土地手续？", "到2025年港口年通过能力", "川办发〔2022〕7号", "a", "水" * 700, ""]
CLAUSE = "推动港口一体化发展。支持重庆港与泸州港合作，到2025年通过能力达到5亿吨。（责任单位：交通厅）"


@pytest.fixture(scope="module")
def encoder():
    return open_encoder(Settings())


@pytest.fixture(scope="module")
def plain():
    from sentence_transformers import SentenceTransformer

    return SentenceTransformer(str(FOLDER), device="cpu")


@needs_model
def test_the_folder_is_an_ordinary_sentence_transformers_model(plain):
    assert plain.max_seq_length == 512 and plain.get_embedding_dimension() == 384
    assert (plain.prompts["query"], plain.prompts["passage"]) == ("query: ", "passage: ")
    assert not [p.name for p in FOLDER.rglob("*") if p.suffix in {".bin", ".pkl", ".pt"}]
    near, far, ask = plain.encode(["passage: 猫喜欢吃鱼。", "passage: 港口通过能力五亿吨。", "query: 猫吃什么"])
    assert ask @ near > ask @ far


@needs_model
def test_queries_without_torch_are_those_of_torch(encoder, plain):
    ours = encoder.encode_queries(QUERIES)
    theirs = plain.encode(["query: " + q for q in QUERIES], normalize_embeddings=True)
    assert ours.dtype == np.float32 and ours.shape == (len(QUERIES), encoder.dimension)
    assert (ours * theirs).sum(axis=1).min() > 0.999
    assert encoder.encode_queries([]).shape == (0, 384)


@needs_model
def test_a_question_is_embedded_fast_and_loads_neither_torch_nor_transformers(encoder):
    encoder.encode_queries(["一"])  # exported by now
    script = (
        "import sys, time\nfrom index.encoder import open_encoder\nfrom index.settings import Settings\n"
        "e = open_encoder(Settings())\ne.dimension\nbest = 9.0\n"
        "for i in range(30):\n"
        "    start = time.process_time(); e.encode_queries([f'老厂房改成文创园要不要办土地手续{i}']);"
        " best = min(best, time.process_time() - start)\n"
        "print(best, [m for m in ('torch', 'transformers', 'sentence_transformers') if m in sys.modules])"
    )
    told = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    seconds, loaded = told.split(maxsplit=1)
    assert loaded.strip() == "[]"
    assert float(seconds) < 0.04  # of the processor; 7 ms on two idle cores


@needs_model
def test_spans_come_from_the_clauses_own_pass(encoder, plain):
    stop = CLAUSE.index("。") + 1
    heads, parts = read(encoder, [CLAUSE, "短。"], [[(0, stop), (stop, len(CLAUSE))], []])
    theirs = plain.encode(["passage: " + CLAUSE, "passage: 短。"], normalize_embeddings=True)
    assert (heads * theirs).sum(axis=1).min() > 0.9999
    assert parts[0].shape == (2, 384) and parts[1].shape == (0, 384)
    np.testing.assert_allclose(np.linalg.norm(parts[0], axis=1), 1, atol=1e-5)
    alone = encoder.encode_passages([CLAUSE[:stop], CLAUSE[stop:]])
    assert (parts[0] * alone).sum(axis=1).min() > 0.85  # of the sentence, coloured by its surroundings
    assert parts[0][0] @ parts[0][1] < 0.999


@needs_model
def test_the_order_and_company_of_texts_change_nothing(encoder):
    texts = [CLAUSE * n for n in (1, 3, 2, 1)]
    spans = [[(0, 10)]] * 4
    told = []
    heads, parts = read(encoder, texts, spans, progress=told.append)
    backwards, _ = read(encoder, texts[::-1], spans)
    alone, part = read(encoder, texts[1:2], spans[:1])
    np.testing.assert_allclose(heads, backwards[::-1], atol=1e-5)
    np.testing.assert_allclose(heads[1], alone[0], atol=1e-5)
    np.testing.assert_allclose(parts[1], part[0], atol=1e-5)
    assert told[-1] == 4 and told == sorted(told)


@needs_model
def test_a_text_longer_than_the_model_takes_is_read_to_its_end(encoder):
    long = CLAUSE * 40
    other = long[:-60] + "猫喜欢吃鱼，狗喜欢啃骨头，今天天气很好，适合去公园散步。" * 2
    heads, parts = read(encoder, [long, other], [[(len(long) - 50, len(long))], [(len(other) - 50, len(other))]])
    assert heads[0] @ heads[1] < 0.9999 and parts[0][0] @ parts[1][0] < 0.98
    assert np.allclose(*encoder.encode_passages([long, other]), atol=1e-4)  # where cutting would see no difference


@needs_model
def test_no_text_gives_no_vectors(encoder):
    assert encoder.read_passages([], []) == [] and encoder.read_and_fit([], []) == ([], None)
    (reading,), whitening = encoder.read_and_fit(["——"], [[(0, 2)]])
    assert whitening is None and reading.tokens is None and reading.head.shape == (384,)


@needs_model
def test_a_question_and_its_tokens_come_from_one_pass_by_either_runtime(encoder, linkable):
    asked = "老厂房，能改成 文创园 吗？"
    quick = encoder.read_query(asked)
    np.testing.assert_allclose(quick.vector, encoder.encode_queries([asked])[0], atol=1e-6)
    assert len(quick.ids) == len(quick.states) and quick.states.shape[1] == 384
    own = SentenceEncoder(str(FOLDER), 2, linkable / "none")
    own._queries = None  # as for a model that cannot be exported
    slow = own.read_query(asked)
    assert list(slow.ids) == list(quick.ids)  # words only: neither prompt, marks nor punctuation
    np.testing.assert_allclose(slow.states, quick.states, atol=1e-3)
    spoken = own._model.tokenizer.convert_ids_to_tokens(slow.ids)
    assert "".join(spoken).replace("▁", "") == "老厂房能改成文创园吗"


def apart(one, other, whitening):
    """How many steps two texts' stored words differ by at most."""
    return np.abs(whitening.unpacked(one.vectors) - whitening.unpacked(other.vectors)).max(initial=0)


@needs_model
def test_tokens_are_those_of_the_spans_in_any_company(encoder):
    stop = CLAUSE.index("。") + 1
    spans = [[(0, stop), (stop, len(CLAUSE))], [(0, 10)], []]
    texts = [CLAUSE, CLAUSE * 20, "短。"]
    together, whitening = encoder.read_and_fit(texts, spans)
    again, alone = (
        encoder.read_passages(texts, spans, whitening),
        encoder.read_passages(texts[:1], spans[:1], whitening),
    )
    for one, other in zip(together, again, strict=True):
        assert np.array_equal(one.head, other.head) and np.array_equal(one.parts, other.parts)
        assert (one.tokens.ids == other.tokens.ids).all() and apart(one.tokens, other.tokens, whitening) <= 1
    first = together[0].tokens
    assert first.vectors.dtype == np.uint8 and len(first.ids) == len(first.vectors) == first.counts.sum()
    assert (first.ids == alone[0].tokens.ids).all() and apart(first, alone[0].tokens, whitening) <= 1
    assert "通过能力达到5亿吨" in "".join(encoder._model.tokenizer.convert_ids_to_tokens(first.ids))
    assert together[2].tokens.counts.sum() == 0 and together[1].tokens.counts.tolist() == [together[1].tokens.counts[0]]


def variant(folder: Path, **changed: dict) -> Path:
    """The real model by links, with JSON files of its own."""
    for path in FOLDER.rglob("*"):
        if path.is_file():
            (folder / path.relative_to(FOLDER)).parent.mkdir(parents=True, exist_ok=True)
            os.link(path, folder / path.relative_to(FOLDER))
    for name, value in changed.items():
        (folder / name).unlink()
        (folder / name).write_text(json.dumps(value), encoding="utf-8")
    return folder


@pytest.fixture
def linkable():
    """Hard links need one file system, which pytest's own folder may not be on."""
    import tempfile

    with tempfile.TemporaryDirectory(dir=Settings().var) as folder:
        yield Path(folder)


@needs_model
def test_a_model_that_pools_otherwise_is_encoded_piece_by_piece_through_torch(linkable):
    pooling = {"word_embedding_dimension": 384, "pooling_mode_cls_token": True, "pooling_mode_mean_tokens": False}
    own = SentenceEncoder(str(variant(linkable / "cls", **{"1_Pooling/config.json": pooling})), 2, linkable / "onnx")
    heads, parts = read(own, [CLAUSE], [[(0, 10), (10, 20)]])
    np.testing.assert_allclose(heads, own.encode_passages([CLAUSE]), atol=1e-5)
    np.testing.assert_allclose(parts[0], own.encode_passages([CLAUSE[:10], CLAUSE[10:20]]), atol=1e-5)
    assert own.encode_queries(["一"]).shape == (1, 384) and own._queries is None
    assert own.read_query("一").states is None and own.read_and_fit([CLAUSE], [[(0, 10)]])[1] is None


@needs_model
def test_a_model_that_cannot_be_exported_is_noted_and_asked_through_torch(linkable, monkeypatch, plain):
    monkeypatch.setattr(query_graph, "_find_table", lambda *_: None)
    own = SentenceEncoder(str(FOLDER), 2, linkable / "onnx")
    theirs = plain.encode(["query: 一"], normalize_embeddings=True)
    np.testing.assert_allclose(own.encode_queries(["一"]), theirs, atol=1e-5)
    assert query_graph.tried(linkable / "onnx", own.digest) and not list((linkable / "onnx").glob("*.onnx"))


@needs_model
def test_another_model_has_another_digest(linkable):
    first = SentenceEncoder(str(variant(linkable / "a" / "model")), 2, linkable)
    again = SentenceEncoder(str(variant(linkable / "b" / "model")), 2, linkable)
    other = SentenceEncoder(
        str(variant(linkable / "c" / "model", **{"config.json": {"hidden_size": 384}})), 2, linkable
    )
    assert first.digest == again.digest != other.digest


def test_a_model_that_is_missing_or_broken_is_told_in_one_line(tmp_path):
    with pytest.raises(ModelError, match="python -m models"):
        open_encoder(Settings(var=tmp_path))
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "modules.json").write_text("[", encoding="utf-8")
    for name in ("broken", "none"):
        with pytest.raises(ModelError) as caught:
            SentenceEncoder(str(tmp_path / name), 1, tmp_path).encode_passages(["一"])
        assert name in str(caught.value) and "\n" not in str(caught.value)
