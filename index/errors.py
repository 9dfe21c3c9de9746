"""The errors a user can meet. Each message says, in Chinese, what failed, on which value, and what mends it.

Caught once, at the edges (command line, page); everything else is a bug and keeps its traceback.
"""


class TiaowenError(Exception):
    """Base of every error shown to a user; `str(error)` is the whole message."""


class BadInput(TiaowenError):
    """A question, clause, file or option that cannot be used as it is."""


class CorpusError(TiaowenError):
    """The corpus is missing or holds no readable document."""


class UnreadableFile(CorpusError):
    """One file that no reader could read; it is reported and skipped."""

    def __init__(self, file: str, reason: str) -> None:
        super().__init__(f"{file}：{reason}")
        self.file, self.reason = file, reason


class UnreadableContent(Exception):
    """Why a reader refuses the bytes of a file, in Chinese; index.load adds which file, and makes it UnreadableFile."""


class OutOfMemory(CorpusError):
    """Memory ran out over a file. That tells of the machine as much as of the file, so the file is not skipped: a sound
    document would leave the index because something else was running."""

    def __init__(self, file: str) -> None:
        super().__init__(f"处理 {file} 时内存不足，已停止，原有数据未受影响。请关闭其他程序后重试，或移走该文件")


class BrokenIndex(TiaowenError):
    """The index is missing, truncated, or built by another model or format."""


class ModelError(TiaowenError):
    """A model is missing, corrupt, or failed while running."""


class Busy(TiaowenError):
    """A server has as much to do as it takes on; `seconds` until it is worth asking again."""

    def __init__(self, message: str, seconds: int = 5) -> None:
        super().__init__(message)
        self.seconds = seconds


class NotAllowed(TiaowenError):
    """A user who is not known, or may not do this."""


class Unreachable(ModelError):
    """A model at an endpoint does not answer; what can be said without it is said."""
