"""A question comes in over each channel, and its answer goes out once, whole and in order."""

from __future__ import annotations

import asyncio
import json
import re
from typing import Any

from starlette.responses import JSONResponse

from tests.channels.messengers.neighbours.conftest import NewAccountAt, Rows, post
from tests.channels.messengers.neighbours.ways import WAYS, Way
from tests.channels.messengers.test_rendering import CARDS, values
from tests.channels.messengers.wechat_calls import until
from tests.conftest import OpenGateway
from tests.stand_ins.engine import StandInEngine
from tests.stand_ins.provider import StandInProvider

LONG = "养老保险怎么转到四川，要带什么材料，多久能办好？<请看>&下面。🙂" * 130


async def test_a_question_is_answered_once_however_often_it_is_delivered(
    way: Way,
    open_gateway: OpenGateway,
    new_account_at: NewAccountAt,
    provider: StandInProvider,
    engine: StandInEngine,
    rows: Rows,
) -> None:
    new_account_at(way.channel)
    async with open_gateway() as gateway:
        call = way.message(provider, way.user, "社保卡丢了怎么办")
        told = await asyncio.gather(*(post(gateway.http, way, call) for _ in range(5)))
        assert {one.status_code for one in told} == {200}
        await until(lambda: way.sent(provider))
        again = await post(gateway.http, way, call)
        assert again.status_code == 200
        await asyncio.sleep(0.3)
    assert way.sent(provider) == [(way.user, "答：社保卡丢了怎么办")]
    assert engine.texts == ["社保卡丢了怎么办"]
    assert engine.heard[0]["metadata"]["channel"] == way.channel
    assert way.user not in str(engine.heard)
    assert rows("messages") == 1


async def test_answers_keep_their_order_and_users_are_kept_apart(
    way: Way,
    open_gateway: OpenGateway,
    new_account_at: NewAccountAt,
    provider: StandInProvider,
    engine: StandInEngine,
) -> None:
    new_account_at(way.channel)
    users = [way.user, way.user[:-1] + "9"]
    async with open_gateway() as gateway:
        for turn in range(4):
            for user in users:
                call = way.message(provider, user, f"问{turn}")
                assert (await post(gateway.http, way, call)).status_code == 200
        await until(lambda: "".join(text for _, text in way.sent(provider)).count("答") == 8)
    for user in users:
        said = "\n\n".join(text for to, text in way.sent(provider) if to == user)
        assert re.findall(r"问(\d)", said) == ["0", "1", "2", "3"]
    assert len({heard["sender"] for heard in engine.heard}) == 2


async def test_every_card_arrives_within_the_size_of_the_channel(
    way: Way,
    open_gateway: OpenGateway,
    new_account_at: NewAccountAt,
    provider: StandInProvider,
    engine: StandInEngine,
) -> None:
    new_account_at(way.channel)
    kinds = list(CARDS)
    engine.says = lambda heard: [
        {"text": "请看", "custom": {"card": CARDS[heard["message"]]}},
        {"text": LONG},
    ]
    async with open_gateway() as gateway:
        for place, kind in enumerate(kinds):
            user = f"{way.user}{place}" if way.channel != "line" else f"{way.user[:-2]}{place:02}"
            call = way.message(provider, user, kind)
            assert (await post(gateway.http, way, call)).status_code == 200
            await until(lambda user=user: whole(way, provider, user), 20)
            check(CARDS[kind], heard_by(way, provider, user), buttons=way.channel == "telegram")
    sizes = [way.size(text) for _, text in way.sent(provider)]
    assert max(sizes) <= way.most


def heard_by(way: Way, provider: StandInProvider, user: str) -> str:
    """All that a user got, without page numbers; choices that are tapped, too."""
    said = "\n".join(text for to, text in way.sent(provider) if to == user)
    rows = [
        row[0]["text"]
        for told in provider.at("/sendMessage")
        if str(told["chat_id"]) == user
        for row in told.get("reply_markup", {}).get("inline_keyboard", [])
    ]
    cards = [
        json.dumps(told["textcard"], ensure_ascii=False)
        for told in provider.at("/message/send")
        if "textcard" in told and told["touser"] == user
    ]
    return "\n".join([said, *rows, *cards])


def whole(way: Way, provider: StandInProvider, user: str) -> bool:
    """Whether everything arrived, as far as the channel's window lets it."""
    said = heard_by(way, provider, user)
    many = sum(to == user for to, _ in way.sent(provider))
    return said.count("🙂") == 130 or (way.channel == "wecom-kf" and many == 5)


def check(card: dict[str, Any], said: str, *, buttons: bool) -> None:
    """What the card shows stands in the messages."""
    without = re.sub(r"\s", "", said)
    for name, value in values(card):
        if name in SHOWN and not (name == "title" and card["type"] in ("answer",)):
            assert re.sub(r"\s", "", value) in without, (card["type"], name, value, buttons)


SHOWN = {"summary", "detail", "document", "article", "phone", "hours", "number", "formula"}


async def test_a_number_chooses_what_was_offered(
    way: Way,
    open_gateway: OpenGateway,
    new_account_at: NewAccountAt,
    provider: StandInProvider,
    engine: StandInEngine,
) -> None:
    new_account_at(way.channel)
    offered = [{"title": "养老", "payload": "/a"}, {"title": "医保", "payload": "/b" + "x" * 90}]
    engine.says = lambda heard: [
        {"text": "您问哪个", "custom": {"card": {"type": "choices", "choices": offered}}}
    ]
    async with open_gateway() as gateway:
        await post(gateway.http, way, way.message(provider, way.user, "问"))
        await until(lambda: way.sent(provider))
        await post(gateway.http, way, way.message(provider, way.user, "2"))
        await until(lambda: len(engine.heard) == 2)
    assert engine.texts[1] == offered[1]["payload"]


async def test_trouble_of_the_provider_passes_and_the_answer_comes(
    way: Way,
    open_gateway: OpenGateway,
    new_account_at: NewAccountAt,
    provider: StandInProvider,
) -> None:
    new_account_at(way.channel)
    failing = iter(
        JSONResponse({"error": "no"}, status, {"Retry-After": "1"}) for status in (429, 502)
    )
    sending = {"/message/send", "/kf/send_msg", "/batchSend", "/im/v1/messages", "/sendMessage"}
    sending |= {"/message/push", "/chat.postMessage", "/42/messages"}
    provider.fails = lambda heard: (
        next(failing, None) if heard.path.endswith(tuple(sending)) else None
    )
    async with open_gateway() as gateway:
        await post(gateway.http, way, way.message(provider, way.user, "问"))
        await until(lambda: len(way.sent(provider)) >= 1, 20)
        if way.channel != "wecom-kf":
            await until(lambda: len(way.sent(provider)) == 3, 20)
        await asyncio.sleep(0.2)
    assert {text for _, text in way.sent(provider)} == {"答：问"}
    keys = {
        json.dumps(heard.told, sort_keys=True)
        for heard in provider.calls
        if heard.path.endswith(tuple(sending))
    }
    assert len(keys) == 1


async def test_who_is_too_fast_is_told_so_once(
    open_gateway: OpenGateway,
    new_account_at: NewAccountAt,
    provider: StandInProvider,
    engine: StandInEngine,
) -> None:
    way = WAYS["telegram"]
    new_account_at(way.channel)
    async with open_gateway(messages_per_minute=2) as gateway:
        for turn in range(6):
            call = way.message(provider, way.user, f"问{turn}")
            assert (await post(gateway.http, way, call)).status_code == 200
        await until(lambda: len(way.sent(provider)) == 3)
        await asyncio.sleep(0.3)
    assert len(engine.heard) == 2
    assert len(way.sent(provider)) == 3
