"""`python -m eval draft OUT.jsonl`: what was refused and what was disputed in the page, as questions to be looked
through."""

from __future__ import annotations

import json
from pathlib import Path

from desk.disputed import lines
from desk.store import Store
from index.errors import BadInput
from index.settings import Settings


def write(settings: Settings, out: Path) -> int:
    """Write the lines to a new file; how many. BadInput where there is nothing kept yet, or the file exists."""
    if not settings.desk_file.is_file():
        raise BadInput(f"还没有对话记录（{settings.desk_file}）。请先在网页中提问，再导出")
    if out.exists():
        raise BadInput(f"{out} 已存在，未改动。请换一个文件名")
    store = Store(settings.desk_file)
    try:
        found = list(lines(store))
        out.write_text("".join(json.dumps(each, ensure_ascii=False) + "\n" for each in found), encoding="utf-8")
    except FileNotFoundError as error:
        raise BadInput(f"文件夹 {out.parent} 不存在") from error
    finally:
        store.close()
    return len(found)
