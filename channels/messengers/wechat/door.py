"""The address that WeChat calls, and the answer within its five seconds."""

from __future__ import annotations

import asyncio
import logging
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

import httpx
from fastapi import APIRouter, Request
from starlette.responses import PlainTextResponse, Response

from channels.doors import Parts, PartsDoor
from channels.messengers.frame import intake, linked, places, replying
from channels.messengers.frame.channel import Part
from channels.messengers.frame.failures import DeliveryFailed
from channels.messengers.frame.intake import Said, Taken
from channels.messengers.frame.refusals import BadSignature
from channels.messengers.wechat import proof, staff, translate
from channels.messengers.wechat.channel import WeChat
from channels.messengers.wechat.envelopes import text_of
from channels.messengers.wechat.proof import Opened
from channels.messengers.wechat.staff import Transfer
from records.delivery.accounts import Account
from records.delivery.threads import Thread

log = logging.getLogger(__name__)

# WeChat hangs up after five seconds and asks again, three times in all.
SECONDS_TO_ANSWER = 4.5
# Without the right to send later, we let it hang up and answer when it asks again.
SECONDS_TO_HANG_UP = 6.0
SECONDS_UNTIL_LAST_TRY = 8.0
SECONDS_UNTIL_TYPING = 1.0
NOTHING = "success"
LATER = "later"  # the account's setting `answer`: never in the response


@dataclass(frozen=True)
class _Wished:
    """What has to be kept and answered."""

    account: Account
    openid: str
    place: str | None
    said: Said
    started: float


router = APIRouter(prefix="/messengers/wechat", include_in_schema=False)


@router.get("/{account}")
async def verify(account: str, request: Request, parts: PartsDoor) -> Response:
    """Say that the address is ours."""
    known = await parts.messengers.accounts.find(WeChat.name, account)
    return PlainTextResponse(proof.prove_address(known, request.query_params, proof.clock()))


@router.post("/{account}")
async def receive(account: str, request: Request, parts: PartsDoor) -> Response:
    """Take in what a citizen sent, and answer with the answer if it is there in time."""
    started = time.monotonic()
    known = await parts.messengers.accounts.find(WeChat.name, account)
    body = await request.body()
    opened = await _proven(parts, known, request, body)
    fields = opened.fields
    openid = translate.sender_of(fields)
    event = translate.event_of(fields)
    channel = cast(WeChat, parts.messengers.channels[WeChat.name])
    if event == "unsubscribe":
        await linked.leave(parts, known, openid, "unsubscribed")
        return _nothing(parts, "taken")
    for consent in translate.consents(fields):
        await channel.note_consent(known, openid, consent.template, consent.accepted)
    for cause in translate.unseen(fields):
        log.warning("notice was not shown", extra={"account": account, "cause": cause})
    part = await _answer(parts, channel, known, opened, openid, started)
    return _nothing(parts, "taken") if part is None else _closed(parts, channel, opened, part)


async def _proven(parts: Parts, account: Account, request: Request, body: bytes) -> Opened:
    opened = proof.open_call(account, request.query_params, body, proof.clock())
    expected = account.settings.get("original_id")
    if expected and text_of(opened.fields, "ToUserName") != expected:
        raise BadSignature
    if not await parts.messengers.seen.same(account.id, opened.signature, body):
        raise BadSignature
    return opened


async def _answer(
    parts: Parts,
    channel: WeChat,
    account: Account,
    opened: Opened,
    openid: str,
    started: float,
) -> Part | Transfer | None:
    """The answer, when there is one to be given in this very response."""
    phrases, place = parts.messengers.phrases, translate.place_of(opened.fields)
    if place is None:
        said = translate.said(opened.fields, account, phrases)
    else:
        delivery = translate.delivery_of(opened.fields)
        said = places.said(parts, delivery, place, translate.AFTER_A_MESSAGE)
    if said is None:
        return None
    wished = _Wished(account, openid, place, said, started)
    if channel.can_push(account):
        key = (account.id, openid, said.delivery)
        return await channel.joined.once(key, lambda: _kept(parts, channel, wished))
    return await _kept(parts, channel, wished)


async def _kept(parts: Parts, channel: WeChat, wished: _Wished) -> Part | Transfer | None:
    account, place = wished.account, wished.place
    thread = await intake.find_thread(parts, account, wished.openid)
    if place is not None:
        await places.note(parts, thread, place)
    if account.settings.get("answer") == LATER and channel.can_push(account):
        return _refused(await intake.take(parts, account, thread, wished.said))
    async with replying.reserved(parts, thread.conversation, SECONDS_TO_ANSWER):
        taken = await intake.take(parts, account, thread, wished.said)
        refused = _refused(taken)
        if refused is not None:
            return refused
        if channel.can_push(account):
            return await _in_time(parts, channel, account, taken, wished.started)
        return await _without_push(parts, channel, taken, wished.started)


def _refused(taken: Taken) -> Part | None:
    """What is said at once to who is too fast."""
    return None if taken.refusal is None else Part(taken.refusal)


async def _in_time(
    parts: Parts, channel: WeChat, account: Account, taken: Taken, started: float
) -> Part | Transfer | None:
    typing = asyncio.create_task(_typing(channel, account, taken.thread))
    try:
        until = started + SECONDS_TO_ANSWER
        part = await replying.reply(parts, channel, taken, until, can_push=True)
    finally:
        typing.cancel()
        await asyncio.gather(typing, return_exceptions=True)
    return part and await staff.hand_over(parts, channel, account, taken, part, started)


async def _without_push(parts: Parts, channel: WeChat, taken: Taken, started: float) -> Part | None:
    """Each of WeChat's three tries may carry the answer; the last says that it takes longer."""
    part = await replying.reply(parts, channel, taken, started + SECONDS_TO_ANSWER, can_push=False)
    if part is not None:
        return part
    since = datetime.now(UTC) - await replying.received_at(parts, taken)
    if since.total_seconds() > SECONDS_UNTIL_LAST_TRY + SECONDS_TO_ANSWER:
        return Part(parts.messengers.phrases.phrases["still_working"])
    await asyncio.sleep(started + SECONDS_TO_HANG_UP - time.monotonic())
    return None


async def _typing(channel: WeChat, account: Account, thread: Thread) -> None:
    await asyncio.sleep(SECONDS_UNTIL_TYPING)
    # It is but a courtesy: whatever goes wrong with it, the answer comes.
    with suppress(DeliveryFailed, httpx.HTTPError):
        await channel.typing(account, thread)


def _nothing(parts: Parts, outcome: str) -> Response:
    parts.messengers.metrics.calls.labels(WeChat.name, outcome).inc()
    return PlainTextResponse(NOTHING)


def _closed(parts: Parts, channel: WeChat, opened: Opened, part: Part | Transfer) -> Response:
    parts.messengers.metrics.calls.labels(WeChat.name, "answered").inc()
    now = int(proof.clock())
    fields: dict[str, Any] = {
        "ToUserName": text_of(opened.fields, "FromUserName"),
        "FromUserName": text_of(opened.fields, "ToUserName"),
        "CreateTime": now,
    }
    fields |= part.fields if isinstance(part, Transfer) else _words(channel, part)
    media = "application/json" if opened.as_json else "application/xml"
    return Response(proof.close(opened, fields, now), media_type=media)


def _words(channel: WeChat, part: Part) -> dict[str, Any]:
    kind, content = channel.content(part)
    if kind == "text":
        return {"MsgType": kind, "Content": content["content"]}
    return {"MsgType": kind, "ArticleCount": 1, "Articles": [_article(content)]}


def _article(content: dict[str, Any]) -> dict[str, Any]:
    names = {"title": "Title", "description": "Description", "picurl": "PicUrl", "url": "Url"}
    return {names[name]: value for name, value in content.items()}
