"""Reading events: waiting for them, streaming them, going on where one stopped."""

from __future__ import annotations

import asyncio
import time

import pytest

from tests.conftest import Gateway, Talk


async def test_waiting_ends_as_soon_as_something_is_said(gateway: Gateway) -> None:
    talk = await gateway.talk()
    waiting = asyncio.create_task(talk.events(0, wait=20))
    await asyncio.sleep(0.2)
    started = time.monotonic()
    await talk.send(text="你好")
    assert (await waiting)[0]["text"] == "你好"
    assert time.monotonic() - started < 1


async def test_waiting_ends_empty_when_nothing_is_said(gateway: Gateway) -> None:
    talk = await gateway.talk()
    started = time.monotonic()
    assert await talk.events(0, wait=0.4) == []
    assert 0.3 < time.monotonic() - started < 2


async def test_events_stream_and_go_on_where_the_client_stopped(gateway: Gateway) -> None:
    talk = await gateway.talk()
    await talk.ask("一")
    assert await _streamed(talk, 2, {}) == ["1", "2"]
    assert await _streamed(talk, 1, {"Last-Event-ID": "1"}) == ["2"]
    waiting = asyncio.create_task(_streamed(talk, 2, {"Last-Event-ID": "2"}))
    await asyncio.sleep(0.1)
    await talk.send(text="二")
    assert await waiting == ["3", "4"]


async def _streamed(talk: Talk, many: int, headers: dict[str, str]) -> list[str]:
    ids: list[str] = []
    asked = {**talk.headers, "Accept": "text/event-stream", **headers}
    async with talk.http.stream("GET", talk.path + "/events", headers=asked) as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        async for line in stream.aiter_lines():
            if line.startswith("id: "):
                ids.append(line[4:])
            if len(ids) == many:
                return ids
    raise AssertionError(ids)


async def test_a_silent_stream_beats_and_ends_with_the_conversation(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("channels.web.HEARTBEAT_SECONDS", 0.1)
    talk = await gateway.talk()
    asked = {**talk.headers, "Accept": "text/event-stream"}
    lines: list[str] = []
    async with talk.http.stream("GET", talk.path + "/events", headers=asked) as stream:
        async for line in stream.aiter_lines():
            lines.append(line)
            if lines.count(": still here") == 2:
                await talk.http.delete(talk.path, headers=talk.headers)
    assert lines[0] == "retry: 1000"
