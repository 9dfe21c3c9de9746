"""What is counted, for Prometheus. No question, no name and no document is in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest

if TYPE_CHECKING:
    from rag.live import Live
    from serve.line import Line

_SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 20, 60)


class Metrics:
    """One registry a server: two servers in one process, as in tests, count apart."""

    def __init__(self, line: Line, live: Live) -> None:
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        self.served = Counter(
            "tiaowen_requests", "HTTP requests, by their first path segment and status class", ("door", "status"),
            registry=self._registry)  # fmt: skip
        self.seconds = Histogram(
            "tiaowen_seconds", "Seconds from a question or paste to its last word", ("kind",), buckets=_SECONDS,
            registry=self._registry)  # fmt: skip
        self.refused = Counter("tiaowen_refusals", "Questions that the documents do not answer",
                               registry=self._registry)  # fmt: skip
        self.failed = Counter("tiaowen_failures", "Questions and pastes that ended in an error", ("kind",),
                              registry=self._registry)  # fmt: skip
        for name, what, value in (
            ("tiaowen_waiting", "Questions that wait for the chat model", line.waiting),
            ("tiaowen_unfinished", "Questions being answered", line.unfinished),
            ("tiaowen_documents", "Documents in the index", lambda: len(live.now().store.documents)),
            ("tiaowen_clauses", "Clauses in the index", lambda: len(live.now().store.clauses)),
        ):
            Gauge(name, what, registry=self._registry).set_function(value)

    def text(self) -> bytes:
        """All of it in the text format of Prometheus."""
        return generate_latest(self._registry)
