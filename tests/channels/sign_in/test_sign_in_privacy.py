"""What a sign-in must not show: in logs, events, cookies, stores and to other pages."""

from __future__ import annotations

import io
import sys
from urllib.parse import parse_qs, urlsplit

import pytest
import redis
from authlib.oauth2.rfc7636 import create_s256_code_challenge

from records.vault import unseal
from tests.channels.conftest import OpenDesk
from tests.channels.sign_in.steps import link
from tests.channels.sign_in.test_sign_in import CITIZEN, until_answered
from tests.conftest import Gateway
from tests.stand_ins.identity_sandbox import Browser, IdentitySandbox
from tests.stand_ins.identity_trace import Behind


async def test_nothing_of_the_citizen_is_readable_anywhere(
    open_desk: OpenDesk,
    behind: Behind,
    browser: Browser,
    redis_url: str,
    identity: IdentitySandbox,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    log = io.StringIO()
    monkeypatch.setattr(sys, "stdout", log)
    async with open_desk(log_level="debug") as desk:
        talk = await desk.talk()
        url = await link(talk)
        done = await browser.sign_in(url, CITIZEN.login)
        assert done.status_code == 200, done.text
        await until_answered(talk)
        told = str(await talk.events())
    logged = log.getvalue()
    back = parse_qs(urlsplit(str(browser.seen[-1].url)).query)
    ours = [
        cookie
        for seen in browser.seen
        for cookie in seen.headers.get_list("set-cookie")
        if "wenbao" in cookie
    ]
    places = [logged, told, str(behind.engine.heard), done.text, str(ours), in_redis(redis_url)]
    places += [identity.log.read_text(), in_tables(behind)]
    for place in places:
        assert CITIZEN.id_number not in place
        assert CITIZEN.id_number[6:14] not in place
        assert CITIZEN.name not in place
    secrets = [url.rsplit("/", 1)[1], back["code"][0], back["state"][0], talk.token]
    for secret in [*secrets, desk.settings.identity_client_secret.get_secret_value()]:
        assert secret not in logged
        assert secret not in told
    assert '"citizen signed in"' in logged


def in_redis(url: str) -> str:
    """All that Redis holds."""
    with redis.Redis.from_url(url) as store:
        return str([(key, store.dump(key)) for key in store.scan_iter()])


def in_tables(behind: Behind) -> str:
    """All that the tables hold."""
    names = behind.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    rows = [row for (name,) in names for row in behind.rows(f"SELECT t FROM {name} t")]  # noqa: S608
    raw = behind.rows("SELECT sealed_name, sealed_id_number FROM identities")
    return str(rows) + str(
        [bytes(value).decode("utf-8", "replace") for row in raw for value in row]
    )


async def test_the_verifier_is_kept_sealed_and_the_cookie_is_only_a_random_name_tag(
    desk: Gateway, behind: Behind, browser: Browser
) -> None:
    sent = await browser.get(await link(await desk.talk()))
    [(sealed, nonce, state)] = behind.rows(
        "SELECT sealed_verifier, nonce, state FROM sign_in_attempts"
    )
    [cookie] = sent.headers.get_list("set-cookie")
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Path=/" in cookie
    assert "Max-Age=3900" in cookie  # an hour longer than the attempt
    assert nonce not in cookie
    assert state not in cookie
    verifier = unseal(desk.settings.key, bytes(sealed), f"sign_in_attempts.verifier:{state}")
    asked = parse_qs(urlsplit(sent.headers["location"]).query)
    assert asked["code_challenge"] == [create_s256_code_challenge(verifier)]
    assert verifier.encode() not in bytes(sealed)
    assert verifier not in sent.headers["location"] + cookie
    assert sent.headers["cache-control"] == "no-store"
    assert sent.headers["referrer-policy"] == "no-referrer"


async def test_under_https_the_cookie_belongs_to_this_host_alone(open_desk: OpenDesk) -> None:
    async with open_desk(public_url="https://127.0.0.1") as desk:
        url = await link(await desk.talk())
        assert url.startswith("https://127.0.0.1/sign-in/")
        sent = await desk.http.get(urlsplit(url).path)
    [cookie] = sent.headers.get_list("set-cookie")
    assert cookie.startswith("__Host-wenbao-sign-in-")
    assert "Secure" in cookie
    assert "Domain" not in cookie


async def test_the_parts_of_the_pages_are_served_and_allowed(desk: Gateway) -> None:
    for name, kind in (("close.js", "javascript"), ("sign_in.css", "css")):
        part = await desk.http.get(f"/sign-in/assets/{name}")
        assert part.status_code == 200
        assert kind in part.headers["content-type"]
    for name in ("../page.html", "..%2fdone.html", "page.html"):
        assert (await desk.http.get(f"/sign-in/assets/{name}")).status_code in (404, 410)


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"identity_level": "urn:wenbao:acr:loa9"}, "IDENTITY_LEVEL is none"),
        ({"step_up_level": "urn:wenbao:acr:loa9"}, "STEP_UP_LEVEL is none"),
        (
            {
                "identity_levels": "eid:low,eid:high",
                "identity_level": "eid:low",
                "step_up_level": "eid:high",
            },
            "have the provider name its levels so",
        ),
    ],
)
async def test_a_level_that_is_on_no_ladder_stops_the_gateway_at_its_start(
    open_desk: OpenDesk, settings: dict[str, str], named: str
) -> None:
    with pytest.raises(ValueError, match=named):
        async with open_desk(**settings):
            pass
