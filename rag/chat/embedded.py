"""A GGUF file served inside this process by llama.cpp's own server, on a loopback port."""

from __future__ import annotations

import ctypes
import os
import secrets
from importlib.util import find_spec
from pathlib import Path
from typing import Any, ClassVar

from index import checksum_cache
from index.errors import ModelError
from models.fetch import CHAT
from rag.chat.endpoint import EndpointChat

# llama.cpp looks for a closed connection between two batches of the prompt, so this many tokens are what a cancelled
# question still costs: half a second on two cores, where 2048 (its default) meant four. Reading slows by a tenth.
PROMPT_BATCH = 32
CACHE_MIB = 128


class EmbeddedChat(EndpointChat):
    """A GGUF chat model; loading takes 1 to 4 s and 1.9 GB for the 1.5B one."""

    # Told of its progress, the server writes after every batch of the prompt, and so notices that nobody listens;
    # without, it looks once a second.
    _extra: ClassVar[dict[str, Any]] = {"return_progress": True}

    def __init__(self, path: Path, threads: int, context: int, patience: float) -> None:
        # Other users of this machine can reach the port, but not without the key.
        super().__init__("", path.stem, secrets.token_hex(16), patience)
        self._path, self._threads, self._context = path, threads, context
        self._server: Any = None  # xllamacpp.Server, once it runs

    def close(self) -> None:
        """Stop the server; a later use starts it again."""
        super().close()
        self._server = None

    def _connect(self) -> str:
        check_gguf(self._path)
        xllamacpp = _llama_cpp()
        params = xllamacpp.CommonParams()
        params.model.path = str(self._path)
        params.n_ctx, params.n_parallel = self._context, 1
        params.cpuparams.n_threads = params.cpuparams_batch.n_threads = self._threads
        params.n_batch = params.n_ubatch = PROMPT_BATCH
        params.cache_prompt = True  # a prompt that begins like the last one is read from where they part
        # So are some older ones (28 kB a token; 8 GB by default): a question is put to two prompts by turns, and either
        # keeps its beginning, which saves a second and a half a question.
        params.cache_ram_mib = CACHE_MIB
        params.fit_params = False  # the context is what the settings say, whatever memory is free
        params.hostnames, params.port, params.api_keys = ["127.0.0.1"], 0, [self._key]
        params.ui, params.endpoint_slots, params.verbosity = False, False, -1
        try:
            self._server = xllamacpp.Server(params)
        except RuntimeError as error:
            raise ModelError(f"对话模型 {self._path} 无法载入：文件不是可用的 GGUF 模型，或内存不足") from error
        return self._server.listening_address + "/v1"


def _llama_cpp():
    """The xllamacpp module; ModelError where it cannot be loaded."""
    # Threads that wait asleep instead of spinning: on two busy cores the model writes 6.2 tokens a second, not 2.6.
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    try:
        try:
            import xllamacpp
        except ImportError:  # a minimal Debian has no libgomp, but torch brings one
            torch = find_spec("torch").submodule_search_locations[0]
            ctypes.CDLL(os.path.join(torch, "lib", "libgomp.so.1"), mode=ctypes.RTLD_GLOBAL)
            import xllamacpp
    except (ImportError, OSError, AttributeError) as error:
        raise ModelError(f"本机无法运行 GGUF 模型（{error}）。请运行：apt-get install -y libgomp1") from error
    return xllamacpp


def check_gguf(path: Path) -> None:
    """Refuse a file that is missing, no GGUF, or no longer what it was when verified, before native code sees it."""
    if not path.is_file():
        raise ModelError(f"找不到对话模型 {path}。请运行：python -m models")
    with path.open("rb") as file:
        magic = file.read(4)
    if magic != b"GGUF":
        raise ModelError(f"对话模型 {path} 已损坏或不完整。请删除它，再运行：python -m models")
    ours = CHAT.sha256 if path.name == CHAT.name else None
    checksum_cache.check(path, ours, "请删除它，再运行：python -m models" if ours else "请重新取得该文件")
