"""The address that LINE calls; one call brings several events, and may come again."""

from __future__ import annotations

import base64
import hmac

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from channels.doors import Parts, PartsDoor
from channels.messengers import incoming
from channels.messengers.frame import intake, linked, places
from channels.messengers.frame.intake import Said
from channels.messengers.frame.refusals import BadSignature
from channels.messengers.incoming import Fields, text_at
from channels.messengers.line.channel import Line
from records.delivery.accounts import Account

_KINDS = {"image": "picture", "video": "video", "audio": "voice", "file": "file"}
_ANSWERS = {"image": "picture", "video": "picture", "audio": "voice"}

router = APIRouter(prefix="/messengers/line", include_in_schema=False)


@router.post("/{account}")
async def receive(account: str, request: Request, parts: PartsDoor) -> Response:
    """Take in what users did."""
    known = await parts.messengers.accounts.find(Line.name, account)
    body = await request.body()
    prove(known, request.headers.get("x-line-signature", ""), body)
    told = incoming.read_object(body)
    # Our own id there, where the account knows it: a call for another is refused.
    expected = known.settings.get("user_id")
    if expected and text_at(told, "destination") != str(expected):
        raise BadSignature
    for event in incoming.list_at(told, "events"):
        await _take(parts, known, event)
    return JSONResponse({})


def prove(account: Account, given: str, body: bytes) -> None:
    """Refuse what LINE did not sign. It signs no time; what comes again is known by its id."""
    if not any(
        incoming.same(signature(secrets["channel_secret"], body), given)
        for secrets in incoming.valid_secrets(account)
        if secrets.get("channel_secret")
    ):
        raise BadSignature


def signature(secret: str, body: bytes) -> str:
    """What LINE signs a body with."""
    return base64.b64encode(hmac.digest(secret.encode(), body, "sha256")).decode()


async def _take(parts: Parts, account: Account, event: Fields) -> None:
    user, id = text_at(event, "source", "userId"), text_at(event, "webhookEventId")
    # In groups and rooms others would read the answer; a standby event is somebody else's.
    alone = text_at(event, "source", "type") == "user" and text_at(event, "mode") != "standby"
    if not alone or not incoming.is_id(user) or not incoming.is_id(id):
        return
    if text_at(event, "type") == "unfollow":
        await linked.leave(parts, account, user, "unfollowed")
        return
    if text_at(event, "message", "type") == "location":
        label = text_at(event, "message", "address")[:100]
        await places.note(parts, await intake.find_thread(parts, account, user), label)
        said: Said | None = places.said(parts, f"event:{id}", label, None)
    else:
        said = _said(parts, account, event, f"event:{id}")
    if said is not None:
        await incoming.hear(parts, account, user, said)


def _said(parts: Parts, account: Account, event: Fields, delivery: str) -> Said | None:
    kind, phrases = text_at(event, "type"), parts.messengers.phrases
    if kind == "follow":
        greeting = str(account.settings.get("greeting") or phrases.phrases["greeting"])
        return Said(delivery, shown=phrases.shown["subscribe"], answer=greeting)
    if kind != "message":
        return None
    message = text_at(event, "message", "type")
    if message == "text":
        return Said(delivery, text=text_at(event, "message", "text"))
    return Said(
        delivery,
        shown=phrases.shown[_KINDS.get(message, "other")],
        answer=phrases.phrases[_ANSWERS.get(message, "other")],
    )
