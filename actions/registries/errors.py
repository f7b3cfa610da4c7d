"""What can go wrong with a back office. No message ever holds what was sent or what came back."""

from __future__ import annotations


class RegistryUnavailable(Exception):
    """A region gave no usable answer in time."""

    def __init__(self, region: str, reason: str) -> None:
        super().__init__(f"{region}: {reason}")
        self.region = region
        self.reason = reason


class RegistryUnintelligible(RegistryUnavailable):
    """It answered in time, but not as the contract says; perhaps for this person only."""


class PersonUnknown(Exception):
    """The region answered that it does not know this person."""


class WrongShape(Exception):
    """A body that is not what the contract says; the message is the place in it."""
