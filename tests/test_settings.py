"""Settings: defaults, where they come from, and what a wrong one says."""

import datetime

import pytest

from index import settings as module
from index.errors import BadInput
from index.settings import ROOT, Settings, load_settings


@pytest.fixture(autouse=True)
def bare(monkeypatch, tmp_path):
    """No settings of this machine: an empty environment and a TOML file of our own."""
    for name in Settings.model_fields:
        monkeypatch.delenv(f"TIAOWEN_{name.upper()}", raising=False)
    monkeypatch.setitem(Settings.model_config, "toml_file", tmp_path / "tiaowen.toml")
    return tmp_path / "tiaowen.toml"


def test_defaults_need_no_file():
    s = load_settings()
    assert (s.host, s.port, s.as_of) == ("127.0.0.1", 7860, datetime.date.today())
    assert s.index_dir == ROOT / "var" / "index"
    assert s.embedder_name == str(ROOT / "var" / "models" / module.E5)
    assert s.chat_name.endswith(".gguf")


def test_the_corpus_is_the_shared_book_where_it_is_at_hand_else_the_sample(monkeypatch, tmp_path):
    monkeypatch.setattr(module, "ROOT", tmp_path / "repo")
    assert module._default_corpus() == tmp_path / "repo" / "corpus" / "sample"
    (tmp_path / "shared" / "corpus").mkdir(parents=True)
    assert module._default_corpus() == tmp_path / "shared" / "corpus"


def test_the_environment_wins_over_the_file(bare, monkeypatch):
    bare.write_text('port = 8000\nhost = "0.0.0.0"\n', encoding="utf-8")
    monkeypatch.setenv("TIAOWEN_PORT", "9000")
    assert (load_settings().port, load_settings().host) == (9000, "0.0.0.0")


def test_relative_paths_start_at_the_repository(bare, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    bare.write_text('var = "elsewhere"\nchat_model = "var/models/other.gguf"\nembedder = "index"\n', encoding="utf-8")
    s = load_settings()
    assert s.models_dir == ROOT / "elsewhere" / "models"
    assert s.chat_name == str(ROOT / "var/models/other.gguf")
    assert s.embedder_name == str(ROOT / "index")  # a folder that is there


@pytest.mark.parametrize("name", ["BAAI/bge-small-zh-v1.5", "http://10.0.0.2:8000/v1#qwen", "/srv/models/x.gguf"])
def test_names_addresses_and_whole_paths_stay_as_they_are(monkeypatch, name):
    monkeypatch.setenv("TIAOWEN_CHAT_MODEL", name)
    assert load_settings().chat_name == name


def test_an_empty_chat_model_means_none(monkeypatch):
    monkeypatch.setenv("TIAOWEN_CHAT_MODEL", "")
    assert load_settings().chat_name == ""


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("port", "abc", "应为整数"),
        ("port", "0", "不得小于 1"),
        ("port", "70000", "不得大于 65535"),
        ("as_of", "昨天", "应为日期"),
        ("chat_timeout", "soon", "应为数字"),
        ("chat_timeout", "0", "应大于 0"),
    ],
)
def test_a_wrong_value_is_named_in_one_chinese_line(monkeypatch, name, value, says):
    monkeypatch.setenv(f"TIAOWEN_{name.upper()}", value)
    with pytest.raises(BadInput) as caught:
        load_settings()
    message = str(caught.value)
    assert name in message and value in message and says in message and "\n" not in message


def test_unknown_settings_are_refused_wherever_they_stand(bare, monkeypatch):
    bare.write_text("prot = 8000\n", encoding="utf-8")
    with pytest.raises(BadInput, match="prot.*没有这个设置"):
        load_settings()
    bare.write_text("", encoding="utf-8")
    monkeypatch.setenv("TIAOWEN_CORPSE", "x")
    with pytest.raises(BadInput, match="TIAOWEN_CORPSE"):
        load_settings()


@pytest.mark.parametrize("content", [b"port = = 1\n", b"\xff\xfe"])
def test_a_file_that_is_no_toml_is_named(bare, content):
    bare.write_bytes(content)
    with pytest.raises(BadInput, match="tiaowen.toml"):
        load_settings()
