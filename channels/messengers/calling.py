"""What channels' calls to their providers have in common: addresses, tokens, and bad answers."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from urllib.parse import urlsplit

import httpx
from sqlalchemy.ext.asyncio import AsyncEngine

from channels.messengers.frame.failures import Permanent, RateLimited, Retryable
from records.delivery import tokens
from records.delivery.accounts import Account
from records.delivery.tokens import Token
from records.vault import Key

SECONDS = 8.0
MOST_BYTES = 256 * 1024
# A token is renewed so long before its end.
SPARE = timedelta(minutes=5)
# Without a word from the provider, how long an account that sends too much rests.
SECONDS_RESTING = 30.0
LONGEST_REST = 3600.0
T = TypeVar("T")
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


def base(account: Account, usual: str) -> str:
    """The provider's address, which the account may have elsewhere: HTTPS, or this machine."""
    address = str(account.settings.get("api") or usual).rstrip("/")
    parts = urlsplit(address)
    if parts.scheme != "https" and parts.hostname not in _LOOPBACK:
        raise Permanent("unsafe_address")
    return address


async def post(
    http: httpx.AsyncClient,
    address: str,
    told: Mapping[str, Any],
    *,
    headers: Mapping[str, str] | None = None,
    params: Mapping[str, str] | None = None,
) -> httpx.Response:
    """Post JSON, as UTF-8."""
    return await http.post(
        address,
        params=params,
        content=json.dumps(told, ensure_ascii=False).encode("utf-8", "replace"),
        headers={"Content-Type": "application/json; charset=utf-8", **(headers or {})},
        timeout=SECONDS,
    )


def read(said: httpx.Response) -> dict[str, Any]:
    """The JSON object of an answer, whatever its status; trouble of the provider's own raises."""
    if said.status_code == 429:
        raise RateLimited("too_many_calls", rest_of(said.headers.get("retry-after", "")))
    if said.status_code >= 500:
        raise Retryable(f"status_{said.status_code}")
    if len(said.content) > MOST_BYTES:
        raise Retryable("illegible")
    try:
        told = said.json()
    except ValueError as problem:
        raise Retryable("illegible") from problem
    if not isinstance(told, dict):
        raise Retryable("illegible")
    return told


def rest_of(written: object) -> float:
    """How long the provider wants us to rest, within reason."""
    try:
        seconds = float(str(written))
    except ValueError:
        return SECONDS_RESTING
    return min(max(seconds, 1.0), LONGEST_REST) if seconds == seconds else SECONDS_RESTING


class StaleToken(Exception):
    """The provider does not know our token any more."""


@dataclass(frozen=True)
class Granted:
    """A token, and for how long it is good."""

    value: str
    seconds: int


@dataclass(frozen=True)
class _Kept:
    token: Token
    secrets: Mapping[str, str]


class Tokens:
    """Holds the tokens of this process; one gateway fetches, all share by the database."""

    def __init__(
        self,
        database: AsyncEngine,
        key: Key,
        fetch: Callable[[Account], Awaitable[Granted]],
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._database = database
        self._key = key
        self._fetch = fetch
        self._clock = clock
        self._kept: dict[str, _Kept] = {}

    async def use(self, account: Account, call: Callable[[str], Awaitable[T]]) -> T:
        """Call with the account's token; one that is over is fetched anew, once."""
        token = await self._get(account)
        try:
            return await call(token)
        except StaleToken:
            token = await self._get(account, stale=token)
        try:
            return await call(token)
        except StaleToken as problem:
            raise Retryable("token_refused") from problem

    async def _get(self, account: Account, stale: str | None = None) -> str:
        kept = self._kept.get(account.id)
        if kept is not None and kept.secrets == account.secrets and self._good(kept.token, stale):
            return kept.token.value
        async with self._database.begin() as db:
            found = await tokens.lock(db, self._key, account.id, self._clock())
            if found is None or not self._good(found, stale):
                granted = await self._fetch(account)
                now = self._clock()
                ends = now + timedelta(seconds=granted.seconds)
                found = Token(granted.value, ends, now)
                await tokens.keep(db, self._key, account.id, found)
        self._kept[account.id] = _Kept(found, account.secrets)
        return found.value

    def _good(self, token: Token, stale: str | None) -> bool:
        return token.value != stale and token.expires_at - SPARE > self._clock()


def granted(value: object, seconds: object) -> Granted:
    """What a provider granted, if it has the shape of it."""
    if not isinstance(value, str) or not value or not isinstance(seconds, int):
        raise Retryable("illegible")
    return Granted(value, seconds)
