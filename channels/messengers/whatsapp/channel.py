"""Sends to WhatsApp's users, within 24 hours of what they wrote last; then only a template."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

import httpx

from channels.messengers import calling
from channels.messengers.frame.channel import Part, Style
from channels.messengers.frame.failures import (
    DeliveryFailed,
    Permanent,
    RateLimited,
    Retryable,
    WindowClosed,
)
from channels.messengers.frame.shared import Shared
from records.delivery.accounts import Account
from records.delivery.outbox import Outgoing
from records.delivery.threads import Thread

log = logging.getLogger(__name__)

API = "https://graph.facebook.com"
VERSION = "v23.0"
# The limit is 4096 characters; should they be UTF-16, no character has more than two units.
MOST_CHARACTERS = 2048
MOST_EVENTS = 20

_WINDOW = frozenset({"131047"})
_LIMITS = frozenset({"4", "80007", "130429", "131048", "131056"})
_BUSY = frozenset({"1", "2", "131000", "131016", "133004"})
_ALARMS = frozenset({"0", "3", "10", "190", "200", "368", "131031", "131042", "131045"})


class WhatsApp:
    """The channel `whatsapp`."""

    name = "whatsapp"
    style = Style(most=MOST_CHARACTERS, measure="characters", bundle=MOST_EVENTS, windowed=True)

    def __init__(self, shared: Shared) -> None:
        self._http = shared.http

    async def send(self, account: Account, thread: Thread, part: Part, key: str) -> None:
        """Give one message to WhatsApp, which knows no idempotency key."""
        words = {"body": part.text, "preview_url": False}
        await self._call(account, thread, {"type": "text", "text": words})

    async def window_closed(
        self, account: Account, thread: Thread, left: Sequence[Outgoing]
    ) -> None:
        """Tell by a template that was approved, where there is one, that we answered."""
        notice = fields(account.settings.get("notices", {})).get("answered")
        if isinstance(notice, dict) and notice.get("template"):
            template = {
                "name": str(notice["template"]),
                "language": {"code": str(notice.get("language", "zh_CN"))},
            }
            await self._call(account, thread, {"type": "template", "template": template})

    async def _call(self, account: Account, thread: Thread, told: dict[str, Any]) -> None:
        number = account.settings.get("phone_number_id")
        said = await calling.post(
            self._http,
            f"{calling.base(account, API)}/{VERSION}/{number}/messages",
            {"messaging_product": "whatsapp", "to": thread.external, **told},
            headers={"Authorization": f"Bearer {account.secrets['access_token']}"},
        )
        if said.status_code != 200:
            raise _meaning(said)
        calling.read(said)


def fields(found: object) -> dict[str, Any]:
    """A setting that holds settings."""
    return found if isinstance(found, dict) else {}


def _meaning(said: httpx.Response) -> DeliveryFailed:
    """What an error means. WhatsApp says many of its own with status 400."""
    try:
        code = str(said.json()["error"]["code"])
    except (ValueError, KeyError, TypeError):
        code = ""
    if code in _WINDOW:
        return WindowClosed("window_over")
    if code in _LIMITS or said.status_code == 429:
        wait = said.headers.get("retry-after", "")
        return RateLimited("too_many_calls", calling.rest_of(wait))
    if code in _BUSY or said.status_code >= 500:
        return Retryable("busy")
    if code in _ALARMS or said.status_code in (401, 403):
        log.error("WhatsApp needs a person", extra={"alert": True, "cause": f"code_{code}"})
    return Permanent(f"code_{code}")
