"""The engine of a program that stays open: another one as soon as the index is another, or a new day begins."""

from __future__ import annotations

import threading
from datetime import date

from index.errors import TiaowenError
from index.store import stamp
from rag.engine import Engine


class Live:
    """Hands out the engine over the current generation; whoever holds an older one finishes with it undisturbed."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._stamp, self._day = stamp(engine.settings.index_dir), engine.as_of
        self._moving = threading.Lock()
        self._failure = ""

    def now(self) -> Engine:
        """The current engine. Looking costs one stat; who first finds another generation opens it, others go on with
        the old one meanwhile. A generation that cannot be opened is not tried again, and `failure` says why."""
        found = stamp(self._engine.settings.index_dir)
        if (found != self._stamp or self._day != self._as_of()) and self._moving.acquire(blocking=False):
            try:
                self._engine = self._engine.again(self._as_of())
                self._failure = ""
            except TiaowenError as error:
                self._failure = str(error)
            finally:
                self._stamp, self._day = found, self._as_of()
                self._moving.release()
        return self._engine

    @property
    def failure(self) -> str:
        """Why the newest generation is not the one in use; empty where it is."""
        return self._failure

    def close(self) -> None:
        self._engine.close()

    def _as_of(self) -> date:
        """Today, unless the settings name a day."""
        settings = self._engine.settings
        return settings.as_of if "as_of" in settings.model_fields_set else date.today()
