"""What the gateway does not serve, and that nothing behind it happened."""

from __future__ import annotations

import json
import uuid
from typing import Any

import psycopg
import pytest

from tests.conftest import Gateway, Talk
from tests.stand_ins.engine import StandInEngine

OPEN = "/api/chat/conversations"
JSON = {"Content-Type": "application/json"}


def counted(database_url: str) -> tuple[int, int, int]:
    """Conversations, messages, events."""
    with psycopg.connect(database_url) as db:
        tables = ("conversations", "messages", "events")
        found = [db.execute(f"SELECT count(*) FROM {t}").fetchone() for t in tables]  # noqa: S608
    return tuple(row[0] for row in found if row)  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("wish", "status", "error"),
    [
        ({"site": "nowhere"}, 404, "unknown_site"),
        ({"site": "demo", "region": "999999"}, 422, "unknown_region"),
        ({"site": "demo", "region": "亚特兰蒂斯"}, 422, "unknown_region"),
        ({"site": "demo", "region": ""}, 422, "unknown_region"),
        ({"site": "demo", "locale": "zh_CN; DROP"}, 422, "invalid"),
        ({"site": "demo", "identity": "me"}, 422, "invalid"),
        ({"site": "de\x00mo"}, 404, "unknown_site"),
        ({"site": "\ud800"}, 422, "invalid"),
        ({"site": ["demo"]}, 422, "invalid"),
        ({}, 422, "invalid"),
        ([], 422, "invalid"),
        (None, 422, "invalid"),
    ],
)
async def test_a_wrong_opening_is_refused_and_opens_nothing(
    gateway: Gateway, database_url: str, wish: Any, status: int, error: str
) -> None:
    refused = await gateway.http.post(OPEN, content=json.dumps(wish), headers=JSON)
    assert (refused.status_code, refused.json()["error"]) == (status, error)
    assert set(refused.json()) == {"error", "message"}
    assert counted(database_url) == (0, 0, 0)


CLIENT = str(uuid.uuid4())


@pytest.mark.parametrize(
    ("message", "error"),
    [
        ({"client_id": CLIENT}, "invalid"),
        ({"client_id": CLIENT, "text": "a", "choice": "/b"}, "invalid"),
        ({"client_id": CLIENT, "text": None, "choice": None}, "invalid"),
        ({"client_id": "1", "text": "a"}, "invalid"),
        ({"text": "a"}, "invalid"),
        ({"client_id": CLIENT, "text": 5}, "invalid"),
        ({"client_id": CLIENT, "text": "a", "sender": "bot"}, "invalid"),
        ({"client_id": CLIENT, "text": ""}, "empty_text"),
        ({"client_id": CLIENT, "text": " \u3000\n\t\u200b\x00\x07"}, "empty_text"),
        ({"client_id": CLIENT, "text": "\ud800"}, "empty_text"),
        ({"client_id": CLIENT, "text": "啊" * 501}, "too_long_text"),
        ({"client_id": CLIENT, "choice": "/" * 501}, "invalid"),
        ({"client_id": CLIENT, "choice": "/a\x00"}, "unknown_choice"),
        ({"client_id": CLIENT, "choice": "\ud800"}, "invalid"),
        ([1], "invalid"),
        ("x", "invalid"),
    ],
)
async def test_a_wrong_message_is_refused_and_nobody_hears_it(
    gateway: Gateway, engine: StandInEngine, database_url: str, message: Any, error: str
) -> None:
    talk = await gateway.talk()
    refused = await gateway.http.post(
        talk.path + "/messages", content=json.dumps(message), headers={**talk.headers, **JSON}
    )
    assert (refused.status_code, refused.json()["error"]) == (422, error)
    assert counted(database_url) == (1, 0, 0)
    assert engine.heard == []


async def test_text_is_taken_up_to_its_limit_without_what_cannot_be_seen(
    gateway: Gateway, engine: StandInEngine
) -> None:
    talk = await gateway.talk()
    words = "啊" * 498 + "\n\u202e啊"
    sent = await talk.send(text=f"  {words}\u3000\x00 ")
    assert sent.status_code == 202
    [shown, *_] = await talk.events()
    assert shown["text"] == "啊" * 498 + " 啊"


@pytest.mark.parametrize("body", [b"{", b"\xff\xfe", b'{"a":' * 900, b"", b"NaN", b"[" * 3000])
async def test_a_broken_body_is_refused(
    gateway: Gateway, engine: StandInEngine, database_url: str, body: bytes
) -> None:
    talk = await gateway.talk()
    headers = {**talk.headers, "Content-Type": "application/json"}
    refused = await gateway.http.post(talk.path + "/messages", content=body, headers=headers)
    assert refused.status_code in (400, 422)
    assert refused.json()["error"] == "invalid"
    assert counted(database_url) == (1, 0, 0)
    assert engine.heard == []


async def _each_route(gateway: Gateway, talk: Talk, headers: dict[str, str]) -> list[Any]:
    message = {"client_id": str(uuid.uuid4()), "text": "你好"}
    http, path = gateway.http, talk.path
    return [
        await http.post(path + "/messages", json=message, headers=headers),
        await http.get(path + "/events", headers=headers),
        await http.get(path + "/events", headers={**headers, "Accept": "text/event-stream"}),
        await http.post(path + "/events/2/feedback", json={"helpful": True}, headers=headers),
        await http.delete(path, headers=headers),
    ]


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Basic abc"}, {"Authorization": ""}])
async def test_without_a_token_every_route_says_so_and_does_nothing(
    gateway: Gateway, engine: StandInEngine, database_url: str, headers: dict[str, str]
) -> None:
    talk = await gateway.talk()
    for refused in await _each_route(gateway, talk, headers):
        assert (refused.status_code, refused.json()["error"]) == (401, "no_token")
        assert refused.headers["www-authenticate"] == "Bearer"
    assert counted(database_url) == (1, 0, 0)
    assert engine.heard == []


async def test_another_token_looks_the_same_as_no_conversation(
    gateway: Gateway, engine: StandInEngine, database_url: str
) -> None:
    mine, theirs = await gateway.talk(), await gateway.talk()
    nowhere = Talk(gateway.http, str(uuid.uuid4()), mine.token)
    strange = Talk(gateway.http, "not-a-uuid", mine.token)
    answers = []
    for target in (theirs, nowhere, strange):
        for token in (mine.token, "x", theirs.token[:-1], "é"):
            headers = {"Authorization": f"Bearer {token}".encode()}
            answers += await _each_route(gateway, target, headers)  # type: ignore[arg-type]
    assert {(answer.status_code, answer.text) for answer in answers} == {(404, answers[0].text)}
    assert counted(database_url) == (2, 0, 0)
    assert engine.heard == []


async def test_tokens_are_long_different_and_not_kept(gateway: Gateway, database_url: str) -> None:
    talks = [await gateway.talk() for _ in range(3)]
    assert len({talk.token for talk in talks}) == 3
    assert min(len(talk.token) for talk in talks) >= 43
    with psycopg.connect(database_url) as db:
        kept = str(db.execute("SELECT c FROM conversations c").fetchall())
    assert not any(talk.token in kept for talk in talks)


@pytest.mark.parametrize(
    "query", ["after=-1", "after=x", "wait=31", "wait=-1", "wait=nan", "after=1e9"]
)
async def test_a_wrong_question_for_events_is_refused(gateway: Gateway, query: str) -> None:
    talk = await gateway.talk()
    refused = await gateway.http.get(f"{talk.path}/events?{query}", headers=talk.headers)
    assert (refused.status_code, refused.json()["error"]) == (422, "invalid")


@pytest.mark.parametrize(
    ("method", "path", "status", "error"),
    [
        ("GET", "/nothing", 404, "not_found"),
        ("GET", OPEN, 405, "method_not_allowed"),
        ("PUT", "/healthz", 405, "method_not_allowed"),
        ("GET", "/chat/../../etc/passwd", 404, "not_found"),
        ("GET", "/chat/%2e%2e/%2e%2e/pyproject.toml", 404, "not_found"),
        ("GET", "/chat/nothing.js", 404, "not_found"),
        ("GET", "/docs", 404, "not_found"),
    ],
)
async def test_what_is_not_there_is_said_in_the_same_shape(
    gateway: Gateway, method: str, path: str, status: int, error: str
) -> None:
    refused = await gateway.http.request(method, path)
    assert (refused.status_code, refused.json()["error"]) == (status, error)


@pytest.mark.parametrize("size", [16 * 1024 + 1, 1_000_000])
@pytest.mark.parametrize("says", [True, False])
async def test_a_large_body_is_refused_whether_it_says_so_or_not(
    gateway: Gateway, engine: StandInEngine, database_url: str, size: int, says: bool
) -> None:
    talk = await gateway.talk()

    async def parts() -> Any:
        for _ in range(size // 1000 + 1):
            yield b" " * 1000

    refused = await gateway.http.post(
        talk.path + "/messages",
        content=b" " * size if says else parts(),
        headers={**talk.headers, "Content-Type": "application/json"},
    )
    assert (refused.status_code, refused.json()["error"]) == (413, "too_large")
    assert counted(database_url) == (1, 0, 0)
    assert engine.heard == []
