"""Calls WeCom's API, and says what each of its error codes means to us."""

from __future__ import annotations

import logging
from typing import Any

import httpx

from channels.messengers import calling
from channels.messengers.calling import Granted, StaleToken, Tokens
from channels.messengers.frame.failures import (
    DeliveryFailed,
    Permanent,
    QuotaUsed,
    RateLimited,
    Retryable,
    WindowClosed,
)
from channels.messengers.frame.shared import Shared
from records.delivery.accounts import Account

log = logging.getLogger(__name__)

API = "https://qyapi.weixin.qq.com"
STALE_TOKEN = frozenset({40014, 41001, 42001})
SECONDS_UNTIL_QUOTA = 600.0

# 95001: five messages are sent; 95002: 48 hours are over; 95013: the conversation is over.
_QUOTA = frozenset({95001})
_WINDOW = frozenset({95002, 95013})
_LIMITS = frozenset({45009, 45033})
# Nothing but a person can mend these: wrong secret, no permission, address not listed.
_ALARMS = frozenset({40001, 40013, 48002, 60011, 60020, 95017, 301002})
# 95018: staff serve the citizen, or nobody yet; what we have to say is not wanted there.
_CAUSES = {
    40003: "unknown_user",
    40096: "unknown_user",
    60111: "unknown_user",
    81013: "unknown_user",
    95018: "served_by_staff",
}


class Client:
    """Holds the connection and the tokens."""

    def __init__(self, shared: Shared) -> None:
        self._http = shared.http
        self._tokens = Tokens(shared.database, shared.settings.key, self._fetch)

    async def post(self, account: Account, path: str, told: dict[str, Any]) -> dict[str, Any]:
        """Call with the account's token."""

        async def call(token: str) -> dict[str, Any]:
            address = calling.base(account, API) + path
            return read(
                await calling.post(self._http, address, told, params={"access_token": token})
            )

        return await self._tokens.use(account, call)

    async def _fetch(self, account: Account) -> Granted:
        said = await self._http.get(
            calling.base(account, API) + "/cgi-bin/gettoken",
            params={
                "corpid": str(account.settings.get("corpid", "")),
                "corpsecret": account.secrets.get("secret", ""),
            },
            timeout=calling.SECONDS,
        )
        told = read(said)
        return calling.granted(told.get("access_token"), told.get("expires_in"))


def read(said: httpx.Response) -> dict[str, Any]:
    """The object of an answer without error; each error as what it means."""
    told = calling.read(said)
    code = told.get("errcode", 0)
    if code == 0:
        return told
    raise meaning(code)


def meaning(code: object) -> DeliveryFailed | StaleToken:
    """What an error code means."""
    if code in STALE_TOKEN:
        return StaleToken()
    cause = _CAUSES.get(code, f"code_{code}") if isinstance(code, int) else "code"
    if code in _ALARMS:
        log.error("WeCom needs a person", extra={"alert": True, "cause": cause})
    if code == -1:
        return Retryable("busy")
    if code in _QUOTA:
        return QuotaUsed(cause)
    if code in _WINDOW:
        return WindowClosed(cause)
    if code in _LIMITS:
        return RateLimited(cause, SECONDS_UNTIL_QUOTA)
    return Permanent(cause)
