"""The identity provider of the staff: its addresses, keys, tokens, and what they must prove."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlsplit

import httpx
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from console.refusals import IdentityAway, NoRole, NotProven
from console.roles import ROLES
from console.settings import Settings
from records.staff.sessions import Person, Trip

SCOPE = "openid staff"
CALLBACK = "/sign-in/callback"
# Public keys only: with a shared secret or none, whoever knows our side could write tokens.
ALGORITHMS = ("RS256", "PS256", "ES256")
LEEWAY = 10  # seconds that two clocks may differ
MAX_AGE = 300  # seconds since the person proved who they are
SECONDS_HELD = 3600.0
MOST_BYTES = 256 * 1024
LONGEST_NAME = 64
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_DOORS = ("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri")


@dataclass(frozen=True)
class Told:
    """What the provider tells about itself, and until when we believe it."""

    doors: dict[str, Any]
    keys: KeySet
    until: float


class Provider:
    """Holds what the provider told about itself, for an hour."""

    def __init__(self, settings: Settings, http: httpx.AsyncClient) -> None:
        self.issuer = settings.identity_issuer
        self._client_id = settings.console_client_id
        self._redirect_uri = settings.origin + CALLBACK
        self._levels = settings.staff_levels.split()
        self._seconds = settings.identity_seconds
        # RFC 6749, 2.3.1: both are form-encoded before they are joined.
        secret = settings.console_client_secret.get_secret_value()
        self._proof = httpx.BasicAuth(quote(self._client_id, safe=""), quote(secret, safe=""))
        self._http = http
        self._told: Told | None = None

    async def way_there(self, state: str, trip: Trip) -> str:
        """Where the browser goes to sign in: anew, and as surely as staff have to."""
        told = await self._tell()
        challenge = create_s256_code_challenge(trip.verifier)  # type: ignore[no-untyped-call]
        way: str = prepare_grant_uri(  # type: ignore[no-untyped-call]
            told.doors["authorization_endpoint"],
            self._client_id,
            "code",
            self._redirect_uri,
            SCOPE,
            state,
            nonce=trip.nonce,
            code_challenge=challenge,
            code_challenge_method="S256",
            acr_values=" ".join(self._levels),
            max_age=str(MAX_AGE),
            prompt="login",
        )
        return way

    async def vouched(self, code: str, trip: Trip) -> Person:
        """Who came back with this code, everything checked."""
        told = await self._tell()
        data = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._redirect_uri,
            "code_verifier": trip.verifier,
        }
        tokens = await self._ask("POST", told.doors["token_endpoint"], auth=self._proof, data=data)
        access = tokens.get("access_token")
        if not isinstance(access, str) or not access.isascii():
            raise NotProven
        sub = await self._proven(tokens.get("id_token"), access, trip)
        bearer = {"Authorization": f"Bearer {access}"}
        about = await self._ask("GET", told.doors["userinfo_endpoint"], headers=bearer)
        if about.get("sub") != sub:
            raise NotProven
        return _person(about)

    async def _proven(self, written: object, access: str, trip: Trip) -> str:
        """The `sub` of an ID token that answers our request; OpenID Connect Core 1.0, 3.1.3.7."""
        try:
            claims = self._claims(written, (await self._tell()).keys)
        except JoseError:  # the keys may have changed since
            try:
                claims = self._claims(written, (await self._tell(anew=True)).keys)
            except (JoseError, ValueError) as problem:
                raise NotProven from problem
        token = CodeIDToken(
            claims,
            {},
            options={
                "iss": {"essential": True, "value": self.issuer},
                "aud": {"essential": True, "value": self._client_id},
            },
            params={
                "nonce": trip.nonce,
                "max_age": MAX_AGE,
                "client_id": self._client_id,
                "access_token": access,
            },
        )
        now = int(datetime.now(UTC).timestamp())
        try:
            token.validate(now=now, leeway=LEEWAY)  # type: ignore[no-untyped-call]
        except (JoseError, TypeError, ValueError) as problem:
            raise NotProven from problem
        sub = claims.get("sub")
        if claims.get("acr") not in self._levels or not isinstance(sub, str) or not sub:
            raise NotProven
        return sub

    def _claims(self, written: object, keys: KeySet) -> dict[str, Any]:
        if not isinstance(written, str) or len(written) > MOST_BYTES:
            raise NotProven
        return jwt.decode(written, keys, algorithms=ALGORITHMS).claims

    async def _tell(self, *, anew: bool = False) -> Told:
        if self._told is None or anew or time.monotonic() > self._told.until:
            place = self.issuer.rstrip("/") + "/.well-known/openid-configuration"
            doors = await self._ask("GET", place)
            if doors.get("issuer") != self.issuer or not all(_safe(doors.get(n)) for n in _DOORS):
                raise IdentityAway
            try:
                keys = KeySet.import_key_set(await self._ask("GET", doors["jwks_uri"]))  # type: ignore[arg-type]
            except (JoseError, KeyError, TypeError, ValueError) as problem:
                raise IdentityAway from problem
            self._told = Told(doors, keys, time.monotonic() + SECONDS_HELD)
        return self._told

    async def _ask(self, method: str, place: str, **given: Any) -> dict[str, Any]:
        """The JSON object of a good answer."""
        try:
            said = await self._http.request(method, place, timeout=self._seconds, **given)
            if said.status_code in (400, 401, 403):
                raise NotProven
            told = said.json()
        except (httpx.HTTPError, ValueError) as problem:
            raise IdentityAway from problem
        if said.status_code != 200 or len(said.content) > MOST_BYTES or not isinstance(told, dict):
            raise IdentityAway
        return told


def _person(about: dict[str, Any]) -> Person:
    name, roles = about.get("name"), about.get("roles")
    if not isinstance(name, str) or not 0 < len(name) <= LONGEST_NAME or not name.isprintable():
        raise NotProven
    held = frozenset(roles if isinstance(roles, list) else ()) & frozenset(ROLES)
    if not held:
        raise NoRole
    return Person(about["sub"], name, held)


def _safe(place: object) -> bool:
    """Whether nobody can listen on the way: HTTPS, or this machine."""
    parts = urlsplit(place) if isinstance(place, str) else None
    return parts is not None and (
        parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
    )
