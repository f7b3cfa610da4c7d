"""The API as its OpenAPI document says: whatever is sent, no 5xx and no other shape."""

from __future__ import annotations

import asyncio
import uuid
from typing import Any

import httpx
import psycopg
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from channels.edge import bodies
from tests.conftest import Gateway, OpenGateway
from tests.stand_ins.engine import StandInEngine

# A real conversation gets through the token check, so that what is behind it is tried, too.
EXAMPLES = 200
OPEN = "/api/chat/conversations"
TALK = OPEN + "/{conversation}"


async def test_the_document_names_every_call(gateway: Gateway) -> None:
    document = (await gateway.http.get("/openapi.json")).json()
    talk = "/api/chat/conversations/{conversation}"
    assert {
        (method, path)
        for path, methods in document["paths"].items()
        for method in methods
        if path.startswith("/api/chat/")
    } >= {
        ("post", "/api/chat/conversations"),
        ("post", talk + "/messages"),
        ("get", talk + "/events"),
        ("post", talk + "/events/{seq}/feedback"),
        ("delete", talk),
    }
    problem = document["components"]["schemas"]["Problem"]
    assert set(problem["required"]) == {"error", "message"}


def told(document: dict[str, Any], method: str, path: str, answer: httpx.Response) -> str:
    """What the document says of this answer, which has to be as it says."""
    said: dict[str, Any] = document["paths"][path][method]["responses"][str(answer.status_code)]
    assert ("Retry-After" in said.get("headers", {})) or "retry-after" not in answer.headers
    kind = said["content"]["application/json"]["schema"]["$ref"].rsplit("/", 1)[-1]
    assert set(document["components"]["schemas"][kind]["required"]) <= answer.json().keys()
    return str(answer.headers.get("retry-after", ""))


async def test_it_says_when_to_try_again_where_we_do(
    open_gateway: OpenGateway, engine: StandInEngine
) -> None:
    limits = {"messages_per_minute": 1, "address_openings_per_minute": 2, "waiting_at_once": 1}
    async with open_gateway(**limits) as gateway:
        document = (await gateway.http.get("/openapi.json")).json()
        talk = await gateway.talk()
        for _ in range(2):
            too_fast = await talk.send(text="问")
        await gateway.talk()
        opened = await gateway.http.post(OPEN, json={"site": "demo"})
        waiting = asyncio.create_task(talk.events(99, wait=1))
        await asyncio.sleep(0.3)
        busy = await gateway.http.get(
            talk.path + "/events", params={"after": 99, "wait": 1}, headers=talk.headers
        )
        await waiting
        engine.served.stop()
        await asyncio.sleep(1.1)  # a probe is good for a second
        unready = await gateway.http.get("/readyz")
        async with gateway.database() as db:
            await db.execute(text("ALTER TABLE conversations RENAME TO gone"))
        try:
            away = await gateway.http.get(talk.path + "/events", headers=talk.headers)
        finally:
            async with gateway.database() as db:
                await db.execute(text("ALTER TABLE gone RENAME TO conversations"))
    assert [one.status_code for one in (too_fast, opened)] == [429, 429]
    assert [one.status_code for one in (busy, unready, away)] == [503, 503, 503]
    waits = [
        told(document, "post", TALK + "/messages", too_fast),
        told(document, "post", OPEN, opened),
        told(document, "get", TALK + "/events", busy),
        told(document, "get", TALK + "/events", away),
        told(document, "get", "/readyz", unready),
    ]
    assert all(0 < int(wait) <= 60 for wait in waits)


async def half_a_call(gateway: Gateway, method: str, path: str) -> httpx.Response:
    """The answer to a call whose body never comes."""
    host = gateway.url.removeprefix("http://")
    reader, writer = await asyncio.open_connection(*host.split(":"))
    head = f"{method.upper()} {path} HTTP/1.1\r\nHost: {host}\r\nContent-Length: 9\r\n\r\n"
    writer.write(head.encode())
    answer = await asyncio.wait_for(reader.read(), 5)
    writer.close()
    lines, _, body = answer.partition(b"\r\n\r\n")
    status, *headers = lines.decode().split("\r\n")
    split = [tuple(one.split(": ", 1)) for one in headers]
    return httpx.Response(int(status.split()[1]), headers=dict(split), content=body)


async def test_it_says_that_a_slow_body_ends_the_call(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch, database_url: str
) -> None:
    monkeypatch.setattr(bodies, "SECONDS_TO_SEND", 0.2)
    document = (await gateway.http.get("/openapi.json")).json()
    for path, methods in document["paths"].items():
        for method, call in methods.items():
            assert ("408" in call["responses"]) == (method != "get"), (method, path)
            if method != "get":
                real = path.format(conversation=uuid.uuid4(), seq=1)
                answer = await half_a_call(gateway, method, real)
                assert answer.status_code == 408
                assert told(document, method, path, answer) == ""
    with psycopg.connect(database_url) as db:
        assert db.execute("SELECT count(*) FROM conversations").fetchone() == (0,)


@pytest.mark.timeout(300)
async def test_no_input_breaks_a_call(gateway: Gateway) -> None:
    talk = await gateway.talk()
    document = (await gateway.http.get("/openapi.json")).json()
    schema = schemathesis.openapi.from_dict(document)
    schema.config.update(base_url=gateway.url)
    tried = await asyncio.to_thread(_try_all, schema, talk.id, talk.token)
    assert tried >= 5 * EXAMPLES


def _try_all(schema: schemathesis.BaseSchema, conversation: str, token: str) -> int:
    tried = 0
    for result in schema.get_all_operations():
        operation = result.ok()
        if not operation.path.startswith("/api/chat/") or "sign-in" in operation.path:
            continue

        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(), data=st.booleans())
        def run(case: schemathesis.Case, data: bool) -> None:
            nonlocal tried
            tried += 1
            if "conversation" in case.path_parameters and case.method != "DELETE":
                case.path_parameters["conversation"] = conversation
            if case.query and "wait" in case.query:
                case.query["wait"] = 0
            if data and isinstance(case.body, dict) and "client_id" in case.body:
                case.body["client_id"] = str(uuid.uuid4())
            response = case.call(headers={"Authorization": f"Bearer {token}"}, timeout=10)
            if response.status_code == 503 and response.json()["error"] == "sms_away":
                return  # this gateway has no provider of short messages, and says so
            assert response.status_code < 500, response.text
            case.validate_response(
                response,
                checks=[
                    schemathesis.checks.not_a_server_error,
                    schemathesis.specs.openapi.checks.status_code_conformance,
                    schemathesis.specs.openapi.checks.content_type_conformance,
                    schemathesis.specs.openapi.checks.response_schema_conformance,
                ],
            )

        run()
    return tried
