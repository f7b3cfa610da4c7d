"""Signing out: the sign-in ends, and what was said since it began is shown to nobody again."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from records import conversations, events, identities, messages
from records.files import downloads


async def leave(
    db: AsyncConnection, conversation: UUID, shown: str, now: datetime, but: int = 0
) -> bool:
    """End the sign-in and wipe what it left, also where it ended by itself; False for neither.

    The message `but` stays to be read: it is the one that signs out.
    """
    await conversations.lock(db, conversation)  # first, as everywhere
    ended = await identities.sign_out(db, conversation, now)
    left = await _wipe(db, conversation, shown, now, but)
    if ended or left:
        await conversations.forget_at_engine(db, conversation, now)
    return ended or left


async def wipe(db: AsyncConnection, conversation: UUID, shown: str, now: datetime) -> None:
    """Put `shown` for what was said since a sign-in that was just ended, and close its links.

    The engine forgets it, too, once its running turn is over.
    """
    await _wipe(db, conversation, shown, now)
    await conversations.forget_at_engine(db, conversation, now)


async def wipe_after_turn(db: AsyncConnection, conversation: UUID, shown: str) -> None:
    """The same for what a turn left that was running when the citizen was signed out."""
    await messages.blank(db, conversation)
    if await events.hide_late(db, conversation, shown):
        await downloads.close(db, conversation)


async def _wipe(
    db: AsyncConnection, conversation: UUID, shown: str, now: datetime, but: int = 0
) -> bool:
    """Whether there was something."""
    hidden = await events.hide_personal(db, conversation, shown, now, but)
    await messages.blank(db, conversation)
    return bool(await downloads.close(db, conversation) or hidden)
