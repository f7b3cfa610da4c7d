"""Sends to DingTalk's users, and keeps the streams open on which their messages come."""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import httpx

from channels.messengers import calling
from channels.messengers.calling import Granted, StaleToken, Tokens
from channels.messengers.frame.channel import Part, Style
from channels.messengers.frame.failures import Permanent, RateLimited, Retryable
from channels.messengers.frame.shared import Shared
from records.delivery.accounts import Account
from records.delivery.outbox import Outgoing
from records.delivery.threads import Thread

if TYPE_CHECKING:
    from channels.doors import Parts
    from channels.messengers.dingtalk.streams import Streams

log = logging.getLogger(__name__)

API = "https://api.dingtalk.com"
STREAM, HTTP = "stream", "http"
# DingTalk publishes no limit for these messages; those of its webhooks may have 20,000 bytes.
MOST_BYTES = 6000
MOST_ON_A_CARD = 500
MOST_EVENTS = 20


class DingTalk:
    """The channel `dingtalk`."""

    name = "dingtalk"
    style = Style(most=MOST_BYTES, bundle=MOST_EVENTS)

    def __init__(self, shared: Shared) -> None:
        self._http = shared.http
        self._tokens = Tokens(shared.database, shared.settings.key, self._fetch)
        self._phrases = shared.phrases
        self._streams: Streams | None = None

    def start(self, parts: Parts) -> None:
        """Open a stream for each account that is set up so, now and when one is added."""
        # Here, because it needs the parts of a gateway, which are made of channels.
        from channels.messengers.dingtalk.streams import Streams

        self._streams = Streams(parts)
        self._streams.start()

    async def stop(self) -> None:
        """Close them."""
        if self._streams is not None:
            await self._streams.stop()

    async def send(self, account: Account, thread: Thread, part: Part, key: str) -> None:
        """Give one message to DingTalk, which knows no idempotency key for these."""
        kind, content = self._content(part)
        told = {
            "robotCode": robot_of(account),
            "userIds": [thread.external],
            "msgKey": kind,
            "msgParam": json.dumps(content, ensure_ascii=False),
        }

        async def call(token: str) -> dict[str, Any]:
            return read(
                await calling.post(
                    self._http,
                    calling.base(account, API) + "/v1.0/robot/oToMessages/batchSend",
                    told,
                    headers={"x-acs-dingtalk-access-token": token},
                )
            )

        said = await self._tokens.use(account, call)
        if said.get("invalidStaffIdList"):
            raise Permanent("unknown_user")
        if said.get("flowControlledStaffIdList"):
            raise Retryable("flow_controlled")

    async def window_closed(
        self, account: Account, thread: Thread, left: Sequence[Outgoing]
    ) -> None:
        """There are no windows here."""

    def _content(self, part: Part) -> tuple[str, dict[str, str]]:
        words = part.text.replace(part.link, "").strip() if part.link else ""
        if part.link is None or len(words.encode()) > MOST_ON_A_CARD:
            return "sampleText", {"content": part.text}
        title = self._phrases.labels["link_title"]
        return "sampleLink", {"title": title, "text": words, "messageUrl": part.link, "picUrl": ""}

    async def _fetch(self, account: Account) -> Granted:
        told = {
            "appKey": str(account.settings.get("client_id", "")),
            "appSecret": account.secrets.get("client_secret", ""),
        }
        address = calling.base(account, API) + "/v1.0/oauth2/accessToken"
        try:
            said = read(await calling.post(self._http, address, told))
        except StaleToken as problem:
            raise Permanent("wrong_secret") from problem
        return calling.granted(said.get("accessToken"), said.get("expireIn"))


def robot_of(account: Account) -> str:
    """The robot's code; of applications made lately it is the client's id."""
    return str(account.settings.get("robot_code") or account.settings.get("client_id", ""))


def read(said: httpx.Response) -> dict[str, Any]:
    """The object of an answer without error; each error as what it means."""
    told = calling.read(said)
    code = str(told.get("code", ""))
    if said.status_code == 200 and not code:
        return told
    if said.status_code == 401 or "accesstoken" in code.lower() or "authentication" in code.lower():
        raise StaleToken
    if "throttling" in code.lower() or "qps" in code.lower():
        raise RateLimited("too_many_calls", calling.SECONDS_RESTING)
    if said.status_code == 403:
        log.error("DingTalk needs a person", extra={"alert": True, "cause": "not_permitted"})
    raise Permanent(f"status_{said.status_code}")
