"""Every setting, its default and why. Environment variables TIAOWEN_… win over tiaowen.toml, which wins over these."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from index.errors import BadInput
from index.limits import Limits

ROOT = Path(__file__).resolve().parent.parent
E5 = "multilingual-e5-small"
QWEN = "qwen2.5-coder-1.5b-instruct-q4_k_m.gguf"


def _default_corpus() -> Path:
    shared = ROOT.parent / "shared" / "corpus"
    return shared if shared.is_dir() else ROOT / "corpus" / "sample"


class Settings(BaseSettings):
    """Relative paths are taken from the repository's root, wherever the command is run."""

    model_config = SettingsConfigDict(env_prefix="TIAOWEN_", toml_file=ROOT / "tiaowen.toml", extra="forbid")

    corpus: Path = Field(default_factory=_default_corpus)  # the policy book where it is at hand, else our sample
    # Further folders of documents, each a collection of its own beside the corpus; in the environment apart by “:”.
    collections: Annotated[tuple[Path, ...], NoDecode] = ()
    var: Path = ROOT / "var"  # everything downloaded or built; git-ignored
    index: Path | None = None  # default: var/index
    desk: Path | None = None  # conversations and feedback of the page; default: var/desk.sqlite
    embedder: str = (
        ""  # sentence-transformers model, folder or name, or http(s)://… of Text Embeddings Inference; empty:
    )
    # the one models brings
    embedder_key: str = ""
    embedder_query: str = ""  # at an endpoint: what the model wants before a question, such as “query: ”, …
    embedder_passage: str = ""  # … and before a passage
    endpoint_timeout: float = Field(10.0, gt=0)  # seconds for an answer of an embedder or reader at an endpoint
    chat_model: str | None = None  # GGUF file, folder or name (transformers), or http(s)://…#model; "" for none
    chat_key: str = "none"  # sent to a remote endpoint; local servers ignore it
    reranker: str = ""  # any CrossEncoder, folder or name; none can be had offline, so none by default
    rerank_depth: int = Field(30, ge=1, le=200)  # clauses a reranker reads; each costs one forward pass
    reader: str = ""  # which clause answers, and where: any question-answering model with a span head, folder or name;
    # or http(s)://… of Text Embeddings Inference with a reranker; "none" for none; empty: our own, trained on the layers of the model that models brings
    # Qdrant, where one machine does not hold the search: http(s)://…, or a folder; empty: the files of the index. Whoever
    # asks sees the points of this tenant only; python -m index migrate brings them there.
    qdrant: str = ""
    qdrant_key: str = ""
    qdrant_collection: str = Field("tiaowen", min_length=1)
    qdrant_tenant: str = Field("tiaowen", min_length=1)
    reader_key: str = ""
    reader_depth: int = Field(12, ge=1, le=100)  # windows read for a question: 40 ms each on two cores
    # Of one file, corpus or upload, read in a process of its own; what is over is named and left out. The book of 43
    # documents takes 2 s. A reader that tells its steps (index.load.pulse) has the seconds anew after each.
    file_seconds: float = Field(60.0, gt=0)
    file_memory: int = Field(2048, ge=256)  # MiB: what an office machine can spare while a build runs
    file_size: int = Field(200, ge=1)  # MiB: text never comes near it, a scanned volume may
    threads: int = Field(2, ge=1, le=256)  # the office machine this is measured on has two cores
    context: int = Field(2048, ge=512)  # tokens; a prompt is 300, an answer 100
    chat_timeout: float = Field(60.0, gt=0)  # seconds until a silent model counts as failed
    reply_tokens: int = Field(90, ge=16)  # one or two sentences; 8 to 12 tokens a second on two cores
    extract_chars: int = Field(440, ge=80)  # verbatim sentences shown; 400 held .88 of the nuggets, 200 .79
    prompt_chars: int = Field(260, ge=80)  # of those, what the model reads: every 100 tokens are 3 s of waiting
    scan_pages: int = Field(60, ge=0)  # pages of one file that are recognised from their picture
    scan_seconds: float = Field(
        45.0, ge=0
    )  # after so many no further page of the file is begun, and the rest are named:
    # a full page takes 8 s of one core; kept below the limit for reading a file
    as_of: date = Field(default_factory=date.today)  # the day for which 时效 is judged
    host: str = "127.0.0.1"  # the page is for this machine unless told otherwise
    port: int = Field(7860, ge=1, le=65535)
    hosts: str = ""  # further names the page is reached by, such as a proxy's, with commas between; others are refused
    accounts: Path | None = None  # users, sessions and keys; default: var/accounts.sqlite
    audit: Path | None = None  # who asked what and was given what; default: var/audit.sqlite
    audited: bool = False  # with accounts it is always kept, without them only if this is set
    # Questions unfinished at a time, of all users and of each: the chat model takes 3 to 10 s, nobody waits minutes.
    questions: int = Field(32, ge=1)
    questions_each: int = Field(6, ge=1)
    requests_minute: int = Field(120, ge=1)  # of one user, questions and page events, once others are served
    session_hours: float = Field(12.0, gt=0)  # a working day and its evening; then one logs in again

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)

    @field_validator("collections", mode="before")
    @classmethod
    def _folders(cls, value: object) -> object:
        return [part for part in value.split(os.pathsep) if part] if isinstance(value, str) else value

    @field_validator("collections")
    @classmethod
    def _all_from_root(cls, paths: tuple[Path, ...]) -> tuple[Path, ...]:
        return tuple(ROOT / path.expanduser() for path in paths)

    @field_validator("corpus", "var", "index", "desk", "accounts", "audit")
    @classmethod
    def _from_root(cls, path: Path | None) -> Path | None:
        return None if path is None else ROOT / path.expanduser()

    @property
    def corpora(self) -> tuple[Path, ...]:
        """Every folder that is indexed, the corpus first; BadInput where two have one name, which tells them apart."""
        found = (self.corpus, *self.collections)
        twice = [path for place, path in enumerate(found) if path.name in {other.name for other in found[:place]}]
        if twice:
            raise BadInput(f"文件夹 {twice[0]} 与另一个同名，名称用来区分文件集。请改名，或改设置 corpus、collections")
        return found

    @property
    def models_dir(self) -> Path:
        return self.var / "models"

    @property
    def index_dir(self) -> Path:
        return self.index or self.var / "index"

    @property
    def accounts_file(self) -> Path:
        return self.accounts or self.var / "accounts.sqlite"

    @property
    def audit_file(self) -> Path:
        return self.audit or self.var / "audit.sqlite"

    @property
    def desk_file(self) -> Path:
        return self.desk or self.var / "desk.sqlite"

    @property
    def limits(self) -> Limits:
        return Limits(self.file_seconds, self.file_memory, self.file_size, self.threads)

    @cached_property
    def embedder_name(self) -> str:
        """What to open: the setting, or the folder models writes."""
        return _folder_or_name(self.embedder) if self.embedder else str(self.models_dir / E5)

    @cached_property
    def chat_name(self) -> str:
        """What to open; empty for no chat model."""
        return str(self.models_dir / QWEN) if self.chat_model is None else _folder_or_name(self.chat_model)


def load_settings() -> Settings:
    """The settings in force; BadInput names the one that is wrong."""
    prefix = Settings.model_config["env_prefix"]
    for name in os.environ:
        if name.startswith(prefix) and name.removeprefix(prefix).lower() not in Settings.model_fields:
            raise BadInput(f"环境变量 {name} 不是条问的设置。全部设置见 index/settings.py")
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        raise BadInput(f"设置 {name} 有误：{first['input']!r} {_should(first)}。见 index/settings.py") from error
    except ValueError as error:  # a TOML file that is no TOML
        raise BadInput(f"配置文件 {ROOT / 'tiaowen.toml'} 不是有效的 TOML（{error}）".replace("\n", " ")) from error


def _folder_or_name(model: str) -> str:
    """A path below the repository where there is one, else the name or address as it stands."""
    here = ROOT / Path(model).expanduser()
    return str(here) if model and (here.exists() or model.endswith(".gguf")) else model


def _should(error: Mapping[str, Any]) -> str:
    """In Chinese, what pydantic finds missing in a value."""
    kind, context = error["type"], error.get("ctx", {})
    for start, text in {
        "extra_forbidden": "没有这个设置",
        "int_": "应为整数",
        "float_": "应为数字",
        "date_": "应为日期，如 2026-01-31",
        "path_": "应为路径",
        "string_": "应为文字",
        "greater_than_equal": f"不得小于 {context.get('ge')}",
        "greater_than": f"应大于 {context.get('gt')}",
        "less_than_equal": f"不得大于 {context.get('le')}",
    }.items():
        if kind.startswith(start):
            return text
    return error["msg"]
