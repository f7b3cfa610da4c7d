"""How long to wait: after a failed try, and for an account whose provider is in trouble."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

FIRST_SECONDS = 1.0
LONGEST_SECONDS = 300.0
MOST_ATTEMPTS = 48
LONGEST_AGE = timedelta(hours=4)

# So many failures in a row within so long, and the account rests; then one try decides.
FAILURES = 5
WITHIN_SECONDS = 30.0
REST_SECONDS = 30.0
PROBE_SECONDS = 5.0

Chance = Callable[[float, float], float]


def pause(attempts: int, chance: Chance = random.uniform) -> float:
    """Seconds before the next try: exponential, with full jitter."""
    longest = min(LONGEST_SECONDS, FIRST_SECONDS * 2.0 ** min(attempts - 1, 30))
    return chance(0.0, longest)


def is_over(attempts: int, created_at: datetime, now: datetime) -> bool:
    """Whether it has been tried often and long enough."""
    return attempts >= MOST_ATTEMPTS or now - created_at >= LONGEST_AGE


@dataclass
class _State:
    failed_at: list[float] = field(default_factory=list)
    rests_until: float = 0.0
    tripped: bool = False


class Breakers:
    """Holds, for each account, whether its provider is in trouble."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._states: dict[str, _State] = {}

    def wait(self, account: str) -> float:
        """Seconds until the account may be used; 0 now. After a rest one caller tries first."""
        state = self._states.get(account)
        if state is None:
            return 0.0
        now = self._clock()
        if state.rests_until > now:
            return state.rests_until - now
        if state.tripped:
            state.rests_until = now + PROBE_SECONDS
        return 0.0

    def many_open(self) -> int:
        """How many accounts rest."""
        now = self._clock()
        return sum(one.tripped or one.rests_until > now for one in self._states.values())

    def well(self, account: str) -> None:
        """The provider took something."""
        self._states.pop(account, None)

    def failed(self, account: str) -> bool:
        """The provider failed; whether that makes the account rest from now on."""
        now = self._clock()
        state = self._states.setdefault(account, _State())
        state.failed_at = [at for at in state.failed_at if now - at < WITHIN_SECONDS] + [now]
        if not state.tripped and len(state.failed_at) < FAILURES:
            return False
        state.tripped, state.rests_until = True, now + REST_SECONDS
        return True

    def rest(self, account: str, seconds: float) -> None:
        """The provider asked for quiet."""
        state = self._states.setdefault(account, _State())
        state.rests_until = max(state.rests_until, self._clock() + seconds)
