"""Two gateway processes, one of them killed while messages flow: nothing lost, doubled, mixed."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from tests.conftest import ROOT, Talk
from tests.stand_ins.engine import StandInEngine
from tests.stand_ins.serving import free_port

TALKS = 12
MESSAGES = 8


@asynccontextmanager
async def process(environment: dict[str, Any], **changed: Any) -> AsyncIterator[Any]:
    """A gateway as `python -m channels` runs it; (process, client)."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    settings = {**environment, "public_url": url, "port": port, **changed}
    given = {name.upper(): str(value) for name, value in settings.items()}
    running = subprocess.Popen(  # noqa: ASYNC220
        [sys.executable, "-W", "ignore", "-m", "channels"],
        env={**os.environ, "PYTHONPATH": str(ROOT), **given},
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        async with httpx.AsyncClient(base_url=url, timeout=40, trust_env=False) as http:
            await _alive(http)
            yield running, http
    finally:
        if running.poll() is None:
            running.terminate()
            await asyncio.to_thread(running.wait, 40)


async def _alive(http: httpx.AsyncClient) -> None:
    until = time.monotonic() + 30
    while True:
        try:
            if (await http.get("/healthz")).status_code == 200:
                return
        except httpx.HTTPError:
            if time.monotonic() > until:
                raise
        await asyncio.sleep(0.05)


async def opened(http: httpx.AsyncClient) -> Talk:
    """A conversation opened at one of the processes."""
    body = (await http.post("/api/chat/conversations", json={"site": "demo"})).json()
    return Talk(http, body["conversation"], body["token"])


async def say_all(talk: Talk, doors: list[httpx.AsyncClient]) -> list[int]:
    """Say 0, 1, 2 … each until it is acknowledged, through whichever door answers."""
    seqs = []
    for number in range(MESSAGES):
        client_id = str(uuid.uuid4())
        for attempt in range(200):
            talk.http = doors[(number + attempt) % len(doors)]
            try:
                sent = await talk.send(client_id=client_id, text=f"问{number}")
            except httpx.HTTPError:
                await asyncio.sleep(0.05)
                continue
            assert sent.status_code == 202, sent.text
            seqs.append(sent.json()["seq"])
            break
        await asyncio.sleep(0.02)
    return seqs


@pytest.mark.timeout(120)
async def test_a_killed_process_loses_doubles_and_mixes_nothing(
    environment: dict[str, Any], engine: StandInEngine
) -> None:
    engine.seconds = 0.05
    async with process(environment) as (victim, one), process(environment) as (_, two):
        talks = [await opened(two) for _ in range(TALKS)]
        saying = [asyncio.create_task(say_all(talk, [one, two])) for talk in talks]
        await asyncio.sleep(0.6)
        victim.send_signal(signal.SIGKILL)
        killed = time.monotonic()
        seqs = await asyncio.gather(*saying)
        for talk, acknowledged in zip(talks, seqs, strict=True):
            talk.http = two
            found = await talk.until(2 * MESSAGES, seconds=40)
            await asyncio.sleep(0)
            assert [event["seq"] for event in found] == list(range(1, 2 * MESSAGES + 1))
            asked = [event for event in found if event["from"] == "citizen"]
            assert [event["seq"] for event in asked] == acknowledged
            assert [event["text"] for event in asked] == [f"问{n}" for n in range(MESSAGES)]
            answers = [event["text"] for event in found if event["from"] == "bot"]
            assert answers == [f"答：问{n}" for n in range(MESSAGES)]
        assert time.monotonic() - killed < 40
    assert victim.returncode == -signal.SIGKILL
    for talk in talks:
        heard = [h for h in engine.heard if h["sender"] == talk.id]
        first = list(dict.fromkeys(h["message"] for h in heard))
        assert first == [f"问{n}" for n in range(MESSAGES)]


@pytest.mark.timeout(120)
async def test_what_a_killed_process_left_is_answered_by_another(
    environment: dict[str, Any], engine: StandInEngine
) -> None:
    engine.seconds = 3
    async with process(environment) as (victim, http):
        talk = await opened(http)
        assert (await talk.send(text="问")).status_code == 202
        await asyncio.sleep(0.2)
        victim.kill()
        victim.wait()
    engine.seconds = 0
    async with process(environment) as (_, http):
        talk.http = http
        found = await talk.until(2, seconds=15)
    assert [event["text"] for event in found] == ["问", "答：问"]
    assert len({heard["metadata"]["message"] for heard in engine.heard}) == 1


@pytest.mark.timeout(120)
async def test_a_stopping_process_finishes_what_it_began_and_lets_waiters_go(
    environment: dict[str, Any], engine: StandInEngine
) -> None:
    engine.seconds = 1.5
    async with process(environment) as (stopping, http):
        talk = await opened(http)
        await talk.send(text="问")
        waiting = asyncio.create_task(talk.events(1, wait=30))
        await asyncio.sleep(0.3)
        started = time.monotonic()
        stopping.terminate()
        assert await waiting == []
        await asyncio.to_thread(stopping.wait, 40)
        assert time.monotonic() - started < 10
    engine.seconds = 0
    async with process(environment) as (_, http):
        talk.http = http
        assert (await talk.events(1))[0]["text"] == "答：问"
    assert len(engine.heard) == 1
