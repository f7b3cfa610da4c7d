"""微信客服: the list is read once to its end, whoever dies meanwhile, and staff can take over."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import psycopg
import pytest
from starlette.responses import JSONResponse, Response

from channels.messengers.wechat.crypto import encrypt, read_aes_key
from tests.channels.messengers.neighbours import calls
from tests.channels.messengers.neighbours.calls import kf_fields, wecom_call
from tests.channels.messengers.neighbours.conftest import NewAccountAt, Rows, post
from tests.channels.messengers.neighbours.ways import WAYS
from tests.channels.messengers.test_rendering import CARDS
from tests.channels.messengers.wechat_calls import until
from tests.conftest import Gateway, OpenGateway
from tests.stand_ins.engine import StandInEngine
from tests.stand_ins.provider import Heard, StandInProvider

WAY = WAYS["wecom-kf"]


async def ring(gateway: Gateway, **more: Any) -> None:
    """WeCom says that something happened."""
    told = await post(gateway.http, WAY, wecom_call(kf_fields(**more)))
    assert (told.status_code, told.text) == (200, "")


def cursor(url: str) -> str:
    """How far the list was read."""
    with psycopg.connect(url) as db:
        found = db.execute("SELECT cursor FROM channel_cursors WHERE name = 'wk1'").fetchone()
    return str(found[0]) if found else ""


async def test_the_list_is_read_page_by_page_and_the_cursor_kept(
    open_gateway: OpenGateway,
    new_account_at: NewAccountAt,
    provider: StandInProvider,
    engine: StandInEngine,
    database_url: str,
) -> None:
    new_account_at("wecom-kf")
    provider.desk.page = 3
    for turn in range(8):
        provider.desk.write(f"wm{turn % 2}", f"问{turn}")
    async with open_gateway() as gateway:
        await ring(gateway)
        await until(lambda: len(engine.heard) == 8)
        await until(lambda: cursor(database_url) == "8")
        asked = provider.at("/sync_msg")
        assert [told.get("cursor") for told in asked] == [None, "3", "6"]
        assert {told["token"] for told in asked} == {"a-sync-token"}
        assert all(told["open_kfid"] == "wk1" and told["limit"] <= 1000 for told in asked)
        provider.desk.write("wm0", "后来")
        await asyncio.gather(*(ring(gateway) for _ in range(5)))
        await until(lambda: "后来" in engine.texts)
        await until(lambda: cursor(database_url) == "9")
    assert sorted(engine.texts) == sorted([*(f"问{turn}" for turn in range(8)), "后来"])
    assert len({heard["sender"] for heard in engine.heard}) == 2


async def test_a_page_that_was_kept_in_part_is_read_again_and_doubles_nothing(
    open_gateway: OpenGateway,
    new_account_at: NewAccountAt,
    provider: StandInProvider,
    engine: StandInEngine,
    rows: Rows,
    database_url: str,
) -> None:
    new_account_at("wecom-kf")
    for citizen in range(4):
        provider.desk.write(f"wm{citizen}", f"问{citizen}")
    failures = iter([JSONResponse({"errcode": -1}), Response(status_code=502)])

    def fails(heard: Heard) -> Response | None:
        third = heard.path.endswith("/service_state/get") and heard.told["external_userid"] == "wm2"
        return next(failures, None) if third else None

    provider.fails = fails
    async with open_gateway() as gateway:
        await ring(gateway)
        await until(lambda: len(engine.heard) == 4, 30)
        await until(lambda: len(WAY.sent(provider)) == 4, 30)
        await until(lambda: cursor(database_url) == "4")
    assert [told.get("cursor") for told in provider.at("/sync_msg")] == [None] * 3
    assert sorted(engine.texts) == ["问0", "问1", "问2", "问3"]
    assert rows("messages") == 4


async def test_two_gateways_read_one_list_without_doubling(
    open_gateway: OpenGateway,
    new_account_at: NewAccountAt,
    provider: StandInProvider,
    engine: StandInEngine,
    rows: Rows,
) -> None:
    new_account_at("wecom-kf")
    provider.desk.page = 2
    for turn in range(10):
        provider.desk.write(f"wm{turn}", f"问{turn}")
    async with open_gateway() as one, open_gateway() as two:
        await asyncio.gather(ring(one), ring(two), ring(one), ring(two))
        await until(lambda: len(WAY.sent(provider)) == 10, 30)
    assert sorted(engine.texts) == sorted(f"问{turn}" for turn in range(10))
    assert rows("messages") == 10


async def test_what_came_while_no_gateway_ran_is_read_at_the_start(
    open_gateway: OpenGateway,
    new_account_at: NewAccountAt,
    provider: StandInProvider,
    engine: StandInEngine,
    database_url: str,
) -> None:
    new_account_at("wecom-kf")
    provider.desk.write("wm1", "以前", send_time=int(time.time()) - 3600)
    provider.desk.write("wm1", "先")
    async with open_gateway() as gateway:
        await ring(gateway)
        await until(lambda: cursor(database_url) == "2")
    provider.desk.write("wm1", "后", send_time=int(time.time()) - 3600)
    provider.desk.write("wm1", "太久", send_time=int(time.time()) - 49 * 3600)
    async with open_gateway():
        await until(lambda: len(WAY.sent(provider)) == 2, 30)
    # What was written long before the account was ours, or too long ago, is left alone.
    assert engine.texts == ["先", "后"]
    assert "token" not in provider.at("/sync_msg")[-1]


@pytest.mark.parametrize(("transfer", "state"), [("pool", 2), ("a-servicer", 3)])
async def test_staff_take_over_and_the_machine_is_silent_until_they_end(
    open_gateway: OpenGateway,
    new_account_at: NewAccountAt,
    provider: StandInProvider,
    engine: StandInEngine,
    transfer: str,
    state: int,
) -> None:
    new_account_at("wecom-kf", transfer=transfer)
    engine.says = lambda heard: [
        {"text": "为您转人工", "custom": {"card": CARDS["handoff"]}}
        if heard["message"] == "转人工"
        else {"text": f"答：{heard['message']}"}
    ]
    async with open_gateway() as gateway:
        provider.desk.write("wm1", "转人工")
        await ring(gateway)
        await until(lambda: provider.at("/service_state/trans"))
        told = provider.at("/service_state/trans")[0]
        assert (told["service_state"], told["external_userid"]) == (state, "wm1")
        assert told.get("servicer_userid") == (None if transfer == "pool" else transfer)
        provider.desk.write("wm1", "跟工作人员说的话")
        await ring(gateway)
        await asyncio.sleep(0.5)
        assert engine.texts == ["转人工"]
        provider.desk.state["wm1"] = 4
        provider.desk.write("wm1", "又来了")
        await ring(gateway)
        await until(lambda: ("wm1", "答：又来了") in WAY.sent(provider))
    assert engine.texts == ["转人工", "又来了"]


async def test_when_no_staff_can_take_over_the_message_is_not_sent_again(
    open_gateway: OpenGateway,
    new_account_at: NewAccountAt,
    provider: StandInProvider,
    engine: StandInEngine,
) -> None:
    new_account_at("wecom-kf", transfer="pool")
    engine.says = lambda heard: [{"text": "转人工", "custom": {"card": CARDS["handoff"]}}]
    provider.fails = lambda heard: (
        JSONResponse({"errcode": 95016}) if heard.path.endswith("/trans") else None
    )
    async with open_gateway() as gateway:
        provider.desk.write("wm1", "转人工")
        await ring(gateway)
        await until(lambda: provider.at("/trans"))
        await asyncio.sleep(0.5)
    assert (len(provider.at("/kf/send_msg")), len(provider.at("/trans"))) == (1, 1)


async def test_who_comes_in_is_greeted_in_time(
    open_gateway: OpenGateway,
    new_account_at: NewAccountAt,
    provider: StandInProvider,
    engine: StandInEngine,
) -> None:
    new_account_at("wecom-kf", greeting="您好，请说。")
    for code, age in (("now", 0), ("late", 60)):
        event = {"event_type": "enter_session", "open_kfid": "wk1", "welcome_code": code}
        provider.desk.write(
            "", "", msgtype="event", origin=4, event=event, send_time=int(time.time()) - age
        )
    provider.desk.write("wm1", "不是公民", origin=5)
    async with open_gateway() as gateway:
        await ring(gateway)
        await until(lambda: provider.at("/send_msg_on_event"))
        await asyncio.sleep(0.2)
    greeted = provider.at("/send_msg_on_event")
    assert [(told["code"], told["text"]["content"]) for told in greeted] == [
        ("now", "您好，请说。")
    ]
    assert len(greeted[0]["msgid"]) == 32
    assert engine.heard == []


@pytest.mark.parametrize(("code", "state"), [(95001, "parked"), (95002, "parked"), (95018, "dead")])
async def test_errors_are_taken_for_what_they_mean(
    open_gateway: OpenGateway,
    new_account_at: NewAccountAt,
    provider: StandInProvider,
    rows: Rows,
    code: int,
    state: str,
) -> None:
    new_account_at("wecom-kf")
    provider.fails = lambda heard: (
        JSONResponse({"errcode": code}) if heard.path.endswith("/kf/send_msg") else None
    )
    async with open_gateway() as gateway:
        provider.desk.write("wm1", "问")
        await ring(gateway)
        await until(lambda: rows(f"deliveries WHERE state = '{state}'") == 1)
        if state == "parked":
            provider.fails = lambda heard: None
            provider.desk.write("wm1", "再问")
            await ring(gateway)
            await until(lambda: "答：再问" in " ".join(text for _, text in WAY.sent(provider)))
            assert "答：问" in " ".join(text for _, text in WAY.sent(provider))


async def test_the_same_message_has_the_same_name_in_every_try(
    open_gateway: OpenGateway, new_account_at: NewAccountAt, provider: StandInProvider
) -> None:
    new_account_at("wecom-kf")
    failing = iter([Response(status_code=500)] * 2)
    provider.fails = lambda heard: (
        next(failing, None) if heard.path.endswith("/kf/send_msg") else None
    )
    async with open_gateway() as gateway:
        provider.desk.write("wm1", "问")
        await ring(gateway)
        await until(lambda: len(provider.at("/kf/send_msg")) == 3, 30)
    names = {told["msgid"] for told in provider.at("/kf/send_msg")}
    assert len(names) == 1
    assert all(len(name) <= 32 and name.isalnum() for name in names)


async def test_a_message_in_a_place_and_a_picture_are_taken(
    open_gateway: OpenGateway,
    new_account_at: NewAccountAt,
    provider: StandInProvider,
    engine: StandInEngine,
) -> None:
    new_account_at("wecom-kf")
    provider.desk.write("wm1", "", msgtype="location", location={"address": "四川省成都市高新区"})
    provider.desk.write("wm1", "", msgtype="image", image={"media_id": "x"})
    provider.desk.write("wm1", "养老")
    async with open_gateway() as gateway:
        await ring(gateway)
        await until(lambda: len("".join(t for _, t in WAY.sent(provider)).split("答：")) == 2)
    said = "".join(text for _, text in WAY.sent(provider))
    assert "成都" in said
    assert "图片" in said
    assert engine.heard[0]["metadata"]["region"] == "510100"


async def test_the_address_is_verified_and_a_forged_question_refused(
    open_gateway: OpenGateway, new_account_at: NewAccountAt, provider: StandInProvider
) -> None:
    new_account_at("wecom-kf")
    new_account_at("wecom")
    sealed = encrypt(read_aes_key(calls.AES_KEY), calls.CORPID, b"1616140317555161061")
    query = {**calls.wecom_sealed(sealed).query, "echostr": sealed}
    async with open_gateway() as gateway:
        for channel in ("wecom", "wecom-kf"):
            path = WAYS[channel].path
            told = await gateway.http.get(path, params=query)
            assert (told.status_code, told.text) == (200, "1616140317555161061")
            for name in ("msg_signature", "nonce", "timestamp", "echostr"):
                refused = await gateway.http.get(path, params={**query, name: query[name][:-1]})
                assert refused.status_code == 403
