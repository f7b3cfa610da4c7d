"""An identity provider that lies as it is told to, and remembers what it was asked."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.stand_ins.serving import Served

Fields = dict[str, Any]
NAME, ID_NUMBER = "赵真", "310199199003150241"
SUB = "2f6e1f4c-5a0b-4a35-9a0e-2d1f0a6b9c11"
LOA2 = "urn:wenbao:acr:loa2"

# Made once: a key takes longer than a whole test.
OWN_KEY = RSAKey.generate_key(2048, {"kid": "own", "use": "sig", "alg": "RS256"}, private=True)
OWN_KEY_FOR_ALL = RSAKey.import_key(OWN_KEY.as_pem(private=True), {"kid": "own"})
STRANGE_KEY = RSAKey.generate_key(2048, {"kid": "strange", "use": "sig"}, private=True)


class StandInIdentity:
    """Without lies it vouches for one citizen; each lie changes one thing of what it says."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.exchanged: list[Fields] = []
        self.nonce = ""
        self.tell_discovery: Callable[[Fields], Any] = _unchanged
        self.tell_keys: Callable[[Fields], Any] = _unchanged
        self.tell_claims: Callable[[Fields], Any] = _unchanged
        self.tell_tokens: Callable[[Fields], Any] = _unchanged
        self.tell_person: Callable[[Fields], Any] = _unchanged
        self.sign: Callable[[Fields], str] = signed
        self.seconds = 0.0
        routes = [
            Route("/.well-known/openid-configuration", self._discovery),
            Route("/jwks", self._keys),
            Route("/token", self._token, methods=["POST"]),
            Route("/me", self._person),
        ]
        self.served = Served(Starlette(routes=routes))

    @property
    def url(self) -> str:
        """Where it listens; its issuer, too."""
        return self.served.url

    def claims(self) -> Fields:
        """What a true ID token says now."""
        now = int(time.time())
        return {
            "iss": self.url,
            "aud": "wenbao",
            "sub": SUB,
            "nonce": self.nonce,
            "acr": LOA2,
            "auth_time": now,
            "iat": now,
            "exp": now + 300,
        }

    def logout_claims(self) -> Fields:
        """What a true logout token says now."""
        now = int(time.time())
        return {
            "iss": self.url,
            "aud": "wenbao",
            "sub": SUB,
            "iat": now,
            "exp": now + 120,
            "jti": f"jti-{time.time_ns()}",
            "events": {"http://schemas.openid.net/event/backchannel-logout": {}},
        }

    async def _discovery(self, request: Request) -> Response:
        return self._said(
            "discovery",
            self.tell_discovery,
            {
                "issuer": self.url,
                "authorization_endpoint": self.url + "/auth",
                "token_endpoint": self.url + "/token",
                "userinfo_endpoint": self.url + "/me",
                "jwks_uri": self.url + "/jwks",
                "authorization_response_iss_parameter_supported": True,
            },
        )

    async def _keys(self, request: Request) -> Response:
        keys: Fields = dict(KeySet([OWN_KEY]).as_dict(private=False))
        return self._said("keys", self.tell_keys, keys)

    async def _token(self, request: Request) -> Response:
        self.exchanged.append(dict(await request.form()))
        if self.seconds:
            await asyncio.sleep(self.seconds)
        tokens = {
            "access_token": "an-access-token",
            "token_type": "Bearer",
            "id_token": self.sign(self.tell_claims(self.claims())),
        }
        return self._said("token", self.tell_tokens, tokens)

    async def _person(self, request: Request) -> Response:
        person = {"sub": SUB, "name": NAME, "id_number": ID_NUMBER}
        return self._said("userinfo", self.tell_person, person)

    def _said(self, what: str, tell: Callable[[Fields], Any], truth: Fields) -> Response:
        self.asked.append(what)
        told = tell(truth)
        return told if isinstance(told, Response) else JSONResponse(told)


def signed(claims: Any, key: RSAKey = OWN_KEY, **header: str) -> str:
    """A token over these claims; a header of its own if one is given."""
    given = {"alg": "RS256", "kid": "own", **header}
    return jwt.encode(given, claims, key, algorithms=["RS256", "PS256"])


def _unchanged(truth: Fields) -> Fields:
    return truth
