"""The address that WhatsApp calls; one call brings several messages, and may come again."""

from __future__ import annotations

import hmac
from datetime import timedelta

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from channels.doors import Parts, PartsDoor
from channels.messengers import incoming
from channels.messengers.frame import intake, places
from channels.messengers.frame.intake import Said
from channels.messengers.frame.phrases import Phrases
from channels.messengers.frame.refusals import BadSignature
from channels.messengers.incoming import Fields, list_at, text_at
from channels.messengers.whatsapp.channel import WhatsApp
from records.delivery.accounts import Account

# As many as we like, for a day after the citizen wrote.
WINDOW = (1000, timedelta(hours=24))
PREFIX = "sha256="
_KINDS = {"image": "picture", "video": "video", "audio": "voice", "document": "file"}
_ANSWERS = {"image": "picture", "video": "picture", "audio": "voice"}

router = APIRouter(prefix="/messengers/whatsapp", include_in_schema=False)


@router.get("/{account}")
async def verify(account: str, request: Request, parts: PartsDoor) -> Response:
    """Say that the address is ours."""
    known = await parts.messengers.accounts.find(WhatsApp.name, account)
    query = request.query_params
    given = query.get("hub.verify_token", "")
    proven = any(
        incoming.same(secrets.get("verify_token", ""), given)
        for secrets in incoming.valid_secrets(known)
    )
    if query.get("hub.mode") != "subscribe" or not proven:
        raise BadSignature
    return PlainTextResponse(query.get("hub.challenge", ""))


@router.post("/{account}")
async def receive(account: str, request: Request, parts: PartsDoor) -> Response:
    """Take in what users wrote; what became of our own messages is not looked at."""
    known = await parts.messengers.accounts.find(WhatsApp.name, account)
    body = await request.body()
    prove(known, request.headers.get("x-hub-signature-256", ""), body)
    told = incoming.read_object(body)
    for entry in list_at(told, "entry"):
        for change in list_at(entry, "changes"):
            if text_at(change, "field") == "messages":
                await _take(parts, known, incoming.fields_at(change, "value"))
    return JSONResponse({})


def prove(account: Account, given: str, body: bytes) -> None:
    """Refuse what Meta did not sign. It signs no time; what comes again is known by its id."""
    if not any(
        incoming.same(signature(secrets["app_secret"], body), given)
        for secrets in incoming.valid_secrets(account)
        if secrets.get("app_secret")
    ):
        raise BadSignature


def signature(secret: str, body: bytes) -> str:
    """What Meta signs a body with."""
    return PREFIX + hmac.digest(secret.encode(), body, "sha256").hex()


async def _take(parts: Parts, account: Account, value: Fields) -> None:
    number = text_at(value, "metadata", "phone_number_id")
    if number != str(account.settings.get("phone_number_id")):
        raise BadSignature
    for message in list_at(value, "messages"):
        user, id = text_at(message, "from"), text_at(message, "id")
        if not (incoming.is_id(user) and incoming.is_id(id)):
            continue
        if text_at(message, "type") == "location":
            place = [text_at(message, "location", name) for name in ("name", "address")]
            label = " ".join(place)[:100]
            await places.note(parts, await intake.find_thread(parts, account, user), label)
            said = places.said(parts, f"message:{id}", label, WINDOW)
        else:
            said = _said(message, f"message:{id}", parts.messengers.phrases)
        await incoming.hear(parts, account, user, said)


def _said(message: Fields, delivery: str, phrases: Phrases) -> Said:
    kind = text_at(message, "type")
    if kind == "text":
        return Said(delivery, text=text_at(message, "text", "body"), window=WINDOW)
    return Said(
        delivery,
        shown=phrases.shown[_KINDS.get(kind, "other")],
        answer=phrases.phrases[_ANSWERS.get(kind, "other")],
        window=WINDOW,
    )
