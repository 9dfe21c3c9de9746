"""Lines run by the tests, room by room, from the data file that `coverage` wrote: `make coverage`."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path


def room(file: str) -> str:
    """index/load/pdf.py → index/load; a module right below a folder at the top counts there."""
    return "/".join(Path(file).parts[:-1][:2]) or file


def main() -> None:
    """One line a room: share of its statements that were run, and how many there are."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "coverage.json"
        subprocess.run([sys.executable, "-m", "coverage", "json", "--quiet", "-o", str(out)], check=True)
        files = json.loads(out.read_text(encoding="utf-8"))["files"]
    run: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for file, told in files.items():
        for name in (room(file), Path(file).parts[0] + " (all)"):
            run[name][0] += told["summary"]["covered_lines"]
            run[name][1] += told["summary"]["num_statements"]
    for name in sorted(run):
        covered, statements = run[name]
        if statements:
            print(f"{name:24} {covered / statements:6.1%} of {statements}")


if __name__ == "__main__":
    main()
