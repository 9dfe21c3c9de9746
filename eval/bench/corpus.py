"""`python -m eval.bench.corpus [--files N] [--clauses M]`: an invented corpus built, then one document added to it.

The vectors are random and cost next to nothing, so what is measured is everything but the model: reading, parsing,
tokenising, the lexical index, writing. Seconds are those of the clock and of the processor, memory is the peak of the
building process.
"""

from __future__ import annotations

import random
import resource
import tempfile
import time
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from index.cli import run

if TYPE_CHECKING:
    import numpy as np

_LENGTH = 105  # characters of a clause: 60 of them are 20 KB
_COMMON = [chr(code) for code in range(0x4E00, 0x4E00 + 1500)]


class RandomEncoder:
    """Unit vectors of nothing, the same for the same number of texts; one object a build."""

    name, dimension, digest = "random", 384, "random-1"

    def __init__(self) -> None:
        import numpy as np

        self._random = np.random.default_rng(18)
        self.seconds = 0.0

    def _vectors(self, count: int) -> np.ndarray:
        import numpy as np

        vectors = self._random.standard_normal((count, self.dimension), dtype=np.float32)
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)

    def encode_queries(self, texts):
        return self._vectors(len(texts))

    encode_passages = encode_queries

    def read_query(self, text):
        from index.encoder import EncodedQuery

        return EncodedQuery(self._vectors(1)[0], None, None, None)

    def read_passages(self, texts, spans, whitening=None, progress=None):
        from index.encoder import Reading

        begin = time.process_time()
        found = [Reading(self._vectors(1)[0], self._vectors(len(own)), None) for own in spans]
        self.seconds += time.process_time() - begin
        return found

    def read_and_fit(self, texts, spans, progress=None):
        return self.read_passages(texts, spans), None


def written(folder: Path, files: int, clauses: int, seed: int) -> None:
    """Invented statutes, of words made at random, `clauses` in each."""
    rng = random.Random(seed)
    words = ["".join(rng.choices(_COMMON, k=2)) for _ in range(6000)]
    often = list(accumulate(1 / rank for rank in range(1, len(words) + 1)))  # as words are in any language (Zipf)
    for number in range(files):
        title = f"{''.join(rng.sample(words, 3))}管理办法"
        rows = [title, ""]
        for clause in range(1, clauses + 1):
            text = ""
            while len(text) < _LENGTH:
                text += "".join(rng.choices(words, cum_weights=often, k=rng.randint(4, 10))) + rng.choice("，，。")
            rows.append(f"第{clause}条　{text.rstrip('，。')}{rng.randint(1, 999)}元。")
        (folder / f"{seed}-{number:05}.txt").write_text("\n".join(rows), encoding="utf-8")


def measured(what: str, corpus: Path, root: Path) -> None:
    """Build, and print what it cost."""
    from index.build import build

    encoder = RandomEncoder()
    begin, used = time.perf_counter(), time.process_time()
    summary = build([corpus], root, lambda: encoder, rebuild=False, progress=lambda *_: None)
    clock, processor = time.perf_counter() - begin - encoder.seconds, time.process_time() - used - encoder.seconds
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{what}：{summary.documents} 份文件，{summary.clauses} 条，{summary.sentences} 句，新读 {summary.embedded} 条："
        f"{clock:.1f} s（处理器 {processor:.1f} s，不计向量），内存峰值 {peak:.0f} MiB",
        flush=True,
    )


app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)


@app.command()
def main(
    files: Annotated[int, typer.Option(help="文件数")] = 500,
    clauses: Annotated[int, typer.Option(help="每份的条数")] = 60,
) -> None:
    """建一个编造的大语料，再加入一份 30 条的文件。"""
    with tempfile.TemporaryDirectory() as place:
        corpus, root = Path(place) / "corpus", Path(place) / "index"
        corpus.mkdir()
        written(corpus, files, clauses, 1)
        measured("全新建立", corpus, root)
        measured("没有变化", corpus, root)
        written(corpus, 1, 30, 2)
        measured("加入一份", corpus, root)


if __name__ == "__main__":
    run(lambda: app(standalone_mode=False))
