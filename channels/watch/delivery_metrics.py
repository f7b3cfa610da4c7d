"""The figures of messengers and deliveries, for Prometheus."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

_SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60, 300, 1800, 14400)


class DeliveryMetrics:
    """Registers itself beside the other figures of one application."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.deliveries = Counter(
            "wenbao_deliveries",
            "Deliveries to messengers, by how a try ended",
            ["channel", "outcome"],
            registry=registry,
        )
        self.backlog = Gauge(
            "wenbao_deliveries_open",
            "Deliveries that wait, wait for the citizen, or were given up",
            ["state"],
            registry=registry,
        )
        self.seconds = Histogram(
            "wenbao_delivery_seconds",
            "Time from an event to its provider",
            ["channel"],
            registry=registry,
            buckets=_SECONDS,
        )
        self.calls = Counter(
            "wenbao_messenger_calls",
            "Calls that messengers made, by how they ended",
            ["channel", "outcome"],
            registry=registry,
        )
        self.resting = Gauge(
            "wenbao_accounts_resting",
            "Accounts whose provider is in trouble",
            registry=registry,
        )
