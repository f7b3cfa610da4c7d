"""Why a provider did not take a message: each class is treated in its own way."""

from __future__ import annotations


class DeliveryFailed(Exception):
    """The provider did not take it; `cause` is a short constant word for logs and figures."""

    def __init__(self, cause: str) -> None:
        super().__init__(cause)
        self.cause = cause


class Retryable(DeliveryFailed):
    """It may go well later: tried again with back-off."""


class RateLimited(DeliveryFailed):
    """The account sends too much: all of it rests for `seconds`; not counted as a try."""

    def __init__(self, cause: str, seconds: float) -> None:
        super().__init__(cause)
        self.seconds = seconds


class QuotaUsed(DeliveryFailed):
    """The citizen has to write before the provider takes more: parked until then."""


class WindowClosed(DeliveryFailed):
    """Too long since the citizen wrote: never tried again, parked until they do."""


class Permanent(DeliveryFailed):
    """It will never go well: a dead letter, with an alert."""
