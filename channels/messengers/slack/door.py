"""The address that Slack calls; it wants an answer within three seconds, and gets it at once."""

from __future__ import annotations

import hmac
import html

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from channels.doors import PartsDoor
from channels.messengers import incoming
from channels.messengers.frame.intake import Said
from channels.messengers.frame.phrases import Phrases
from channels.messengers.frame.refusals import BadSignature
from channels.messengers.incoming import Fields, fields_at, text_at
from channels.messengers.slack.channel import Slack
from records.delivery.accounts import Account

VERSION = "v0"

router = APIRouter(prefix="/messengers/slack", include_in_schema=False)


@router.post("/{account}")
async def receive(account: str, request: Request, parts: PartsDoor) -> Response:
    """Take in an event, or say that the address is ours. A retry brings the same event again."""
    known = await parts.messengers.accounts.find(Slack.name, account)
    body = await request.body()
    timestamp = request.headers.get("x-slack-request-timestamp", "")
    prove(known, timestamp, request.headers.get("x-slack-signature", ""), body, incoming.clock())
    told = incoming.read_object(body)
    if text_at(told, "type") == "url_verification":
        return JSONResponse({"challenge": text_at(told, "challenge")})
    _need_ours(known, told)
    event = fields_at(told, "event")
    if text_at(told, "type") == "event_callback" and _is_for_us(event):
        # The direct channel with us; nobody else is in it.
        channel = incoming.need_id(text_at(event, "channel"))
        delivery = f"event:{incoming.need_id(text_at(told, 'event_id'))}"
        await incoming.hear(parts, known, channel, _said(event, delivery, parts.messengers.phrases))
    return JSONResponse({})


def prove(account: Account, timestamp: str, given: str, body: bytes, now: float) -> None:
    """Refuse what Slack did not sign within five minutes."""
    incoming.need_fresh(timestamp, now)
    if not any(
        incoming.same(signature(secrets["signing_secret"], timestamp, body), given)
        for secrets in incoming.valid_secrets(account)
        if secrets.get("signing_secret")
    ):
        raise BadSignature


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """What Slack signs a body with."""
    signed = f"{VERSION}:{timestamp}:".encode() + body
    return f"{VERSION}={hmac.digest(secret.encode(), signed, 'sha256').hex()}"


def _need_ours(account: Account, told: Fields) -> None:
    expected = account.settings.get("app_id")
    if expected and text_at(told, "api_app_id") != str(expected):
        raise BadSignature


def _is_for_us(event: Fields) -> bool:
    """Whether a person wrote it to us directly; changes, and what bots say, are not for us."""
    direct = text_at(event, "type") == "message" and text_at(event, "channel_type") == "im"
    written = text_at(event, "subtype") in ("", "file_share")
    return direct and written and not event.get("bot_id") and bool(text_at(event, "user"))


def _said(event: Fields, delivery: str, phrases: Phrases) -> Said:
    words = html.unescape(text_at(event, "text")).strip()
    if words:
        return Said(delivery, text=words)
    return Said(delivery, shown=phrases.shown["file"], answer=phrases.phrases["other"])
