"""A provider whose tokens lie: each lie is refused, and nothing behind it happened."""

from __future__ import annotations

import base64
import hmac
import time
from collections.abc import Callable
from typing import Any

import pytest

from channels.masking import check_digit
from tests.channels.sign_in.lies import (
    NOT_PROVEN,
    TOO_LOW,
    TOO_OLD,
    Lie,
    says,
    shifted,
    tried,
    without,
)
from tests.channels.sign_in.steps import set_out, try_to_sign_in
from tests.conftest import Gateway
from tests.stand_ins.identity import OWN_KEY, OWN_KEY_FOR_ALL, STRANGE_KEY, StandInIdentity, signed
from tests.stand_ins.identity_sandbox import CLIENT_SECRET
from tests.stand_ins.identity_trace import Behind

CLAIMS: dict[str, tuple[Lie, tuple[int, str]]] = {
    "another issuer": (says(iss="https://evil.example"), NOT_PROVEN),
    "an issuer with a slash": (lambda truth: {**truth, "iss": truth["iss"] + "/"}, NOT_PROVEN),
    "no issuer": (without("iss"), NOT_PROVEN),
    "a list of issuers": (lambda truth: {**truth, "iss": [truth["iss"]]}, NOT_PROVEN),
    "another audience": (says(aud="somebody"), NOT_PROVEN),
    "an audience in other letters": (says(aud="WENBAO"), NOT_PROVEN),
    "no audience": (without("aud"), NOT_PROVEN),
    "an empty audience": (says(aud=[]), NOT_PROVEN),
    "an audience that is no text": (says(aud={"wenbao": 1}), NOT_PROVEN),
    "two audiences and no party": (says(aud=["wenbao", "other"]), NOT_PROVEN),
    "another party": (says(azp="other"), NOT_PROVEN),
    "two audiences and another party": (says(aud=["wenbao", "o"], azp="o"), NOT_PROVEN),
    "over": (shifted("exp", -400), NOT_PROVEN),
    "no end": (without("exp"), NOT_PROVEN),
    "an end in words": (says(exp="tomorrow"), NOT_PROVEN),
    "an end that is no number": (says(exp=None), NOT_PROVEN),
    "issued in the future": (shifted("iat", 120), NOT_PROVEN),
    "never issued": (without("iat"), NOT_PROVEN),
    "not valid yet": (lambda truth: {**truth, "nbf": truth["iat"] + 120}, NOT_PROVEN),
    "another nonce": (says(nonce="another"), NOT_PROVEN),
    "no nonce": (without("nonce"), NOT_PROVEN),
    "an empty nonce": (says(nonce=""), NOT_PROVEN),
    "a null nonce": (says(nonce=None), NOT_PROVEN),
    "a list of nonces": (lambda truth: {**truth, "nonce": [truth["nonce"]]}, NOT_PROVEN),
    "no subject": (without("sub"), NOT_PROVEN),
    "an empty subject": (says(sub=""), NOT_PROVEN),
    "a subject that is a number": (says(sub=7), NOT_PROVEN),
    "a subject without end": (says(sub="x" * 256), NOT_PROVEN),
    "a subject with a line end": (says(sub="a\nb"), NOT_PROVEN),
    "a subject with a zero": (says(sub="a\x00b"), NOT_PROVEN),
    "no level": (without("acr"), TOO_LOW),
    "a lower level": (says(acr="urn:wenbao:acr:loa1"), TOO_LOW),
    "an unknown level": (says(acr="urn:wenbao:acr:loa20"), TOO_LOW),
    "a level in capitals": (says(acr="URN:WENBAO:ACR:LOA2"), TOO_LOW),
    "an empty level": (says(acr=""), TOO_LOW),
    "a list of levels": (says(acr=["urn:wenbao:acr:loa4"]), TOO_LOW),
    "a level that is a number": (says(acr=4), TOO_LOW),
    "no time": (without("auth_time"), NOT_PROVEN),
    "a time in words": (says(auth_time="now"), NOT_PROVEN),
    "a time that is true": (says(auth_time=True), NOT_PROVEN),
    "a broken time": (says(auth_time=time.time() + 0.5), NOT_PROVEN),
    "the time zero": (says(auth_time=0), NOT_PROVEN),
    "a time in the future": (shifted("auth_time", 120), NOT_PROVEN),
    "a time long ago": (shifted("auth_time", -400), TOO_OLD),
    "another access token's hash": (says(at_hash="AAAAAAAAAAAAAAAAAAAAAA"), NOT_PROVEN),
    "a hash that is a number": (says(at_hash=5), NOT_PROVEN),
}


async def test_an_id_token_that_does_not_answer_us_signs_nobody_in(
    lied_to: Gateway, liar: StandInIdentity, behind: Behind
) -> None:
    wrong = await tried(lied_to, liar, behind, "tell_claims", CLAIMS)
    assert wrong == {}
    assert "userinfo" not in liar.asked


def unsigned(claims: Any) -> str:
    """A token that asks to be believed."""
    head = _encoded(b'{"alg":"none","kid":"own"}')
    return f"{head}.{signed(claims).split('.')[1]}."


def by_secret(secret: bytes) -> Callable[[Any], str]:
    """A token that is signed with something others know, too."""

    def written(claims: Any) -> str:
        head = _encoded(b'{"alg":"HS256","kid":"own"}')
        said = f"{head}.{signed(claims).split('.')[1]}"
        return f"{said}.{_encoded(hmac.digest(secret, said.encode(), 'sha256'))}"

    return written


def _encoded(plain: bytes) -> str:
    return base64.urlsafe_b64encode(plain).rstrip(b"=").decode()


def swapped(claims: Any) -> str:
    """The signature of another token."""
    head, body, _ = signed(claims).split(".")
    return f"{head}.{body}.{signed({**claims, 'sub': 'other'}).split('.')[2]}"


SIGNATURES: dict[str, Callable[[Any], Any]] = {
    "none": unsigned,
    "our own secret": by_secret(CLIENT_SECRET.encode()),
    "the public key as a secret": by_secret(OWN_KEY.as_pem(private=False)),
    "a strange key": lambda claims: signed(claims, STRANGE_KEY, kid="strange"),
    "a strange key under the known name": lambda claims: signed(claims, STRANGE_KEY),
    "the known key under a strange name": lambda claims: signed(claims, kid="strange"),
    "another algorithm than the key's": lambda claims: signed(claims, OWN_KEY_FOR_ALL, alg="PS256"),
    "another token's signature": swapped,
    "a signature cut off": lambda claims: signed(claims)[:-20],
    "no signature": lambda claims: signed(claims).rsplit(".", 1)[0],
    "a fourth part": lambda claims: signed(claims) + ".x",
    "letters": lambda claims: "不是令牌",
    "dots": lambda claims: "..",
    "nothing": lambda claims: "",
    "too much": lambda claims: signed({**claims, "more": "x" * 20_000}),
    "a number": lambda claims: 5,
    "null": lambda claims: None,
    "a list": lambda claims: [signed(claims)],
}


async def test_a_token_that_the_provider_did_not_sign_signs_nobody_in(
    lied_to: Gateway, liar: StandInIdentity, behind: Behind
) -> None:
    table = {name: (sign, NOT_PROVEN) for name, sign in SIGNATURES.items()}
    assert await tried(lied_to, liar, behind, "sign", table) == {}
    assert "userinfo" not in liar.asked


async def test_the_truth_signs_in(lied_to: Gateway, liar: StandInIdentity, behind: Behind) -> None:
    talk = await lied_to.talk()
    done = await try_to_sign_in(lied_to, liar, talk)
    assert done.status_code == 200, done.text
    assert len(behind.identities()) == 1
    await talk.until(2)
    assert behind.engine.texts == ["/signed_in"]


async def test_a_token_with_name_and_number_needs_no_userinfo(
    lied_to: Gateway, liar: StandInIdentity
) -> None:
    number = "44019919850202002"
    number += check_digit(number)
    liar.tell_claims = says(name="赵真", id_number=number.lower(), acr="urn:wenbao:acr:loa4")
    done = await try_to_sign_in(lied_to, liar, await lied_to.talk())
    assert done.status_code == 200, done.text
    assert "userinfo" not in liar.asked


async def test_a_provider_with_new_keys_is_believed_once_they_are_fetched(
    lied_to: Gateway, liar: StandInIdentity, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("channels.sign_in.provider.SECONDS_BETWEEN_KEYS", 0)
    first = await try_to_sign_in(lied_to, liar, await lied_to.talk())
    public = STRANGE_KEY.as_dict(private=False)
    liar.tell_keys = lambda truth: {"keys": [*truth["keys"], public]}
    liar.sign = lambda claims: signed(claims, STRANGE_KEY, kid="strange")
    second = await try_to_sign_in(lied_to, liar, await lied_to.talk())
    assert (first.status_code, second.status_code) == (200, 200)
    assert liar.asked.count("keys") == 2


async def test_invented_key_names_do_not_have_the_keys_fetched_each_time(
    lied_to: Gateway, liar: StandInIdentity
) -> None:
    liar.sign = lambda claims: signed(claims, STRANGE_KEY, kid="invented")
    for _ in range(3):
        await try_to_sign_in(lied_to, liar, await lied_to.talk())
    assert liar.asked.count("keys") == 1


async def test_the_provider_is_asked_for_what_we_need(
    lied_to: Gateway, liar: StandInIdentity
) -> None:
    trip = await set_out(lied_to, await lied_to.talk())
    asked = trip.asked
    assert trip.address.startswith(liar.url + "/auth?")
    assert {name: asked[name] for name in ("response_type", "scope", "code_challenge_method")} == {
        "response_type": "code",
        "scope": "openid citizen",
        "code_challenge_method": "S256",
    }
    assert asked["redirect_uri"] == lied_to.url + "/sign-in/callback"
    assert (asked["prompt"], asked["max_age"]) == ("login", "300")
    assert asked["acr_values"].split() == [f"urn:wenbao:acr:loa{level}" for level in (2, 3, 4)]
    assert len({asked["state"], asked["nonce"], asked["code_challenge"]}) == 3
