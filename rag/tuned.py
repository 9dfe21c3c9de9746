"""Numbers set by hand on data, in one file (`tuned.json`), room by room, each with its origin.

What a command fits lies beside it: rag/calibration.json (`python -m eval calibrate`) and rag/retrieval/weights.json
(`python -m eval fusion`). The file names the encoder and the reader that were in use; an origin says where a number
holds for these only. A constant that stays in its module holds for any corpus and says why.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from index.errors import ModelError

FILE = Path(__file__).with_name("tuned.json")


def numbers(module: str) -> Mapping[str, float]:
    """The numbers of a module, by name; ModelError where the file is damaged."""
    try:
        return {name: float(value) for name, value in _rooms()[module]["numbers"].items()}
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ModelError(f"参数文件 {FILE} 已损坏（{module}：{error}）。请重新取得程序文件") from error


@cache
def _rooms() -> dict:
    try:
        return json.loads(FILE.read_text(encoding="utf-8"))["rooms"]
    except (OSError, ValueError, KeyError) as error:
        raise ModelError(f"参数文件 {FILE} 已损坏（{error}）。请重新取得程序文件") from error
