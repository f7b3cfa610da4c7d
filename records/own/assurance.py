"""Assurance: how surely a citizen is known, and how surely and freshly an act needs it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

# The lowest first: linked chat account, code by SMS or password, card or certificate, and face.
LINKED, CODE, CARD, FACE = (f"urn:wenbao:acr:loa{number}" for number in range(1, 5))
LADDER = (LINKED, CODE, CARD, FACE)
# Two clocks may differ by so much: a sign-in later than now by more was never one.
LEEWAY = timedelta(seconds=10)


@dataclass(frozen=True)
class Needs:
    """What an act needs: at least this level, from a sign-in that lies back no longer."""

    level: str
    fresh: timedelta


# docs/assurance.md gives the reasons for each.
VIEW = Needs(CODE, timedelta(minutes=10))
TAKE_AWAY = Needs(CARD, timedelta(minutes=5))
LET_OTHERS = Needs(CARD, timedelta(minutes=5))


class TooLow(Exception):
    """The citizen is not known surely enough."""


class TooLongAgo(Exception):
    """The citizen signed in too long ago."""


def check(
    acr: str, authenticated_at: datetime, needs: Needs, now: datetime, ladder: Sequence[str]
) -> None:
    """Let the sign-in pass, or raise what it lacks; an unknown level is the lowest of all.

    Where the level that is needed is on no rung itself, nobody is known surely enough.
    """
    if needs.level not in ladder or rank(acr, ladder) < rank(needs.level, ladder):
        raise TooLow
    if not now - needs.fresh <= authenticated_at <= now + LEEWAY:
        raise TooLongAgo


def rank(acr: str, ladder: Sequence[str] = LADDER) -> int:
    """How high a level stands; -1 for one that is not on the ladder."""
    return ladder.index(acr) if acr in ladder else -1
