"""Files and folders as they lie on the disk."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path


def file_digest(path: Path) -> str:
    """sha256 of a file's bytes, in hex. OSError where it cannot be read."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def unchanging(path: Path) -> str:
    """The address under which SQLite reads a file that nobody writes to any more."""
    return f"{path.absolute().as_uri()}?mode=ro&immutable=1"


def sync(path: Path) -> None:
    """Have a file or folder on the disk before what points to it: a machine may lose its power at any moment."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
