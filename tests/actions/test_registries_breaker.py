"""The circuit breaker: five failures open it, thirty seconds later one call tries."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from actions.registries.breaker import FAILURES, OPEN_SECONDS, Breaker
from actions.registries.client import Registries
from actions.registries.errors import PersonUnknown, RegistryUnavailable, RegistryUnintelligible
from tests.sandbox.running import TOKEN, RunningRegistry

REGION = "310000"


@dataclass
class Seconds:
    """A clock that a test moves."""

    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def seconds() -> Seconds:
    """The clock."""
    return Seconds()


@pytest.fixture
async def asking(sandbox: RunningRegistry, seconds: Seconds) -> AsyncIterator[Registries]:
    """A client with that clock."""
    client = Registries(sandbox.url, TOKEN, seconds=5, clock=seconds, pause=lambda: 0.0)
    yield client
    await client.close()


async def fail(client: Registries, sandbox: RunningRegistry, times: int = FAILURES) -> None:
    """So many failures in a row."""
    sandbox.order(REGION, "broken")
    for _ in range(times):
        assert (await client.cards(sandbox.number("douyue"), [REGION])).silent == (REGION,)


async def test_after_five_failures_the_region_is_left_alone_and_others_are_not(
    asking: Registries, sandbox: RunningRegistry, seconds: Seconds
) -> None:
    await fail(asking, sandbox)
    sandbox.reset()
    seconds.now += OPEN_SECONDS - 1
    found = await asking.cards(sandbox.number("douyue"), [REGION, "440000"])
    assert found.silent == (REGION,)
    assert sandbox.heard(REGION) == []
    assert len(sandbox.heard("440000")) == 2


async def test_half_a_minute_later_it_is_tried_and_back(
    asking: Registries, sandbox: RunningRegistry, seconds: Seconds
) -> None:
    await fail(asking, sandbox)
    sandbox.reset()
    seconds.now += OPEN_SECONDS
    for _ in range(2):
        assert (await asking.cards(sandbox.number("douyue"), [REGION])).silent == ()


async def test_a_trial_that_fails_opens_it_for_as_long_again(
    asking: Registries, sandbox: RunningRegistry, seconds: Seconds
) -> None:
    await fail(asking, sandbox)
    seconds.now += OPEN_SECONDS
    await fail(asking, sandbox, times=1)
    sandbox.reset()
    seconds.now += OPEN_SECONDS - 1
    await fail_silently(asking, sandbox)
    assert sandbox.heard(REGION) == []


async def fail_silently(client: Registries, sandbox: RunningRegistry) -> None:
    """A look-up that has no answer."""
    assert (await client.cards(sandbox.number("douyue"), [REGION])).silent == (REGION,)


async def test_an_answer_in_between_starts_the_count_anew(
    asking: Registries, sandbox: RunningRegistry
) -> None:
    for _ in range(2):
        await fail(asking, sandbox, times=FAILURES - 1)
        sandbox.order(REGION, "well")
        assert (await asking.persons(sandbox.number("bainan"), [REGION])).unknown == (REGION,)
    assert (await asking.cards(sandbox.number("douyue"), [REGION])).silent == ()


def opened(clock: Seconds) -> Breaker:
    """A breaker after five failures."""
    breaker = Breaker(REGION, clock)
    for _ in range(FAILURES):
        with pytest.raises(RegistryUnavailable), breaker.guarding():
            raise RegistryUnavailable(REGION, "test")
    return breaker


def closed(breaker: Breaker) -> bool:
    """Whether a call gets through."""
    try:
        with breaker.guarding():
            return True
    except RegistryUnavailable:
        return False


def test_only_one_call_tries(seconds: Seconds) -> None:
    breaker = opened(seconds)
    seconds.now += OPEN_SECONDS
    with breaker.guarding():
        assert not closed(breaker)
    assert closed(breaker)


def test_an_unknown_person_closes_it(seconds: Seconds) -> None:
    breaker = opened(seconds)
    seconds.now += OPEN_SECONDS
    with pytest.raises(PersonUnknown), breaker.guarding():
        raise PersonUnknown
    assert closed(breaker)


def test_answers_that_are_not_understood_do_not_open_it(seconds: Seconds) -> None:
    breaker = Breaker(REGION, seconds)
    for _ in range(FAILURES + 1):
        with pytest.raises(RegistryUnintelligible), breaker.guarding():
            raise RegistryUnintelligible(REGION, "test")
    assert closed(breaker)


def test_a_trial_that_was_called_off_leaves_room_for_another(seconds: Seconds) -> None:
    breaker = opened(seconds)
    seconds.now += OPEN_SECONDS
    with pytest.raises(asyncio.CancelledError), breaker.guarding():
        raise asyncio.CancelledError
    assert closed(breaker)


def test_calls_from_before_it_opened_do_not_move_it(seconds: Seconds) -> None:
    breaker = Breaker(REGION, seconds)
    good, bad = breaker.guarding(), breaker.guarding()
    good.__enter__()
    bad.__enter__()
    for _ in range(FAILURES):
        with pytest.raises(RegistryUnavailable), breaker.guarding():
            raise RegistryUnavailable(REGION, "test")
    good.__exit__(None, None, None)
    assert not closed(breaker)
    seconds.now += OPEN_SECONDS - 1
    problem = RegistryUnavailable(REGION, "test")
    assert not bad.__exit__(RegistryUnavailable, problem, None)
    seconds.now += 1
    assert closed(breaker)


async def test_who_gives_up_waiting_does_not_open_it(
    asking: Registries, sandbox: RunningRegistry
) -> None:
    sandbox.order(REGION, "silent")
    for _ in range(FAILURES):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await asking.cards(sandbox.number("douyue"), [REGION])
    sandbox.order(REGION, "well")
    assert (await asking.cards(sandbox.number("douyue"), [REGION])).silent == ()
