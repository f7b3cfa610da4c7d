"""Calls to the action server: one connection for many, and an honest end to each."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from rasa.utils.endpoints import ClientResponseError

from bot.serving import action_endpoint
from bot.serving.action_endpoint import KeptEndpoint

Answering = Callable[[bytes], bytes]
CALL = {"next_action": "action_answer", "tracker": {"sender_id": "c1", "slots": {"region": "上海"}}}


@asynccontextmanager
async def _server(answering: Answering) -> AsyncIterator[tuple[str, list[int]]]:
    """A server that answers each body; its address, and how many calls each connection brought."""
    calls: list[int] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        place = len(calls)
        calls.append(0)
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                length = int(head.lower().split("content-length:")[1].split("\r\n")[0])
                body = await reader.readexactly(length)
                calls[place] += 1
                answer = answering(body)
                writer.write(answer)
                if not answer or b"close" in answer:
                    break
        except asyncio.IncompleteReadError:
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}/webhook", calls
    finally:
        server.close()


def _answered(body: bytes, status: str = "200 OK", more: str = "") -> bytes:
    head = f"HTTP/1.1 {status}\r\n{more}Content-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


def _echo(body: bytes) -> bytes:
    return _answered(json.dumps({"events": [], "got": json.loads(body)}).encode())


def _run(answering: Answering, asking: Callable[[KeptEndpoint], Awaitable[Any]]) -> Any:
    async def whole() -> tuple[Any, list[int]]:
        async with _server(answering) as (url, calls):
            return await asking(KeptEndpoint(url)), calls

    return asyncio.run(whole())


async def _once(endpoint: KeptEndpoint) -> Any:
    return await endpoint.request(json=CALL)


def test_calls_share_one_connection() -> None:
    async def twice(endpoint: KeptEndpoint) -> list[Any]:
        return [await _once(endpoint), await _once(endpoint)]

    answers, calls = _run(_echo, twice)
    assert [answer["got"] for answer in answers] == [CALL, CALL]
    assert calls == [2]


def test_calls_at_once_have_connections_of_their_own() -> None:
    async def four(endpoint: KeptEndpoint) -> list[Any]:
        return await asyncio.gather(*(_once(endpoint) for _ in range(4)))

    answers, calls = _run(_echo, four)
    assert len(answers) == 4
    assert calls == [1, 1, 1, 1]


def test_a_connection_that_the_server_ends_is_not_used_again() -> None:
    async def twice(endpoint: KeptEndpoint) -> list[Any]:
        return [await _once(endpoint), await _once(endpoint)]

    answers, calls = _run(
        lambda body: _answered(b'{"events": []}', more="Connection: close\r\n"), twice
    )
    assert answers == [{"events": []}, {"events": []}]
    assert calls == [1, 1]


def test_a_refusal_is_told_with_its_status_and_body() -> None:
    with pytest.raises(ClientResponseError) as told:
        _run(lambda body: _answered(b'{"error": "no"}', "400 Bad Request"), _once)
    assert told.value.status == 400
    assert told.value.text == '{"error": "no"}'


@pytest.mark.parametrize("answer", [b"", b"SSH-2.0 not HTTP\r\n\r\n"])
def test_what_is_no_answer_is_an_outage(answer: bytes) -> None:
    with pytest.raises(ConnectionError):
        _run(lambda body: answer, _once)


def test_a_silent_server_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(action_endpoint, "SECONDS", 0.2)
    half = b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"
    with pytest.raises(TimeoutError):
        _run(lambda body: half, _once)


def test_nobody_there_is_an_outage() -> None:
    with pytest.raises(ConnectionError):
        asyncio.run(_once(KeptEndpoint("http://127.0.0.1:9/webhook")))
