"""A service that models are asked at, over HTTP: with a time limit, tried again, and left alone while it is down.

Time-outs, lost connections, 429 and 5xx are tried again, twice; three questions in a row that fail all the same open the
circuit: for half a minute nobody waits for the service any more, then one question tries it (Nygard, “Release It!”).
"""

from __future__ import annotations

import threading
import time
from typing import Any

from index.errors import Unreachable

_TRIES = 3
_FAILED, _REST = 3, 30.0  # questions in a row, and seconds
_WAIT = 0.2  # seconds before the second try, twice as many before the third


class Endpoint:
    """One service; what is wrong with it is an Unreachable that says so in a line. Used by all threads."""

    def __init__(self, what: str, setting: str, url: str, key: str, seconds: float) -> None:
        """`what`: its name in a message; `setting`: where it is named; `seconds` that it may take for an answer."""
        self._what, self._setting, self.url, self._key, self._seconds = what, setting, url.rstrip("/"), key, seconds
        self._lock = threading.Lock()
        self._failures, self._until = 0, 0.0
        self._client: Any = None

    def post(self, path: str, body: dict) -> Any:
        """The JSON that the service answers with."""
        return self._asked("POST", path, body)

    def get(self, path: str) -> Any:
        return self._asked("GET", path, None)

    def _asked(self, method: str, path: str, body: dict | None) -> Any:
        import httpx
        from tenacity import Retrying, retry_if_exception, stop_after_attempt, wait_exponential

        self._ready()
        again = Retrying(
            retry=retry_if_exception(_passing), stop=stop_after_attempt(_TRIES), wait=wait_exponential(_WAIT),
            reraise=True,
        )  # fmt: skip
        try:
            answer = again(self._once, method, path, body).json()
        except (httpx.HTTPError, ValueError) as error:
            self._failed(_passing(error))
            raise Unreachable(
                f"{self._what} {self.url} {_why(error)}。请确认服务已启动，或检查设置 {self._setting}"
            ) from error
        with self._lock:
            self._failures, self._until = 0, 0.0
        return answer

    def _once(self, method: str, path: str, body: dict | None):
        answer = self._client.request(method, f"{self.url}{path}", json=body)
        answer.raise_for_status()
        return answer

    def _ready(self) -> None:
        """Open the connection; Unreachable at once while the circuit is open."""
        import httpx

        with self._lock:
            if time.monotonic() < self._until:
                raise Unreachable(f"{self._what} {self.url} 暂时不可用，{_REST:g} 秒内不再尝试")
            if self._failures >= _FAILED:
                self._until = time.monotonic() + _REST  # others go on without it while this one tries
            if self._client is None:
                # trust_env off: a proxy set for browsing must not see the questions of an office machine.
                headers = {"Authorization": f"Bearer {self._key}"} if self._key else {}
                limits = httpx.Timeout(self._seconds, connect=min(5.0, self._seconds))
                self._client = httpx.Client(trust_env=False, timeout=limits, headers=headers)

    def _failed(self, passing: bool) -> None:
        with self._lock:
            self._failures += passing
            if self._failures >= _FAILED:
                self._until = time.monotonic() + _REST


def _passing(error: BaseException) -> bool:
    """Whether the same question may be answered a moment later."""
    import httpx

    if isinstance(error, httpx.HTTPStatusError):
        return error.response.status_code == 429 or error.response.status_code >= 500
    return isinstance(error, httpx.TransportError)


def _why(error: Exception) -> str:
    import httpx

    if isinstance(error, httpx.TimeoutException):
        return "没有在时限内回应"
    if isinstance(error, httpx.HTTPStatusError):
        code = error.response.status_code
        return f"拒绝了密钥（{code}）" if code in (401, 403) else f"回应了错误 {code}"
    return "连不上" if isinstance(error, httpx.TransportError) else "回应的不是 JSON"
