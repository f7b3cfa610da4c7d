"""Why an action cannot give what was asked, and the domain response that says so."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class Unanswerable(Exception):
    """An expected ending: `details` fill the response, `card` and `slots` go with it."""

    response = "utter_sorry"
    card: dict[str, Any] | None = None
    slots: dict[str, Any]

    def __init__(self, **details: str) -> None:
        super().__init__(self.response)
        self.slots = {}
        self.details = details


class NothingAsked(Unanswerable):
    """The engine named no item that we know."""

    response = "utter_not_covered"


class NotYetInForce(Unanswerable):
    """The rule holds from a later day on."""

    response = "utter_not_yet_in_force"


class NoLongerInForce(Unanswerable):
    """The rule's time is over."""

    response = "utter_no_longer_in_force"


class BornInFuture(Unanswerable):
    """The birth month is still to come."""

    response = "utter_born_in_future"


class BornTooLongAgo(Unanswerable):
    """Nobody is that old."""

    response = "utter_born_too_long_ago"


class BornTooLately(Unanswerable):
    """A child's retirement is nobody's to promise."""

    response = "utter_born_too_lately"


class BirthUnreadable(Unanswerable):
    """What stands for the birth month is none."""

    response = "utter_ask_birth_month"


class SignInFirst(Unanswerable):
    """Nobody is signed in to this conversation; `slots` say what to go on with afterwards."""

    response = "utter_sign_in_first"

    def __init__(
        self, reason: str = "contributions", slots: Mapping[str, str | None] | None = None
    ) -> None:
        super().__init__()
        self.card = {"type": "sign_in", "reason": reason}
        self.slots = {"pending": reason} if slots is None else dict(slots)


class TooManyLookups(Unanswerable):
    """The conversation asked the registries often enough for now."""

    response = "utter_too_many_lookups"


class LookupFailed(Unanswerable):
    """No registry, or not our own database, answered."""

    response = "utter_lookup_failed"


class NobodyKnows(Unanswerable):
    """No registry has this person."""

    response = "utter_nobody_knows"
