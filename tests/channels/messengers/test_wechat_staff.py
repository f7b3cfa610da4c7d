"""Who wants a person is passed on to the account's staff at WeChat, and is told so once."""

from __future__ import annotations

import time
from typing import Any

import psycopg
import pytest
from wechatpy.replies import TransferCustomerServiceReply, deserialize_reply

from channels.messengers.wechat import envelopes
from channels.messengers.wechat.crypto import decrypt, read_aes_key
from channels.messengers.wechat.staff import ANYBODY, Transfer
from tests.browser.scenes import SCENES
from tests.channels.messengers.conftest import NewAccount
from tests.channels.messengers.wechat_calls import AES_KEY, OFFICIAL, Follower
from tests.conftest import OpenGateway
from tests.stand_ins.engine import StandInEngine
from tests.stand_ins.wechat import APPID, StandInWeChat

SEND = "/cgi-bin/message/custom/send"


@pytest.fixture
def wants_a_person(engine: StandInEngine) -> StandInEngine:
    """An engine that leads whoever says so to a person."""
    words, card = SCENES["handoff"]
    engine.says = lambda heard: [
        {"recipient_id": heard["sender"], "text": words, "custom": {"card": card}}
        if heard["message"] == "转人工"
        else {"recipient_id": heard["sender"], "text": "答"}
    ]
    return engine


async def response(follower: Follower, asked: dict[str, Any]) -> dict[str, Any]:
    """The fields of the response to a call."""
    answered = await follower.post(asked)
    assert answered.status_code == 200, answered.text
    sealed = str(envelopes.read(answered.content)["Encrypt"])
    return envelopes.read(decrypt(read_aes_key(AES_KEY), APPID, sealed))


@pytest.mark.usefixtures("wants_a_person")
async def test_the_words_go_out_and_the_response_passes_the_citizen_on(
    open_gateway: OpenGateway, new_account: NewAccount, wechat: StandInWeChat, database_url: str
) -> None:
    new_account(api=wechat.url, transfer="lili@wenbao")
    async with open_gateway() as gateway:
        follower = Follower(gateway.http, "o1")
        told = await response(follower, follower.message("转人工"))
        assert told["MsgType"] == "transfer_customer_service"
        assert told["TransInfo"] == {"KfAccount": "lili@wenbao"}
        assert (told["ToUserName"], told["FromUserName"]) == ("o1", OFFICIAL)
        [words] = wechat.texts("o1")
        assert "前面还有2位" in words
        assert "12333" in words
        with psycopg.connect(database_url) as db:
            assert db.execute("SELECT window_left FROM threads").fetchone() == (4,)


@pytest.mark.usefixtures("wants_a_person")
async def test_a_repeated_call_is_passed_on_again_without_the_words(
    open_gateway: OpenGateway, new_account: NewAccount, wechat: StandInWeChat
) -> None:
    new_account(api=wechat.url, transfer=ANYBODY)
    async with open_gateway() as gateway:
        follower = Follower(gateway.http, "o1")
        asked = follower.message("转人工")
        for _ in range(3):
            told = await response(follower, asked)
            assert (told["MsgType"], "TransInfo" in told) == ("transfer_customer_service", False)
        assert len(wechat.texts("o1")) == 1


@pytest.mark.usefixtures("wants_a_person")
async def test_when_the_words_cannot_be_sent_they_are_the_response(
    open_gateway: OpenGateway, new_account: NewAccount, wechat: StandInWeChat
) -> None:
    new_account(api=wechat.url, transfer=ANYBODY)
    wechat.fails = lambda path, told: 45047 if path == SEND else None
    async with open_gateway() as gateway:
        follower = Follower(gateway.http, "o1")
        told = await response(follower, follower.message("转人工"))
        assert told["MsgType"] == "text"
        assert "12333" in told["Content"]
        assert wechat.sent == []


@pytest.mark.usefixtures("wants_a_person")
async def test_nobody_else_is_passed_on(
    open_gateway: OpenGateway, new_account: NewAccount, wechat: StandInWeChat
) -> None:
    new_account(api=wechat.url, transfer=ANYBODY)
    new_account("without", api=wechat.url)
    async with open_gateway() as gateway:
        asks, without = (
            Follower(gateway.http, "o1"),
            Follower(gateway.http, "o2", account="without"),
        )
        assert await asks.say("怎么参保") == "答"
        assert "12333" in (await without.say("转人工") or "")
        assert wechat.sent == []


@pytest.mark.parametrize("staff", [ANYBODY, "lili@wenbao"])
def test_wechatpy_reads_the_transfer_as_one(staff: str) -> None:
    fields = {
        "ToUserName": "o1",
        "FromUserName": OFFICIAL,
        "CreateTime": int(time.time()),
        **Transfer(staff).fields,
    }
    read = deserialize_reply(envelopes.write(fields, as_json=False))
    assert isinstance(read, TransferCustomerServiceReply)
    assert (read.target, read.source) == ("o1", OFFICIAL)
