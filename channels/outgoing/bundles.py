"""One bundle of deliveries: rendered, given to the provider message by message, and settled."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import httpx
from sqlalchemy.ext.asyncio import AsyncEngine

from channels.messengers.frame.accounts import Accounts
from channels.messengers.frame.channel import Channel, Part
from channels.messengers.frame.failures import (
    DeliveryFailed,
    Permanent,
    QuotaUsed,
    RateLimited,
    Retryable,
    WindowClosed,
)
from channels.messengers.frame.phrases import Phrases
from channels.messengers.rendering import needs_link, render
from channels.outgoing.patience import Breakers, is_over, pause
from channels.watch.delivery_metrics import DeliveryMetrics
from records.database import each_at_once
from records.delivery import outbox, threads
from records.delivery.accounts import Account
from records.delivery.outbox import Outgoing
from records.delivery.threads import Thread
from records.vault import Key

log = logging.getLogger(__name__)

# Shorter than the hold: a call that hangs must be over before somebody else may try.
SECONDS_A_MESSAGE = 12.0
NewLink = Callable[[UUID], Awaitable[str]]
# Whether the conversation is still ours to send, and for how long.
Renew = Callable[[], Awaitable[bool]]


@dataclass(frozen=True)
class Delivering:
    """What sending needs: where it is kept, whom to call as whom, and the words around it."""

    database: AsyncEngine
    key: Key
    accounts: Accounts
    channels: Mapping[str, Channel]
    phrases: Phrases
    public_url: str
    new_link: NewLink
    metrics: DeliveryMetrics

    async def parts(
        self, thread: Thread, channel: Channel, bundle: Sequence[Outgoing]
    ) -> list[Part]:
        """The messages of a bundle, with a sign-in link of its own where one is needed."""
        link = await self.new_link(thread.conversation) if needs_link(bundle) else None
        return render(bundle, channel.style, self.phrases, self.public_url, link)


class Bundles:
    """Holds what sending needs, and what is known of the accounts' providers."""

    def __init__(self, delivering: Delivering, breakers: Breakers) -> None:
        self._with = delivering
        self._at_once = each_at_once(delivering.database)
        self._breakers = breakers

    async def send(
        self,
        account: Account,
        thread: Thread,
        channel: Channel,
        bundle: list[Outgoing],
        renew: Renew,
    ) -> float | None:
        """Send it; seconds to wait when it did not go through and is tried again, else None."""
        try:
            if not await self._send_parts(account, thread, channel, bundle, renew):
                return 0.0
        except DeliveryFailed as problem:
            return await self._failed(account, thread, channel, bundle, problem)
        self._breakers.well(account.id)
        async with self._at_once.connect() as db:
            await outbox.settle(
                db, thread.conversation, [one.seq for one in bundle], "sent", datetime.now(UTC)
            )
        self._count(account, "sent", bundle)
        took = datetime.now(UTC) - bundle[0].created_at
        self._with.metrics.seconds.labels(account.channel).observe(took.total_seconds())
        return None

    async def _send_parts(
        self,
        account: Account,
        thread: Thread,
        channel: Channel,
        bundle: list[Outgoing],
        renew: Renew,
    ) -> bool:
        """All messages of a bundle; False when somebody else took the conversation over."""
        parts = await self._with.parts(thread, channel, bundle)
        head = bundle[0]
        for place in range(head.done, len(parts)):
            if place > head.done and not await renew():
                return False
            if channel.style.windowed:
                await self._need_window(thread)
            key = message_key(thread.conversation, head.bundle, place)
            await _call(channel, account, thread, parts[place], key)
            async with self._at_once.connect() as db:
                if channel.style.windowed:
                    await threads.spend(db, thread.conversation)
                if place < len(parts) - 1:
                    await outbox.progress(db, thread.conversation, head.bundle, place + 1)
        return True

    async def _need_window(self, thread: Thread) -> None:
        """Fail early when the provider would not take it."""
        async with self._at_once.connect() as db:
            now = await threads.of_conversation(db, self._with.key, thread.conversation)
        if now is None or now.window_until is None or now.window_until <= datetime.now(UTC):
            raise WindowClosed("window_over")
        if now.window_left is not None and now.window_left <= 0:
            raise QuotaUsed("quota_counted")

    async def _failed(
        self,
        account: Account,
        thread: Thread,
        channel: Channel,
        bundle: list[Outgoing],
        problem: DeliveryFailed,
    ) -> float | None:
        log.warning(
            "delivery failed",
            extra={
                "conversation": str(thread.conversation),
                "account": account.id,
                "class": type(problem).__name__,
                "cause": problem.cause,
                "attempts": bundle[0].attempts,
            },
        )
        if isinstance(problem, QuotaUsed | WindowClosed):
            await self._park(account, thread, channel, bundle, problem)
            return None
        if isinstance(problem, Permanent):
            await self._give_up(account, thread, bundle, problem.cause)
            return None
        return await self._postpone(account, thread, bundle, problem)

    async def _park(
        self,
        account: Account,
        thread: Thread,
        channel: Channel,
        bundle: list[Outgoing],
        problem: DeliveryFailed,
    ) -> None:
        async with self._at_once.connect() as db:
            await threads.close_window(db, thread.conversation)
        await self._settle(thread, bundle, "parked", problem.cause)
        self._count(account, "parked", bundle)
        if isinstance(problem, WindowClosed):
            try:
                await channel.window_closed(account, thread, bundle)
            except (DeliveryFailed, httpx.HTTPError) as again:
                log.warning("no notice either", extra={"cause": str(again) or type(again).__name__})

    async def _postpone(
        self, account: Account, thread: Thread, bundle: list[Outgoing], problem: DeliveryFailed
    ) -> float | None:
        now = datetime.now(UTC)
        limited = isinstance(problem, RateLimited)
        if is_over(0 if limited else bundle[0].attempts, bundle[0].created_at, now):
            await self._give_up(account, thread, bundle, problem.cause)
            return None
        if isinstance(problem, RateLimited):
            wait = problem.seconds
            self._breakers.rest(account.id, wait)
        else:
            wait = pause(bundle[0].attempts)
            if self._breakers.failed(account.id):
                log.error("account rests", extra={"account": account.id, "cause": problem.cause})
        async with self._at_once.connect() as db:
            await outbox.postpone(
                db,
                thread.conversation,
                [one.seq for one in bundle],
                now + timedelta(seconds=wait),
                problem.cause,
                counts=not limited,
            )
        self._count(account, "retried", bundle)
        return wait

    async def _give_up(
        self, account: Account, thread: Thread, bundle: list[Outgoing], cause: str
    ) -> None:
        await self._settle(thread, bundle, "dead", cause)
        self._count(account, "dead", bundle)
        log.error(
            "delivery given up",
            extra={
                "alert": True,
                "conversation": str(thread.conversation),
                "account": account.id,
                "seq": bundle[0].seq,
                "cause": cause,
                "attempts": bundle[0].attempts,
            },
        )

    async def _settle(self, thread: Thread, bundle: list[Outgoing], state: str, cause: str) -> None:
        async with self._at_once.connect() as db:
            seqs = [one.seq for one in bundle]
            now = datetime.now(UTC)
            await outbox.settle(db, thread.conversation, seqs, state, now, cause=cause)

    def _count(self, account: Account, outcome: str, bundle: list[Outgoing]) -> None:
        self._with.metrics.deliveries.labels(account.channel, outcome).inc(len(bundle))


async def _call(channel: Channel, account: Account, thread: Thread, part: Part, key: str) -> None:
    """Whatever happens on the way there may go well later."""
    try:
        async with asyncio.timeout(SECONDS_A_MESSAGE):
            await channel.send(account, thread, part, key)
    except (TimeoutError, httpx.HTTPError) as problem:
        raise Retryable(type(problem).__name__) from problem


def message_key(conversation: UUID, bundle: int, place: int) -> str:
    """The same for each try of the same message: 32 characters of [0-9a-z]."""
    name = conversation.bytes + bundle.to_bytes(4) + place.to_bytes(2)
    digest = hashlib.blake2b(name, digest_size=20).digest()
    return base64.b32encode(digest).decode().lower()
