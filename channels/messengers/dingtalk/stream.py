"""One stream to DingTalk, by its own client in a thread of its own.

That client blocks while it asks for a place to connect to, so it may not run in the gateway's
loop. A message is acknowledged once it is kept, and answered later like all others.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Awaitable, Callable
from typing import Any
from weakref import WeakValueDictionary

import httpx
from dingtalk_stream.chatbot import ChatbotMessage
from dingtalk_stream.credential import Credential
from dingtalk_stream.frames import AckMessage, CallbackMessage
from dingtalk_stream.handlers import CallbackHandler
from dingtalk_stream.stream import DingTalkStreamClient

from channels.messengers import calling
from channels.messengers.dingtalk.channel import API
from channels.messengers.frame.failures import DeliveryFailed
from channels.messengers.incoming import Fields, text_at
from records.delivery.accounts import Account

log = logging.getLogger(__name__)

SECONDS_TO_CLOSE = 5.0
Take = Callable[[Account, Fields], Awaitable[bool]]


class Stream:
    """Holds the thread, its loop and the client in it."""

    def __init__(self, account: Account, take: Take, home: asyncio.AbstractEventLoop) -> None:
        self._client = _Client(account)
        self._client.register_callback_handler(ChatbotMessage.TOPIC, _Handler(account, take, home))
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True, name=f"stream-{account.id}")

    def open(self) -> None:
        """Connect, and again whenever the connection is lost."""
        self._thread.start()

    async def close(self) -> None:
        """End the connection; what is not acknowledged DingTalk sends to another."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        await asyncio.to_thread(self._thread.join, SECONDS_TO_CLOSE)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.create_task(self._client.start())  # type: ignore[no-untyped-call]
        self._loop.run_forever()
        self._loop.run_until_complete(_end_all(self._client))
        self._loop.close()


class _Client(DingTalkStreamClient):
    """DingTalk's client with a time limit, an address of the account's own, and a quiet log."""

    def __init__(self, account: Account) -> None:
        self._account = account
        id, secret = str(account.settings["client_id"]), account.secrets["client_secret"]
        given = Credential(id, secret)  # type: ignore[no-untyped-call]
        super().__init__(given, logger=_Quiet())  # type: ignore[arg-type]

    def open_connection(self) -> dict[str, Any] | None:
        """Ask where to connect. The original has no time limit and logs the ticket it is given."""
        told = {
            "clientId": self.credential.client_id,
            "clientSecret": self.credential.client_secret,
            "subscriptions": [
                {"type": "CALLBACK", "topic": topic} for topic in self.callback_handler_map
            ],
            "ua": "wenbao",
        }
        try:
            address = calling.base(self._account, API) + "/v1.0/gateway/connections/open"
            said = httpx.post(address, json=told, timeout=calling.SECONDS, trust_env=False)
            said.raise_for_status()
            place = said.json()
            return {"endpoint": str(place["endpoint"]), "ticket": str(place["ticket"])}
        except (DeliveryFailed, httpx.HTTPError, ValueError, KeyError, TypeError) as problem:
            extra = {"account": self._account.id, "cause": type(problem).__name__}
            log.warning("no stream to DingTalk", extra=extra)
            return None


class _Handler(CallbackHandler):
    """Hands each message to the gateway's own loop, and acknowledges it once it is kept.

    The client begins a task for each message: without turns, what somebody sends in a rush would
    be kept in any order.
    """

    def __init__(self, account: Account, take: Take, home: asyncio.AbstractEventLoop) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._account = account
        self._take = take
        self._home = home
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def process(self, message: CallbackMessage) -> tuple[int, str]:
        """Keep one message, once those before it of the same person are kept."""
        told = message.data if isinstance(message.data, dict) else {}
        async with self._turns.setdefault(text_at(told, "senderStaffId"), asyncio.Lock()):
            keeping = asyncio.run_coroutine_threadsafe(self._kept(told), self._home)
            kept = await asyncio.wrap_future(keeping)
        if kept:
            return AckMessage.STATUS_OK, "OK"
        return AckMessage.STATUS_SYSTEM_EXCEPTION, "later"

    async def _kept(self, told: Fields) -> bool:
        return await self._take(self._account, told)


class _Quiet:
    """The log of DingTalk's client: its own lines hold tickets and what citizens say."""

    def info(self, *_: object) -> None:
        """Nothing to say."""

    debug = info

    def warning(self, *_: object) -> None:
        """Something is wrong; what, its lines do not tell safely."""
        log.warning("trouble with a stream to DingTalk")

    error = exception = warning


async def _end_all(client: DingTalkStreamClient) -> None:
    if client.websocket is not None:
        await client.websocket.close()
    # Its loop takes the first cancellation for a lost connection.
    for _ in range(3):
        left = asyncio.all_tasks() - {asyncio.current_task()}
        for task in left:
            task.cancel()
        if left:
            await asyncio.wait(left, timeout=1)
