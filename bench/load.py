"""Sends the everyday mix, one message after the other in several conversations at once."""

from __future__ import annotations

import asyncio
import statistics
import time
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import aiohttp

from scripts.stack import ROOT

TURNS_OF_A_CONVERSATION = 10
Turn = Callable[[str, str], Awaitable[None]]


@dataclass(frozen=True)
class Load:
    """What one run gave; milliseconds a message."""

    messages: int
    per_second: float
    p50: float
    p95: float
    p99: float


def everyday() -> list[str]:
    """The mix: mostly clear questions, some small talk, look-ups, and things not covered."""
    return (ROOT / "bench/everyday.txt").read_text(encoding="utf-8").split("\n")[:-1]


async def put(turn: Turn, messages: int, conversations: int) -> Load:
    """`messages` turns, spread over `conversations` that go on side by side."""
    mix = everyday()
    taken: list[float] = []

    async def talk(start: int, count: int) -> None:
        conversation = str(uuid.uuid4())
        for number in range(count):
            if number % TURNS_OF_A_CONVERSATION == 0:
                conversation = str(uuid.uuid4())
            begun = time.perf_counter()
            await turn(conversation, mix[(start + number) % len(mix)])
            taken.append((time.perf_counter() - begun) * 1000)

    await talk(0, 2 * TURNS_OF_A_CONVERSATION)  # warm
    taken.clear()
    begun = time.perf_counter()
    share = messages // conversations
    await asyncio.gather(*(talk(7 * place, share) for place in range(conversations)))
    seconds = time.perf_counter() - begun
    cuts = statistics.quantiles(taken, n=100)
    return Load(len(taken), len(taken) / seconds, cuts[49], cuts[94], cuts[98])


def client(seconds: float) -> aiohttp.ClientSession:
    """Who sends the load: a client that costs little and puts a request into one packet."""
    return aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=seconds))


def engine_turn(sender: aiohttp.ClientSession, url: str) -> Turn:
    """A turn through Rasa's REST webhook, as the gateway does it."""

    async def turn(conversation: str, text: str) -> None:
        metadata = {"channel": "web", "locale": "zh-CN", "message": str(uuid.uuid4())}
        body = {"sender": conversation, "message": text, "metadata": metadata}
        async with sender.post(url + "/webhooks/rest/webhook", json=body) as answer:
            if answer.status != 200 or not await answer.json():
                raise RuntimeError(f"no answer to {text!r}: {answer.status}")

    return turn
