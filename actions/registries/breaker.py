"""A circuit breaker: a region that keeps failing is left alone for a while.

Closed until `FAILURES` in a row, then open for `OPEN_SECONDS`, then half open: one call tries,
and its outcome alone closes or opens it again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from actions.registries.errors import PersonUnknown, RegistryUnavailable, RegistryUnintelligible

FAILURES = 5
OPEN_SECONDS = 30.0


class Breaker:
    """Guards the calls to one region."""

    def __init__(self, region: str, clock: Callable[[], float]) -> None:
        self._region = region
        self._clock = clock
        self._failures = 0
        self._opened_at: float | None = None
        self._trying = False

    @contextmanager
    def guarding(self) -> Iterator[None]:
        """Let a call through and learn from how it ends; `RegistryUnavailable` while open."""
        trial = self._admit()
        try:
            yield
        except RegistryUnintelligible:
            # One person's odd record must not close the region to everybody.
            self._learned_nothing(trial)
            raise
        except RegistryUnavailable:
            self._failed(trial)
            raise
        except PersonUnknown:  # an answer, too
            self._succeeded(trial)
            raise
        except BaseException:  # called off by whoever asked
            self._learned_nothing(trial)
            raise
        self._succeeded(trial)

    def _admit(self) -> bool:
        if self._opened_at is None:
            return False
        if self._trying or self._clock() - self._opened_at < OPEN_SECONDS:
            raise RegistryUnavailable(self._region, "left alone after failures")
        self._trying = True
        return True

    def _failed(self, trial: bool) -> None:
        if not trial and self._opened_at is not None:
            return  # began before it opened
        self._failures += 1
        if trial or self._failures >= FAILURES:
            self._opened_at, self._trying = self._clock(), False

    def _learned_nothing(self, trial: bool) -> None:
        if trial:
            self._trying = False

    def _succeeded(self, trial: bool) -> None:
        if trial or self._opened_at is None:
            self._failures, self._opened_at, self._trying = 0, None, False
