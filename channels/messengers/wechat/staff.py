"""Gives a citizen who wants a person to the account's own staff at WeChat, in the response."""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import dataclass
from typing import Any

import httpx

from channels.doors import Parts
from channels.messengers.frame.channel import Part
from channels.messengers.frame.failures import DeliveryFailed
from channels.messengers.frame.intake import Taken
from channels.messengers.wechat.channel import WeChat
from records.delivery import threads
from records.delivery.accounts import Account

log = logging.getLogger(__name__)

# WeChat hangs up after five seconds; the words have to be out and our response there by then.
SECONDS_IN_ALL = 4.8
LEAST_SECONDS = 0.3
ANYBODY = "any"  # the account's setting `transfer`; else the name of one of its staff


@dataclass(frozen=True)
class Transfer:
    """A response that says nothing: WeChat passes the citizen's message on to staff."""

    staff: str

    @property
    def fields(self) -> dict[str, Any]:
        """What the response holds besides whom it is for."""
        told: dict[str, Any] = {"MsgType": "transfer_customer_service"}
        if self.staff != ANYBODY:
            told["TransInfo"] = {"KfAccount": self.staff}
        return told


async def hand_over(
    parts: Parts, channel: WeChat, account: Account, taken: Taken, part: Part, started: float
) -> Part | Transfer:
    """Say the words by a message of their own, then pass on; else the words are the response."""
    staff = account.settings.get("transfer")
    if not part.handoff or not isinstance(staff, str) or not staff:
        return part
    # Who asks again got the words with the first response.
    if taken.fresh and not await _told(parts, channel, account, taken, part, started):
        return part
    return Transfer(staff)


async def _told(
    parts: Parts, channel: WeChat, account: Account, taken: Taken, part: Part, started: float
) -> bool:
    left = started + SECONDS_IN_ALL - time.monotonic()
    if left < LEAST_SECONDS:
        return False
    try:
        async with asyncio.timeout(left):
            await channel.send(account, taken.thread, part, "")
    except (DeliveryFailed, httpx.HTTPError, TimeoutError) as problem:
        cause = str(problem) or type(problem).__name__
        log.error("no staff took over", extra={"alert": True, "cause": cause})
        return False
    async with parts.at_once.connect() as db:
        await threads.spend(db, taken.thread.conversation)
    return True
