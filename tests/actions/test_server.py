"""The server keeps to itself, and no action lets an error out."""

from __future__ import annotations

import dataclasses
import json
import logging
import re
from collections.abc import Awaitable, Callable

import httpx
import pytest
import yaml
from pydantic import SecretStr, ValidationError

from actions.server import ACTIONS
from actions.settings import Settings
from actions.talk.parts import Parts
from tests.actions.conftest import VAULT_KEY
from tests.actions.stage import RESPONSES, ROOT, Clock, Stage, call

ALL = tuple(sorted(action.action for action in ACTIONS))
# Without the payload that they wait for, these do nothing and have nothing to be sorry for.
STEPS = {"action_exchange_step", "action_privacy_step"}
SAY_AGAIN = "action_say_again"  # needs nothing but the conversation
CALL_FOR_HELP = "action_call_for_help"  # needs nothing that may be broken


class Broken:
    """Knowledge that fails with somebody's number in its message."""

    async def now(self) -> None:
        raise RuntimeError("11010519491231002X")


async def test_every_action_of_the_domain_is_here(stage: Stage) -> None:
    named: set[str] = set()
    for file in (ROOT / "domain.yml", *(ROOT / "data/domain").glob("*.yml")):
        named |= set(yaml.safe_load(file.read_text("utf-8")).get("actions") or ())
    listed = {one["name"] for one in (await stage.http.get("/actions")).json()}
    assert listed == named == set(ALL)


def test_every_response_that_is_used_is_written() -> None:
    used: set[str] = set()
    for path in (ROOT / "actions").rglob("*.py"):
        used |= set(re.findall(r"\"(utter_\w+)\"", path.read_text("utf-8")))
    used |= {"utter_ask_worker_category", "utter_ask_birth_and_category"}
    assert used - set(RESPONSES) == set()
    assert set(RESPONSES) - used == set()


async def test_it_is_healthy_and_allows_no_origin(stage: Stage) -> None:
    healthy = await stage.http.get("/health", headers={"Origin": "https://evil.example"})
    assert healthy.json() == {"status": "ok"}
    assert not [name for name in healthy.headers if name.startswith("access-control")]


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"{}", b'{"next_action": "x"}'])
async def test_a_bad_call_is_refused_without_being_repeated(stage: Stage, body: bytes) -> None:
    refused = await stage.http.post("/webhook", content=body)
    assert refused.status_code == 400
    assert "request_body" not in refused.json()


async def test_an_unknown_action_is_named(stage: Stage) -> None:
    refused = await stage.http.post(
        "/webhook", json=call("action_nothing", "faq", stage.conversation, {}, {})
    )
    assert (refused.status_code, refused.json()["error"]) == (404, "no_such_action")


@pytest.mark.parametrize("action", ALL)
async def test_no_action_lets_an_error_out_or_tells_it(
    serve: Callable[[Parts], Awaitable[httpx.AsyncClient]],
    parts: Parts,
    clock: Clock,
    caplog: pytest.LogCaptureFixture,
    action: str,
) -> None:
    broken = dataclasses.replace(parts, shelf=Broken(), database=None)  # type: ignore[arg-type]
    stage = Stage(await serve(broken), clock)
    with caplog.at_level(logging.INFO):
        said = await stage.play(action, answers=["Q001"], entities={"item": "Q001"})
    assert said.responses
    assert action in STEPS or "12333" in said.text or "120" in said.text
    assert "11010519491231002X" not in caplog.text + json.dumps(said.texts)
    assert (action in {*STEPS, SAY_AGAIN, CALL_FOR_HELP}) != ("action failed: " in caplog.text)


@pytest.mark.parametrize(
    "tracker",
    [
        {"sender_id": "x"},
        {"sender_id": "x", "slots": {}, "latest_message": None, "events": []},
        {"sender_id": "x", "slots": {"region": 5}, "latest_message": {"entities": [{}]}},
        {"sender_id": "x", "slots": {}, "latest_message": {"answers": [1, {}], "entities": None}},
    ],
)
async def test_a_strange_tracker_is_answered(stage: Stage, tracker: dict[str, object]) -> None:
    body = {**call("action_ask_back", "unclear", "x", {}, {}), "tracker": tracker}
    heard = await stage.http.post("/webhook", json=body)
    assert heard.status_code == 200
    assert heard.json()["responses"]


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.5"])  # noqa: S104 - refused
def test_it_listens_on_loopback_only(host: str) -> None:
    with pytest.raises(ValidationError):
        Settings(
            database_url=SecretStr("postgresql://x"),
            vault_key=SecretStr(VAULT_KEY),
            actions_host=host,
        )
