"""Sends to Telegram's users, with buttons below what can be chosen."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import httpx

from channels.messengers import calling
from channels.messengers.frame.channel import Part, Style
from channels.messengers.frame.failures import DeliveryFailed, Permanent, RateLimited
from channels.messengers.frame.shared import Shared
from records.delivery.accounts import Account
from records.delivery.outbox import Outgoing
from records.delivery.replies import Offer
from records.delivery.threads import Thread

log = logging.getLogger(__name__)

API = "https://api.telegram.org"
# The limit is 4096 code units of UTF-16; no character has more than two of them.
MOST_CHARACTERS = 2048
# What comes back from a button may have 64 bytes; what is longer comes back as its digest.
MOST_ON_A_BUTTON = 64
ALLOWED = ("message", "callback_query", "my_chat_member")


class Telegram:
    """The channel `telegram`."""

    name = "telegram"
    style = Style(most=MOST_CHARACTERS, measure="characters", buttons=True)

    def __init__(self, shared: Shared) -> None:
        self._http = shared.http

    async def send(self, account: Account, thread: Thread, part: Part, key: str) -> None:
        """Give one message to Telegram, which knows no idempotency key."""
        told: dict[str, Any] = {
            "chat_id": int(thread.external),
            "text": part.text,
            # Telegram would open a one-time link to show what is behind it.
            "link_preview_options": {"is_disabled": True},
        }
        if part.choices:
            rows = [[_button(offer)] for offer in part.choices]
            told["reply_markup"] = {"inline_keyboard": rows}
        await self._call(account, "sendMessage", told)

    async def window_closed(
        self, account: Account, thread: Thread, left: Sequence[Outgoing]
    ) -> None:
        """There are no windows here."""

    async def tapped(self, account: Account, query: str) -> None:
        """End the waiting that Telegram shows on a button; a courtesy, whatever comes of it."""
        with suppress(DeliveryFailed, httpx.HTTPError):
            await self._call(account, "answerCallbackQuery", {"callback_query_id": query})

    async def set_webhook(self, account: Account, address: str) -> None:
        """Have Telegram call us at `address`, with our secret and nothing that we do not read."""
        told = {
            "url": address,
            "secret_token": account.secrets["secret_token"],
            "allowed_updates": list(ALLOWED),
        }
        await self._call(account, "setWebhook", told)

    async def _call(self, account: Account, method: str, told: dict[str, Any]) -> None:
        address = f"{calling.base(account, API)}/bot{account.secrets['bot_token']}/{method}"
        said = await calling.post(self._http, address, told)
        if said.status_code == 429:
            raise RateLimited("too_many_calls", calling.rest_of(_wait(said)))
        answer = calling.read(said)
        if answer.get("ok") is True:
            return
        if said.status_code in (401, 404):
            log.error("Telegram does not know our token", extra={"alert": True})
        raise Permanent({403: "blocked_by_user", 400: "refused"}.get(said.status_code, "no_token"))


def token_of(payload: str) -> str:
    """What a button carries for a payload."""
    if len(payload.encode()) <= MOST_ON_A_BUTTON:
        return payload
    return "#" + hashlib.blake2b(payload.encode(), digest_size=16).hexdigest()


def _button(offer: Offer) -> dict[str, str]:
    return {"text": offer.title, "callback_data": token_of(offer.payload)}


def _wait(said: httpx.Response) -> object:
    try:
        return said.json()["parameters"]["retry_after"]
    except (ValueError, KeyError, TypeError):
        return said.headers.get("retry-after", "")
