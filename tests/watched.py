"""A command run where no network leads anywhere, with every connection, look-up and file it writes on record.

`unshare` gives it a network namespace that holds nothing but loopback; strace sees native code too, which a hook in
Python would not.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import socket
import struct
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_CALLS = "connect,sendto,sendmsg,sendmmsg,openat,open,creat,mkdir,mkdirat,rename,renameat,renameat2,link,linkat,symlink,symlinkat,unlink,unlinkat"
_CALL = re.compile(r"^\d+\s+(?:<\.\.\. )?(\w+)")
_INET = re.compile(r'sa_family=AF_INET6?.*?(?:inet_addr\("([^"]+)"\)|inet_pton\(AF_INET6, "([^"]+)")')
_PATHS = re.compile(r'"((?:[^"\\]|\\.)*)"')
_OPENED = re.compile(r"O_(?:WRONLY|RDWR|CREAT|TRUNC|APPEND)")
_LOOPBACK = ("127.", "::1", "0.0.0.0", "::ffff:127.")


@dataclass(frozen=True, slots=True)
class Record:
    """What a command did."""

    code: int
    output: str
    reached: tuple[str, ...]  # addresses outside loopback that it sent to or asked
    written: tuple[str, ...]  # files and folders changed outside those allowed


def why_not() -> str | None:
    """Why commands cannot be watched on this machine; None where they can."""
    if shutil.which("strace") is None:
        return "no strace: apt-get install strace"
    probe = ["unshare", "-rn", "strace", "-f", "-o", os.devnull, "true"]
    if shutil.which("unshare") is None or subprocess.run(probe, capture_output=True, check=False).returncode:
        return "network namespaces or tracing are not allowed here"
    return None


def watched(command: Sequence[str], log: Path, inside: Sequence[Path], env: dict[str, str], cwd: Path) -> Record:
    """Run a command to its end; `inside` are the folders it may write to."""
    tracing = [
        "strace",
        "-f",
        "--seccomp-bpf",
        "-qq",
        "-s",
        "512",
        "-o",
        str(log),
        "-e",
        f"trace={_CALLS}",
        "-e",
        "signal=none",
    ]
    alone = ["unshare", "-rn", sys.executable, __file__, *tracing, *command]
    done = subprocess.run(alone, capture_output=True, text=True, env=env, cwd=cwd, timeout=600, check=False)
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    roots = tuple(str(folder.resolve()) + "/" for folder in inside)
    reached = tuple(dict.fromkeys(address for line in lines for address in _addresses(line)))
    written = tuple(
        dict.fromkeys(path for line in lines for path in _changed(line, cwd) if not (path + "/").startswith(roots))
    )
    return Record(done.returncode, done.stdout + done.stderr, reached, written)


def _addresses(line: str) -> list[str]:
    return [one or other for one, other in _INET.findall(line) if not (one or other).startswith(_LOOPBACK)]


def _changed(line: str, cwd: Path) -> list[str]:
    """The paths that a traced call changes."""
    call = _CALL.match(line)
    if call is None or " = -1 " in line or call[1] in ("connect", "sendto", "sendmsg", "sendmmsg"):
        return []
    if call[1] in ("openat", "open") and not _OPENED.search(line):
        return []
    paths = [str((cwd / os.fsdecode(path)).resolve()) for path in _PATHS.findall(line)]
    return [path for path in paths if not path.startswith(("/dev/", "/proc/", "/sys/"))]


def _loopback_up() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as opened:
        fcntl.ioctl(opened, 0x8914, struct.pack("16sh", b"lo", 0x1 | 0x40))  # SIOCSIFFLAGS: IFF_UP, IFF_RUNNING


if __name__ == "__main__":
    _loopback_up()
    os.execvp(sys.argv[1], sys.argv[1:])
