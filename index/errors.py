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


class BrokenIndex(TiaowenError):
    """The index is missing, truncated, or built by another model or format."""


class ModelError(TiaowenError):
    """A model is missing, corrupt, or failed while running."""
