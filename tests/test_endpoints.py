"""Models at endpoints: asked with a time limit, tried again, left alone while down; without them the extract answers."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest
from conftest import SAMPLE, FakeEncoder, quiet

from index import endpoint as waiting
from index.build import build
from index.encoder import open_encoder
from index.endpoint import Endpoint
from index.errors import Unreachable
from index.remote_encoder import RemoteEncoder
from index.settings import Settings
from rag.engine import Engine
from rag.reading.inputs import Pair
from rag.reading.reader import open_reader


class Service(ThreadingHTTPServer):
    """Answers as Text Embeddings Inference does; `codes` are those of the next answers, 200 behind them."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.codes, self.asked, self.pause, self.junk = [], [], 0.0, None
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self._say({"model_id": "someone/embedder", "model_sha": "abc"})

    def do_POST(self):
        server = self.server
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        server.asked.append((self.path, body, self.headers.get("Authorization")))
        time.sleep(server.pause)
        if server.junk is not None:
            return self._say(server.junk)
        if self.path == "/embed":
            return self._say(FakeEncoder().encode_queries(body["inputs"]).tolist())
        ranked = [{"index": n, "score": float(len(text))} for n, text in enumerate(body["texts"])]
        return self._say(sorted(ranked, key=lambda each: -each["score"]))

    def _say(self, told):
        code = self.server.codes.pop(0) if self.server.codes else 200
        data = json.dumps(told).encode()
        try:
            self.send_response(code)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)
        except OSError:
            pass  # the asker did not wait

    def log_message(self, *args): ...


@pytest.fixture
def service(monkeypatch):
    monkeypatch.setattr(waiting, "_WAIT", 0.0)
    server = Service()
    yield server
    server.shutdown()
    server.server_close()


def reached(service, seconds=5.0):
    return Endpoint("嵌入服务", "embedder", service.url, "key-1", seconds)


def settings(service, tmp_path, **more):
    return Settings(
        index=tmp_path / "i", desk=tmp_path / "d", chat_model="", embedder=service.url, embedder_query="query: ",
        endpoint_timeout=2.0, **{"reader": "none", **more},
    )  # fmt: skip


def test_what_fails_for_a_moment_is_tried_again_and_what_is_refused_is_not(service):
    service.codes = [503, 429]
    assert len(reached(service).post("/embed", {"inputs": ["甲"]})) == 1 and len(service.asked) == 3
    assert service.asked[0][2] == "Bearer key-1"
    service.codes = [401]
    with pytest.raises(Unreachable, match=r"拒绝了密钥（401）.*设置 embedder"):
        reached(service).post("/embed", {"inputs": ["甲"]})
    assert len(service.asked) == 4


def test_a_silent_service_is_waited_for_no_longer_than_the_setting_says(service):
    service.pause = 1.0
    began = time.monotonic()
    with pytest.raises(Unreachable, match="没有在时限内回应"):
        reached(service, 0.1).post("/embed", {"inputs": ["甲"]})
    assert time.monotonic() - began < 3


def test_a_service_that_is_down_is_left_alone_and_tried_again_later(service, monkeypatch):
    own, now = reached(service), [1000.0]
    monkeypatch.setattr(waiting.time, "monotonic", lambda: now[0])
    for _ in range(3):
        service.codes = [500] * 3
        with pytest.raises(Unreachable, match="回应了错误 500"):
            own.post("/embed", {"inputs": ["甲"]})
    service.codes = []
    asked = len(service.asked)
    with pytest.raises(Unreachable, match="不再尝试"):
        own.post("/embed", {"inputs": ["甲"]})
    assert len(service.asked) == asked
    now[0] += 31
    assert own.post("/embed", {"inputs": ["甲"]}) and own.post("/embed", {"inputs": ["甲"]})


@pytest.mark.parametrize("junk", [{"error": "?"}, [[1.0], [2.0]], [["x"]], [[float("nan")]]])
def test_an_answer_that_is_no_vector_a_text_is_not_taken_for_one(service, junk):
    service.junk = junk
    with pytest.raises(Unreachable, match="不是 1 个向量"):
        RemoteEncoder(reached(service), "", "").encode_queries(["甲"])


def test_an_encoder_at_an_endpoint_builds_an_index_and_is_asked(service, tmp_path):
    own = settings(service, tmp_path)
    encoder = open_encoder(own)
    assert (encoder.name, encoder.dimension) == ("someone/embedder", FakeEncoder.dimension)
    build([SAMPLE], own.index_dir, lambda: encoder, rebuild=False, progress=quiet)
    engine = Engine.open(own)
    assert engine.search("港口岸电怎么使用？", 3)
    assert service.asked[-1][1]["inputs"] == ["query: 港口岸电怎么使用？"]
    assert np.allclose(np.linalg.norm(encoder.encode_passages(["甲乙", "丙丁"]), axis=1), 1)


def test_a_reader_at_an_endpoint_gives_each_window_its_score(service, tmp_path):
    reader = open_reader(settings(service, tmp_path, reader=service.url))
    found = reader.read([Pair("问", "地址", "短"), Pair("问", "地址", "长一些的原文"), Pair("另问", "址", "中间")])
    assert [each.answers for each in found] == [4.0, 9.0, 4.0] and found[1].span == (0, 6)
    service.junk = [{"index": 0, "score": 1.0}]
    with pytest.raises(Unreachable, match="每段原文"):
        reader.read([Pair("问", "", "甲"), Pair("问", "", "乙")])


def test_without_its_endpoints_the_product_answers_from_the_extract_and_says_so(service, tmp_path):
    own = settings(service, tmp_path, reader=service.url)
    encoder = open_encoder(own)
    build([SAMPLE], own.index_dir, lambda: encoder, rebuild=False, progress=quiet)
    engine = Engine.open(own)
    service.junk = {"error": "gone"}
    service.codes = [503] * 500
    question = "港口经营人应当怎样使用岸电？"
    answer = engine.ask(question)
    assert not answer.refused and {s.origin for s in answer.sentences} == {"extract"} and answer.citations
    assert any("嵌入服务没有回应，只按字词检索" in note for note in answer.notes)
    service.codes, service.junk = [], None
    engine.encoder._endpoint._until = 0.0
    back = engine.ask(question)
    assert not any("嵌入服务" in note for note in back.notes)


def test_a_reader_that_is_gone_leaves_the_extract_unread(service, tmp_path):
    own = Settings(
        index=tmp_path / "i", desk=tmp_path / "d", chat_model="", reader="http://127.0.0.1:9", endpoint_timeout=1
    )
    build([SAMPLE], own.index_dir, FakeEncoder, rebuild=False, progress=quiet)
    from index.store import Store

    engine = Engine(own, Store.open(own.index_dir), FakeEncoder(), foreign_threshold=0.0)
    answer = engine.ask("港口经营人应当怎样使用岸电？")
    assert not answer.refused and any("阅读服务没有回应" in note for note in answer.notes)


def test_an_engine_opens_while_its_encoder_is_down(service, tmp_path):
    own = settings(service, tmp_path)
    encoder = open_encoder(own)
    build([SAMPLE], own.index_dir, lambda: encoder, rebuild=False, progress=quiet)
    service.codes = [503] * 500
    engine = Engine.open(own)
    assert engine.search("港口岸电怎么使用？", 3)
