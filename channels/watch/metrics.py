"""The figures of the gateway, for Prometheus."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

_QUICK = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8, 16, 32)


class Metrics:
    """One set of figures per application, so that two in one process do not mix."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.messages = Counter(
            "wenbao_messages", "Messages kept", ["channel"], registry=self.registry
        )
        self.answers = Counter(
            "wenbao_answers",
            "Messages answered, by how it ended",
            ["outcome"],
            registry=self.registry,
        )
        self.engine_seconds = Histogram(
            "wenbao_engine_seconds",
            "Time of one question to the engine",
            registry=self.registry,
            buckets=_QUICK,
        )
        self.waiting = Gauge(
            "wenbao_messages_waiting", "Messages without an answer", registry=self.registry
        )
        self.persons = Gauge(
            "wenbao_persons",
            "Requests for a person that wait, or are with one",
            ["state"],
            registry=self.registry,
        )
        self.http_seconds = Histogram(
            "wenbao_http_seconds",
            "Time until a response began",
            ["method", "route", "status"],
            registry=self.registry,
            buckets=_QUICK,
        )
        for outcome in ("answered", "outage", "person"):
            self.answers.labels(outcome)
