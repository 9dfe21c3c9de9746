"""`FILE.stamp.json` beside a big file: the digest it was found to have, and the size and time it had then.

While size and time stay the same the file is taken for unchanged, so that a gigabyte is not read at every start.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

DIGESTS = "digests.json"  # in a model's folder: the same facts for all its files


def write(path: Path, sha256: str) -> None:
    """Remember that the file has this digest now."""
    stamp = _stamp(path)
    part = stamp.with_name(stamp.name + ".part")
    part.write_text(json.dumps({"sha256": sha256, **_facts(path)}), encoding="ascii")
    os.replace(part, stamp)


def digest(path: Path) -> str | None:
    """The digest the file had when stamped; None if it changed since, was never stamped, or is gone."""
    try:
        told = json.loads(_stamp(path).read_text(encoding="ascii"))
        return told["sha256"] if told == {"sha256": told["sha256"], **_facts(path)} else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def changed(path: Path) -> bool:
    """Whether the file was stamped and is no longer what it was then."""
    return _stamp(path).is_file() and digest(path) is None


def _facts(path: Path) -> dict[str, int]:
    found = path.stat()
    return {"size": found.st_size, "mtime_ns": found.st_mtime_ns}


def _stamp(path: Path) -> Path:
    return path.with_name(path.name + ".stamp.json")
