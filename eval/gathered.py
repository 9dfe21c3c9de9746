"""Files from several places as one corpus with an index of its own, for what is fitted to documents that are not the
product's."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path

from index.build import build
from index.encoder import Encoder
from index.progress import ProgressBars


def indexed(files: Iterable[Path], folder: Path, encoder: Encoder) -> tuple[Path, Path]:
    """(the folder of copies of `files`, that of their index), both below `folder`; what an earlier run has embedded is
    kept."""
    corpus, root = folder / "corpus", folder / "index"
    shutil.rmtree(corpus, ignore_errors=True)
    corpus.mkdir(parents=True)
    for file in files:
        shutil.copy(file, corpus / file.name)
    with ProgressBars() as progress:
        build([corpus], root, lambda: encoder, rebuild=False, progress=progress)
    return corpus, root
