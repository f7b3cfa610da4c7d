"""Keeps one stream to DingTalk open for each account in stream mode, as long as it is one."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress

import psycopg
from sqlalchemy.exc import SQLAlchemyError

from channels.doors import Parts
from channels.messengers.dingtalk import translate
from channels.messengers.dingtalk.channel import STREAM, DingTalk
from channels.messengers.dingtalk.stream import Stream
from channels.messengers.incoming import Fields
from channels.refusals import GatewayError
from records.delivery.accounts import Account
from records.vault import Unsealable

log = logging.getLogger(__name__)

SECONDS_BETWEEN_LOOKS = 2.0
# DingTalk sends again what is not acknowledged; to keep a message takes milliseconds.
SECONDS_TO_KEEP = 10.0


class Streams:
    """Holds the open streams, each with what it was opened with."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._open: dict[str, tuple[Account, Stream]] = {}
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Follow the accounts."""
        self._task = asyncio.create_task(self._follow())

    async def stop(self) -> None:
        """Close all."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        await asyncio.gather(*(stream.close() for _, stream in self._open.values()))
        self._open.clear()

    async def _follow(self) -> None:
        with suppress(SQLAlchemyError, psycopg.Error, OSError, Unsealable):
            await self._parts.messengers.accounts.look()
        while True:
            wished = {
                account.id: account
                for account in self._parts.messengers.accounts.of(DingTalk.name)
                if account.settings.get("mode", STREAM) == STREAM
            }
            for id in [id for id, (was, _) in self._open.items() if wished.get(id) != was]:
                await self._open.pop(id)[1].close()
            for id in wished.keys() - self._open.keys():
                stream = Stream(wished[id], self._take, asyncio.get_running_loop())
                self._open[id] = (wished[id], stream)
                stream.open()
            await asyncio.sleep(SECONDS_BETWEEN_LOOKS)

    async def _take(self, account: Account, told: Fields) -> bool:
        """Keep one message; whether DingTalk may forget it."""
        try:
            async with asyncio.timeout(SECONDS_TO_KEEP):
                await translate.take(self._parts, account, told)
        except GatewayError as problem:
            # It will be no better when it comes again.
            log.warning("message not kept", extra={"account": account.id, "cause": problem.code})
        except Exception as problem:
            log.warning(
                "message not kept", extra={"account": account.id, "cause": type(problem).__name__}
            )
            return False
        return True
