"""The identity provider as we reach it: its addresses, its keys, its token and userinfo doors.

Whatever goes wrong on its side or on the way there is `IdentityAway`; an answer that came but
proves nothing is `NotProven`.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

import httpx
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from channels.refusals import IdentityAway, NotProven
from channels.settings import Settings

log = logging.getLogger(__name__)

SCOPE = "openid citizen"
SECONDS_HELD = 3600.0
# A provider that was away is left alone for so long; a citizen waits for one try at most.
SECONDS_OF_REST = 1.0
# Somebody could send tokens with invented key names only to have the keys fetched again.
SECONDS_BETWEEN_KEYS = 5.0
MOST_BYTES = 256 * 1024
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
# They would write our secret, codes and verifiers into a debug log.
_TALKATIVE = ("authlib", "httpcore", "httpx")


@dataclass(frozen=True)
class Doors:
    """The addresses of the discovery document that we use."""

    authorization: str
    token: str
    userinfo: str
    keys: str
    names_itself: bool  # RFC 9207: each answer carries `iss`


@dataclass(frozen=True)
class Trip:
    """What a browser carries to the provider, and what we keep to know it again."""

    state: str
    nonce: str
    verifier: str


class Provider:
    """Holds what the provider told about itself, for an hour."""

    def __init__(
        self,
        settings: Settings,
        http: httpx.AsyncClient,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.issuer = settings.identity_issuer
        self.client_id = settings.identity_client_id
        self._redirect_uri = settings.public_origin + "/sign-in/callback"
        self._levels = settings.acceptable_levels
        self._max_age = settings.identity_max_age
        self._seconds = settings.identity_seconds
        # RFC 6749, 2.3.1: both are form-encoded before they are joined.
        secret = settings.identity_client_secret.get_secret_value()
        self._proof = httpx.BasicAuth(quote(self.client_id, safe=""), quote(secret, safe=""))
        self._http = http
        self._clock = clock
        self._doors: tuple[Doors, float] | None = None
        self._keys: tuple[KeySet, float] | None = None
        self._rest_until = float("-inf")
        for name in _TALKATIVE:
            logging.getLogger(name).setLevel(logging.WARNING)

    async def way_there(self, trip: Trip, levels: Sequence[str] = ()) -> str:
        """Where the browser goes to sign in: anew, and at one of `levels`, else the usual ones."""
        doors = await self.doors()
        challenge = create_s256_code_challenge(trip.verifier)  # type: ignore[no-untyped-call]
        way: str = prepare_grant_uri(  # type: ignore[no-untyped-call]
            doors.authorization,
            self.client_id,
            "code",
            self._redirect_uri,
            SCOPE,
            trip.state,
            nonce=trip.nonce,
            code_challenge=challenge,
            code_challenge_method="S256",
            acr_values=" ".join(levels or self._levels),
            max_age=str(self._max_age),
            # A provider that still knows the person before must not sign that one in silently.
            prompt="login",
        )
        return way

    async def exchange(self, code: str, verifier: str) -> dict[str, Any]:
        """The tokens for a code."""
        doors = await self.doors()
        said = await self._ask(
            "POST",
            doors.token,
            auth=self._proof,
            data={
                "grant_type": "authorization_code",
                "code": code,
                "redirect_uri": self._redirect_uri,
                "code_verifier": verifier,
            },
        )
        if said.status_code == 400:
            raise NotProven
        return _read(said)

    async def userinfo(self, access_token: str) -> dict[str, Any]:
        """What the provider tells about the citizen of an access token."""
        doors = await self.doors()
        bearer = {"Authorization": f"Bearer {access_token}"}
        said = await self._ask("GET", doors.userinfo, headers=bearer)
        if said.status_code in (401, 403):
            raise NotProven
        return _read(said)

    async def doors(self) -> Doors:
        """The provider's addresses."""
        if self._doors is None or self._clock() >= self._doors[1]:
            address = self.issuer.rstrip("/") + "/.well-known/openid-configuration"
            told = await self._fetch(address)
            self._doors = (self._read_doors(told), self._clock() + SECONDS_HELD)
        return self._doors[0]

    async def keys(self, *, anew: bool = False) -> KeySet:
        """The provider's keys; `anew` fetches them again unless that has just been done."""
        now = self._clock()
        if self._keys is not None:
            fetched_at = self._keys[1]
            if now < fetched_at + (SECONDS_BETWEEN_KEYS if anew else SECONDS_HELD):
                return self._keys[0]
        told = await self._fetch((await self.doors()).keys)
        try:
            keys = KeySet.import_key_set(told)  # type: ignore[arg-type]
        except (JoseError, KeyError, TypeError, ValueError, AttributeError) as problem:
            raise _away("keys", problem) from problem
        self._keys = (keys, now)
        return keys

    def _read_doors(self, told: dict[str, Any]) -> Doors:
        try:
            doors = Doors(
                authorization=told["authorization_endpoint"],
                token=told["token_endpoint"],
                userinfo=told["userinfo_endpoint"],
                keys=told["jwks_uri"],
                names_itself=told.get("authorization_response_iss_parameter_supported") is True,
            )
        except KeyError as problem:
            raise _away("discovery", problem) from problem
        addresses = (doors.authorization, doors.token, doors.userinfo, doors.keys)
        if told.get("issuer") != self.issuer or not all(map(_is_safe, addresses)):
            raise _away("discovery", None)
        return doors

    async def _fetch(self, address: str) -> dict[str, Any]:
        if self._clock() < self._rest_until:
            raise IdentityAway
        try:
            return _read(await self._ask("GET", address))
        except IdentityAway:
            self._rest_until = self._clock() + SECONDS_OF_REST
            raise

    async def _ask(self, method: str, address: str, **given: Any) -> httpx.Response:
        try:
            return await self._http.request(method, address, timeout=self._seconds, **given)
        except (httpx.HTTPError, httpx.InvalidURL) as problem:
            raise _away("request", problem) from problem


def _read(said: httpx.Response) -> dict[str, Any]:
    """The JSON object of a good answer."""
    try:
        if said.status_code != 200 or len(said.content) > MOST_BYTES:
            raise ValueError("status")
        told = said.json()
    except ValueError as problem:
        raise _away("answer", problem, said.status_code) from problem
    if not isinstance(told, dict):
        raise _away("answer", None, said.status_code)
    return told


def _is_safe(address: object) -> bool:
    """Whether nobody can listen on the way: HTTPS, or this machine."""
    if not isinstance(address, str):
        return False
    parts = urlsplit(address)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)


def _away(what: str, problem: Exception | None, status: int | None = None) -> IdentityAway:
    cause = type(problem).__name__ if problem is not None else "content"
    log.warning("identity provider away", extra={"what": what, "cause": cause, "status": status})
    return IdentityAway()
