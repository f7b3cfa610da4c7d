"""Reads the list of what came in 微信客服: each message kept once, and then the cursor moved.

The cursor stays locked in a transaction from before a page is read until all of it is kept, and
moves with that transaction's commit. Whoever dies in between leaves it where it was; the page is
read again, and what is kept already is known by its `msgid`.
"""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import psycopg
from sqlalchemy.exc import SQLAlchemyError

from channels.doors import Parts
from channels.messengers import incoming
from channels.messengers.calling import StaleToken
from channels.messengers.frame import intake, places
from channels.messengers.frame.failures import DeliveryFailed, RateLimited
from channels.messengers.frame.intake import Said
from channels.messengers.incoming import Fields, is_id, text_at
from channels.messengers.wecom.desk import WeComDesk
from channels.outgoing.patience import pause
from channels.refusals import GatewayError
from records.delivery import cursors
from records.delivery.accounts import Account

log = logging.getLogger(__name__)

MOST_TRIES = 12
# Each holds a connection to the database while it waits for WeCom.
READ_AT_ONCE = 2
MESSAGES = 5
WINDOW = timedelta(hours=48)
# What somebody wrote before the account was ours is not answered any more.
BEFORE_US = timedelta(minutes=10)
# WeCom's time is in whole seconds: of two messages the later must never seem the older.
JUST_NOW = timedelta(minutes=5)
SECONDS_TO_GREET = 18.0
FROM_CITIZEN = 3
_KINDS = {"voice": "voice", "image": "picture", "video": "video", "file": "file"}
_ANSWERS = {"voice": "voice", "image": "picture", "video": "picture"}
_TROUBLE = (DeliveryFailed, httpx.HTTPError, SQLAlchemyError, psycopg.Error, OSError, StaleToken)


class Reading:
    """Holds what is being read: one at a time for each list of this process."""

    def __init__(self, parts: Parts, desk: WeComDesk) -> None:
        self._parts = parts
        self._desk = desk
        self._room = asyncio.Semaphore(READ_AT_ONCE)
        self._tasks: dict[tuple[str, str], asyncio.Task[None]] = {}
        self._tokens: dict[tuple[str, str], str] = {}
        self._starting: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Go on with every list that was read before."""
        self._starting = asyncio.create_task(self._catch_up())

    async def stop(self) -> None:
        """Whatever page is not kept whole is read again by whoever comes next."""
        tasks = [*self._tasks.values(), *([self._starting] if self._starting else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def wake(self, account: str, desk: str, token: str = "") -> None:
        """Something happened: read on, and once more when it is being read already."""
        key = (account, desk)
        self._tokens[key] = token or self._tokens.get(key, "")
        if key not in self._tasks:
            self._tasks[key] = asyncio.create_task(self._work(key))

    async def _catch_up(self) -> None:
        try:
            await self._parts.messengers.accounts.look()
            async with self._parts.at_once.connect() as db:
                known = await cursors.listed(db)
        except _TROUBLE as problem:
            log.warning("lists wait for a callback", extra={"cause": type(problem).__name__})
            return
        for account, desk in known:
            self.wake(account, desk)

    async def _work(self, key: tuple[str, str]) -> None:
        try:
            while key in self._tokens:
                await self._patiently(key, self._tokens.pop(key))
        except Exception:
            log.exception("reading failed")
        finally:
            self._tasks.pop(key, None)

    async def _patiently(self, key: tuple[str, str], token: str) -> None:
        for attempt in range(1, MOST_TRIES + 1):
            account = self._parts.messengers.accounts.get(key[0])
            if account is None or account.channel != self._desk.name:
                return
            try:
                async with self._room:
                    while await self._page(account, key[1], token):
                        pass
            except _TROUBLE as problem:
                log.warning(
                    "list not read", extra={"account": key[0], "cause": type(problem).__name__}
                )
                limited = isinstance(problem, RateLimited)
                await asyncio.sleep(problem.seconds if limited else pause(attempt))  # type: ignore[union-attr]
            else:
                return
        log.error("list not read", extra={"alert": True, "account": key[0]})

    async def _page(self, account: Account, desk: str, token: str) -> bool:
        """Keep one page; whether there is more."""
        now = datetime.now(UTC)
        async with self._parts.database.begin() as db:
            cursor = await cursors.lock(db, account.id, desk, now)
            page = await self._desk.page(account, desk, cursor, token)
            await self._keep(account, desk, page, first=not cursor)
            following = text_at(page, "next_cursor")
            if following:
                await cursors.move(db, account.id, desk, following, now)
        return bool(page.get("has_more")) and following not in ("", cursor)

    async def _keep(self, account: Account, desk: str, page: Fields, *, first: bool) -> None:
        ours: dict[str, bool] = {}
        for told in incoming.list_at(page, "msg_list"):
            age = datetime.now(UTC) - _sent_at(told)
            if text_at(told, "msgtype") == "event":
                await self._event(account, told, age)
                continue
            citizen, message = text_at(told, "external_userid"), text_at(told, "msgid")
            if told.get("origin") != FROM_CITIZEN or not (is_id(citizen) and is_id(message)):
                continue
            if age > (BEFORE_US if first else WINDOW) or text_at(told, "open_kfid") != desk:
                continue
            if citizen not in ours:
                ours[citizen] = await self._desk.is_ours(account, desk, citizen)
            if ours[citizen]:
                left = WINDOW if age < JUST_NOW else WINDOW - age
                await self._message(account, f"{desk}/{citizen}", told, left)

    async def _message(
        self, account: Account, external: str, told: Fields, left: timedelta
    ) -> None:
        window = (MESSAGES, left)
        try:
            if text_at(told, "msgtype") == "location":
                said = await self._place(account, external, told, window)
            else:
                said = self._said(told, window)
            await incoming.hear(self._parts, account, external, said)
        except GatewayError as problem:
            # One message that is refused must not keep all behind it waiting.
            log.warning("message not kept", extra={"account": account.id, "cause": problem.code})

    def _said(self, told: Fields, window: tuple[int, timedelta]) -> Said:
        kind, delivery = text_at(told, "msgtype"), f"message:{text_at(told, 'msgid')}"
        if kind == "text":
            return Said(delivery, text=text_at(told, "text", "content"), window=window)
        phrases = self._parts.messengers.phrases
        return Said(
            delivery,
            shown=phrases.shown[_KINDS.get(kind, "other")],
            answer=phrases.phrases[_ANSWERS.get(kind, "other")],
            window=window,
        )

    async def _place(
        self, account: Account, external: str, told: Fields, window: tuple[int, timedelta]
    ) -> Said:
        label = text_at(told, "location", "address")[:100]
        thread = await intake.find_thread(self._parts, account, external)
        await places.note(self._parts, thread, label)
        return places.said(self._parts, f"message:{text_at(told, 'msgid')}", label, window)

    async def _event(self, account: Account, told: Fields, age: timedelta) -> None:
        event: dict[str, Any] = incoming.fields_at(told, "event")
        kind, code = text_at(event, "event_type"), text_at(event, "welcome_code")
        if kind == "msg_send_fail":
            cause = f"fail_type_{text_at(event, 'fail_type')}"
            log.error("WeCom did not deliver", extra={"account": account.id, "cause": cause})
        if kind == "enter_session" and code and age.total_seconds() < SECONDS_TO_GREET:
            usual = self._parts.messengers.phrases.phrases["greeting"]
            await self._desk.greet(account, code, str(account.settings.get("greeting") or usual))


def _sent_at(told: Fields) -> datetime:
    seconds = told.get("send_time")
    if not isinstance(seconds, int) or not 0 <= seconds < 10**11:
        return datetime.fromtimestamp(0, UTC)
    return datetime.fromtimestamp(seconds, UTC)
