"""Chat accounts that are linked to a citizen: unlinking, leaving, codes typed into the chat."""

from __future__ import annotations

from datetime import UTC, datetime

from channels.doors import Parts
from channels.knowledge.notices import HIDDEN
from records.delivery import link_attempts, links, threads
from records.delivery.accounts import Account
from records.delivery.links import Link
from records.delivery.threads import Thread
from records.privacy import leaving


def index_of(parts: Parts, thread: Thread) -> bytes:
    """What the thread's user is found by."""
    return threads.index_of(parts.settings.index_hash_key, thread.account, thread.external)


async def find(parts: Parts, thread: Thread) -> Link | None:
    """Whom the chat account belongs to. That identifies; it opens no record."""
    async with parts.at_once.connect() as db:
        return await links.find(
            db, parts.settings.key, thread.account, index_of(parts, thread), datetime.now(UTC)
        )


async def unlink(parts: Parts, thread: Thread, cause: str) -> str:
    """Forget whom the chat account belongs to, sign out, and wipe what that left with us.

    The name of the phrase that says what was done.
    """
    now, shown = datetime.now(UTC), parts.notices[HIDDEN].text
    async with parts.database.begin() as db:
        signed_out = await leaving.leave(db, thread.conversation, shown, now)
        if await links.end(db, thread.account, index_of(parts, thread), cause, now):
            return "unlinked"
    return "signed_out" if signed_out else "not_linked"


async def leave(parts: Parts, account: Account, external: str, cause: str) -> None:
    """The user left: unlinked, signed out, nothing more is sent; coming back begins anew."""
    now, index = (
        datetime.now(UTC),
        threads.index_of(parts.settings.index_hash_key, account.id, external),
    )
    async with parts.at_once.connect() as db:
        thread = await threads.active(db, parts.settings.key, account.id, index)
        if thread is None:
            await links.end(db, account.id, index, cause, now)
            return
    await unlink(parts, thread, cause)
    async with parts.at_once.connect() as db:
        await threads.end(db, thread.conversation, cause, now)


async def try_code(parts: Parts, thread: Thread, code: str) -> bool | None:
    """Whether it is the code that the user's browser shows; None when none is awaited."""
    digest = link_attempts.code_digest(parts.settings.index_hash_key, thread.conversation, code)
    async with parts.at_once.connect() as db:
        return await link_attempts.prove_by_code(db, thread.conversation, digest, datetime.now(UTC))


def masked(name: str) -> str:
    """A name as others may see it: only the last character."""
    return "*" * max(len(name) - 1, 1) + name[-1:]
