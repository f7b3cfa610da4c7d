"""`kill -9` while messages flow: nothing acknowledged is lost, nothing is answered twice."""

from __future__ import annotations

import asyncio
import time
import uuid
from typing import Any

import httpx
import pytest

from tests.conftest import Talk
from tests.journeys.conftest import Whole

pytestmark = pytest.mark.journey

CONVERSATIONS, MESSAGES = 6, 20
SECONDS_TO_RECOVER = 30
QUESTIONS = ("社保卡丢了怎么补办", "你好", "失业金能领几个月", "谢谢", "养老金怎么算")


async def keep_sending(talk: Talk, acknowledged: list[str]) -> None:
    """Send as a widget does: the same message again until it is acknowledged."""
    for number in range(MESSAGES):
        client_id = str(uuid.uuid4())
        text = f"{QUESTIONS[number % len(QUESTIONS)]} {number}"
        until = time.monotonic() + SECONDS_TO_RECOVER
        while True:
            try:
                sent = await talk.send(client_id=client_id, text=text)
                if sent.status_code == 202:
                    acknowledged.append(text)
                    break
            except httpx.HTTPError:
                pass
            assert time.monotonic() < until, "the stack did not come back"
            await asyncio.sleep(0.2)
        await asyncio.sleep(0.05)


async def all_answered(talk: Talk, many: int) -> list[dict[str, Any]]:
    """All events, once as many turns are answered as there were messages."""
    until = time.monotonic() + 60
    while True:
        try:
            found = await whole_list(talk)
            if len({e["seq"] for e in found if e["from"] == "bot"}) >= many and quiet(found):
                return found
        except (httpx.HTTPError, AssertionError):
            pass
        assert time.monotonic() < until, "not all was answered"
        await asyncio.sleep(0.5)


async def whole_list(talk: Talk) -> list[dict[str, Any]]:
    """Every event from the first."""
    found: list[dict[str, Any]] = []
    while more := await talk.events(found[-1]["seq"] if found else 0):
        found += more
    return found


def quiet(found: list[dict[str, Any]]) -> bool:
    """Whether the bot had the last word."""
    return bool(found) and found[-1]["from"] == "bot"


@pytest.mark.timeout(300)
@pytest.mark.parametrize("victim", ["engine", "actions", "valkey", "gateway"])
async def test_nothing_acknowledged_is_lost_or_doubled(whole: Whole, victim: str) -> None:
    talks = [await whole.talk() for _ in range(CONVERSATIONS)]
    acknowledged: list[list[str]] = [[] for _ in talks]
    sending = [
        asyncio.create_task(keep_sending(talk, sent))
        for talk, sent in zip(talks, acknowledged, strict=True)
    ]
    await asyncio.sleep(0.4)
    whole.kill(victim)
    killed = time.monotonic()
    await asyncio.gather(*sending)
    await recovered(whole, killed)
    for talk, sent in zip(talks, acknowledged, strict=True):
        found = await all_answered(talk, len(sent))
        assert [e["seq"] for e in found] == list(range(1, len(found) + 1))
        assert [e["text"] for e in found if e["from"] == "citizen"] == sent
    await nothing_left(whole)
    assert doubled(whole, [talk.id for talk in talks]) == []


async def recovered(whole: Whole, killed: float) -> None:
    """Ready again within the promised time."""
    while True:
        try:
            if (await whole.http.get("/readyz")).status_code == 200:
                return
        except httpx.HTTPError:
            pass
        assert time.monotonic() - killed < SECONDS_TO_RECOVER
        await asyncio.sleep(0.25)


async def nothing_left(whole: Whole) -> None:
    """Every message has its answer: of several bubbles the first ones are there before the last."""
    until = time.monotonic() + 60
    while left := whole.rows("SELECT conversation, text FROM messages WHERE answered_at IS NULL"):
        assert time.monotonic() < until, left
        await asyncio.sleep(0.5)


def doubled(whole: Whole, conversations: list[str]) -> list[tuple[object, ...]]:
    """Messages whose answer stands there twice: the same words for one message."""
    return whole.rows(
        "SELECT message, text FROM events WHERE message IS NOT NULL AND \"from\" = 'bot' "
        "AND conversation = ANY(%s::uuid[]) GROUP BY message, text HAVING count(*) > 1",
        conversations,
    )
