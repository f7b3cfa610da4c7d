"""Sends to LINE's users."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from uuid import UUID

from channels.messengers import calling
from channels.messengers.frame.channel import Part, Style
from channels.messengers.frame.failures import Permanent, RateLimited
from channels.messengers.frame.shared import Shared
from records.delivery.accounts import Account
from records.delivery.outbox import Outgoing
from records.delivery.threads import Thread

log = logging.getLogger(__name__)

API = "https://api.line.me"
# The limit is 5000 code units of UTF-16; no character has more than two of them.
MOST_CHARACTERS = 2500
MOST_EVENTS = 20
# The month's messages are used: LINE says 429 to that, too, but it will not end soon.
SECONDS_UNTIL_QUOTA = 3600.0


class Line:
    """The channel `line`."""

    name = "line"
    style = Style(most=MOST_CHARACTERS, measure="characters", bundle=MOST_EVENTS)

    def __init__(self, shared: Shared) -> None:
        self._http = shared.http

    async def send(self, account: Account, thread: Thread, part: Part, key: str) -> None:
        """Give one message to LINE, which takes the same retry key but once within a day."""
        said = await calling.post(
            self._http,
            calling.base(account, API) + "/v2/bot/message/push",
            {"to": thread.external, "messages": [{"type": "text", "text": part.text}]},
            headers={
                "Authorization": f"Bearer {account.secrets['access_token']}",
                "X-Line-Retry-Key": str(retry_key(key)),
            },
        )
        # 409: it was taken before.
        if said.status_code in (200, 409):
            return
        if said.status_code == 429 and b"monthly limit" in said.content:
            log.error("LINE needs a person", extra={"alert": True, "cause": "monthly_quota"})
            raise RateLimited("monthly_quota", SECONDS_UNTIL_QUOTA)
        calling.read(said)
        if said.status_code in (401, 403):
            log.error("LINE needs a person", extra={"alert": True, "cause": "not_permitted"})
        raise Permanent(f"status_{said.status_code}")

    async def window_closed(
        self, account: Account, thread: Thread, left: Sequence[Outgoing]
    ) -> None:
        """There are no windows here."""


def retry_key(key: str) -> UUID:
    """Our key in the form that LINE wants."""
    return UUID(bytes=hashlib.blake2b(key.encode(), digest_size=16).digest(), version=4)
