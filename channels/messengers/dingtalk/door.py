"""The address that DingTalk calls in HTTP mode, whose signature does not cover what is said.

Whoever sees one call could send others with its signature, so a signature is good for the body
it first came with, for five minutes, and an account takes such calls only when it is set up so.
"""

from __future__ import annotations

import base64
import hashlib
import hmac

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from channels.doors import PartsDoor
from channels.messengers import incoming
from channels.messengers.dingtalk import translate
from channels.messengers.dingtalk.channel import HTTP, STREAM, DingTalk
from channels.messengers.frame.refusals import BadSignature, StaleCall
from channels.refusals import NotFound
from records.delivery.accounts import Account

router = APIRouter(prefix="/messengers/dingtalk", include_in_schema=False)


@router.post("/{account}")
async def receive(account: str, request: Request, parts: PartsDoor) -> Response:
    """Take in what somebody wrote to the robot."""
    known = await parts.messengers.accounts.find(DingTalk.name, account)
    if known.settings.get("mode", STREAM) != HTTP:
        raise NotFound
    body = await request.body()
    timestamp, given = request.headers.get("timestamp", ""), request.headers.get("sign", "")
    prove(known, timestamp, given, incoming.clock())
    told = incoming.read_object(body)
    if not await parts.messengers.seen.same(known.id, given, body):
        raise BadSignature
    await translate.take(parts, known, told)
    return JSONResponse({})


def prove(account: Account, timestamp: str, given: str, now: float) -> None:
    """Refuse what was not signed with our secret within five minutes."""
    if len(timestamp) != 13 or not timestamp.isascii() or not timestamp.isdigit():
        raise StaleCall
    incoming.need_fresh(timestamp[:-3], now)
    if not any(
        incoming.same(sign(secrets["client_secret"], timestamp), given)
        for secrets in incoming.valid_secrets(account)
        if secrets.get("client_secret")
    ):
        raise BadSignature


def sign(secret: str, timestamp: str) -> str:
    """What DingTalk signs a time with."""
    digest = hmac.digest(secret.encode(), f"{timestamp}\n{secret}".encode(), hashlib.sha256)
    return base64.b64encode(digest).decode()
