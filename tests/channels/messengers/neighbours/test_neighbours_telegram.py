"""A Telegram that we did not write talks to us end to end."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from channels.messengers.telegram.__main__ import set_webhook
from tests.channels.messengers.conftest import NewAccount
from tests.channels.messengers.neighbours.calls import (
    BOT_TOKEN,
    SECRET_TOKEN,
    telegram_call,
    telegram_update,
)
from tests.channels.messengers.neighbours.conftest import NewAccountAt, Rows, post
from tests.channels.messengers.neighbours.peers import Peer, running
from tests.channels.messengers.neighbours.ways import WAYS
from tests.channels.messengers.wechat_calls import until
from tests.conftest import OpenGateway
from tests.stand_ins.engine import StandInEngine
from tests.stand_ins.provider import StandInProvider
from tests.stand_ins.serving import free_port


async def test_an_emulated_telegram_and_we_talk_end_to_end(
    open_gateway: OpenGateway, new_account: NewAccount, engine: StandInEngine
) -> None:
    port = free_port()
    secrets = WAYS["telegram"].secrets
    offered = [{"title": "养老", "payload": "/a"}, {"title": "医保", "payload": "/b" + "x" * 90}]
    card = {"card": {"type": "choices", "choices": offered}}
    engine.says = lambda heard: [{"text": f"答：{heard['message']}", "custom": card}]
    with running("telegram.js", str(port), BOT_TOKEN) as peer:
        assert await asyncio.to_thread(peer.heard) == "ready"
        new_account("telegram", "telegram", secrets=secrets, api=f"http://127.0.0.1:{port}")
        async with open_gateway() as gateway:
            assert await set_webhook(gateway.settings, "telegram") == 0
            hook = await peer.asked(act="hook")
            assert hook["url"] == f"{gateway.url}/messengers/telegram/telegram"
            assert hook["secret_token"] == SECRET_TOKEN
            assert hook["allowed_updates"] == ["message", "callback_query", "my_chat_member"]
            assert await peer.asked(act="say", user=7001, text="社保卡丢了") is True
            first = (await sent(peer, 1))[0]
            assert (first["chat_id"], first["text"]) == (7001, "答：社保卡丢了")
            keys = [row[0] for row in first["reply_markup"]["inline_keyboard"]]
            assert [key["text"] for key in keys] == ["养老", "医保"]
            assert all(1 <= len(key["callback_data"].encode()) <= 64 for key in keys)
            for place, key in enumerate(keys):
                assert await peer.asked(act="tap", user=7001, data=key["callback_data"]) is True
                await sent(peer, 2 + place)
    assert engine.texts == ["社保卡丢了", "/a", offered[1]["payload"]]


async def sent(peer: Peer, many: int) -> list[dict[str, Any]]:
    """What the bot said, once it said so much."""
    end = time.monotonic() + 20
    while time.monotonic() < end:
        found: list[dict[str, Any]] = await peer.asked(act="sent")
        if len(found) >= many:
            return found
        await asyncio.sleep(0.05)
    raise AssertionError("it never came")


async def test_who_blocks_the_bot_is_forgotten(
    open_gateway: OpenGateway,
    new_account_at: NewAccountAt,
    provider: StandInProvider,
    engine: StandInEngine,
    rows: Rows,
) -> None:
    way = WAYS["telegram"]
    new_account_at(way.channel)
    change = {"chat": {"id": 7001, "type": "private"}, "new_chat_member": {"status": "kicked"}}
    async with open_gateway() as gateway:
        for turn in range(2):
            call = way.message(provider, way.user, f"问{turn}")
            await post(gateway.http, way, call)
            await until(lambda turn=turn: len(way.sent(provider)) == turn + 1)
            gone = telegram_call({"update_id": 10 + turn, "my_chat_member": change})
            assert (await post(gateway.http, way, gone)).status_code == 200
    assert len({heard["sender"] for heard in engine.heard}) == 2
    assert rows("threads WHERE ended_at IS NULL") == 0


async def test_a_start_is_greeted_without_the_engine(
    open_gateway: OpenGateway,
    new_account_at: NewAccountAt,
    provider: StandInProvider,
    engine: StandInEngine,
) -> None:
    way = WAYS["telegram"]
    new_account_at(way.channel, greeting="您好")
    async with open_gateway() as gateway:
        await post(gateway.http, way, telegram_call(telegram_update("7001", "/start x")))
        picture = telegram_update("7001", "", photo=[{"file_id": "x"}])
        await post(gateway.http, way, telegram_call(picture))
        await until(lambda: len(way.sent(provider)) == 2)
    assert way.sent(provider)[0] == ("7001", "您好")
    assert "图片" in way.sent(provider)[1][1]
    assert engine.heard == []
