"""The address that WeCom calls for 微信客服; a call only says that there is something to read."""

from __future__ import annotations

from typing import cast

from fastapi import APIRouter, Request
from starlette.responses import PlainTextResponse, Response

from channels.doors import PartsDoor
from channels.messengers import incoming
from channels.messengers.wechat.envelopes import text_of
from channels.messengers.wecom import proof
from channels.messengers.wecom.desk import WeComDesk

LONGEST_TOKEN = 512

router = APIRouter(prefix="/messengers/wecom-kf", include_in_schema=False)


@router.get("/{account}")
async def verify(account: str, request: Request, parts: PartsDoor) -> Response:
    """Say that the address is ours."""
    known = await parts.messengers.accounts.find(WeComDesk.name, account)
    return PlainTextResponse(proof.prove_address(known, request.query_params, incoming.clock()))


@router.post("/{account}")
async def receive(account: str, request: Request, parts: PartsDoor) -> Response:
    """Have the list read on; WeCom does not wait for that."""
    known = await parts.messengers.accounts.find(WeComDesk.name, account)
    body = await request.body()
    fields = proof.open_call(known, request.query_params, body, incoming.clock()).fields
    desk = cast(WeComDesk, parts.messengers.channels[WeComDesk.name])
    if text_of(fields, "Event") == "kf_msg_or_event" and desk.reading is not None:
        named = incoming.need_id(text_of(fields, "OpenKfId"))
        desk.reading.wake(known.id, named, text_of(fields, "Token")[:LONGEST_TOKEN])
    return PlainTextResponse("")
