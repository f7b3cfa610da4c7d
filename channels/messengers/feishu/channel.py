"""Sends to Feishu's users."""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from typing import Any

import httpx

from channels.messengers import calling
from channels.messengers.calling import Granted, StaleToken, Tokens
from channels.messengers.frame.channel import Part, Style
from channels.messengers.frame.failures import Permanent, RateLimited, Retryable
from channels.messengers.frame.shared import Shared
from records.delivery.accounts import Account
from records.delivery.outbox import Outgoing
from records.delivery.threads import Thread

log = logging.getLogger(__name__)

API = "https://open.feishu.cn"
# Feishu takes 150 KB; nobody reads that in one message.
MOST_BYTES = 6000
MOST_EVENTS = 20

STALE_TOKEN = frozenset({99991661, 99991663, 99991664, 99991668, 99991677})
_LIMITS = frozenset({99991400, 230020, 11232, 11233})
_BUSY = frozenset({230049, 1500, 55001, 2200})
# Our application lacks a right, or is switched off there.
_ALARMS = frozenset({99991672, 230006, 230027, 10003, 10014})
_CAUSES = {230002: "not_in_chat", 230013: "unknown_user", 230053: "refused_by_user"}


class Feishu:
    """The channel `feishu`."""

    name = "feishu"
    style = Style(most=MOST_BYTES, bundle=MOST_EVENTS)

    def __init__(self, shared: Shared) -> None:
        self._http = shared.http
        self._tokens = Tokens(shared.database, shared.settings.key, self._fetch)

    async def send(self, account: Account, thread: Thread, part: Part, key: str) -> None:
        """Give one message to Feishu, which takes the same key but once within an hour."""
        told = {
            "receive_id": thread.external,
            "msg_type": "text",
            "content": json.dumps({"text": part.text}, ensure_ascii=False),
            "uuid": key,
        }

        async def call(token: str) -> dict[str, Any]:
            return read(
                await calling.post(
                    self._http,
                    calling.base(account, API) + "/open-apis/im/v1/messages",
                    told,
                    headers={"Authorization": f"Bearer {token}"},
                    params={"receive_id_type": "open_id"},
                )
            )

        await self._tokens.use(account, call)

    async def window_closed(
        self, account: Account, thread: Thread, left: Sequence[Outgoing]
    ) -> None:
        """There are no windows here."""

    async def _fetch(self, account: Account) -> Granted:
        told = {
            "app_id": str(account.settings.get("app_id", "")),
            "app_secret": account.secrets.get("app_secret", ""),
        }
        address = calling.base(account, API) + "/open-apis/auth/v3/tenant_access_token/internal"
        try:
            said = read(await calling.post(self._http, address, told))
        except StaleToken as problem:
            raise Permanent("wrong_secret") from problem
        return calling.granted(said.get("tenant_access_token"), said.get("expire"))


def read(said: httpx.Response) -> dict[str, Any]:
    """The object of an answer without error; each error as what it means."""
    told = calling.read(said)
    code = told.get("code")
    if code == 0:
        return told
    if not isinstance(code, int):
        raise Retryable("illegible")
    if code in STALE_TOKEN:
        raise StaleToken
    if code in _LIMITS:
        wait = said.headers.get("x-ogw-ratelimit-reset", "")
        raise RateLimited("too_many_calls", calling.rest_of(wait))
    if code in _BUSY:
        raise Retryable("busy")
    cause = _CAUSES.get(code, f"code_{code}")
    if code in _ALARMS:
        log.error("Feishu needs a person", extra={"alert": True, "cause": cause})
    raise Permanent(cause)
