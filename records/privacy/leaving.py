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
    return await wipe(db, conversation, shown, now, but) or ended


async def wipe(
    db: AsyncConnection, conversation: UUID, shown: str, now: datetime, but: int = 0
) -> bool:
    """Put `shown` for what was said since the sign-in, and close the links to its papers.

    The engine forgets it, too, once its running turn is over. False where there was nothing.
    """
    hidden = await events.hide_personal(db, conversation, shown, now, but)
    await messages.blank(db, conversation)
    if not await downloads.close(db, conversation) and not hidden:
        return False
    await conversations.forget_at_engine(db, conversation, now)
    return True
