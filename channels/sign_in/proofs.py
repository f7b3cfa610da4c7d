"""What the provider's tokens must prove before we believe them; pure, with the clock given."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from channels.masking import check_digit
from channels.refusals import BadLogoutToken, LevelTooLow, NotProven, SignInTooOld

# Public keys only: with a shared secret or none, whoever knows our side could write tokens.
ALGORITHMS = ("RS256", "PS256", "ES256")
LEEWAY = 10  # seconds that two clocks may differ
LONGEST_TOKEN = 16 * 1024
LONGEST_SUB = 255  # OpenID Connect Core 1.0, 2
LONGEST_NAME = 64
# OpenID Connect Back-Channel Logout 1.0, 2.4; an old token is a replay that waited.
LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"
LOGOUT_SECONDS = 300
_ID_NUMBER = re.compile(r"[0-9]{17}[0-9X]")


@dataclass(frozen=True)
class Expected:
    """What we asked for."""

    issuer: str
    client_id: str
    nonce: str
    levels: Sequence[str]  # good enough
    max_age: int


@dataclass(frozen=True)
class Proven:
    """Who signed in, how surely, and when."""

    citizen: str
    acr: str
    authenticated_at: datetime
    claims: dict[str, Any]


@dataclass(frozen=True)
class Person:
    """The citizen's name and ID number."""

    name: str
    id_number: str


@dataclass(frozen=True)
class SignedOut:
    """Whom the provider signed out, in which token."""

    citizen: str
    token: str


def read_id_token(
    written: object, access_token: str, keys: KeySet, expected: Expected, now: datetime
) -> Proven:
    """The citizen of an ID token that answers our request; OpenID Connect Core 1.0, 3.1.3.7."""
    seconds = int(now.timestamp())
    claims = CodeIDToken(
        *_opened(written, keys, NotProven),
        options=_from_to(expected.issuer, expected.client_id),
        params={
            "nonce": expected.nonce,
            "max_age": expected.max_age,
            "client_id": expected.client_id,
            "access_token": access_token,
        },
    )
    try:
        claims.validate(now=seconds, leeway=LEEWAY)  # type: ignore[no-untyped-call]
    except (JoseError, TypeError, ValueError) as problem:
        raise NotProven from problem
    return _proven(claims, expected, seconds)


def _proven(claims: dict[str, Any], expected: Expected, now: int) -> Proven:
    """Authlib has checked who speaks to whom; level and age of the sign-in are ours to check."""
    citizen, acr, at = _sub(claims, NotProven), claims.get("acr"), claims.get("auth_time")
    if not isinstance(at, int) or isinstance(at, bool) or at > now + LEEWAY:
        raise NotProven
    if at < now - expected.max_age - LEEWAY:
        raise SignInTooOld
    if not isinstance(acr, str) or acr not in expected.levels:
        raise LevelTooLow
    return Proven(citizen, acr, datetime.fromtimestamp(at, UTC), dict(claims))


def read_person(proven: Proven, told: dict[str, Any]) -> Person:
    """Name and ID number out of userinfo, which has to speak of the same citizen."""
    if told.get("sub") != proven.citizen:
        raise NotProven
    name, id_number = told.get("name"), told.get("id_number")
    if not isinstance(name, str) or not isinstance(id_number, str):
        raise NotProven
    name, id_number = name.strip(), id_number.upper()
    if not 0 < len(name) <= LONGEST_NAME or not name.isprintable():
        raise NotProven
    if not _ID_NUMBER.fullmatch(id_number) or check_digit(id_number[:17]) != id_number[17]:
        raise NotProven
    return Person(name, id_number)


def read_logout_token(
    written: object, keys: KeySet, issuer: str, client_id: str, now: datetime
) -> SignedOut:
    """Whom to sign out; OpenID Connect Back-Channel Logout 1.0, 2.6."""
    claims, header = _opened(written, keys, BadLogoutToken)
    seconds = int(now.timestamp())
    wanted = _from_to(issuer, client_id) | {"iat": {"essential": True}, "jti": {"essential": True}}
    try:
        jwt.JWTClaimsRegistry(seconds, LEEWAY, **wanted).validate(claims)
    except (JoseError, TypeError, ValueError) as problem:
        raise BadLogoutToken from problem
    events, token = claims.get("events"), claims["jti"]
    if not isinstance(events, dict) or not isinstance(events.get(LOGOUT_EVENT), dict):
        raise BadLogoutToken
    if "nonce" in claims or str(header.get("typ", "")).lower() not in ("logout+jwt", "jwt", ""):
        raise BadLogoutToken
    if claims["iat"] < seconds - LOGOUT_SECONDS or not 0 < len(token) <= LONGEST_SUB:
        raise BadLogoutToken
    return SignedOut(_sub(claims, BadLogoutToken), token)


def _opened(
    written: object, keys: KeySet, refusal: type[NotProven | BadLogoutToken]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Claims and header of a token that one of the keys signed."""
    if not isinstance(written, str) or len(written) > LONGEST_TOKEN or not written.isascii():
        raise refusal
    try:
        token = jwt.decode(written, keys, algorithms=ALGORITHMS)
    except (JoseError, TypeError, ValueError, KeyError, AttributeError, RecursionError) as problem:
        raise refusal from problem
    return token.claims, token.header


def _from_to(issuer: str, client_id: str) -> dict[str, Any]:
    return {
        "iss": {"essential": True, "value": issuer},
        "aud": {"essential": True, "value": client_id},
    }


def _sub(claims: dict[str, Any], refusal: type[NotProven | BadLogoutToken]) -> str:
    sub = claims.get("sub")
    if not isinstance(sub, str) or not 0 < len(sub) <= LONGEST_SUB or not sub.isprintable():
        raise refusal
    return sub
