"""微信客服: everybody in WeChat writes here, and WeCom's staff can take over."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import httpx

from channels.messengers.frame.channel import Part, Style
from channels.messengers.frame.failures import DeliveryFailed, Permanent
from channels.messengers.frame.shared import Shared
from channels.messengers.wecom.client import Client
from records.delivery.accounts import Account
from records.delivery.outbox import Outgoing
from records.delivery.threads import Thread

if TYPE_CHECKING:
    from channels.doors import Parts
    from channels.messengers.wecom.reading import Reading

log = logging.getLogger(__name__)

MOST_BYTES = 2040
MOST_EVENTS = 20
# Who serves: nobody yet, a machine, the queue for staff, staff.
NEW, MACHINE, QUEUE, STAFF = 0, 1, 2, 3
ANSWERABLE = frozenset({NEW, MACHINE, 4})
POOL = "pool"


class WeComDesk:
    """The channel `wecom-kf`."""

    name = "wecom-kf"
    style = Style(most=MOST_BYTES, bundle=MOST_EVENTS, windowed=True)

    def __init__(self, shared: Shared) -> None:
        self._client = Client(shared)
        self.reading: Reading | None = None

    def start(self, parts: Parts) -> None:
        """Read what came while no gateway ran."""
        # Here, because it needs the parts of a gateway, which are made of channels.
        from channels.messengers.wecom.reading import Reading

        self.reading = Reading(parts, self)
        self.reading.start()

    async def stop(self) -> None:
        """Finish the page that is being kept."""
        if self.reading is not None:
            await self.reading.stop()

    async def send(self, account: Account, thread: Thread, part: Part, key: str) -> None:
        """Give one message to WeCom, under a name that it knows again; then call staff."""
        desk, citizen = split(thread.external)
        told = {
            "touser": citizen,
            "open_kfid": desk,
            "msgid": key,
            "msgtype": "text",
            "text": {"content": part.text},
        }
        await self._client.post(account, "/cgi-bin/kf/send_msg", told)
        if part.handoff and account.settings.get("transfer"):
            await self._transfer(account, desk, citizen)

    async def window_closed(
        self, account: Account, thread: Thread, left: Sequence[Outgoing]
    ) -> None:
        """WeCom has no other way to a citizen; what is left waits for their next message."""

    async def page(self, account: Account, desk: str, cursor: str, token: str) -> dict[str, Any]:
        """What came behind the cursor."""
        told: dict[str, Any] = {"open_kfid": desk, "limit": 1000, "voice_format": 0}
        told |= {"cursor": cursor} if cursor else {}
        # The token of a callback lifts the strict limit on reading without one.
        told |= {"token": token} if token else {}
        return await self._client.post(account, "/cgi-bin/kf/sync_msg", told)

    async def is_ours(self, account: Account, desk: str, citizen: str) -> bool:
        """Whether no person serves the citizen now."""
        told = {"open_kfid": desk, "external_userid": citizen}
        said = await self._client.post(account, "/cgi-bin/kf/service_state/get", told)
        return said.get("service_state") in ANSWERABLE

    async def greet(self, account: Account, code: str, words: str) -> None:
        """Greet who came in; the code is good once, for twenty seconds."""
        told = {
            "code": code,
            "msgid": hashlib.sha256(code.encode()).hexdigest()[:32],
            "msgtype": "text",
            "text": {"content": words},
        }
        with suppress(DeliveryFailed, httpx.HTTPError):
            await self._client.post(account, "/cgi-bin/kf/send_msg_on_event", told)

    async def _transfer(self, account: Account, desk: str, citizen: str) -> None:
        """The message is out, and says whom to phone: a failure here must not send it again."""
        wished = str(account.settings["transfer"])
        told: dict[str, Any] = {"open_kfid": desk, "external_userid": citizen}
        if wished == POOL:
            told["service_state"] = QUEUE
        else:
            told |= {"service_state": STAFF, "servicer_userid": wished}
        try:
            async with asyncio.timeout(3):
                await self._client.post(account, "/cgi-bin/kf/service_state/trans", told)
        except (DeliveryFailed, httpx.HTTPError, TimeoutError) as problem:
            cause = str(problem) or type(problem).__name__
            log.error("no staff took over", extra={"alert": True, "cause": cause})


def joined(desk: str, citizen: str) -> str:
    """A citizen at a desk, as one id."""
    return f"{desk}/{citizen}"


def split(external: str) -> tuple[str, str]:
    """The desk and the citizen of such an id."""
    desk, slash, citizen = external.partition("/")
    if not slash:
        raise Permanent("no_desk")
    return desk, citizen
