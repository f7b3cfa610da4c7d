"""A provider that answers badly: each way is refused, and nothing behind it happened."""

from __future__ import annotations

import time

import pytest
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from tests.channels.sign_in.lies import AWAY, NOT_PROVEN, Lie, answers, says, tried, without
from tests.channels.sign_in.steps import link, new_browser, refusal, try_to_sign_in
from tests.conftest import Gateway
from tests.stand_ins.identity import StandInIdentity
from tests.stand_ins.identity_trace import Behind

PERSONS: dict[str, tuple[Lie, tuple[int, str]]] = {
    "another citizen": (says(sub="another"), NOT_PROVEN),
    "nobody": (without("sub"), NOT_PROVEN),
    "no name": (without("name"), NOT_PROVEN),
    "an empty name": (says(name=" "), NOT_PROVEN),
    "a name without end": (says(name="长" * 65), NOT_PROVEN),
    "a name with a line end": (says(name="赵\n真"), NOT_PROVEN),
    "a name that is a list": (says(name=["赵真"]), NOT_PROVEN),
    "no ID number": (without("id_number"), NOT_PROVEN),
    "a slip in the ID number": (says(id_number="310199199003150242"), NOT_PROVEN),
    "a short ID number": (says(id_number="31019919900315024"), NOT_PROVEN),
    "a masked ID number": (says(id_number="3****************1"), NOT_PROVEN),
    "full-width digits": (says(id_number="３１０１９９１９９００３１５０２４１"), NOT_PROVEN),
    "an ID number that is a number": (says(id_number=310199199003150241), NOT_PROVEN),
    "no rights": (answers(401), NOT_PROVEN),
    "forbidden": (answers(403), NOT_PROVEN),
    "broken": (answers(500), AWAY),
    "a list": (lambda truth: [truth], AWAY),
    "a page": (lambda truth: PlainTextResponse("<html>"), AWAY),
    "somewhere else": (lambda truth: RedirectResponse("http://127.0.0.1:9/"), AWAY),
}


async def test_userinfo_that_does_not_fit_signs_nobody_in(
    lied_to: Gateway, liar: StandInIdentity, behind: Behind
) -> None:
    assert await tried(lied_to, liar, behind, "tell_person", PERSONS) == {}


TOKENS: dict[str, tuple[Lie, tuple[int, str]]] = {
    "the code is refused": (answers(400, {"error": "invalid_grant"}), NOT_PROVEN),
    "our secret is refused": (answers(401, {"error": "invalid_client"}), AWAY),
    "broken": (answers(500), AWAY),
    "busy": (answers(429), AWAY),
    "created": (answers(201), AWAY),
    "somewhere else": (lambda truth: RedirectResponse("http://127.0.0.1:9/", 307), AWAY),
    "a page": (lambda truth: PlainTextResponse("<html>"), AWAY),
    "half": (lambda truth: Response('{"id_token": "ey', media_type="application/json"), AWAY),
    "a list": (lambda truth: [truth], AWAY),
    "null": (lambda truth: Response("null", media_type="application/json"), AWAY),
    "far too much": (says(more="x" * 300_000), AWAY),
    "no access token": (without("access_token"), NOT_PROVEN),
    "an access token with a line end": (says(access_token="a\r\nX-Evil: 1"), NOT_PROVEN),
    "an access token that is a number": (says(access_token=5), NOT_PROVEN),
    "no ID token": (without("id_token"), NOT_PROVEN),
}


async def test_a_token_door_that_answers_badly_signs_nobody_in(
    lied_to: Gateway, liar: StandInIdentity, behind: Behind
) -> None:
    assert await tried(lied_to, liar, behind, "tell_tokens", TOKENS) == {}


DISCOVERIES: dict[str, Lie] = {
    "another issuer": says(issuer="https://evil.example"),
    "no issuer": without("issuer"),
    "no token door": without("token_endpoint"),
    "no keys": without("jwks_uri"),
    "an open line to the token door": says(token_endpoint="http://identity.example/token"),
    "an open line for the browser": says(authorization_endpoint="http://identity.example/a"),
    "a script for the browser": says(authorization_endpoint="javascript:alert(1)"),
    "a file for keys": says(jwks_uri="file:///etc/passwd"),
    "a door that is a number": says(userinfo_endpoint=5),
    "broken": answers(500),
    "missing": answers(404),
    "a page": lambda truth: PlainTextResponse("<html>"),
    "a list": lambda truth: [truth],
}


async def test_a_provider_that_describes_itself_badly_is_away_and_the_link_stays_good(
    lied_to: Gateway, liar: StandInIdentity, behind: Behind, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("channels.sign_in.provider.SECONDS_OF_REST", 0)
    url = await link(await lied_to.talk())
    answers: dict[str, tuple[int, str]] = {}
    for name, liar.tell_discovery in DISCOVERIES.items():
        async with new_browser(lied_to) as http:
            refused = await http.get(url)
        answers[name] = refusal(refused)
        assert refused.cookies == {}
    assert answers == dict.fromkeys(DISCOVERIES, AWAY)
    assert behind.rows("SELECT opened_at FROM sign_in_attempts") == [(None,)]


KEYS = [{"keys": []}, {}, {"keys": [{"kty": "??"}]}, {"keys": "own"}, [], "own"]


async def test_keys_that_are_none_sign_nobody_in(
    lied_to: Gateway, liar: StandInIdentity, behind: Behind, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("channels.sign_in.provider.SECONDS_OF_REST", 0)
    table = {str(keys): (lambda truth, keys=keys: keys, AWAY) for keys in KEYS}
    assert await tried(lied_to, liar, behind, "tell_keys", table) == {}


async def test_a_slow_provider_is_not_waited_for(
    lied_to: Gateway, liar: StandInIdentity, behind: Behind
) -> None:
    liar.seconds = 3
    began = time.monotonic()
    refused = await try_to_sign_in(lied_to, liar, await lied_to.talk())
    assert refusal(refused) == AWAY
    assert time.monotonic() - began < 2.5
    assert behind.is_untouched()
