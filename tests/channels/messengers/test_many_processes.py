"""Four gateway processes on one database: every answer once, in order, without gaps."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import httpx
import pytest

from tests.channels.messengers.conftest import NewAccount
from tests.channels.messengers.outgoing_steps import FULL
from tests.channels.messengers.wechat_calls import Follower, until_many
from tests.channels.test_processes import process
from tests.stand_ins.engine import StandInEngine
from tests.stand_ins.wechat import StandInWeChat

TALKS, MESSAGES = (100, 50) if FULL else (16, 10)
PROCESSES = 4
# All of WeChat, its followers and the engine are one process here: more at once only wait for it.
FOLLOWERS_AT_ONCE = 16
# Nobody asks on for ever without an answer; WeChat takes five messages after the last question.
MOST_AHEAD = 4


@asynccontextmanager
async def gateways(environment: dict[str, Any]) -> AsyncIterator[list[Any]]:
    """Gateways as processes of their own: (process, client) each."""
    async with AsyncExitStack() as stack:
        # One after the other: four that load at once on two cores are slow to answer.
        yield [await stack.enter_async_context(process(environment)) for _ in range(PROCESSES)]


class Ears:
    """What each follower sees in the order in which they see it, by either way."""

    def __init__(self, wechat: StandInWeChat) -> None:
        self.heard: dict[str, list[str]] = defaultdict(list)
        self._room = asyncio.Semaphore(FOLLOWERS_AT_ONCE)
        wechat.fails = self._pushed

    def _pushed(self, path: str, told: dict[str, Any]) -> None:
        if "text" in told:
            self.heard[told["touser"]] += told["text"]["content"].split("\n\n")

    async def talk(self, follower: Follower, doors: list[httpx.AsyncClient]) -> None:
        """Say 0, 1, 2 …, each through another process, until it is taken."""
        heard = self.heard[follower.openid]
        async with self._room:
            for number in range(MESSAGES):
                await until_many(lambda: len(heard), number - MOST_AHEAD, patience=90)
                heard.extend(await _said(follower, doors, number))

    def many(self) -> int:
        """How much was heard in all."""
        return sum(map(len, self.heard.values()))


async def _said(follower: Follower, doors: list[httpx.AsyncClient], number: int) -> list[str]:
    """What the response to a message says; one that is not acknowledged WeChat sends again."""
    asked = follower.message(f"问{number}")
    for attempt in range(100):
        follower.http = doors[(number + attempt) % len(doors)]
        try:
            answered = await follower.post(asked)
        except httpx.HTTPError:
            await asyncio.sleep(0.1)
            continue
        if answered.status_code == 503:
            await asyncio.sleep(0.5)
            continue
        assert answered.status_code == 200, answered.text
        said = follower.text_in(answered)
        return [] if said is None else said.split("\n\n")
    return []


@pytest.mark.timeout(1800 if FULL else 300)
async def test_four_processes_keep_the_order_of_every_conversation(
    environment: dict[str, Any],
    new_account: NewAccount,
    engine: StandInEngine,
    wechat: StandInWeChat,
) -> None:
    new_account("oa", api=wechat.url)
    new_account("later", api=wechat.url, answer="later")
    ears = Ears(wechat)
    async with gateways(environment) as running:
        doors = [http for _, http in running]
        followers = [
            Follower(doors[0], f"openid-{number}", account=("oa", "later")[number % 2])
            for number in range(TALKS)
        ]
        await asyncio.gather(*(ears.talk(follower, doors) for follower in followers))
        await until_many(ears.many, TALKS * MESSAGES)
        await asyncio.sleep(1)
    expected = [f"答：问{number}" for number in range(MESSAGES)]
    assert {user: said for user, said in ears.heard.items() if said != expected} == {}
    assert len(ears.heard) == TALKS
    # The engine may be asked twice about a message, which it then answers in the same way.
    assert len({heard["metadata"]["message"] for heard in engine.heard}) == TALKS * MESSAGES
    assert len(wechat.sent) > 0


@pytest.mark.skipif(not FULL, reason="waits for a hold to end; `make messengers-load` runs it")
@pytest.mark.timeout(300)
async def test_a_killed_process_loses_no_answer(
    environment: dict[str, Any],
    new_account: NewAccount,
    engine: StandInEngine,
    wechat: StandInWeChat,
) -> None:
    new_account("oa", api=wechat.url, answer="later")
    ears = Ears(wechat)
    wechat.seconds = 0.05
    async with gateways(environment) as running:
        doors = [http for _, http in running]
        followers = [Follower(doors[0], f"openid-{number}") for number in range(8)]
        talking = asyncio.gather(*(ears.talk(follower, doors) for follower in followers))
        await asyncio.sleep(1)
        victim: subprocess.Popen[bytes] = running[0][0]
        os.kill(victim.pid, signal.SIGKILL)
        await talking
        # A hold of the dead process has to end first.
        await until_many(ears.many, 8 * MESSAGES, patience=90)
        await asyncio.sleep(1)
    expected = [f"答：问{number}" for number in range(MESSAGES)]
    for said in ears.heard.values():
        # What was on its way in the dead process may be heard twice, never not at all.
        once = list(dict.fromkeys(said))
        assert once == expected
        assert len(said) - len(once) <= MESSAGES
