"""Collections: the folders a corpus is made of, asked together or each by itself. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePosixPath

from index.schema import Document

LOOSE = "未分文件夹"  # files beside the folders


def collection(document: Document) -> str:
    """The first folder of a document's file: one of the corpus folders where there are several, else a folder in it."""
    from index.load.containers import SUFFIXES

    head, _, rest = document.file.partition("/")
    # What lies in a zip or an e-mail is named below it, and that is no folder.
    return head if rest and PurePosixPath(head).suffix.lower() not in SUFFIXES else LOOSE


def collections(documents: Iterable[Document]) -> list[str]:
    """The collections there are, in order of appearance, loose files last; empty where there is nothing to choose."""
    found = dict.fromkeys(collection(document) for document in documents)
    named = [name for name in found if name != LOOSE] + [LOOSE] * (LOOSE in found)
    return named if len(named) > 1 else []
