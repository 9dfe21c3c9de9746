"""Copies of what people have written (conversations, accounts, the audit): the SQLite files under the var folder.

The index and the models are not among them: they are made again from the documents and the pinned wheels. Copies are
taken by SQLite's own backup, so that a file in use is copied as it is at one moment, and are put back by it too: in one
transaction, which a kill undoes.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path

from index.disk import file_digest, sync, unchanging
from index.errors import BadInput

MANIFEST = "backup.json"
_REBUILT = frozenset(("index", "models", "onnx", "venv", "backups", "bundle", "tools"))  # folders of var left out
_PATIENCE = 10.0  # seconds until a file that another process writes counts as in use


def databases(var: Path) -> list[Path]:
    """The SQLite files below `var` that hold what cannot be made again."""
    found = (
        p for p in sorted(var.rglob("*.sqlite")) if p.is_file() and not _REBUILT & {*p.relative_to(var).parts[:-1]}
    )
    return [path for path in found if path.name != "journal.sqlite"]


def backup(var: Path, target: Path) -> Path:
    """Copy the databases below `var` into a new folder below `target`; that folder. BadInput names what stands in the
    way; what was not finished is removed."""
    found = databases(var)
    if not found:
        raise BadInput(f"{var} 下没有需要备份的数据（*.sqlite）")
    now = datetime.now().strftime("%Y%m%d-%H%M%S")
    made = next(path for n in range(1 << 16) if not (path := target / (f"{now}-{n}" if n else now)).exists())
    aside = made.with_name(made.name + ".part")
    try:
        aside.mkdir(parents=True)
        facts = {}
        for path in found:
            copy = aside / path.relative_to(var)
            copy.parent.mkdir(parents=True, exist_ok=True)
            _copy(path, copy)
            facts[path.relative_to(var).as_posix()] = {"size": copy.stat().st_size, "sha256": file_digest(copy)}
        (aside / MANIFEST).write_text(json.dumps(facts, ensure_ascii=False, indent=1), encoding="utf-8")
        for each in (*aside.rglob("*"), aside):
            sync(each)
        os.replace(aside, made)
        sync(target)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return made


def restore(var: Path, source: Path) -> list[str]:
    """Put the databases of a backup in the place of those below `var`; their names. All are checked before any is
    touched, and what stands there now is backed up first, below `var`/backups."""
    names = _checked(source)
    if databases(var):
        backup(var, var / "backups")
    for name in names:
        (var / name).parent.mkdir(parents=True, exist_ok=True)
        _copy(source / name, var / name)
    return list(names)


def _checked(source: Path) -> Sequence[str]:
    try:
        facts = json.loads((source / MANIFEST).read_text(encoding="utf-8"))
        wanted = {name: fact["sha256"] for name, fact in facts.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadInput(f"{source} 不是备份，或清单 {MANIFEST} 已损坏。请指定 backup 写出的文件夹") from error
    for name, sha256 in wanted.items():
        path = source / name
        if Path(name).is_absolute() or ".." in Path(name).parts:
            raise BadInput(f"备份 {source} 的清单中有不合规的路径：{name}")
        try:
            with closing(sqlite3.connect(unchanging(path), uri=True)) as db:
                sound = file_digest(path) == sha256 and db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        except (OSError, sqlite3.Error):
            sound = False
        if not sound:
            raise BadInput(f"备份文件 {path} 缺失或已损坏，没有恢复任何数据。请换一份备份")
    return list(wanted)


def _copy(source: Path, target: Path) -> None:
    """One database into another, as it is at one moment."""
    try:
        old = sqlite3.connect(f"file:{source}?mode=ro", uri=True, timeout=_PATIENCE)
        with closing(old), closing(sqlite3.connect(target, timeout=_PATIENCE)) as new:
            old.backup(new)
            if new.execute("PRAGMA integrity_check").fetchone() != ("ok",):
                raise BadInput(f"{source} 已损坏，没有备份。请用 python -m rag restore 恢复较早的备份")
    except sqlite3.OperationalError as error:
        if "locked" in str(error) or "busy" in str(error):
            raise BadInput(f"{target} 正在使用。请先停止页面和服务，再试一次") from error
        raise BadInput(f"{source} 无法复制到 {target}（{error}）。请检查磁盘和权限") from error
    except sqlite3.DatabaseError as error:
        raise BadInput(f"{source} 或 {target} 已损坏（{error}）。请换一份备份") from error
