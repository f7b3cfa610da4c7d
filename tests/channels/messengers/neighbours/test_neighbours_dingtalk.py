"""DingTalk's official client holds the stream: what comes is kept, and then acknowledged."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from sqlalchemy import text
from starlette.responses import JSONResponse

from tests.channels.messengers.neighbours import calls
from tests.channels.messengers.neighbours.conftest import NewAccountAt, Rows
from tests.channels.messengers.neighbours.ways import WAYS
from tests.channels.messengers.wechat_calls import until
from tests.conftest import OpenGateway
from tests.stand_ins.engine import StandInEngine
from tests.stand_ins.provider import StandInProvider

TOPIC = "/v1.0/im/bot/messages/get"
WAY = WAYS["dingtalk"]


def frame(told: Any, **headers: str) -> dict[str, Any]:
    """A message as it comes on a stream."""
    return {
        "specVersion": "1.0",
        "type": "CALLBACK",
        "headers": {
            "topic": TOPIC,
            "messageId": f"frame{calls.number()}",
            "contentType": "application/json",
            "time": "1690362102194",
            **headers,
        },
        "data": told if isinstance(told, str) else json.dumps(told),
    }


def _told(provider: StandInProvider) -> str:
    """All that was sent to the one person, in its order."""
    return "\n".join(text for _, text in WAY.sent(provider))


async def test_messages_on_a_stream_are_answered_once_and_acknowledged(
    open_gateway: OpenGateway,
    new_account_at: NewAccountAt,
    provider: StandInProvider,
    engine: StandInEngine,
) -> None:
    new_account_at("dingtalk", mode="stream")
    first = calls.dingtalk_fields("staff1", "社保卡丢了")
    provider.frames = [frame(first), frame(first), frame(calls.dingtalk_fields("staff1", "再问"))]
    async with open_gateway() as gateway:
        # Two answers that are ready at once may come in one message.
        await until(lambda: "答：再问" in _told(provider), 30)
        await until(lambda: len(provider.acknowledged) == 3)
        assert gateway.app.state.parts.messengers.channels["dingtalk"] is not None
    assert engine.texts == ["社保卡丢了", "再问"]
    assert _told(provider).split() == ["答：社保卡丢了", "答：再问"]
    assert {told["code"] for told in provider.acknowledged} == {200}
    opened = provider.at("/connections/open")[0]
    assert opened["clientId"] == "a-client"
    assert opened["subscriptions"] == [{"type": "CALLBACK", "topic": TOPIC}]
    await until(lambda: provider.streams == 0)


async def test_what_one_person_sends_in_a_rush_stays_in_order(
    open_gateway: OpenGateway,
    new_account_at: NewAccountAt,
    provider: StandInProvider,
    engine: StandInEngine,
) -> None:
    new_account_at("dingtalk", mode="stream")
    provider.hurries = True
    said = [f"问{turn}" for turn in range(12)]
    provider.frames = [frame(calls.dingtalk_fields("staff1", words)) for words in said]
    async with open_gateway():
        await until(lambda: len(engine.heard) == len(said), 40)
    assert engine.texts == said


async def test_a_lost_stream_is_opened_again_and_nothing_is_lost(
    open_gateway: OpenGateway,
    new_account_at: NewAccountAt,
    provider: StandInProvider,
    engine: StandInEngine,
) -> None:
    new_account_at("dingtalk", mode="stream")
    provider.drops = 1
    provider.frames = [frame(calls.dingtalk_fields("staff1", f"问{turn}")) for turn in range(3)]
    async with open_gateway():
        await until(lambda: not provider.frames and len(engine.heard) == 3, 40)
    assert len(provider.at("/connections/open")) >= 2
    assert engine.texts == ["问0", "问1", "问2"]


async def test_a_disconnect_is_followed_by_a_new_stream(
    open_gateway: OpenGateway, new_account_at: NewAccountAt, provider: StandInProvider
) -> None:
    new_account_at("dingtalk", mode="stream")
    goodbye = {**frame("{}", topic="disconnect"), "type": "SYSTEM"}
    ping = {**frame("{}", topic="ping"), "type": "SYSTEM"}
    provider.frames = [ping, goodbye, frame(calls.dingtalk_fields("staff1", "问"))]
    async with open_gateway():
        await until(lambda: WAY.sent(provider), 30)
    assert len(provider.at("/connections/open")) >= 2


async def test_what_is_not_for_us_is_acknowledged_and_forgotten(
    open_gateway: OpenGateway,
    new_account_at: NewAccountAt,
    provider: StandInProvider,
    engine: StandInEngine,
    rows: Rows,
) -> None:
    new_account_at("dingtalk", mode="stream")
    provider.frames = [
        frame(calls.dingtalk_fields("staff1", "群", conversationType="2")),
        frame(calls.dingtalk_fields("", "外")),
        frame(calls.dingtalk_fields("staff1", "错", robotCode="another")),
        frame(calls.dingtalk_fields("staff1", "号", msgId="")),
        frame([]),
        frame({}),
    ]
    async with open_gateway():
        await until(lambda: not provider.frames, 30)
    assert (engine.heard, rows("messages")) == ([], 0)


async def test_an_account_that_is_switched_off_closes_its_stream(
    open_gateway: OpenGateway, new_account_at: NewAccountAt, provider: StandInProvider
) -> None:
    new_account_at("dingtalk", mode="stream")
    async with open_gateway(accounts_seconds=0.2) as gateway:
        await until(lambda: provider.streams == 1, 30)
        async with gateway.database() as db:
            await db.execute(
                text("UPDATE channel_accounts SET enabled = false, updated_at = now()"), {}
            )
        await until(lambda: provider.streams == 0, 30)


@pytest.mark.parametrize("told", [{"invalidStaffIdList": ["staff1"]}, {"code": "x"}])
async def test_who_cannot_be_reached_is_a_dead_letter(
    open_gateway: OpenGateway,
    new_account_at: NewAccountAt,
    provider: StandInProvider,
    rows: Rows,
    told: dict[str, Any],
) -> None:
    new_account_at("dingtalk", mode="stream")
    provider.fails = lambda heard: JSONResponse(told) if heard.path.endswith("/batchSend") else None
    provider.frames = [frame(calls.dingtalk_fields("staff1", "问"))]
    async with open_gateway():
        await until(lambda: rows("deliveries WHERE state = 'dead'") == 1, 30)
        await asyncio.sleep(0.2)
    assert len(WAY.sent(provider)) == 1
