"""Chat models: one protocol, three kinds; streamed, stoppable, failing in Chinese."""

import json
import os
import queue
import threading
import time
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from index.errors import ModelError
from index.settings import QWEN, Settings
from rag.chat.embedded import EmbeddedChat, check_gguf
from rag.chat.endpoint import EndpointChat
from rag.chat.local import TransformersChat
from rag.chat.model import open_chat, relay

ASK = [{"role": "user", "content": "港口规划由谁编制？"}]


# Waiting


def test_silence_brings_signs_of_life_and_then_an_end():
    def silent(seconds):
        time.sleep(0.01)
        raise queue.Empty

    pieces = relay(silent, 0.05, "m")
    assert next(pieces) == ""
    with pytest.raises(ModelError, match="chat_timeout"):
        list(pieces)


def test_a_piece_starts_the_patience_anew_and_none_ends_it():
    script = iter([queue.Empty, "一", queue.Empty, "二", None])

    def take(seconds):
        time.sleep(0.03)
        piece = next(script)
        if piece is queue.Empty:
            raise queue.Empty
        return piece

    assert list(relay(take, 0.05, "m")) == ["", "一", "", "二"]


# An endpoint


class Server(ThreadingHTTPServer):
    """Speaks just enough of the protocol: says `reply` a character at a time, `pause` seconds apart."""

    def __init__(self, reply="", pause=0.0, status=200, before=0.0):
        super().__init__(("127.0.0.1", 0), Handler)
        self.reply, self.pause, self.status, self.before = reply, pause, status, before
        self.requests, self.left = [], threading.Event()
        self.daemon_threads = True
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_address[1]}/v1"


class Handler(BaseHTTPRequestHandler):
    def log_message(self, *args): ...

    def do_POST(self):
        server = self.server
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        server.requests.append((request, self.headers["Authorization"]))
        try:
            if self._gone_within(server.before):
                return
            self.send_response(server.status)
            self.send_header("Content-Type", "text/event-stream" if request.get("stream") else "application/json")
            self.end_headers()
            if server.status != 200:
                self.wfile.write(json.dumps({"error": {"message": "no\nsecond line"}}).encode())
            elif request.get("stream"):
                for character in server.reply:
                    self._send({"choices": [{"index": 0, "delta": {"content": character}}]})
                    if self._gone_within(server.pause):
                        return
                self.wfile.write(b"data: [DONE]\n\n")
        except (BrokenPipeError, ConnectionResetError):
            server.left.set()

    def _send(self, chunk):
        self.wfile.write(b"data: " + json.dumps(chunk).encode() + b"\n\n")
        self.wfile.flush()

    def _gone_within(self, seconds):
        """Whether the client hangs up within so many seconds."""
        self.connection.settimeout(seconds or 1e-6)
        try:
            gone = self.connection.recv(1) == b""
        except (TimeoutError, BlockingIOError):
            gone = False
        self.connection.settimeout(None)
        if gone:
            self.server.left.set()
        return gone


@pytest.fixture
def serve():
    servers = []

    def start(**kind):
        servers.append(Server(**kind))
        return servers[-1]

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def test_pieces_arrive_as_they_are_written_greedy_and_seeded(serve):
    server = serve(reply="由省交通厅编制", pause=0.05)
    with closing(EndpointChat(server.url, "qwen", "secret", 5)) as chat:
        stamps_ = [time.monotonic() for piece in chat.stream(ASK, 50) if piece]
        assert len(stamps_) == 7 and stamps_[-1] - stamps_[0] > 0.2
        assert "".join(chat.stream(ASK, 50)) == "由省交通厅编制"
    request, key = server.requests[0]
    assert request["temperature"] == 0 and request["seed"] and request["max_tokens"] == 50
    assert request["model"] == "qwen" and key == "Bearer secret"


@pytest.mark.parametrize("kind", [{"reply": "长" * 500, "pause": 0.05}, {"before": 20.0}])
def test_a_closed_stream_hangs_up_at_once_even_before_the_first_word(serve, kind):
    server = serve(**kind)
    with closing(EndpointChat(server.url, "qwen", "k", 30)) as chat:
        pieces = chat.stream(ASK, 500)
        next(pieces)
        deadline = time.monotonic() + 5
        while not server.requests and time.monotonic() < deadline:
            next(pieces)
        start = time.monotonic()
        pieces.close()
        assert server.left.wait(1) and time.monotonic() - start < 1


@pytest.mark.parametrize(("status", "says"), [(401, "chat_key"), (404, "没有模型 qwen"), (500, "出错"), (400, "出错")])
def test_what_the_endpoint_refuses_is_one_chinese_line(serve, status, says):
    with closing(EndpointChat(serve(status=status).url, "qwen", "k", 5)) as chat:
        with pytest.raises(ModelError, match=says) as caught:
            list(chat.stream(ASK, 5))
        assert "\n" not in str(caught.value)


def test_an_endpoint_that_is_not_there_or_stays_silent_is_named(serve):
    with (
        closing(EndpointChat("http://127.0.0.1:9/v1", "qwen", "k", 5)) as chat,
        pytest.raises(ModelError, match=":9/v1"),
    ):
        list(chat.stream(ASK, 5))
    with (
        closing(EndpointChat(serve(before=5).url, "qwen", "k", 0.3)) as chat,
        pytest.raises(ModelError, match="0.3 秒"),
    ):
        list(chat.stream(ASK, 5))


def test_after_close_a_chat_can_be_used_again(serve):
    server = serve(reply="好")
    chat = EndpointChat(server.url, "qwen", "k", 5)
    for _ in range(2):
        assert "".join(chat.stream(ASK, 5)) == "好"
        chat.close()


def test_a_proxy_of_the_environment_never_sees_a_question(serve, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    with closing(EndpointChat(serve(reply="好").url, "qwen", "k", 5)) as chat:
        assert "".join(chat.stream(ASK, 5)) == "好"


# Choosing


@pytest.mark.parametrize(
    ("name", "kind"),
    [("http://h/v1#m", EndpointChat), ("/x/y.gguf", EmbeddedChat), ("Qwen/Qwen2.5-0.5B-Instruct", TransformersChat)],
)
def test_one_setting_chooses_and_opens_nothing_yet(name, kind):
    assert isinstance(open_chat(Settings(chat_model=name)), kind)
    assert open_chat(Settings(chat_model="")) is None


@pytest.mark.parametrize(
    ("name", "says"),
    [("http://h/v1", "#模型名"), ("/no/such.gguf", "找不到对话模型"), ("/no/such/folder", "chat_model")],
)
def test_an_unusable_choice_fails_with_its_first_use(name, says):
    with closing(open_chat(Settings(chat_model=name))) as chat:
        chat.warm()
        with pytest.raises(ModelError, match=says):
            list(chat.stream(ASK, 5))


# A GGUF file


@pytest.mark.parametrize("content", [b"", b"GG", b"<html>", b"\0" * 5000])
def test_what_is_no_gguf_never_reaches_native_code(tmp_path, content):
    (tmp_path / "m.gguf").write_bytes(content)
    with pytest.raises(ModelError, match="m.gguf"):
        check_gguf(tmp_path / "m.gguf")


def test_a_model_changed_since_it_was_verified_is_refused(tmp_path):
    path = tmp_path / "m.gguf"
    path.write_bytes(b"GGUF" + bytes(100))
    check_gguf(path)
    check_gguf(path)
    path.write_bytes(b"GGUF" + bytes(60))
    with pytest.raises(ModelError, match="损坏"):
        check_gguf(path)


def test_a_gguf_cut_short_is_an_error_and_not_a_crash(tmp_path):
    path = tmp_path / "m.gguf"
    path.write_bytes(b"GGUF" + b"\x03\0\0\0" + bytes(3000))
    with closing(EmbeddedChat(path, 1, 512, 30)) as chat, pytest.raises(ModelError, match="无法载入"):
        list(chat.stream(ASK, 5))


@pytest.fixture(scope="module")
def real():
    settings = Settings()
    path = settings.models_dir / QWEN
    if not path.is_file():
        pytest.skip("the chat model is not here: python -m models")
    with closing(EmbeddedChat(path, settings.threads, settings.context, 120)) as chat:
        chat.warm()
        yield chat


MATERIAL = "材料：川渝高竹新区规划面积262平方公里，由两地共同派员组建管理机构。\n只按材料回答。问题："


def ask(chat, question):
    messages = [{"role": "user", "content": MATERIAL + question}]
    return [piece for piece in chat.stream(messages, 40) if piece]


def test_the_real_model_streams_and_says_the_same_twice(real):
    first = ask(real, "规划面积是多少？")
    assert len(first) > 3 and "262" in "".join(first)
    ask(real, "谁派员组建管理机构？")
    assert ask(real, "规划面积是多少？") == first


@pytest.mark.parametrize("moment", ["reading", "writing"])
def test_a_closed_stream_stops_the_real_model(real, moment):
    """Left alone it would go on for half a minute; when the machine is idle it stops within a second."""
    prompt = f"{moment}：请逐条详细解释以下材料。" + MATERIAL * 25
    pieces = real.stream([{"role": "user", "content": prompt[: 900 if moment == "reading" else 120]}], 400)
    for piece in pieces:
        if piece or moment == "reading":
            break
    pieces.close()
    deadline = time.monotonic() + 8
    while time.monotonic() < deadline:
        before = sum(os.times()[:2])
        time.sleep(0.5)
        if sum(os.times()[:2]) - before < 0.1:  # seconds of processor: nothing is computed any more
            return
    pytest.fail("the model still computes 8 s after its stream was closed")


# A transformers model


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    """A chat model of random weights, saved as a folder."""
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast, Qwen2Config, Qwen2ForCausalLM

    folder = tmp_path_factory.mktemp("tiny") / "chat"
    alphabet = ["<end>", *sorted(pre_tokenizers.ByteLevel.alphabet())]
    core = Tokenizer(models.BPE({character: number for number, character in enumerate(alphabet)}, merges=[]))
    core.pre_tokenizer, core.decoder = pre_tokenizers.ByteLevel(add_prefix_space=False), decoders.ByteLevel()
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=core, eos_token="<end>", pad_token="<end>")
    tokenizer.chat_template = "{% for m in messages %}{{ m.content }}{% endfor %}"
    tokenizer.save_pretrained(folder)
    torch.manual_seed(0)
    config = Qwen2Config(
        vocab_size=len(alphabet),
        hidden_size=16,
        intermediate_size=32,
        num_hidden_layers=1,
        num_attention_heads=2,
        num_key_value_heads=1,
        eos_token_id=None,
        pad_token_id=0,
    )
    Qwen2ForCausalLM(config).save_pretrained(folder)
    return folder


def test_a_transformers_folder_streams_is_greedy_and_can_be_stopped(tiny):
    with closing(TransformersChat(str(tiny), 1, 60)) as chat:
        replies = ["".join(chat.stream(ASK, 20)) for _ in range(2)]
        assert replies[0] == replies[1] and replies[0]
        pieces = chat.stream(ASK, 100_000)
        next(pieces)
        pieces.close()
        start = time.monotonic()
        list(chat.stream(ASK, 3))
        assert time.monotonic() - start < 10  # the one before has let go
