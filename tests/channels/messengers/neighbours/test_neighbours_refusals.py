"""What is not the provider's own fresh call is refused, and nothing behind the door is called."""

from __future__ import annotations

import asyncio
from random import Random
from typing import Any

import pytest

from tests.channels.messengers.neighbours import calls
from tests.channels.messengers.neighbours.calls import Call, as_json
from tests.channels.messengers.neighbours.conftest import NewAccountAt, Rows, post
from tests.channels.messengers.neighbours.forgeries import FORGERIES
from tests.channels.messengers.neighbours.ways import WAYS, Way
from tests.channels.messengers.wechat_calls import until
from tests.conftest import OpenGateway
from tests.stand_ins.engine import StandInEngine
from tests.stand_ins.provider import StandInProvider

EACH = 10


async def test_no_forged_call_gets_through(
    way: Way,
    open_gateway: OpenGateway,
    new_account_at: NewAccountAt,
    provider: StandInProvider,
    engine: StandInEngine,
    rows: Rows,
) -> None:
    new_account_at(way.channel)
    chance = Random(20261125)  # noqa: S311
    through: list[Any] = []
    async with open_gateway() as gateway:
        for place, forge in enumerate(FORGERIES[way.channel]):
            for _ in range(EACH):
                call = forge(chance)
                answered = await post(gateway.http, way, call)
                if answered.status_code not in (400, 403, 413):
                    through.append((place, answered.status_code, call.headers, call.body[:200]))
        assert through == []
        assert (engine.heard, provider.calls, rows("messages"), rows("threads")) == ([], [], 0, 0)
        real = way.message(provider, way.user, "真的")
        assert (await post(gateway.http, way, real)).status_code == 200
        await until(lambda: engine.heard)
    assert engine.texts == ["真的"]


def group_calls() -> list[tuple[str, Call]]:
    """What is the provider's own, but not for us alone."""
    update = calls.telegram_update("7001", "群")
    update["message"]["chat"] = {"id": -100, "type": "group", "title": "群"}
    bot = calls.feishu_event("ou_1", "机")
    bot["event"]["sender"]["sender_type"] = "app"
    room = calls.line_events("U1", "群", source={"type": "group", "groupId": "C", "userId": "U1"})
    tapped = {
        "update_id": 5,
        "callback_query": {
            "id": "1",
            "data": "/a",
            "from": {"id": 1},
            "message": update["message"],
        },
    }
    statuses = calls.whatsapp_value("1650", "")
    statuses["entry"][0]["changes"][0]["value"] |= {"messages": [], "statuses": [{"id": "w"}]}
    return [
        ("dingtalk", calls.dingtalk_call(calls.dingtalk_fields("s", "群", conversationType="2"))),
        ("dingtalk", calls.dingtalk_call(calls.dingtalk_fields("", "外"))),
        ("feishu", calls.feishu_call(calls.feishu_event("ou_1", "群", chat_type="group"))),
        ("feishu", calls.feishu_call(bot)),
        ("telegram", calls.telegram_call(update)),
        ("telegram", calls.telegram_call(tapped)),
        ("telegram", calls.telegram_call({"update_id": 6, "poll": {}})),
        ("line", calls.line_call(as_json(room))),
        ("line", calls.line_call(as_json(calls.line_events("U1", "旁", mode="standby")))),
        ("line", calls.line_call(as_json({"destination": "U0", "events": []}))),
        ("slack", calls.slack_call(as_json(calls.slack_event("C1", "群", channel_type="channel")))),
        ("slack", calls.slack_call(as_json(calls.slack_event("D1", "机", bot_id="B1")))),
        (
            "slack",
            calls.slack_call(as_json(calls.slack_event("D1", "改", subtype="message_changed"))),
        ),
        ("whatsapp", calls.whatsapp_call(as_json(statuses))),
    ]


async def test_what_others_would_read_is_not_answered(
    open_gateway: OpenGateway,
    new_account_at: NewAccountAt,
    provider: StandInProvider,
    engine: StandInEngine,
    rows: Rows,
) -> None:
    for channel in WAYS:
        new_account_at(channel)
    async with open_gateway() as gateway:
        for channel, call in group_calls():
            answered = await post(gateway.http, WAYS[channel], call)
            assert answered.status_code == 200, (channel, call)
        await asyncio.sleep(0.3)
    assert (engine.heard, provider.calls, rows("messages")) == ([], [], 0)


async def test_an_account_of_another_channel_is_not_there(
    way: Way,
    open_gateway: OpenGateway,
    new_account_at: NewAccountAt,
    provider: StandInProvider,
) -> None:
    new_account_at(way.channel)
    call = way.message(provider, way.user, "问")
    async with open_gateway() as gateway:
        for other in {"wechat", *WAYS} - {way.channel}:
            address = f"/messengers/{other}/{way.channel}"
            sent = await gateway.http.post(
                address, params=call.query, content=call.body, headers=call.headers
            )
            assert sent.status_code == 404


async def test_a_signature_of_dingtalk_is_good_for_one_body(
    open_gateway: OpenGateway,
    new_account_at: NewAccountAt,
    provider: StandInProvider,
    engine: StandInEngine,
) -> None:
    way = WAYS["dingtalk"]
    new_account_at(way.channel)
    first = calls.dingtalk_call(calls.dingtalk_fields("staff1", "一"))
    async with open_gateway() as gateway:
        assert (await post(gateway.http, way, first)).status_code == 200
        assert (await post(gateway.http, way, first)).status_code == 200
        for number in range(20):
            body = as_json(calls.dingtalk_fields("staff1", f"换{number}"))
            refused = await post(gateway.http, way, Call(body, first.headers))
            assert (refused.status_code, refused.json()["error"]) == (403, "bad_signature")
        await until(lambda: engine.heard)
    assert engine.texts == ["一"]


async def test_in_stream_mode_nothing_is_taken_over_http(
    open_gateway: OpenGateway, new_account_at: NewAccountAt, engine: StandInEngine
) -> None:
    way = WAYS["dingtalk"]
    new_account_at(way.channel, mode="stream")
    async with open_gateway() as gateway:
        call = calls.dingtalk_call(calls.dingtalk_fields("staff1", "问"))
        assert (await post(gateway.http, way, call)).status_code == 404
    assert engine.heard == []


@pytest.mark.parametrize("missing", ["encrypt_key", "verification_token"])
async def test_without_both_keys_nothing_of_feishu_passes(
    open_gateway: OpenGateway,
    new_account: Any,
    engine: StandInEngine,
    missing: str,
) -> None:
    way = WAYS["feishu"]
    new_account("feishu", "feishu", secrets={**way.secrets, missing: ""}, app_id="cli_1")
    async with open_gateway() as gateway:
        for key in (calls.ENCRYPT_KEY, ""):
            call = calls.feishu_call(calls.feishu_event("ou_1", "问"), key=key)
            assert (await post(gateway.http, way, call)).status_code == 403
            plain = Call(as_json(calls.feishu_event("ou_1", "问")), call.headers)
            assert (await post(gateway.http, way, plain)).status_code == 403
    assert engine.heard == []
