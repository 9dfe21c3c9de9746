"""`python -m eval.bench`: a table of seconds and memory, and var/eval/bench.json."""

from __future__ import annotations

import json
from dataclasses import asdict

from eval.bench.parts import parts
from eval.facts import PeakMemory, machine
from index.cli import run
from index.settings import load_settings


def main() -> None:
    """Measure, print and write."""
    import numpy as np
    from rich.console import Console
    from rich.table import Table

    settings = load_settings()
    memory = PeakMemory()
    table = Table("部分", "中位", "p95", "次数", "说明")
    measured = []
    console = Console(stderr=True)
    for part in parts(settings):
        console.print(f"{part.name}：{np.median(part.seconds):.3f} s")
        median, p95 = np.quantile(part.seconds, [0.5, 0.95])
        table.add_row(part.name, _shown(median), _shown(p95), str(len(part.seconds)), part.each)
        measured.append(asdict(part))
    size = sum(path.stat().st_size for path in settings.index_dir.rglob("*") if path.is_file())
    table.add_row("内存峰值", f"{memory.mib():.0f} MiB", "", "", "本进程")
    table.add_row("索引大小", f"{size / 2**20:.1f} MiB", "", "", "磁盘")
    Console().print(table)
    target = settings.var / "eval" / "bench.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    report = {"machine": machine(), "peak_memory_mib": memory.mib(), "index_mib": size / 2**20, "parts": measured}
    target.write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _shown(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.1f} s"


if __name__ == "__main__":
    run(main)
