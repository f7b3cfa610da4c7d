"""Answers a provider's request with the answer itself, when that is there in time.

While a request waits the events are left to it. What it does not take in time the workers
bring; of both, only one ever does.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from channels.doors import Parts
from channels.messengers.frame.channel import Channel, Part
from channels.messengers.frame.intake import Taken
from channels.refusals import TooManyWaiting
from records.delivery import outbox, replies, threads
from records.delivery.outbox import Outgoing
from records.delivery.replies import Progress

# Longer than a request may wait for the answer: its process may be slow to say that it gave up.
SPARE_SECONDS = 2.0
HOLD_SECONDS = 5.0
REPEATED_WITHIN = timedelta(seconds=40)
SECONDS_FOR_THE_HOLD = 0.3


@asynccontextmanager
async def reserved(parts: Parts, conversation: UUID, seconds: float) -> AsyncIterator[None]:
    """Leave what is said next to this request, for so long at most."""
    async with parts.at_once.connect() as db:
        mark = await threads.reserve(db, conversation, seconds + SPARE_SECONDS)
    try:
        yield
    finally:
        await asyncio.shield(_give_back(parts, conversation, mark))


async def reply(
    parts: Parts, channel: Channel, taken: Taken, until: float, *, can_push: bool
) -> Part | None:
    """What answers the message, if it is there by `until` (monotonic); else others bring it."""
    progress = await _answered(parts, taken, until)
    if progress is None or _is_late(taken, progress):
        return None
    return await _first(parts, channel, taken, progress, can_push=can_push)


async def received_at(parts: Parts, taken: Taken) -> datetime:
    """When the message came for the first time."""
    progress = await _progress(parts, taken)
    return progress.received_at if progress else datetime.now(UTC)


def _is_late(taken: Taken, progress: Progress) -> bool:
    """A provider repeats a call soon or not at all; whoever does so later learns nothing."""
    return not taken.fresh and datetime.now(UTC) - progress.received_at > REPEATED_WITHIN


async def _give_back(parts: Parts, conversation: UUID, mark: datetime | None) -> None:
    async with parts.at_once.connect() as db:
        left = await outbox.give_back(db, conversation, mark)
    if left:
        parts.messengers.sender.wake(conversation)


async def _answered(parts: Parts, taken: Taken, until: float) -> Progress | None:
    """The message, once it is answered; None when that takes too long."""
    with suppress(TooManyWaiting), parts.news.listen(taken.thread.conversation) as bell:
        while True:
            progress = await _progress(parts, taken)
            if progress is None or progress.answered:
                return progress
            left = until - time.monotonic()
            if left <= 0 or parts.news.closing:
                return None
            await bell.wait(left)
    return None


async def _progress(parts: Parts, taken: Taken) -> Progress | None:
    async with parts.at_once.connect() as db:
        return await replies.progress(db, taken.thread.conversation, taken.delivery)


async def _first(
    parts: Parts, channel: Channel, taken: Taken, progress: Progress, *, can_push: bool
) -> Part | None:
    """Take what waits, or say again what another request for the same message took."""
    conversation, holder = taken.thread.conversation, uuid4()
    until, fresh = time.monotonic() + SECONDS_FOR_THE_HOLD, taken.fresh
    while True:
        async with parts.at_once.connect() as db:
            before = [] if fresh else await outbox.replied(db, conversation, progress.message)
            if before:
                break
            held = await outbox.hold(db, conversation, holder, HOLD_SECONDS, replying=True)
        if held:
            return await _held(parts, channel, taken, progress, holder, can_push)
        if time.monotonic() > until:
            return None
        fresh = False
        await asyncio.sleep(0.02)
    return await _again(parts, channel, taken, before, can_push=can_push)


async def _held(
    parts: Parts,
    channel: Channel,
    taken: Taken,
    progress: Progress,
    holder: UUID,
    can_push: bool,
) -> Part | None:
    conversation = taken.thread.conversation
    try:
        async with parts.at_once.connect() as db:
            before = [] if taken.fresh else await outbox.replied(db, conversation, progress.message)
        if before:
            return await _again(parts, channel, taken, before, can_push=can_push)
        return await _taken(parts, channel, taken, progress, can_push)
    finally:
        await asyncio.shield(_release(parts, conversation, holder))


async def _taken(
    parts: Parts, channel: Channel, taken: Taken, progress: Progress, can_push: bool
) -> Part | None:
    conversation, now = taken.thread.conversation, datetime.now(UTC)
    async with parts.at_once.connect() as db:
        bundle = await outbox.take(db, conversation, channel.style.bundle, now)
    if not bundle or (can_push and bundle[0].done > 0):
        await _not_taken(parts, conversation, bundle)
        return None
    messages = await parts.messengers.delivering.parts(taken.thread, channel, bundle)
    head = bundle[0]
    place = min(head.done, len(messages) - 1)
    whole = place + 1 == len(messages)
    async with parts.at_once.connect() as db:
        await outbox.answered_in_reply(
            db, conversation, head.bundle, progress.message, place + 1, now, whole=whole
        )
    parts.messengers.metrics.deliveries.labels(channel.name, "replied").inc(len(bundle))
    return messages[place]


async def _release(parts: Parts, conversation: UUID, holder: UUID) -> None:
    async with parts.at_once.connect() as db:
        await outbox.release(db, conversation, holder)


async def _not_taken(parts: Parts, conversation: UUID, bundle: list[Outgoing]) -> None:
    if bundle:
        seqs = [one.seq for one in bundle]
        async with parts.at_once.connect() as db:
            await outbox.postpone(
                db, conversation, seqs, datetime.now(UTC), "left to workers", counts=False
            )


async def _again(
    parts: Parts, channel: Channel, taken: Taken, before: list[Outgoing], *, can_push: bool
) -> Part:
    """The message that answered the request before."""
    messages = await parts.messengers.delivering.parts(taken.thread, channel, before)
    place = 0 if can_push else before[0].done - 1
    return messages[min(max(place, 0), len(messages) - 1)]
