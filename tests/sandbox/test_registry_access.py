"""Who gets an answer: only callers with the token, in our version, and nothing personal is kept."""

from __future__ import annotations

import logging
import time
from typing import Any

import httpx
import pytest

from sandbox.registry.app import create
from tests.sandbox.running import RunningRegistry

PERSON_LOOKUP = "/310000/person-lookups"


def problem(answer: httpx.Response) -> tuple[int, str]:
    """Status and word of a problem answer."""
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert body["status"] == answer.status_code
    return answer.status_code, body["type"].removeprefix("urn:wenbao:registry:")


@pytest.mark.parametrize(
    "header", [{}, {"Authorization": ""}, {"Authorization": "Bearer token-of-the-test"}]
    + [{"Authorization": "Basic token-of-the-tests"}, {"Authorization": "Bearer tökén"}],
)  # fmt: skip
@pytest.mark.parametrize("body", [{"id_number": "31019919900315024X"}, {"wrong": 1}, None])
def test_without_the_token_nothing_is_told(
    registry: RunningRegistry, header: dict[str, str], body: Any
) -> None:
    headers = {name.encode(): value.encode() for name, value in header.items()}
    known = {"id_number": registry.number("wangfang")} if body else body
    answers = [
        registry.http.post(PERSON_LOOKUP, json=sent, headers=headers) for sent in (body, known)
    ]
    assert [problem(one) for one in answers] == [(401, "unauthorised")] * 2
    assert answers[0].content == answers[1].content
    assert answers[0].headers["WWW-Authenticate"] == "Bearer"


def test_a_reference_without_the_token_is_worth_nothing(
    registry: RunningRegistry, caller: httpx.Client
) -> None:
    found = caller.post(PERSON_LOOKUP, json={"id_number": registry.number("wangfang")}).json()
    path = f"/310000/persons/{found['person']}/contributions"
    assert problem(registry.http.get(path)) == (401, "unauthorised")
    assert caller.get(path).status_code == 200


def test_a_registry_without_a_token_is_not_made() -> None:
    with pytest.raises(ValueError, match="token"):
        create([], "")


def test_a_reference_of_one_region_is_unknown_in_another(
    registry: RunningRegistry, caller: httpx.Client
) -> None:
    number = {"id_number": registry.number("douyue")}
    found = [caller.post(f"/{one}/person-lookups", json=number).json() for one in (310000, 440000)]
    assert found[0]["person"] != found[1]["person"]
    crossed = caller.get(f"/440000/persons/{found[0]['person']}/card")
    assert problem(crossed) == (404, "reference-unknown")


@pytest.mark.parametrize("body", [b"{", b"[]", b'"x"', b'{"id_number": 310199199003150241}'])
def test_a_body_that_is_not_described_is_refused_and_not_repeated(
    caller: httpx.Client, body: bytes
) -> None:
    answer = caller.post(PERSON_LOOKUP, content=body, headers={"Content-Type": "application/json"})
    assert problem(answer) == (422, "invalid")
    assert "310199" not in answer.text


@pytest.mark.parametrize("number", ["", "310199199003150240x", "31019919900315024x", "１" * 18])
def test_what_is_no_id_number_is_refused(caller: httpx.Client, number: str) -> None:
    assert problem(caller.post(PERSON_LOOKUP, json={"id_number": number})) == (422, "invalid")


def test_a_large_body_is_refused_unread(caller: httpx.Client) -> None:
    assert problem(caller.post(PERSON_LOOKUP, content=b"x" * 5000)) == (413, "too-large")
    in_parts = caller.post(PERSON_LOOKUP, content=iter([b"x"] * 3))
    assert problem(in_parts) == (413, "too-large")


@pytest.mark.parametrize("version", ["2", "1.x", "", "1.0.0"])
def test_another_version_is_refused(caller: httpx.Client, version: str) -> None:
    answer = caller.get("/310000/persons/x/card", headers={"Registry-Version": version})
    assert problem(answer) == (400, "version-unknown")


def test_every_answer_names_version_and_request(caller: httpx.Client) -> None:
    for path in ("/310000/persons/x/card", "/310000/nothing", "/999999/person-lookups"):
        answer = caller.get(path, headers={"X-Request-Id": "abc-1", "Registry-Version": "1"})
        assert answer.headers["Registry-Version"] == "1.0"
        assert answer.headers["X-Request-Id"] == "abc-1"
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.status_code in (404, 405)


@pytest.mark.parametrize("given", ["a b", "x" * 65, "310199199003150241"])
def test_a_request_id_that_cannot_stand_in_a_log_is_replaced(
    caller: httpx.Client, given: str
) -> None:
    answer = caller.get("/310000/persons/x/card", headers={"X-Request-Id": given})
    assert answer.headers["X-Request-Id"] not in ("", given)


def test_months_the_wrong_way_round_and_days_to_come_are_refused(
    registry: RunningRegistry, caller: httpx.Client
) -> None:
    found = caller.post(PERSON_LOOKUP, json={"id_number": registry.number("wangfang")}).json()
    person = f"/310000/persons/{found['person']}"
    for wrong in ("contributions?from=2024-02&to=2024-01", "contributions?from=2024-13"):
        assert problem(caller.get(f"{person}/{wrong}")) == (422, "invalid")
    assert problem(caller.get(f"{person}/accounts?on=2026-11-25")) == (422, "invalid")
    assert problem(caller.get(f"{person}/certificates/dental")) == (422, "invalid")


def test_another_host_name_is_not_served(registry: RunningRegistry) -> None:
    answer = registry.http.get("/control", headers={"Host": "evil.example"})
    assert answer.status_code == 400


def test_no_id_number_is_logged_or_kept(
    registry: RunningRegistry, caller: httpx.Client, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    number = registry.number("douyue")
    caller.post(PERSON_LOOKUP, json={"id_number": number})
    caller.get(f"/310000/persons/{number}/card", headers={"X-Request-Id": number})
    caller.get(f"/310000/persons/x/card?id_number={number}")
    caller.get(f"/{number}/person-lookups")
    until = time.monotonic() + 5  # a line is written once its answer has gone out
    while len(ours := _ours(caplog)) < 4 and time.monotonic() < until:
        time.sleep(0.02)
    assert len(ours) == len(registry.heard()) == 4
    assert number[:17] not in str(registry.heard()) + "".join(ours)


def _ours(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [one.getMessage() for one in caplog.records if one.name.startswith("sandbox")]
