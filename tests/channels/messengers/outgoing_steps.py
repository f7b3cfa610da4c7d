"""Threads and events as the delivery tests need them, straight in the database."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from uuid import UUID

import psycopg
from sqlalchemy.ext.asyncio import AsyncEngine

from records import events
from records.database import each_at_once
from records.delivery import threads
from records.events import Line
from records.vault import INDEX, hash_key, read_key
from tests.conftest import VAULT_KEY

KEY = read_key(VAULT_KEY)
INDEX_KEY = hash_key("", KEY, INDEX)
# `make messengers-load` runs the full numbers; by default a tenth of them.
FULL = os.environ.get("MESSENGERS_LOAD") == "full"


async def open_thread(database: AsyncEngine, account: str, external: str) -> UUID:
    """A thread with a window that lasts."""
    now = datetime.now(UTC)
    index = threads.index_of(INDEX_KEY, account, external)
    assert await threads.open_one(database, KEY, account, external, index, now)
    async with each_at_once(database).connect() as db:
        thread = await threads.active(db, KEY, account, index)
        assert thread is not None
        await threads.heard(db, thread.conversation, (10**6, timedelta(hours=48)), now)
    return thread.conversation


async def say(database: AsyncEngine, conversation: UUID, *texts: str) -> None:
    """Have the bot say something."""
    async with each_at_once(database).connect() as db:
        lines = [Line(text) for text in texts]
        assert await events.append(db, conversation, "bot", lines, datetime.now(UTC))


def states(url: str) -> dict[str, int]:
    """How many deliveries are in each state."""
    with psycopg.connect(url) as db:
        found = db.execute("SELECT state, count(*) FROM deliveries GROUP BY state").fetchall()
    return {state: int(many) for state, many in found}
