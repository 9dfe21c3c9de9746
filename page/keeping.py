"""Documents into and out of the corpus while the page is open: one change at a time, each with its build, in a thread
of its own, so that questions go on being answered meanwhile."""

from __future__ import annotations

import errno
import threading
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from index.corpus import Change, add, remove
from index.errors import BadInput, TiaowenError

if TYPE_CHECKING:
    from index.build import Summary
    from rag.engine import Engine
    from rag.live import Live

BUSY = "正在更新文件库，请等这一次完成后再试"
BROKEN = "程序内部出错，文件库没有更新完。原有文件和索引未受影响；详情见运行条问的窗口。"


Told = Callable[[Change], None]


def said(change: Change) -> dict[str, list]:
    """What was changed, as the API and the record tell it."""
    return {"added": list(change.added), "moved": list(change.moved), "refused": [list(r) for r in change.refused]}


class Work:
    """One change under way, as its thread tells it."""

    def __init__(self) -> None:
        self.stage, self.done, self.total = "准备", 0, 0
        self.change: Change | None = None
        self.summary: Summary | None = None
        self.error = ""
        self._ended = threading.Event()

    def wait(self, seconds: float) -> bool:
        """Whether it has ended; waits at most so long."""
        return self._ended.wait(seconds)

    def tell(self, stage: str, done: int, total: int) -> None:
        """As a build's progress."""
        self.stage, self.done, self.total = stage, done, total

    def end(self) -> None:
        self._ended.set()


class Keeper:
    """Changes the corpus of an open engine."""

    def __init__(self, engine: Engine | Live) -> None:
        self._engine = engine
        self._one = threading.Lock()
        self.work: Work | None = None  # the last one, ended or not

    @property
    def corpora(self) -> tuple[Path, ...]:
        """The folders that documents may be added to; BadInput where the index is of others than the settings name."""
        now = self._engine.now()
        found = now.settings.corpora
        built = [Path(path) for path in now.store.manifest.corpus]
        if [path.absolute() for path in found] != built:
            raise BadInput(
                "当前索引不是从设置中的文件夹建立的，不能在网页中增减文件。请在命令行运行 python -m index 后重开"
            )
        return found

    @property
    def busy(self) -> bool:
        return self.work is not None and not self.work.wait(0)

    def add(self, paths: Sequence[Path], corpus: Path, into: str = "", told: Told = lambda _: None) -> Work:
        """Begin to add files to a corpus folder, or to a folder in it; BadInput while another change is under way.
        `told` is called with what was changed before the index is built anew: where it raises, that is said."""
        now = self._engine.now()
        return self._begin(lambda: add(paths, corpus, now.settings.index_dir, now.settings.limits, into), told)

    def remove(self, file: str, told: Told = lambda _: None) -> Work:
        """Begin to move a file out, named as its documents name it; BadInput while another change is under way.
        `told` as in `add`."""
        corpus, name = self.place(file)
        return self._begin(lambda: remove([name], corpus, self._engine.now().settings.index_dir), told)

    def place(self, file: str) -> tuple[Path, str]:
        """(the corpus folder a listed file lies in, its path there); of a part of a container, the container's."""
        corpora = self.corpora
        head, _, rest = file.partition("/")
        corpus, name = (corpora[0], file) if len(corpora) == 1 else (next(c for c in corpora if c.name == head), rest)
        path = Path(name)
        whole = next((p for p in (path, *path.parents) if (corpus / p).is_file()), path)
        return corpus, whole.as_posix()

    def _begin(self, change: Callable[[], Change], told: Told) -> Work:
        with self._one:
            if self.busy:
                raise BadInput(BUSY)
            corpora = self.corpora
            self.work = work = Work()
        threading.Thread(target=self._run, args=(work, change, told, corpora), daemon=True).start()
        return work

    def _run(self, work: Work, change: Callable[[], Change], told: Told, corpora: Sequence[Path]) -> None:
        from index.build import build

        try:
            now = self._engine.now()
            work.change = change()
            told(work.change)
            if work.change.added or work.change.moved:
                work.summary = build(
                    list(corpora),
                    now.settings.index_dir,
                    lambda: now.encoder,
                    rebuild=False,
                    progress=work.tell,
                    limits=now.settings.limits,
                )
                self._engine.now()  # who asks next need not wait for the new index to be opened
        except TiaowenError as error:
            work.error = str(error)
        except OSError as error:
            full = error.errno in (errno.ENOSPC, errno.EDQUOT)
            denied = error.errno in (errno.EACCES, errno.EROFS)
            what = "磁盘已满" if full else "没有写入权限" if denied else f"读写文件失败（{error.strerror}）"
            work.error = f"{what}，文件库没有更新完。原有索引未受影响，请处理后重试。"
        except Exception:  # a bug: said here, told in full where the program runs
            work.error = BROKEN
            traceback.print_exc()
        finally:
            work.end()
