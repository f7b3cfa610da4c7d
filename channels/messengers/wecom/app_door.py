"""The address that WeCom calls for an application."""

from __future__ import annotations

from dataclasses import replace

from fastapi import APIRouter, Request
from starlette.responses import PlainTextResponse, Response

from channels.doors import Parts, PartsDoor
from channels.messengers import incoming
from channels.messengers.frame import intake, linked, places
from channels.messengers.frame.intake import Said
from channels.messengers.frame.refusals import BadSignature
from channels.messengers.wechat import translate
from channels.messengers.wechat.envelopes import Fields, text_of
from channels.messengers.wecom import proof
from channels.messengers.wecom.app import WeCom
from records.delivery.accounts import Account

router = APIRouter(prefix="/messengers/wecom", include_in_schema=False)


@router.get("/{account}")
async def verify(account: str, request: Request, parts: PartsDoor) -> Response:
    """Say that the address is ours."""
    known = await parts.messengers.accounts.find(WeCom.name, account)
    plain = proof.prove_address(known, request.query_params, incoming.clock())
    return PlainTextResponse(plain)


@router.post("/{account}")
async def receive(account: str, request: Request, parts: PartsDoor) -> Response:
    """Take in what a member sent."""
    known = await parts.messengers.accounts.find(WeCom.name, account)
    body = await request.body()
    fields = proof.open_call(known, request.query_params, body, incoming.clock()).fields
    agent = text_of(fields, "AgentID")
    if agent and agent != str(known.settings.get("agentid")):
        raise BadSignature
    member = translate.sender_of(fields)
    if translate.event_of(fields) == "unsubscribe":
        await linked.leave(parts, known, member, "unsubscribed")
        return PlainTextResponse("")
    said = await _said(parts, known, member, fields)
    if said is not None:
        await incoming.hear(parts, known, member, said)
    return PlainTextResponse("")


async def _said(parts: Parts, account: Account, member: str, fields: Fields) -> Said | None:
    """WeCom's messages have the fields of WeChat's; there are no windows."""
    place = translate.place_of(fields)
    if place is None:
        said = translate.said(fields, account, parts.messengers.phrases)
        return None if said is None else replace(said, window=None)
    await places.note(parts, await intake.find_thread(parts, account, member), place)
    return places.said(parts, translate.delivery_of(fields), place, None)
