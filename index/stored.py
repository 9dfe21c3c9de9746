"""A large array on disk, read run by run: only what is asked for is read, and nothing of it stays in memory.

A memory map would keep every page that any question has touched counted to the process, and map sixteen around each.
"""

from __future__ import annotations

import math
import os
from pathlib import Path
from typing import TYPE_CHECKING

from index.errors import BrokenIndex
from index.stretches import stretches

if TYPE_CHECKING:
    import numpy as np


class Stored:
    """An array of rows, in memory or in an .npy file."""

    def __init__(self, array: np.ndarray, path: Path | None = None) -> None:
        """`array`: all rows; with `path` a memory map of that file, which is read in its stead."""
        self.array = array
        self._file = path.open("rb", buffering=0) if path is not None and hasattr(os, "preadv") else None
        self._width = array.itemsize * math.prod(array.shape[1:])
        self._offset = int(getattr(array, "offset", 0))

    @classmethod
    def open(cls, path: Path) -> Stored:
        """An .npy file in C order; ValueError where it is another."""
        import numpy as np

        found = np.load(path, mmap_mode="r", allow_pickle=False)
        if not found.flags.c_contiguous:
            raise ValueError(f"{path.name}: not in C order")
        return cls(found, path if isinstance(found, np.memmap) else None)

    def __len__(self) -> int:
        return len(self.array)

    def runs(self, begin: np.ndarray, end: np.ndarray) -> np.ndarray:
        """[rows, …]: the rows begin[0], …, end[0] - 1, begin[1], … as one array; int64 both."""
        import numpy as np

        if self._file is None:
            return np.asarray(self.array[stretches(begin, end)])
        held = end > begin
        begin, end = begin[held], end[held]
        found = np.empty((int((end - begin).sum()), *self.array.shape[1:]), dtype=self.array.dtype)
        if not len(found):
            return found
        apart = np.flatnonzero(begin[1:] != end[:-1]) + 1  # what stands together is read at once
        begin, end = begin[np.r_[0, apart]], end[np.r_[apart - 1, len(end) - 1]]
        room, at, number = memoryview(found.data).cast("B"), 0, self._file.fileno()
        for first, size in zip(
            (self._offset + begin * self._width).tolist(), ((end - begin) * self._width).tolist(), strict=True
        ):
            if os.preadv(number, [room[at : at + size]], first) != size:
                raise BrokenIndex(f"索引文件 {self._file.name} 比它应有的短。请运行：python -m index")
            at += size
        return found

    def rows(self, rows: np.ndarray) -> np.ndarray:
        """[rows, …]: these rows, int64, in this order."""
        return self.runs(rows, rows + 1)
