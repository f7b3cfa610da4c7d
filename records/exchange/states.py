"""The states of a case, and who may do what in each: the only place that knows.

Sent is not received: `transmitted` means that the other access point gave its receipt,
`received` that the institution behind it said so (Decision E6 of the EESSI makes the same
difference).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Actor = Literal["citizen", "us", "partner"]

FINAL = "closed"
# Why the queue rests: the other side could not be reached for hours.
UNDELIVERABLE = "undeliverable"
# The other side has the matter in its hands; here the deadline runs.
AWAITED = ("transmitted", "received", "in_progress")


class IllegalAct(Exception):
    """The act is none of those that the case's state allows."""


@dataclass(frozen=True)
class Act:
    """Something that may be done in a state, by whom, and where it leads."""

    name: str
    actor: Actor
    to: str


_BY_STATE: dict[str, tuple[Act, ...]] = {
    "draft": (
        Act("confirm", "citizen", "confirmed"),
        Act("discard", "citizen", "closed"),
    ),
    "confirmed": (
        Act("validate", "us", "validated"),
        Act("return", "us", "draft"),
    ),
    "validated": (Act("queue", "us", "queued"),),
    "queued": (
        Act("transmit", "us", "transmitted"),
        Act("give_up", "us", "queued"),
        Act("retry", "citizen", "queued"),
        Act("withdraw", "citizen", "closed"),
    ),
    "transmitted": (
        Act("receive", "partner", "received"),
        Act("start", "partner", "in_progress"),
        Act("answer", "partner", "answered"),
        Act("reject", "partner", "rejected"),
        Act("ask", "partner", "needs_clarification"),
        Act("remind", "us", "transmitted"),
        Act("withdraw", "citizen", "closed"),
    ),
    "received": (
        Act("start", "partner", "in_progress"),
        Act("answer", "partner", "answered"),
        Act("reject", "partner", "rejected"),
        Act("ask", "partner", "needs_clarification"),
        Act("remind", "us", "received"),
        Act("withdraw", "citizen", "closed"),
    ),
    "in_progress": (
        Act("answer", "partner", "answered"),
        Act("reject", "partner", "rejected"),
        Act("ask", "partner", "needs_clarification"),
        Act("remind", "us", "in_progress"),
        Act("withdraw", "citizen", "closed"),
    ),
    "needs_clarification": (
        Act("clarify", "citizen", "in_progress"),
        Act("withdraw", "citizen", "closed"),
    ),
    "answered": (Act("close", "citizen", "closed"),),
    "rejected": (Act("close", "citizen", "closed"),),
    "closed": (),
}
STATES = tuple(_BY_STATE)


def acts(state: str) -> tuple[Act, ...]:
    """What may be done in a state."""
    return _BY_STATE[state]


def citizens_acts(state: str, reason: str | None = None) -> tuple[str, ...]:
    """What the citizen may do: what a screen offers. Only what rests can be tried again."""
    names = tuple(one.name for one in acts(state) if one.actor == "citizen")
    return tuple(name for name in names if name != "retry" or reason == UNDELIVERABLE)


def after(state: str, act: str, actor: Actor) -> str:
    """The state that an act leads to; `IllegalAct` for any other act or actor."""
    for one in acts(state):
        if one.name == act and one.actor == actor:
            return one.to
    raise IllegalAct(f"{act} by {actor} in {state}")
