"""The accounts as a running gateway knows them: looked at every few seconds, never restarted."""

from __future__ import annotations

import asyncio
import logging
import time
from datetime import UTC, datetime

import psycopg
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from channels.refusals import NotFound
from records.database import each_at_once
from records.delivery import accounts
from records.delivery.accounts import Account
from records.vault import Key, Unsealable

log = logging.getLogger(__name__)

# What was valid before a rotation ends by the clock, not by a change in the database.
SECONDS_HELD = 60.0
SECONDS_BETWEEN_LOOKS = 1.0


class Accounts:
    """Holds every account with its secrets, in memory only."""

    def __init__(self, database: AsyncEngine, key: Key, seconds: float) -> None:
        self._at_once = each_at_once(database)
        self._key = key
        self._seconds = seconds
        self._by_id: dict[str, Account] = {}
        self._stamp: object = None
        self._read_at = float("-inf")
        self._looked_at = float("-inf")
        self._lock = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Look again every few seconds."""
        self._task = asyncio.create_task(self._follow())

    async def stop(self) -> None:
        """Look no more."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def get(self, account: str) -> Account | None:
        """An account that may be used."""
        found = self._by_id.get(account)
        return found if found is not None and found.enabled else None

    def of(self, channel: str) -> list[Account]:
        """Every account of a channel that may be used."""
        return [one for one in self._by_id.values() if one.enabled and one.channel == channel]

    async def find(self, channel: str, account: str) -> Account:
        """The account that a provider calls; one that has just been added is found, too."""
        if account not in self._by_id and (
            time.monotonic() - self._looked_at > SECONDS_BETWEEN_LOOKS
        ):
            await self.look()
        found = self.get(account)
        if found is None or found.channel != channel:
            raise NotFound
        return found

    async def look(self) -> None:
        """Take over what changed."""
        async with self._lock:
            now = time.monotonic()
            async with self._at_once.connect() as db:
                stamp = await accounts.stamp(db)
                if stamp != self._stamp or now - self._read_at >= SECONDS_HELD:
                    listed = await accounts.listed(db, self._key, datetime.now(UTC))
                    self._by_id = {account.id: account for account in listed}
                    self._stamp, self._read_at = stamp, now
            self._looked_at = now

    async def _follow(self) -> None:
        while True:
            try:
                await self.look()
            except (SQLAlchemyError, psycopg.Error, OSError, Unsealable) as problem:
                log.warning("accounts as before", extra={"cause": type(problem).__name__})
            await asyncio.sleep(self._seconds)
