"""The checksum cache: `NAME.checked.json` beside a big file or a model's folder holds the digests its files were found
to have, and what tells that a file is still the one that was read: path, size, times and inode.

While these stay the same the file is taken for unchanged, so that a gigabyte is not read at every start; once any of
them differs the whole file is read again. What cannot be recorded (a folder that is only read) is read each time.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from index.disk import file_digest
from index.errors import ModelError

DIGESTS = "digests.json"  # in a model's folder: {file: {"size", "sha256"}} of all its files, written with them


def write(path: Path, sha256: str, record: Path | None = None) -> None:
    """Remember that the file has this digest now; in `record` where the file's own place is not to be written to."""
    write_all({path: sha256}, record or _record(path))


def write_all(digests: Mapping[Path, str], record: Path) -> None:
    """Remember the digests that several files have now, in one record."""
    told = {**_told(record), **{_key(path, record): {"sha256": own, **_facts(path)} for path, own in digests.items()}}
    _put(told, record)


def forget(record: Path) -> None:
    """Take out of a record the files that are gone, and the record where none is left."""
    told = _told(record)
    left = {name: facts for name, facts in told.items() if (record.parent / name).is_file()}
    if not left:
        record.unlink(missing_ok=True)
    elif len(left) < len(told):
        _put(left, record)


def _put(told: Mapping[str, dict], record: Path) -> None:
    part = record.with_name(f"{record.name}.{os.getpid()}.part")
    with suppress(OSError):
        part.write_text(json.dumps(told, indent=1), encoding="ascii")
        os.replace(part, record)


def digest(path: Path, record: Path | None = None) -> str | None:
    """The digest the file had when last read whole; None if it changed since, was never read so, or is gone."""
    try:
        record = record or _record(path)
        told = _told(record)[_key(path, record)]
        return told["sha256"] if told == {"sha256": told["sha256"], **_facts(path)} else None
    except (OSError, KeyError, TypeError):
        return None


def verified(path: Path, record: Path | None = None) -> str:
    """The file's sha256: as recorded while it is unchanged, else read anew. OSError where it cannot be read."""
    if (known := digest(path, record)) is not None:
        return known
    found = file_digest(path)
    write(path, found, record)
    return found


def check(path: Path, expected: str | None, mend: str, record: Path | None = None) -> None:
    """Raise ModelError, which ends in `mend`, where the file is not the expected one; with none expected, where it is
    not the one it was when it was first used."""
    record = record or _record(path)
    first = _told(record).get(_key(path, record)) if expected is None else None
    try:
        found = verified(path, record)
    except OSError as error:
        raise ModelError(f"模型文件 {path} 无法读取（{error.strerror}）。{mend}") from error
    wanted = expected if expected is not None else first["sha256"] if isinstance(first, dict) else found
    if found != wanted:
        if expected is None:  # what was first seen stays on record: asked again, the answer is the same
            with suppress(OSError, KeyError):
                told = {**_told(record), _key(path, record): first}
                record.write_text(json.dumps(told, indent=1), encoding="ascii")
            mend = f"若是有意更换，请删除 {record}；否则{mend}"
        raise ModelError(f"模型文件 {path} 已损坏或被改动（sha256 不符），未予使用。{mend}")


def check_folder(folder: Path, mend: str) -> None:
    """Check every file that a model's folder lists with its digest, as `check` does; nothing where it has no list."""
    try:
        listed = json.loads((folder / DIGESTS).read_text(encoding="utf-8"))
        wanted = {name: fact["sha256"] for name, fact in listed.items()}
    except FileNotFoundError:
        return
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise ModelError(f"模型清单 {folder / DIGESTS} 已损坏，模型未予使用。{mend}") from error
    for name, sha256 in wanted.items():
        check(folder / name, sha256, mend, _record(folder))


def _told(record: Path) -> Mapping[str, dict]:
    try:
        told = json.loads(record.read_text(encoding="ascii"))
        return told if isinstance(told, dict) else {}
    except (OSError, ValueError):
        return {}


def _facts(path: Path) -> dict[str, int | str]:
    """ctime cannot be set back, as mtime can."""
    found = path.stat()
    times = {"mtime_ns": found.st_mtime_ns, "ctime_ns": found.st_ctime_ns}
    return {"path": str(path.absolute()), "size": found.st_size, **times, "inode": found.st_ino}


def _key(path: Path, record: Path) -> str:
    """The file's name in its record: below the record's folder, where it lies there."""
    return path.relative_to(record.parent).as_posix() if path.is_relative_to(record.parent) else str(path)


def _record(path: Path) -> Path:
    return path.with_name(path.name + ".checked.json")
