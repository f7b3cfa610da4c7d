"""Calls WeChat's API: one token for all gateways, fetched by one of them at a time."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx
from sqlalchemy.ext.asyncio import AsyncEngine

from channels.messengers.frame.failures import Permanent, RateLimited, Retryable
from channels.messengers.wechat import answers
from channels.messengers.wechat.answers import StaleToken
from records.delivery import tokens
from records.delivery.accounts import Account
from records.delivery.tokens import Token
from records.vault import Key

API = "https://api.weixin.qq.com"
SECONDS = 8.0
# A token is renewed so long before its end; then old and new are both valid.
SPARE = timedelta(minutes=5)
# WeChat lets a token be forced only so often.
BETWEEN_FORCED = timedelta(seconds=30)
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


@dataclass(frozen=True)
class _Kept:
    token: Token
    secret: str


class Client:
    """Holds the connection, and the tokens of this process."""

    def __init__(
        self,
        database: AsyncEngine,
        key: Key,
        http: httpx.AsyncClient,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._database = database
        self._key = key
        self._http = http
        self._clock = clock
        self._kept: dict[str, _Kept] = {}

    async def post(self, account: Account, path: str, told: dict[str, Any]) -> dict[str, Any]:
        """Call with the account's token; a token that is over is fetched anew, once."""
        token = await self._token(account)
        try:
            return answers.read(await self._post(account, path, told, token))
        except StaleToken:
            token = await self._token(account, stale=token)
        try:
            return answers.read(await self._post(account, path, told, token))
        except StaleToken as problem:
            raise Retryable("token_refused") from problem

    async def get(self, account: Account, path: str, **query: str) -> dict[str, Any]:
        """Call a page that needs no token."""
        address = base(account, "api", API) + path
        said = await self._http.get(address, params=query, timeout=SECONDS)
        try:
            return answers.read(said)
        except StaleToken as problem:
            raise Permanent("refused") from problem

    async def _post(
        self, account: Account, path: str, told: dict[str, Any], token: str | None
    ) -> httpx.Response:
        return await self._http.post(
            base(account, "api", API) + path,
            params={} if token is None else {"access_token": token},
            # As UTF-8: what is escaped, citizens see as code points.
            content=json.dumps(told, ensure_ascii=False).encode(),
            headers={"Content-Type": "application/json; charset=utf-8"},
            timeout=SECONDS,
        )

    async def _token(self, account: Account, stale: str | None = None) -> str:
        kept, secret = self._kept.get(account.id), account.secrets.get("app_secret", "")
        if kept is not None and kept.secret == secret and self._good(kept.token, stale):
            return kept.token.value
        async with self._database.begin() as db:
            found = await tokens.lock(db, self._key, account.id, self._clock())
            if found is None or not self._good(found, stale):
                found = await self._fetch(account, found, forced=stale is not None)
                await tokens.keep(db, self._key, account.id, found)
        self._kept[account.id] = _Kept(found, secret)
        return found.value

    def _good(self, token: Token, stale: str | None) -> bool:
        return token.value != stale and token.expires_at - SPARE > self._clock()

    async def _fetch(self, account: Account, before: Token | None, *, forced: bool) -> Token:
        now = self._clock()
        forced_at = before.forced_at if before else None
        if forced and forced_at is not None and now - forced_at < BETWEEN_FORCED:
            raise RateLimited("token_forced_lately", BETWEEN_FORCED.total_seconds())
        asked = {
            "grant_type": "client_credential",
            "appid": str(account.settings.get("appid", "")),
            "secret": account.secrets.get("app_secret", ""),
            "force_refresh": forced,
        }
        try:
            told = answers.read(await self._post(account, "/cgi-bin/stable_token", asked, None))
        except StaleToken as problem:
            # Here the same code says that our secret is wrong.
            raise Permanent("wrong_secret") from problem
        value, seconds = told.get("access_token"), told.get("expires_in")
        if not isinstance(value, str) or not value or not isinstance(seconds, int):
            raise Retryable("illegible")
        expires = now + timedelta(seconds=seconds)
        return Token(value, expires, now, now if forced else forced_at)


def base(account: Account, name: str, usual: str) -> str:
    """An address of WeChat's, which the account may have elsewhere: HTTPS, or this machine."""
    address = str(account.settings.get(name) or usual).rstrip("/")
    parts = urlsplit(address)
    if parts.scheme != "https" and parts.hostname not in _LOOPBACK:
        raise Permanent("unsafe_address")
    return address
