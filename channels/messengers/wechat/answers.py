"""What WeChat answers to our calls, and what each of its error codes means to us."""

from __future__ import annotations

import logging
from typing import Any

import httpx

from channels.messengers.frame.failures import (
    DeliveryFailed,
    Permanent,
    QuotaUsed,
    RateLimited,
    Retryable,
    WindowClosed,
)

log = logging.getLogger(__name__)

# The token is not valid: fetched anew once, and then tried again.
STALE_TOKEN = frozenset({40001, 40014, 42001})
# The day's calls are used: somebody has to look, and nothing goes until the next day or so.
SECONDS_UNTIL_QUOTA = 3600.0

_CAUSES = {
    40003: "unknown_user",
    40164: "address_not_listed",
    43004: "not_a_follower",
    45015: "window_over",
    45047: "quota_used",
    45009: "daily_quota_used",
    45011: "too_many_calls",
    48001: "not_permitted",
    50002: "account_limited",
}
_WINDOW = frozenset({45015, 43004})
# Nothing but a person can mend these.
_ALARMS = frozenset({40164, 45009, 48001, 50002})
_MOST_BYTES = 256 * 1024


class StaleToken(Exception):
    """WeChat does not know our token any more."""


def read(said: httpx.Response) -> dict[str, Any]:
    """The object of an answer without error; each error as what it means."""
    if said.status_code == 429:
        raise RateLimited("too_many_calls", 60.0)
    if said.status_code != 200 or len(said.content) > _MOST_BYTES:
        raise Retryable(f"status_{said.status_code}")
    try:
        told = said.json()
    except ValueError as problem:
        raise Retryable("illegible") from problem
    if not isinstance(told, dict):
        raise Retryable("illegible")
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
        log.error("WeChat needs a person", extra={"alert": True, "cause": cause})
    if code == -1:
        return Retryable("busy")
    if code in _WINDOW:
        return WindowClosed(cause)
    if code == 45047:
        return QuotaUsed(cause)
    if code in (45009, 45011):
        return RateLimited(cause, SECONDS_UNTIL_QUOTA if code == 45009 else 60.0)
    return Permanent(cause)
