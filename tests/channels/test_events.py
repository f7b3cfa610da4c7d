"""Reading events: waiting for them, streaming them, going on where one stopped."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from uuid import UUID

import pytest
from sqlalchemy import text

from records import events, handovers
from records.events import Line
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


async def _blanked(gateway: Gateway, talk: Talk) -> int:
    """Blank what was said since the first message, as if that had been a sign-in."""
    async with gateway.database() as db:
        await db.execute(text("UPDATE messages SET choice = '/signed_in'"))
        return await events.hide_personal(db, UUID(talk.id), "清除了", datetime.now(UTC))


async def test_who_reads_on_learns_that_earlier_events_were_rewritten(gateway: Gateway) -> None:
    talk = await gateway.talk()
    await talk.ask("一")
    path = talk.path + "/events?after=2"
    before = await talk.http.get(path, headers=talk.headers)
    assert (before.headers["Wenbao-Rewritten"], before.json()) == ("0", [])
    waiting = asyncio.create_task(talk.http.get(path + "&wait=20", headers=talk.headers))
    await asyncio.sleep(0.2)
    assert await _blanked(gateway, talk) == 2
    await talk.send(text="二")
    assert (await waiting).headers["Wenbao-Rewritten"] == "1"
    assert [one["text"] for one in (await talk.events())[:2]] == ["清除了", "清除了"]


async def test_a_stream_says_that_earlier_events_were_rewritten(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("channels.web.HEARTBEAT_SECONDS", 0.2)
    talk = await gateway.talk()
    await talk.ask("一")
    asked = {**talk.headers, "Accept": "text/event-stream", "Last-Event-ID": "2"}
    lines: list[str] = []
    async with talk.http.stream("GET", talk.path + "/events", headers=asked) as stream:
        async for line in stream.aiter_lines():
            lines.append(line)
            if lines[-1] == ": still here" and "event: rewritten" not in lines:
                assert await _blanked(gateway, talk) == 2
            if lines[-2:] == ["event: rewritten", "data: 1"]:
                break
    # Who comes later hears it at once, before the events.
    async with talk.http.stream("GET", talk.path + "/events", headers=asked) as stream:
        first = [line async for line in _first(stream.aiter_lines(), 4)]
    assert first == ["retry: 1000", "", "event: rewritten", "data: 1"]


async def _first(lines: AsyncIterator[str], many: int) -> AsyncIterator[str]:
    async for line in lines:
        yield line
        many -= 1
        if not many:
            return


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


async def test_who_wants_a_person_soon_hears_what_staff_write_without_a_bell(
    gateway: Gateway,
) -> None:
    talk = await gateway.talk()
    async with gateway.database() as db:
        await handovers.request(db, UUID(talk.id), "asked", None, datetime.now(UTC))
    waiting = asyncio.create_task(talk.events(0, wait=20))
    await asyncio.sleep(0.3)
    started = time.monotonic()
    async with gateway.database() as db:
        await events.append(db, UUID(talk.id), "agent", [Line("您好")], datetime.now(UTC))
    assert (await waiting)[0]["from"] == "agent"
    assert time.monotonic() - started < 2
