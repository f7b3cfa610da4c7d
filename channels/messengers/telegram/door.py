"""The address that Telegram calls: the secret in the header proves it, an update is translated."""

from __future__ import annotations

import asyncio
from typing import cast

from fastapi import APIRouter, Request
from starlette.responses import Response

from channels.doors import Parts, PartsDoor
from channels.messengers import incoming
from channels.messengers.frame import intake, linked
from channels.messengers.frame.intake import Said
from channels.messengers.frame.refusals import BadSignature, MalformedCall
from channels.messengers.incoming import Fields, fields_at, text_at
from channels.messengers.telegram.channel import Telegram, token_of
from records.delivery import replies
from records.delivery.accounts import Account

_KINDS = {"photo": "picture", "video": "video", "voice": "voice", "audio": "voice"}
_KINDS |= {"video_note": "video", "document": "file", "location": "place", "sticker": "other"}
_ANSWERS = {"picture": "picture", "video": "picture", "voice": "voice"}
# A bot begins with these; they are a greeting, not a question.
_STARTS = ("/start", "/help")

_courtesies: set[asyncio.Task[None]] = set()

router = APIRouter(prefix="/messengers/telegram", include_in_schema=False)


@router.post("/{account}")
async def receive(account: str, request: Request, parts: PartsDoor) -> Response:
    """Take in an update."""
    known = await parts.messengers.accounts.find(Telegram.name, account)
    body = await request.body()
    _prove(known, request.headers.get("x-telegram-bot-api-secret-token", ""))
    update = incoming.read_object(body)
    delivery = f"update:{_number(text_at(update, 'update_id'))}"
    if "callback_query" in update:
        await _tapped(parts, known, fields_at(update, "callback_query"), delivery)
    elif "message" in update:
        await _said(parts, known, fields_at(update, "message"), delivery)
    elif "my_chat_member" in update:
        await _moved(parts, known, fields_at(update, "my_chat_member"))
    return Response(status_code=200)


def _prove(account: Account, given: str) -> None:
    """Telegram says the secret that we set; it signs nothing, so only HTTPS keeps it secret."""
    if not any(
        incoming.same(secrets.get("secret_token", ""), given)
        for secrets in incoming.valid_secrets(account)
    ):
        raise BadSignature


async def _said(parts: Parts, account: Account, message: Fields, delivery: str) -> None:
    phrases = parts.messengers.phrases
    user = _user(message)
    if user is None:
        return
    text = text_at(message, "text")
    if text.split(" ")[0] in _STARTS:
        greeting = str(account.settings.get("greeting") or phrases.phrases["greeting"])
        said = Said(delivery, shown=phrases.shown["subscribe"], answer=greeting)
    elif text:
        said = Said(delivery, text=text)
    else:
        kind = next((found for name, found in _KINDS.items() if name in message), "other")
        shown = phrases.shown[kind].format(label="")
        said = Said(delivery, shown=shown, answer=phrases.phrases[_ANSWERS.get(kind, "other")])
    await incoming.hear(parts, account, user, said)


async def _tapped(parts: Parts, account: Account, query: Fields, delivery: str) -> None:
    user = _user(fields_at(query, "message"))
    if user is None or text_at(query, "from", "id") != user:
        return
    payload = await _payload(parts, account, user, text_at(query, "data"))
    await incoming.hear(parts, account, user, Said(delivery, choice=payload))
    channel = cast(Telegram, parts.messengers.channels[Telegram.name])
    task = asyncio.create_task(channel.tapped(account, text_at(query, "id")))
    _courtesies.add(task)
    task.add_done_callback(_courtesies.discard)


async def _payload(parts: Parts, account: Account, user: str, token: str) -> str:
    """The payload behind what a button carried."""
    if not token.startswith("#"):
        return token
    thread = await intake.find_thread(parts, account, user)
    async with parts.at_once.connect() as db:
        offered = await replies.offers(db, thread.conversation)
    return next((one.payload for one in offered if token_of(one.payload) == token), token)


async def _moved(parts: Parts, account: Account, change: Fields) -> None:
    user = _user(change)
    if user is not None and text_at(change, "new_chat_member", "status") == "kicked":
        await linked.leave(parts, account, user, "blocked")


def _user(message: Fields) -> str | None:
    """Who writes to us alone; None in groups, where others would read the answer."""
    if text_at(message, "chat", "type") != "private":
        return None
    return _number(text_at(message, "chat", "id"))


def _number(written: str) -> str:
    if not (0 < len(written) <= 20 and written.isascii() and written.isdigit()):
        raise MalformedCall
    return written
