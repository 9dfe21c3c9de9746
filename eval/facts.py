"""What a figure depends on: digests of code and data, and the machine it was measured on."""

from __future__ import annotations

import hashlib
import os
import platform
import sys
from pathlib import Path


def folder_digest(folder: Path, pattern: str) -> str:
    """sha256 over the names and contents of the files below `folder` that match, first 16 digits."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob(pattern)):
        digest.update(f"\n{path.relative_to(folder).as_posix()}\n".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def machine() -> dict[str, str]:
    """Processor count, memory and versions, for a report's foot."""
    import psutil

    return {
        "system": f"{platform.system()} {platform.machine()}",
        "cores": str(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()),
        "memory_gb": f"{psutil.virtual_memory().total / 2**30:.0f}",
        "python": platform.python_version(),
    }


class PeakMemory:
    """Peak resident memory of this process, in MiB, since it was made (where the kernel can forget earlier peaks)."""

    _CLEAR = Path("/proc/self/clear_refs")

    def __init__(self) -> None:
        self.since_start = True  # of the process, not of this object
        if self._CLEAR.exists():
            try:
                self._CLEAR.write_text("5")
                self.since_start = False
            except PermissionError:  # some containers forbid it; the process's own peak is then the figure
                pass

    def mib(self) -> float:
        if not self.since_start:
            for line in Path("/proc/self/status").read_text().splitlines():
                if line.startswith("VmHWM:"):
                    return int(line.split()[1]) / 1024
        import psutil

        info = psutil.Process().memory_info()
        if hasattr(info, "peak_wset"):  # Windows
            return info.peak_wset / 2**20
        import resource

        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak / 2**20 if sys.platform == "darwin" else peak / 2**10
